//! The JFIF segment (ITU-T T.871): that a file's colors are YCbCr, and the density of its samples.

use super::bytes::be16;

/// What the payload begins with.
const NAME: &[u8] = b"JFIF\0";

/// Bytes of a payload without a thumbnail.
pub const LEN: usize = 14;

/// The version that [`payload`] writes, 1.1: major and minor number.
pub const VERSION: [u8; 2] = [1, 1];

/// Whether this payload of an APP0 segment is that of JFIF.
#[must_use]
pub fn is_jfif(payload: &[u8]) -> bool {
    payload.starts_with(NAME)
}

/// The density in a JFIF payload: the unit, and the horizontal and vertical density. Unit 1 is samples per
/// inch, 2 samples per centimeter; with 0 the numbers only give the aspect ratio of a pixel. `None` for
/// another payload, a cut-off one or an unknown unit.
#[must_use]
pub fn density(payload: &[u8]) -> Option<(u8, u16, u16)> {
    let unit = payload.strip_prefix(NAME)?.get(2).copied().filter(|unit| *unit <= 2)?;
    Some((unit, be16(payload, 8)?, be16(payload, 10)?))
}

/// A payload without a thumbnail. A density of 0 is written as 1.
#[must_use]
pub fn payload(unit: u8, x: u16, y: u16) -> [u8; LEN] {
    let ([x1, x2], [y1, y2], [major, minor]) = (x.max(1).to_be_bytes(), y.max(1).to_be_bytes(), VERSION);
    [b'J', b'F', b'I', b'F', 0, major, minor, unit, x1, x2, y1, y2, 0, 0]
}

/// The payload with its own version and density, but without a thumbnail (T.871, 10.1). A cut-off payload
/// becomes one of square pixels of no known size.
#[must_use]
pub fn without_thumbnail(payload: &[u8]) -> [u8; LEN] {
    let mut out = self::payload(0, 1, 1);
    if let Some((kept, own)) = out.first_chunk_mut::<12>().zip(payload.first_chunk::<12>()) {
        *kept = *own;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn densities_are_read_back() {
        let own = payload(2, 300, 0);
        assert!(is_jfif(&own));
        assert_eq!(density(&own), Some((2, 300, 1)));
        assert_eq!((density(&own[..11]), density(b"JFXX\0\x01\x01\x02\0\x01\0\x01")), (None, None));
        assert_eq!(density(&payload(3, 1, 1)), None);
        let long = [&own[..12], &[9, 9, 1, 2, 3]].concat();
        assert_eq!(without_thumbnail(&long), own);
        assert_eq!(without_thumbnail(b"JFIF\0\x01"), payload(0, 1, 1));
    }
}
