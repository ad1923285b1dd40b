//! Converts YCbCr to RGB.
//!
//! `R = Y + 1.402 Cr`, `G = Y - 0.344136 Cb - 0.714136 Cr`, `B = Y + 1.772 Cb`, with 128 subtracted from
//! chroma (JFIF 1.02). Since Y is an integer, rounding the chroma terms rounds the sum. So the terms of a
//! chroma sample are computed only once for all pixels it is stretched over. The weights are libjpeg's, with
//! 16 fraction bits. Whole numbers are split off so that the rest fits into 16 bits.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, i16x16, i32x8, u8x16, u16x16};

use super::interleave::{STEP, interleave};

/// The number of fraction bits in the weights.
const FRACTION: u32 = 16;
/// The weights of Cb and Cr in red, green and blue.
const WEIGHTS: [[i16; 2]; 3] = [[0, 26_345], [-22_554, 18_734], [-14_942, 0]];
/// The whole numbers that were split off from the weights.
const WHOLE: [[i16; 2]; 3] = [[0, 1], [0, -1], [2, 0]];

/// Makes a row of interleaved pixels. Each chroma sample stands for `STRETCH` pixels of a row (1 or 2); the
/// last one may stand for fewer.
#[inline(always)]
pub(super) fn row<S: Simd, const STRETCH: usize>(simd: S, luma: &[u8], chroma: [&[u8]; 2], out: &mut [u8]) {
    let pixels = STEP * STRETCH;
    let whole = luma.len() / pixels;
    for n in 0..whole {
        let chroma = [&chroma[0][STEP * n..STEP * n + STEP], &chroma[1][STEP * n..STEP * n + STEP]];
        let luma = &luma[pixels * n..pixels * (n + 1)];
        step::<S, STRETCH>(simd, luma, chroma, &mut out[3 * pixels * n..3 * pixels * (n + 1)]);
    }
    let (luma, out) = (&luma[pixels * whole..], &mut out[3 * pixels * whole..]);
    if !luma.is_empty() {
        let (mut last_luma, mut last_chroma) = ([0; 2 * STEP], [[0; STEP]; 2]);
        last_luma[..luma.len()].copy_from_slice(luma);
        for (last, chroma) in last_chroma.iter_mut().zip(chroma) {
            let rest = &chroma[STEP * whole..];
            last[..rest.len()].copy_from_slice(rest);
        }
        let mut last = [0; 6 * STEP];
        step::<S, STRETCH>(simd, &last_luma, [&last_chroma[0], &last_chroma[1]], &mut last);
        out.copy_from_slice(&last[..out.len()]);
    }
}

#[inline(always)]
fn step<S: Simd, const STRETCH: usize>(simd: S, luma: &[u8], chroma: [&[u8]; 2], out: &mut [u8]) {
    let terms = terms(simd, u8x16::from_slice(simd, chroma[0]), u8x16::from_slice(simd, chroma[1]));
    for part in 0..STRETCH {
        let luma = u8x16::from_slice(simd, &luma[STEP * part..STEP * part + STEP]);
        let mut channels = [luma; 3];
        for channel in 0..3 {
            let [mut plus, mut minus] = terms[channel];
            if STRETCH == 2 {
                plus = if part == 0 { plus.zip_low(plus) } else { plus.zip_high(plus) };
                minus = if part == 0 { minus.zip_low(minus) } else { minus.zip_high(minus) };
            }
            channels[channel] = luma.saturating_add(plus).saturating_sub(minus);
        }
        interleave(simd, channels, &mut out[3 * STEP * part..3 * STEP * (part + 1)]);
    }
}

/// What chroma adds to luma and what it subtracts, for red, green and blue. One of the two is 0, so that
/// adding and subtracting with saturation clamps the result.
#[inline(always)]
fn terms<S: Simd>(simd: S, cb: u8x16<S>, cr: u8x16<S>) -> [[u8x16<S>; 2]; 3] {
    let low = signed(simd, cb.zip_low(cr));
    let high = signed(simd, cb.zip_high(cr));
    let (cb, cr) = (signed(simd, cb), signed(simd, cr));
    let zero = i16x16::splat(simd, 0);
    let half = i32x8::splat(simd, 1 << (FRACTION - 1));
    let mut terms = [[u8x16::splat(simd, 0); 2]; 3];
    for channel in 0..3 {
        let weights = pair(simd, WEIGHTS[channel]);
        let low = (low.pairwise_dot_product(weights) + half) >> FRACTION;
        let high = (high.pairwise_dot_product(weights) + half) >> FRACTION;
        let [whole_cb, whole_cr] = WHOLE[channel];
        let sum = low.relaxed_narrow(high) + cb * whole_cb + cr * whole_cr;
        let plus = sum.max(zero);
        terms[channel] = [narrow(plus), narrow(plus - sum)];
    }
    terms
}

/// A vector that repeats a pair of weights.
#[inline(always)]
pub(super) fn pair<S: Simd>(simd: S, [first, second]: [i16; 2]) -> i16x16<S> {
    i32x8::splat(simd, i32::from(second) << 16 | i32::from(first) & 0xFFFF).bitcast()
}

/// The samples minus 128.
#[inline(always)]
fn signed<S: Simd>(simd: S, samples: u8x16<S>) -> i16x16<S> {
    let (low, high) = samples.widen();
    low.combine(high).bitcast::<i16x16<S>>() - i16x16::splat(simd, 128)
}

/// Values of 0 to 255, as bytes.
#[inline(always)]
pub(super) fn narrow<S: Simd>(values: i16x16<S>) -> u8x16<S> {
    let (low, high) = values.bitcast::<u16x16<S>>().split();
    low.relaxed_narrow(high)
}
