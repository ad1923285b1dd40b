//! EXIF and XMP in the segments of a JPEG.

use std::borrow::Cow;

use super::container::{JpegLayout, exif, xmp};
use crate::metadata::embedded::{BLOCKS, EmbeddedMetadata};

/// What its segments tell.
pub(crate) fn embedded<'a>(bytes: &'a [u8], layout: &JpegLayout) -> EmbeddedMetadata<'a> {
    let blocks = layout.segments.iter().filter_map(|s| exif(s, bytes));
    EmbeddedMetadata {
        exif: blocks.take(BLOCKS).map(Cow::Borrowed).collect(),
        xmp: layout.segments.iter().find_map(|s| xmp(s, bytes)).map(Cow::Borrowed),
    }
}
