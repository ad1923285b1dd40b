//! The bytes of a picture's colour profile, fetched only when they are needed.

use crate::info::ImageInfo;
use crate::metadata::{icc, jpeg, png, riff};
use crate::{Format, Result};

/// The profile that the facts speak of; `None` where there is none that can be used.
pub(crate) fn of(bytes: &[u8], info: &ImageInfo) -> Result<Option<Vec<u8>>> {
    let Some(facts) = info.icc else { return Ok(None) };
    Ok(match info.format {
        Format::Jpeg => icc::from_jpeg(bytes, &jpeg::walk(bytes)?, facts.bytes)?.and_then(|p| p.ok()),
        Format::Png => png::icc_profile(bytes, &png::walk(bytes)?, facts.bytes)?.and_then(|p| p.ok()),
        Format::WebP => riff::chunks(bytes)?
            .into_iter()
            .find(|c| c.0 == *b"ICCP")
            .and_then(|c| bytes.get(c.1).map(<[u8]>::to_vec)),
        Format::Bmp => super::bmp::icc_profile(bytes).map(<[u8]>::to_vec),
        Format::Tiff => crate::probe::TiffDirectory::first(bytes).and_then(|d| d.icc().map(<[u8]>::to_vec)),
        #[cfg(feature = "heic")]
        Format::Heic => super::heic::icc_profile(bytes),
        _ => None,
    })
}
