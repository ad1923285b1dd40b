//! Files to samples and samples to files. Knows nothing of what the caller wants.

pub(crate) mod bmp;
pub(crate) mod gif;
pub(crate) mod guard;
pub(crate) mod jpeg;
pub(crate) mod jpeg_coefficients;
pub(crate) mod jpeg_encode;
pub(crate) mod jpeg_planes;
pub(crate) mod jpeg_verify;
pub(crate) mod mend;
pub(crate) mod png;
pub(crate) mod png_encode;
pub(crate) mod profile;
pub(crate) mod webp;

#[cfg(feature = "heic")]
use crate::formats::heic;
use crate::formats::tiff;
use crate::info::ImageInfo;
use crate::pixels::wide::Wide;
use crate::pixels::{Raster, bands};
use crate::sampling::DecodeScale;
use crate::{Format, Result, Size};

/// How a picture is decoded.
pub(crate) struct DecodeRequest {
    pub(crate) scale: DecodeScale,
    /// Bytes that a decoder may allocate.
    pub(crate) memory: u64,
    /// What becomes of samples of 16 bits.
    pub(crate) wide: Wide,
}

/// Decodes the picture of `bytes` as stored (not turned) to 8 bits a sample; a panic of a decoder is an error.
pub(crate) fn decode(bytes: &[u8], info: &ImageInfo, terms: &DecodeRequest) -> Result<Raster> {
    let memory = terms.memory;
    guard::caught(info.format, || match info.format {
        Format::Jpeg => jpeg::decode(bytes, info, terms.scale, memory),
        Format::Png => png::decode(bytes, info, terms),
        Format::Gif => gif::decode(bytes, info, memory),
        Format::Bmp => bmp::decode(bytes, info, memory),
        #[cfg(feature = "heic")]
        Format::Heic => heic::decode(bytes, &terms.wide),
        Format::Tiff => tiff::decode(bytes, info, &terms.wide, memory),
        _ => webp::decode(bytes, info, memory),
    })
}

/// As [`decode`] at full scale, but already reduced to `size`, the picture never being whole in memory; `None` where the
/// file can't be decoded row by row, or there is nothing to reduce.
pub(crate) fn decode_reduced(
    bytes: &[u8],
    info: &ImageInfo,
    size: Size,
    terms: &DecodeRequest,
) -> Result<Option<Raster>> {
    if !info.by_rows || size.height >= info.size.height {
        return Ok(None);
    }
    guard::caught(info.format, || match info.format {
        Format::Png => png::rows(bytes, terms)?.map(|mut rows| bands::reduced(&mut rows, size)).transpose(),
        Format::Bmp => bmp::rows(bytes, info)?.map(|mut rows| bands::reduced(&mut rows, size)).transpose(),
        Format::Tiff => tiff::reduced(bytes, info, size, &terms.wide, terms.memory).map(Some),
        #[cfg(feature = "heic")]
        Format::Heic => heic::decode_reduced(bytes, size, &terms.wide),
        _ => Ok(None),
    })
}

/// Decodes the picture for what `terms.wide` learns from it, and keeps nothing.
pub(crate) fn scan(bytes: &[u8], info: &ImageInfo, terms: &DecodeRequest) -> Result<()> {
    guard::caught(info.format, || match info.format {
        Format::Png => match png::rows(bytes, terms)? {
            Some(mut rows) => bands::scan(&mut rows),
            None => png::decode(bytes, info, terms).map(drop),
        },
        #[cfg(feature = "heic")]
        Format::Heic => heic::scan(bytes, &terms.wide),
        _ => decode(bytes, info, terms).map(drop),
    })
}

/// Whether every pixel of a PNG's default image is fully transparent; rows are looked at until one shows something.
///
/// # Errors
/// As [`decode`].
pub(crate) fn png_is_invisible(bytes: &[u8], terms: &DecodeRequest) -> Result<bool> {
    guard::caught(Format::Png, || png::is_invisible(bytes, terms))
}
