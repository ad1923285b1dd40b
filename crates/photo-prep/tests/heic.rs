//! HEIC files: two small ones, made of the orientation chart with libheif (through pillow-heif) since no Rust crate
//! writes them. `turned.heic` holds the chart on its side with `irot`, and EXIF orientation 6 beside it, as iPhones
//! write; `upright_p3.heic` has a Display P3 profile.

use photo_prep::{Error, Format, Options};
#[cfg(feature = "heic")]
use photo_testkit::pattern;

const TURNED: &[u8] = include_bytes!("data/turned.heic");
const UPRIGHT_P3: &[u8] = include_bytes!("data/upright_p3.heic");

#[cfg(feature = "heic")]
#[test]
fn the_container_turns_the_picture_once_and_exif_not_again() {
    let prepared = photo_prep::prepare(TURNED).unwrap();
    assert_eq!((prepared.size().width, prepared.size().height), (120, 80));
    let got = image::load_from_memory(prepared.bytes()).unwrap().into_rgb8();
    let chart = pattern::orientation_chart(120, 80);
    let want = chart.convert(photo_testkit::Layout::Rgb);
    let sum: u64 = got.as_raw().iter().zip(want.data()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    let mean = sum as f64 / want.data().len() as f64;
    assert!(mean < 6.0, "differs by {mean:.2}");
}

#[cfg(feature = "heic")]
#[test]
fn a_profile_is_converted() {
    use photo_prep::ColorPolicy;
    let info = photo_prep::probe(UPRIGHT_P3).unwrap();
    assert!(info.icc.is_some_and(|icc| !icc.is_srgb), "{info}");
    let converted = photo_prep::prepare(UPRIGHT_P3).unwrap();
    let preserved = Options::default().color(ColorPolicy::Preserve).prepare(UPRIGHT_P3).unwrap();
    assert_eq!(photo_prep::probe(converted.bytes()).unwrap().icc, None);
    assert!(photo_prep::probe(preserved.bytes()).unwrap().icc.is_some());
}

#[cfg(feature = "heic")]
#[test]
fn damaged_files_are_errors() {
    for file in [TURNED, UPRIGHT_P3] {
        for cut in (0..file.len()).step_by(7) {
            // The last bytes are EXIF: without them the picture is still whole.
            match photo_prep::prepare(&file[..cut]) {
                Ok(prepared) => {
                    assert!(cut > file.len() * 9 / 10 && prepared.size().pixels() == 9600, "cut at {cut}")
                }
                Err(error) => assert!(!matches!(error, Error::Io(_)), "cut at {cut}: {error}"),
            }
        }
        for at in (0..file.len()).step_by(3) {
            let mut broken = file.to_vec();
            broken[at] ^= 0x55;
            match photo_prep::prepare(&broken) {
                Ok(prepared) => assert!(prepared.size().pixels() <= 10_000_000),
                Err(Error::Io(e)) => panic!("byte {at}: {e}"),
                Err(_) => {}
            }
        }
    }
}

#[cfg(not(feature = "heic"))]
#[test]
fn without_the_feature_they_are_refused_by_name() {
    for file in [TURNED, UPRIGHT_P3] {
        let error = Options::default().prepare(file).map(|p| p.report().to_string()).unwrap_err();
        assert!(matches!(error, Error::Unsupported { format: Format::Heic, .. }), "{error}");
        assert!(error.to_string().contains("feature `heic`"), "{error}");
    }
}

#[test]
fn the_format_is_told_by_content() {
    assert_eq!(Format::sniff(TURNED), Some(Format::Heic));
    assert_eq!(Format::sniff(UPRIGHT_P3), Some(Format::Heic));
}
