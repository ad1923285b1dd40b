//! The inverse DCT, at full size and at reduced sizes, in `f32` on any SIMD level.
//!
//! The transform is the separable one of Arai, Agui and Nakajima (1988), with its scale factors folded into
//! the quantization table. It multiplies and adds separately, never fused, so that every SIMD level gives the
//! same bits. The second pass leaves the rows of samples in the vector lanes, so that columns come out, which
//! is the order in which [`SampleStrip`] stores them.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f32x4, f32x8, i16x8, i16x16, i32x4, i32x8, u64x2};

use super::transpose::{transpose, transpose_halves};
use crate::quant::QuantTable;

/// The number of rows in a strip.
pub(crate) const LANES: usize = 8;

/// Eight rows of samples, in the order that reducing the width needs. Each pair of columns takes 16 values:
/// the two samples of row 0, then those of row 1, and so on.
#[derive(Debug, Default)]
pub(crate) struct SampleStrip {
    pub(crate) data: Vec<i16>,
}

/// The number of values of a pair of columns in a strip.
pub(crate) const PAIR: usize = 2 * LANES;

/// The factors that dequantize coefficients and apply the scale of the transform, in natural order.
#[derive(Debug, Clone)]
pub(crate) struct DequantizationFactors(pub(crate) [f32; 64]);

impl DequantizationFactors {
    /// The factors for the transform of `8 / denominator` points. `denominator` is 1, 2, 4 or 8.
    pub(crate) fn new(table: &QuantTable, denominator: u32) -> Self {
        let n = 8 / denominator.max(1) as usize;
        Self(std::array::from_fn(|i| {
            let (u, v) = (i % 8, i / 8);
            if u >= n || v >= n {
                return 0.0;
            }
            (f64::from(table.values()[i]) * factor(u, n) * factor(v, n)) as f32
        }))
    }
}

/// The factor of coefficient `u` before a transform of `n` points. It combines the orthonormal scale, for 8
/// points the scale factor of the algorithm, and for fewer points `sqrt(n / 8)`, because a block of `n`
/// samples has less energy.
fn factor(u: usize, n: usize) -> f64 {
    let orthonormal = if u == 0 { (1.0 / n as f64).sqrt() } else { (2.0 / n as f64).sqrt() };
    let energy = (n as f64 / 8.0).sqrt();
    if n < 8 {
        return orthonormal * energy;
    }
    let angle = u as f64 * std::f64::consts::PI / 16.0;
    let aan = if u == 0 { 1.0 } else { angle.cos() * std::f64::consts::SQRT_2 };
    aan / 8f64.sqrt()
}

/// The 8-point transform of eight vectors, each of which holds one frequency.
#[inline(always)]
fn idct8<S: Simd>(v: [f32x8<S>; 8]) -> [f32x8<S>; 8] {
    const R2: f32 = std::f32::consts::SQRT_2;
    const A: f32 = 1.847_759;
    const B: f32 = 1.082_392_2;
    const C: f32 = 2.613_126;
    let (sum04, diff04) = (v[0] + v[4], v[0] - v[4]);
    let sum26 = v[2] + v[6];
    let diff26 = (v[2] - v[6]) * R2 - sum26;
    let (e0, e3) = (sum04 + sum26, sum04 - sum26);
    let (e1, e2) = (diff04 + diff26, diff04 - diff26);
    let (z13, z10) = (v[5] + v[3], v[5] - v[3]);
    let (z11, z12) = (v[1] + v[7], v[1] - v[7]);
    let o7 = z11 + z13;
    let t11 = (z11 - z13) * R2;
    let z5 = (z10 + z12) * A;
    let t10 = z5 - z12 * B;
    let t12 = z5 - z10 * C;
    let o6 = t12 - o7;
    let o5 = t11 - o6;
    let o4 = t10 - o5;
    [e0 + o7, e1 + o6, e2 + o5, e3 + o4, e3 - o4, e2 - o5, e1 - o6, e0 - o7]
}

/// Transforms a block at full size into four pairs of columns of a [`SampleStrip`], with samples of 0 to 255.
/// `dc` is added to the first row of coefficients modulo 2^16: its first value corrects the DC, and the
/// others are 0.
#[inline(always)]
pub(crate) fn full<S: Simd>(
    simd: S,
    block: &[i16; 64],
    dc: &[i16; 8],
    table: &DequantizationFactors,
    out: &mut [[i16; PAIR]; 4],
) {
    let columns = samples(simd, block, dc, table, EIGHT_BITS);
    for (pair, out) in columns.as_chunks::<2>().0.iter().zip(out) {
        let both: i16x16<S> = ((pair[0] & 0xFFFF) | (pair[1] << 16)).bitcast();
        both.store_slice(out);
    }
}

/// Transforms a block as [`full`] does, to samples of another range.
#[inline(always)]
pub(crate) fn full_in<S: Simd>(
    simd: S,
    block: &[i16; 64],
    table: &DequantizationFactors,
    range: SampleRange,
) -> [[i16; PAIR]; 4] {
    let mut out = [[0; PAIR]; 4];
    let columns = samples(simd, block, &[0; 8], table, range);
    for (pair, out) in columns.as_chunks::<2>().0.iter().zip(&mut out) {
        let both: i16x16<S> = ((pair[0] & 0xFFFF) | (pair[1] << 16)).bitcast();
        both.store_slice(out);
    }
    out
}

/// The samples that a transform gives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SampleRange {
    /// What is added to all samples: the middle of the range.
    middle: f32,
    /// The largest sample.
    max: f32,
}

impl SampleRange {
    /// The range of samples of so many bits, 8 or 12.
    pub(crate) fn of_bits(bits: u8) -> Self {
        Self { middle: f32::from(1u16 << (bits - 1)), max: f32::from((1u16 << bits) - 1) }
    }
}

/// Samples of 0 to 255.
const EIGHT_BITS: SampleRange = SampleRange { middle: 128.0, max: 255.0 };

/// The columns of a block as integers in the low 16 bits of each lane. The high bits are undefined.
#[inline(always)]
fn samples<S: Simd>(
    simd: S,
    block: &[i16; 64],
    dc: &[i16; 8],
    table: &DequantizationFactors,
    range: SampleRange,
) -> [i32x8<S>; 8] {
    let (values, multipliers) = (block.as_chunks::<8>().0, table.0.as_chunks::<8>().0);
    // Plain loops: a closure in `array::from_fn` or `map` would not be compiled for the SIMD level.
    let mut rows = [f32x8::splat(simd, 0.0); 8];
    for y in 0..8 {
        let mut row = i16x8::from_slice(simd, &values[y]);
        if y == 0 {
            row += i16x8::from_slice(simd, dc);
        }
        let (low, high) = row.widen();
        rows[y] = low.combine(high).to_float::<f32x8<S>>() * f32x8::from_slice(simd, &multipliers[y]);
    }
    // Adding to the scaled DC raises all samples.
    rows[0] += f32x8::from_slice(simd, &[range.middle, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    let columns = idct8(transpose(idct8(rows)));
    let mut out = [i32x8::splat(simd, 0); 8];
    for x in 0..8 {
        out[x] = round(simd, columns[x], range.max);
    }
    out
}

/// 1.5 * 2^23. Adding it to a number leaves the rounded integer in the low bits of the mantissa.
const MAGIC: f32 = 12_582_912.0;

/// Clamps to 0..=max and rounds, halves to even, into the low 16 bits of each lane.
#[inline(always)]
fn round<S: Simd>(simd: S, v: f32x8<S>, max: f32) -> i32x8<S> {
    let clamped = v.max(f32x8::splat(simd, 0.0)).min(f32x8::splat(simd, max));
    (clamped + MAGIC).bitcast()
}

/// Transforms a block to 4 by 4 samples, using its 16 lowest coefficients. Returns two pairs of columns of
/// four rows each. `dc` is as for [`full`].
#[inline(always)]
pub(crate) fn half<S: Simd>(
    simd: S,
    block: &[i16; 64],
    dc: &[i16; 8],
    table: &DequantizationFactors,
) -> [i16x8<S>; 2] {
    let (values, multipliers) = (block.as_chunks::<8>().0, table.0.as_chunks::<8>().0);
    let mut rows = [f32x4::splat(simd, 0.0); 4];
    for y in 0..4 {
        let mut row = i16x8::from_slice(simd, &values[y]);
        if y == 0 {
            row += i16x8::from_slice(simd, dc);
        }
        let low = row.widen().0.to_float::<f32x4<S>>();
        rows[y] = low * f32x4::from_slice(simd, &multipliers[y][..4]);
    }
    rows[0] += f32x4::from_slice(simd, &[EIGHT_BITS.middle, 0.0, 0.0, 0.0]);
    let [a, b, c, d] = idct4(rows);
    // A transpose of 4x4 by two rounds of perfect shuffles.
    let ((p, q), (r, s)) = (a.interleave(c), b.interleave(d));
    let ((w, x), (y, z)) = (p.interleave(r), q.interleave(s));
    let columns = idct4([w, x, y, z]);
    let mut out = [i32x4::splat(simd, 0); 4];
    for x in 0..4 {
        let clamped = columns[x].max(f32x4::splat(simd, 0.0)).min(f32x4::splat(simd, 255.0));
        out[x] = (clamped + MAGIC).bitcast();
    }
    [side_by_side(out[0], out[1]), side_by_side(out[2], out[3])]
}

/// Transforms two blocks at once as [`half`] does, each with its own `dc` for the first coefficient and its own table.
#[inline(always)]
pub(crate) fn half_of_two<S: Simd>(
    simd: S,
    blocks: [&[i16; 64]; 2],
    dc: [i16; 2],
    tables: [&DequantizationFactors; 2],
) -> [[i16x8<S>; 2]; 2] {
    let values = blocks.map(|block| block.as_chunks::<8>().0);
    let multipliers = tables.map(|table| table.0.as_chunks::<8>().0);
    let mut rows = [f32x8::splat(simd, 0.0); 4];
    for y in 0..4 {
        let first: u64x2<S> = i16x8::from_slice(simd, &values[0][y]).bitcast();
        let second: u64x2<S> = i16x8::from_slice(simd, &values[1][y]).bitcast();
        let mut both: i16x8<S> = first.zip_low(second).bitcast();
        if y == 0 {
            both += i16x8::from_slice(simd, &[dc[0], 0, 0, 0, dc[1], 0, 0, 0]);
        }
        let (first, second) = both.widen();
        let factors = f32x4::from_slice(simd, &multipliers[0][y][..4]);
        let factors = factors.combine(f32x4::from_slice(simd, &multipliers[1][y][..4]));
        rows[y] = first.combine(second).to_float::<f32x8<S>>() * factors;
    }
    let middle = EIGHT_BITS.middle;
    rows[0] += f32x8::from_slice(simd, &[middle, 0.0, 0.0, 0.0, middle, 0.0, 0.0, 0.0]);
    let columns = idct4_of_two(transpose_halves(idct4_of_two(rows)));
    let mut out = [i32x8::splat(simd, 0); 4];
    for x in 0..4 {
        out[x] = round(simd, columns[x], EIGHT_BITS.max);
    }
    let left: i16x16<S> = ((out[0] & 0xFFFF) | (out[1] << 16)).bitcast();
    let right: i16x16<S> = ((out[2] & 0xFFFF) | (out[3] << 16)).bitcast();
    let (left, right) = (left.split(), right.split());
    [[left.0, right.0], [left.1, right.1]]
}

/// The low 16 bits of two columns, side by side for each row.
#[inline(always)]
fn side_by_side<S: Simd>(left: i32x4<S>, right: i32x4<S>) -> i16x8<S> {
    ((left & 0xFFFF) | (right << 16)).bitcast()
}

/// The functions of this name make the 4-point transform of four vectors, by its definition.
macro_rules! idct4 {
    ($name:ident, $vector:ident) => {
        #[inline(always)]
        fn $name<S: Simd>(v: [$vector<S>; 4]) -> [$vector<S>; 4] {
            /// The cosines of pi/8 and 3 pi/8.
            const C1: f32 = 0.923_879_5;
            const C3: f32 = 0.382_683_43;
            let middle = v[2] * std::f32::consts::FRAC_1_SQRT_2;
            let (sum, difference) = (v[0] + middle, v[0] - middle);
            let (outer, inner) = (v[1] * C1 + v[3] * C3, v[1] * C3 - v[3] * C1);
            [sum + outer, difference + inner, difference - inner, sum - outer]
        }
    };
}
idct4!(idct4, f32x4);
idct4!(idct4_of_two, f32x8);

/// Transforms a block to `N` by `N` samples of 0 to 255 (2 or 1), as [`reduced_in`] does.
#[inline(always)]
pub(crate) fn reduced<const N: usize>(
    block: &[i16; 64],
    dc: i16,
    table: &DequantizationFactors,
    cosines: &Cosines<N>,
) -> [[i16; N]; N] {
    reduced_in(block, dc, table, cosines, EIGHT_BITS)
}

/// Transforms a block to `N` by `N` samples (4, 2 or 1) of a range, using its `N * N` lowest coefficients. The
/// sample in column `x` and row `y` is at `[x][y]`. `dc` is added to the DC modulo 2^16.
#[inline(always)]
pub(crate) fn reduced_in<const N: usize>(
    block: &[i16; 64],
    dc: i16,
    table: &DequantizationFactors,
    cosines: &Cosines<N>,
    range: SampleRange,
) -> [[i16; N]; N] {
    let coefficient = |u: usize, v: usize| {
        let value = if u == 0 && v == 0 { block[0].wrapping_add(dc) } else { block[8 * v + u] };
        f32::from(value) * table.0[8 * v + u]
    };
    // Sums over the vertical frequencies first, for each horizontal one.
    let rows: [[f32; N]; N] = std::array::from_fn(|u| {
        std::array::from_fn(|y| {
            (1..N).fold(coefficient(u, 0), |sum, v| sum + coefficient(u, v) * cosines.0[y][v])
        })
    });
    std::array::from_fn(|x| {
        std::array::from_fn(|y| {
            let sum = (1..N).fold(rows[0][y], |sum, u| sum + rows[u][y] * cosines.0[x][u]);
            (sum + range.middle).clamp(0.0, range.max).round_ties_even() as i16
        })
    })
}

/// `cos((2 x + 1) u pi / 2N)` for each sample `x` and frequency `u`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cosines<const N: usize>([[f32; N]; N]);

impl<const N: usize> Cosines<N> {
    pub(crate) fn new() -> Self {
        let angle = |x: usize, u: usize| ((2 * x + 1) * u) as f64 * std::f64::consts::PI / (2 * N) as f64;
        Self(std::array::from_fn(|x| std::array::from_fn(|u| angle(x, u).cos() as f32)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::simd::{Level, dispatch};

    fn block() -> impl Strategy<Value = ([i16; 64], i16, QuantTable)> {
        let values = proptest::collection::vec(prop_oneof![4 => Just(0i16), 1 => -2_000i16..2_000], 64);
        let quality = 1u8..=100;
        (values, -3_000i16..3_000, quality).prop_map(|(values, dc, quality)| {
            (values.try_into().unwrap_or([0; 64]), dc, QuantTable::luma(quality))
        })
    }

    proptest! {
        #[test]
        fn two_halves_at_once_are_those_of_each(a in block(), b in block()) {
            let tables = [&a.2, &b.2].map(|table| DequantizationFactors::new(table, 2));
            for level in Level::all() {
                let [both, each] = dispatch!(level, simd => {
                    let both = half_of_two(simd, [&a.0, &b.0], [a.1, b.1], [&tables[0], &tables[1]]);
                    let one = |block, dc, table| half(simd, block, &[dc, 0, 0, 0, 0, 0, 0, 0], table);
                    let each = [one(&a.0, a.1, &tables[0]), one(&b.0, b.1, &tables[1])];
                    [both, each].map(|blocks| blocks.map(|pairs| pairs.map(<[i16; 8]>::from)))
                });
                prop_assert_eq!(both, each);
            }
        }
    }
}
