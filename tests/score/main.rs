//! The project's own measure of pictures, and what it says of fitted ones.

#[path = "../../crates/photo-prep/src/pixels/score/measure.rs"]
mod measure;
mod monotone;
mod order;
mod pairs;

use image::RgbImage;
use measure::View;

/// The measure's view of an RGB picture.
fn view(picture: &RgbImage) -> View<'_> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    View { samples: picture.as_raw(), width, height, channels: 3 }
}

/// The points of whole pictures.
fn score(a: &View<'_>, b: &View<'_>) -> Option<f64> {
    measure::score(&[[*a, *b]], a.width.max(a.height))
}

/// A picture laid on white.
fn on_white(picture: &image::RgbaImage) -> RgbImage {
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [r, g, b, a] = picture.get_pixel(x, y).0;
        image::Rgb(
            [r, g, b].map(|v| ((u32::from(v) * u32::from(a) + 255 * (255 - u32::from(a)) + 127) / 255) as u8),
        )
    })
}
