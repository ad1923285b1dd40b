//! What keeping transparency costs under a byte limit: how much better a JPEG on a background would look.

use super::outcome::Target;
use crate::formats::jpeg::{decode_planes, encode};
use crate::pixels::{Raster, alpha, resize, score};
use crate::sampling::JpegSampling;
use crate::{Result, Rgb, Size};

/// A picture that looks as good as this can't be much better.
const GOOD: f64 = 85.0;
/// Points from which on it is told.
const MUCH: f64 = 10.0;

/// Qualities of the JPEG that is compared.
const QUALITIES: [u8; 5] = [92, 82, 70, 55, 40];

/// How many points more a JPEG on a background would have than `points`, if they are more than 10. `sample`
/// stands for the picture, whose upright size is `whole`.
pub(super) fn points_lost(sample: &Raster, whole: Size, points: f64, target: &Target) -> Result<Option<u8>> {
    if points >= GOOD {
        return Ok(None);
    }
    let flat = alpha::on_background(sample.clone(), Rgb::WHITE);
    let times = whole.pixels() as f64 / sample.size().pixels() as f64;
    let limit = target.max_bytes as f64 / times;
    let (mut file, mut quality) = (Vec::new(), 0);
    for candidate in QUALITIES {
        (file, quality) = (jpeg(&flat, candidate, target)?, candidate);
        if file.len() as f64 <= limit {
            break;
        }
    }
    if file.len() as f64 > limit {
        // Fewer pixels of the least quality: bytes fall with about the 0.8th power of pixels.
        let share = (limit / file.len() as f64).powf(1.25);
        let small = resize::to_size(flat.clone(), flat.size().scaled(share.sqrt()));
        file = jpeg(&small, quality, target)?;
    }
    let seen = decode_planes::raster(
        &photo_jpeg::decode(&file, &photo_jpeg::DecodeOptions::default())
            .map_err(|e| decode_planes::error(&e))?,
    )?;
    let seen = resize::to_size(seen, flat.size());
    let more =
        score::score(&flat, &seen, whole.width.max(whole.height)).unwrap_or(0.0).max(0.0) - points.max(0.0);
    Ok((more > MUCH).then_some(more.min(100.0) as u8))
}

fn jpeg(raster: &Raster, quality: u8, target: &Target) -> Result<Vec<u8>> {
    let settings = target.settings.at(quality);
    encode::encode(
        raster,
        &encode::JpegSettings { sampling: JpegSampling::S420, segments: Vec::new(), ..settings },
    )
}
