//! The arithmetic decoder of VP8 (RFC 6386, section 7).

/// Reads booleans of given probabilities from a partition.
///
/// Behind the end of the partition it reads zeros, and remembers that it did. As in libwebp, that is so as
/// soon as fewer than eight unread bits are left when a boolean is to be read: encoders write enough bytes. A
/// code that begins with a byte of 255, which none does, is decoded to something else than in libwebp.
#[derive(Clone, Copy)]
pub(crate) struct BoolDecoder<'a> {
    /// What is not in `value` yet.
    rest: &'a [u8],
    /// Unread bits, from the highest on, with zeros behind them. The highest 8 are compared.
    value: u64,
    /// The width of the interval, 128 to 255, times [`ONE`].
    range: u64,
    /// How many unread bits `value` has, less 8.
    bits: i32,
    past_end: bool,
}

/// The unit of the width of an interval. Products with probabilities reach the highest bit.
const ONE: u64 = 1 << 48;

/// The bits of `value` that are compared.
const COMPARED: u64 = 0xFF << 56;

/// The probability that a boolean is false, times 256, and [`ONE`] times the difference of that to 256.
///
/// Of an interval, `1 + (range - 1) * probability / 256` are for false. That is `(range * probability + 256 -
/// probability) / 256`, with one operation less that waits for the range.
#[derive(Clone, Copy, Default)]
pub(crate) struct Probability(u64);

impl Probability {
    #[inline(always)]
    pub(crate) const fn new(probability: u8) -> Self {
        let probability = probability as u64;
        Self((256 - probability) * ONE + probability)
    }

    /// 256 times the part of an interval that is for false, in units of [`ONE`], and something less than one.
    #[inline(always)]
    fn part(self, range: u64) -> u64 {
        range * u64::from(self.0 as u8) + self.0
    }
}

impl<'a> BoolDecoder<'a> {
    pub(crate) fn new(partition: &'a [u8]) -> Self {
        Self { rest: partition, value: 0, range: 255 * ONE, bits: -8, past_end: false }
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
        self.prepare();
        let part = probability.part(self.range);
        let split = part & COMPARED;
        let bit = self.value >= split;
        if bit {
            self.value -= split;
            let range = (self.range << 8) - split;
            self.shift(range, range.leading_zeros());
        } else {
            // These are the leading zeros of `split`, without having to wait for it.
            self.shift(split, part.leading_zeros());
        }
        bit
    }

    /// One for a boolean that is true, without a branch, for what can't be foreseen.
    #[inline(always)]
    pub(crate) fn bit(&mut self, probability: Probability) -> i32 {
        self.prepare();
        let split = probability.part(self.range) & COMPARED;
        let mask = u64::from(self.value >= split).wrapping_neg();
        self.value -= split & mask;
        let range = split ^ ((split ^ ((self.range << 8) - split)) & mask);
        self.shift(range, range.leading_zeros());
        (mask & 1) as i32
    }

    /// `value` with a sign, which is as likely to be one as the other. It must not be the first that is read.
    #[inline(always)]
    pub(crate) fn signed(&mut self, value: i32) -> i32 {
        self.prepare();
        let split = (self.range + ONE) << 7 & COMPARED;
        // All ones for a negative value. A branch would be mispredicted half of the time.
        let mask = u64::from(self.value >= split).wrapping_neg();
        self.value = (self.value - (split & mask)) << 1;
        // Either half of the interval is doubled, since the interval is only 255 wide at the start.
        self.range = ((self.range - ONE - (mask & ONE)) | ONE) + ONE;
        self.bits -= 1;
        (value ^ mask as i32) - mask as i32
    }

    /// Makes a `range` in units of the compared bits, with so many leading zeros, the next interval.
    #[inline(always)]
    fn shift(&mut self, range: u64, leading_zeros: u32) {
        self.range = (range >> 8) << leading_zeros;
        self.value <<= leading_zeros;
        self.bits -= leading_zeros as i32;
    }

    /// Makes sure that there are bits to compare.
    #[inline(always)]
    fn prepare(&mut self) {
        if self.bits >= 0 {
            return;
        }
        if let Some((eight, _)) = self.rest.split_first_chunk::<8>() {
            self.value |= (u64::from_be_bytes(*eight) & !0xFF) >> (self.bits + 8);
            self.bits += 56;
            self.rest = &self.rest[7..];
        } else {
            // Without a reference to the state, which would keep it in memory everywhere.
            let byte = last_byte(self.rest);
            self.past_end |= byte == NO_BYTE;
            self.value |= u64::from(byte as u8) << (48 - self.bits);
            self.bits += 8;
            self.rest = self.rest.get(1..).unwrap_or_default();
        }
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

/// What [`last_byte`] returns behind the end: a zero, and a bit to tell.
const NO_BYTE: u32 = 0x100;

/// The next of the last bytes of a partition.
#[cold]
#[inline(never)]
fn last_byte(rest: &[u8]) -> u32 {
    rest.first().map_or(NO_BYTE, |byte| u32::from(*byte))
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

    #[test]
    fn what_no_encoder_writes_is_read_to_the_end() {
        let bytes = [255; 40];
        let mut decoder = BoolDecoder::new(&bytes);
        for probability in (0..=255).cycle().take(2000) {
            decoder.bool(probability);
            decoder.bit(Probability::new(255 - probability));
            decoder.signed(1);
        }
        assert!(decoder.past_end());
    }
}
