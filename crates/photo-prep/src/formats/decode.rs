//! Files to samples: the door to each format's decoder. Knows nothing of what the caller wants.

use super::catch_panic::caught;
use super::decode_request::DecodeRequest;
#[cfg(feature = "heic")]
use super::heic;
#[cfg(feature = "tiff")]
use super::tiff;
#[cfg(feature = "webp")]
use super::webp;
use super::{bmp, gif, jpeg, png};
use crate::info::ImageInfo;
use crate::pixels::{Raster, bands};
use crate::{Error, Format, Result, Size};

/// Decodes the picture of `bytes` as stored (not turned) to 8 bits a sample; a panic of a decoder is an
/// error.
pub(crate) fn decode(bytes: &[u8], info: &ImageInfo, request: &DecodeRequest) -> Result<Raster> {
    let memory = request.memory;
    caught(info.format, || match info.format {
        Format::Jpeg => jpeg::decode::decode(bytes, info, request.scale, memory),
        Format::Png => png::decode::decode(bytes, info, request),
        Format::Gif => gif::decode::decode(bytes, info, memory),
        Format::Bmp => bmp::decode::decode(bytes, info, memory),
        #[cfg(feature = "heic")]
        Format::Heic => heic::decode(bytes, &request.depth),
        #[cfg(feature = "tiff")]
        Format::Tiff => tiff::decode(bytes, info, &request.depth, memory),
        #[cfg(feature = "webp")]
        Format::WebP => webp::decode::decode(bytes, info, memory),
        _ => Err(Error::unsupported(info.format, "there is no decoder for it here")),
    })
}

/// As [`decode`] at full scale, but already reduced to `size`, the picture never being whole in memory;
/// `None` where the file can't be decoded row by row, or there is nothing to reduce.
pub(crate) fn decode_reduced(
    bytes: &[u8],
    info: &ImageInfo,
    size: Size,
    request: &DecodeRequest,
) -> Result<Option<Raster>> {
    if !info.by_rows || size.height >= info.size.height {
        return Ok(None);
    }
    caught(info.format, || match info.format {
        Format::Jpeg => jpeg::decode_planes::reduced(bytes, info, size, request).map(Some),
        Format::Png => png::decode::by_rows(bytes, request, |rows| bands::reduced(rows, size)),
        Format::Bmp => {
            bmp::decode::rows(bytes, info)?.map(|mut rows| bands::reduced(&mut rows, size)).transpose()
        }
        #[cfg(feature = "tiff")]
        Format::Tiff => tiff::reduced(bytes, info, size, &request.depth, request.memory).map(Some),
        #[cfg(feature = "heic")]
        Format::Heic => heic::decode_reduced(bytes, size, &request.depth),
        #[cfg(feature = "webp")]
        Format::WebP => webp::decode::by_rows(bytes, info, |rows| bands::reduced(rows, size)),
        _ => Ok(None),
    })
}

/// Decodes the picture for what `request.depth` learns from it, and keeps nothing.
pub(crate) fn scan(bytes: &[u8], info: &ImageInfo, request: &DecodeRequest) -> Result<()> {
    caught(info.format, || match info.format {
        Format::Png => match png::decode::by_rows(bytes, request, bands::scan)? {
            Some(()) => Ok(()),
            None => png::decode::decode(bytes, info, request).map(drop),
        },
        #[cfg(feature = "heic")]
        Format::Heic => heic::scan(bytes, &request.depth),
        _ => decode(bytes, info, request).map(drop),
    })
}

/// Whether every pixel of a PNG's default image is fully transparent; rows are looked at until one shows
/// something.
///
/// # Errors
/// As [`decode`].
pub(crate) fn png_is_invisible(bytes: &[u8], request: &DecodeRequest) -> Result<bool> {
    caught(Format::Png, || png::decode::is_invisible(bytes, request))
}
