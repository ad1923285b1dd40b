//! Removes the stuffing from entropy-coded bytes, up to a marker.

use memchr::memchr;

use super::bit_reader::PADDING;

/// What ended a run of entropy-coded bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnstuffEnd {
    /// The limit was reached.
    Limit,
    /// A marker with this offset in the file and this code.
    Marker(usize, u8),
    /// The end of the file.
    File,
}

/// Appends `bytes[from..to]` to `out` without stuffing, and returns what ended them. `to` must not lie
/// between an 0xFF byte and the byte that follows it.
pub(super) fn unstuff(bytes: &[u8], from: usize, to: usize, out: &mut Vec<u8>) -> UnstuffEnd {
    let to = to.min(bytes.len());
    let mut at = from;
    while at < to {
        let rest = bytes.get(at..to).unwrap_or_default();
        let Some(found) = memchr(0xFF, rest) else {
            out.extend_from_slice(rest);
            return if to == bytes.len() { UnstuffEnd::File } else { UnstuffEnd::Limit };
        };
        out.extend_from_slice(rest.get(..found).unwrap_or_default());
        let ff = at + found;
        match bytes.get(ff + 1) {
            Some(0) => out.push(0xFF),
            Some(0xFF) => {
                // This is a fill byte before a marker.
                at = ff + 1;
                continue;
            }
            Some(&code) => return UnstuffEnd::Marker(ff, code),
            None => return UnstuffEnd::File,
        }
        at = ff + 2;
    }
    if at >= bytes.len() { UnstuffEnd::File } else { UnstuffEnd::Limit }
}

/// Appends zeros, so that a reader may look ahead.
pub(super) fn pad(out: &mut Vec<u8>) {
    out.resize(out.len() + PADDING, 0);
}

/// The first offset at or behind `at` that does not lie between an 0xFF byte and the byte that follows it.
pub(super) fn boundary(bytes: &[u8], at: usize) -> usize {
    let mut at = at.min(bytes.len());
    while at > 0 && at < bytes.len() && bytes.get(at - 1) == Some(&0xFF) {
        at += 1;
    }
    at
}

/// The offset in the file of byte `index` of the unstuffed data that [`unstuff`] gives from `from` on.
pub(super) fn raw_offset(bytes: &[u8], from: usize, index: usize) -> usize {
    let (mut at, mut left) = (from, index);
    while left > 0 {
        let rest = bytes.get(at..).unwrap_or_default();
        let plain = memchr(0xFF, rest).unwrap_or(rest.len());
        if plain >= left || plain == rest.len() {
            return at + left.min(plain);
        }
        left -= plain;
        at += plain + 1;
        if bytes.get(at) != Some(&0xFF) {
            // This is not a fill byte, but an 0xFF byte with its stuffing.
            left -= 1;
            at += 1;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stuffing_goes_and_markers_stop() {
        let cases: [(&[u8], &[u8], UnstuffEnd); 6] = [
            (&[1, 2, 3], &[1, 2, 3], UnstuffEnd::File),
            (&[1, 0xFF, 0, 3], &[1, 0xFF, 3], UnstuffEnd::File),
            (&[0xFF, 0, 0xFF, 0], &[0xFF, 0xFF], UnstuffEnd::File),
            (&[9, 0xFF, 0xD9, 7], &[9], UnstuffEnd::Marker(1, 0xD9)),
            (&[9, 0xFF, 0xFF, 0xD0], &[9], UnstuffEnd::Marker(2, 0xD0)),
            (&[9, 0xFF], &[9], UnstuffEnd::File),
        ];
        for (bytes, want, end) in cases {
            let mut out = Vec::new();
            assert_eq!((unstuff(bytes, 0, usize::MAX, &mut out), &out[..]), (end, want), "{bytes:?}");
        }
    }

    #[test]
    fn offsets_are_found_again() {
        let bytes: Vec<u8> =
            (0..2000u32).flat_map(|i| if i % 7 == 0 { vec![0xFF, 0] } else { vec![i as u8 & 127] }).collect();
        for from in [0, 5, 500] {
            let from = boundary(&bytes, from);
            for index in [0, 1, 2, 99, 1000] {
                let raw = raw_offset(&bytes, from, index);
                let mut out = Vec::new();
                unstuff(&bytes, from, raw, &mut out);
                assert_eq!(out.len(), index, "from {from}");
            }
        }
    }
}
