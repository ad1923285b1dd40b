//! Discrete cosine transforms of 8x8 blocks.

pub(crate) mod forward;
pub(crate) mod inverse;
pub(crate) mod transpose;
