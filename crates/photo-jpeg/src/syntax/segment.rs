//! Walks over the marker segments of a file (T.81, B.1.1).

use std::ops::Range;

use super::bytes::be16;
use super::marker;
use super::scan_end::end_of_scan;

/// One marker segment; for SOS with the entropy-coded data that follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The marker's second byte.
    pub marker: u8,
    /// From the 0xFF of the marker to just after the segment; where fill bytes precede the marker, from the
    /// last 0xFF.
    pub whole: Range<usize>,
    /// The payload, without marker and length. Empty for a marker that stands alone.
    pub payload: Range<usize>,
    /// The number of restart markers in the scan's data; 0 for other segments.
    pub restarts: u32,
}

impl Segment {
    /// The payload in the bytes of the file; empty in those of a shorter one.
    #[must_use]
    pub fn data<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        bytes.get(self.payload.clone()).unwrap_or_default()
    }
}

/// Why a walk over segments broke off, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct Fault {
    /// The byte offset in the file of the marker whose segment is broken; the file's length where the end is
    /// missing.
    pub at: usize,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What broke off a walk over segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FaultKind {
    /// The file ends within the length of a segment.
    #[error("a segment without a length")]
    NoLength,
    /// A length below 2, which counts itself.
    #[error("a segment of impossible length {0}")]
    ImpossibleLength(u16),
    /// The segment is longer than the file, by this number of bytes.
    #[error("a segment runs {excess} bytes past the end of the file")]
    PastEnd {
        /// The marker of the segment.
        marker: u8,
        /// Bytes that are missing.
        excess: usize,
    },
    /// The file ends without EOI.
    #[error("the end marker is missing")]
    NoEnd,
}

/// What stands at a place between segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A marker that stands alone, of two bytes.
    Alone(Segment),
    /// An application segment or a comment of a length below 2. As in libjpeg it is empty, of four bytes.
    Hollow(Segment),
    /// A segment. For SOS, `whole` does not hold the data behind the header yet.
    Segment(Segment),
    /// A segment that is broken.
    Broken(Fault),
}

/// Finds the first marker at or after byte `from`. Returns its code, the offset of its 0xFF byte, and that of
/// the first of the 0xFF fill bytes that may stand before it; `None` if there is no marker.
///
/// As in libjpeg, bytes that are no marker, including stuffed zeros, are skipped. Between segments such bytes
/// are garbage that many cameras leave; after a scan they are its padding.
#[must_use]
#[inline]
pub fn next_marker(bytes: &[u8], from: usize) -> Option<(u8, usize, usize)> {
    let mut at = from + memchr::memchr(0xFF, bytes.get(from..)?)?;
    let mut fill = at;
    loop {
        match *bytes.get(at + 1)? {
            0xFF => at += 1,
            0x00 => {
                at += 2;
                at += memchr::memchr(0xFF, bytes.get(at..)?)?;
                fill = at;
            }
            code => return Some((code, at, fill)),
        }
    }
}

/// Finds the next marker at or after byte `from` and reads the length behind it. Returns what begins there,
/// and the number of bytes before it that belong to nothing, fill bytes not counted; `None` if there is no
/// marker.
#[must_use]
pub fn next_part(bytes: &[u8], from: usize) -> Option<(Part, usize)> {
    let (code, at, fill) = next_marker(bytes, from)?;
    Some((part(bytes, code, at), fill - from))
}

fn part(bytes: &[u8], marker: u8, at: usize) -> Part {
    let broken = |kind| Part::Broken(Fault { at, kind });
    let segment = |payload: Range<usize>| Segment { marker, whole: at..payload.end, payload, restarts: 0 };
    let start = at + 2;
    if marker::stands_alone(marker) {
        return Part::Alone(segment(start..start));
    }
    let Some(length) = be16(bytes, start) else { return broken(FaultKind::NoLength) };
    let payload = start + 2..start + usize::from(length);
    if length < 2 {
        let dispensable = marker::is_dispensable(marker);
        // libjpeg passes over the length alone, and goes on with what comes next.
        let hollow = || Part::Hollow(segment(start + 2..start + 2));
        return if dispensable { hollow() } else { broken(FaultKind::ImpossibleLength(length)) };
    }
    match payload.end.checked_sub(bytes.len()) {
        None | Some(0) => Part::Segment(segment(payload)),
        Some(excess) => broken(FaultKind::PastEnd { marker, excess }),
    }
}

/// Walks over the segments of a file to EOI, and gives them in file order; markers that stand alone are left
/// out. The first two bytes are taken as SOI, whatever they are. A fault ends the walk and is told by
/// [`fault`](Self::fault).
///
/// No segment is kept, however many there are. The data of scans is looked through on the threads of the
/// current rayon pool where it is longer than a megabyte.
#[derive(Debug, Clone)]
pub struct Segments<'a> {
    bytes: &'a [u8],
    at: usize,
    before_scan: bool,
    done: bool,
    end: Option<usize>,
    stray: usize,
    hollow: usize,
    fault: Option<Fault>,
}

impl<'a> Segments<'a> {
    /// A walk from the beginning of the file `bytes` to its EOI.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 2, before_scan: false, done: false, end: None, stray: 0, hollow: 0, fault: None }
    }

    /// A walk that ends before the first scan, without a fault and without looking at what comes then.
    #[must_use]
    pub fn before_scan(bytes: &'a [u8]) -> Self {
        Self { before_scan: true, ..Self::new(bytes) }
    }

    /// The byte offset just after EOI; `None` where the walk has not come to one.
    #[must_use]
    pub fn end(&self) -> Option<usize> {
        self.end
    }

    /// Bytes so far that belong to no segment, fill bytes not counted: garbage, markers that stand alone
    /// where none should be, and hollow segments.
    #[must_use]
    pub fn stray(&self) -> usize {
        self.stray
    }

    /// The number so far of application segments and comments of impossible length, which are passed over.
    #[must_use]
    pub fn hollow(&self) -> usize {
        self.hollow
    }

    /// What broke off the walk.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// As [`fault`](Self::fault), to be kept.
    #[must_use]
    pub fn into_fault(self) -> Option<Fault> {
        self.fault
    }

    /// Takes a part that [`next_part`] found. Returns the segment, if it is one to be given.
    fn take(&mut self, part: Part) -> Option<Segment> {
        match part {
            Part::Alone(segment) if segment.marker == marker::EOI => {
                self.end = Some(segment.whole.end);
                self.done = true;
            }
            Part::Alone(segment) => {
                self.stray += segment.whole.len();
                self.at = segment.whole.end;
            }
            Part::Hollow(segment) => {
                self.hollow += 1;
                self.stray += segment.whole.len();
                self.at = segment.whole.end;
            }
            Part::Segment(segment) if self.before_scan && segment.marker == marker::SOS => self.done = true,
            Part::Segment(mut segment) => {
                if segment.marker == marker::SOS {
                    (segment.whole.end, segment.restarts) = end_of_scan(self.bytes, segment.whole.end);
                }
                self.at = segment.whole.end;
                return Some(segment);
            }
            Part::Broken(fault) => {
                // A scan whose header is broken is one all the same.
                let at_scan = self.before_scan && self.bytes.get(fault.at + 1) == Some(&marker::SOS);
                self.fault = Some(fault).filter(|_| !at_scan);
                self.done = true;
            }
        }
        None
    }
}

impl Iterator for Segments<'_> {
    type Item = Segment;

    fn next(&mut self) -> Option<Segment> {
        while !self.done {
            let Some((part, skipped)) = next_part(self.bytes, self.at) else {
                self.fault = Some(Fault { at: self.bytes.len(), kind: FaultKind::NoEnd });
                self.done = true;
                return None;
            };
            self.stray += skipped;
            if let Some(segment) = self.take(part) {
                return Some(segment);
            }
        }
        None
    }
}

/// Writes a segment whose payload is made of `parts` at the end of `out`: its marker, its length (which
/// counts itself) and the payload. `None`, and nothing written, if the payload is longer than the 65,533
/// bytes that fit.
#[must_use]
pub fn write_segment(out: &mut Vec<u8>, marker: u8, parts: &[&[u8]]) -> Option<()> {
    let length = u16::try_from(2 + parts.iter().map(|part| part.len()).sum::<usize>()).ok()?;
    out.extend_from_slice(&[0xFF, marker]);
    out.extend_from_slice(&length.to_be_bytes());
    parts.iter().for_each(|part| out.extend_from_slice(part));
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fill_bytes_stuffing_and_garbage_are_passed_over() {
        for (bytes, expected) in [
            (&b"\xFF\xD8"[..], Some((0xD8, 0, 0))),
            (b"\xFF\xFF\xFF\xDB", Some((0xDB, 2, 0))),
            (b"ab\xFF\x00c\xFF\xD9", Some((0xD9, 5, 5))),
            (b"\xFF\xFF\x00\xFF\xC4", Some((0xC4, 3, 3))),
            (b"a\xFF\xFF\x00\xFF\xFF\xC4", Some((0xC4, 5, 4))),
            (b"abc", None),
            (b"\xFF", None),
            (b"\xFF\x00", None),
            (b"\xFF\xFF", None),
            (b"", None),
        ] {
            assert_eq!(next_marker(bytes, 0), expected, "{bytes:x?}");
        }
        assert_eq!(next_marker(b"a", 7), None);
    }

    #[test]
    fn lengths_are_checked() {
        let part = |bytes: &[u8]| next_part(bytes, 0).map(|(part, _)| part);
        let segment = |marker, whole, payload| Segment { marker, whole, payload, restarts: 0 };
        let broken = |at, kind| Some(Part::Broken(Fault { at, kind }));
        assert_eq!(part(b"\xFF\xE0\x00\x04ab\xFF\xD9"), Some(Part::Segment(segment(0xE0, 0..6, 4..6))));
        assert_eq!(part(b"\xFF\xD9\x00"), Some(Part::Alone(segment(0xD9, 0..2, 2..2))));
        assert_eq!(part(b"\xFF\xFE\0\x01\xFF\xDB"), Some(Part::Hollow(segment(0xFE, 0..4, 4..4))));
        assert_eq!(part(b"xx"), None);
        assert_eq!(part(b"a\xFF\xDB\0\x01ab"), broken(1, FaultKind::ImpossibleLength(1)));
        assert_eq!(part(b"\xFF\xDB\0\x05ab"), broken(0, FaultKind::PastEnd { marker: 0xDB, excess: 1 }));
        assert_eq!(part(b"\xFF\xE0\0"), broken(0, FaultKind::NoLength));
        assert_eq!(next_part(b"ab\xFF\xFF\xD9", 0).map(|(_, skipped)| skipped), Some(2));
    }

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
        let mut walk = Segments::new(&bytes);
        let segments: Vec<_> = walk.by_ref().collect();
        let markers: Vec<u8> = segments.iter().map(|s| s.marker).collect();
        assert_eq!(markers, [marker::APP0, marker::COM, marker::SOS]);
        assert_eq!(segments[2].restarts, 1);
        assert_eq!(walk.end(), Some(bytes.len() - 7));
        assert_eq!(walk.next(), None);
        assert_eq!(walk.fault(), None);
        let mut walk = Segments::before_scan(&bytes);
        assert_eq!(walk.by_ref().count(), 2);
        assert_eq!((walk.end(), walk.into_fault()), (None, None));
    }

    #[test]
    fn walks_before_a_broken_scan_have_no_fault() {
        let bytes = b"\xFF\xD8\xFF\xFE\0\x02\xFF\xDA\xFF";
        let mut walk = Segments::before_scan(bytes);
        assert_eq!((walk.by_ref().count(), walk.into_fault()), (1, None));
        let mut walk = Segments::new(bytes);
        assert_eq!((walk.by_ref().count(), walk.into_fault().map(|fault| fault.at)), (1, Some(6)));
    }

    #[test]
    fn every_cut_ends_in_a_fault_not_a_panic() {
        let bytes = sample();
        for cut in 0..bytes.len() - 7 {
            let mut walk = Segments::new(&bytes[..cut]);
            walk.by_ref().for_each(drop);
            assert!(walk.fault().is_some() && walk.end().is_none(), "cut at {cut}");
        }
    }

    #[test]
    fn written_segments_are_read_back() {
        let mut out = Vec::new();
        assert_eq!(write_segment(&mut out, marker::COM, &[b"ab", b"c"]), Some(()));
        assert_eq!(out, b"\xFF\xFE\0\x05abc");
        assert_eq!(write_segment(&mut out, marker::COM, &[&[0; 65_534]]), None);
        assert_eq!(write_segment(&mut out, marker::COM, &[&[0; 65_533]]), Some(()));
        assert_eq!(next_part(&out, 7).map(|(part, _)| matches!(part, Part::Segment(_))), Some(true));
    }
}
