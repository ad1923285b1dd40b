//! Facts from headers: no entropy decoding, nothing allocated by what a header claims.

mod bmp;
mod gif;
mod jpeg;
mod png;
pub(crate) mod told;
mod webp;
mod webp_tables;

use crate::format::looks_like;
#[cfg(feature = "heic")]
use crate::formats::heic;
use crate::formats::tiff;
use crate::info::{ColorModel, ImageInfo};
use crate::metadata::icc;
use crate::{Error, Format, InputLimits, LimitKind, Result, Size, Warning};

/// Reads the facts of `bytes`, refusing metadata over `limits`.
///
/// # Errors
/// [`Error::UnknownFormat`], [`Error::Unsupported`], [`Error::Malformed`] or [`Error::LimitExceeded`].
pub(crate) fn probe(bytes: &[u8], limits: &InputLimits) -> Result<ImageInfo> {
    let actual = bytes.len() as u64;
    if actual > limits.bytes {
        return Err(Error::LimitExceeded { what: LimitKind::InputBytes, actual, limit: limits.bytes });
    }
    let Some(format) = Format::sniff(bytes) else {
        return Err(Error::UnknownFormat { looks_like: looks_like(bytes) });
    };
    let mut info = match format {
        Format::Jpeg => jpeg::probe(bytes, limits),
        Format::Png => png::probe(bytes, limits),
        Format::Gif => gif::probe(bytes),
        Format::Bmp => bmp::probe(bytes, limits),
        Format::WebP => webp::probe(bytes, limits),
        Format::Tiff => tiff::probe(bytes, limits),
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
    if info.stray_bytes > 0 {
        let what = format!("{} bytes that are no part of the picture", info.stray_bytes);
        info.warnings.push(Warning::Disorder(what));
    }
    Ok(info)
}

/// Takes a colour profile into the facts, or a warning where it can't be used.
pub(crate) fn take_icc(info: &mut ImageInfo, profile: std::result::Result<Vec<u8>, String>) {
    match profile.map_err(Warning::BrokenProfile).and_then(|p| icc::facts(&p, info.model)) {
        Ok(facts) => info.icc = Some(facts),
        Err(warning) => info.warnings.push(warning),
    }
}

/// The facts of a format without metadata of its own.
fn plain(format: Format, size: Size, bytes: &[u8], model: ColorModel) -> ImageInfo {
    let mut info = ImageInfo::new(format, size, bytes);
    info.model = model;
    info
}
