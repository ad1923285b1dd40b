//! Adobe's segment (Adobe Technical Note 5116, section 18; ITU-T T.872, 6.5.3): how the components of a file
//! describe colors.

/// What the payload begins with.
const NAME: &[u8] = b"Adobe";

/// Bytes of the payload: its name, version, flags and transform. What follows them has no meaning.
pub const LEN: usize = 12;

/// Whether this payload of an APP14 segment is that of Adobe.
#[must_use]
pub fn is_adobe(payload: &[u8]) -> bool {
    payload.starts_with(NAME)
}

/// The color transform that a payload names: 0 for none, 1 for YCbCr, 2 for YCCK. `None` for another payload
/// or a cut-off one.
#[must_use]
pub fn transform(payload: &[u8]) -> Option<u8> {
    payload.strip_prefix(NAME)?.get(6).copied()
}

/// A payload of version 100 without flags, with this transform.
#[must_use]
pub const fn payload(transform: u8) -> [u8; LEN] {
    [b'A', b'd', b'o', b'b', b'e', 0, 100, 0, 0, 0, 0, transform]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transforms_are_read_back() {
        assert_eq!(transform(&payload(2)), Some(2));
        assert!(is_adobe(&payload(0)) && is_adobe(b"Adobe"));
        assert_eq!((transform(b"Adobe"), transform(b"adobe\0\x64\0\0\0\0\x01")), (None, None));
    }
}
