//! The forward DCT of a block and the quantization of its coefficients.
//!
//! The algorithm is the one of Arai, Agui and Nakajima ("A fast DCT-SQ scheme for images", 1988), as in
//! libjpeg's `jfdctflt.c`. It takes five multiplications per row; a scale factor for each coefficient is
//! folded into the quantization. Every sum and every product is rounded separately, never fused, so that all
//! SIMD levels give the same coefficients.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f32x8, i8x32, i16x16, i32x8};

use super::transpose::transpose;
use crate::quant::QuantTable;

/// An 8x8 block of samples, row by row.
pub(crate) type Tile = [[u8; 8]; 8];

/// The quantized coefficients of a block, column by column: the coefficient of horizontal frequency `u` and
/// vertical frequency `v` is at `8 * u + v`. The transform leaves them in this order, and all readers permute
/// them anyway.
///
/// The DC ranges from -1,024 to 1,023 and the ACs from -1,023 to 1,023, which is what baseline JPEG can code
/// for 8-bit samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QuantizedBlock {
    pub(crate) values: [i16; 64],
    /// Bit `8 * u + v` is set where the coefficient isn't 0.
    pub(crate) nonzero: u64,
}

/// The factors that turn the output of the transform into quantized coefficients, column by column. Each is
/// one over the divisor and over the scale factor of the algorithm.
#[derive(Debug, Clone)]
pub(crate) struct QuantizationFactors {
    columns: [[f32; 8]; 8],
    /// The upper bound of all quantized coefficients.
    highest: i16,
    /// The lower bounds of the first two columns. The first of them is the DC's.
    lowest: [i16; 16],
}

impl QuantizationFactors {
    pub(crate) fn new(table: &QuantTable) -> Self {
        let mut multipliers = [[0.0; 8]; 8];
        for (u, column) in multipliers.iter_mut().enumerate() {
            for (v, multiplier) in column.iter_mut().enumerate() {
                let divisor = f64::from(table.values()[8 * v + u].max(1));
                *multiplier = (1.0 / (divisor * 8.0 * SCALE[u] * SCALE[v])) as f32;
            }
        }
        let mut lowest = [-HIGHEST; 16];
        lowest[0] = LOWEST_DC;
        Self { columns: multipliers, highest: HIGHEST, lowest }
    }

    /// The same factors, for coefficients with [`FRACTION_BITS`] bits of fraction.
    pub(crate) fn with_fraction(mut self) -> Self {
        for multiplier in self.columns.as_flattened_mut() {
            *multiplier *= f32::from(1i16 << FRACTION_BITS);
        }
        self.highest <<= FRACTION_BITS;
        for lowest in &mut self.lowest {
            *lowest <<= FRACTION_BITS;
        }
        self
    }
}

// A function below that takes or returns vectors must be inlined into the code of its SIMD level. Therefore
// no closure and no array method handles a vector.

/// Transforms and quantizes a block. Halves are rounded to the even neighbor.
#[inline(always)]
pub(crate) fn forward<S: Simd>(
    simd: S,
    tile: &Tile,
    multipliers: &QuantizationFactors,
    out: &mut QuantizedBlock,
) {
    let [a, b, c, d, e, f, g, h] = tile;
    let low = [load(simd, a), load(simd, b), load(simd, c), load(simd, d)];
    let high = [load(simd, e), load(simd, f), load(simd, g), load(simd, h)];
    let mut rows = dct_1d([low[0], low[1], low[2], low[3], high[0], high[1], high[2], high[3]]);
    // The level shift by 128 changes only the DC, which comes from the sum of the first row.
    rows[0] -= 8.0 * 128.0;
    quantize(simd, &dct_1d(transpose(rows)), multipliers, out);
}

#[inline(always)]
fn load<S: Simd>(simd: S, row: &[u8; 8]) -> f32x8<S> {
    let mut samples = [0.0; 8];
    for (sample, &byte) in samples.iter_mut().zip(row) {
        *sample = f32::from(byte);
    }
    f32x8::simd_from(simd, samples)
}

/// The one-dimensional transform of eight columns at once.
#[inline(always)]
fn dct_1d<S: Simd>(x: [f32x8<S>; 8]) -> [f32x8<S>; 8] {
    let (sum0, difference0) = (x[0] + x[7], x[0] - x[7]);
    let (sum1, difference1) = (x[1] + x[6], x[1] - x[6]);
    let (sum2, difference2) = (x[2] + x[5], x[2] - x[5]);
    let (sum3, difference3) = (x[3] + x[4], x[3] - x[4]);

    let (even0, even3) = (sum0 + sum3, sum0 - sum3);
    let (even1, even2) = (sum1 + sum2, sum1 - sum2);
    let turned = (even2 + even3) * FRAC_1_SQRT_2;

    let (odd0, odd1, odd2) =
        (difference3 + difference2, difference2 + difference1, difference1 + difference0);
    let shared = (odd0 - odd2) * SIN_PI_8;
    let low = odd0 * SQRT_HALF_MINUS + shared;
    let high = odd2 * SQRT_HALF_PLUS + shared;
    let middle = odd1 * FRAC_1_SQRT_2;
    let (near, far) = (difference0 + middle, difference0 - middle);

    [
        even0 + even1,
        near + high,
        even3 + turned,
        far - low,
        even0 - even1,
        far + low,
        even3 - turned,
        near - high,
    ]
}

#[inline(always)]
fn quantize<S: Simd>(
    simd: S,
    columns: &[f32x8<S>; 8],
    multipliers: &QuantizationFactors,
    out: &mut QuantizedBlock,
) {
    let (low, high) = out.values.split_at_mut(32);
    let lowest = i16x16::simd_from(simd, multipliers.lowest);
    let lowest_ac = i16x16::splat(simd, -multipliers.highest);
    let (first, second) = (pair(simd, columns, multipliers, 0), pair(simd, columns, multipliers, 2));
    let nonzero_low = store(simd, [first.max(lowest), second.max(lowest_ac)], low);
    let (first, second) = (pair(simd, columns, multipliers, 4), pair(simd, columns, multipliers, 6));
    let nonzero_high = store(simd, [first.max(lowest_ac), second.max(lowest_ac)], high);
    out.nonzero = nonzero_low | nonzero_high << 32;
}

/// Two quantized columns, clamped to the upper bound only.
#[inline(always)]
fn pair<S: Simd>(
    simd: S,
    columns: &[f32x8<S>; 8],
    multipliers: &QuantizationFactors,
    index: usize,
) -> i16x16<S> {
    let first = round(simd, columns[index], &multipliers.columns[index]);
    let second = round(simd, columns[index + 1], &multipliers.columns[index + 1]);
    first.relaxed_narrow(second).min(i16x16::splat(simd, multipliers.highest))
}

/// Stores four columns and returns the mask of the coefficients that are not 0.
#[inline(always)]
fn store<S: Simd>(simd: S, values: [i16x16<S>; 2], out: &mut [i16]) -> u64 {
    out[..16].copy_from_slice(values[0].as_slice());
    out[16..].copy_from_slice(values[1].as_slice());
    // Saturation never turns a nonzero value into 0.
    let zero = values[0].saturating_narrow(values[1]).simd_eq(i8x32::splat(simd, 0));
    !zero.to_bitmask() & 0xFFFF_FFFF
}

impl QuantizedBlock {
    /// Computes the mask from the values.
    #[inline(always)]
    pub(crate) fn find_nonzero<S: Simd>(&mut self, simd: S) {
        let mut mask = 0;
        for (index, half) in self.values.as_chunks::<32>().0.iter().enumerate() {
            let (low, high) = half.split_at(16);
            let values = i16x16::from_slice(simd, low).saturating_narrow(i16x16::from_slice(simd, high));
            let zero = values.simd_eq(i8x32::splat(simd, 0));
            mask |= (!zero.to_bitmask() & 0xFFFF_FFFF) << (32 * index);
        }
        self.nonzero = mask;
    }
}

/// The products, rounded to integers. The sum with 1.5 * 2^23 has no bits for a fraction, so rounding that
/// sum rounds the product. This is cheap on every SIMD level.
#[inline(always)]
fn round<S: Simd>(simd: S, values: f32x8<S>, multipliers: &[f32; 8]) -> i32x8<S> {
    let shifted = values * f32x8::simd_from(simd, *multipliers) + ROUNDER;
    shifted.bitcast::<i32x8<S>>() - ROUNDER.to_bits().cast_signed()
}

/// The largest coefficient of 8-bit samples. The lowest AC is its negative; the lowest DC is -1,024.
const HIGHEST: i16 = 1023;
const LOWEST_DC: i16 = -1024;
/// The bits of fraction of unquantized coefficients: as many as the bounds leave free in 16 bits.
pub(crate) const FRACTION_BITS: u32 = 4;
const ROUNDER: f32 = 12_582_912.0;
const FRAC_1_SQRT_2: f32 = std::f32::consts::FRAC_1_SQRT_2;
/// sin(pi / 8)
const SIN_PI_8: f32 = 0.382_683_43;
/// cos(pi / 8) - sin(pi / 8)
const SQRT_HALF_MINUS: f32 = 0.541_196_1;
/// cos(pi / 8) + sin(pi / 8)
const SQRT_HALF_PLUS: f32 = 1.306_563;
/// The algorithm's scale factor of coefficient `k` in one dimension: 1 for the first, `sqrt(2) * cos(k * pi /
/// 16)` for the others.
const SCALE: [f64; 8] = [
    1.0,
    1.387_039_845_322_147_5,
    1.306_562_964_876_376_4,
    1.175_875_602_419_358_8,
    1.0,
    0.785_694_958_387_102_4,
    0.541_196_100_146_197,
    0.275_899_379_282_943_1,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Level, dispatch};
    use proptest::prelude::*;
    use std::f64::consts::PI;

    fn run(level: Level, tile: &Tile, multipliers: &QuantizationFactors) -> QuantizedBlock {
        let mut out = QuantizedBlock { values: [0; 64], nonzero: 0 };
        dispatch!(level, simd => forward(simd, tile, multipliers, &mut out));
        out
    }

    /// The definition (ITU-T T.81, A.3.3), divided by the table; column by column.
    fn plain(tile: &Tile, table: &QuantTable) -> [f64; 64] {
        let cosine = |x: usize, k: usize| ((2 * x + 1) as f64 * k as f64 * PI / 16.0).cos();
        let norm = |k: usize| if k == 0 { 0.5f64.sqrt() } else { 1.0 };
        std::array::from_fn(|index| {
            let (u, v) = (index / 8, index % 8);
            let mut sum = 0.0;
            for (y, row) in tile.iter().enumerate() {
                for (x, &sample) in row.iter().enumerate() {
                    sum += (f64::from(sample) - 128.0) * cosine(x, u) * cosine(y, v);
                }
            }
            0.25 * norm(u) * norm(v) * sum / f64::from(table.values()[8 * v + u])
        })
    }

    fn check(tile: &Tile, table: &QuantTable) {
        let multipliers = QuantizationFactors::new(table);
        let exact = plain(tile, table);
        let reference = run(Level::new(), tile, &multipliers);
        for (index, (&value, &exact)) in reference.values.iter().zip(&exact).enumerate() {
            let lowest = if index == 0 { -1024.0 } else { -1023.0 };
            let error = (f64::from(value) - exact.clamp(lowest, 1023.0)).abs();
            assert!(error <= 0.5 + 1e-3, "coefficient {index}: {value} for {exact}");
            assert_eq!(value != 0, reference.nonzero >> index & 1 == 1);
        }
        for level in Level::all() {
            assert_eq!(run(level, tile, &multipliers), reference, "{level:?}");
        }
    }

    #[test]
    fn extremes_stay_in_range() {
        let table = QuantTable::luma(100);
        check(&[[0; 8]; 8], &table);
        check(&[[255; 8]; 8], &table);
        for (u, v) in (0..8).flat_map(|u| (0..8).map(move |v| (u, v))) {
            for sign in [1.0, -1.0] {
                let wave = |x: usize, k: usize| ((2 * x + 1) as f64 * f64::from(k as u32) * PI / 16.0).cos();
                let bright = |x, y| sign * wave(x, u) * wave(y, v) > 0.0;
                check(
                    &std::array::from_fn(|y| std::array::from_fn(|x| if bright(x, y) { 255 } else { 0 })),
                    &table,
                );
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn agrees_with_the_definition_on_every_level(
            samples in proptest::collection::vec(any::<u8>(), 64),
            quality in 1u8..=100,
            contrast in 1u8..=255,
        ) {
            let scaled = |sample: u8| u16::from(sample) * u16::from(contrast) / 255;
            let sample = |index: usize| u8::try_from(scaled(samples[index])).unwrap();
            let tile = std::array::from_fn(|y| std::array::from_fn(|x| sample(8 * y + x)));
            check(&tile, &QuantTable::luma(quality));
            check(&tile, &QuantTable::chroma(quality));
        }
    }
}
