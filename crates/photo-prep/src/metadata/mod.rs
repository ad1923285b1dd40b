//! The structure of files around the picture: segments, chunks, EXIF and ICC blocks.

pub(crate) mod apng;
pub(crate) mod bytes;
pub(crate) mod cicp;
pub(crate) mod exif;
pub(crate) mod exif_truth;
pub(crate) mod icc;
pub(crate) mod ifd;
pub(crate) mod jpeg;
pub(crate) mod jpeg_frame;
pub(crate) mod jpeg_sound;
pub(crate) mod jpeg_steps;
pub(crate) mod md5;
pub(crate) mod photoshop;
pub(crate) mod png;
pub(crate) mod png_color;
pub(crate) mod png_text;
pub(crate) mod riff;
pub(crate) mod told;
pub(crate) mod xml;
pub(crate) mod xmp;
pub(crate) mod xmp_extended;
pub(crate) mod xmp_truth;

/// More segments, chunks or blocks than this are an attack: a photograph has dozens.
pub(crate) const MAX_SEGMENTS: usize = 100_000;

/// What comes out, which metadata that stay must agree with. The picture stands upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Truth {
    pub(crate) size: crate::Size,
    /// Whether the colors were made sRGB.
    pub(crate) srgb: bool,
    /// Whether it is the very picture that came in, so that its thumbnails are still right.
    pub(crate) same: bool,
}
