//! The arithmetic decoder (ITU-T T.81, D.2): binary decisions from entropy-coded data as it is in the file.

mod states;

use crate::syntax::marker::{RST0, RST7};
use states::{EVEN, State};

/// What is known of how probable the two symbols of a decision are: the index of a state, and in bit 7 the more
/// probable symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Estimate(u8);

impl Estimate {
    /// The estimate of both symbols as equally probable, which never changes.
    pub(crate) const EVEN: Self = Self(EVEN);
}

/// Decodes decisions up to the next marker. Zeros follow, since an encoder leaves out zeros at the end of its
/// data (T.81, D.1.8).
#[derive(Debug, Clone)]
pub(crate) struct ArithmeticDecoder<'a> {
    bytes: &'a [u8],
    /// The next byte to load.
    at: usize,
    /// The register A of the standard: the size of the interval, 0x8000 to 0x10000 between decisions.
    interval: u32,
    /// The register Cx from bit 32 on. The bits behind it, of which `ahead` are valid, lie below.
    code: u64,
    ahead: i32,
    /// The number of zero bits that were added where the file ends without a marker.
    missing: i32,
}

/// What stands where a restart marker is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Restart {
    /// The marker, which has been passed over.
    Found,
    /// Another restart marker.
    Wrong,
    /// Another marker or the end of the file.
    End,
}

/// The bits of Cx.
const REGISTER: i32 = 16;

impl<'a> ArithmeticDecoder<'a> {
    /// Starts at byte `at` (T.81, figure D.22).
    pub(crate) fn new(bytes: &'a [u8], at: usize) -> Self {
        let mut decoder = Self { bytes, at, interval: 0x1_0000, code: 0, ahead: -REGISTER, missing: 0 };
        decoder.refill();
        decoder
    }

    /// Decodes a decision and adapts its estimate (T.81, figures D.16 to D.19).
    #[inline(always)]
    pub(crate) fn decide(&mut self, estimate: &mut Estimate) -> bool {
        let (state, probable) = (State::of(estimate.0), estimate.0 & 0x80);
        let size = state.size();
        self.interval -= size;
        let low = u64::from(self.interval) << 32;
        // The larger of the two sub-intervals stands for the more probable symbol, whichever it was made for.
        let less = if self.code < low {
            if self.interval >= 0x8000 {
                return probable != 0;
            }
            self.interval < size
        } else {
            self.code -= low;
            let less = self.interval >= size;
            self.interval = size;
            less
        };
        estimate.0 = probable ^ if less { state.after_less() } else { state.after_more() };
        self.renormalize();
        (probable != 0) != less
    }

    /// Doubles the interval until it is at least 0x8000 (T.81, figure D.20).
    #[inline(always)]
    fn renormalize(&mut self) {
        // The smallest size is 1, so that there are at most 15 steps.
        let steps = (self.interval.leading_zeros() - 16) & 15;
        self.interval <<= steps;
        self.code <<= steps;
        self.ahead -= steps as i32;
        if self.ahead < REGISTER {
            self.refill();
        }
    }

    fn refill(&mut self) {
        while self.ahead <= 24 {
            let byte = match self.bytes.get(self.at..) {
                Some([0xFF, 0, ..]) => {
                    self.at += 2;
                    0xFF
                }
                Some([0xFF, _, ..]) => 0,
                None | Some([] | [0xFF]) => {
                    self.missing += 8;
                    0
                }
                Some([byte, ..]) => {
                    self.at += 1;
                    *byte
                }
            };
            self.code |= u64::from(byte) << (24 - self.ahead);
            self.ahead += 8;
        }
    }

    /// Whether decisions depend on data behind the end of the file.
    #[inline(always)]
    pub(crate) fn overdrawn(&self) -> bool {
        self.missing > self.ahead.max(0)
    }

    /// The byte offset of the data not yet used, for reporting errors.
    pub(crate) fn offset(&self) -> usize {
        self.at.min(self.bytes.len())
    }

    /// Passes over the next marker and what is before it, if it is the restart marker with this number (T.81,
    /// F.2.4.4). How many bytes a decoder has read by then is not the same for every encoder.
    pub(crate) fn restart(&mut self, number: u32) -> Restart {
        let Some((marker, at, _)) = crate::syntax::next_marker(self.bytes, self.at) else {
            return Restart::End;
        };
        match marker {
            m if u32::from(m) == u32::from(RST0) + number % 8 => {
                *self = Self::new(self.bytes, at + 2);
                Restart::Found
            }
            RST0..=RST7 => Restart::Wrong,
            _ => Restart::End,
        }
    }
}

#[cfg(test)]
mod tests;
