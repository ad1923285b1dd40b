//! Walks over the marker segments of a file (ITU-T T.81, B.1.1).

use std::ops::Range;

use crate::error::{Error, Result};

/// The second bytes of the markers that this crate handles (T.81, table B.1).
pub(crate) mod marker {
    pub(crate) const TEM: u8 = 0x01;
    pub(crate) const SOF0: u8 = 0xC0;
    pub(crate) const SOF1: u8 = 0xC1;
    pub(crate) const SOF2: u8 = 0xC2;
    pub(crate) const DHT: u8 = 0xC4;
    pub(crate) const JPG: u8 = 0xC8;
    pub(crate) const DAC: u8 = 0xCC;
    pub(crate) const SOF15: u8 = 0xCF;
    pub(crate) const RST0: u8 = 0xD0;
    pub(crate) const RST7: u8 = 0xD7;
    pub(crate) const SOI: u8 = 0xD8;
    pub(crate) const EOI: u8 = 0xD9;
    pub(crate) const SOS: u8 = 0xDA;
    pub(crate) const DQT: u8 = 0xDB;
    pub(crate) const DNL: u8 = 0xDC;
    pub(crate) const DRI: u8 = 0xDD;
    pub(crate) const DHP: u8 = 0xDE;
    pub(crate) const EXP: u8 = 0xDF;
    pub(crate) const APP0: u8 = 0xE0;
    pub(crate) const APP14: u8 = 0xEE;
    pub(crate) const APP15: u8 = 0xEF;
    pub(crate) const COM: u8 = 0xFE;
}

/// A marker together with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MarkerSegment {
    /// The marker's second byte.
    pub(crate) marker: u8,
    /// The byte offset of the marker's 0xFF byte; if fill bytes precede the marker, that of the last 0xFF.
    pub(crate) at: usize,
    /// The byte range of the parameters, without the two bytes of their length. Empty for a marker without
    /// parameters.
    pub(crate) body: Range<usize>,
}

impl MarkerSegment {
    /// The parameters.
    pub(crate) fn data<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        bytes.get(self.body.clone()).unwrap_or_default()
    }
}

/// Finds the first marker at or after byte `from`. Returns its code and the offset of its 0xFF byte; `None`
/// if there is no marker.
///
/// As in libjpeg, any number of 0xFF fill bytes may precede a marker, and bytes that are no marker, including
/// stuffed zeros, are skipped. Between segments such bytes are garbage that many cameras leave; after a scan
/// they are its padding.
pub(crate) fn next_marker(bytes: &[u8], from: usize) -> Option<(u8, usize)> {
    let mut at = from;
    loop {
        at += memchr::memchr(0xFF, bytes.get(at..)?)?;
        match *bytes.get(at + 1)? {
            0xFF => at += 1,
            0x00 => at += 2,
            code => return Some((code, at)),
        }
    }
}

/// Finds the end of a scan's data as [`next_marker`] does, but skips restart markers.
pub(crate) fn end_of_scan(bytes: &[u8], from: usize) -> Option<(u8, usize)> {
    let mut at = from;
    loop {
        match next_marker(bytes, at)? {
            (marker::RST0..=marker::RST7, found) => at = found + 2,
            other => return Some(other),
        }
    }
}

/// Finds the next segment at or after byte `from`, skipping restart markers. `None` at the end of the file.
///
/// # Errors
/// [`Error::Malformed`] for a length below 2 or beyond the end of the file. APP and COM segments are exempt:
/// with a length below 2 they are empty, and one that is cut off ends the file.
pub(crate) fn next_segment(bytes: &[u8], from: usize) -> Result<Option<MarkerSegment>> {
    let Some((marker, at)) = end_of_scan(bytes, from) else { return Ok(None) };
    let start = at + 2;
    if matches!(marker, marker::TEM | marker::SOI | marker::EOI) {
        return Ok(Some(MarkerSegment { marker, at, body: start..start }));
    }
    let length = be16(bytes, start).ok_or(Error::malformed(at, "the file ends within a segment"))?;
    let dispensable = matches!(marker, marker::APP0..=marker::APP15 | marker::COM);
    if length < 2 {
        // As in libjpeg, the segment is empty, and the search for the next marker continues behind the
        // length.
        let body = start + 2..start + 2;
        let refused = Err(Error::malformed(start, "a segment's length is below 2"));
        return if dispensable { Ok(Some(MarkerSegment { marker, at, body })) } else { refused };
    }
    let body = start + 2..start + usize::from(length);
    if body.end > bytes.len() {
        // Behind the last scan a cut-off segment does no harm. Before it, the file has no picture.
        if dispensable {
            return Ok(None);
        }
        return Err(Error::malformed(start, "a segment reaches beyond the end of the file"));
    }
    Ok(Some(MarkerSegment { marker, at, body }))
}

/// The big-endian 16-bit number at byte `at`.
pub(crate) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|&pair| u16::from_be_bytes(pair))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fill_bytes_stuffing_and_garbage_are_passed_over() {
        for (bytes, expected) in [
            (&b"\xFF\xD8"[..], Some((0xD8, 0))),
            (b"\xFF\xFF\xFF\xDB", Some((0xDB, 2))),
            (b"ab\xFF\x00c\xFF\xD9", Some((0xD9, 5))),
            (b"\xFF\xFF\x00\xFF\xC4", Some((0xC4, 3))),
            (b"abc", None),
            (b"\xFF", None),
            (b"\xFF\xFF", None),
            (b"", None),
        ] {
            assert_eq!(next_marker(bytes, 0), expected, "{bytes:x?}");
        }
        assert_eq!(next_marker(b"a", 7), None);
        assert_eq!(end_of_scan(b"\xFF\xD0\xFF\x00\xFF\xD7\x01\xFF\xDA", 0), Some((0xDA, 7)));
    }

    #[test]
    fn lengths_are_checked() {
        let segment = next_segment(b"\xFF\xE0\x00\x04ab\xFF\xD9", 0).unwrap().unwrap();
        assert_eq!(segment, MarkerSegment { marker: 0xE0, at: 0, body: 4..6 });
        assert_eq!(next_segment(b"\xFF\xD9\x00", 0).unwrap().unwrap().body, 2..2);
        assert_eq!(next_segment(b"xx", 0).unwrap(), None);
        for length in 0..2 {
            let segment = next_segment(&[0xFF, 0xFE, 0, length, 0xFF, 0xDB], 0).unwrap().unwrap();
            assert_eq!(segment, MarkerSegment { marker: 0xFE, at: 0, body: 4..4 });
        }
        assert_eq!(next_segment(b"\xFF\xE0\x00\x05ab", 0).unwrap(), None);
        for bytes in [&b"\xFF\xDB\x00\x01ab"[..], b"\xFF\xDB\x00\x05ab", b"\xFF\xE0\x00", b"\xFF\xE0"] {
            assert!(matches!(next_segment(bytes, 0), Err(Error::Malformed { .. })), "{bytes:x?}");
        }
    }
}
