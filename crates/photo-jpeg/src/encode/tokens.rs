//! Turns blocks into tokens: all that the Huffman coder will write, without the codes.
//!
//! A token has 16 bits: the class of the component's tables, a symbol of 8 bits, and up to 7 value bits,
//! which follow the code of the symbol. Longer values, which are rare, are in a second word. AC coefficients
//! have their usual symbols of run and size. A DC difference of size `s` has the symbol `s << 4 | 0x0B`,
//! which no AC coefficient of a baseline JPEG uses. Therefore writing needs only one table of 512 entries,
//! and knows nothing of blocks.

use std::ops::Range;

use fearless_simd::Simd;

use crate::simd::{Level, dispatch};

use crate::dct::forward::QuantizedBlock;
use crate::encode::block_source::BlockSource;
use crate::encode::frame::Frame;
use crate::quant::ZIGZAG;

/// How often each index (class and symbol) occurs.
pub(crate) type Histogram = [u32; 512];

/// Consecutive MCUs as tokens.
#[derive(Debug)]
pub(crate) struct TokenGroup {
    /// The tokens; empty if only the histogram was asked for.
    pub(crate) tokens: Vec<u16>,
    /// The index in `tokens` of the start of each restart interval; empty without restart markers.
    pub(crate) intervals: Vec<usize>,
    pub(crate) histogram: Histogram,
    /// Whether a file of 8-bit samples may have all these values.
    pub(crate) sound: bool,
}

/// Turns MCUs into tokens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tokenizer<'a, B> {
    pub(crate) level: Level,
    pub(crate) frame: &'a Frame<B>,
    /// The number of MCUs between restart markers; 0 for none.
    pub(crate) restart_interval: u32,
}

impl<B: BlockSource> Tokenizer<'_, B> {
    /// Turns the MCUs in `range` into tokens. Unless `keep` is set, only their histogram is kept. With
    /// restart markers, the range should begin at one, so that `intervals` is complete.
    pub(crate) fn group(&self, range: Range<u32>, keep: bool) -> TokenGroup {
        dispatch!(self.level, simd => self.run(simd, range, keep))
    }

    /// Works through the range in batches, and in each transforms all blocks before it makes tokens. The
    /// processor overlaps the transforms of several blocks, but not a transform behind the tokens of a block,
    /// whose number it can't predict.
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, range: Range<u32>, keep: bool) -> TokenGroup {
        let mut batch = TransformBatch::new(self.frame);
        let mut writer = TokenWriter::new(keep);
        let mut intervals = Vec::new();
        let mut predictions = [0; 3];
        // The DCs that the first MCU is coded against are computed again from the MCU before it, so that a
        // group needn't wait for the previous one.
        let first = if self.restarts(range.start) { range.start } else { range.start.saturating_sub(1) };
        let mut mcus = first..first;
        while mcus.end < range.end {
            mcus = mcus.end..range.end.min(mcus.end + batch.mcus);
            self.transform(simd, mcus.clone(), mcus.start == first, &mut batch);
            let mut blocks = batch.blocks.iter();
            for index in mcus.clone() {
                if index == range.start {
                    writer.clear();
                }
                if self.restarts(index) {
                    intervals.push(writer.position());
                    predictions = [0; 3];
                }
                self.write_mcu(index, &mut blocks, &mut predictions, &mut writer);
            }
        }
        writer.finish(intervals)
    }

    /// Transforms and quantizes all blocks of `mcus` that hold samples, one after the other.
    #[inline(always)]
    fn transform<S: Simd>(&self, simd: S, mcus: Range<u32>, first: bool, batch: &mut TransformBatch) {
        let mut places = batch.blocks.iter_mut();
        for index in mcus.clone() {
            let (x, y) = self.position(index);
            if x == 0 || first && index == mcus.start {
                self.fetch(y);
            }
            for component in &self.frame.components {
                let (h, v) = (usize::from(component.h), usize::from(component.v));
                for block_y in y * v..(y + 1) * v {
                    for block_x in x * h..(x + 1) * h {
                        if component.source.contains(block_x, block_y)
                            && let Some(place) = places.next()
                        {
                            component.source.block(simd, block_x, block_y, place);
                        }
                    }
                }
            }
        }
    }

    /// Writes the tokens of an MCU, whose blocks are next in `blocks`.
    #[inline(always)]
    fn write_mcu(
        &self,
        index: u32,
        blocks: &mut std::slice::Iter<'_, QuantizedBlock>,
        predictions: &mut [i32; 3],
        writer: &mut TokenWriter,
    ) {
        let (x, y) = self.position(index);
        for (component, prediction) in self.frame.components.iter().zip(predictions) {
            let (h, v) = (usize::from(component.h), usize::from(component.v));
            for block_y in y * v..(y + 1) * v {
                for block_x in x * h..(x + 1) * h {
                    let shown = component.source.contains(block_x, block_y);
                    match blocks.as_slice().first().filter(|_| shown) {
                        Some(block) => {
                            writer.block(component.class, block, prediction);
                            blocks.next();
                        }
                        // No decoder shows any part of this block, so that the cheapest one is best.
                        None => writer.empty_block(component.class),
                    }
                }
            }
        }
    }

    fn fetch(&self, y: usize) {
        for component in &self.frame.components {
            let blocks = usize::from(component.v);
            component.source.fetch(y * blocks, blocks);
        }
    }

    /// Whether a restart interval begins with the MCU at `index`.
    #[inline(always)]
    fn restarts(&self, index: u32) -> bool {
        self.restart_interval > 0 && index.is_multiple_of(self.restart_interval)
    }

    /// The column and row of an MCU.
    fn position(&self, index: u32) -> (usize, usize) {
        let wide = self.frame.mcus_wide.max(1);
        ((index % wide) as usize, (index / wide) as usize)
    }
}

/// Blocks that are transformed together.
struct TransformBatch {
    blocks: Vec<QuantizedBlock>,
    /// The number of MCUs that fit.
    mcus: u32,
}

impl TransformBatch {
    fn new<B>(frame: &Frame<B>) -> Self {
        let in_mcu: u32 = frame.components.iter().map(|component| u32::from(component.h * component.v)).sum();
        let mcus = (BATCH_BLOCKS / in_mcu.max(1)).max(1);
        Self { blocks: vec![QuantizedBlock { values: [0; 64], nonzero: 0 }; (mcus * in_mcu) as usize], mcus }
    }
}

/// Collects tokens.
struct TokenWriter {
    keep: bool,
    tokens: Vec<u16>,
    /// The last tokens, in a buffer of fixed size that needs no bounds checks.
    recent: Box<[u16; RECENT]>,
    len: usize,
    /// Four histograms that take turns, because incrementing the same count twice in a row would wait for the
    /// first time.
    histograms: [Histogram; 4],
    sound: bool,
}

impl TokenWriter {
    fn new(keep: bool) -> Self {
        let (recent, histograms) = (Box::new([0; RECENT]), [[0; 512]; 4]);
        Self { keep, tokens: Vec::new(), recent, len: 0, histograms, sound: true }
    }

    fn clear(&mut self) {
        self.tokens.clear();
        self.len = 0;
        self.histograms = [[0; 512]; 4];
    }

    /// The number of words so far.
    fn position(&self) -> usize {
        self.tokens.len() + self.len
    }

    /// Writes a block. `prediction` is the previous DC, and becomes the DC of the block.
    #[inline(always)]
    fn block(&mut self, class: usize, block: &QuantizedBlock, prediction: &mut i32) {
        self.make_room();
        let class_bit = ((class & 1) << 15) as u16;
        let dc = i32::from(block.values[0]);
        self.dc(class_bit, dc - *prediction);
        *prediction = dc;

        let mut left = zigzag_mask(block.nonzero) & !1;
        let mut next = 1;
        while left != 0 {
            let index = left.trailing_zeros();
            left &= left - 1;
            let run = index - next;
            next = index + 1;
            let value = block.values[usize::from(SCAN[(index & 63) as usize] & 63)];
            if run > 15 || value.wrapping_add(127).cast_unsigned() > 254 {
                self.rare(class_bit, run, value);
                continue;
            }
            self.push(class_bit | (run << 11) as u16 | SHORT[usize::from(value as u8)]);
        }
        if next != 64 {
            self.push(class_bit | END_OF_BLOCK << 7);
        }
    }

    #[inline(always)]
    fn dc(&mut self, class_bit: u16, difference: i32) {
        let (size, bits) = size_and_bits(difference);
        let symbol = class_bit | (size << 11) as u16 | DC_MARK << 7;
        if size > 7 {
            self.sound &= size <= DC_SIZE_MAX;
            self.push_long(symbol, bits);
        } else {
            self.push(symbol | bits);
        }
    }

    /// Writes a coefficient with a large value or behind many zeros.
    #[cold]
    fn rare(&mut self, class_bit: u16, mut run: u32, value: i16) {
        while run > 15 {
            self.push(class_bit | ZERO_RUN << 7);
            run -= 16;
        }
        let (size, bits) = size_and_bits(i32::from(value));
        let symbol = class_bit | (run << 11 | size << 7) as u16;
        if size > 7 {
            self.sound &= size <= AC_SIZE_MAX;
            self.push_long(symbol, bits);
        } else {
            self.push(symbol | bits);
        }
    }

    /// Writes a block with the DC of the previous one and no AC coefficients.
    fn empty_block(&mut self, class: usize) {
        self.make_room();
        let class_bit = ((class & 1) << 15) as u16;
        self.push(class_bit | DC_MARK << 7);
        self.push(class_bit | END_OF_BLOCK << 7);
    }

    #[inline(always)]
    fn push(&mut self, token: u16) {
        self.recent[self.len % RECENT] = token;
        self.len += 1;
    }

    #[inline(always)]
    fn push_long(&mut self, token: u16, bits: u16) {
        self.push(token);
        self.push(bits);
        // The second word will be counted like a token.
        let count = &mut self.histograms[0][usize::from(bits >> 7)];
        *count = count.wrapping_sub(1);
    }

    #[inline(always)]
    fn make_room(&mut self) {
        if self.len > RECENT - BLOCK_MAX {
            self.flush();
        }
    }

    #[inline(never)]
    fn flush(&mut self) {
        let words = self.recent.get(..self.len).unwrap_or_default();
        let [first, second, third, fourth] = &mut self.histograms;
        let (quads, rest) = words.as_chunks::<4>();
        for [a, b, c, d] in quads {
            increment(first, *a);
            increment(second, *b);
            increment(third, *c);
            increment(fourth, *d);
        }
        for word in rest {
            increment(first, *word);
        }
        if self.keep {
            self.tokens.extend_from_slice(words);
        }
        self.len = 0;
    }

    fn finish(mut self, intervals: Vec<usize>) -> TokenGroup {
        self.flush();
        let mut histogram = [0u32; 512];
        for (count, more) in self.histograms.iter().flat_map(|histogram| histogram.iter().enumerate()) {
            histogram[count] = histogram[count].wrapping_add(*more);
        }
        TokenGroup { tokens: self.tokens, intervals, histogram, sound: self.sound }
    }
}

#[inline(always)]
fn increment(histogram: &mut Histogram, token: u16) {
    let count = &mut histogram[usize::from(token >> 7)];
    *count = count.wrapping_add(1);
}

/// The number of bits of a value, and the bits: for a negative value those of the value minus 1 (ITU-T T.81,
/// F.1.2.1).
#[inline(always)]
pub(crate) const fn size_and_bits(value: i32) -> (u32, u16) {
    let size = 32 - value.unsigned_abs().leading_zeros();
    let bits = (value + (value >> 31)).cast_unsigned() & ((1 << size) - 1);
    (size, bits as u16)
}

/// Turns a mask of coefficients column by column into one in zigzag order.
///
/// This is a separate function so that it isn't compiled for a SIMD level: gathering the eight words with one
/// instruction is much slower than loading them.
#[inline(never)]
pub(crate) fn zigzag_mask(mask: u64) -> u64 {
    let mut zigzag = 0;
    for (table, byte) in SPREAD.iter().zip(mask.to_le_bytes()) {
        zigzag |= table[usize::from(byte)];
    }
    zigzag
}

/// The low nibble of DC symbols.
pub(crate) const DC_MARK: u16 = 0x0B;
/// The most bits of a DC difference and of an AC coefficient for 8-bit samples (ITU-T T.81, F.1.2.1.1 and
/// F.1.2.2.1).
pub(crate) const DC_SIZE_MAX: u32 = 11;
pub(crate) const AC_SIZE_MAX: u32 = 10;
const END_OF_BLOCK: u16 = 0x00;
pub(crate) const ZERO_RUN: u16 = 0xF0;
/// About as many blocks as fit into the first-level cache beside everything else.
const BATCH_BLOCKS: u32 = 48;
const RECENT: usize = 4096;
/// More words than any block has: two for each coefficient, three for long runs, and one for the end.
const BLOCK_MAX: usize = 160;

/// The index, column by column, of each coefficient in zigzag order.
pub(crate) const SCAN: [u8; 64] = {
    let mut scan = [0; 64];
    let mut index = 0;
    while index < 64 {
        scan[index] = ZIGZAG[index] % 8 * 8 + ZIGZAG[index] / 8;
        index += 1;
    }
    scan
};

/// The size and the bits of AC coefficients from -127 to 127, where a token has them, indexed by the low byte
/// of the coefficient.
static SHORT: [u16; 256] = {
    let mut short = [0; 256];
    let mut value = -127i32;
    while value < 128 {
        let (size, bits) = size_and_bits(value);
        short[value as u8 as usize] = (size << 7) as u16 | bits;
        value += 1;
    }
    short
};

/// For each column and each mask of its coefficients, the mask in zigzag order.
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
        let cases = [
            (0, (0, 0)),
            (1, (1, 1)),
            (-1, (1, 0)),
            (5, (3, 5)),
            (-5, (3, 2)),
            (2047, (11, 2047)),
            (-2047, (11, 0)),
        ];
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
        let nonzero =
            values.iter().enumerate().fold(0, |mask, (at, &value)| mask | u64::from(value != 0) << at);
        let mut writer = TokenWriter::new(true);
        let mut prediction = 1;
        writer.block(1, &QuantizedBlock { values, nonzero }, &mut prediction);
        let group = writer.finish(Vec::new());
        let token = |symbol: u16, bits| (256 | symbol) << 7 | bits;
        let zeros = token(0xF0, 0);
        let expected = [token(0x3B, 0b011), zeros, token(0x38, 0), 200, zeros, zeros, token(0xA1, 0)];
        assert_eq!((prediction, group.tokens.as_slice()), (-3, expected.as_slice()));
        assert_eq!(group.histogram.iter().sum::<u32>(), 6);
    }
}
