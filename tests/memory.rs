//! Memory stays within what the plan says, measured by a counting allocator. One test, since the counters
//! belong to the whole process.

use photo_prep::{AspectRatio, Error, Focus, Framing, Options, OutputFormat, Requirements, Rgb};
use photo_testkit::alloc::{CountingAlloc, peak_during};
use photo_testkit::encode::jpeg::{JpegOptions, Sampling, Segment, encode, encode_unconverted};
use photo_testkit::encode::png::{self, PngImage, PngOptions};
use photo_testkit::encode::tiff::{self, Compression, TiffOptions};
use photo_testkit::exif::Exif;
use photo_testkit::{Layout, photo_like};
use photo_testkit::{fixtures, sample};

#[global_allocator]
static ALLOC: CountingAlloc = CountingAlloc;

#[test]
fn peaks_stay_within_the_estimates_and_the_budget() {
    let phone = sample::phone();
    let progressive = JpegOptions { progressive: true, ..sample::phone() };
    let full = JpegOptions { sampling: Sampling::S444, ..progressive.clone() };
    let png = png::encode(&PngImage::from_picture(&photo_like(3000, 2000, 3), 16), &PngOptions::default());
    let large = png::encode(&PngImage::from_picture(&photo_like(6000, 4000, 4), 8), &PngOptions::default());
    let table = [
        ("12 MP JPEG", sample::jpeg(4032, 3024, &phone)),
        ("12 MP progressive JPEG", sample::jpeg(4032, 3024, &progressive)),
        ("48 MP JPEG", sample::jpeg(8064, 6048, &phone)),
        ("48 MP progressive JPEG", sample::jpeg(8064, 6048, &progressive)),
        ("48 MP progressive 4:4:4 JPEG", sample::jpeg(8064, 6048, &full)),
        ("6 MP PNG of 16 bits", png),
        ("24 MP PNG", large),
    ];
    for (name, bytes) in &table {
        within_estimate(name, bytes, Options::default());
    }
    for pixels in [1_000, 10_000, 100_000] {
        within_estimate("24 MP PNG, a thumbnail", &table[6].1, Options::default().max_pixels(pixels));
    }
    tiffs();
    rare_jpegs();
    let turned = JpegOptions { segments: vec![Segment::exif(&Exif::orientation(6))], ..sample::phone() };
    let large = sample::jpeg(12_000, 9_000, &turned);
    within_estimate("108 MP JPEG, turned", &large, Options::default());
    // At an eighth, a quarter and half the scale.
    for pixels in [500_000, 2_000_000, 5_000_000] {
        within_estimate("108 MP JPEG, smaller", &large, Options::default().max_pixels(pixels));
    }
    for pixels in [1_000_000, 4_000_000] {
        within_estimate(
            "48 MP progressive JPEG, smaller",
            &table[3].1,
            Options::default().max_pixels(pixels),
        );
    }
    within_estimate("8 MP JPEG, turned", &sample::jpeg(3264, 2448, &turned), Options::default());
    for progressive in [false, true] {
        let heavy = sample::jpeg(3264, 2448, &JpegOptions { quality: 100, progressive, ..sample::phone() });
        let limit = heavy.len() as u64 * 4 / 5;
        within_estimate("8 MP JPEG, too heavy", &heavy, Options::default().max_bytes(limit));
        within_estimate("8 MP JPEG, far too heavy", &heavy, Options::default().max_bytes(limit / 20));
    }
    within_estimate("12 MP JPEG to 200 KB", &table[0].1, Options::default().max_bytes(200_000));
    for entry in fixtures::read_index().unwrap().into_iter().filter(|e| e.valid) {
        within_estimate(&entry.file, &std::fs::read(entry.path()).unwrap(), Options::default());
    }
    for name in ["grid_12mp.heic", "grid_200mp.heic", "alpha.heic", "iovl.heic"] {
        let file = fixtures::of_formats().into_iter().find(|f| f.ends_with(name)).unwrap();
        let bytes = std::fs::read(file).unwrap();
        within_estimate(name, &bytes, Options::default());
        within_estimate(name, &bytes, Options::default().max_pixels(1_000));
    }
    webp();
    framed(&table[0].1, &table[6].1);
    refusals_are_cheap();
}

/// Lossy, by rows.
fn webp() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/photo-prep/tests/data/webp/gradient_12mp.webp");
    let bytes = std::fs::read(file).unwrap();
    for pixels in [1_000, 2_000_000, 10_000_000, 12_000_000] {
        within_estimate("12 MP WebP", &bytes, Options::default().max_pixels(pixels));
    }
    within_estimate("12 MP WebP to a PNG", &bytes, Options::default().format(OutputFormat::Png));
}

/// Cropped, on a canvas, enlarged: what is decoded whole, and what gets larger than it was.
fn framed(jpeg: &[u8], png: &[u8]) {
    let ratio = |width, height| {
        let ratio = AspectRatio::new(width, height).unwrap();
        Requirements::default().min_aspect_ratio(ratio).max_aspect_ratio(ratio)
    };
    let cropped = Options::default().framing(Framing::Crop(Focus { x: 10, y: 90 }));
    let padded = Options::default().framing(Framing::Pad(Rgb([1, 2, 3])));
    let small = png::encode(&PngImage::from_picture(&photo_like(600, 400, 3), 8), &PngOptions::default());
    let gray = photo_like(600, 400, 3).convert(Layout::Gray);
    let gray = png::encode(&PngImage::from_picture(&gray, 8), &PngOptions::default());
    for (name, bytes) in [("12 MP JPEG", jpeg), ("24 MP PNG", png)] {
        for pixels in [10_000, 1_000_000, 10_000_000] {
            for (how, options) in [("cropped", cropped), ("padded", padded)] {
                let options = options.requirements(ratio(1, 1)).max_pixels(pixels);
                within_estimate(&format!("{name}, {how}, {pixels} pixels"), bytes, options);
            }
        }
    }
    let enlarged = Requirements::default().min_width(3_600);
    for (name, bytes) in [("color", &small), ("gray", &gray)] {
        let options = Options::default().requirements(enlarged).enlarge(true);
        within_estimate(&format!("{name}, enlarged"), bytes, options);
        within_estimate(&format!("{name}, enlarged to a PNG"), bytes, options.format(OutputFormat::Png));
        within_estimate(&format!("{name}, padded"), bytes, padded.requirements(enlarged.min_height(2_400)));
    }
}

fn within_estimate(name: &str, bytes: &[u8], options: Options) {
    let plan =
        options.plan(&options.probe(bytes).unwrap(), photo_prep::Resources::of_current_pool()).unwrap();
    let (result, peak) = peak_during(|| plan.execute(bytes).map(|p| p.bytes().len()));
    result.unwrap_or_else(|e| panic!("{name}: {e}"));
    let estimate = plan.estimate().peak_memory;
    println!("{name}: peak {:.1} MB, estimate {:.1} MB", peak as f64 / 1e6, estimate as f64 / 1e6);
    // What the allocator doesn't see here: the input, and the program itself.
    assert!(peak + bytes.len() <= estimate as usize, "{name}: peak {peak}, estimate {estimate}");
    let most = if plan.info().size.pixels() < 50_000_000 { 450_000_000 } else { 550_000_000 };
    assert!(estimate <= most, "{name}: estimate {estimate}");
}

/// Inks and RGB in bands; several scans, whose coefficients are kept.
fn rare_jpegs() {
    let photo = photo_like(4032, 3024, 6);
    let inks = photo.convert(Layout::Cmyk);
    let plain = JpegOptions::default();
    for (name, bytes) in [
        ("CMYK", encode(&inks, &plain)),
        ("YCCK", encode(&inks, &JpegOptions { ycck: true, ..plain.clone() })),
        ("progressive CMYK", encode(&inks, &JpegOptions { progressive: true, ..plain.clone() })),
        ("CMYK in four scans", encode(&inks, &JpegOptions { optimized: true, ..plain.clone() })),
        ("RGB", encode_unconverted(&photo, &plain)),
    ] {
        for pixels in [100_000, 2_000_000, 10_000_000] {
            within_estimate(&format!("12 MP JPEG, {name}"), &bytes, Options::default().max_pixels(pixels));
        }
    }
}

/// Strips that are unpacked as they are needed, and one strip that is unpacked whole.
fn tiffs() {
    let picture = photo_like(4000, 3000, 5);
    for (rows_per_strip, deep) in [(16, false), (0, false), (16, true), (0, true)] {
        for compression in [Compression::None, Compression::Lzw, Compression::Deflate] {
            let options = TiffOptions { compression, rows_per_strip, deep, ..TiffOptions::default() };
            let name = format!("12 MP TIFF, {compression:?}, {rows_per_strip} rows a strip, deep: {deep}");
            let bytes = tiff::encode(&picture, &options);
            for pixels in [100_000, 10_000_000] {
                within_estimate(&name, &bytes, Options::default().max_pixels(pixels));
            }
        }
    }
}

/// Headers that claim 65535x65535 (or the most that the format can claim).
fn refusals_are_cheap() {
    let mut count = 0;
    for entry in fixtures::read_index().unwrap().into_iter().filter(|e| e.file.contains("huge")) {
        let bytes = std::fs::read(entry.path()).unwrap();
        let (result, peak) = peak_during(|| photo_prep::prepare(&bytes).map(|p| p.size()));
        let error = result.expect_err(&entry.file);
        assert!(
            matches!(error, Error::LimitExceeded { .. } | Error::Malformed { .. }),
            "{}: {error}",
            entry.file
        );
        assert!(peak < 64 << 20, "{}: {peak} bytes", entry.file);
        count += 1;
    }
    assert!(count >= 6, "only {count} huge headers");
}
