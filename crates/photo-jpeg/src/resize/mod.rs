//! Reduces planes by a Lanczos3 filter with exact edges, in 16-bit integers, first in width and then in
//! height.

pub(crate) mod gather;
pub(crate) mod horizontal;
pub(crate) mod vertical;
pub(crate) mod weights;
