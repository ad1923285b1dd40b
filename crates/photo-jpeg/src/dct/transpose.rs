//! The transpose of 8x8 matrices in vectors.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f32x8, i16x8};

/// Transposes eight rows by three rounds of perfect shuffles.
#[inline(always)]
pub(crate) fn transpose<S: Simd>(rows: [f32x8<S>; 8]) -> [f32x8<S>; 8] {
    shuffle(shuffle(shuffle(rows)))
}

/// Transposes eight rows of 16-bit integers as [`transpose`] does.
#[inline(always)]
pub(crate) fn transpose_i16<S: Simd>(rows: [i16x8<S>; 8]) -> [i16x8<S>; 8] {
    shuffle_i16(shuffle_i16(shuffle_i16(rows)))
}

#[inline(always)]
fn shuffle_i16<S: Simd>(r: [i16x8<S>; 8]) -> [i16x8<S>; 8] {
    let (a, b) = r[0].interleave(r[4]);
    let (c, d) = r[1].interleave(r[5]);
    let (e, f) = r[2].interleave(r[6]);
    let (g, h) = r[3].interleave(r[7]);
    [a, b, c, d, e, f, g, h]
}

#[inline(always)]
fn shuffle<S: Simd>(r: [f32x8<S>; 8]) -> [f32x8<S>; 8] {
    let (a, b) = r[0].interleave(r[4]);
    let (c, d) = r[1].interleave(r[5]);
    let (e, f) = r[2].interleave(r[6]);
    let (g, h) = r[3].interleave(r[7]);
    [a, b, c, d, e, f, g, h]
}
