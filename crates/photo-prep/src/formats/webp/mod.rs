//! WebP (RFC 9649): its chunks by us, its samples by `photo-vp8` or `image-webp`.

mod container;
pub(crate) mod decode;
pub(crate) mod embedded;
mod lossy;
pub(crate) mod probe;
mod tables;

pub(crate) use container::*;
