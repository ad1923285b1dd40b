//! Files that were cut off, made whole: what is there stays as it is, the missing part is filled.
//!
//! The result is a file of the same format that the strict decoders take, so that tolerance has no lane of its own.

mod bmp;
mod gif;
mod jpeg;
mod png;

use super::guard::caught;
use crate::info::ImageInfo;
use crate::{Error, Format, InputLimits, LimitKind, Result, Warning};

/// How much of the picture data is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct There {
    pub(crate) of: u64,
    pub(crate) there: u64,
    /// What is counted: rows or MCUs.
    pub(crate) unit: &'static str,
}

impl There {
    fn rows(there: u64, of: u64) -> Self {
        Self { of, there, unit: "rows" }
    }

    /// Whether only the end of the file is missing, but nothing of the picture.
    pub(crate) fn is_all(self) -> bool {
        self.there >= self.of
    }

    pub(crate) fn error(self, format: Format, bytes: &[u8]) -> Error {
        let Self { of, there, unit } = self;
        let reason =
            format!("picture data is missing: {there} of {of} {unit} are there; the file was cut off");
        Error::malformed(format, bytes.len(), reason)
    }

    pub(crate) fn warning(self) -> Warning {
        Warning::Truncated { there: self.there, of: self.of, unit: self.unit }
    }
}

/// How much of a file is there whose picture data ends too early; `None` where something else is wrong with it, or
/// where this can't be told.
pub(crate) fn there(bytes: &[u8], info: &ImageInfo, limits: &InputLimits) -> Option<There> {
    let counted = caught(info.format, || {
        Ok(match info.format {
            Format::Png => png::there(bytes),
            Format::Gif => gif::there(bytes, limits.memory),
            Format::Bmp => bmp::there(bytes),
            // Telling it of a JPEG takes as much as mending it, and the decoder's error tells it.
            _ => None,
        })
    });
    counted.ok().flatten()
}

/// The file made whole, and how much of it was there; `None` as for [`there`].
///
/// # Errors
/// [`Error::LimitExceeded`] where that would take too much.
pub(crate) fn mended(
    bytes: &[u8],
    info: &ImageInfo,
    limits: &InputLimits,
) -> Result<Option<(Vec<u8>, There)>> {
    caught(info.format, || match info.format {
        Format::Jpeg => jpeg::mended(bytes, limits),
        Format::Png => png::mended(bytes, limits),
        Format::Gif => gif::mended(bytes, limits.memory),
        Format::Bmp => bmp::mended(bytes, limits),
        _ => Ok(None),
    })
}

/// A whole file of so many bytes would be refused, so no part of it is made whole either.
fn within(needed: u64, limits: &InputLimits) -> Result<()> {
    let limit = limits.bytes.min(limits.memory);
    if needed > limit {
        return Err(Error::LimitExceeded { what: LimitKind::Memory, actual: needed, limit });
    }
    Ok(())
}
