//! Changes the divisors of quantized coefficients.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f32x8, i16x16, i32x8};

use crate::quant::QuantTable;

/// The divisors that coefficients have now and those that they get, column by column.
#[derive(Debug, Clone)]
pub(crate) struct Divisors {
    from: [f32; 64],
    to: [f32; 64],
}

impl Divisors {
    pub(crate) fn new(from: &QuantTable, to: &QuantTable) -> Self {
        let columns =
            |table: &QuantTable| std::array::from_fn(|i| f32::from(table.values()[i % 8 * 8 + i / 8]));
        Self { from: columns(from), to: columns(to) }
    }

    /// The same divisors, for coefficients with `bits` bits of fraction.
    pub(crate) fn with_fraction(mut self, bits: u32) -> Self {
        for from in &mut self.from {
            *from /= (1u32 << bits) as f32;
        }
        self
    }

    /// Requantizes a block, column by column. Each coefficient becomes the nearest multiple of its new
    /// divisor. Halves go to zero, which is as near and takes fewer bytes. The results are clamped to what can be coded for 8-bit samples: -1,023 to 1,023, and for the DC down to
    /// -1,024.
    ///
    /// The result is exact for divisors up to 1,000 and coefficients that files of 8-bit samples have. Must
    /// be inlined into the code of its SIMD level.
    #[inline(always)]
    pub(crate) fn apply<S: Simd>(&self, simd: S, block: &mut [i16; 64]) {
        let [from, to] = [&self.from, &self.to].map(|values| values.as_chunks::<16>().0);
        for ((values, from), to) in block.as_chunks_mut::<16>().0.iter_mut().zip(from).zip(to) {
            let (low, high) = i16x16::simd_from(simd, *values).widen();
            let [from, to] = [from, to].map(|values| values.as_chunks::<8>().0);
            let low = quotient(simd, low, &from[0], &to[0]);
            let high = quotient(simd, high, &from[1], &to[1]);
            let highest = i16x16::splat(simd, 1023);
            // The lowest DC. The ACs are clamped further below.
            let lowest = i16x16::splat(simd, -1024);
            *values = low.saturating_narrow(high).min(highest).max(lowest).into();
        }
        let (_, ac) = block.split_at_mut(1);
        for value in ac {
            *value = (*value).max(-1023);
        }
    }
}

/// The quotients, rounded to integers.
#[inline(always)]
fn quotient<S: Simd>(simd: S, values: i32x8<S>, from: &[f32; 8], to: &[f32; 8]) -> i32x8<S> {
    let products = f32x8::float_from(values) * f32x8::simd_from(simd, *from);
    let rounded = products / f32x8::simd_from(simd, *to) * NEARER + ROUNDER;
    rounded.bitcast::<i32x8<S>>() - ROUNDER.to_bits().cast_signed()
}

/// 1.5 * 2^23. The sum of this and a number has no bits for a fraction and is rounded to the nearest integer,
/// halves to even ones.
const ROUNDER: f32 = 12_582_912.0;
/// Brings quotients of exactly one half below it, and changes no other result.
const NEARER: f32 = 1.0 - 1.0 / 4_194_304.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Level, dispatch};
    use proptest::prelude::*;

    /// The definition, in integers: quotients up to half of a divisor above a multiple become it.
    fn slow(value: i16, from: u16, to: u16, dc: bool) -> i16 {
        let (product, to) = (i64::from(value.unsigned_abs()) * i64::from(from), i64::from(to));
        let size = (2 * product + to - 1) / (2 * to);
        let signed = if value < 0 { -size } else { size };
        signed.clamp(if dc { -1024 } else { -1023 }, 1023) as i16
    }

    proptest! {
        #[test]
        fn quotients_are_those_of_integers(
            values in proptest::collection::vec(-2048i16..2048, 64),
            from in proptest::collection::vec(1u16..=255, 64),
            to in proptest::collection::vec(1u16..=255, 64),
        ) {
            let table = |values: &[u16]| QuantTable::new(std::array::from_fn(|i| values[i])).unwrap();
            let stored = std::array::from_fn(|i| values[i]);
            let divisors = Divisors::new(&table(&from), &table(&to));
            for level in Level::all() {
                let mut block = stored;
                dispatch!(level, simd => divisors.apply(simd, &mut block));
            for (i, &value) in block.iter().enumerate() {
                let natural = i % 8 * 8 + i / 8;
                let expected = slow(values[i], from[natural], to[natural], i == 0);
                prop_assert_eq!(value, expected, "{}", i);
            }
            }
        }
    }
}
