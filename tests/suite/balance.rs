//! Which format, pixels and quality a picture gets under a byte limit.

use photo_prep::{Format, Options, OutputFormat, Prepared, Rung};
use photo_testkit::encode::jpeg::JpegOptions;
use photo_testkit::encode::png::{self, PngImage, PngOptions};
use photo_testkit::{Layout, Picture, fixtures, photo_like, sample};

fn lossless(picture: &Picture) -> Vec<u8> {
    png::encode(&PngImage::from_picture(picture, 8), &PngOptions::default())
}

/// The sampling factors of luma.
fn factors(prepared: &Prepared<'_>) -> (u8, u8) {
    photo_prep::probe(prepared.bytes()).unwrap().jpeg.unwrap().sampling[0]
}

/// Reduced pixels are new ones, and gain from a quality that the source did not have; pixels that stay do not.
#[test]
fn the_quality_of_the_source_bounds_only_pixels_that_stay() {
    let bytes = sample::jpeg(800, 600, &JpegOptions { quality: 80, ..sample::phone() });
    let quality = |options: Options| options.prepare(&bytes).unwrap().report().quality;
    assert_eq!(quality(Options::default().max_pixels(200_000)), Some(92));
    assert_eq!(quality(Options::default().max_pixels(200_000).quality(70)), Some(70));
    let turned = fixtures::folder().join("orientation_6.jpg");
    let turned = std::fs::read(turned).unwrap();
    let source = photo_prep::probe(&turned).unwrap().jpeg.unwrap().quality;
    let prepared =
        Options::default().quality(100).color(photo_prep::ColorPolicy::Srgb).prepare(&turned).unwrap();
    assert!(prepared.report().quality <= source, "{}", prepared.report());
}

#[test]
fn a_lossless_source_becomes_a_small_png_or_a_fine_jpeg() {
    let small = lossless(&photo_like(500, 400, 1));
    let large = lossless(&photo_like(1600, 1200, 1));
    let prepared = Options::default().max_pixels(150_000).prepare(&small).unwrap();
    assert_eq!(prepared.format(), Format::Png, "{}", prepared.report());
    let prepared = Options::default().max_pixels(1_500_000).prepare(&large).unwrap();
    let report = prepared.report();
    assert_eq!((report.rung(), report.quality), (Rung::Jpeg, Some(95)), "{report}");
    assert_eq!(factors(&prepared), (1, 1));
    let gif = std::fs::read(fixtures::folder().join("gif_87a.gif")).unwrap();
    assert_eq!(Options::default().prepare(&gif).unwrap().format(), Format::Png);
}

/// Full chroma where quality stays at 80 and above, else halved chroma.
#[test]
fn chroma_is_full_while_quality_is_high() {
    let bytes = lossless(&photo_like(1200, 900, 4));
    let (mut full, mut halved) = (0, 0);
    for max_bytes in [20_000, 60_000, 100_000, 150_000, 200_000, 300_000, 500_000] {
        let options = Options::default().format(OutputFormat::Jpeg).max_bytes(max_bytes);
        let prepared = options.prepare(&bytes).unwrap();
        let quality = prepared.report().quality.unwrap();
        match factors(&prepared) {
            (1, 1) => full += 1,
            _ => halved += 1,
        }
        assert!(quality >= 80 || factors(&prepared) == (2, 2), "{}", prepared.report());
    }
    assert!(full > 0 && halved > 0, "{full} with full chroma, {halved} with halved");
}

/// Strips and noise, whose bytes do not fall with their pixels as those of photos do.
#[test]
fn the_limit_is_used_by_odd_pictures() {
    let noise = |w, h| {
        Picture::from_fn(w, h, Layout::Rgb, |x, y| {
            let noise = (x.wrapping_mul(0x9E37_79B9) ^ y.wrapping_mul(0x85EB_CA6B)).wrapping_mul(0xC2B2_AE35);
            let noise = noise ^ noise >> 15;
            [noise as u8, (noise >> 8) as u8, (noise >> 16) as u8, 255]
        })
    };
    let pictures = [photo_like(6000, 180, 2), photo_like(180, 6000, 2), noise(900, 700), noise(4000, 120)];
    for (n, picture) in pictures.iter().enumerate() {
        let bytes = lossless(picture);
        for max_bytes in [2_000, 10_000, 50_000] {
            let options = Options::default().format(OutputFormat::Jpeg).max_bytes(max_bytes);
            let prepared = options.prepare(&bytes).unwrap();
            let (report, length) = (prepared.report(), prepared.bytes().len() as u64);
            println!("{n}, {max_bytes}: {length}, {report}");
            assert!(length <= max_bytes && length * 1000 >= max_bytes * 965, "{n}: {length}, {report}");
        }
    }
}

/// The quality that is asked for as a floor holds, whatever pixels that costs.
#[test]
fn the_floor_holds() {
    let bytes = lossless(&photo_like(1000, 800, 6));
    for floor in [30, 60, 75, 90] {
        for max_bytes in [5_000, 20_000, 60_000] {
            let options = Options::default().format(OutputFormat::Jpeg).max_bytes(max_bytes);
            let prepared = options.quality_floor(floor).prepare(&bytes).unwrap();
            let report = prepared.report();
            assert!(report.quality.is_some_and(|quality| quality + 1 >= floor), "{floor}: {report}");
        }
    }
}

/// As near to quality 98 with full chroma as the limit allows.
#[test]
fn the_best_quality_fills_the_limit() {
    let bytes = lossless(&photo_like(1200, 900, 4));
    let options = Options::default().format(OutputFormat::Jpeg).best_quality();
    let whole = options.prepare(&bytes).unwrap();
    assert_eq!((whole.report().quality, factors(&whole)), (Some(98), (1, 1)));
    let limit = whole.bytes().len() as u64 * 9 / 10;
    let fitted = options.max_bytes(limit).prepare(&bytes).unwrap();
    assert_eq!((fitted.report().rung(), factors(&fitted)), (Rung::LowerQuality, (1, 1)));
    assert!(fitted.bytes().len() as u64 * 1000 >= limit * 985, "{}", fitted.report());
}
