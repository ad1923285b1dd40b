//! The tokens of a scan: as those of sequential files (see [`tokens`](crate::encode::tokens)), but what would be a class of
//! tables for chroma stands for bits without a code, and symbol `n` there for `n` of them.

use crate::encode::tokens::{DC_MARK, DC_SIZE_MAX, Group, Histogram, size_and_bits};

/// Collects tokens.
#[derive(Debug)]
pub(super) struct Tokens {
    keep: bool,
    words: Vec<u16>,
    histogram: Histogram,
    sound: bool,
}

/// Bits that a token has room for.
const ROOM: u32 = 7;

impl Tokens {
    pub(super) fn new(keep: bool) -> Self {
        Self { keep, words: Vec::new(), histogram: [0; 512], sound: true }
    }

    /// A symbol of a class's table, and the `size` bits behind its code.
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

    /// A DC difference.
    pub(super) fn dc(&mut self, class: usize, difference: i32) {
        let (size, bits) = size_and_bits(difference);
        self.sound &= size <= DC_SIZE_MAX;
        self.symbol(class, size << 4 | u32::from(DC_MARK), size, bits);
    }

    /// Bits without a code.
    pub(super) fn bits(&mut self, bits: &[bool]) {
        for some in bits.chunks(ROOM as usize) {
            let value = some.iter().fold(0, |value, &bit| value << 1 | u16::from(bit));
            self.push((256 | some.len() as u16) << 7 | value);
        }
    }

    /// Notes that a value is one that no file of 8-bit samples has.
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

    pub(super) fn finish(self) -> Group {
        let Self { words, histogram, sound, .. } = self;
        Group { tokens: words, intervals: Vec::new(), histogram, sound }
    }
}
