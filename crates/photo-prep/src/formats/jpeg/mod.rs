//! JPEG (ITU-T T.81): segments, facts, and the doors to `photo-jpeg` and the general decoders.

pub(crate) mod coefficients;
mod container;
pub(crate) mod decode;
pub(crate) mod decode_planes;
pub(crate) mod embedded;
pub(crate) mod encode;
pub(crate) mod frame;
pub(crate) mod icc_segments;
pub(crate) mod photoshop;
pub(crate) mod probe;
pub(crate) mod recover;
pub(crate) mod verify;
pub(crate) mod xmp_extended;

pub(crate) use container::*;
