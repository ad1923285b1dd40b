//! LZMA2 in the xz container (The .xz File Format 1.1.0), as libtiff writes it: one block, with a delta
//! filter before it.

use std::io::Read;

use lzma_rust2::Lzma2Reader;

const STREAM_HEADER: usize = 12;
const MAGIC: &[u8] = b"\xFD7zXZ\0";
/// Filter IDs (5.3).
const DELTA: u64 = 0x03;
const LZMA2: u64 = 0x21;
/// The smallest dictionary (5.3.1).
const LEAST_DICTIONARY: u32 = 4_096;

/// At most `length` bytes; fewer where the data ends.
pub(super) fn unpack(data: &[u8], length: usize) -> Result<Vec<u8>, String> {
    let header =
        BlockHeader::read(data).ok_or("its xz header is damaged or has filters that TIFF doesn't use")?;
    // Encoders ask for what they are set to, often 8 MB, for any strip; no match reaches back further than
    // its beginning.
    let dictionary = u32::try_from(length).unwrap_or(u32::MAX).max(LEAST_DICTIONARY);
    let packed = data.get(header.end..).unwrap_or_default();
    let mut out = Vec::with_capacity(length);
    let reader = Lzma2Reader::new(packed, dictionary, None);
    reader.take(length as u64).read_to_end(&mut out).map_err(|e| e.to_string())?;
    if let Some(distance) = header.delta {
        for i in distance..out.len() {
            out[i] = out[i].wrapping_add(out[i - distance]);
        }
    }
    Ok(out)
}

/// What the header of the first block (3.1) says.
struct BlockHeader {
    /// Bytes between those whose difference is stored.
    delta: Option<usize>,
    /// Where the packed data begins.
    end: usize,
}

impl BlockHeader {
    fn read(data: &[u8]) -> Option<Self> {
        let size = usize::from(*data.get(STREAM_HEADER)?);
        let end = STREAM_HEADER + (size + 1) * 4;
        if !data.starts_with(MAGIC) || size == 0 {
            return None;
        }
        let mut fields = data.get(STREAM_HEADER + 1..end)?;
        let flags = byte(&mut fields)?;
        for present in [0x40, 0x80] {
            if flags & present != 0 {
                number(&mut fields)?;
            }
        }
        let mut header = Self { delta: None, end };
        let filters = flags & 3;
        for index in 0..=filters {
            match (number(&mut fields)?, number(&mut fields)?, byte(&mut fields)?) {
                (DELTA, 1, distance) if index < filters && header.delta.is_none() => {
                    header.delta = Some(usize::from(distance) + 1);
                }
                (LZMA2, 1, _) if index == filters => return Some(header),
                _ => return None,
            }
        }
        None
    }
}

fn byte(fields: &mut &[u8]) -> Option<u8> {
    let (first, rest) = fields.split_first()?;
    *fields = rest;
    Some(*first)
}

/// A multibyte integer (1.2).
fn number(fields: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let part = byte(fields)?;
        value |= u64::from(part & 0x7F) << shift;
        if part & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_other_filters_are_no_headers() {
        let block = |fields: &[u8]| [MAGIC, &[0, 1, 0, 0, 0, 0], &[2], fields, &[0; 12]].concat();
        let read = |fields: &[u8]| BlockHeader::read(&block(fields)).map(|h| (h.delta, h.end));
        assert_eq!(read(&[0, 0x21, 1, 22]), Some((None, 24)));
        assert_eq!(read(&[1, 3, 1, 2, 0x21, 1, 22]), Some((Some(3), 24)));
        // The delta last, two of them, an x86 filter, LZMA2 before another filter.
        for fields in [
            &[0, 3, 1, 2][..],
            &[2, 3, 1, 2, 3, 1, 2, 0x21, 1],
            &[1, 4, 1, 0, 0x21, 1, 22],
            &[1, 0x21, 1, 22, 3],
        ] {
            assert_eq!(read(fields), None, "{fields:?}");
        }
    }
}
