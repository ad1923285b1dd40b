//! The ways to write a PNG, and what to expect of each: how many bytes, and how like the picture it is.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rayon::prelude::*;

use super::outcome::Target;
use crate::formats::png::encode::{self, Loss};
use crate::pixels::quantize::Palette;
use crate::pixels::{Raster, resize, sample, score};
use crate::{Result, Size};

/// A way to write a PNG.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Lossless,
    /// Samples differ by so much at most.
    Near(Loss),
    /// In so many colors at most.
    Colors {
        most: u16,
        dithered: bool,
    },
}

/// A way at the size that is expected to fit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) way: Way,
    /// Of the sizes on the ladder.
    pub(super) step: u32,
    /// How well it stands for the picture.
    pub(super) points: f64,
}

/// Bytes grow with about this power of the pixels.
pub(super) const POWER: f64 = 0.85;

/// What share of the pixels each size has of those of the size before. Sizes lie on a ladder, so that those
/// of a smaller limit are there with a larger one, too.
const STEP: f64 = 0.98;
/// So many steps lead from the longest side to a single pixel.
pub(super) const LAST_STEP: u32 = 1200;

/// A picture, a part of it that stands for the whole, and its palettes.
pub(super) struct Ways<'a> {
    raster: &'a Raster,
    target: &'a Target,
    sample: Cow<'a, Raster>,
    /// How many times the bytes of the sample the whole has.
    times: f64,
    /// Parts that are looked at, instead of the whole.
    parts: Vec<Raster>,
    palettes: BTreeMap<u16, Palette>,
    /// Bytes expected of all pixels, which are asked for by several attempts.
    at_full_size: Vec<(Way, f64)>,
}

impl<'a> Ways<'a> {
    pub(super) fn new(raster: &'a Raster, target: &'a Target) -> Self {
        let sample = sample::bands(raster).map_or(Cow::Borrowed(raster), Cow::Owned);
        let parts = match sample {
            Cow::Borrowed(_) => Vec::new(),
            Cow::Owned(_) => parts(raster),
        };
        let times = times(raster, &sample);
        Self { raster, target, sample, times, parts, palettes: BTreeMap::new(), at_full_size: Vec::new() }
    }

    /// Whether what is expected is what will be.
    pub(super) fn knows_all(&self) -> bool {
        matches!(self.sample, Cow::Borrowed(_))
    }

    /// The size of a step; that of step 0 is the whole picture's.
    pub(super) fn size(&self, step: u32) -> Size {
        if step == 0 {
            return self.raster.size();
        }
        self.target.reduced_to(self.raster.size().scaled(STEP.powf(f64::from(step) / 2.0)))
    }

    /// Whether the picture may be reduced to a size.
    pub(super) fn allows(&self, size: Size) -> bool {
        self.target.reduced_to(size) == size
    }

    /// The picture at a size.
    pub(super) fn reduced(&self, size: Size) -> Cow<'a, Raster> {
        if size == self.raster.size() {
            Cow::Borrowed(self.raster)
        } else {
            Cow::Owned(resize::reduced(self.raster, size))
        }
    }

    /// How many steps lead to so much of the bytes.
    pub(super) fn steps_to(share_of_bytes: f64) -> i64 {
        (share_of_bytes.max(1e-12).ln() / (POWER * STEP.ln())).ceil() as i64
    }

    /// The PNG of a picture that is the whole or was reduced from it.
    pub(super) fn written(&mut self, way: Way, picture: &Raster) -> Result<Vec<u8>> {
        let chunks = &self.target.chunks;
        match way {
            Way::Lossless => encode::encode(picture, chunks),
            Way::Near(loss) => encode::encode_near(picture, loss, chunks),
            Way::Colors { most, dithered } => {
                let palette = self.palette(most);
                let (colors, indices) = used(&palette.colors, palette.indices(picture, dithered));
                encode::encode_indexed(picture.size(), colors, indices, chunks)
            }
        }
    }

    /// Bytes expected of the whole at the size of a step.
    pub(super) fn expected(&mut self, way: Way, step: u32) -> Result<f64> {
        if step > 0 {
            return self.sampled(way, step);
        }
        if let Some((_, known)) = self.at_full_size.iter().find(|(known, _)| *known == way) {
            return Ok(*known);
        }
        let expected = self.sampled(way, step)?;
        self.at_full_size.push((way, expected));
        Ok(expected)
    }

    fn sampled(&mut self, way: Way, step: u32) -> Result<f64> {
        let part = self.reduced_sample(step);
        let png = self.written(way, &part)?;
        // What is around the picture is there once, however large it is.
        let picture = encode::picture_bytes(&png);
        Ok(picture as f64 * self.times + (png.len() - picture) as f64)
    }

    /// A way at the size that fits.
    pub(super) fn candidate(&mut self, way: Way) -> Result<Candidate> {
        let (step, expected) = self.step_that_fits(way)?;
        // One that can't be small enough comes last.
        if expected > 1.2 * self.limit() {
            return Ok(Candidate { way, step, points: f64::NEG_INFINITY });
        }
        let points = self.points(way, self.size(step));
        Ok(Candidate { way, step, points })
    }

    /// How well a picture of a size stands for the whole, written in this way.
    pub(super) fn points(&mut self, way: Way, size: Size) -> f64 {
        let parts = std::mem::take(&mut self.parts);
        let share = (size.pixels() as f64 / self.raster.size().pixels() as f64).min(1.0).sqrt();
        let seen: Vec<Raster> = if parts.is_empty() {
            let whole = self.reduced(size);
            vec![resize::to_size(self.seen(way, &whole), self.raster.size())]
        } else {
            let seen = |part: &Raster| {
                let small = resize::to_size(part.clone(), part.size().scaled(share));
                resize::to_size(self.seen(way, &small), part.size())
            };
            parts.iter().map(seen).collect()
        };
        let Size { width, height } = self.raster.size();
        let sources = if parts.is_empty() { std::slice::from_ref(self.raster) } else { &parts };
        let points = score::score(sources.iter().zip(&seen), width.max(height));
        self.parts = parts;
        points.unwrap_or(f64::NEG_INFINITY)
    }

    /// Parts of the picture that are looked at, or the whole.
    pub(super) fn parts(&self) -> &[Raster] {
        if self.parts.is_empty() { std::slice::from_ref(self.raster) } else { &self.parts }
    }

    /// The first step that is expected to fit, and the bytes expected of it.
    fn step_that_fits(&mut self, way: Way) -> Result<(u32, f64)> {
        let (mut step, mut power) = (0, POWER);
        let mut expected = self.expected(way, step)?;
        for _ in 0..3 {
            if expected <= self.limit() && (step == 0 || expected > 0.95 * self.limit()) {
                break;
            }
            let before = (f64::from(step), expected);
            let more = (0.99 * self.limit() / expected).ln() / (power * STEP.ln());
            step = (f64::from(step) + more).ceil().clamp(0.0, f64::from(LAST_STEP)) as u32;
            expected = self.expected(way, step)?;
            let slope = (expected / before.1).ln() / ((f64::from(step) - before.0) * STEP.ln());
            power = if slope.is_finite() { slope.clamp(0.4, 1.5) } else { POWER };
        }
        Ok((step, expected))
    }

    fn reduced_sample(&self, step: u32) -> Cow<'a, Raster> {
        if self.knows_all() {
            return self.reduced(self.size(step));
        }
        let size = self.sample.size().scaled(STEP.powf(f64::from(step) / 2.0));
        Cow::Owned(resize::to_size(Raster::clone(&self.sample), size))
    }

    /// What a decoder makes of it.
    fn seen(&mut self, way: Way, picture: &Raster) -> Raster {
        match way {
            Way::Lossless => picture.clone(),
            Way::Near(loss) => encode::nearly(picture, loss),
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

    pub(super) fn limit(&self) -> f64 {
        self.target.max_bytes as f64
    }
}

/// How many times the bytes of a sample the whole has: pixels that can't be seen hardly take any. Where the
/// sample has hardly others, it tells nothing of those.
fn times(whole: &Raster, sample: &Raster) -> f64 {
    let seen = visible_pixels(sample);
    if seen < 0.02 * sample.size().pixels() as f64 {
        return whole.size().pixels() as f64 / sample.size().pixels() as f64;
    }
    visible_pixels(whole) / seen
}

/// Pixels that are not wholly transparent.
fn visible_pixels(raster: &Raster) -> f64 {
    let n = raster.layout().channels();
    if !raster.layout().has_alpha() {
        return raster.size().pixels() as f64;
    }
    let parts = raster.data().par_chunks(n << 14);
    let visible = parts.map(|part| part.chunks_exact(n).filter(|pixel| pixel[n - 1] > 0).count());
    visible.sum::<usize>() as f64
}

/// Parts of a large picture of which each has four of the tiles that are looked at.
fn parts(raster: &Raster) -> Vec<Raster> {
    const COUNT: u32 = 8;
    const LARGEST: u32 = 512;
    let Size { width, height } = raster.size();
    sample::parts(raster, (128 * score::shrink(width.max(height))).min(LARGEST), COUNT)
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
