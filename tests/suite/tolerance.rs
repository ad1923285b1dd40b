//! Truncation and disorder are two settings: disorder is a warning, missing picture data an error unless it
//! is tolerated.

use photo_prep::{Error, Options, OutputFormat, Report, Tolerance, Warning};
use photo_testkit::encode::jpeg::{Segment, insert_segments};

use crate::support::decoded;

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(photo_testkit::fixtures::folder().join(name)).unwrap()
}

fn lenient() -> Options {
    Options::default().format(OutputFormat::Png).tolerance(Tolerance::Truncated)
}

/// Files of each kind, and whether what is counted is a part of the picture's area.
const CUT: [(&str, bool); 12] = [
    ("jpeg_baseline.jpg", true),
    ("jpeg_restart.jpg", true),
    ("jpeg_gray.jpg", true),
    ("jpeg_progressive.jpg", false),
    ("png_rgb_8.png", true),
    ("png_palette_8.png", true),
    ("png_rgb_8_interlaced.png", false),
    ("gif_87a.gif", true),
    ("gif_interlaced.gif", true),
    ("bmp_24.bmp", true),
    ("bmp_24_top_down.bmp", true),
    ("bmp_rle8.bmp", true),
];

/// How much was there, by the warning.
fn truncated(report: &Report) -> (u64, u64, &'static str) {
    let told = report.warnings.iter().find_map(|w| match w {
        Warning::Truncated { decoded, total, unit } => Some((*decoded, *total, *unit)),
        _ => None,
    });
    told.unwrap_or_else(|| panic!("{report}"))
}

#[test]
fn missing_data_is_refused_with_how_much_was_there_unless_it_is_tolerated() {
    for (name, by_area) in CUT {
        let bytes = fixture(name);
        let whole = decoded(lenient().prepare(&bytes).unwrap().bytes()).into_rgb8();
        for percent in [60, 85] {
            let cut = &bytes[..bytes.len() * percent / 100];
            let error = Options::default().prepare(cut).unwrap_err();
            let Error::Truncated { decoded: had, total, unit: counted, .. } = error else {
                panic!("{name} {percent}: {error}");
            };
            let prepared = lenient().prepare(cut).unwrap_or_else(|e| panic!("{name} {percent}: {e}"));
            let report = prepared.report();
            let (there, of, unit) = truncated(report);
            assert!(0 < there && there < of, "{name} {percent}: {report}");
            // Of a progressive JPEG the two settings may count the MCUs of different scans.
            assert_eq!((total, counted), (of, unit), "{name} {percent}: {report}");
            assert!(had == there || !by_area, "{name} {percent}: {had}, but {report}");
            assert!(!report.lossless && report.input.bytes == cut.len() as u64, "{report}");
            let filled = decoded(prepared.bytes()).into_rgb8();
            assert_eq!(filled.dimensions(), whole.dimensions(), "{name}");
            let same = whole.pixels().zip(filled.pixels());
            let same = same.filter(|(a, b)| (0..3).all(|k| a[k].abs_diff(b[k]) <= 24)).count();
            let share = same as f64 / whole.pixels().len() as f64;
            // Chroma is smoothed across the seam.
            let expected = if by_area { there as f64 / of as f64 - 0.1 } else { 0.2 };
            assert!(share >= expected, "{name} {percent}: {share:.2} of the pixels for {there} of {of}");
        }
    }
}

#[test]
fn disorder_is_accepted_with_a_warning() {
    let (jpeg, png, gif) = (fixture("jpeg_baseline.jpg"), fixture("png_rgb_8.png"), fixture("gif_87a.gif"));
    let bmp = fixture("bmp_24_top_down.bmp");
    let without = |bytes: &[u8], count: usize| bytes[..bytes.len() - count].to_vec();
    let with = |bytes: &[u8]| [bytes, b"trailing bytes"].concat();
    let exif = |n: u8| Segment::App(1, [b"Exif\0\0MM\0\x2A\0\0\0", &[n][..]].concat());
    let jfif_end = 4 + usize::from(u16::from_be_bytes([jpeg[4], jpeg[5]]));
    let strays = [&jpeg[..jfif_end], b"stray", &jpeg[jfif_end..]].concat();
    let doubled = [&jpeg[..jfif_end], b"\xFF\xD8", &jpeg[jfif_end..]].concat();
    let cases = [
        ("JPEG without EOI", without(&jpeg, 2)),
        ("JPEG with half an EOI", without(&jpeg, 1)),
        ("JPEG with a trailer", with(&jpeg)),
        ("JPEG with strays", strays),
        ("JPEG with two SOIs", doubled),
        ("JPEG with wrong EXIF", insert_segments(&jpeg, &[exif(8), exif(9)])),
        ("PNG without IEND", without(&png, 12)),
        ("PNG with half an IEND", without(&png, 6)),
        ("PNG without the last sum", without(&png, 12 + 8)),
        ("PNG with a trailer", with(&png)),
        ("GIF without a trailer", without(&gif, 1)),
        ("GIF with a trailer", with(&gif)),
    ];
    for (what, bytes) in cases {
        let prepared = Options::default().prepare(&bytes).unwrap_or_else(|e| panic!("{what}: {e}"));
        let warned = |w: &Warning| matches!(w, Warning::MalformedStructure(_) | Warning::BrokenExif(_));
        assert!(prepared.report().warnings.iter().any(warned), "{what}: {}", prepared.report());
    }
    assert!(Options::default().prepare(&with(&bmp)).is_ok());
}

/// Damage is not the same as a cut: what contradicts itself is not filled.
#[test]
fn damaged_data_is_refused_by_either_setting() {
    let mut png = fixture("png_rgb_8.png");
    let middle = png.len() / 2;
    png[middle] ^= 0xFF;
    assert!(matches!(
        Options::default().prepare(&png),
        Err(Error::Malformed { .. } | Error::Truncated { .. })
    ));
    assert!(matches!(lenient().prepare(&png), Err(Error::Malformed { .. } | Error::Truncated { .. })));
}
