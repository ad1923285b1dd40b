//! Fewer pixels in a PNG: the size that fits and shows most.

use std::collections::BTreeMap;

use super::png_way::{Candidate, LAST_STEP, Way, Ways};
use crate::plan::SmallerPng;
use crate::{Result, Size};

/// Pixels that may be written and looked at to choose among sizes and ways.
const LOOKED_AT: u64 = 8_000_000;
/// Ways and sizes beyond which more are no better.
const MOST_WAYS: usize = 8;
const MOST_SIZES: u32 = 10;

/// How much of the limit is aimed at.
const AIM: f64 = 0.994;

/// Where a size is known to be far too large, the next has about half the pixels.
const LEAP: u32 = 34;

/// A search among the sizes of the ladder.
pub(super) struct SizeSearch<'w, 'a> {
    ways: &'w mut Ways<'a>,
    limit: u64,
    how: SmallerPng,
    written: u32,
    smallest: Option<u64>,
}

/// A PNG that fits.
struct Fit {
    way: Way,
    step: u32,
    size: Size,
    bytes: Vec<u8>,
}

impl<'w, 'a> SizeSearch<'w, 'a> {
    pub(super) fn new(ways: &'w mut Ways<'a>, limit: u64, how: SmallerPng) -> Self {
        Self { ways, limit, how, written: 0, smallest: None }
    }

    /// Whole files that were written.
    pub(super) fn written(&self) -> u32 {
        self.written
    }

    /// The bytes of the smallest of them.
    pub(super) fn smallest(&self) -> Option<u64> {
        self.smallest
    }

    /// The picture in the first of these ways; of small pictures, in that way and at that size which show
    /// most.
    pub(super) fn best_of(&mut self, candidates: &[Candidate]) -> Result<Option<(Way, Vec<u8>, Size)>> {
        let pixels = self.ways.size(0).pixels();
        let looks = if self.ways.knows_all() { (LOOKED_AT / pixels) as usize } else { 0 };
        let sizes = (looks / MOST_WAYS).min(MOST_SIZES as usize) as u32;
        let count = if sizes > 1 { MOST_WAYS } else { 1 };
        let mut best: Option<(f64, Fit)> = None;
        for candidate in candidates.iter().take(count) {
            let Some(largest) = self.largest(candidate.way, candidate.step)? else { continue };
            if sizes <= 1 {
                return Ok(Some((largest.way, largest.bytes, largest.size)));
            }
            let points = self.points(candidate.way, largest.size);
            let others = self.others(&largest, sizes);
            best = better(best, points, largest);
            for size in others {
                let bytes = self.write(candidate.way, size)?;
                if bytes.len() as u64 <= self.limit {
                    best = better(
                        best,
                        self.points(candidate.way, size),
                        Fit { way: candidate.way, step: 0, size, bytes },
                    );
                }
            }
        }
        Ok(best.map(|(_, fit)| (fit.way, fit.bytes, fit.size)))
    }

    /// Sizes beside the largest that fits: a little smaller, and simple fractions, where lines stay sharp and
    /// bytes are few.
    fn others(&self, largest: &Fit, count: u32) -> Vec<Size> {
        const FRACTIONS: [(u32, u32); 8] = [(4, 5), (3, 4), (2, 3), (3, 5), (1, 2), (2, 5), (1, 3), (1, 4)];
        let Size { width, height } = self.ways.size(0);
        let whole = |(_, n): &(u32, u32)| width % n == 0 && height % n == 0;
        let exact =
            FRACTIONS.into_iter().filter(whole).map(|(k, n)| Size::new(width / n * k, height / n * k));
        // One of far more pixels hardly fits.
        let exact =
            exact.filter(|size| size.pixels() < 2 * largest.size.pixels() && self.ways.allows(*size)).take(4);
        let next = (largest.step + 1..=largest.step + count).map(|step| self.ways.size(step));
        let mut sizes: Vec<Size> = next.chain(exact).filter(|size| *size != largest.size).collect();
        sizes.dedup();
        sizes
    }

    fn points(&mut self, way: Way, size: Size) -> f64 {
        self.ways.points(way, size)
    }

    /// The largest size that fits, beginning at `step`; as large as a few files can tell.
    fn largest(&mut self, way: Way, step: u32) -> Result<Option<Fit>> {
        let (mut step, mut too_large, mut fits) = (step, None::<u32>, None::<Fit>);
        // What is known of steps that were written.
        let mut lengths = BTreeMap::new();
        loop {
            let size = self.ways.size(step);
            let bytes = self.write(way, size)?;
            let length = bytes.len() as u64;
            lengths.insert(step, length);
            if length <= self.limit {
                fits = Some(Fit { way, step, size, bytes });
                if step == 0 || length * 1000 >= self.limit * self.how.fill {
                    break;
                }
            } else {
                too_large = Some(too_large.map_or(step, |known| known.max(step)));
                if size == self.ways.size(LAST_STEP) {
                    break;
                }
            }
            let tried = lengths.len() as u32;
            if tried >= self.how.tries_for(size) && fits.is_some() {
                break;
            }
            let least = too_large.map_or(0, |step| step + 1);
            let most = fits.as_ref().map_or(LAST_STEP, |fit| fit.step.saturating_sub(1));
            if least > most {
                break;
            }
            step = self.expected(step, length, tried > self.how.tries).clamp(least, most);
        }
        Ok(fits)
    }

    /// The step that should use the limit, from the bytes at another.
    fn expected(&self, step: u32, length: u64, leap: bool) -> u32 {
        if leap && length > self.limit {
            return step + LEAP;
        }
        let by = Ways::steps_to(AIM * self.limit as f64 / length as f64);
        (i64::from(step) + by).clamp(0, i64::from(LAST_STEP)) as u32
    }

    fn write(&mut self, way: Way, size: Size) -> Result<Vec<u8>> {
        let picture = self.ways.reduced(size);
        let bytes = self.ways.written(way, &picture)?;
        self.written += 1;
        self.smallest = Some(self.smallest.map_or(bytes.len() as u64, |least| least.min(bytes.len() as u64)));
        Ok(bytes)
    }
}

/// The better of two.
fn better(best: Option<(f64, Fit)>, points: f64, fit: Fit) -> Option<(f64, Fit)> {
    match best {
        Some(best) if best.0 >= points => Some(best),
        _ => Some((points, fit)),
    }
}
