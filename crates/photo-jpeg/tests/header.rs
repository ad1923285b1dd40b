//! Headers of real and of broken files.

use std::path::Path;

use photo_jpeg::{ColorModel, Error, Header, Process};
use proptest::prelude::*;

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
        let found: Vec<_> = header.components().iter().map(|c| (c.h, c.v)).collect();
        assert_eq!(
            (header.process(), header.color(), found.as_slice()),
            (process, color, sampling),
            "{name}"
        );
        let size =
            image::image_dimensions(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(name));
        assert_eq!((header.width(), header.height()), size.unwrap(), "{name}");
    }
}

#[test]
fn other_kinds_are_unsupported() {
    let found = Header::read(&fixture("jpeg_411.jpg"));
    assert!(matches!(found, Err(Error::Unsupported(_))), "{found:?}");
}

#[test]
fn inks_are_told_apart() {
    use ColorModel::{Cmyk, Ycck};
    for (name, color) in [("jpeg_cmyk.jpg", Cmyk), ("jpeg_ycck.jpg", Ycck), ("jpeg_cmyk_icc.jpg", Cmyk)] {
        let header = Header::read(&fixture(name)).unwrap();
        assert_eq!((header.color(), header.components().len()), (color, 4), "{name}");
        assert!(header.has_inverted_inks(), "{name}");
    }
}

/// A segment with this marker and these parameters.
fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    [&[0xFF, marker], &(body.len() as u16 + 2).to_be_bytes()[..], body].concat()
}

/// A header of three components as `parts` has it: SOI, one table of each kind, frame, scan. `change` may put
/// other segments in place of these four to six.
fn built(change: impl Fn(&mut Vec<Vec<u8>>)) -> Result<Header, Error> {
    let huffman = |class: u8, symbols: &[u8]| {
        let mut counts = [0; 16];
        counts[3] = symbols.len() as u8;
        [&[class], &counts[..], symbols].concat()
    };
    let frame = [8, 0, 50, 0, 70, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0];
    let mut segments = vec![
        segment(0xDB, &[&[0][..], &[7; 64]].concat()),
        segment(0xC4, &huffman(0x00, &[0, 1, 2])),
        segment(0xC4, &huffman(0x10, &[0, 1, 0xF0])),
        segment(0xC0, &frame),
        segment(0xDA, &[3, 1, 0, 2, 0, 3, 0, 0, 63, 0]),
    ];
    change(&mut segments);
    Header::read(&[&b"\xFF\xD8"[..], &segments.concat(), b"\x12\x34\xFF\xD9"].concat())
}

#[test]
fn geometry_follows_from_size_and_factors() {
    let header = built(|_| {}).unwrap();
    assert_eq!((header.width(), header.height(), header.mcus_wide(), header.mcus_high()), (70, 50, 5, 4));
    let sides: Vec<_> =
        header.components().iter().map(|c| (c.width, c.height, c.blocks_wide, c.blocks_high)).collect();
    assert_eq!(sides, [(70, 50, 10, 8), (35, 25, 5, 4), (35, 25, 5, 4)]);
    assert_eq!(header.components()[2].quant.values(), &[7; 64]);
    // The factors of a single component mean nothing.
    let gray = built(|s| {
        s[3] = segment(0xC0, &[8, 0, 50, 0, 70, 1, 9, 0x42, 0]);
        s[4] = segment(0xDA, &[1, 9, 0, 0, 63, 0]);
    });
    let gray = gray.unwrap();
    assert_eq!((gray.color(), gray.mcus_wide(), gray.mcus_high()), (ColorModel::Gray, 9, 7));
    assert_eq!((gray.components()[0].h, gray.components()[0].blocks_wide), (1, 9));
}

#[test]
fn colors_are_found_by_segments_and_ids() {
    let with = |extra: &[&[u8]], ids: [u8; 3]| {
        let header = built(|s| {
            for (i, id) in ids.into_iter().enumerate() {
                s[3][10 + 3 * i] = id;
                s[4][5 + 2 * i] = id;
            }
            for body in extra {
                s.insert(0, segment(if body[0] == b'J' { 0xE0 } else { 0xEE }, body));
            }
        });
        header.unwrap().color()
    };
    let (jfif, adobe0) = (&b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"[..], &b"Adobe\0\x64\0\0\0\0\0"[..]);
    let adobe1 = &b"Adobe\0\x64\0\0\0\0\x01"[..];
    assert_eq!(with(&[], [1, 2, 3]), ColorModel::YCbCr);
    assert_eq!(with(&[], *b"RGB"), ColorModel::Rgb);
    assert_eq!(with(&[jfif], *b"RGB"), ColorModel::YCbCr);
    assert_eq!(with(&[adobe0], [1, 2, 3]), ColorModel::Rgb);
    assert_eq!(with(&[adobe1], *b"RGB"), ColorModel::YCbCr);
    assert_eq!(with(&[adobe0, jfif], [1, 2, 3]), ColorModel::YCbCr);
}

#[test]
fn broken_headers_are_malformed() {
    type Change = fn(&mut Vec<Vec<u8>>);
    let table: [(&str, Change); 16] = [
        ("no frame", |s| drop(s.remove(3))),
        ("two frames", |s| s.insert(3, s[3].clone())),
        ("no scan", |s| drop(s.remove(4))),
        ("short frame", |s| s[3] = segment(0xC0, &[8, 0, 50, 0, 70, 3, 1, 0x22, 0])),
        ("no width", |s| s[3][7..9].fill(0)),
        ("factor 0", |s| s[3][11] = 0x20),
        ("factor 5", |s| s[3][11] = 0x51),
        ("zero divisor", |s| s[0][20] = 0),
        ("cut table", |s| s[0] = segment(0xDB, &[0; 40])),
        ("quantization table 4", |s| s[0][4] = 4),
        ("more codes than fit", |s| s[1][4 + 1] = 3),
        ("Huffman table 5", |s| s[1][4] = 5),
        ("unknown component in scan", |s| s[4][5] = 8),
        ("component twice in scan", |s| s[4][7] = 1),
        ("reserved marker", |s| s.insert(0, segment(0x02, &[0; 4]))),
        ("second start", |s| s.insert(1, vec![0xFF, 0xD8])),
    ];
    for (what, change) in table {
        let found = built(change);
        assert!(matches!(found, Err(Error::Malformed { .. })), "{what}: {found:?}");
    }
    for bytes in [&b""[..], b"\xFF", b"\xFF\xD8", b"\x00\xFF\xD8\xFF", b"GIF89a"] {
        assert!(matches!(Header::read(bytes), Err(Error::Malformed { .. })), "{bytes:x?}");
    }
}

#[test]
fn what_others_may_decode_is_unsupported() {
    type Change = fn(&mut Vec<Vec<u8>>);
    let table: [(&str, Change); 12] = [
        ("12 bits", |s| s[3][4] = 12),
        ("height later", |s| s[3][5..7].fill(0)),
        ("lossless", |s| s[3][1] = 0xC3),
        ("arithmetic", |s| s[3][1] = 0xC9),
        ("hierarchical", |s| s.insert(0, segment(0xDE, &[0; 9]))),
        ("factor 4", |s| s[3][11] = 0x41),
        ("12 blocks in an MCU", |s| (s[3][14], s[3][17]) = (0x22, 0x22)),
        ("two components", |s| s[3] = segment(0xC0, &[8, 0, 50, 0, 70, 2, 1, 0x22, 0, 2, 0x11, 0])),
        ("no Huffman table", |s| drop(s.remove(2))),
        ("no quantization table", |s| drop(s.remove(0))),
        ("DC symbol of 12 bits", |s| *s[1].last_mut().unwrap() = 12),
        ("AC symbol of 11 bits", |s| *s[2].last_mut().unwrap() = 11),
    ];
    for (what, change) in table {
        let found = built(change);
        assert!(matches!(found, Err(Error::Unsupported(_))), "{what}: {found:?}");
    }
}

#[test]
fn what_is_odd_but_clear_is_read() {
    type Change = fn(&mut Vec<Vec<u8>>);
    let table: [(&str, Change); 7] = [
        ("fill bytes", |s| s.insert(2, vec![0xFF; 5])),
        ("garbage between segments", |s| s.insert(1, b"garbage\xFF\0".to_vec())),
        ("a restart marker between segments", |s| s.insert(1, vec![0xFF, 0xD3])),
        ("bands in a sequential scan", |s| s[4][11..].fill(0)),
        ("a table of 16 bits", |s| s[0] = segment(0xDB, &[&[0x10][..], &[1; 128]].concat())),
        ("an empty table that nobody uses", |s| {
            s.insert(0, segment(0xC4, &[&[0x13][..], &[0; 16]].concat()))
        }),
        ("a zero in a table that nobody uses", |s| {
            s.insert(0, segment(0xDB, &[&[3][..], &[0; 64]].concat()))
        }),
    ];
    for (what, change) in table {
        let found = built(change);
        assert!(found.is_ok(), "{what}: {found:?}");
    }
}

#[test]
fn files_cut_anywhere_are_refused_until_the_scan_begins() {
    for name in ["jpeg_progressive.jpg", "jpeg_baseline.jpg", "jpeg_gray.jpg"] {
        let bytes = fixture(name);
        let start = Header::read(&bytes).unwrap().scan().data_start;
        for end in 0..start {
            assert!(
                matches!(Header::read(&bytes[..end]), Err(Error::Malformed { .. })),
                "{name} cut at {end}"
            );
        }
        assert!(Header::read(&bytes[..start]).is_ok());
    }
}

proptest! {
    #[test]
    fn noise_never_panics(noise in proptest::collection::vec(any::<u8>(), 0..300), at in 0..600usize) {
        let _ = Header::read(&noise);
        let mut bytes = fixture("jpeg_progressive.jpg");
        let at = at.min(bytes.len());
        bytes.splice(at..(at + noise.len()).min(bytes.len()), noise);
        let _ = Header::read(&bytes);
    }
}
