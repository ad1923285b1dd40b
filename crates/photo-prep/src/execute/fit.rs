//! Holding the byte limit. A JPEG is transformed once and written once: what its bytes will be is known before. A PNG is written at
//! most four times.

use std::borrow::Cow;

use photo_jpeg::{Planes, TranscodeOptions};

use super::pixels::cannot_fit;
use super::tables::{self, Found, Search};
use crate::codec::jpeg_encode::{self, JpegSettings, Turned};
use crate::codec::png_encode;
use crate::pixels::quantise::{Quantised, quantised};
use crate::pixels::{Raster, resize};
use crate::plan::Rung;
use crate::{Format, Orientation, Result, Size};

/// What the result must hold.
pub(super) struct Target {
    pub(super) max_bytes: u64,
    pub(super) floor: u8,
    pub(super) settings: JpegSettings,
    /// Whole chunks for a PNG.
    pub(super) chunks: Vec<u8>,
}

/// A file that fits.
pub(super) struct Fitted {
    pub(super) bytes: Vec<u8>,
    pub(super) format: Format,
    pub(super) size: Size,
    pub(super) rung: Rung,
    pub(super) quality: Option<u8>,
    pub(super) encodes: u32,
    /// Whole pictures that went through the DCT.
    pub(super) transforms: u32,
}

/// Whole encodes that are spent before it only matters to fit at all.
const ENCODES: u32 = 3;

/// A picture to be written as JPEG.
pub(super) struct Picture<'a> {
    pub(super) turned: Turned<'a>,
    /// Makes its planes again at a smaller upright size.
    pub(super) smaller: &'a dyn Fn(Size) -> Result<Planes>,
}

/// As [`jpeg`], from pixels.
pub(super) fn jpeg_of(raster: &Raster, target: &Target) -> Result<Fitted> {
    let planes = |raster: &Raster| jpeg_encode::planes(raster, target.settings.sampling);
    let smaller = |size| Ok(planes(&resize::reduced(raster, size))?.planes.into_owned());
    jpeg(Picture { turned: planes(raster)?, smaller: &smaller }, target)
}

/// A sample of the picture may be wrong by so much.
const UNSURE: f64 = 1.1;

/// A JPEG within the limit: at the planned quality, else at a lower one, else with fewer pixels.
pub(super) fn jpeg(picture: Picture<'_>, target: &Target) -> Result<Fitted> {
    let Picture { turned, smaller } = picture;
    let (best, limit) = (&target.settings, target.max_bytes as f64);
    let mut tries = Tries::new(target);
    // With a byte for each pixel there is room for all but noise, and no need for a sample.
    let roomy = target.max_bytes >= turned.size().pixels();
    let sampled = if roomy { 0.0 } else { turned.predict(best)? as f64 };
    let fits = UNSURE * sampled <= limit;
    if fits && let Some(done) = tries.jpeg(&turned, best.quality, Rung::Jpeg)? {
        return Ok(done);
    }
    let floor = best.at(target.floor.min(best.quality));
    let at_floor = turned.predict(&floor)? as f64;
    let (whole, orientation) = (turned.size(), turned.orientation);
    if at_floor <= UNSURE * limit {
        tries.transforms += 1;
        let may_be_best = !fits && sampled <= UNSURE * limit;
        if let Some(found) = with_finest_tables(turned, target, may_be_best)? {
            let rung = match (found.quality == Some(best.quality), found.progressive) {
                (true, false) => Rung::Jpeg,
                (true, true) => Rung::Progressive,
                (false, _) => Rung::LowerQuality,
            };
            let Found { bytes, quality, encodes, .. } = found;
            let (format, size, transforms) = (Format::Jpeg, whole, tries.transforms);
            return Ok(Fitted { bytes, format, size, rung, quality, encodes, transforms });
        }
    } else {
        drop(turned);
    }
    fewer_pixels((whole, orientation), smaller, target, at_floor, tries)
}

/// The picture with the finest tables that fit, of the planned quality where that may be.
fn with_finest_tables(picture: Turned<'_>, target: &Target, may_be_best: bool) -> Result<Option<Found>> {
    let transformed = picture.transformed()?;
    drop(picture);
    let settings = &target.settings;
    let options = TranscodeOptions::default().segments(&settings.segments);
    let mut search = Search::new(tables::Picture::Transformed(&transformed), options, target.max_bytes);
    let mut at_best = |progressive| search.at_quality(settings.quality, settings.tables.clone(), progressive);
    let best = if may_be_best { at_best(false).or_else(|| at_best(true)) } else { None };
    Ok(best.or_else(|| search.finest(settings.quality, target.floor)))
}

/// Pixels are reduced until the floor's quality fits. Bytes fall slower than pixels do, since detail gets denser:
/// about with their 0.8th power. A sample brings the first try near to the limit; where it misleads, as a picture may be made to,
/// only whole pictures count from then on.
fn fewer_pixels(
    (whole, orientation): (Size, Orientation),
    smaller: &dyn Fn(Size) -> Result<Planes>,
    target: &Target,
    at_floor: f64,
    mut tries: Tries<'_>,
) -> Result<Fitted> {
    const POWER: f64 = 0.8;
    let fixed = 330.0 + target.settings.segments.len() as f64;
    let limit = (target.max_bytes as f64 - fixed).max(1.0);
    let settings = target.settings.at(target.floor);
    let made = |share: f64| -> Result<(Turned<'static>, f64)> {
        let small = Turned { planes: Cow::Owned(smaller(whole.scaled(share.sqrt()))?), orientation };
        let predicted = (small.predict(&settings)? as f64 - fixed).max(1.0);
        Ok((small, predicted))
    };
    let (mut share, mut expected, mut aim) = (1.0f64, at_floor - fixed, 0.93);
    let mut refinements = 4;
    loop {
        share *= (aim * limit / expected.max(1.0)).clamp(1e-9, 0.98).powf(1.0 / POWER);
        let (mut small, mut predicted) = made(share)?;
        while refinements > 0 {
            let ratio = aim * limit / predicted;
            if (0.93..1.0).contains(&ratio) || share * ratio > 1.0 {
                break;
            }
            refinements -= 1;
            share = (share * ratio.powf(1.0 / POWER)).min(1.0);
            drop(small);
            (small, predicted) = made(share)?;
        }
        if let Some(done) = tries.jpeg(&small, target.floor, Rung::FewerPixels)? {
            return Ok(done);
        }
        if small.size().pixels() == 1 {
            return Err(cannot_fit(tries.best, target.max_bytes));
        }
        expected = tries.last as f64 - fixed;
        refinements = 0;
        aim = if tries.count + 1 >= ENCODES { 0.7 } else { 0.85 };
    }
}

/// A PNG within the limit, of fewer colours or pixels if need be; or a JPEG where that is allowed and nothing is transparent.
pub(super) fn png(raster: Raster, target: &Target, or_jpeg: bool) -> Result<Fitted> {
    let mut tries = Tries::new(target);
    let limit = target.max_bytes as f64;
    let may_be_jpeg = or_jpeg && !raster.layout().has_alpha();
    let expected = expected_png(&raster)?;
    if expected.is_none_or(|e| e <= 1.2 * limit) {
        if let Some(done) = tries.png(&raster, Rung::LosslessPng)? {
            return Ok(done);
        }
    } else {
        tries.last = expected.unwrap_or(0.0) as usize;
    }
    if may_be_jpeg {
        return jpeg_of(&raster, target);
    }
    let whole = tries.last;
    if let Some(done) = tries.palette(&raster)? {
        return Ok(done);
    }
    tries.last = whole;
    let mut share = 1.0f64;
    let mut aim = 0.9;
    loop {
        share *= (aim * limit / tries.last.max(1) as f64).clamp(1e-9, 0.98);
        let small = resize::reduced(&raster, raster.size().scaled(share.sqrt()));
        if let Some(done) = tries.png(&small, Rung::FewerPixels)? {
            return Ok(done);
        }
        if small.size().pixels() == 1 {
            return Err(cannot_fit(tries.best, target.max_bytes));
        }
        aim = if tries.count >= ENCODES { 0.65 } else { 0.85 };
    }
}

/// A PNG in 256 colours must be so near to the picture: half the pixels of a drawing are farther.
const NEAR_ENOUGH: f64 = 30.0;

/// Whether it is worth while to write a picture in 256 colours: by a sample; small ones are always tried.
fn palette_may_do(raster: &Raster, limit: f64) -> Result<bool> {
    let Some(sample) = crate::pixels::sample::tiles(raster) else { return Ok(true) };
    let scale = raster.size().pixels() as f64 / sample.size().pixels() as f64;
    let Quantised { colors, indices, psnr } = quantised(&sample);
    let bytes = png_encode::encode_indexed(sample.size(), colors, indices, &[])?.len() as f64;
    Ok(psnr >= NEAR_ENOUGH - 1.0 && bytes * scale <= 1.1 * limit)
}

/// Bytes expected of the whole picture as a PNG, by a sample; `None` for small pictures.
fn expected_png(raster: &Raster) -> Result<Option<f64>> {
    let Some(sample) = crate::pixels::sample::tiles(raster) else { return Ok(None) };
    let scale = raster.size().pixels() as f64 / sample.size().pixels() as f64;
    Ok(Some(png_encode::encode(&sample, &[])?.len() as f64 * scale))
}

/// Counts whole encodes and remembers what they gave.
struct Tries<'a> {
    target: &'a Target,
    /// Encodes, written or only drafted.
    count: u32,
    written: u32,
    transforms: u32,
    last: usize,
    best: Option<usize>,
}

impl<'a> Tries<'a> {
    fn new(target: &'a Target) -> Self {
        Self { target, count: 0, written: 0, transforms: 0, last: 0, best: None }
    }

    fn jpeg(&mut self, picture: &Turned<'_>, quality: u8, rung: Rung) -> Result<Option<Fitted>> {
        let settings = self.target.settings.at(quality);
        let draft = picture.draft(&settings)?;
        self.transforms += 1;
        // How long it will be is known but for a thousandth; it need not be written for that.
        if draft.expected_len() > self.target.max_bytes {
            self.count += 1;
            self.note(usize::try_from(draft.expected_len()).unwrap_or(usize::MAX));
            return Ok(None);
        }
        Ok(self.judge(draft.write(), Format::Jpeg, picture.size(), rung, Some(quality)))
    }

    fn png(&mut self, raster: &Raster, rung: Rung) -> Result<Option<Fitted>> {
        let bytes = png_encode::encode(raster, &self.target.chunks)?;
        Ok(self.judge(bytes, Format::Png, raster.size(), rung, None))
    }

    /// The picture in 256 colours, where they come near enough to it.
    fn palette(&mut self, raster: &Raster) -> Result<Option<Fitted>> {
        if !palette_may_do(raster, self.target.max_bytes as f64)? {
            return Ok(None);
        }
        let Quantised { colors, indices, psnr } = quantised(raster);
        if psnr < NEAR_ENOUGH {
            return Ok(None);
        }
        let bytes = png_encode::encode_indexed(raster.size(), colors, indices, &self.target.chunks)?;
        Ok(self.judge(bytes, Format::Png, raster.size(), Rung::FewerColors, None))
    }

    fn judge(
        &mut self,
        bytes: Vec<u8>,
        format: Format,
        size: Size,
        rung: Rung,
        quality: Option<u8>,
    ) -> Option<Fitted> {
        self.count += 1;
        self.written += 1;
        self.note(bytes.len());
        let fits = bytes.len() as u64 <= self.target.max_bytes;
        let (encodes, transforms) = (self.written, self.transforms);
        fits.then_some(Fitted { bytes, format, size, rung, quality, encodes, transforms })
    }

    /// Remembers how long a file was, or would have been.
    fn note(&mut self, bytes: usize) {
        self.last = bytes;
        self.best = Some(self.best.map_or(bytes, |b| b.min(bytes)));
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::plan::JpegSampling;

    /// A gray picture of noise, but that of the rows of blocks which [`Turned::predict`] looks at only so many parts of 100 are.
    fn two_faced(size: Size, noisy: u32) -> Planes {
        let high = size.height.div_ceil(8);
        let every = (size.height.max(size.width).div_ceil(16) / 16).clamp(1, 8);
        let looked_at =
            |y: u32| (y / 8).checked_sub((every.min(high) - 1) / 2).is_some_and(|r| r % every == 0);
        let mut state = 1_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let samples = (0..size.height).flat_map(|y| (0..size.width).map(move |x| (x, y)));
        let data =
            samples.map(|(x, y)| if looked_at(y) && x % 100 >= noisy { 128 } else { noise() }).collect();
        Planes::from_gray(size.width, size.height, data).unwrap()
    }

    #[test]
    fn pictures_that_mislead_the_sample_are_fitted_in_a_few_tries() {
        let settings =
            JpegSettings { quality: 92, sampling: JpegSampling::S444, tables: None, segments: Vec::new() };
        for noisy in [10, 30, 50, 70, 90] {
            for max_bytes in [100_000, 200_000, 400_000, 700_000] {
                let target = Target { max_bytes, floor: 75, settings: settings.clone(), chunks: Vec::new() };
                let made = Cell::new(0);
                let smaller = |size| {
                    made.set(made.get() + 1);
                    assert!(made.get() < 10, "{noisy} parts of 100, {max_bytes} bytes: it never ends");
                    Ok(two_faced(size, noisy))
                };
                let planes = Cow::Owned(two_faced(Size::new(1_600, 1_200), noisy));
                let picture = Picture {
                    turned: Turned { planes, orientation: Orientation::Upright },
                    smaller: &smaller,
                };
                let fitted = jpeg(picture, &target).unwrap();
                println!(
                    "{noisy} {max_bytes}: {} bytes, {}, made {}",
                    fitted.bytes.len(),
                    fitted.size,
                    made.get()
                );
                let bytes = fitted.bytes.len() as u64;
                assert!(bytes <= max_bytes);
                // Small pictures are looked at as a whole, and so have no more noise than that.
                assert!(bytes > max_bytes * u64::from(noisy) / 200, "{noisy}, {max_bytes}: {bytes}");
            }
        }
    }
}
