//! The byte limit holds, whatever it is; a JPEG is written once for it, a PNG at most three times.

use photo_prep::{Error, Options, OutputFormat, Rung};
use photo_testkit::encode::jpeg::JpegOptions;
use photo_testkit::encode::png::{self, PngImage, PngOptions};
use photo_testkit::photo_like;
use photo_testkit::{pattern, sample};
use proptest::prelude::*;

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
        prop_assert!(report.quality.unwrap_or(quality) <= quality, "{report}");
        if matches!(report.rung, Rung::Jpeg | Rung::LowerQuality) {
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
        prop_assert!(report.encodes <= 3, "{} encodes: {report}", report.encodes);
    }
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
            let most = if prepared.format() == photo_prep::Format::Jpeg { 1 } else { 3 };
            assert!(report.encodes <= most, "{} encodes: {report}", report.encodes);
            // Measured: 68 % of the limit at least.
            assert!(prepared.bytes().len() as u64 * 2 >= max_bytes, "wasteful: {report}");
            if report.rung == Rung::LowerQuality {
                assert!(prepared.bytes().len() as f64 >= 0.98 * max_bytes as f64, "wasteful: {report}");
            }
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
        // Coefficients that lie near the middle between two steps may fall to either, by the way the file was made.
        assert!(now.0 > pixels || prepared.bytes().len() * 100 >= length * 99, "{report}");
        (pixels, quality, length) = (now.0, now.1, prepared.bytes().len());
    }
    assert_eq!(quality, 92);
}

#[test]
fn what_cannot_fit_says_so() {
    let bytes = sample::jpeg(64, 48, &sample::phone());
    let error =
        Options::default().max_bytes(100).prepare(&bytes).map(|p| p.report().to_string()).unwrap_err();
    assert!(matches!(error, Error::CannotFit { best_bytes: Some(_), limit: 100 }), "{error}");
}
