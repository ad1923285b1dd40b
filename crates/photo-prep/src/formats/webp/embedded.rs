//! EXIF and XMP in the chunks of a WebP.

use std::borrow::Cow;

use super::container::{Chunk, first};
use crate::metadata::embedded::EmbeddedMetadata;

/// What its chunks tell.
pub(crate) fn embedded<'a>(bytes: &'a [u8], chunks: &[Chunk]) -> EmbeddedMetadata<'a> {
    let find = |kind| first(bytes, chunks, kind);
    EmbeddedMetadata {
        exif: find(b"EXIF").map(Cow::Borrowed).into_iter().collect(),
        xmp: find(b"XMP ").map(Cow::Borrowed),
        extended: None,
    }
}
