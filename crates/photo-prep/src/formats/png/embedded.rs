//! EXIF and XMP in the chunks of a PNG.

use std::borrow::Cow;

use super::container::PngLayout;
use super::text::{self, Holds};
use crate::InputLimits;
use crate::metadata::embedded::{BLOCKS, EmbeddedMetadata};

/// The eXIf chunk goes before texts, and an XMP packet before one in hexadecimal digits.
pub(crate) fn embedded<'a>(
    bytes: &'a [u8],
    layout: &PngLayout,
    limits: &InputLimits,
) -> EmbeddedMetadata<'a> {
    let mut told = EmbeddedMetadata::default();
    told.exif.extend(layout.data(bytes, b"eXIf").map(Cow::Borrowed));
    let texts = || layout.texts(bytes).filter_map(|(kind, data)| Some((text::holds(data)?, kind, data)));
    for (holds, kind, data) in texts().take(BLOCKS) {
        // Two digits and some white space for each byte.
        let most = if holds == Holds::Xmp { limits.exif_bytes } else { limits.exif_bytes.saturating_mul(3) };
        let Some(text) = text::text(kind, data, most) else { continue };
        match holds {
            Holds::Xmp => told.xmp = Some(text),
            Holds::RawExif => told.exif.extend(text::raw_profile(&text).map(Cow::Owned)),
            Holds::RawXmp if told.xmp.is_none() => {
                told.xmp = text::raw_profile(&text).map(Cow::Owned);
            }
            Holds::RawXmp => {}
        }
    }
    told
}
