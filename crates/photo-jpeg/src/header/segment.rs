//! Steps from segment to segment, as strictly as decoding requires.

use crate::error::{Error, Result};
use crate::syntax::{FaultKind, Part, Segment, marker, next_part};

/// Finds the next segment at or after byte `from`, skipping restart markers. A marker that stands alone is a
/// segment without parameters. `None` at the end of the file.
///
/// # Errors
/// [`Error::Malformed`] for a length below 2 or beyond the end of the file. APP and COM segments are exempt:
/// with a length below 2 they are empty, and one that is cut off ends the file.
pub(super) fn next_segment(bytes: &[u8], from: usize) -> Result<Option<Segment>> {
    let mut from = from;
    loop {
        let Some((part, _)) = next_part(bytes, from) else { return Ok(None) };
        let fault = match part {
            Part::Alone(segment) if marker::is_restart(segment.marker) => {
                from = segment.whole.end;
                continue;
            }
            Part::Alone(segment) | Part::Hollow(segment) | Part::Segment(segment) => {
                return Ok(Some(segment));
            }
            Part::Broken(fault) => fault,
        };
        let length_at = fault.at + 2;
        return match fault.kind {
            // Behind the last scan a cut-off segment does no harm. Before it, the file has no picture.
            FaultKind::PastEnd { marker, .. } if marker::is_dispensable(marker) => Ok(None),
            FaultKind::PastEnd { .. } => {
                Err(Error::malformed(length_at, "a segment reaches beyond the end of the file"))
            }
            FaultKind::ImpossibleLength(_) => {
                Err(Error::malformed(length_at, "a segment's length is below 2"))
            }
            FaultKind::NoLength | FaultKind::NoEnd => {
                Err(Error::malformed(fault.at, "the file ends within a segment"))
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_checked() {
        let found =
            |bytes: &[u8]| next_segment(bytes, 0).unwrap().map(|segment| (segment.marker, segment.payload));
        assert_eq!(found(b"\xFF\xE0\x00\x04ab\xFF\xD9"), Some((0xE0, 4..6)));
        assert_eq!(found(b"\xFF\xD9\x00"), Some((0xD9, 2..2)));
        assert_eq!(found(b"\xFF\xD0\xFF\x00\xFF\xD7\x01\xFF\xD9"), Some((0xD9, 9..9)));
        assert_eq!(found(b"xx"), None);
        for length in 0..2 {
            assert_eq!(found(&[0xFF, 0xFE, 0, length, 0xFF, 0xDB]), Some((0xFE, 4..4)));
        }
        assert_eq!(found(b"\xFF\xE0\x00\x05ab"), None);
        for (bytes, at) in
            [(&b"\xFF\xDB\0\x01ab"[..], 2), (b"\xFF\xDB\0\x05ab", 2), (b"a\xFF\xE0\0", 1), (b"\xFF\xE0", 0)]
        {
            let error = next_segment(bytes, 0).unwrap_err();
            assert!(matches!(error, Error::Malformed { offset, .. } if offset == at), "{bytes:x?} {error:?}");
        }
    }
}
