//! Reduces the height: makes rows of output from pairs of rows.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, i16x16, i32x8, u16x16};

use super::horizontal::{KEPT, STEP};
use super::weights::FRACTION;
use crate::simd::{Level, dispatch};

/// Makes one row of samples, which is the sum of the pairs of rows times their taps. Every pair of rows holds
/// twice the samples of `out`, padded to a multiple of [`STEP`].
pub(crate) fn reduce(level: Level, pairs: &[&[i16]], taps: &[i32], out: &mut [u8]) {
    dispatch!(level, simd => reduce_with(simd, pairs, taps, out));
}

#[inline(always)]
fn reduce_with<S: Simd>(simd: S, pairs: &[&[i16]], taps: &[i32], out: &mut [u8]) {
    let (whole, rest) = out.as_chunks_mut::<STEP>();
    let count = whole.len();
    for (n, out) in whole.iter_mut().enumerate() {
        step(simd, pairs, taps, n, out);
    }
    if !rest.is_empty() {
        let mut last = [0; STEP];
        step(simd, pairs, taps, count, &mut last);
        rest.iter_mut().zip(last).for_each(|(to, from)| *to = from);
    }
}

#[inline(always)]
fn step<S: Simd>(simd: S, pairs: &[&[i16]], taps: &[i32], n: usize, out: &mut [u8; STEP]) {
    let half = i32x8::splat(simd, 1 << (FRACTION + KEPT - 1));
    let mut sums = [half; STEP / 8];
    for (pair, &tap) in pairs.iter().zip(taps) {
        let weight: i16x16<S> = i32x8::splat(simd, tap).bitcast();
        let values = &pair.as_chunks::<{ 2 * STEP }>().0[n];
        for i in 0..STEP / 8 {
            let values = i16x16::from_slice(simd, &values[16 * i..16 * i + 16]);
            sums[i] += values.pairwise_dot_product(weight);
        }
    }
    for (sums, out) in sums.as_chunks::<4>().0.iter().zip(out.as_chunks_mut::<32>().0) {
        const SHIFT: u32 = FRACTION + KEPT;
        let low = clamp(simd, (sums[0] >> SHIFT).relaxed_narrow(sums[1] >> SHIFT));
        let high = clamp(simd, (sums[2] >> SHIFT).relaxed_narrow(sums[3] >> SHIFT));
        low.relaxed_narrow(high).store_slice(out);
    }
}

#[inline(always)]
fn clamp<S: Simd>(simd: S, values: i16x16<S>) -> u16x16<S> {
    values.max(i16x16::splat(simd, 0)).min(i16x16::splat(simd, 255)).bitcast()
}
