//! Numbers in payloads.

/// The big-endian 16-bit number at byte `at` (T.81, B.1.1.1); `None` where the data ends before it.
pub(super) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|&pair| u16::from_be_bytes(pair))
}
