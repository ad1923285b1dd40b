//! What several tests share.

use image::{DynamicImage, RgbaImage};
use photo_testkit::fixtures::{self, Entry};

/// The entries of the fixtures' index, with the bytes of each file.
pub(crate) fn fixtures() -> Vec<(Entry, Vec<u8>)> {
    let entries = fixtures::read_index().expect("fixtures/index.json is in the repository");
    let read = |entry: Entry| {
        let bytes = std::fs::read(entry.path()).unwrap_or_else(|e| panic!("{}: {e}", entry.file));
        (entry, bytes)
    };
    entries.into_iter().map(read).collect()
}

/// The valid ones.
pub(crate) fn valid_fixtures() -> Vec<(Entry, Vec<u8>)> {
    fixtures().into_iter().filter(|(entry, _)| entry.valid).collect()
}

/// Decodes with the `image` crate, which photo-prep uses for neither JPEG nor PNG nor GIF nor BMP.
pub(crate) fn decoded(bytes: &[u8]) -> DynamicImage {
    image::load_from_memory(bytes).expect("an independent decoder reads it")
}

/// The picture as it must look, by the independent decoder and the index's orientation.
pub(crate) fn reference(entry: &Entry, bytes: &[u8]) -> RgbaImage {
    let mut picture = decoded(bytes);
    let orientation = image::metadata::Orientation::from_exif(entry.orientation as u8);
    picture.apply_orientation(orientation.expect("the index holds 1..=8"));
    picture.into_rgba8()
}

/// The mean absolute difference of the colors, laid on white so that what transparent pixels hold does not
/// count.
pub(crate) fn mean_difference(a: &RgbaImage, b: &RgbaImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let on_white = |p: &image::Rgba<u8>, k: usize| {
        let alpha = f64::from(p[3]) / 255.0;
        f64::from(p[k]) * alpha + 255.0 * (1.0 - alpha)
    };
    let sum: f64 = a
        .pixels()
        .zip(b.pixels())
        .map(|(a, b)| (0..3).map(|k| (on_white(a, k) - on_white(b, k)).abs()).sum::<f64>())
        .sum();
    sum / (3.0 * a.pixels().len() as f64)
}
