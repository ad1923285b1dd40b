//! What a decoder is asked for.

use crate::pixels::depth::DepthConversion;
use crate::sampling::DecodeScale;

/// How a picture is decoded.
pub(crate) struct DecodeRequest {
    pub(crate) scale: DecodeScale,
    /// Bytes that a decoder may allocate.
    pub(crate) memory: u64,
    /// What becomes of samples of 16 bits.
    pub(crate) depth: DepthConversion,
}
