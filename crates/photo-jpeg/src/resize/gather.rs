//! Puts rows of interleaved samples into strips, which is where reducing the width takes them from. In
//! registers, a transpose of eight rows by eight pairs of columns.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f32x8, u8x16};

use crate::dct::inverse::{LANES, PAIR, SampleStrip};
use crate::dct::transpose::transpose;
use crate::rgb::interleave::{STEP, deinterleave};
use crate::simd::{Level, dispatch};

/// The pairs of columns in a step.
const PAIRS: usize = STEP / 2;

/// The number of values of a strip that holds rows of `width` samples, in whole steps.
pub(crate) fn strip_len(width: usize) -> usize {
    width.div_ceil(STEP) * PAIRS * PAIR
}

/// Fills a strip of [`strip_len`] values with eight rows of single samples.
pub(crate) fn gray(level: Level, rows: &[&[u8]; LANES], strip: &mut SampleStrip) {
    dispatch!(level, simd => gray_with(simd, rows, strip));
}

#[inline(always)]
fn gray_with<S: Simd>(simd: S, rows: &[&[u8]; LANES], strip: &mut SampleStrip) {
    for (n, out) in strip.data.as_chunks_mut::<{ PAIRS * PAIR }>().0.iter_mut().enumerate() {
        let mut samples = [u8x16::splat(simd, 0); LANES];
        for (row, samples) in rows.iter().zip(&mut samples) {
            let mut last = [0; STEP];
            *samples = u8x16::from_slice(simd, step(row, n, &mut last));
        }
        transposed(simd, samples, out);
    }
}

/// Fills three strips of [`strip_len`] values with the channels of eight rows of interleaved pixels.
pub(crate) fn rgb(level: Level, rows: &[&[u8]; LANES], strips: [&mut SampleStrip; 3]) {
    dispatch!(level, simd => rgb_with(simd, rows, strips));
}

#[inline(always)]
fn rgb_with<S: Simd>(simd: S, rows: &[&[u8]; LANES], strips: [&mut SampleStrip; 3]) {
    let [red, green, blue] = strips;
    let steps = red.data.as_chunks_mut::<{ PAIRS * PAIR }>().0.iter_mut();
    let steps =
        steps.zip(green.data.as_chunks_mut().0.iter_mut()).zip(blue.data.as_chunks_mut().0.iter_mut());
    for (n, ((red, green), blue)) in steps.enumerate() {
        let mut samples = [[u8x16::splat(simd, 0); LANES]; 3];
        for (lane, row) in rows.iter().enumerate() {
            let mut last = [0; 3 * STEP];
            let channels = deinterleave(simd, step(row, n, &mut last));
            for channel in 0..3 {
                samples[channel][lane] = channels[channel];
            }
        }
        transposed(simd, samples[0], red);
        transposed(simd, samples[1], green);
        transposed(simd, samples[2], blue);
    }
}

/// Step `n` of a row of `N` bytes a step. The last one is filled up in `last`.
#[inline(always)]
fn step<'a, const N: usize>(row: &'a [u8], n: usize, last: &'a mut [u8; N]) -> &'a [u8] {
    if let Some(whole) = row.get(N * n..N * (n + 1)) {
        return whole;
    }
    let rest = row.get(N * n..).unwrap_or_default();
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    last
}

/// Stores 16 columns of eight rows, pair after pair.
#[inline(always)]
fn transposed<S: Simd>(simd: S, rows: [u8x16<S>; LANES], out: &mut [i16; PAIRS * PAIR]) {
    // The transpose moves pairs of 16 bits as it would floating-point numbers.
    let mut all = [f32x8::splat(simd, 0.0); LANES];
    for lane in 0..LANES {
        let (left, right) = rows[lane].widen();
        all[lane] = left.combine(right).bitcast();
    }
    let all = transpose(all);
    for (pair, out) in all.iter().zip(out.as_chunks_mut::<PAIR>().0) {
        let values: fearless_simd::i16x16<S> = pair.bitcast();
        values.store_slice(out);
    }
}
