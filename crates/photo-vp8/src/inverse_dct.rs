//! The inverse DCT of 4x4 blocks (RFC 6386, section 14.4), two blocks at a time.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, i16x8};

/// Transforms two blocks in raster order. Sums wrap around at 16 bits, as in libwebp's vectors; the
/// coefficients of real pictures don't come near.
#[inline(always)]
pub(crate) fn inverse_dct<S: Simd>(simd: S, blocks: [&[i16; 16]; 2]) -> [[i16x8<S>; 2]; 2] {
    let ((a, b), (c, d)) = (blocks[0].split_at(8), blocks[1].split_at(8));
    // With r for the bits of a row, c for those of a column, b for the block and the bits of the vector's
    // number in front of the bar, a shuffle rotates b r1 | r0 c1 c0 to the left by one.
    let rows = shuffle([
        i16x8::from_slice(simd, a),
        i16x8::from_slice(simd, b),
        i16x8::from_slice(simd, c),
        i16x8::from_slice(simd, d),
    ]);
    let rows = pass(simd, rows);
    let mut columns = shuffle(shuffle(rows));
    columns[0] += 4;
    let [a, b, c, d] = pass(simd, columns);
    let [a, b, c, d] = shuffle(shuffle([a >> 3, b >> 3, c >> 3, d >> 3]));
    [[a, b], [c, d]]
}

#[inline(always)]
fn shuffle<S: Simd>([a, b, c, d]: [i16x8<S>; 4]) -> [i16x8<S>; 4] {
    let (a, b2) = (a.interleave(c), b.interleave(d));
    [a.0, a.1, b2.0, b2.1]
}

/// One dimension of the transform, lane by lane.
#[inline(always)]
fn pass<S: Simd>(simd: S, [a, b, c, d]: [i16x8<S>; 4]) -> [i16x8<S>; 4] {
    let (even, odd) = (a + c, a - c);
    let difference = times_sine(simd, b) - times_cosine(simd, d);
    let sum = times_cosine(simd, b) + times_sine(simd, d);
    [even + sum, odd + difference, odd - difference, even - sum]
}

/// Times the square root of 2 and the cosine of pi / 8.
#[inline(always)]
fn times_cosine<S: Simd>(simd: S, value: i16x8<S>) -> i16x8<S> {
    high_product(simd, value, 20091) + value
}

/// Times the square root of 2 and the sine of pi / 8.
#[inline(always)]
fn times_sine<S: Simd>(simd: S, value: i16x8<S>) -> i16x8<S> {
    // The factor is 35468; in 16 bits, it is smaller by 65536.
    high_product(simd, value, 35468 - 65536) + value
}

/// The upper halves of products.
#[inline(always)]
fn high_product<S: Simd>(simd: S, value: i16x8<S>, factor: i32) -> i16x8<S> {
    let (low, high) = value.widening_mul(i16x8::splat(simd, factor as i16));
    let (low, high): (i16x8<S>, i16x8<S>) = (low.bitcast(), high.bitcast());
    low.unzip_high(high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Level, dispatch};

    /// The transform as RFC 6386 writes it.
    fn as_specified(block: &[i16; 16]) -> [i16; 16] {
        let pass = |[a, b, c, d]: [i32; 4]| {
            let (sine, cosine) = (|v: i32| (v * 35468) >> 16, |v: i32| v + ((v * 20091) >> 16));
            let (even, odd) = (a + c, a - c);
            let (difference, sum) = (sine(b) - cosine(d), cosine(b) + sine(d));
            [even + sum, odd + difference, odd - difference, even - sum]
        };
        let mut columns = [0; 16];
        for i in 0..4 {
            let column = pass([0, 4, 8, 12].map(|row| i32::from(block[row + i])));
            (0..4).for_each(|row| columns[4 * row + i] = column[row]);
        }
        let rows: Vec<i16> = columns
            .chunks(4)
            .flat_map(|row| pass([row[0] + 4, row[1], row[2], row[3]]).map(|value| (value >> 3) as i16))
            .collect();
        rows.try_into().unwrap()
    }

    #[test]
    fn blocks_are_transformed_as_specified_at_all_levels() {
        let mut state = 1_u32;
        let mut random = |range: i32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((state >> 8) as i32 % range) as i16
        };
        for range in [2, 50, 3000] {
            for _ in 0..200 {
                let blocks: [[i16; 16]; 2] =
                    std::array::from_fn(|_| std::array::from_fn(|_| random(range) - (range / 2) as i16));
                for level in Level::all() {
                    let found = dispatch!(level, simd => {
                        inverse_dct(simd, [&blocks[0], &blocks[1]]).map(|block| {
                            let mut to = [0; 16];
                            block[0].store_slice(&mut to[..8]);
                            block[1].store_slice(&mut to[8..]);
                            to
                        })
                    });
                    assert_eq!(found, [as_specified(&blocks[0]), as_specified(&blocks[1])]);
                }
            }
        }
    }
}
