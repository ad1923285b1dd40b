//! EXIF and XMP: the door to each format's places for them.

#[cfg(feature = "heic")]
use std::borrow::Cow;

#[cfg(feature = "heic")]
use super::heic;
use super::opened::OpenedFile;
#[cfg(feature = "webp")]
use super::webp;
use super::{jpeg, png};
use crate::metadata::embedded::EmbeddedMetadata;
use crate::{Format, InputLimits, Result};

/// What a file of any format tells.
///
/// # Errors
/// Those of walking its parts.
pub(crate) fn embedded<'a>(
    file: &OpenedFile<'a>,
    format: Format,
    limits: &InputLimits,
) -> Result<EmbeddedMetadata<'a>> {
    let bytes = file.bytes();
    Ok(match format {
        Format::Jpeg => jpeg::embedded::embedded(bytes, file.jpeg()?),
        Format::Png => png::embedded::embedded(bytes, file.png()?, limits),
        #[cfg(feature = "webp")]
        Format::WebP => webp::embedded::embedded(bytes, &webp::chunks(bytes)?),
        #[cfg(feature = "heic")]
        Format::Heic => {
            let block = heic::exif(bytes);
            EmbeddedMetadata {
                exif: block.map(Cow::Owned).into_iter().collect(),
                ..EmbeddedMetadata::default()
            }
        }
        _ => EmbeddedMetadata::default(),
    })
}
