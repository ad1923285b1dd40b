//! Reduces the width of strips. Eight rows lie in the vector lanes, so that no sample is ever moved.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, i16x16, i32x8, u32x4};

use super::weights::{FRACTION, ResampleWeights};
use crate::dct::inverse::{LANES, PAIR, SampleStrip};
use crate::simd::{Level, dispatch};

/// The number of fraction bits that rows keep between the two passes.
pub(crate) const KEPT: u32 = 6;

/// The number of samples that the length of a reduced row is padded to a multiple of.
pub(crate) const STEP: usize = 64;

/// Reduces the rows of `strip` to the width of `weights`. The result is pairs of rows, which hold for every
/// sample the value of the upper and of the lower row, times `1 << KEPT`. Values behind the width are
/// undefined.
pub(crate) fn reduce(level: Level, strip: &SampleStrip, weights: &ResampleWeights, rows: &mut [&mut [i16]]) {
    dispatch!(level, simd => reduce_with(simd, strip, weights, rows));
}

#[inline(always)]
fn reduce_with<S: Simd>(simd: S, strip: &SampleStrip, weights: &ResampleWeights, rows: &mut [&mut [i16]]) {
    // Loops of a known length are worth a copy for each, because most reductions have few taps.
    macro_rules! by_pairs {
        ($($pairs:literal)*) => {
            match weights.pairs {
                $($pairs => reduce_by(simd, weights, rows, #[inline(always)] |to| {
                    sample::<S, $pairs>(simd, strip, weights, to)
                }),)*
                _ => reduce_by(simd, weights, rows, #[inline(always)] |to| {
                    sample_of_many(simd, strip, weights, to)
                }),
            }
        };
    }
    by_pairs!(3 4 5 6 7 8);
}

#[inline(always)]
fn reduce_by<S: Simd>(
    simd: S,
    weights: &ResampleWeights,
    rows: &mut [&mut [i16]],
    sample: impl Fn(usize) -> i32x8<S>,
) {
    const COLUMNS: usize = 8;
    let width = weights.first.len();
    for start in (0..width).step_by(COLUMNS) {
        // Plain loops: a closure in `array::from_fn` would not be compiled for the SIMD level.
        let mut sums = [i32x8::splat(simd, 0); COLUMNS];
        for (n, sum) in sums.iter_mut().enumerate() {
            // Behind the last sample, the last one is computed again.
            *sum = sample((start + n).min(width - 1));
        }
        let mut halves = [[u32x4::splat(simd, 0); 2]; COLUMNS / 2];
        for (half, pair) in halves.iter_mut().zip(sums.as_chunks::<2>().0) {
            let (even, odd) = pair[0].relaxed_narrow(pair[1]).split();
            *half = [even.bitcast(), odd.bitcast()];
        }
        store(start, halves, rows);
    }
}

/// Half of the last bit kept, for rounding.
const HALF: i32 = 1 << (FRACTION - KEPT - 1);

/// One sample of eight rows, from `P` pairs of columns.
#[inline(always)]
fn sample<S: Simd, const P: usize>(
    simd: S,
    strip: &SampleStrip,
    weights: &ResampleWeights,
    to: usize,
) -> i32x8<S> {
    let mut sum = i32x8::splat(simd, HALF);
    let first = weights.first[to] as usize;
    let taps = &weights.taps.as_chunks::<P>().0[to];
    let pairs = &strip.data.as_chunks::<PAIR>().0[first..first + P];
    for n in 0..P {
        sum = weighted(simd, sum, &pairs[n], taps[n]);
    }
    sum >> (FRACTION - KEPT)
}

#[inline(always)]
fn sample_of_many<S: Simd>(simd: S, strip: &SampleStrip, weights: &ResampleWeights, to: usize) -> i32x8<S> {
    let mut sum = i32x8::splat(simd, HALF);
    let first = weights.first[to] as usize;
    let taps = &weights.taps[to * weights.pairs..(to + 1) * weights.pairs];
    let pairs = &strip.data.as_chunks::<PAIR>().0[first..first + taps.len()];
    for (pair, &tap) in pairs.iter().zip(taps) {
        sum = weighted(simd, sum, pair, tap);
    }
    sum >> (FRACTION - KEPT)
}

#[inline(always)]
fn weighted<S: Simd>(simd: S, sum: i32x8<S>, pair: &[i16; PAIR], tap: i32) -> i32x8<S> {
    let weight: i16x16<S> = i32x8::splat(simd, tap).bitcast();
    sum + i16x16::from_slice(simd, pair).pairwise_dot_product(weight)
}

/// Stores columns of four pairs of rows as four rows of eight values.
#[inline(always)]
fn store<S: Simd>(start: usize, columns: [[u32x4<S>; 2]; 4], rows: &mut [&mut [i16]]) {
    // This is a 4x4 transpose by two rounds of perfect shuffles, done twice.
    for (half, pair) in [[columns[0], columns[1]], [columns[2], columns[3]]].iter().enumerate() {
        let [[a, b], [c, d]] = *pair;
        let ((p, q), (r, s)) = (a.interleave(c), b.interleave(d));
        let ((w, x), (y, z)) = (p.interleave(r), q.interleave(s));
        for (row, value) in rows.iter_mut().zip([w, x, y, z]) {
            let at = 2 * start + half * LANES;
            let value: fearless_simd::i16x8<S> = value.bitcast();
            value.store_slice(&mut row[at..at + LANES]);
        }
    }
}
