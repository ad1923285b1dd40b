//! Facts from headers: the door to each format's probe. No entropy decoding, nothing allocated by what a
//! header claims.

#[cfg(feature = "heic")]
use super::heic;
use super::opened::OpenedFile;
#[cfg(feature = "tiff")]
use super::tiff;
#[cfg(feature = "webp")]
use super::webp;
use super::{bmp, gif, jpeg, png};
use crate::format::looks_like;
use crate::info::ImageInfo;
use crate::{Error, Format, InputLimits, LimitKind, Result, Warning};

/// Reads the facts of a file, refusing metadata over `limits`.
///
/// # Errors
/// [`Error::UnknownFormat`], [`Error::Unsupported`], [`Error::Malformed`] or [`Error::LimitExceeded`].
pub(crate) fn probe(file: &OpenedFile<'_>, limits: &InputLimits) -> Result<ImageInfo> {
    let bytes = file.bytes();
    let actual = bytes.len() as u64;
    if actual > limits.bytes {
        return Err(Error::LimitExceeded { what: LimitKind::InputBytes, actual, limit: limits.bytes });
    }
    let Some(format) = Format::sniff(bytes) else {
        return Err(Error::UnknownFormat { looks_like: looks_like(bytes) });
    };
    let mut info = match format {
        Format::Jpeg => jpeg::probe::probe(file, limits),
        Format::Png => png::probe::probe(file, limits),
        Format::Gif => gif::probe::probe(bytes),
        Format::Bmp => bmp::probe::probe(bytes, limits),
        #[cfg(feature = "webp")]
        Format::WebP => webp::probe::probe(bytes, limits),
        #[cfg(not(feature = "webp"))]
        Format::WebP => Err(Error::unsupported(
            Format::WebP,
            "WebP pictures are read only with the feature `webp`; switch it on, or send the picture as JPEG or PNG",
        )),
        #[cfg(feature = "tiff")]
        Format::Tiff => tiff::probe(bytes, limits),
        #[cfg(not(feature = "tiff"))]
        Format::Tiff => Err(Error::unsupported(
            Format::Tiff,
            "TIFF pictures are read only with the feature `tiff`; switch it on, or send the picture as JPEG or PNG",
        )),
        #[cfg(feature = "heic")]
        Format::Heic => heic::probe(bytes, limits),
        #[cfg(not(feature = "heic"))]
        Format::Heic => Err(Error::unsupported(
            Format::Heic,
            "HEIC pictures are read only with the feature `heic`; switch it on, or send the picture as JPEG",
        )),
        Format::Avif => Err(Error::unsupported(
            Format::Avif,
            "AVIF pictures are not read; send the picture as JPEG, PNG or HEIC",
        )),
    }?;
    if info.size.width == 0 || info.size.height == 0 {
        return Err(Error::malformed(format, None, format!("impossible size {}", info.size)));
    }
    if info.unreferenced_bytes > 0 {
        let what = format!("{} bytes that are no part of the picture", info.unreferenced_bytes);
        info.warnings.push(Warning::MalformedStructure(what));
    }
    Ok(info)
}
