//! The marker structure of a JPEG (ITU-T T.81, annex B): walked for facts, and written again without what is
//! private.

use photo_jpeg::Density;
use photo_jpeg::syntax::{Fault, Segments, adobe, jfif, write_segment};

use crate::limits::MAX_SEGMENTS;
use crate::{Error, Format, LimitKind, Result};

pub(crate) use photo_jpeg::syntax::{Segment, marker};

/// What the payloads of metadata begin with.
const EXIF: &[u8] = b"Exif\0";
pub(crate) const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const ICC: &[u8] = b"ICC_PROFILE\0";

/// Where everything lies in a JPEG file.
#[derive(Debug)]
pub(crate) struct JpegLayout {
    /// The segments in file order, SOI and EOI left out.
    pub(crate) segments: Vec<Segment>,
    /// Just after EOI; `None` where the file ends without one.
    pub(crate) end: Option<usize>,
    /// Bytes between segments that belong to none (fill bytes not counted).
    pub(crate) stray: usize,
    /// COM and APP segments of impossible length, which are passed over like strays.
    pub(crate) hollow: usize,
    /// Bytes of segments that say nothing of the picture and are not in the list, for there are too many.
    pub(crate) unlisted: usize,
    /// What broke off the walk, and where.
    pub(crate) fault: Option<Fault>,
}

/// Walks the markers to EOI. Never fails: a fault ends the walk and is told in the layout, except that
/// too many segments are refused.
pub(crate) fn walk(bytes: &[u8]) -> Result<JpegLayout> {
    collected(Segments::new(bytes), bytes)
}

/// As [`walk`], but to the first scan only: the layout ends before it, without a fault.
pub(crate) fn walk_to_scan(bytes: &[u8]) -> Result<JpegLayout> {
    collected(Segments::before_scan(bytes), bytes)
}

/// The list of the segments. When there are very many, those that nobody would ask for are only counted.
fn collected(mut walk: Segments<'_>, bytes: &[u8]) -> Result<JpegLayout> {
    let (mut segments, mut unlisted) = (Vec::new(), 0);
    for segment in walk.by_ref() {
        if segments.len() >= MAX_SEGMENTS {
            if !matters(&segment, bytes) {
                unlisted += segment.whole.len();
                continue;
            }
            let (actual, limit) = (segments.len() as u64 + 1, 2 * MAX_SEGMENTS as u64);
            if actual > limit {
                return Err(Error::LimitExceeded { what: LimitKind::Segments, actual, limit });
            }
        }
        segments.push(segment);
    }
    let (end, stray, hollow) = (walk.end(), walk.stray(), walk.hollow());
    Ok(JpegLayout { segments, end, stray, hollow, unlisted, fault: walk.into_fault() })
}

/// An EXIF block as it starts in the file, without the `Exif\0\0` header.
pub(crate) fn exif<'a>(segment: &Segment, bytes: &'a [u8]) -> Option<&'a [u8]> {
    let data = segment.data(bytes);
    (segment.marker == marker::APP1 && data.starts_with(EXIF)).then(|| data.get(6..)).flatten()
}

/// Whether it says anything of the picture: comments and what programs keep for themselves don't.
fn matters(segment: &Segment, bytes: &[u8]) -> bool {
    let named = exif(segment, bytes).is_some()
        || xmp(segment, bytes).is_some()
        || icc_chunk(segment, bytes).is_some();
    named || !marker::is_dispensable(segment.marker) || is_kept(segment, bytes)
}

/// An XMP packet, but not the second part of a long one.
pub(crate) fn xmp<'a>(segment: &Segment, bytes: &'a [u8]) -> Option<&'a [u8]> {
    segment.data(bytes).strip_prefix(XMP).filter(|_| segment.marker == marker::APP1)
}

/// A list of pictures behind this one (CIPA DC-007), or the numbers of a gain map among them (ISO 21496-1).
pub(crate) fn tells_of_other_pictures(segment: &Segment, bytes: &[u8]) -> bool {
    let list = segment.marker == marker::APP2 && segment.data(bytes).starts_with(b"MPF\0");
    list || tells_of_gain_map(segment, bytes)
}

/// The numbers of a gain map (ISO 21496-1).
pub(crate) fn tells_of_gain_map(segment: &Segment, bytes: &[u8]) -> bool {
    segment.marker == marker::APP2 && segment.data(bytes).starts_with(b"urn:iso:std:iso:ts:21496:-1")
}

/// Content Credentials: a JUMBF box (ISO 19566-5, annex D) with the label of C2PA.
pub(crate) fn is_credentials(segment: &Segment, bytes: &[u8]) -> bool {
    let data = segment.data(bytes);
    segment.marker == marker::APP11
        && data.starts_with(b"JP")
        && memchr::memmem::find(data.get(..128).unwrap_or(data), b"c2pa").is_some()
}

/// Sequence number, number of chunks and data of a part of an ICC profile.
pub(crate) fn icc_chunk<'a>(segment: &Segment, bytes: &'a [u8]) -> Option<(u8, u8, &'a [u8])> {
    let rest = segment.data(bytes).strip_prefix(ICC)?;
    match (segment.marker, rest) {
        (marker::APP2, [number, count, data @ ..]) => Some((*number, *count, data)),
        _ => None,
    }
}

/// Whether it is a JFIF header.
fn is_jfif(segment: &Segment, bytes: &[u8]) -> bool {
    segment.marker == marker::APP0 && jfif::is_jfif(segment.data(bytes))
}

/// Whether it is Adobe's, which tells how colors are coded.
pub(crate) fn is_adobe(segment: &Segment, bytes: &[u8]) -> bool {
    segment.marker == marker::APP14 && adobe::is_adobe(segment.data(bytes))
}

/// Whether a segment is needed to show the picture right.
pub(crate) fn is_kept(segment: &Segment, bytes: &[u8]) -> bool {
    use marker::{APP0, APP14, DAC, DHT, DNL, DQT, DRI, SOS};
    match segment.marker {
        DHT | DQT | DRI | SOS | DAC | DNL => true,
        m if marker::is_frame(m) => true,
        // A JFIF header without a thumbnail.
        APP0 => is_jfif(segment, bytes) && segment.payload.len() == jfif::LEN,
        APP14 => is_adobe(segment, bytes),
        _ => icc_chunk(segment, bytes).is_some(),
    }
}

/// Bytes of a segment that is kept which have no meaning in it.
pub(crate) fn surplus(segment: &Segment, bytes: &[u8]) -> usize {
    if is_adobe(segment, bytes) { segment.payload.len().saturating_sub(adobe::LEN) } else { 0 }
}

/// The file again with only the segments that [`is_kept`], and nothing after EOI. `extra` segments (whole,
/// with marker and length) come right after SOI and JFIF. Where they hold a profile, the file's own parts of
/// one go.
pub(crate) fn rewrite(bytes: &[u8], layout: &JpegLayout, extra: &[u8], new_profile: bool) -> Result<Vec<u8>> {
    let missing = || Error::malformed(Format::Jpeg, None, "a segment lies outside the file");
    let mut out = Vec::with_capacity(bytes.len() + extra.len());
    out.extend_from_slice(&marker::START_OF_IMAGE);
    let (app0, rest): (Vec<_>, Vec<_>) = layout.segments.iter().partition(|s| s.marker == marker::APP0);
    if let Some(segment) = app0.into_iter().find(|s| is_jfif(s, bytes)) {
        let header = jfif::without_thumbnail(segment.data(bytes));
        write_segment(&mut out, marker::APP0, &[&header]).ok_or_else(missing)?;
    }
    out.extend_from_slice(extra);
    let goes = |s: &Segment| new_profile && icc_chunk(s, bytes).is_some();
    for segment in rest.into_iter().filter(|s| is_kept(s, bytes) && !goes(s)) {
        if surplus(segment, bytes) > 0 {
            let payload = segment.data(bytes).get(..adobe::LEN).ok_or_else(missing)?;
            write_segment(&mut out, marker::APP14, &[payload]).ok_or_else(missing)?;
            continue;
        }
        out.extend_from_slice(bytes.get(segment.whole.clone()).ok_or_else(missing)?);
    }
    out.extend_from_slice(&marker::END_OF_IMAGE);
    Ok(out)
}

/// The density that the file's JFIF header has; square pixels without one.
pub(crate) fn density(bytes: &[u8], layout: &JpegLayout) -> Density {
    let segment = layout.segments.iter().find(|s| is_jfif(s, bytes));
    let told = segment.and_then(|s| jfif::density(s.data(bytes)));
    told.map_or_else(Density::default, |(unit, x, y)| Density { unit, x, y })
}

/// An APP1 segment that holds an EXIF block; `None` if it is too long for one.
pub(crate) fn exif_segment(exif: &[u8]) -> Option<Vec<u8>> {
    app1(b"Exif\0\0", exif)
}

/// An APP1 segment that holds an XMP packet; `None` if it is too long for one.
pub(crate) fn xmp_segment(packet: &[u8]) -> Option<Vec<u8>> {
    app1(XMP, packet)
}

fn app1(head: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(4 + head.len() + data.len());
    write_segment(&mut out, marker::APP1, &[head, data])?;
    Some(out)
}

/// ICC profile as APP2 segments (ICC.1:2010, B.4); `None` if it is too long for 255 of them.
pub(crate) fn icc_segments(icc: &[u8]) -> Option<Vec<u8>> {
    const MOST: usize = 65_533 - 14;
    let count = u8::try_from(icc.len().div_ceil(MOST)).ok()?;
    let mut out = Vec::with_capacity(icc.len() + 18 * usize::from(count));
    for (number, chunk) in (1..=count).zip(icc.chunks(MOST)) {
        write_segment(&mut out, marker::APP2, &[ICC, &[number, count], chunk])?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SOI, JFIF, COM, SOS with data and a restart marker, EOI, trailing bytes.
    fn sample() -> Vec<u8> {
        let mut b = vec![0xFF, 0xD8, 0xFF, 0xE0, 0, 16];
        b.extend_from_slice(b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
        b.extend_from_slice(b"\xFF\xFE\0\x06abcd");
        b.extend_from_slice(b"\xFF\xDA\0\x03\x01data\xFF\0more\xFF\xD0last");
        b.extend_from_slice(b"\xFF\xD9trailer");
        b
    }

    #[test]
    fn rewrite_drops_comment_and_trailer_only() {
        let bytes = sample();
        let out = rewrite(&bytes, &walk(&bytes).unwrap(), &[], false).unwrap();
        let mut want = bytes[..20].to_vec();
        want.extend_from_slice(&bytes[28..bytes.len() - 7]);
        assert_eq!(out, want);
    }

    #[test]
    fn icc_segments_are_read_back() {
        let profile: Vec<u8> = (0..150_000u32).map(|i| (i % 251) as u8).collect();
        let mut bytes = vec![0xFF, 0xD8];
        bytes.extend(icc_segments(&profile).unwrap());
        bytes.extend([0xFF, 0xD9]);
        let layout = walk(&bytes).unwrap();
        let parts: Vec<_> = layout.segments.iter().filter_map(|s| icc_chunk(s, &bytes)).collect();
        assert_eq!(parts.len(), 3);
        let joined: Vec<u8> = parts.iter().flat_map(|p| p.2).copied().collect();
        assert_eq!(joined, profile);
    }
}
