//! The constants of RFC 6386.

pub(crate) mod coefficients;
pub(crate) mod modes;
pub(crate) mod quantizers;

/// Probabilities of tokens, by type of block, band, context and node of the token tree.
pub(crate) type TokenProbabilities = [[[[u8; 11]; 3]; 8]; 4];
