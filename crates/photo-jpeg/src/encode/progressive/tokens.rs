//! The tokens of a scan. They are those of sequential files (see [`tokens`](crate::encode::tokens)), except
//! that the second class stands for bits without a code, where symbol `n` means `n` bits.

use crate::encode::tokens::{DC_MARK, DC_SIZE_MAX, Histogram, TokenGroup, size_and_bits};

/// A string of up to 63 bits, in the low bits of a word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct BitString {
    bits: u64,
    count: u32,
}

impl BitString {
    #[inline(always)]
    pub(super) fn push(&mut self, bit: bool) {
        self.bits = self.bits << 1 | u64::from(bit);
        self.count += 1;
    }

    pub(super) fn is_empty(self) -> bool {
        self.count == 0
    }
}

/// Any number of bits, already in the form of tokens.
#[derive(Debug, Default)]
pub(super) struct BitBuffer {
    full: Vec<u16>,
    /// The last bits, too few to fill a token.
    last: BitString,
}

impl BitBuffer {
    pub(super) fn append(&mut self, more: BitString) {
        let mut left = more.count;
        while left > 0 {
            let some = left.min(ROOM - self.last.count);
            left -= some;
            self.last.bits = self.last.bits << some | (more.bits >> left & ((1 << some) - 1));
            self.last.count += some;
            if self.last.count == ROOM {
                self.full.push(ScanTokens::raw(self.last.bits as u16, ROOM));
                self.last = BitString::default();
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.full.len() * ROOM as usize + self.last.count as usize
    }
}

/// Collects tokens.
#[derive(Debug)]
pub(super) struct ScanTokens {
    keep: bool,
    words: Vec<u16>,
    histogram: Histogram,
    sound: bool,
}

/// The number of value bits that a token has room for.
const ROOM: u32 = 7;

impl ScanTokens {
    pub(super) fn new(keep: bool) -> Self {
        Self { keep, words: Vec::new(), histogram: [0; 512], sound: true }
    }

    /// Adds a symbol of a class, and the `size` bits behind its code.
    #[inline(always)]
    pub(super) fn symbol(&mut self, class: usize, symbol: u32, size: u32, bits: u16) {
        let index = ((class & 1) << 8) as u16 | (symbol & 0xFF) as u16;
        if size > ROOM {
            self.push(index << 7);
            self.more(bits);
        } else {
            self.push(index << 7 | bits);
        }
    }

    /// Adds a DC difference.
    pub(super) fn dc(&mut self, class: usize, difference: i32) {
        let (size, bits) = size_and_bits(difference);
        self.sound &= size <= DC_SIZE_MAX;
        self.symbol(class, size << 4 | u32::from(DC_MARK), size, bits);
    }

    /// Adds bits without a code.
    #[inline(always)]
    pub(super) fn bits(&mut self, bits: BitString) {
        let mut left = bits.count;
        while left > 0 {
            let some = left.min(ROOM);
            left -= some;
            self.push(Self::raw((bits.bits >> left) as u16 & ((1 << some) - 1), some));
        }
    }

    /// Moves any number of bits without a code out of `bits`, and adds them.
    pub(super) fn all_bits(&mut self, bits: &mut BitBuffer) {
        let full = &mut self.histogram[256 + ROOM as usize];
        *full = full.wrapping_add(bits.full.len() as u32);
        if self.keep {
            self.words.extend_from_slice(&bits.full);
        }
        self.bits(bits.last);
        bits.full.clear();
        bits.last = BitString::default();
    }

    fn raw(bits: u16, count: u32) -> u16 {
        (256 | count as u16) << 7 | bits
    }

    /// Records that no file of 8-bit samples has one of the values.
    pub(super) fn spoil(&mut self) {
        self.sound = false;
    }

    #[inline(always)]
    fn push(&mut self, word: u16) {
        let count = &mut self.histogram[usize::from(word >> 7)];
        *count = count.wrapping_add(1);
        self.more(word);
    }

    #[inline(always)]
    fn more(&mut self, word: u16) {
        if self.keep {
            self.words.push(word);
        }
    }

    pub(super) fn finish(self) -> TokenGroup {
        let Self { words, histogram, sound, .. } = self;
        TokenGroup { tokens: words, intervals: Vec::new(), histogram, sound }
    }
}
