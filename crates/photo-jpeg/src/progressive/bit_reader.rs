//! A bit reader over entropy-coded data as it is in the file, with its stuffing.

use super::fault::Fault;
use crate::syntax::marker::{RST0, RST7};

/// Reads bits, most significant first, up to the next marker. Zeros follow.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StuffedBitReader<'a> {
    bytes: &'a [u8],
    /// The next byte to load.
    at: usize,
    /// The next bits, left-aligned.
    pub(crate) window: u64,
    /// The number of bits in the window, including those behind the end of the data.
    valid: u32,
    /// The number of zero bits that were added behind the end of the data.
    padding: u32,
}

impl<'a> StuffedBitReader<'a> {
    /// Starts at byte `at`.
    pub(crate) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, window: 0, valid: 0, padding: 0 }
    }

    /// Makes at least 56 bits valid.
    #[inline(always)]
    pub(crate) fn refill(&mut self) {
        let next = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk::<8>);
        match next.map(|chunk| u64::from_be_bytes(*chunk)) {
            Some(next) if !has_ff(next) => {
                self.window |= next >> self.valid;
                self.at += ((63 - self.valid) >> 3) as usize;
                self.valid |= 56;
            }
            _ => self.refill_slowly(),
        }
    }

    #[inline(never)]
    fn refill_slowly(&mut self) {
        while self.valid < 56 {
            let byte = match self.bytes.get(self.at..) {
                Some([0xFF, 0, ..]) => {
                    self.at += 2;
                    0xFF
                }
                None | Some([] | [0xFF, ..]) => {
                    self.padding += 8;
                    0
                }
                Some([byte, ..]) => {
                    self.at += 1;
                    *byte
                }
            };
            // The low bits of the window may hold part of a byte that isn't counted as valid yet. It is the
            // same byte.
            self.window |= u64::from(byte) << (56 - self.valid);
            self.valid += 8;
        }
    }

    /// Consumes `count` bits, which must be valid.
    #[inline(always)]
    pub(crate) fn consume(&mut self, count: u32) {
        self.window <<= count & 63;
        self.valid = self.valid.wrapping_sub(count);
    }

    /// Reads up to 32 bits, which must be valid.
    #[inline(always)]
    pub(crate) fn take(&mut self, count: u32) -> u32 {
        let value = (self.window >> 1 >> (63 - (count & 63))) as u32;
        self.consume(count);
        value
    }

    /// Whether more bits were consumed than there are.
    #[inline(always)]
    pub(crate) fn overdrawn(&self) -> bool {
        self.valid < self.padding
    }

    /// The byte offset of the data not yet used, for reporting errors.
    pub(crate) fn offset(&self) -> usize {
        self.at.saturating_sub((self.valid.saturating_sub(self.padding) / 8) as usize).min(self.bytes.len())
    }

    /// Passes over the restart marker with this number, which must come next (T.81, F.2.2.5).
    pub(crate) fn restart(&mut self, number: u32) -> Result<(), Fault> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let fill = rest.iter().take_while(|&&byte| byte == 0xFF).count();
        let unread = self.valid.saturating_sub(self.padding) >= 8;
        match rest.get(fill) {
            _ if unread || (fill == 0 && !rest.is_empty()) => {
                Err(Fault::Bad("no restart marker where one is due"))
            }
            Some(&marker) if fill > 0 && u32::from(marker) == u32::from(RST0) + number % 8 => {
                *self = Self::new(self.bytes, self.at + fill + 1);
                Ok(())
            }
            Some(0 | RST0..=RST7) => Err(Fault::Bad("a wrong restart marker")),
            _ => Err(Fault::End),
        }
    }
}

/// Whether one of eight bytes is 0xFF.
#[inline(always)]
fn has_ff(bytes: u64) -> bool {
    // This is the classic test for a zero byte, on the complement.
    let zero = !bytes;
    zero.wrapping_sub(0x0101_0101_0101_0101) & bytes & 0x8080_8080_8080_8080 != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_those_of_the_unstuffed_bytes() {
        let plain: Vec<u8> = (0..300u32).map(|i| if i % 11 < 2 { 0xFF } else { (i * 97) as u8 }).collect();
        let mut bytes: Vec<u8> =
            plain.iter().flat_map(|&b| if b == 0xFF { vec![0xFF, 0] } else { vec![b] }).collect();
        bytes.extend([0xFF, 0xD9, 1, 2, 3, 4, 5, 6, 7, 8]);
        let mut bits = StuffedBitReader::new(&bytes, 0);
        let mut at = 0;
        for step in (0..).map(|i| i % 17) {
            if at + step as usize > plain.len() * 8 {
                break;
            }
            bits.refill();
            let bit = |i: usize| u32::from(plain[i / 8] >> (7 - i % 8) & 1);
            let expected = (at..at + step as usize).fold(0, |value, i| value << 1 | bit(i));
            assert_eq!(bits.take(step), expected, "{step} bits at {at}");
            at += step as usize;
            assert!(!bits.overdrawn());
        }
        bits.refill();
        bits.consume(16);
        assert!(bits.overdrawn());
    }

    #[test]
    fn a_restart_marker_must_come_next() {
        let start = |bytes: &'static [u8], used: u32| {
            let mut bits = StuffedBitReader::new(bytes, 0);
            bits.refill();
            bits.consume(used);
            bits
        };
        for (bytes, used, fits) in [
            (&b"\x12\xFF\xD3\x80"[..], 5, true),
            (b"\x12\xFF\xFF\xFF\xD3\x80", 8, true),
            (b"\x12\x34\xFF\xD3\x80", 5, false),
            (b"\x12\xFF\xD4\x80", 5, false),
            (b"\x12\xFF\xD9", 5, false),
            (b"\x12\xFF", 5, false),
            (b"\x12", 5, false),
        ] {
            let mut bits = start(bytes, used);
            assert_eq!(bits.restart(3).is_ok(), fits, "{bytes:x?}");
            if fits {
                bits.refill();
                assert_eq!(bits.take(8), 0x80);
            }
        }
    }
}
