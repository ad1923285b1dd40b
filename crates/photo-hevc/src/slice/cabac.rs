//! The arithmetic decoder (H.265 section 9.3.4.3).

use super::contexts::{States, initial};
use crate::error::{Result, malformed};

/// Where the syntax elements of slice data come from.
pub(crate) trait Bins {
    /// A bin of a context.
    fn bin(&mut self, context: usize) -> bool;
    /// `n` bins of equal probability, at most 32.
    fn bypass(&mut self, n: u32) -> u32;
    /// The bin that tells whether something ends.
    fn terminate(&mut self) -> bool;
    /// end_of_slice_segment_flag
    fn ends_segment(&mut self) -> bool {
        self.terminate()
    }
    /// end_of_subset_one_bit
    fn ends_substream(&mut self) -> bool {
        self.terminate()
    }
    /// Plain samples of `depth` bits, after the terminating bin of `pcm_flag`.
    fn pcm(&mut self, depth: u32, samples: &mut [u16]) -> Result<()>;
    /// Starts the arithmetic decoder anew, after the end of a substream or of plain samples.
    fn restart(&mut self) -> Result<()>;
    /// Fails when more was read than there is.
    fn check(&self) -> Result<()>;
    fn states(&mut self) -> &mut States;
}

/// Decodes bins from the data of a slice segment.
pub(crate) struct Cabac<'a> {
    states: States,
    data: &'a [u8],
    /// The next byte of `data` to be taken into `value`.
    position: usize,
    range: u32,
    /// The nine bits that are compared with `range`, and `spare` bits below them.
    value: u64,
    spare: u32,
}

/// Bits that `value` keeps at least below the compared ones after filling up.
const FILLED: u32 = 32;

impl<'a> Cabac<'a> {
    pub(crate) fn new(data: &'a [u8], slice_qp: i32) -> Self {
        let mut cabac = Self { states: initial(slice_qp), data, position: 0, range: 510, value: 0, spare: 0 };
        cabac.start(0);
        cabac
    }

    fn start(&mut self, position: usize) {
        self.position = position;
        self.range = 510;
        (self.value, self.spare) = (0, 0);
        let mut bits = 0;
        while bits < 48 {
            self.value = self.value << 8 | u64::from(self.next_byte());
            bits += 8;
        }
        self.spare = bits - 9;
    }

    /// A byte of the data; zeros follow their end.
    fn next_byte(&mut self) -> u8 {
        let byte = self.data.get(self.position).copied().unwrap_or(0);
        self.position += 1;
        byte
    }

    #[inline(always)]
    fn fill(&mut self) {
        if self.spare < FILLED {
            self.fill_up();
        }
    }

    #[inline]
    fn fill_up(&mut self) {
        // At most 9 + 31 bits are in `value`; three bytes fit.
        if let Some(&[a, b, c]) = self.data.get(self.position..).and_then(|rest| rest.first_chunk::<3>()) {
            self.value = self.value << 24 | u64::from(a) << 16 | u64::from(b) << 8 | u64::from(c);
            self.position += 3;
        } else {
            for _ in 0..3 {
                self.value = self.value << 8 | u64::from(self.next_byte());
            }
        }
        self.spare += 24;
    }

    /// The first byte that belongs to nothing read so far.
    fn next_whole_byte(&self) -> usize {
        (self.position * 8 - self.spare as usize).div_ceil(8)
    }
}

impl Bins for Cabac<'_> {
    #[inline(always)]
    fn bin(&mut self, context: usize) -> bool {
        let state = self.states[context];
        let row = &RANGE_LPS[(state >> 1) as usize & 63];
        let lps = u32::from(row[(self.range >> 6) as usize & 3]);
        let range = self.range - lps;
        let scaled = u64::from(range) << self.spare;
        if self.value < scaled {
            self.states[context] = NEXT_MPS[state as usize & 127];
            let shift = range.leading_zeros() - 23;
            self.range = range << shift;
            self.spare -= shift;
            self.fill();
            state & 1 == 1
        } else {
            self.value -= scaled;
            self.states[context] = NEXT_LPS[state as usize & 127];
            let shift = lps.leading_zeros() - 23;
            self.range = lps << shift;
            self.spare -= shift;
            self.fill();
            state & 1 == 0
        }
    }

    #[inline]
    fn bypass(&mut self, n: u32) -> u32 {
        let mut bins = 0;
        let range = u64::from(self.range);
        for _ in 0..n {
            self.spare -= 1;
            let scaled = range << self.spare;
            let one = self.value >= scaled;
            self.value -= if one { scaled } else { 0 };
            bins = bins << 1 | u32::from(one);
        }
        self.fill();
        if self.spare < FILLED {
            self.fill();
        }
        bins
    }

    fn terminate(&mut self) -> bool {
        self.range -= 2;
        let scaled = u64::from(self.range) << self.spare;
        if self.value >= scaled {
            return true;
        }
        let shift = self.range.leading_zeros() - 23;
        self.range <<= shift;
        self.spare -= shift;
        self.fill();
        false
    }

    fn pcm(&mut self, depth: u32, samples: &mut [u16]) -> Result<()> {
        // The last bin's bit is in the byte before; samples begin with a byte, and follow one another bit by
        // bit.
        let mut at = self.next_whole_byte() * 8;
        if self.data.len() * 8 < at + samples.len() * depth as usize {
            return malformed("plain samples end early");
        }
        for sample in samples {
            let mut value = 0;
            for _ in 0..depth {
                value = value << 1 | u16::from(self.data[at / 8] >> (7 - at % 8) & 1);
                at += 1;
            }
            *sample = value;
        }
        (self.position, self.spare) = (at.div_ceil(8), (at.div_ceil(8) * 8 - at) as u32);
        Ok(())
    }

    fn restart(&mut self) -> Result<()> {
        let position = self.next_whole_byte();
        if position > self.data.len() {
            return malformed("slice data end early");
        }
        self.start(position);
        Ok(())
    }

    fn check(&self) -> Result<()> {
        // What `value` holds was read ahead: up to seven bytes, of which a good stream needs none behind its
        // end.
        if self.next_whole_byte() > self.data.len() + 2 { malformed("slice data end early") } else { Ok(()) }
    }

    fn states(&mut self) -> &mut States {
        &mut self.states
    }
}

/// The state after a bin that was the likely one, or not.
#[cfg(test)]
pub(crate) fn next_state(state: u8, likely: bool) -> u8 {
    (if likely { NEXT_MPS } else { NEXT_LPS })[usize::from(state)]
}

const NEXT_MPS: [u8; 128] = {
    let mut next = [0; 128];
    let mut state = 0;
    while state < 128 {
        let index = state >> 1;
        let after = if index < 62 { index + 1 } else { index };
        next[state] = (after << 1 | state & 1) as u8;
        state += 1;
    }
    next
};

const NEXT_LPS: [u8; 128] = {
    let mut next = [0; 128];
    let mut state = 0;
    while state < 128 {
        let index = state >> 1;
        let mps = if index == 0 { 1 - (state & 1) } else { state & 1 };
        next[state] = TRANSITION_LPS[index] << 1 | mps as u8;
        state += 1;
    }
    next
};

/// Table 9-47, transIdxLps.
const TRANSITION_LPS: [u8; 64] = [
    0, 0, 1, 2, 2, 4, 4, 5, 6, 7, 8, 9, 9, 11, 11, 12, 13, 13, 15, 15, 16, 16, 18, 18, 19, 19, 21, 21, 22,
    22, 23, 24, 24, 25, 26, 26, 27, 27, 28, 29, 29, 30, 30, 30, 31, 32, 32, 33, 33, 33, 34, 34, 35, 35, 35,
    36, 36, 36, 37, 37, 37, 38, 38, 63,
];

/// Table 9-46, rangeTabLps.
#[rustfmt::skip]
pub(crate) const RANGE_LPS: [[u8; 4]; 64] = [
    [128, 176, 208, 240], [128, 167, 197, 227], [128, 158, 187, 216], [123, 150, 178, 205],
    [116, 142, 169, 195], [111, 135, 160, 185], [105, 128, 152, 175], [100, 122, 144, 166],
    [95, 116, 137, 158], [90, 110, 130, 150], [85, 104, 123, 142], [81, 99, 117, 135],
    [77, 94, 111, 128], [73, 89, 105, 122], [69, 85, 100, 116], [66, 80, 95, 110],
    [62, 76, 90, 104], [59, 72, 86, 99], [56, 69, 81, 94], [53, 65, 77, 89],
    [51, 62, 73, 85], [48, 59, 69, 80], [46, 56, 66, 76], [43, 53, 63, 72],
    [41, 50, 59, 69], [39, 48, 56, 65], [37, 45, 54, 62], [35, 43, 51, 59],
    [33, 41, 48, 56], [32, 39, 46, 53], [30, 37, 43, 50], [29, 35, 41, 48],
    [27, 33, 39, 45], [26, 31, 37, 43], [24, 30, 35, 41], [23, 28, 33, 39],
    [22, 27, 32, 37], [21, 26, 30, 35], [20, 24, 29, 33], [19, 23, 27, 31],
    [18, 22, 26, 30], [17, 21, 25, 28], [16, 20, 23, 27], [15, 19, 22, 25],
    [14, 18, 21, 24], [14, 17, 20, 23], [13, 16, 19, 22], [12, 15, 18, 21],
    [12, 14, 17, 20], [11, 14, 16, 19], [11, 13, 15, 18], [10, 12, 15, 17],
    [10, 12, 14, 16], [9, 11, 13, 15], [9, 11, 12, 14], [8, 10, 12, 14],
    [8, 9, 11, 13], [7, 9, 11, 12], [7, 9, 10, 12], [7, 8, 10, 11],
    [6, 8, 9, 11], [6, 7, 9, 10], [6, 7, 8, 9], [2, 2, 2, 2],
];
