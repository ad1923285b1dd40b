//! From samples to tokens: what the Huffman coder will write, without the codes.
//!
//! A token is 16 bits: the class of the component's tables, a symbol of 8 bits, and up to 7 value bits that follow the
//! symbol's code. Longer values, which are rare, are in a second word. Symbols are those of AC coefficients (run and
//! size); a DC difference of size `s` is symbol `s << 4 | 0x0B`, which no AC coefficient of a baseline JPEG has. So
//! one table for 512 indices is all that writing needs, and it knows nothing of blocks.

use std::ops::Range;

use fearless_simd::{Level, Simd, dispatch};

use crate::dct::forward::{Coefficients, Multipliers, forward};
use crate::encode::frame::{Frame, FrameComponent};
use crate::quant::ZIGZAG;

/// How often each index (class and symbol) occurs.
pub(crate) type Histogram = [u32; 512];

/// A run of MCUs as tokens.
#[derive(Debug)]
pub(crate) struct Group {
    /// Empty if only the histogram was asked for.
    pub(crate) tokens: Vec<u16>,
    /// Where each restart interval begins in `tokens`; empty without restart markers.
    pub(crate) intervals: Vec<usize>,
    pub(crate) histogram: Histogram,
}

/// What a run of MCUs is made into tokens with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tokenizer<'a> {
    pub(crate) level: Level,
    pub(crate) frame: &'a Frame<'a>,
    /// For each class.
    pub(crate) multipliers: &'a [Multipliers; 2],
    /// In MCUs; 0 for none.
    pub(crate) restart_interval: u32,
}

impl Tokenizer<'_> {
    /// The tokens of the MCUs in `range`; with restart markers it should begin at one, so that `intervals` tells all.
    pub(crate) fn tokens(&self, range: Range<u32>) -> Group {
        dispatch!(self.level, simd => self.run(simd, range, true))
    }

    /// The histogram of the MCUs in `range`, without tokens.
    pub(crate) fn histogram(&self, range: Range<u32>) -> Histogram {
        dispatch!(self.level, simd => self.run(simd, range, false)).histogram
    }

    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, range: Range<u32>, keep: bool) -> Group {
        let mut writer = Writer::new(keep);
        let mut predictions = self.predictions(simd, range.start);
        let mut intervals = Vec::new();
        let (mut x, mut y) = self.position(range.start);
        let mut until_restart = match range.start.checked_rem(self.restart_interval) {
            Some(gone) if gone > 0 => self.restart_interval - gone,
            _ => 0,
        };
        for _ in range {
            if self.restart_interval > 0 {
                if until_restart == 0 {
                    intervals.push(writer.position());
                    predictions = [0; 3];
                    until_restart = self.restart_interval;
                }
                until_restart -= 1;
            }
            for (component, prediction) in self.frame.components.iter().zip(&mut predictions) {
                self.component(simd, component, (x, y), prediction, &mut writer);
            }
            x += 1;
            if x == self.frame.mcus_wide as usize {
                (x, y) = (0, y + 1);
            }
        }
        writer.finish(intervals)
    }

    /// The blocks of a component in an MCU.
    #[inline(always)]
    fn component<S: Simd>(
        &self, simd: S, component: &FrameComponent<'_>, (x, y): (usize, usize), prediction: &mut i32,
        writer: &mut Writer,
    ) {
        let (h, v) = (usize::from(component.h), usize::from(component.v));
        for (block_x, block_y) in (0..v).flat_map(|j| (0..h).map(move |i| (x * h + i, y * v + j))) {
            if !component.source.contains(block_x, block_y) {
                // No decoder shows any of it: the cheapest block is best.
                writer.empty_block(component.class);
                continue;
            }
            let tile = component.source.tile(block_x, block_y);
            let block = forward(simd, &tile, &self.multipliers[component.class & 1]);
            writer.block(component.class, &block, prediction);
        }
    }

    /// The DC values that the MCU at `index` is coded against, worked out anew from the MCU before it: so a group
    /// needn't wait for the one before.
    #[inline(always)]
    fn predictions<S: Simd>(&self, simd: S, index: u32) -> [i32; 3] {
        let mut predictions = [0; 3];
        let Some(before) = index.checked_sub(1) else { return predictions };
        let position = self.position(before);
        let mut unused = Writer::new(false);
        for (component, prediction) in self.frame.components.iter().zip(&mut predictions) {
            self.component(simd, component, position, prediction, &mut unused);
        }
        predictions
    }

    /// Column and row of an MCU.
    fn position(&self, index: u32) -> (usize, usize) {
        let wide = self.frame.mcus_wide.max(1);
        ((index % wide) as usize, (index / wide) as usize)
    }
}

/// Collects tokens.
struct Writer {
    keep: bool,
    tokens: Vec<u16>,
    /// The last tokens, in a place of fixed size that needs no checks.
    recent: Box<[u16; RECENT]>,
    len: usize,
    histogram: Histogram,
}

impl Writer {
    fn new(keep: bool) -> Self {
        Self { keep, tokens: Vec::new(), recent: Box::new([0; RECENT]), len: 0, histogram: [0; 512] }
    }

    /// The number of words so far.
    fn position(&self) -> usize {
        self.tokens.len() + self.len
    }

    /// A block; `prediction` is the DC value before it and becomes its own.
    #[inline(always)]
    fn block(&mut self, class: usize, block: &Coefficients, prediction: &mut i32) {
        self.make_room();
        let dc = i32::from(block.values[0]);
        let (size, bits) = size_and_bits(dc - *prediction);
        *prediction = dc;
        self.push(class, size << 4 | DC_MARK, size, bits);

        let mut left = zigzag_mask(block.nonzero) & !1;
        let mut last = 0;
        while left != 0 {
            let index = left.trailing_zeros();
            left &= left - 1;
            let mut run = index - last - 1;
            last = index;
            while run > 15 {
                self.push(class, ZERO_RUN, 0, 0);
                run -= 16;
            }
            let value = block.values[usize::from(SCAN[(index & 63) as usize] & 63)];
            let (size, bits) = size_and_bits(i32::from(value));
            self.push(class, run << 4 | size, size, bits);
        }
        if last != 63 {
            self.push(class, END_OF_BLOCK, 0, 0);
        }
    }

    /// A block with the DC of the one before and nothing else.
    fn empty_block(&mut self, class: usize) {
        self.make_room();
        self.push(class, DC_MARK, 0, 0);
        self.push(class, END_OF_BLOCK, 0, 0);
    }

    #[inline(always)]
    fn push(&mut self, class: usize, symbol: u32, size: u32, bits: u32) {
        let index = (class & 1) << 8 | symbol as usize & 255;
        self.histogram[index] += 1;
        let long = size > 7;
        self.recent[self.len % RECENT] = (index << 7) as u16 | if long { 0 } else { bits as u16 };
        // Overwritten by the next token unless it's needed.
        self.recent[(self.len + 1) % RECENT] = bits as u16;
        self.len += 1 + usize::from(long);
    }

    #[inline(always)]
    fn make_room(&mut self) {
        if self.len > RECENT - BLOCK_MAX {
            self.flush();
        }
    }

    #[inline(never)]
    fn flush(&mut self) {
        if self.keep {
            self.tokens.extend_from_slice(self.recent.get(..self.len).unwrap_or_default());
        }
        self.len = 0;
    }

    fn finish(mut self, intervals: Vec<usize>) -> Group {
        self.flush();
        Group { tokens: self.tokens, intervals, histogram: self.histogram }
    }
}

/// The number of bits of a value and these bits: of a negative value those of the value minus 1 (ITU-T T.81, F.1.2.1).
#[inline(always)]
fn size_and_bits(value: i32) -> (u32, u32) {
    let size = 32 - value.unsigned_abs().leading_zeros();
    let bits = (value + (value >> 31)).cast_unsigned() & ((1 << size) - 1);
    (size, bits)
}

/// A mask of coefficients column by column becomes one in zigzag order.
#[inline(always)]
fn zigzag_mask(mask: u64) -> u64 {
    let bytes = mask.to_le_bytes();
    let mut zigzag = 0;
    for (column, &byte) in bytes.iter().enumerate() {
        zigzag |= SPREAD[column][usize::from(byte)];
    }
    zigzag
}

/// The low nibble of DC symbols.
pub(crate) const DC_MARK: u32 = 0x0B;
const END_OF_BLOCK: u32 = 0x00;
const ZERO_RUN: u32 = 0xF0;
const RECENT: usize = 8192;
/// More than the words of any block: two for each coefficient, three for long runs, one for the end, and the place
/// that's written ahead.
const BLOCK_MAX: usize = 160;

/// Index, column by column, of each coefficient in zigzag order.
const SCAN: [u8; 64] = {
    let mut scan = [0; 64];
    let mut index = 0;
    while index < 64 {
        scan[index] = ZIGZAG[index] % 8 * 8 + ZIGZAG[index] / 8;
        index += 1;
    }
    scan
};

/// For each column and each mask of its coefficients: their mask in zigzag order.
static SPREAD: [[u64; 256]; 8] = {
    let mut spread = [[0; 256]; 8];
    let mut index = 0;
    while index < 64 {
        let (column, row) = (SCAN[index] as usize / 8, SCAN[index] % 8);
        let mut mask = 0;
        while mask < 256 {
            spread[column][mask] |= (mask as u64 >> row & 1) << index;
            mask += 1;
        }
        index += 1;
    }
    spread
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_permuted_like_coefficients() {
        for (index, &place) in SCAN.iter().enumerate() {
            assert_eq!(zigzag_mask(1 << place), 1 << index);
        }
        assert_eq!(zigzag_mask(u64::MAX), u64::MAX);
    }

    #[test]
    fn values_have_the_bits_of_the_standard() {
        let cases = [(0, (0, 0)), (1, (1, 1)), (-1, (1, 0)), (5, (3, 5)), (-5, (3, 2)), (2047, (11, 2047)), (-2047, (11, 0))];
        for (value, expected) in cases {
            assert_eq!(size_and_bits(value), expected, "{value}");
        }
    }

    #[test]
    fn a_block_becomes_run_and_size() {
        let mut values = [0; 64];
        values[0] = -3;
        values[usize::from(SCAN[20])] = 200;
        values[usize::from(SCAN[63])] = -1;
        let nonzero = values.iter().enumerate().fold(0, |mask, (at, &value)| mask | u64::from(value != 0) << at);
        let mut writer = Writer::new(true);
        let mut prediction = 1;
        writer.block(1, &Coefficients { values, nonzero }, &mut prediction);
        let group = writer.finish(Vec::new());
        let token = |symbol: u16, bits| (256 | symbol) << 7 | bits;
        let zeros = token(0xF0, 0);
        let expected = [token(0x3B, 0b011), zeros, token(0x38, 0), 200, zeros, zeros, token(0xA1, 0)];
        assert_eq!((prediction, group.tokens.as_slice()), (-3, expected.as_slice()));
        assert_eq!(group.histogram.iter().sum::<u32>(), 6);
    }
}
