//! Resamples interleaved 8-bit pictures of one or three channels, band by band: as planes are reduced while a
//! JPEG is decoded, by the same kernels.

use std::collections::VecDeque;
use std::ops::Range;

use crate::dct::inverse::{LANES, PAIR, SampleStrip};
use crate::resize::horizontal::{self, STEP};
use crate::resize::weights::{Axis, ResampleWeights};
use crate::resize::{gather, vertical};
use crate::rgb::interleave;
use crate::simd::{Level, dispatch};

/// Brings pictures of one size to another by a Lanczos3 filter with exact edges: both pictures cover the same
/// area. Rows of the result can be made in any order, from any thread, and are the same on every SIMD level;
/// each sample is within one step of what exact arithmetic gives.
///
/// ```
/// use photo_jpeg::Resampler;
/// let resampler = Resampler::new((64, 48), (20, 15)).expect("a factor of 3.2");
/// let (gray, rows) = (vec![200; 64 * 48], resampler.rows_needed(5..7));
/// let mut out = vec![0; 20 * 2];
/// let source = &gray[64 * rows.start as usize..64 * rows.end as usize];
/// resampler.resample::<1>(source, 5..7, &mut out).expect("as many samples as needed");
/// assert_eq!(out, [200; 40]);
/// ```
#[derive(Debug)]
pub struct Resampler {
    from: (u32, u32),
    to: (u32, u32),
    across: ResampleWeights,
    down: ResampleWeights,
    level: Level,
}

impl Resampler {
    /// How many times as long as the result's the sides of a picture may be at most. Beyond, weights of 14
    /// bits are too coarse.
    pub const MOST: u32 = 8;

    /// `None` if a side, `(width, height)` in samples, is 0, or longer than [`MOST`](Self::MOST) times that of
    /// the result. Its memory is that of 4 bytes a weight, of which each column and row of the result has
    /// some six, or six times the factor by which they are reduced.
    #[must_use]
    pub fn new(from: (u32, u32), to: (u32, u32)) -> Option<Self> {
        Self::at(from, to, Level::new())
    }

    fn at(from: (u32, u32), to: (u32, u32), level: Level) -> Option<Self> {
        let weights = |from: u32, to: u32| {
            let fits = from > 0 && to > 0 && u64::from(from) <= u64::from(to) * u64::from(Self::MOST);
            let (from_extent, to_extent) = (f64::from(from), f64::from(to));
            fits.then(|| ResampleWeights::new(&Axis { from, from_extent, to, to_extent, to_offset: 0.0 }))
        };
        Some(Self { from, to, across: weights(from.0, to.0)?, down: weights(from.1, to.1)?, level })
    }

    /// The rows of the source that these rows of the result are made of.
    #[must_use]
    pub fn rows_needed(&self, rows: Range<u32>) -> Range<u32> {
        let Some(last) = rows.end.checked_sub(1).filter(|last| *last >= rows.start) else { return 0..0 };
        let (first, end) = (self.down.window(rows.start as usize).0, self.down.window(last as usize).1);
        (2 * first as u32).min(self.from.1)..(2 * end as u32).min(self.from.1)
    }

    /// Makes the rows `rows` of the result, `CHANNELS` (1 or 3) interleaved samples a pixel. `source` has the
    /// rows [`rows_needed`](Self::rows_needed) of the source, or more that follow them.
    ///
    /// `None` if `source` has too few samples, `out` not exactly those of the rows, a row lies outside of the
    /// result, or for other numbers of channels.
    pub fn resample<const CHANNELS: usize>(
        &self,
        source: &[u8],
        rows: Range<u32>,
        out: &mut [u8],
    ) -> Option<()> {
        let needed = self.rows_needed(rows.clone());
        let row = self.from.0 as usize * CHANNELS;
        let source = source.get(..row.checked_mul(needed.len())?)?;
        let samples = (self.to.0 as usize * CHANNELS).checked_mul(rows.len())?;
        if rows.end > self.to.1 || samples == 0 || out.len() != samples || !matches!(CHANNELS, 1 | 3) {
            return None;
        }
        Band::<CHANNELS>::new(self, source, needed).run(rows, out);
        Some(())
    }
}

/// Some rows of the result while they are made: the rows of the source that they need, reduced in width.
struct Band<'a, const CHANNELS: usize> {
    resampler: &'a Resampler,
    source: &'a [u8],
    /// The number of the first row in `source`, which is even.
    top: usize,
    strips: [SampleStrip; CHANNELS],
    /// Groups of four pairs of rows, those of each channel one after the other.
    groups: VecDeque<[Vec<i16>; CHANNELS]>,
    spare: Vec<[Vec<i16>; CHANNELS]>,
    /// The numbers of the first group that is held, and of the next one to be made.
    held: Range<usize>,
}

/// The pairs of rows in a group.
const PAIRS: usize = LANES / 2;

impl<'a, const CHANNELS: usize> Band<'a, CHANNELS> {
    fn new(resampler: &'a Resampler, source: &'a [u8], needed: Range<u32>) -> Self {
        let width = resampler.from.0 as usize;
        let len = gather::strip_len(width).max(resampler.across.pairs * PAIR);
        let strips = std::array::from_fn(|_| SampleStrip { data: vec![0; len] });
        let top = needed.start as usize;
        Self { resampler, source, top, strips, groups: VecDeque::new(), spare: Vec::new(), held: 0..0 }
    }

    fn run(&mut self, rows: Range<u32>, out: &mut [u8]) {
        let Resampler { level, ref down, .. } = *self.resampler;
        let width = self.resampler.to.0 as usize;
        let mut planes: [Vec<u8>; CHANNELS] = std::array::from_fn(|_| vec![0; width]);
        for (row, out) in rows.zip(out.chunks_exact_mut(width * CHANNELS)) {
            let (first, end) = down.window(row as usize);
            let window = first - self.top / 2..end - self.top / 2;
            self.reach(&window);
            let taps = down.taps(row as usize);
            for (channel, plane) in planes.iter_mut().enumerate() {
                let row = if CHANNELS == 1 { &mut *out } else { plane };
                vertical::reduce(level, &self.pairs(channel, window.clone()), taps, row);
            }
            if let [red, green, blue] = planes.as_slice() {
                dispatch!(level, simd => interleave::interleave_row(simd, [red, green, blue], out));
            }
        }
    }

    /// Makes the groups that the pairs of rows `window` need, and lets go of those before.
    fn reach(&mut self, window: &Range<usize>) {
        while self.held.start < self.held.end && (self.held.start + 1) * PAIRS <= window.start {
            self.spare.extend(self.groups.pop_front());
            self.held.start += 1;
        }
        while self.held.end * PAIRS < window.end {
            let stride = self.stride();
            let new = || std::array::from_fn(|_| vec![0; PAIRS * stride]);
            let mut group = self.spare.pop().unwrap_or_else(new);
            self.reduce_width(self.held.end, &mut group);
            self.groups.push_back(group);
            self.held.end += 1;
        }
    }

    fn reduce_width(&mut self, group: usize, out: &mut [Vec<i16>; CHANNELS]) {
        let (level, stride) = (self.resampler.level, self.stride());
        let row = self.resampler.from.0 as usize * CHANNELS;
        let last = self.source.len() / row - 1;
        // Below the last row weights are 0.
        let rows: [&[u8]; LANES] = std::array::from_fn(|lane| {
            let at = (group * LANES + lane).min(last) * row;
            &self.source[at..at + row]
        });
        match self.strips.as_mut_slice() {
            [gray] => gather::gray(level, &rows, gray),
            [red, green, blue] => gather::rgb(level, &rows, [red, green, blue]),
            _ => {}
        }
        for (strip, out) in self.strips.iter().zip(out) {
            let mut pairs: Vec<&mut [i16]> = out.chunks_exact_mut(stride).collect();
            horizontal::reduce(level, strip, &self.resampler.across, &mut pairs);
        }
    }

    fn pairs(&self, channel: usize, window: Range<usize>) -> Vec<&[i16]> {
        let stride = self.stride();
        let pair = |pair: usize| {
            let group = self.groups.get(pair / PAIRS - self.held.start)?.get(channel)?;
            group.get(pair % PAIRS * stride..)?.get(..stride)
        };
        window.filter_map(pair).collect()
    }

    /// The number of values in a pair of reduced rows.
    fn stride(&self) -> usize {
        2 * (self.resampler.to.0 as usize).next_multiple_of(STEP)
    }
}

#[cfg(test)]
mod tests;
