//! Quantization that weighs what each AC coefficient of a block shows against the bits that it takes.
//!
//! Crouse and Ramchandran ("Joint thresholding and quantizer selection for transform image coding", 1997):
//! of all blocks with some coefficients nearer to zero, the one is taken whose distortion, plus lambda times
//! its bits, is least. It is found by dynamic programming over the coefficients in zigzag order. Here a
//! coefficient of 1 may become 0, and one that is the least of its size may become one less; all else is kept.
//!
//! Errors hide in texture. So lambda grows with the energy of a block, as mozjpeg's and jpegli's thresholds
//! do.

use crate::dct::forward::QuantizedBlock;
use crate::encode::tokens::{SCAN, ZERO_RUN, zigzag_mask};
use crate::huffman::HuffmanSpec;
use crate::quant::QuantTable;

/// How the coefficients of a component are chosen.
#[derive(Debug, Clone)]
pub(crate) struct RateDistortion {
    /// The bits of each AC symbol with its value.
    bits: [f32; 256],
    /// What a stored coefficient is multiplied by to be one of the picture, column by column.
    unit: [f32; 64],
    /// What a stored coefficient is multiplied by to be a quotient, column by column.
    ratio: [f32; 64],
    /// The squared error of a quotient that a bit is worth, in a block of average texture.
    lambda: f32,
}

/// For luma: the squared error, in squared divisors, that a bit is worth.
const LAMBDA: f32 = 0.1;
/// Chroma's share of it.
const CHROMA: f32 = 0.4;
/// The share of lambda that a block without texture has.
const CALM: f32 = 0.2;
/// The root mean square of a block's ACs that adds a whole lambda.
const TEXTURE: f32 = 25.0;
/// The most that texture makes of lambda.
const MOST: f32 = 2.0;
/// From how many coefficients before it a way may lead to one: more are never left out between two that stay.
const LOOK_BACK: usize = 8;

impl RateDistortion {
    /// For coefficients of the divisors `from`, with `fraction_bits` bits behind the point, that get the
    /// divisors `to`. `class` is 1 for chroma. `strength` is the percentage of lambda.
    ///
    /// The bits are those of the standard's typical tables. With the picture's own, results were the same but
    /// for 0.02 points of SSIMULACRA2.
    pub(crate) fn new(
        class: usize,
        from: &QuantTable,
        to: &QuantTable,
        fraction_bits: u32,
        strength: u8,
    ) -> Self {
        let (table, share) =
            if class > 0 { (HuffmanSpec::ac_chroma(), CHROMA) } else { (HuffmanSpec::ac_luma(), 1.0) };
        let codes = table.codes();
        let one = 1.0 / (1u32 << fraction_bits) as f32;
        let column = |table: &QuantTable, i: usize| f32::from(table.values()[i % 8 * 8 + i / 8]);
        Self {
            bits: std::array::from_fn(|symbol| f32::from(codes[symbol].len) + (symbol & 15) as f32),
            unit: std::array::from_fn(|i| one * column(from, i)),
            ratio: std::array::from_fn(|i| one * column(from, i) / column(to, i)),
            lambda: LAMBDA * share * f32::from(strength.max(1)) / 100.0,
        }
    }

    /// Makes coefficients of a quantized block smaller where the bits saved are worth it. `stored` is what it
    /// was quantized from.
    #[inline(always)]
    pub(crate) fn apply(&self, stored: &[i16; 64], block: &mut QuantizedBlock) {
        let mut energy = 0.0;
        for (stored, unit) in stored.iter().zip(&self.unit).skip(1) {
            let value = f32::from(*stored) * unit;
            energy += value * value;
        }
        if block.nonzero & !1 != 0 {
            self.choose(energy, stored, block);
        }
    }

    /// A function of its own, since nothing in it is for SIMD.
    #[inline(never)]
    fn choose(&self, energy: f32, stored: &[i16; 64], block: &mut QuantizedBlock) {
        let texture = (energy / 63.0).sqrt() / TEXTURE;
        let worth = 1.0 / (self.lambda * (CALM + texture).min(MOST));
        let mut path = Path::new(&self.bits);
        let mut left = zigzag_mask(block.nonzero) & !1;
        while left != 0 {
            let at = left.trailing_zeros();
            left &= left - 1;
            let place = usize::from(SCAN[(at & 63) as usize] & 63);
            let quotient = f32::from(stored[place].unsigned_abs()) * self.ratio[place];
            path.add(at, quotient, block.values[place].unsigned_abs(), worth);
        }
        path.finish(block);
    }
}

/// The cheapest ways to each of a block's coefficients. A cost is in bits.
struct Path<'a> {
    bits: &'a [f32; 256],
    len: usize,
    /// The last coefficient that can't become zero; 0 for the start of the block.
    first: usize,
    /// For each coefficient, the cost of the cheapest way that ends with it, less that of a block of zeros up
    /// to it.
    costs: [f32; 64],
    /// The index in zigzag order.
    at: [u8; 64],
    /// The coefficient before it on the cheapest way.
    before: [u8; 64],
    values: [u16; 64],
}

impl<'a> Path<'a> {
    fn new(bits: &'a [f32; 256]) -> Self {
        let (costs, at, before, values) = ([0.0; 64], [0; 64], [0; 64], [0; 64]);
        Self { bits, len: 0, first: 0, costs, at, before, values }
    }

    /// Adds a coefficient, which may become `rounded`, or less where that saves bits. A unit of squared error
    /// costs `worth` bits.
    #[inline(always)]
    fn add(&mut self, at: u32, quotient: f32, rounded: u16, worth: f32) {
        let error = quotient - f32::from(rounded);
        let size = 16 - rounded.leading_zeros();
        let (less, lower) = (error + 1.0, rounded > 1 && rounded.is_power_of_two());
        let (exact, less) = (worth * error * error, worth * less * less);
        let (mut least, mut before, mut value) = (f32::INFINITY, 0, rounded);
        for k in self.first.max((self.len + 1).saturating_sub(LOOK_BACK))..=self.len {
            let run = at - 1 - u32::from(self.at[k & 63]);
            let base = self.costs[k & 63] + (run >> 4) as f32 * self.bits[usize::from(ZERO_RUN)];
            let symbol = ((run & 15) << 4 | size) as usize;
            let cost = base + exact + self.bits[symbol & 255];
            if cost < least {
                (least, before, value) = (cost, k, rounded);
            }
            let cost = base + less + self.bits[symbol.wrapping_sub(1) & 255];
            if lower && cost < least {
                (least, before, value) = (cost, k, rounded - 1);
            }
        }
        self.len += 1;
        let (here, zero) = (self.len & 63, worth * quotient * quotient);
        self.costs[here] = least - zero;
        (self.at[here], self.before[here], self.values[here]) = (at as u8, before as u8, value);
        if rounded > 1 {
            self.first = self.len;
        }
    }

    /// Writes the cheapest way into the block.
    fn finish(self, block: &mut QuantizedBlock) {
        let (mut last, mut least) = (self.first, f32::INFINITY);
        for k in self.first..=self.len {
            let end = if self.at[k & 63] == 63 { 0.0 } else { self.bits[0] };
            let cost = self.costs[k & 63] + end;
            if cost < least {
                (least, last) = (cost, k);
            }
        }
        for k in (1..=self.len).rev() {
            let place = usize::from(SCAN[usize::from(self.at[k & 63] & 63)] & 63);
            if k == last {
                let value = block.values[place].signum() * self.values[k & 63] as i16;
                block.values[place] = value;
                last = usize::from(self.before[k & 63]);
            } else {
                block.values[place] = 0;
                block.nonzero &= !(1 << place);
            }
        }
    }
}

#[cfg(test)]
mod tests;
