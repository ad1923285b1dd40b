//! Reducing heights: rows of output from pairs of rows.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, i16x16, i32x8, u8x32, u16x16};

use super::horizontal::{KEPT, STEP};
use super::weights::FRACTION;

/// One row of samples: the sum of the row pairs times their taps. Every pair of rows holds twice the samples of `out`,
/// rounded up to a multiple of [`STEP`].
#[inline(always)]
pub(crate) fn reduce<S: Simd>(simd: S, pairs: &[&[i16]], taps: &[i32], out: &mut [u8]) {
    let (whole, rest) = out.as_chunks_mut::<STEP>();
    let count = whole.len();
    for (n, out) in whole.iter_mut().enumerate() {
        step(simd, pairs, taps, n).store_slice(out);
    }
    if !rest.is_empty() {
        let mut last = [0; STEP];
        step(simd, pairs, taps, count).store_slice(&mut last);
        rest.iter_mut().zip(last).for_each(|(to, from)| *to = from);
    }
}

#[inline(always)]
fn step<S: Simd>(simd: S, pairs: &[&[i16]], taps: &[i32], n: usize) -> u8x32<S> {
    let half = i32x8::splat(simd, 1 << (FRACTION + KEPT - 1));
    let mut sums = [half; 4];
    for (pair, &tap) in pairs.iter().zip(taps) {
        let weight: i16x16<S> = i32x8::splat(simd, tap).bitcast();
        let values = pair[2 * STEP * n..2 * STEP * (n + 1)].as_chunks::<16>().0;
        for (sum, values) in sums.iter_mut().zip(values) {
            *sum = *sum + i16x16::from_slice(simd, values).pairwise_dot_product(weight);
        }
    }
    let [a, b, c, d] = sums.map(|sum| sum >> (FRACTION + KEPT));
    let low = clamp(simd, a.relaxed_narrow(b));
    let high = clamp(simd, c.relaxed_narrow(d));
    low.relaxed_narrow(high)
}

#[inline(always)]
fn clamp<S: Simd>(simd: S, values: i16x16<S>) -> u16x16<S> {
    values.max(i16x16::splat(simd, 0)).min(i16x16::splat(simd, 255)).bitcast()
}
