//! Samples of 16 bits to 8 bits, rounded to the nearest.

/// Samples of 16 bits in big-endian bytes, as PNG holds them, to 8 bits.
pub(crate) fn be16(bytes: &[u8]) -> impl Iterator<Item = u8> + '_ {
    bytes.chunks_exact(2).map(|b| round(u16::from_be_bytes([b[0], b[1]])))
}

/// `round(v * 255 / 65535)`, without the division, and still exact.
pub(crate) fn round(v: u16) -> u8 {
    ((u32::from(v) * 255 + 32_895) >> 16) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_to_the_nearest() {
        for v in 0..=u16::MAX {
            let exact = (f64::from(v) * 255.0 / 65_535.0).round() as u8;
            assert_eq!(round(v), exact);
        }
    }
}
