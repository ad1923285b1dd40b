//! Files to samples and samples to files. Knows nothing of what the caller wants.

pub(crate) mod bmp_tiff_webp;
pub(crate) mod gif;
pub(crate) mod guard;
#[cfg(feature = "heic")]
pub(crate) mod heic;
pub(crate) mod jpeg;
pub(crate) mod jpeg_encode;
pub(crate) mod png;
pub(crate) mod png_encode;
pub(crate) mod profile;

use crate::info::ImageInfo;
use crate::pixels::Raster;
use crate::plan::DecodeScale;
use crate::{Format, Result};

/// Decodes the picture of `bytes` as stored (not turned), at `scale`, to 8 bits a sample.
///
/// `memory` bounds what a decoder may allocate; a panic of a decoder is an error.
pub(crate) fn decode(bytes: &[u8], info: &ImageInfo, scale: DecodeScale, memory: u64) -> Result<Raster> {
    guard::caught(info.format, || match info.format {
        Format::Jpeg => jpeg::decode(bytes, info, scale, memory),
        Format::Png => png::decode(bytes, info, memory),
        Format::Gif => gif::decode(bytes, info, memory),
        #[cfg(feature = "heic")]
        Format::Heic => heic::decode(bytes, info, memory),
        _ => bmp_tiff_webp::decode(bytes, info, memory),
    })
}
