//! The obsolete JPEG compression (TIFF 6.0, section 22), where it leads to a whole JPEG of the whole picture.
//! Its pieces (tables and strips told by tags) are refused, as its successor's note asks for.

use std::ops::Range;

use super::directory::Directory;
use super::header::Header;
use super::tag;
use photo_jpeg::syntax::{FrameOutline, marker};

use crate::formats::jpeg;
use crate::{Error, Format, Result, Size};

/// Where the JPEG lies in the file.
pub(super) fn place(d: &Directory<'_>, header: &Header) -> Result<Range<usize>> {
    let refused = || {
        let what = "old-style JPEG compression (6) in pieces; save it with another compression";
        Error::unsupported(Format::Tiff, what)
    };
    let file = d.file.bytes();
    let index = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let whole = d.number(tag::OLD_JPEG_OFFSET, 0).or_else(|| {
        let strips = d.numbers(tag::STRIP_OFFSETS).take(2).count();
        d.number(tag::STRIP_OFFSETS, 0).filter(|_| strips == 1)
    });
    let start = index(whole.ok_or_else(refused)?);
    // Its length often leaves out the scan, which then stands in the strip behind it.
    let data = file.get(start..).filter(|data| data.starts_with(b"\xFF\xD8\xFF")).ok_or_else(refused)?;
    let layout = jpeg::walk(data)?;
    let frame = layout.segments.iter().find(|s| marker::is_frame(s.marker)).ok_or_else(refused)?;
    let scan = layout.segments.iter().any(|s| s.marker == marker::SOS);
    let frame = FrameOutline::new(frame.data(data));
    let size = Size::new(frame.width().map_or(0, u32::from), frame.height().map_or(0, u32::from));
    let fits = size == header.size && !header.separate;
    if !scan || !fits {
        return Err(refused());
    }
    Ok(start..start + layout.end.unwrap_or(data.len()))
}
