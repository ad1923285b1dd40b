//! A bit reader over unstuffed bytes.

/// The number of bytes behind the data that may be read. Buffers are padded with that many zeros.
pub(crate) const PADDING: usize = 16;

/// Reads bits, most significant first, from bytes without stuffing. Zeros follow the end of the data.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BitReader<'a> {
    pub(super) data: &'a [u8],
    /// The next byte to load.
    pub(super) pos: usize,
    /// The next bits, left-aligned.
    pub(super) window: u64,
    /// The number of valid bits in the window.
    pub(super) valid: u32,
}

impl<'a> BitReader<'a> {
    /// Starts at bit `at` of `data`.
    pub(crate) fn new(data: &'a [u8], at: u64) -> Self {
        let mut bits = Self { data, pos: (at / 8) as usize, window: 0, valid: 0 };
        bits.refill();
        bits.consume((at % 8) as u32);
        bits
    }

    /// Makes at least 56 bits valid.
    #[inline(always)]
    pub(crate) fn refill(&mut self) {
        let next = match self
            .data
            .get(self.pos..self.pos.wrapping_add(8))
            .and_then(|next| next.first_chunk::<8>())
        {
            Some(chunk) => u64::from_be_bytes(*chunk),
            None => self.last_bytes(),
        };
        self.window |= next >> self.valid;
        self.pos += ((63 - self.valid) >> 3) as usize;
        self.valid |= 56;
    }

    #[cold]
    fn last_bytes(&self) -> u64 {
        let mut chunk = [0; 8];
        let rest = self.data.get(self.pos..).unwrap_or_default();
        chunk.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        u64::from_be_bytes(chunk)
    }

    /// Consumes `count` bits, which must be valid.
    #[inline(always)]
    pub(crate) fn consume(&mut self, count: u32) {
        self.window <<= count & 63;
        self.valid = self.valid.wrapping_sub(count);
    }

    /// The position of the next bit, counted from the start of the data.
    #[inline(always)]
    pub(crate) fn position(&self) -> u64 {
        self.pos as u64 * 8 - u64::from(self.valid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_and_values() {
        let data: Vec<u8> = (0..40u8).map(|i| i.wrapping_mul(37)).collect();
        let bit = |at: usize| data.get(at / 8).map_or(0, |b| b >> (7 - at % 8) & 1);
        for start in 0..64u64 {
            let mut bits = BitReader::new(&data, start);
            for step in (0..300).map(|i| i % 13) {
                bits.refill();
                let at = bits.position() as usize;
                let want = (at..at + 13).fold(0u64, |v, at| v << 1 | u64::from(bit(at)));
                assert_eq!(bits.window >> 51, want, "bit {at}");
                bits.consume(step);
                assert_eq!(bits.position() as usize, at + step as usize);
            }
        }
    }
}
