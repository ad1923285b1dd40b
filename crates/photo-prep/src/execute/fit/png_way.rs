//! The ways to write a PNG with loss: nearly without, or in few colors; and what to expect of each.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::likeness::likeness;
use crate::Result;
use crate::formats::png::encode;
use crate::pixels::quantize::Palette;
use crate::pixels::{Raster, resize, sample};

/// A way to write a PNG.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Samples differ by so much at most.
    Near(u8),
    /// In so many colors at most.
    Colors { most: u16, dithered: bool },
}

/// A way at the size that is expected to fit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) way: Way,
    /// Of the pixels.
    pub(super) share: f64,
    pub(super) likeness: f64,
}

/// Bytes grow with about this power of the pixels.
pub(super) const POWER: f64 = 0.85;

/// A picture, a part of it that stands for the whole, and its palettes.
pub(super) struct Ways<'a> {
    raster: &'a Raster,
    sample: Cow<'a, Raster>,
    palettes: BTreeMap<u16, Palette>,
    /// Bytes expected of all pixels, which are asked for by several attempts.
    at_full_size: Vec<(Way, f64)>,
}

impl<'a> Ways<'a> {
    pub(super) fn new(raster: &'a Raster) -> Self {
        let sample = sample::bands(raster).map_or(Cow::Borrowed(raster), Cow::Owned);
        Self { raster, sample, palettes: BTreeMap::new(), at_full_size: Vec::new() }
    }

    /// Whether what is expected is what will be.
    pub(super) fn knows_all(&self) -> bool {
        matches!(self.sample, Cow::Borrowed(_))
    }

    /// The PNG of a picture that is the whole or was reduced from it.
    pub(super) fn written(&mut self, way: Way, picture: &Raster, chunks: &[u8]) -> Result<Vec<u8>> {
        match way {
            Way::Near(0) => encode::encode(picture, chunks),
            Way::Near(error) => encode::encode_near(picture, error, chunks),
            Way::Colors { most, dithered } => {
                let palette = self.palette(most);
                let (colors, indices) = used(&palette.colors, palette.indices(picture, dithered));
                encode::encode_indexed(picture.size(), colors, indices, chunks)
            }
        }
    }

    /// Bytes expected of the whole at a share of its pixels.
    pub(super) fn expected(&mut self, way: Way, share: f64, chunks: &[u8]) -> Result<f64> {
        if share < 1.0 {
            return self.sampled(way, share, chunks);
        }
        if let Some((_, known)) = self.at_full_size.iter().find(|(known, _)| *known == way) {
            return Ok(*known);
        }
        let expected = self.sampled(way, share, chunks)?;
        self.at_full_size.push((way, expected));
        Ok(expected)
    }

    fn sampled(&mut self, way: Way, share: f64, chunks: &[u8]) -> Result<f64> {
        let times = self.raster.size().pixels() as f64 / self.sample.size().pixels() as f64;
        let part = self.reduced_sample(share);
        let png = self.written(way, &part, chunks)?;
        // What is around the picture is there once, however large it is.
        let picture = encode::picture_bytes(&png);
        Ok(picture as f64 * times + (png.len() - picture) as f64)
    }

    /// A way at the size that fits.
    pub(super) fn candidate(&mut self, way: Way, limit: f64, chunks: &[u8]) -> Result<Candidate> {
        let (share, expected) = self.share_that_fits(way, limit, chunks)?;
        // One that can't be small enough comes last.
        if expected > 1.2 * limit {
            return Ok(Candidate { way, share, likeness: f64::NEG_INFINITY });
        }
        let part = self.reduced_sample(share);
        let seen = self.seen(way, &part);
        Ok(Candidate { way, share, likeness: likeness(&self.sample, &seen) })
    }

    /// The share of the pixels, and the bytes expected of it.
    fn share_that_fits(&mut self, way: Way, limit: f64, chunks: &[u8]) -> Result<(f64, f64)> {
        let (mut share, mut power) = (1.0f64, POWER);
        let mut expected = self.expected(way, share, chunks)?;
        for _ in 0..3 {
            if expected <= limit && (share >= 1.0 || expected > 0.95 * limit) {
                break;
            }
            let before = (share, expected);
            share = (share * (0.99 * limit / expected).powf(1.0 / power)).clamp(1e-9, 1.0);
            expected = self.expected(way, share, chunks)?;
            let slope = (expected / before.1).ln() / (share / before.0).ln();
            power = if slope.is_finite() { slope.clamp(0.4, 1.5) } else { POWER };
        }
        Ok((share, expected))
    }

    fn reduced_sample(&self, share: f64) -> Raster {
        let size = self.sample.size().scaled(share.sqrt());
        if share >= 1.0 { Raster::clone(&self.sample) } else { resize::reduced(&self.sample, size) }
    }

    /// What a decoder makes of it.
    fn seen(&mut self, way: Way, picture: &Raster) -> Raster {
        match way {
            Way::Near(error) => encode::nearly(picture, error),
            Way::Colors { most, dithered } => {
                let palette = self.palette(most);
                let made = palette.picture(picture.size(), &palette.indices(picture, dithered));
                made.unwrap_or_else(|| picture.clone())
            }
        }
    }

    fn palette(&mut self, most: u16) -> &Palette {
        self.palettes.entry(most).or_insert_with(|| Palette::of(self.raster, usize::from(most)))
    }
}

/// The colors that are in use, in their order, and the indices into them.
fn used(colors: &[[u8; 4]], mut indices: Vec<u8>) -> (Vec<[u8; 4]>, Vec<u8>) {
    let mut seen = [false; 256];
    indices.iter().for_each(|index| seen[usize::from(*index)] = true);
    let (mut kept, mut place) = (Vec::new(), [0u8; 256]);
    for ((color, seen), place) in colors.iter().zip(seen).zip(&mut place) {
        if seen {
            *place = kept.len() as u8;
            kept.push(*color);
        }
    }
    indices.iter_mut().for_each(|index| *index = place[usize::from(*index)]);
    (kept, indices)
}
