//! Writes the AC coefficients of a band (ITU-T T.81, G.1.2.2 and G.1.2.3).

use crate::dct::forward::QuantizedBlock;
use crate::encode::progressive::script::BandSpec;
use crate::encode::progressive::tokens::{BitBuffer, BitString, ScanTokens};
use crate::encode::tokens::{AC_SIZE_MAX, SCAN, TokenGroup, ZERO_RUN, size_and_bits, zigzag_mask};

/// A block's AC coefficients in zigzag order.
#[derive(Debug)]
pub(super) struct ZigzagBlock {
    /// The absolute values of coefficients that are not 0; the others are undefined.
    size: [u16; 64],
    negative: u64,
    /// The masks of coefficients that are not 0 without their lowest 0, 1 and 2 bits.
    at_least: [u64; 3],
    /// Whether a file of 8-bit samples may have all of them.
    sound: bool,
}

impl ZigzagBlock {
    pub(super) fn new() -> Self {
        Self { size: [0; 64], negative: 0, at_least: [0; 3], sound: true }
    }

    /// Loads a block.
    pub(super) fn load(&mut self, block: &QuantizedBlock) {
        let mut left = zigzag_mask(block.nonzero) & !1;
        let (mut negative, mut most, mut two, mut four) = (0, 0, 0, 0);
        self.at_least[0] = left;
        while left != 0 {
            let index = left.trailing_zeros() & 63;
            left &= left - 1;
            let value = block.values[usize::from(SCAN[index as usize] & 63)];
            let size = value.unsigned_abs();
            self.size[index as usize] = size;
            negative |= u64::from(value < 0) << index;
            two |= u64::from(size >= 2) << index;
            four |= u64::from(size >= 4) << index;
            most |= size;
        }
        (self.negative, self.at_least[1], self.at_least[2]) = (negative, two, four);
        self.sound = most < 1 << AC_SIZE_MAX;
    }

    fn is_negative(&self, index: u32) -> bool {
        self.negative >> index & 1 == 1
    }
}

/// Writes the blocks of a band as tokens.
#[derive(Debug)]
pub(super) struct BandWriter {
    pub(super) band: BandSpec,
    /// The mask of the band's coefficients.
    mask: u64,
    /// The number of blocks before this one that have ended: nothing follows the last token but bits that
    /// refine.
    ended: u32,
    /// The bits that refine these blocks.
    their_bits: BitBuffer,
    /// The bits that refine coefficients of this block behind its last token.
    bits: BitString,
    tokens: ScanTokens,
}

/// The longest run of ended blocks.
const RUN_MAX: u32 = 0x7FFF;
/// The most refining bits of a run of ended blocks, which keeps memory small. libjpeg has about the same
/// limit.
const BITS_MAX: usize = 900;

impl BandWriter {
    pub(super) fn new(band: BandSpec, keep: bool) -> Self {
        let mask = u64::MAX << band.first & u64::MAX >> (63 - band.last);
        let (their_bits, bits, tokens) = (BitBuffer::default(), BitString::default(), ScanTokens::new(keep));
        Self { band, mask, ended: 0, their_bits, bits, tokens }
    }

    pub(super) fn block(&mut self, block: &ZigzagBlock) {
        if !block.sound {
            self.tokens.spoil();
        }
        if self.band.refines {
            self.refinement(block);
        } else {
            self.first(block);
        }
        if self.ended == RUN_MAX || self.their_bits.len() > BITS_MAX {
            self.end_run();
        }
    }

    /// Writes the first bits of a block.
    fn first(&mut self, block: &ZigzagBlock) {
        let low = self.band.low;
        let mut left = self.nonzero(block, low);
        if left != 0 {
            self.end_run();
        }
        let mut next = self.band.first;
        while left != 0 {
            let index = left.trailing_zeros() & 63;
            left &= left - 1;
            let run = self.long_run(index - next);
            next = index + 1;
            let value = i32::from(block.size[index as usize] >> low);
            let (size, bits) = size_and_bits(if block.is_negative(index) { -value } else { value });
            self.tokens.symbol(0, run << 4 | size, size, bits);
        }
        self.ended += u32::from(next <= self.band.last);
    }

    /// Writes the next bit of a block: for coefficients that were not 0, that bit; for the others, whether
    /// they are not 0 now.
    fn refinement(&mut self, block: &ZigzagBlock) {
        let low = self.band.low;
        let (old, all) = (self.nonzero(block, low + 1), self.nonzero(block, low));
        let new = all & !old;
        let last_new = 64 - new.leading_zeros();
        let mut left = all;
        // The number of zeros since the last token.
        let (mut zeros, mut next) = (0, self.band.first);
        while left != 0 {
            let index = left.trailing_zeros() & 63;
            left &= left - 1;
            zeros += index - next;
            next = index + 1;
            if index < last_new && zeros > 15 {
                self.end_run();
                zeros = self.long_run(zeros);
            }
            if old >> index & 1 == 1 {
                self.bits.push(block.size[index as usize] >> low & 1 == 1);
            } else {
                self.end_run();
                self.tokens.symbol(0, zeros << 4 | 1, 1, u16::from(!block.is_negative(index)));
                self.flush_bits();
                zeros = 0;
            }
        }
        if next <= self.band.last || zeros > 0 || !self.bits.is_empty() {
            self.ended += 1;
            self.their_bits.append(std::mem::take(&mut self.bits));
        }
    }

    fn nonzero(&self, block: &ZigzagBlock, low: u32) -> u64 {
        block.at_least.get(low as usize).map_or(0, |mask| mask & self.mask)
    }

    /// Writes runs of 16 zeros, and returns what is left of a run.
    #[inline(always)]
    fn long_run(&mut self, mut run: u32) -> u32 {
        while run > 15 {
            self.tokens.symbol(0, ZERO_RUN.into(), 0, 0);
            self.flush_bits();
            run -= 16;
        }
        run
    }

    #[inline(always)]
    fn flush_bits(&mut self) {
        self.tokens.bits(std::mem::take(&mut self.bits));
    }

    /// Writes the run of ended blocks, if there is one.
    #[inline(always)]
    fn end_run(&mut self) {
        if self.ended > 0 {
            self.write_run();
        }
    }

    #[inline(never)]
    fn write_run(&mut self) {
        let size = self.ended.ilog2();
        self.tokens.symbol(0, size << 4, size, (self.ended & ((1 << size) - 1)) as u16);
        self.ended = 0;
        self.tokens.all_bits(&mut self.their_bits);
    }

    pub(super) fn finish(mut self) -> TokenGroup {
        self.end_run();
        self.tokens.finish()
    }
}
