//! Reducing widths: eight rows at a time in the lanes, no sample is ever moved.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, i16x16, i32x8, u32x4};

use super::weights::{FRACTION, Weights};
use crate::dct::inverse::{LANES, PAIR, Strip};

/// Bits of the fraction that rows keep between the two passes.
pub(crate) const KEPT: u32 = 6;

/// Samples of a reduced row are padded to a multiple of this.
pub(crate) const STEP: usize = 32;

/// Reduces the rows of `strip` to the weights' width, into pairs of rows: row pair `r` begins at `r * stride`, and has for
/// each sample the value of the upper and of the lower row, times `1 << KEPT`. Values behind the width are junk.
#[inline(always)]
pub(crate) fn reduce<S: Simd>(simd: S, strip: &Strip, weights: &Weights, rows: &mut [&mut [i16]]) {
    const COLUMNS: usize = 8;
    let width = weights.first.len();
    for start in (0..width).step_by(COLUMNS) {
        let sums: [i32x8<S>; COLUMNS] = std::array::from_fn(|n| {
            // Behind the last sample, that one is computed again.
            sample(simd, strip, weights, (start + n).min(width - 1))
        });
        let halves: [[u32x4<S>; 2]; COLUMNS / 2] = std::array::from_fn(|n| {
            let both: i16x16<S> = sums[2 * n].relaxed_narrow(sums[2 * n + 1]);
            let (even, odd) = both.split();
            [even.bitcast(), odd.bitcast()]
        });
        store(start, halves, rows);
    }
}

/// One sample of eight rows.
#[inline(always)]
fn sample<S: Simd>(simd: S, strip: &Strip, weights: &Weights, to: usize) -> i32x8<S> {
    let mut sum = i32x8::splat(simd, 1 << (FRACTION - KEPT - 1));
    let first = weights.first[to] as usize;
    let taps = &weights.taps[to * weights.pairs..(to + 1) * weights.pairs];
    let pairs = &strip.data[first * PAIR..(first + taps.len()) * PAIR];
    for (pair, &tap) in pairs.as_chunks::<PAIR>().0.iter().zip(taps) {
        let weight: i16x16<S> = i32x8::splat(simd, tap).bitcast();
        sum = sum + i16x16::from_slice(simd, pair).pairwise_dot_product(weight);
    }
    sum >> (FRACTION - KEPT)
}

/// Columns of four row pairs each become four rows of eight.
#[inline(always)]
fn store<S: Simd>(start: usize, columns: [[u32x4<S>; 2]; 4], rows: &mut [&mut [i16]]) {
    // A transpose of 4x4, twice, by two rounds of perfect shuffles.
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
