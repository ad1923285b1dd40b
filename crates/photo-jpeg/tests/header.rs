//! Headers of real and of broken files.

use std::path::Path;

use photo_jpeg::{ColorModel, Error, Header, Process};

fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn fixtures_of_the_class_are_read() {
    use ColorModel::{Gray, YCbCr};
    use Process::{Progressive, Sequential};
    for (name, process, color, sampling) in [
        ("jpeg_baseline.jpg", Sequential, YCbCr, &[(2, 2), (1, 1), (1, 1)][..]),
        ("jpeg_422.jpg", Sequential, YCbCr, &[(2, 1), (1, 1), (1, 1)]),
        ("jpeg_440.jpg", Sequential, YCbCr, &[(1, 2), (1, 1), (1, 1)]),
        ("jpeg_444.jpg", Sequential, YCbCr, &[(1, 1), (1, 1), (1, 1)]),
        ("jpeg_gray.jpg", Sequential, Gray, &[(1, 1)]),
        ("jpeg_restart.jpg", Sequential, YCbCr, &[(2, 2), (1, 1), (1, 1)]),
        ("jpeg_progressive.jpg", Progressive, YCbCr, &[(2, 2), (1, 1), (1, 1)]),
    ] {
        let header = Header::read(&fixture(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let found: Vec<_> = header.components.iter().map(|c| (c.h, c.v)).collect();
        assert_eq!((header.process, header.color, found.as_slice()), (process, color, sampling), "{name}");
        let size =
            image::image_dimensions(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(name));
        assert_eq!((header.width, header.height), size.unwrap(), "{name}");
    }
}

#[test]
fn other_kinds_are_unsupported() {
    for name in ["jpeg_411.jpg", "jpeg_cmyk.jpg", "jpeg_ycck.jpg", "jpeg_cmyk_icc.jpg"] {
        let found = Header::read(&fixture(name));
        assert!(matches!(found, Err(Error::Unsupported(_))), "{name}: {found:?}");
    }
}
