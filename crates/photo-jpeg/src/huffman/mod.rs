//! Huffman tables: as stored in a file, for decoding, and for encoding.

pub(crate) mod decode;
pub(crate) mod encode;
mod optimal;

/// A table as DHT stores it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HuffmanSpec {
    /// Number of codes of each length, 1 to 16 bits.
    pub(crate) counts: [u8; 16],
    /// The symbols in order of increasing code length; as many as the counts add up to, at most 256.
    pub(crate) symbols: Vec<u8>,
}
