//! A picture as a PNG within the byte limit: without loss, in fewer colors, with fewer pixels. Written at
//! most four times.

use super::outcome::{File, Step, Target, smaller_of};
use crate::formats::png;
use crate::pixels::quantize::{Quantized, quantized};
use crate::pixels::{Raster, resize, sample};
use crate::plan::FewerPixels;
use crate::{Format, Result, Size};

/// The attempts to write one picture.
pub(super) struct PngFit<'a> {
    raster: &'a Raster,
    target: &'a Target,
    /// Files that were written.
    count: u32,
    /// Bytes of the whole picture, written or expected.
    whole: u64,
    last: u64,
    best: Option<u64>,
}

impl<'a> PngFit<'a> {
    pub(super) fn new(raster: &'a Raster, target: &'a Target) -> Self {
        Self { raster, target, count: 0, whole: 0, last: 0, best: None }
    }

    pub(super) fn encodes(&self) -> u32 {
        self.count
    }

    /// Not tried where a sample tells that it is far too large.
    pub(super) fn lossless(&mut self) -> Result<Step> {
        let expected = self.expected()?.filter(|expected| *expected > 1.2 * self.limit());
        let step = match expected {
            None => self.encode(self.raster)?,
            Some(_) => Step::Skipped,
        };
        self.whole = expected.map_or(self.last, |expected| expected as u64);
        Ok(step)
    }

    /// The picture in 256 colors, where they come near enough to it.
    pub(super) fn fewer_colors(&mut self, min_psnr: u8) -> Result<Step> {
        let near_enough = f64::from(min_psnr);
        if !self.palette_may_do(near_enough)? {
            return Ok(Step::Skipped);
        }
        let Quantized { colors, indices, psnr } = quantized(self.raster);
        if psnr < near_enough {
            return Ok(Step::Skipped);
        }
        let size = self.raster.size();
        let bytes = png::encode::encode_indexed(size, colors, indices, &self.target.chunks)?;
        Ok(self.written(bytes, size))
    }

    pub(super) fn fewer_pixels(&mut self, how: FewerPixels) -> Result<Step> {
        let (raster, limit) = (self.raster, self.limit());
        let (mut share, mut aim) = (1.0f64, 0.9);
        self.last = self.whole;
        loop {
            share *= (aim * limit / self.last.max(1) as f64).clamp(1e-9, 0.98);
            let small = resize::reduced(raster, self.target.reduced_to(raster.size().scaled(share.sqrt())));
            let step = self.encode(&small)?;
            if matches!(step, Step::Fits(_)) || self.target.is_smallest(small.size()) {
                return Ok(step);
            }
            aim = if self.count >= how.tries { 0.65 } else { 0.85 };
        }
    }

    fn limit(&self) -> f64 {
        self.target.max_bytes as f64
    }

    /// Whether it is worth while to write the picture in 256 colors: by a sample; small ones are always
    /// tried.
    fn palette_may_do(&self, near_enough: f64) -> Result<bool> {
        let Some(sample) = sample::tiles(self.raster) else { return Ok(true) };
        let Quantized { colors, indices, psnr } = quantized(&sample);
        let bytes = png::encode::encode_indexed(sample.size(), colors, indices, &[])?.len() as f64;
        Ok(psnr >= near_enough - 1.0 && bytes * self.times_larger_than(&sample) <= 1.1 * self.limit())
    }

    /// Bytes expected of the whole picture, by a sample; `None` for small pictures.
    fn expected(&self) -> Result<Option<f64>> {
        let Some(sample) = sample::tiles(self.raster) else { return Ok(None) };
        Ok(Some(png::encode::encode(&sample, &[])?.len() as f64 * self.times_larger_than(&sample)))
    }

    fn times_larger_than(&self, sample: &Raster) -> f64 {
        self.raster.size().pixels() as f64 / sample.size().pixels() as f64
    }

    fn encode(&mut self, raster: &Raster) -> Result<Step> {
        let bytes = png::encode::encode(raster, &self.target.chunks)?;
        Ok(self.written(bytes, raster.size()))
    }

    fn written(&mut self, bytes: Vec<u8>, size: Size) -> Step {
        self.count += 1;
        self.last = bytes.len() as u64;
        self.best = smaller_of(self.best, self.last);
        if self.last <= self.target.max_bytes {
            return Step::Fits(File { bytes, format: Format::Png, size, quality: None });
        }
        Step::TooLarge(self.best)
    }
}
