//! The arithmetic decoder of VP8 (RFC 6386, section 7).

/// Reads booleans of given probabilities from a partition.
///
/// Behind the end of the partition it reads zeros, and remembers that it did. As in libwebp, that is so as soon
/// as fewer than eight unread bits are left when a boolean is to be read: encoders write enough bytes.
#[derive(Clone, Copy)]
pub(crate) struct BoolDecoder<'a> {
    /// What is not in `value` yet.
    rest: &'a [u8],
    /// The lowest `bits + 8` bits count; the highest 8 of them are compared.
    value: u64,
    /// The width of the interval, 128 to 255.
    range: u32,
    bits: i32,
    past_end: bool,
}

/// The probability that a boolean is false, with what follows from it.
///
/// Of an interval, `1 + (range - 1) * probability / 256` are for false. That is `(range * probability + 256 -
/// probability) / 256`, with one operation less that waits for the range.
#[derive(Clone, Copy, Default)]
pub(crate) struct Probability {
    factor: u16,
    offset: u16,
}

impl Probability {
    pub(crate) const fn new(probability: u8) -> Self {
        Self { factor: probability as u16, offset: 256 - probability as u16 }
    }
}

impl<'a> BoolDecoder<'a> {
    pub(crate) fn new(partition: &'a [u8]) -> Self {
        Self { rest: partition, value: 0, range: 255, bits: -8, past_end: false }
    }

    /// Whether zeros behind the end were needed.
    #[inline(always)]
    pub(crate) fn past_end(&self) -> bool {
        self.past_end
    }

    /// A boolean that is false with a probability of `probability / 256`.
    #[inline(always)]
    pub(crate) fn bool(&mut self, probability: u8) -> bool {
        self.likely(Probability::new(probability))
    }

    /// A boolean, as [`Self::bool`] reads it.
    #[inline(always)]
    pub(crate) fn likely(&mut self, probability: Probability) -> bool {
        if self.bits < 0 {
            self.fill();
        }
        let scaled = self.range * u32::from(probability.factor) + u32::from(probability.offset);
        let split = scaled >> 8;
        let large = u64::from(split) << self.bits;
        let bit = self.value >= large;
        let shift;
        if bit {
            self.value -= large;
            self.range -= split;
            shift = self.range.leading_zeros() - 24;
        } else {
            // The same as that of `split`, without having to wait for it.
            shift = scaled.leading_zeros() - 16;
            self.range = split;
        }
        self.range <<= shift;
        self.bits -= shift as i32;
        bit
    }

    /// One for a boolean that is true, without a branch, for what can't be foreseen.
    #[inline(always)]
    pub(crate) fn bit(&mut self, probability: u8) -> i32 {
        if self.bits < 0 {
            self.fill();
        }
        let probability = Probability::new(probability);
        let split = (self.range * u32::from(probability.factor) + u32::from(probability.offset)) >> 8;
        let large = u64::from(split) << self.bits;
        let mask = u64::from(self.value >= large).wrapping_neg();
        self.value -= large & mask;
        let mask = mask as u32;
        self.range = split ^ ((split ^ (self.range - split)) & mask);
        let shift = self.range.leading_zeros() - 24;
        self.range <<= shift;
        self.bits -= shift as i32;
        (mask & 1) as i32
    }

    /// `value` with a sign, which is as likely to be one as the other. It must not be the first that is read.
    #[inline(always)]
    pub(crate) fn signed(&mut self, value: i32) -> i32 {
        if self.bits < 0 {
            self.fill();
        }
        let split = (self.range + 1) >> 1;
        let large = u64::from(split) << self.bits;
        // All ones for a negative value. A branch would be mispredicted half of the time.
        let mask = u64::from(self.value >= large).wrapping_neg();
        self.value -= large & mask;
        // Either half of the interval is doubled, since the interval is only 255 wide at the start.
        self.range = ((self.range - 1).wrapping_add(mask as u32) | 1) + 1;
        self.bits -= 1;
        (value ^ mask as i32) - mask as i32
    }

    /// Appends unread bytes to the value.
    #[inline(always)]
    fn fill(&mut self) {
        if let Some((eight, _)) = self.rest.split_first_chunk::<8>() {
            self.value = (self.value << 56) | (u64::from_be_bytes(*eight) >> 8);
            self.bits += 56;
            self.rest = &self.rest[7..];
        } else {
            // By value: a reference would keep the state in memory everywhere.
            *self = self.filled_at_end();
        }
    }

    #[cold]
    #[inline(never)]
    fn filled_at_end(mut self) -> Self {
        let (byte, rest) = match self.rest.split_first() {
            Some((byte, rest)) => (*byte, rest),
            None => {
                self.past_end = true;
                (0, self.rest)
            }
        };
        self.value = (self.value << 8) | u64::from(byte);
        self.bits += 8;
        self.rest = rest;
        self
    }

    /// A boolean that is as likely true as false.
    pub(crate) fn flag(&mut self) -> bool {
        self.bool(128)
    }

    /// An unsigned number of `count` bits, up to 8.
    pub(crate) fn literal(&mut self, count: u32) -> u8 {
        (0..count).fold(0, |value, _| (value << 1) | u8::from(self.flag()))
    }

    /// A flag, and if it is set, `count` bits of a magnitude and a sign; else zero.
    pub(crate) fn optional_signed(&mut self, count: u32) -> i32 {
        if !self.flag() {
            return 0;
        }
        let magnitude = i32::from(self.literal(count));
        if self.flag() { -magnitude } else { magnitude }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_probabilities_read_bits() {
        let mut decoder = BoolDecoder::new(&[0x00, 0x00, 0x00]);
        assert_eq!(decoder.literal(8), 0);
        assert!(!decoder.past_end());
    }

    #[test]
    fn the_end_is_noticed_one_byte_behind_it() {
        let mut decoder = BoolDecoder::new(&[0x55]);
        decoder.flag();
        assert!(!decoder.past_end());
        for _ in 0..8 {
            decoder.flag();
        }
        assert!(decoder.past_end());
    }
}
