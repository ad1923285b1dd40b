//! Huffman tables: as a file stores them, for decoding, and for encoding.

pub(crate) mod decode;
pub(crate) mod encode;
mod optimal;

/// A Huffman table as a DHT segment stores it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HuffmanSpec {
    /// The number of codes of each length, 1 to 16 bits.
    pub(crate) counts: [u8; 16],
    /// The symbols, ordered by code length. There are as many as the counts add up to, at most 256.
    pub(crate) symbols: Vec<u8>,
}
