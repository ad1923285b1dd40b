//! EXIF and XMP in the segments of a JPEG.

use std::borrow::Cow;

use super::container::{JpegLayout, exif, marker, xmp};
use super::xmp_extended;
use crate::metadata::embedded::{BLOCKS, EmbeddedMetadata};
use crate::metadata::xmp_truth;

/// What its segments tell.
pub(crate) fn embedded<'a>(bytes: &'a [u8], layout: &JpegLayout) -> EmbeddedMetadata<'a> {
    let packet = layout.segments.iter().find_map(|s| xmp(s, bytes));
    let payloads = layout.segments.iter().filter(|s| s.marker == marker::APP1).map(|s| s.data(bytes));
    let extended =
        packet.and_then(xmp_truth::extension).and_then(|name| xmp_extended::joined(payloads, name));
    let blocks = layout.segments.iter().filter_map(|s| exif(s, bytes));
    EmbeddedMetadata {
        exif: blocks.take(BLOCKS).map(Cow::Borrowed).collect(),
        xmp: packet.map(Cow::Borrowed),
        extended,
    }
}
