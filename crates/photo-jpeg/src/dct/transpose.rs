//! The transpose of 8x8 matrices in vectors.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f32x8, i16x8, mask32x8, u64x4};

/// Transposes eight rows: the quarters that lie across from each other change places, then each quarter is transposed
/// by itself. Values so cross the middle of a vector, which is slow on AVX2, only once.
#[inline(always)]
pub(crate) fn transpose<S: Simd>(r: [f32x8<S>; 8]) -> [f32x8<S>; 8] {
    let (a, e) = halves(r[0], r[4]);
    let (b, f) = halves(r[1], r[5]);
    let (c, g) = halves(r[2], r[6]);
    let (d, h) = halves(r[3], r[7]);
    let ([a, b, c, d], [e, f, g, h]) = (transpose_halves([a, b, c, d]), transpose_halves([e, f, g, h]));
    [a, b, c, d, e, f, g, h]
}

/// The first halves of two rows, and their second halves.
#[inline(always)]
fn halves<S: Simd>(a: f32x8<S>, b: f32x8<S>) -> (f32x8<S>, f32x8<S>) {
    let ((a_low, a_high), (b_low, b_high)) = (a.split(), b.split());
    (a_low.combine(b_low), a_high.combine(b_high))
}

/// Transposes the two 4x4 matrices in the halves of four rows: pairs of columns change places with pairs of rows, then
/// single columns in them with single rows. Most of it is blends and shifts, of which a core does several at once.
#[inline(always)]
pub(crate) fn transpose_halves<S: Simd>(r: [f32x8<S>; 4]) -> [f32x8<S>; 4] {
    let ((p, q), (r, s)) = (pairs(r[0], r[2]), pairs(r[1], r[3]));
    let ((w, x), (y, z)) = (singles(p, r), singles(q, s));
    [w, x, y, z]
}

/// In each half, the first two values of `a` and of `b`, and the last two.
#[inline(always)]
fn pairs<S: Simd>(a: f32x8<S>, b: f32x8<S>) -> (f32x8<S>, f32x8<S>) {
    let inner = a.slide_within_blocks::<2>(b);
    let first = mask32x8::simd_from(a.token(), [-1, -1, 0, 0, -1, -1, 0, 0]);
    (first.select(a, inner), first.select(inner, b))
}

/// The even values of `a` and of `b` in turn, and the odd ones.
#[inline(always)]
fn singles<S: Simd>(a: f32x8<S>, b: f32x8<S>) -> (f32x8<S>, f32x8<S>) {
    let even = mask32x8::simd_from(a.token(), [-1, 0, -1, 0, -1, 0, -1, 0]);
    let (down, up) = (a.bitcast::<u64x4<S>>() >> 32, b.bitcast::<u64x4<S>>() << 32);
    (even.select(a, up.bitcast()), even.select(down.bitcast(), b))
}

/// Transposes eight rows of 16-bit integers by three rounds of perfect shuffles.
#[inline(always)]
pub(crate) fn transpose_i16<S: Simd>(rows: [i16x8<S>; 8]) -> [i16x8<S>; 8] {
    shuffle(shuffle(shuffle(rows)))
}

#[inline(always)]
fn shuffle<S: Simd>(r: [i16x8<S>; 8]) -> [i16x8<S>; 8] {
    let (a, b) = r[0].interleave(r[4]);
    let (c, d) = r[1].interleave(r[5]);
    let (e, f) = r[2].interleave(r[6]);
    let (g, h) = r[3].interleave(r[7]);
    [a, b, c, d, e, f, g, h]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Level, dispatch};

    #[test]
    fn rows_become_columns_at_every_level() {
        let number = |row: usize, column: usize| (8 * row + column) as f32;
        for level in Level::all() {
            let columns = dispatch!(level, simd => {
                let mut rows = [f32x8::splat(simd, 0.0); 8];
                for (y, row) in rows.iter_mut().enumerate() {
                    *row = f32x8::simd_from(simd, std::array::from_fn(|x| number(y, x)));
                }
                transpose(rows).map(<[f32; 8]>::from)
            });
            for (x, column) in columns.iter().enumerate() {
                assert_eq!(*column, std::array::from_fn(|y| number(y, x)), "column {x} at {level:?}");
            }
        }
    }
}
