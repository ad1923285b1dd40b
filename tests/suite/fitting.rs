//! The byte limit holds, whatever it is; a JPEG is written once for it, a large PNG a few times.

use photo_prep::{Error, Options, OutputFormat, Rung, Warning};
use photo_testkit::encode::jpeg::JpegOptions;
use photo_testkit::encode::png::{self, PngImage, PngOptions};
use photo_testkit::photo_like;
use photo_testkit::{pattern, sample};
use proptest::prelude::*;

use crate::support::{decoded, mean_difference};

/// Photographs, and pictures whose parts differ, so that a sample of them may mislead.
fn pictures() -> Vec<(&'static str, Vec<u8>)> {
    let jpeg = |w, h, quality| sample::jpeg(w, h, &JpegOptions { quality, ..sample::phone() });
    let half_noise = photo_testkit::Picture::from_fn(1100, 800, photo_testkit::Layout::Rgb, |x, y| {
        let noise = (x.wrapping_mul(0x9E37_79B9) ^ y.wrapping_mul(0x85EB_CA6B)).wrapping_mul(0xC2B2_AE35);
        if y < 400 {
            [90, 120, 160, 255]
        } else {
            [noise as u8, (noise >> 8) as u8, (noise >> 16) as u8, 255]
        }
    });
    let lossless = |picture| png::encode(&PngImage::from_picture(picture, 8), &PngOptions::default());
    vec![
        ("photo", jpeg(1400, 1000, 95)),
        ("large photo", jpeg(4200, 3000, 92)),
        ("photo of a PNG", lossless(&photo_like(900, 700, 3))),
        ("half noise", lossless(&half_noise)),
    ]
}

/// Issue: at most one full emission and one full DCT per output. A photo within the pixel limit keeps its
/// coefficients, so the limit on pixels is put below it.
#[test]
fn a_jpeg_is_transformed_once_and_written_once() {
    let mut seen = std::collections::BTreeSet::new();
    for (name, bytes) in pictures() {
        for max_bytes in [20_000, 60_000, 150_000, 400_000, 600_000, 2_500_000, 10_000_000] {
            for max_pixels in [700_000, 10_000_000] {
                let options = Options::default().max_bytes(max_bytes).max_pixels(max_pixels);
                let prepared = options.format(OutputFormat::Jpeg).prepare(&bytes).unwrap();
                let report = prepared.report();
                let made = match report.rung() {
                    Rung::AsIs | Rung::Stripped => (0, 0),
                    Rung::Optimized | Rung::Progressive | Rung::Requantized
                        if report.route.name() == "coefficients" =>
                    {
                        (1, 0)
                    }
                    // Each size that is looked at is transformed once, and one is written.
                    Rung::FewerPixels => (1, report.transforms.clamp(1, 10)),
                    Rung::HalvedChroma => (1, report.transforms.clamp(1, 2)),
                    _ => (1, 1),
                };
                assert_eq!((report.encodes, report.transforms), made, "{name}, {max_bytes}: {report}");
                seen.insert(format!("{:?}", report.rung()));
            }
        }
    }
    assert!(seen.len() >= 4, "only {seen:?}");
}

/// What is said of a file's length before its bits are written, on a thousand files: only stuffed bytes are
/// estimated.
#[test]
fn lengths_are_predicted_to_a_thousandth() {
    let (mut cases, mut worst, mut sum) = (0, 0.0f64, 0.0);
    for seed in 0..40 {
        let photo = photo_like(960, 720, seed);
        let planes =
            photo_jpeg::Planes::from_rgb(960, 720, photo.data(), FACTORS[seed as usize % 3]).unwrap();
        for quality in 74..99 {
            let draft =
                photo_jpeg::Draft::encode(&planes, &photo_jpeg::EncodeOptions::default().quality(quality));
            let draft = draft.unwrap();
            let predicted = draft.expected_len() as f64;
            let real = draft.write().len() as f64;
            let error = (predicted - real) / real;
            sum += error;
            worst = worst.max(error.abs());
            cases += 1;
        }
    }
    println!(
        "{cases} predictions, {:.3} % off at most, {:.4} % in the mean",
        100.0 * worst,
        100.0 * sum / 1000.0
    );
    assert_eq!(cases, 1000);
    assert!(worst <= 0.001, "{worst}");
}

const FACTORS: [(u8, u8); 3] = [(2, 2), (2, 1), (1, 1)];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_jpeg_fits_any_limit(
        w in 16u32..900, h in 16u32..700, quality in 40u8..=98, max_bytes in 1_000u64..150_000, floor in 20u8..=85
    ) {
        let bytes = sample::jpeg(w, h, &JpegOptions { quality, ..JpegOptions::default() });
        let options = Options::default().max_bytes(max_bytes).quality_floor(floor);
        let prepared = options.prepare(&bytes).unwrap();
        let report = prepared.report();
        prop_assert!(prepared.bytes().len() as u64 <= max_bytes, "{report}");
        // A second one where more bytes are stuffed than expected, which small pictures can show.
        prop_assert!(report.encodes <= 2, "{} encodes: {report}", report.encodes);
        let whole = report.rung() != Rung::FewerPixels;
        prop_assert!(!whole || report.quality.unwrap_or(quality) <= quality, "{report}");
        if matches!(report.rung(), Rung::Jpeg | Rung::Progressive | Rung::LowerQuality) {
            prop_assert!(prepared.size().pixels() == u64::from(w) * u64::from(h));
        }
    }

    #[test]
    fn a_transparent_png_fits_any_limit(w in 16u32..500, h in 16u32..400, max_bytes in 1_000u64..100_000) {
        let noisy = photo_like(w, h, 5);
        let shapes = pattern::alpha_shapes(w, h);
        let picture = photo_testkit::Picture::from_fn(w, h, photo_testkit::Layout::Rgba, |x, y| {
            let [r, g, b, _] = noisy.rgba(x, y);
            [r, g, b, shapes.rgba(x, y)[3]]
        });
        let bytes = png::encode(&PngImage::from_picture(&picture, 8), &PngOptions::default());
        let prepared = Options::default().max_bytes(max_bytes).prepare(&bytes).unwrap();
        let report = prepared.report();
        prop_assert!(prepared.bytes().len() as u64 <= max_bytes, "{report}");
        // The smaller the picture, the more ways and sizes are tried.
        let work = u64::from(report.encodes) * u64::from(w * h);
        prop_assert!(report.encodes <= 20 || work <= 12_000_000, "{} encodes: {report}", report.encodes);
    }
}

#[test]
fn what_transparency_costs_is_told_where_it_is_much() {
    let (photo, shapes) = (photo_like(500, 400, 5), pattern::alpha_shapes(500, 400));
    let picture = photo_testkit::Picture::from_fn(500, 400, photo_testkit::Layout::Rgba, |x, y| {
        let [r, g, b, _] = photo.rgba(x, y);
        [r, g, b, shapes.rgba(x, y)[3]]
    });
    let bytes = png::encode(&PngImage::from_picture(&picture, 8), &PngOptions::default());
    let told = |max_bytes: u64| {
        let prepared = Options::default().max_bytes(max_bytes).prepare(&bytes).unwrap();
        let warnings = &prepared.report().warnings;
        warnings.iter().any(|warning| matches!(warning, Warning::AlphaCosts { points: 10.. }))
    };
    assert!(told(8_000), "a PNG of so few bytes is far worse than a JPEG");
    assert!(!told(bytes.len() as u64), "nothing is lost");
    assert!(!told(bytes.len() as u64 * 3 / 4), "hardly anything is lost");
}

#[test]
fn a_large_photo_fits_small_limits() {
    let bytes = sample::jpeg(2000, 1500, &sample::phone());
    for max_bytes in [1_000, 5_000, 20_000, 100_000, 200_000, 500_000] {
        for format in [OutputFormat::Auto, OutputFormat::Png] {
            let options = Options::default().max_bytes(max_bytes).format(format);
            let prepared = options.prepare(&bytes).unwrap();
            let report = prepared.report();
            assert!(prepared.bytes().len() as u64 <= max_bytes, "{report}");
            // A second one where more bytes are stuffed than expected, which small pictures can show.
            let most = if prepared.format() == photo_prep::Format::Jpeg { 2 } else { 20 };
            assert!(report.encodes <= most, "{} encodes: {report}", report.encodes);
            let filled = if prepared.format() == photo_prep::Format::Jpeg { 0.985 } else { 0.5 };
            assert!(prepared.bytes().len() as f64 >= filled * max_bytes as f64, "wasteful: {report}");
        }
    }
}

#[test]
fn a_larger_limit_never_gives_a_worse_picture() {
    let bytes = sample::jpeg(1200, 900, &sample::phone());
    let (mut pixels, mut quality, mut length) = (0, 0, 0);
    for max_bytes in (20_000..400_000).step_by(9_500) {
        let prepared = Options::default().max_pixels(500_000).max_bytes(max_bytes).prepare(&bytes).unwrap();
        let report = prepared.report();
        let now = (prepared.size().pixels(), report.quality.unwrap_or(100));
        assert!(now.0 >= pixels, "{report}");
        assert!(now.0 > pixels || now.1 >= quality, "{report}");
        // Coefficients that lie near the middle between two steps may fall to either, by the way the file was
        // made.
        assert!(now.0 > pixels || prepared.bytes().len() * 100 >= length * 99, "{report}");
        (pixels, quality, length) = (now.0, now.1, prepared.bytes().len());
    }
    assert_eq!(quality, 92);
}

/// The rungs of a JPEG that is a little too heavy, from above; the first two lose no bit of it.
#[test]
fn a_progressive_file_saves_a_picture_that_is_a_little_too_heavy() {
    let bytes = sample::jpeg(2000, 1500, &sample::phone());
    let optimized = Options::default().max_bytes(bytes.len() as u64 - 1).prepare(&bytes).unwrap();
    assert_eq!(optimized.report().rung(), Rung::Optimized, "{}", optimized.report());
    let whole = optimized.bytes().len() as u64;
    let cases = [(101, Rung::Optimized), (97, Rung::Progressive), (90, Rung::Requantized)];
    for (percent, rung) in cases {
        let limit = whole * percent / 100;
        let prepared = Options::default().max_bytes(limit).prepare(&bytes).unwrap();
        let report = prepared.report();
        assert_eq!((report.rung(), report.lossless), (rung, rung != Rung::Requantized), "{report}");
        assert!(prepared.bytes().len() as u64 <= limit, "{report}");
        let same = decoded(&bytes) == decoded(prepared.bytes());
        assert_eq!(same, report.lossless, "{report}");
    }
    // From pixels: the planned quality is kept.
    let options = Options::default().max_pixels(1_500_000);
    let whole = options.prepare(&bytes).unwrap();
    assert_eq!(whole.report().rung(), Rung::Jpeg, "{}", whole.report());
    let limit = whole.bytes().len() as u64 * 97 / 100;
    let prepared = options.max_bytes(limit).prepare(&bytes).unwrap();
    assert_eq!(prepared.report().rung(), Rung::Progressive, "{}", prepared.report());
    assert_eq!(prepared.report().quality, whole.report().quality);
}

#[test]
fn what_cannot_fit_says_so() {
    let bytes = sample::jpeg(64, 48, &sample::phone());
    let error =
        Options::default().max_bytes(100).prepare(&bytes).map(|p| p.report().to_string()).unwrap_err();
    assert!(matches!(error, Error::CannotFit { best_bytes: Some(_), limit: 100 }), "{error}");
}

#[test]
fn a_transparent_photo_loses_little_of_its_samples_before_pixels() {
    let (shapes, photo) = (pattern::alpha_shapes(1200, 900), photo_like(1200, 900, 8));
    let picture = photo_testkit::Picture::from_fn(1200, 900, photo_testkit::Layout::Rgba, |x, y| {
        let [r, g, b, _] = photo.rgba(x, y);
        [r, g, b, shapes.rgba(x, y)[3]]
    });
    let bytes = png::encode(&PngImage::from_picture(&picture, 8), &PngOptions::default());
    let whole = Options::default().max_pixels(900_000).prepare(&bytes).unwrap();
    assert_eq!(whole.report().rung(), Rung::FullColorPng);
    let limit = whole.bytes().len() as u64;
    let fitted = Options::default().max_pixels(900_000).max_bytes(limit * 4 / 5).prepare(&bytes).unwrap();
    let report = fitted.report();
    assert_eq!((report.rung(), fitted.size()), (Rung::NearLossless, whole.size()), "{report}");
    assert!(!report.lossless && fitted.bytes().len() as u64 <= limit * 4 / 5, "{report}");
    let (a, b) = (decoded(whole.bytes()).into_rgba8(), decoded(fitted.bytes()).into_rgba8());
    assert!(mean_difference(&a, &b) < 2.0, "{}", mean_difference(&a, &b));
    let clear = |p: &image::Rgba<u8>| p[3] == 0;
    assert!(a.pixels().zip(b.pixels()).all(|(a, b)| clear(a) == clear(b)), "holes stay holes");
    let tiny = Options::default().max_bytes(limit / 30).prepare(&bytes).unwrap();
    assert_eq!(tiny.report().rung(), Rung::FewerPixels, "{}", tiny.report());
}
