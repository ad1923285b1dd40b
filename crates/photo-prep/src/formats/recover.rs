//! Files that were cut off, made whole: what is there stays as it is, the missing part is filled.
//!
//! The result is a file of the same format that the strict decoders take, so that tolerance needs no decoders
//! of its own.

use super::catch_panic::caught;
use super::coverage::Coverage;
use super::{bmp, gif, jpeg, png};
use crate::info::ImageInfo;
use crate::{Format, InputLimits, Result};

/// How much of a file is there whose picture data ends too early; `None` where something else is wrong with
/// it, or where this can't be told.
pub(crate) fn coverage(bytes: &[u8], info: &ImageInfo, limits: &InputLimits) -> Option<Coverage> {
    let counted = caught(info.format, || {
        Ok(match info.format {
            Format::Png => png::recover::coverage(bytes),
            Format::Gif => gif::recover::coverage(bytes, limits.memory),
            Format::Bmp => bmp::recover::coverage(bytes),
            // Telling it of a JPEG takes as much as recovering it, and the decoder's error tells it.
            _ => None,
        })
    });
    counted.ok().flatten()
}

/// The file made whole, and how much of it was there; `None` as for [`coverage`].
///
/// # Errors
/// [`Error::LimitExceeded`] where that would take too much.
pub(crate) fn recovered(
    bytes: &[u8],
    info: &ImageInfo,
    limits: &InputLimits,
) -> Result<Option<(Vec<u8>, Coverage)>> {
    caught(info.format, || match info.format {
        Format::Jpeg => jpeg::recover::recovered(bytes, limits),
        Format::Png => png::recover::recovered(bytes, limits),
        Format::Gif => gif::recover::recovered(bytes, limits.memory),
        Format::Bmp => bmp::recover::recovered(bytes, limits),
        _ => Ok(None),
    })
}
