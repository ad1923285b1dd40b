//! The marker structure of a JPEG (ITU-T T.81, annex B): walked for facts, and written again without what is private.

use std::ops::Range;

use rayon::prelude::*;

use crate::formats::jpeg::marker::{APP0, APP15, COM};
use crate::limits::MAX_SEGMENTS;
use crate::metadata::bytes::be16;
use crate::{Error, Format, LimitKind, Result};

/// Marker codes, the byte after 0xFF.
pub(crate) mod marker {
    pub(crate) const DHT: u8 = 0xC4;
    pub(crate) const DAC: u8 = 0xCC;
    pub(crate) const RST0: u8 = 0xD0;
    pub(crate) const RST7: u8 = 0xD7;
    pub(crate) const SOI: u8 = 0xD8;
    pub(crate) const EOI: u8 = 0xD9;
    pub(crate) const SOS: u8 = 0xDA;
    pub(crate) const DQT: u8 = 0xDB;
    pub(crate) const DNL: u8 = 0xDC;
    pub(crate) const DRI: u8 = 0xDD;
    pub(crate) const APP0: u8 = 0xE0;
    pub(crate) const APP1: u8 = 0xE1;
    pub(crate) const APP2: u8 = 0xE2;
    pub(crate) const APP11: u8 = 0xEB;
    pub(crate) const APP13: u8 = 0xED;
    pub(crate) const APP14: u8 = 0xEE;
    pub(crate) const APP15: u8 = 0xEF;
    pub(crate) const COM: u8 = 0xFE;

    /// A frame header: SOF0..=SOF15 without DHT, JPG and DAC, which lie among them.
    pub(crate) fn is_frame(marker: u8) -> bool {
        matches!(marker, 0xC0..=0xCF) && !matches!(marker, DHT | 0xC8 | DAC)
    }
}

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
    pub(crate) fault: Option<(usize, String)>,
}

/// One marker segment; for SOS with the entropy-coded data that follows.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    pub(crate) marker: u8,
    /// From the 0xFF of the marker to just after the segment.
    pub(crate) whole: Range<usize>,
    /// The payload, without marker and length.
    pub(crate) payload: Range<usize>,
    /// Restart markers in the scan's data; 0 for other segments.
    pub(crate) restarts: u32,
}

impl Segment {
    pub(crate) fn data<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        bytes.get(self.payload.clone()).unwrap_or_default()
    }

    /// An EXIF block as it starts in the file, without the `Exif\0\0` header.
    pub(crate) fn exif<'a>(&self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let data = self.data(bytes);
        (self.marker == marker::APP1 && data.starts_with(EXIF)).then(|| data.get(6..)).flatten()
    }

    /// Whether it says anything of the picture: comments and what programs keep for themselves don't.
    fn matters(&self, bytes: &[u8]) -> bool {
        let named =
            self.exif(bytes).is_some() || self.xmp(bytes).is_some() || self.icc_chunk(bytes).is_some();
        named || !matches!(self.marker, APP0..=APP15 | COM) || is_kept(self, bytes)
    }

    /// An XMP packet, but not the second part of a long one.
    pub(crate) fn xmp<'a>(&self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        self.data(bytes).strip_prefix(XMP).filter(|_| self.marker == marker::APP1)
    }

    /// A list of pictures behind this one (CIPA DC-007), or the numbers of a gain map among them (ISO 21496-1).
    pub(crate) fn tells_of_other_pictures(&self, bytes: &[u8]) -> bool {
        let data = self.data(bytes);
        let starts = [&b"MPF\0"[..], b"urn:iso:std:iso:ts:21496:-1"];
        self.marker == marker::APP2 && starts.iter().any(|start| data.starts_with(start))
    }

    /// Content Credentials: a JUMBF box (ISO 19566-5, annex D) with the label of C2PA.
    pub(crate) fn is_credentials(&self, bytes: &[u8]) -> bool {
        let data = self.data(bytes);
        self.marker == marker::APP11
            && data.starts_with(b"JP")
            && memchr::memmem::find(data.get(..128).unwrap_or(data), b"c2pa").is_some()
    }

    /// Sequence number, number of chunks and data of a part of an ICC profile.
    pub(crate) fn icc_chunk<'a>(&self, bytes: &'a [u8]) -> Option<(u8, u8, &'a [u8])> {
        let rest = self.data(bytes).strip_prefix(ICC)?;
        match (self.marker, rest) {
            (marker::APP2, [number, count, data @ ..]) => Some((*number, *count, data)),
            _ => None,
        }
    }
}

/// Walks the markers to EOI. Never fails: a fault ends the walk and is told in the layout, except that
/// too many segments are refused.
pub(crate) fn walk(bytes: &[u8]) -> Result<JpegLayout> {
    walk_until(bytes, |_| false)
}

/// As [`walk`], but to the first scan only: the layout ends before it, without a fault.
pub(crate) fn walk_to_scan(bytes: &[u8]) -> Result<JpegLayout> {
    walk_until(bytes, |marker| marker == marker::SOS)
}

impl JpegLayout {
    /// Takes a segment into the list. When there are very many, those that nobody would ask for are only counted.
    fn add(&mut self, segment: Segment, bytes: &[u8]) -> Result<()> {
        if self.segments.len() >= MAX_SEGMENTS {
            if !segment.matters(bytes) {
                self.unlisted += segment.whole.len();
                return Ok(());
            }
            let (actual, limit) = (self.segments.len() as u64 + 1, 2 * MAX_SEGMENTS as u64);
            if actual > limit {
                return Err(Error::LimitExceeded { what: LimitKind::Segments, actual, limit });
            }
        }
        self.segments.push(segment);
        Ok(())
    }
}

fn walk_until(bytes: &[u8], stop: impl Fn(u8) -> bool) -> Result<JpegLayout> {
    let mut layout =
        JpegLayout { segments: Vec::new(), end: None, stray: 0, hollow: 0, unlisted: 0, fault: None };
    let mut at = 2;
    while let Some((marker, code_at, skipped)) = next_marker(bytes, at) {
        layout.stray += skipped;
        if stop(marker) {
            return Ok(layout);
        }
        match marker {
            marker::EOI => {
                layout.end = Some(code_at + 1);
                return Ok(layout);
            }
            marker::SOI | 0x01 | marker::RST0..=marker::RST7 => {
                layout.stray += 2;
                at = code_at + 1;
            }
            // libjpeg passes over the length alone, and goes on with what comes next.
            APP0..=APP15 | COM if be16(bytes, code_at + 1).is_some_and(|length| length < 2) => {
                layout.hollow += 1;
                layout.stray += 4;
                at = code_at + 3;
            }
            _ => match segment(bytes, marker, code_at) {
                Ok(segment) => {
                    at = segment.whole.end;
                    layout.add(segment, bytes)?;
                }
                Err(reason) => {
                    layout.fault = Some((code_at.saturating_sub(1), reason));
                    return Ok(layout);
                }
            },
        }
    }
    layout.fault = Some((bytes.len(), "the end marker is missing".into()));
    Ok(layout)
}

/// The next marker at or after `at`: its code, the position of the code, and the bytes skipped to reach it.
fn next_marker(bytes: &[u8], at: usize) -> Option<(u8, usize, usize)> {
    let mut from = at;
    loop {
        let ff = from + bytes.get(from..)?.iter().position(|&b| b == 0xFF)?;
        let code = ff + bytes.get(ff..)?.iter().position(|&b| b != 0xFF)?;
        match bytes.get(code)? {
            0 => from = code + 1,
            &marker => return Some((marker, code, ff - at)),
        }
    }
}

fn segment(bytes: &[u8], marker: u8, code_at: usize) -> Result<Segment, String> {
    let length = be16(bytes, code_at + 1).ok_or("a segment without a length")?;
    let (start, end) = (code_at + 3, code_at + 1 + usize::from(length));
    if length < 2 {
        return Err(format!("a segment of impossible length {length}"));
    }
    if end > bytes.len() {
        return Err(format!("a segment runs {} bytes past the end of the file", end - bytes.len()));
    }
    let (end_of_data, restarts) = if marker == marker::SOS { end_of_scan(bytes, end) } else { (end, 0) };
    Ok(Segment { marker, whole: code_at - 1..end_of_data, payload: start..end, restarts })
}

/// Bytes of a scan that one thread looks through at a time.
const LOOK: usize = 1 << 20;

/// Where the entropy-coded data from `at` ends, and how many restart markers it holds. What lies behind the first megabyte
/// is looked through by all threads: no other work goes with this walk.
fn end_of_scan(bytes: &[u8], at: usize) -> (usize, u32) {
    let mut cuts = cuts(bytes, at, 1);
    let mut restarts = 0;
    loop {
        let found: Vec<_> = match *cuts.as_slice() {
            [from, to] => vec![end_within(bytes, from, to)],
            _ => cuts.par_windows(2).map(|part| end_within(bytes, part[0], part[1])).collect(),
        };
        for (end, count) in found {
            restarts += count;
            if let Some(end) = end {
                return (end, restarts);
            }
        }
        match cuts.last() {
            Some(&end) if end < bytes.len() => {
                cuts = self::cuts(bytes, end, 2 * rayon::current_num_threads())
            }
            _ => return (bytes.len(), restarts),
        }
    }
}

/// `from`, and the ends of `parts` parts behind it (fewer at the end of the file), none of which lies inside a marker.
fn cuts(bytes: &[u8], from: usize, parts: usize) -> Vec<usize> {
    let mut cuts = vec![from];
    for at in (1..=parts).map(|part| from + part * LOOK) {
        let behind = |at: usize| at.checked_sub(1).and_then(|before| bytes.get(before)) == Some(&0xFF);
        let cut = (at..bytes.len().min(at + 64)).find(|at| !behind(*at));
        cuts.push(cut.unwrap_or(bytes.len()));
        if cut.is_none() {
            break;
        }
    }
    cuts
}

/// The marker that ends a scan, where it begins in `bytes[at..to]`, and the restart markers before it.
fn end_within(bytes: &[u8], mut at: usize, to: usize) -> (Option<usize>, u32) {
    let mut restarts = 0;
    while let Some(ff) = next_unstuffed(bytes, at, to) {
        match bytes.get(ff + 1) {
            Some(0xFF) => at = ff + 1,
            Some(marker::RST0..=marker::RST7) => {
                restarts += 1;
                at = ff + 2;
            }
            _ => return (Some(ff), restarts),
        }
    }
    (None, restarts)
}

/// The first 0xFF in `bytes[at..to]` before another byte than 0.
fn next_unstuffed(bytes: &[u8], at: usize, to: usize) -> Option<usize> {
    /// Looked at together, without a branch for each of the many stuffed bytes: the compiler makes vectors of it.
    const BLOCK: usize = 64;
    let (these, next) = (bytes.get(at..to)?, bytes.get(at + 1..)?);
    let is_one = |(this, next): (&u8, &u8)| (*this == 0xFF) & (*next != 0);
    let block_has_one = |(these, next): (&[u8; BLOCK], &[u8; BLOCK])| {
        these.iter().zip(next).fold(0u8, |any, pair| any | u8::from(is_one(pair))) != 0
    };
    let blocks = these.as_chunks::<BLOCK>().0.iter().zip(next.as_chunks::<BLOCK>().0);
    let skipped = blocks.take_while(|pair| !block_has_one(*pair)).count() * BLOCK;
    let found = these.get(skipped..)?.iter().zip(next.get(skipped..)?).position(is_one)?;
    Some(at + skipped + found)
}

/// Whether a segment is needed to show the picture right.
pub(crate) fn is_kept(segment: &Segment, bytes: &[u8]) -> bool {
    use marker::{APP0, APP14, DAC, DHT, DNL, DQT, DRI, SOS};
    let data = segment.data(bytes);
    match segment.marker {
        DHT | DQT | DRI | SOS | DAC | DNL => true,
        m if marker::is_frame(m) => true,
        // A JFIF header without a thumbnail.
        APP0 => data.starts_with(b"JFIF\0") && data.len() == 14,
        APP14 => data.starts_with(b"Adobe"),
        _ => segment.icc_chunk(bytes).is_some(),
    }
}

/// Bytes of an Adobe segment: its name, version, flags and transform. What follows them could be anything.
const ADOBE_BYTES: usize = 12;

/// Bytes of a segment that is kept which have no meaning in it.
pub(crate) fn surplus(segment: &Segment, bytes: &[u8]) -> usize {
    let adobe = segment.marker == marker::APP14 && segment.data(bytes).starts_with(b"Adobe");
    if adobe { segment.payload.len().saturating_sub(ADOBE_BYTES) } else { 0 }
}

/// The file again with only the segments that [`is_kept`], and nothing after EOI. `extra` segments (whole,
/// with marker and length) come right after SOI and JFIF. Where they hold a profile, the file's own parts of one go.
pub(crate) fn rewrite(bytes: &[u8], layout: &JpegLayout, extra: &[u8], new_profile: bool) -> Result<Vec<u8>> {
    let missing = || Error::malformed(Format::Jpeg, None, "a segment lies outside the file");
    let mut out = Vec::with_capacity(bytes.len() + extra.len());
    out.extend_from_slice(&[0xFF, marker::SOI]);
    let (jfif, rest): (Vec<_>, Vec<_>) = layout.segments.iter().partition(|s| s.marker == marker::APP0);
    for segment in jfif {
        if segment.data(bytes).starts_with(b"JFIF\0") && out.len() == 2 {
            out.extend_from_slice(&jfif_without_thumbnail(segment.data(bytes)));
        }
    }
    out.extend_from_slice(extra);
    let goes = |s: &Segment| new_profile && s.icc_chunk(bytes).is_some();
    for segment in rest.into_iter().filter(|s| is_kept(s, bytes) && !goes(s)) {
        if surplus(segment, bytes) > 0 {
            out.extend_from_slice(&[0xFF, marker::APP14, 0, 2 + ADOBE_BYTES as u8]);
            out.extend_from_slice(segment.data(bytes).get(..ADOBE_BYTES).ok_or_else(missing)?);
            continue;
        }
        out.extend_from_slice(bytes.get(segment.whole.clone()).ok_or_else(missing)?);
    }
    out.extend_from_slice(&[0xFF, marker::EOI]);
    Ok(out)
}

/// The density that the file's JFIF header has; square pixels without one.
pub(crate) fn density(bytes: &[u8], layout: &JpegLayout) -> photo_jpeg::Density {
    let jfif = |s: &Segment| s.marker == marker::APP0 && s.data(bytes).starts_with(b"JFIF\0");
    let segment = layout.segments.iter().find(|s| jfif(s));
    match segment.and_then(|s| s.data(bytes).get(7..12)) {
        Some(&[unit @ 0..=2, x1, x2, y1, y2]) => {
            photo_jpeg::Density { unit, x: u16::from_be_bytes([x1, x2]), y: u16::from_be_bytes([y1, y2]) }
        }
        _ => photo_jpeg::Density::default(),
    }
}

/// A JFIF header with the version and density of `data` (JFIF 1.02, 10.1) and no thumbnail.
fn jfif_without_thumbnail(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0xFF, marker::APP0, 0, 16];
    out.extend_from_slice(data.get(..12).unwrap_or(b"JFIF\0\x01\x01\0\0\x01\0\x01"));
    out.extend_from_slice(&[0, 0]);
    out
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
    let length = u16::try_from(2 + head.len() + data.len()).ok()?;
    Some([&[0xFF, marker::APP1], &length.to_be_bytes()[..], head, data].concat())
}

/// ICC profile as APP2 segments (ICC.1:2010, B.4); `None` if it is too long for 255 of them.
pub(crate) fn icc_segments(icc: &[u8]) -> Option<Vec<u8>> {
    const MOST: usize = 65_533 - 14;
    let count = u8::try_from(icc.len().div_ceil(MOST)).ok()?;
    let mut out = Vec::with_capacity(icc.len() + 18 * usize::from(count));
    for (number, chunk) in (1..=count).zip(icc.chunks(MOST)) {
        let length = u16::try_from(chunk.len() + 16).ok()?;
        out.extend_from_slice(&[0xFF, marker::APP2]);
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(ICC);
        out.extend_from_slice(&[number, count]);
        out.extend_from_slice(chunk);
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
    fn walk_finds_every_segment_and_the_end() {
        let bytes = sample();
        let layout = walk(&bytes).unwrap();
        let markers: Vec<u8> = layout.segments.iter().map(|s| s.marker).collect();
        assert_eq!(markers, [marker::APP0, marker::COM, marker::SOS]);
        assert_eq!(layout.segments[2].restarts, 1);
        assert_eq!(layout.end, Some(bytes.len() - 7));
        assert!(layout.fault.is_none());
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
    fn every_cut_ends_in_a_fault_not_a_panic() {
        let bytes = sample();
        for cut in 0..bytes.len() - 7 {
            let layout = walk(&bytes[..cut]).unwrap();
            assert!(layout.fault.is_some() && layout.end.is_none(), "cut at {cut}");
        }
    }

    /// The definition.
    fn by_one_thread(bytes: &[u8], mut at: usize) -> (usize, u32) {
        let mut restarts = 0;
        loop {
            match (bytes.get(at), bytes.get(at + 1)) {
                (None, _) | (_, None) => return (bytes.len(), restarts),
                (Some(0xFF), Some(0)) => at += 2,
                (Some(0xFF), Some(0xD0..=0xD7)) => (at, restarts) = (at + 2, restarts + 1),
                (Some(0xFF), Some(1..=0xFE)) => return (at, restarts),
                _ => at += 1,
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn scans_end_where_their_definition_says(
            bytes in proptest::collection::vec(proptest::prop_oneof![
                proptest::strategy::Just(0xFFu8), proptest::strategy::Just(0), proptest::strategy::Just(0xD3), proptest::arbitrary::any::<u8>(),
                proptest::strategy::Just(1), proptest::strategy::Just(2),
            ], 0..400),
            calm in 0usize..200,
        ) {
            let bytes = [vec![7; calm], bytes].concat();
            proptest::prop_assert_eq!(end_of_scan(&bytes, 0), by_one_thread(&bytes, 0));
        }
    }

    #[test]
    fn long_scans_end_where_a_walk_by_one_thread_ends() {
        // Every kind of pair across the places where threads begin.
        let pairs: [&[u8]; 5] = [b"\xFF\x00", b"\xFF\xD3", b"\xFF\xFF\xFF\x00", b"\xFF\xFF\xD7", b"ab"];
        for (n, pair) in pairs.iter().enumerate() {
            for shift in 0..4 {
                let mut bytes = vec![7; 3 * LOOK + 99];
                for place in [LOOK, 2 * LOOK, 3 * LOOK] {
                    let at = place + 5 - shift;
                    bytes[at..at + pair.len()].copy_from_slice(pair);
                }
                for end in [None, Some(LOOK + 1), Some(2 * LOOK + 3), Some(3 * LOOK + 50)] {
                    let mut bytes = bytes.clone();
                    if let Some(end) = end {
                        bytes[end..end + 2].copy_from_slice(b"\xFF\xD9");
                    }
                    assert_eq!(
                        end_of_scan(&bytes, 5),
                        by_one_thread(&bytes, 5),
                        "pair {n}, shift {shift}, end {end:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn icc_segments_are_read_back() {
        let profile: Vec<u8> = (0..150_000u32).map(|i| (i % 251) as u8).collect();
        let mut bytes = vec![0xFF, 0xD8];
        bytes.extend(icc_segments(&profile).unwrap());
        bytes.extend([0xFF, 0xD9]);
        let layout = walk(&bytes).unwrap();
        let parts: Vec<_> = layout.segments.iter().filter_map(|s| s.icc_chunk(&bytes)).collect();
        assert_eq!(parts.len(), 3);
        let joined: Vec<u8> = parts.iter().flat_map(|p| p.2).copied().collect();
        assert_eq!(joined, profile);
    }
}
