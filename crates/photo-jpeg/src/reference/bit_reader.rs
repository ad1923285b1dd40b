//! Reads bits and Huffman codes, one bit at a time.

use crate::error::Error;
use crate::huffman::HuffmanSpec;
use crate::syntax::marker::{RST0, RST7};

/// Reads the entropy-coded data of a scan.
#[derive(Debug)]
pub(super) struct ReferenceBitReader<'a> {
    bytes: &'a [u8],
    /// The next byte.
    pub(super) at: usize,
    byte: u8,
    left: u32,
}

/// Why there are no more bits.
#[derive(Debug)]
pub(super) enum ReferenceFault {
    /// The data ends, at a marker or with the file.
    End,
    Bad(&'static str),
}

impl<'a> ReferenceBitReader<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, byte: 0, left: 0 }
    }

    pub(super) fn bit(&mut self) -> Result<u32, ReferenceFault> {
        if self.left == 0 {
            self.byte = *self.bytes.get(self.at).ok_or(ReferenceFault::End)?;
            let stuffed = self.byte == 0xFF;
            if stuffed && self.bytes.get(self.at + 1) != Some(&0) {
                return Err(ReferenceFault::End);
            }
            self.at += if stuffed { 2 } else { 1 };
            self.left = 8;
        }
        self.left -= 1;
        Ok(u32::from(self.byte >> self.left & 1))
    }

    pub(super) fn bits(&mut self, count: u32) -> Result<u32, ReferenceFault> {
        (0..count).try_fold(0, |value, _| Ok(value << 1 | self.bit()?))
    }

    /// RECEIVE and EXTEND (T.81, F.2.2.1).
    pub(super) fn value(&mut self, size: u32) -> Result<i32, ReferenceFault> {
        let bits = self.bits(size)? as i32;
        Ok(if size > 0 && bits < 1 << (size - 1) { bits - (1 << size) + 1 } else { bits })
    }

    /// DECODE (T.81, F.2.2.3).
    pub(super) fn symbol(&mut self, table: &HuffmanSpec) -> Result<u8, ReferenceFault> {
        let (mut code, mut first, mut index) = (0, 0, 0);
        for &count in &table.counts {
            code = code << 1 | self.bit()?;
            let count = u32::from(count);
            if code < first + count {
                return Ok(table.symbols[(index + code - first) as usize]);
            }
            index += count;
            first = (first + count) << 1;
        }
        Err(ReferenceFault::Bad("a Huffman code that isn't in its table"))
    }

    /// Passes over the restart marker that must have this number (T.81, F.2.2.5).
    pub(super) fn restart(&mut self, number: u32) -> Result<(), ReferenceFault> {
        self.left = 0;
        if self.bytes.get(self.at) != Some(&0xFF) {
            return Err(if self.at < self.bytes.len() {
                ReferenceFault::Bad("no restart marker where one is due")
            } else {
                ReferenceFault::End
            });
        }
        while self.bytes.get(self.at) == Some(&0xFF) {
            self.at += 1;
        }
        let marker = *self.bytes.get(self.at).ok_or(ReferenceFault::End)?;
        self.at += 1;
        match marker {
            m if u32::from(m) == u32::from(RST0) + number % 8 => Ok(()),
            RST0..=RST7 | 0 => Err(ReferenceFault::Bad("a wrong restart marker")),
            _ => Err(ReferenceFault::End),
        }
    }
}

impl ReferenceFault {
    pub(super) fn into_error(self, offset: usize, decoded: u64, total: u64) -> Error {
        match self {
            Self::End => Error::Truncated { offset, decoded, total },
            Self::Bad(reason) => Error::malformed(offset, reason),
        }
    }
}
