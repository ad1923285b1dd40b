//! Bits of a raw byte sequence payload (H.265 section 7.2 and 9.2).

use crate::error::{Error, Result, malformed};

/// Reads bits from the most significant on.
pub(crate) struct BitReader<'a> {
    data: &'a [u8],
    /// In bits.
    position: usize,
}

const ENDED: Error = Error::Malformed("a parameter set or slice header ends early");

impl<'a> BitReader<'a> {
    pub(crate) fn new(data: &'a [u8]) -> Self {
        Self { data, position: 0 }
    }

    pub(crate) fn flag(&mut self) -> Result<bool> {
        let byte = *self.data.get(self.position / 8).ok_or(ENDED)?;
        let bit = byte >> (7 - self.position % 8) & 1;
        self.position += 1;
        Ok(bit == 1)
    }

    /// `n` bits, up to 32: u(n).
    pub(crate) fn bits(&mut self, n: u32) -> Result<u32> {
        let mut value = 0u32;
        for _ in 0..n {
            value = value << 1 | u32::from(self.flag()?);
        }
        Ok(value)
    }

    pub(crate) fn skip(&mut self, n: u32) -> Result<()> {
        self.position += n as usize;
        if self.position > self.data.len() * 8 { Err(ENDED) } else { Ok(()) }
    }

    /// An unsigned Exp-Golomb code: ue(v).
    pub(crate) fn ue(&mut self) -> Result<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros > 31 {
                return malformed("an Exp-Golomb code is too long");
            }
        }
        Ok(((1u64 << zeros) - 1) as u32 + self.bits(zeros)?)
    }

    /// A `ue` that may not be larger than `max`.
    pub(crate) fn ue_max(&mut self, max: u32, reason: &'static str) -> Result<u32> {
        let value = self.ue()?;
        if value > max { malformed(reason) } else { Ok(value) }
    }

    /// A signed Exp-Golomb code: se(v).
    pub(crate) fn se(&mut self) -> Result<i32> {
        let code = i64::from(self.ue()?);
        let value = if code & 1 == 1 { (code + 1) / 2 } else { -(code / 2) };
        i32::try_from(value).map_err(|_| Error::Malformed("an Exp-Golomb code is too large"))
    }

    /// An `se` that must lie in `min..=max`.
    pub(crate) fn se_in(&mut self, min: i32, max: i32, reason: &'static str) -> Result<i32> {
        let value = self.se()?;
        if value < min || value > max { malformed(reason) } else { Ok(value) }
    }

    /// The byte at which whole bytes go on after byte_alignment().
    pub(crate) fn after_alignment(&mut self) -> Result<usize> {
        if !self.flag()? {
            return malformed("a slice header is not followed by its alignment bit");
        }
        Ok(self.position.div_ceil(8))
    }
}

/// The payload of a NAL unit, its header cut off and its emulation prevention bytes removed.
pub(crate) fn unescape(nal: &[u8]) -> Vec<u8> {
    let mut payload = Vec::with_capacity(nal.len());
    let mut rest = nal.get(2..).unwrap_or_default();
    while let Some(at) = rest.windows(3).position(|three| three == [0, 0, 3]) {
        payload.extend_from_slice(&rest[..at + 2]);
        rest = &rest[at + 3..];
    }
    payload.extend_from_slice(rest);
    payload
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read() {
        let mut bits = BitReader::new(&[0b1010_0110, 0b0100_0010, 0b1000_0000]);
        assert_eq!([bits.ue(), bits.ue(), bits.ue(), bits.ue()], [Ok(0), Ok(1), Ok(2), Ok(3)]);
        assert_eq!(bits.se(), Ok(-2));
        assert_eq!(bits.bits(9), Err(ENDED));
    }

    #[test]
    fn emulation_prevention_is_removed() {
        assert_eq!(unescape(&[9, 9, 1, 0, 0, 3, 0, 0, 3, 1, 0, 0, 3]), [1, 0, 0, 0, 0, 1, 0, 0]);
        assert_eq!(unescape(&[9]), []);
    }
}
