//! Changing the divisors of quantised coefficients.

use crate::QuantTable;

/// The divisors that coefficients have and those that they get, column by column.
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

    /// Changes a block, column by column: each coefficient becomes the nearest multiple of its new divisor, halves going
    /// away from zero, within what 8-bit pictures can code: -1023 to 1023, DC down to -1024.
    ///
    /// Exact where a coefficient times its divisor is below 2^24, as it is in every file of 8-bit samples.
    #[inline(always)]
    pub(crate) fn apply(&self, block: &mut [i16; 64]) {
        let dc = block[0];
        for ((value, from), to) in block.iter_mut().zip(&self.from).zip(&self.to) {
            let size = (f32::from(value.unsigned_abs()) * from / to + 0.5).min(1023.5) as i32 as i16;
            *value = if *value < 0 { -size } else { size };
        }
        // The only one that may be -1024.
        if f32::from(dc) * self.from[0] / self.to[0] <= -1023.5 {
            block[0] = -1024;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, in integers.
    fn slow(value: i16, from: u16, to: u16, dc: bool) -> i16 {
        let product = i64::from(value.unsigned_abs()) * i64::from(from);
        let size = (2 * product + i64::from(to)) / (2 * i64::from(to));
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
            let mut block = std::array::from_fn(|i| values[i]);
            Divisors::new(&table(&from), &table(&to)).apply(&mut block);
            for (i, &value) in block.iter().enumerate() {
                let natural = i % 8 * 8 + i / 8;
                prop_assert_eq!(value, slow(values[i], from[natural], to[natural], i == 0), "{}", i);
            }
        }
    }
}
