//! The structure of files around the picture: segments, chunks, EXIF and ICC blocks.

pub(crate) mod bytes;
pub(crate) mod cicp;
pub(crate) mod exif;
pub(crate) mod icc;
pub(crate) mod jpeg;
pub(crate) mod jpeg_frame;
pub(crate) mod jpeg_sound;
pub(crate) mod jpeg_steps;
pub(crate) mod png;
pub(crate) mod png_color;
pub(crate) mod riff;

/// More segments, chunks or blocks than this are an attack: a photograph has dozens.
pub(crate) const MAX_SEGMENTS: usize = 100_000;
