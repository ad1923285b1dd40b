//! The chunks of a WebP (RFC 9649).

use std::ops::Range;

use crate::info::ImageInfo;
use crate::limits::MAX_SEGMENTS;
use crate::metadata::bytes::{array, le32};
use crate::{Error, LimitKind, Result, Size};

/// The chunks of a WebP file in order, as far as they lie within it.
///
/// # Errors
/// [`Error::LimitExceeded`] for too many chunks.
pub(crate) fn chunks(bytes: &[u8]) -> Result<Vec<Chunk>> {
    chunks_from(bytes, 12)
}

/// The kinds that anything is read of.
const KNOWN: [&[u8; 4]; 10] =
    [b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP", b"EXIF", b"XMP ", b"C2PA"];

/// The kind of a chunk and where its data lie.
pub(crate) type Chunk = ([u8; 4], Range<usize>);

/// The data of the first chunk of a kind.
pub(crate) fn first<'a>(bytes: &'a [u8], chunks: &[Chunk], kind: &[u8; 4]) -> Option<&'a [u8]> {
    bytes.get(chunks.iter().find(|c| c.0 == *kind)?.1.clone())
}

/// Refuses data for a picture of another size than the header tells.
pub(super) fn check_size(info: &ImageInfo, size: Size) -> Result<()> {
    if size == info.size {
        return Ok(());
    }
    let reason = format!("the header says {}, the data is for {size}", info.size);
    Err(Error::malformed(info.format, None, reason))
}

/// As [`chunks`], from `at` on.
pub(crate) fn chunks_from(bytes: &[u8], mut at: usize) -> Result<Vec<Chunk>> {
    let mut out = Vec::new();
    while let (Some(kind), Some(length)) = (array::<4>(bytes, at), le32(bytes, at + 4)) {
        let start = at + 8;
        let Some(end) = start.checked_add(length as usize).filter(|e| *e <= bytes.len()) else { break };
        // When there are very many, those that nobody would ask for are not listed.
        if out.len() < MAX_SEGMENTS || KNOWN.contains(&&kind) {
            out.push((kind, start..end));
        }
        if out.len() > 2 * MAX_SEGMENTS {
            let (actual, limit) = (out.len() as u64, 2 * MAX_SEGMENTS as u64);
            return Err(Error::LimitExceeded { what: LimitKind::Segments, actual, limit });
        }
        at = end + (length as usize & 1);
    }
    Ok(out)
}
