//! Reducing planes: Lanczos3, edges exact, in 16-bit integers, widths first.

pub(crate) mod horizontal;
pub(crate) mod vertical;
pub(crate) mod weights;
