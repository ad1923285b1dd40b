//! The arithmetic encoder (H.265 section 9.3.5), which makes up what it encodes.

use super::headers::Config;
use super::random::Random;
use crate::error::Result;
use crate::slice::cabac::{Bins, RANGE_LPS, next_state};
use crate::slice::contexts::{self, States, initial};

/// Bytes of a slice segment's data, and where its substreams begin.
#[derive(Default)]
pub(super) struct Written {
    pub(super) bytes: Vec<u8>,
    starts: Vec<usize>,
}

impl Written {
    /// The sizes of all substreams but the last one, with what emulation prevention adds.
    pub(super) fn sizes(&self) -> Vec<u32> {
        let escaped = |end: usize| {
            // Two bytes for the header of a NAL unit, which are not escaped.
            let unit = [&[1, 1], &self.bytes[..end]].concat();
            super::headers::escape(&unit).len() as u32
        };
        let ends: Vec<u32> = self.starts.iter().map(|&end| escaped(end)).collect();
        let begins = std::iter::once(2).chain(ends.iter().copied());
        ends.iter().zip(begins).map(|(end, begin)| end - begin).collect()
    }
}

pub(super) struct Encoder<'a> {
    random: &'a mut Random,
    written: &'a mut Written,
    states: States,
    /// How probable a bin of a context is, in percent.
    chances: [u8; contexts::COUNT],
    /// Coding tree units that are still to come in the segment.
    units: u32,
    low: u32,
    range: u32,
    first: bool,
    outstanding: u32,
    /// Bits of a byte that is not complete.
    bits: Vec<bool>,
}

impl<'a> Encoder<'a> {
    pub(super) fn new(
        random: &'a mut Random,
        config: &Config,
        qp: i32,
        units: u32,
        written: &'a mut Written,
    ) -> Self {
        let mut encoder = Self {
            random,
            written,
            states: initial(qp),
            chances: config.chances,
            units,
            low: 0,
            range: 510,
            first: true,
            outstanding: 0,
            bits: Vec::new(),
        };
        encoder.start();
        encoder
    }

    fn start(&mut self) {
        (self.low, self.range, self.first, self.outstanding) = (0, 510, true, 0);
    }

    fn write(&mut self, bit: bool) {
        self.bits.push(bit);
        if self.bits.len() == 8 {
            let byte = self.bits.drain(..).fold(0, |byte, bit| byte << 1 | u8::from(bit));
            self.written.bytes.push(byte);
        }
    }

    fn align(&mut self) {
        while !self.bits.is_empty() {
            self.write(false);
        }
    }

    fn put(&mut self, bit: bool) {
        if self.first {
            self.first = false;
        } else {
            self.write(bit);
        }
        for _ in 0..std::mem::take(&mut self.outstanding) {
            self.write(!bit);
        }
    }

    fn renormalize(&mut self) {
        while self.range < 256 {
            if self.low < 256 {
                self.put(false);
            } else if self.low >= 512 {
                self.low -= 512;
                self.put(true);
            } else {
                self.low -= 256;
                self.outstanding += 1;
            }
            self.range <<= 1;
            self.low <<= 1;
        }
    }

    fn encode_bypass(&mut self, one: bool) {
        self.low = (self.low << 1) + if one { self.range } else { 0 };
        if self.low >= 1024 {
            self.low -= 1024;
            self.put(true);
        } else if self.low < 512 {
            self.put(false);
        } else {
            self.low -= 512;
            self.outstanding += 1;
        }
    }

    fn encode_terminate(&mut self, ends: bool) -> bool {
        self.range -= 2;
        if ends {
            self.low += self.range;
            self.range = 2;
            self.renormalize();
            self.put(self.low >> 9 & 1 == 1);
            self.write(self.low >> 8 & 1 == 1);
            self.write(true);
        } else {
            self.renormalize();
        }
        ends
    }
}

impl Bins for Encoder<'_> {
    fn bin(&mut self, context: usize) -> bool {
        let one = self.random.chance(u32::from(self.chances[context]));
        let state = self.states[context];
        let lps = u32::from(RANGE_LPS[usize::from(state >> 1)][(self.range >> 6) as usize & 3]);
        self.range -= lps;
        let likely = state & 1 == u8::from(one);
        if !likely {
            self.low += self.range;
            self.range = lps;
        }
        self.states[context] = next_state(state, likely);
        self.renormalize();
        one
    }

    fn bypass(&mut self, n: u32) -> u32 {
        let mut bins = 0;
        for _ in 0..n {
            let one = self.random.chance(45);
            self.encode_bypass(one);
            bins = bins << 1 | u32::from(one);
        }
        bins
    }

    fn terminate(&mut self) -> bool {
        let ends = self.random.chance(15);
        self.encode_terminate(ends)
    }

    fn ends_segment(&mut self) -> bool {
        self.units -= 1;
        let ends = self.encode_terminate(self.units == 0);
        if ends {
            self.align();
        }
        ends
    }

    fn ends_substream(&mut self) -> bool {
        self.encode_terminate(true);
        self.align();
        self.written.starts.push(self.written.bytes.len());
        true
    }

    fn pcm(&mut self, depth: u32, samples: &mut [u16]) -> Result<()> {
        self.align();
        for sample in samples {
            *sample = self.random.below(1 << depth) as u16;
            for bit in (0..depth).rev() {
                self.write(*sample >> bit & 1 == 1);
            }
        }
        Ok(())
    }

    fn restart(&mut self) -> Result<()> {
        self.align();
        self.start();
        Ok(())
    }

    fn check(&self) -> Result<()> {
        Ok(())
    }

    fn states(&mut self) -> &mut States {
        &mut self.states
    }
}
