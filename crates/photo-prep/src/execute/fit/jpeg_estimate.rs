//! How well a JPEG of a picture would stand for it under the byte limit, by parts of it: where that is much
//! better than the best PNG, a graphic becomes a JPEG, and what keeping transparency costs is told.

use photo_jpeg::DecodeOptions;

use super::outcome::Target;
use crate::formats::jpeg::decode_planes;
use crate::formats::jpeg::encode::{JpegSettings, encode};
use crate::pixels::{Raster, alpha, resize, score};
use crate::sampling::JpegSampling;
use crate::{Result, Rgb, Size};

/// Qualities between which all pixels are kept.
const QUALITIES: std::ops::RangeInclusive<u8> = 30..=92;
/// The quality of fewer pixels.
const OF_FEWER: u8 = 70;
/// Bytes of headers and tables, which a whole picture has once.
const HEADERS: usize = 500;

/// The points of a JPEG on white. `parts` stand for the picture, whose upright size is `whole`.
pub(super) fn points(parts: &[Raster], whole: Size, target: &Target) -> Result<f64> {
    let flat: Vec<_> = parts.iter().map(|part| alpha::on_background(part.clone(), Rgb::WHITE)).collect();
    let pixels: u64 = flat.iter().map(|part| part.size().pixels()).sum();
    let limit =
        target.max_bytes.saturating_sub(HEADERS as u64) as f64 * pixels as f64 / whole.pixels() as f64;
    let estimate = Estimate { flat: &flat, long_side: whole.width.max(whole.height), limit, target };
    let whole = estimate.of_all_pixels()?;
    match whole {
        Some((quality, points)) if quality >= OF_FEWER => Ok(points),
        whole => Ok(estimate.of_fewer()?.max(whole.map_or(0.0, |(_, points)| points))),
    }
}

struct Estimate<'a> {
    flat: &'a [Raster],
    long_side: u32,
    /// Bytes that the parts may have.
    limit: f64,
    target: &'a Target,
}

impl Estimate<'_> {
    /// The best quality at which all pixels fit, and its points.
    fn of_all_pixels(&self) -> Result<Option<(u8, f64)>> {
        let (mut from, mut to, mut best) = (*QUALITIES.start(), *QUALITIES.end() + 1, None);
        while from < to {
            let quality = from.midpoint(to);
            let files = self.files(1.0, quality)?;
            if length(&files) <= self.limit {
                (from, best) = (quality + 1, Some((quality, files)));
            } else {
                to = quality;
            }
        }
        best.map(|(quality, files)| Ok((quality, self.points(&files)?))).transpose()
    }

    /// The points of as many pixels as fit.
    fn of_fewer(&self) -> Result<f64> {
        // Bytes fall with about the 0.8th power of pixels.
        let share = |now: f64, files: &[Vec<u8>]| now * (self.limit / length(files).max(1.0)).powf(1.25);
        let first = share(1.0, &self.files(1.0, OF_FEWER)?).min(1.0);
        let second = share(first, &self.files(first, OF_FEWER)?).min(1.0);
        self.points(&self.files(second, OF_FEWER)?)
    }

    /// The parts as JPEGs of a share of their pixels.
    fn files(&self, share: f64, quality: u8) -> Result<Vec<Vec<u8>>> {
        let settings = self.target.settings.at(quality);
        let settings = JpegSettings { sampling: JpegSampling::S420, segments: Vec::new(), ..settings };
        let small = |part: &Raster| resize::to_size(part.clone(), part.size().scaled(share.sqrt()));
        self.flat.iter().map(|part| encode(&small(part), &settings)).collect()
    }

    fn points(&self, files: &[Vec<u8>]) -> Result<f64> {
        let seen = files.iter().zip(self.flat).map(|(file, part)| seen(file, part.size()));
        let seen: Vec<_> = seen.collect::<Result<_>>()?;
        Ok(score::score(self.flat.iter().zip(&seen), self.long_side).unwrap_or(0.0))
    }
}

fn length(files: &[Vec<u8>]) -> f64 {
    files.iter().map(|file| file.len().saturating_sub(HEADERS)).sum::<usize>() as f64
}

/// What a decoder makes of a JPEG, brought to a size.
fn seen(file: &[u8], size: Size) -> Result<Raster> {
    let planes = photo_jpeg::decode(file, &DecodeOptions::default()).map_err(|e| decode_planes::error(&e))?;
    Ok(resize::to_size(decode_planes::raster(&planes)?, size))
}
