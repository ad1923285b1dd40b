//! Pairs of a picture and what is left of it: 18 pictures of all kinds, twelve distortions each.

use image::imageops::{FilterType, resize};
use image::{Rgb, RgbImage};
use photo_testkit::encode::jpeg::{JpegOptions, Sampling, encode};
use photo_testkit::graphics::Kind;
use photo_testkit::{Layout, Picture};

pub(crate) struct Pair {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) source: RgbImage,
    pub(crate) result: RgbImage,
}

/// The same pairs at every call.
pub(crate) fn all() -> Vec<Pair> {
    let mut pairs = Vec::new();
    for kind in Kind::ALL {
        for number in 0..3 {
            let picture = kind.picture(320, 240, number).convert(Layout::Rgba);
            let data =
                image::RgbaImage::from_raw(320, 240, picture.into_data()).expect("four samples a pixel");
            let source = crate::on_white(&data);
            for (step, distortion) in DISTORTIONS.iter().enumerate() {
                // A third of the strengths for each picture, so that they lie between those of the others.
                let strength = distortion.1[number as usize];
                let result = distorted(&source, distortion.0, strength);
                let name = format!("{}{number}-{step}-{:?}{strength}", kind.name(), distortion.0);
                pairs.push(Pair { name, kind, source: source.clone(), result });
            }
        }
    }
    pairs
}

#[derive(Debug, Clone, Copy)]
enum Distortion {
    Jpeg420,
    Jpeg444,
    Levels,
    Dither,
    Fewer,
    Near,
}

use Distortion::{Dither, Fewer, Jpeg420, Jpeg444, Levels, Near};

/// What is done, and how strongly to the first, the second and the third picture of a kind: the quality, the levels of a
/// channel, the percentage of the side, the error allowed.
const DISTORTIONS: [(Distortion, [u32; 3]); 12] = [
    (Jpeg420, [12, 20, 30]),
    (Jpeg420, [45, 55, 65]),
    (Jpeg420, [75, 85, 92]),
    (Jpeg444, [60, 80, 95]),
    (Levels, [3, 4, 5]),
    (Levels, [8, 12, 20]),
    (Dither, [4, 6, 8]),
    (Dither, [12, 20, 32]),
    (Fewer, [85, 75, 65]),
    (Fewer, [50, 40, 30]),
    (Near, [1, 2, 3]),
    (Near, [5, 8, 12]),
];

fn distorted(source: &RgbImage, distortion: Distortion, strength: u32) -> RgbImage {
    match distortion {
        Jpeg420 => jpeg(source, strength, Sampling::S420),
        Jpeg444 => jpeg(source, strength, Sampling::S444),
        Levels => levels(source, strength, false),
        Dither => levels(source, strength, true),
        Fewer => {
            let (w, h) = source.dimensions();
            let small = resize(source, w * strength / 100, h * strength / 100, FilterType::Lanczos3);
            resize(&small, w, h, FilterType::Lanczos3)
        }
        Near => near(source, strength as i32),
    }
}

fn jpeg(source: &RgbImage, quality: u32, sampling: Sampling) -> RgbImage {
    let picture = Picture::new(source.width(), source.height(), Layout::Rgb, source.as_raw().clone());
    let options = JpegOptions { quality: quality as u8, sampling, ..JpegOptions::default() };
    image::load_from_memory(&encode(&picture, &options)).expect("a JPEG").into_rgb8()
}

/// Each channel in so many levels, rounded, or dithered by a pattern of 4x4.
fn levels(source: &RgbImage, levels: u32, dither: bool) -> RgbImage {
    const PATTERN: [u32; 16] = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5];
    RgbImage::from_fn(source.width(), source.height(), |x, y| {
        let threshold = if dither { PATTERN[(y % 4 * 4 + x % 4) as usize] * 255 / 16 + 8 } else { 127 };
        let level =
            |v: u8| ((u32::from(v) * (levels - 1) + threshold) / 255).min(levels - 1) * 255 / (levels - 1);
        Rgb(source.get_pixel(x, y).0.map(|v| level(v) as u8))
    })
}

/// The difference to the pixel above, of the result, in steps that keep the error within `most`.
fn near(source: &RgbImage, most: i32) -> RgbImage {
    let mut out = source.clone();
    for y in 1..source.height() {
        for x in 0..source.width() {
            let above = out.get_pixel(x, y - 1).0;
            let here = source.get_pixel(x, y).0;
            let step = 2 * most + 1;
            out.get_pixel_mut(x, y).0 = std::array::from_fn(|k| {
                let (above, here) = (i32::from(above[k]), i32::from(here[k]));
                let steps = (here - above + (here - above).signum() * most) / step;
                (above + steps * step).clamp(0, 255) as u8
            });
        }
    }
    out
}
