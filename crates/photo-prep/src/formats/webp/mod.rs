//! WebP (RFC 9649): its chunks by us, its samples by the `image` crate.

mod container;
pub(crate) mod decode;
pub(crate) mod embedded;
pub(crate) mod probe;
mod tables;

pub(crate) use container::*;
