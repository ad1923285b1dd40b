//! The bytes of a picture's color profile, fetched only when they are needed.

#[cfg(feature = "heic")]
use super::heic;
use super::opened::OpenedFile;
#[cfg(feature = "tiff")]
use super::tiff;
#[cfg(feature = "webp")]
use super::webp;
use super::{bmp, jpeg, png};
use crate::info::{ImageInfo, ProfileSource};
use crate::metadata::cicp;
use crate::{Format, Result};

/// The profile that the facts speak of; `None` where there is none that can be used.
///
/// # Errors
/// [`crate::Error::LimitExceeded`] where it is longer than `limit` bytes.
pub(crate) fn of(file: &OpenedFile<'_>, info: &ImageInfo, limit: u64) -> Result<Option<Vec<u8>>> {
    if info.icc.is_none() {
        return Ok(None);
    }
    if info.profile == ProfileSource::Exif {
        return Ok(cicp::adobe_rgb());
    }
    let bytes = file.bytes();
    let joined = |layout| -> Result<_> {
        let joined = jpeg::icc_segments::from_jpeg(bytes, layout, limit)?;
        Ok(joined.and_then(|p| p.ok()).map(|p| p.profile))
    };
    Ok(match info.format {
        Format::Jpeg => {
            // A profile that is whole before the first scan is all there is: with more parts the facts would
            // have none. The same parts again change nothing.
            match joined(file.jpeg_to_scan()?)? {
                None => joined(file.jpeg()?)?,
                early => early,
            }
        }
        Format::Png => png::color::of(bytes, file.png()?, info.model, limit)?.profile.map(|p| p.0),
        #[cfg(feature = "webp")]
        Format::WebP => webp::first(bytes, &webp::chunks(bytes)?, b"ICCP").map(<[u8]>::to_vec),
        Format::Bmp => bmp::decode::icc_profile(bytes).map(<[u8]>::to_vec),
        #[cfg(feature = "tiff")]
        Format::Tiff => tiff::icc_profile(bytes).map(<[u8]>::to_vec),
        #[cfg(feature = "heic")]
        Format::Heic => heic::icc_profile(bytes),
        _ => None,
    })
}
