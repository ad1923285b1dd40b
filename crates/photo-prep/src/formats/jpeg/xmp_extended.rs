//! XMP too long for one segment of a JPEG (ISO 16684-3, 1.1.3.1): a second packet in parts, named by its MD5.

use photo_jpeg::syntax::{marker, write_segment};

use crate::metadata::md5;

pub(crate) const HEADER: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";

/// Bytes of the longest packet that is put together: those of real ones hold a depth map and a picture.
const MOST: usize = 32 << 20;

/// Bytes of a part in each segment.
const PART: usize = 65_000;

/// The packet of this name from the payloads of its segments; `None` where it is not whole.
pub(crate) fn joined<'a>(payloads: impl Iterator<Item = &'a [u8]>, name: &str) -> Option<Vec<u8>> {
    let mut parts: Vec<(usize, usize, &[u8])> = payloads
        .filter_map(|payload| payload.strip_prefix(HEADER)?.strip_prefix(name.as_bytes()))
        .filter_map(|rest| {
            let number = |at| crate::metadata::bytes::be32(rest, at).and_then(|n| usize::try_from(n).ok());
            Some((number(4)?, number(0)?, rest.get(8..)?))
        })
        .collect();
    parts.sort_by_key(|part| part.0);
    parts.dedup();
    let whole = parts.first()?.1;
    if name.len() != 32 || whole > MOST || parts.iter().map(|part| part.2.len()).sum::<usize>() != whole {
        return None;
    }
    let mut out = Vec::with_capacity(whole);
    for (at, length, data) in parts {
        if at != out.len() || length != whole {
            return None;
        }
        out.extend_from_slice(data);
    }
    Some(out)
}

/// The name of a packet.
pub(crate) fn name(packet: &[u8]) -> String {
    md5::hex(packet)
}

/// A packet as segments.
pub(crate) fn segments(packet: &[u8]) -> Option<Vec<u8>> {
    let (name, whole) = (name(packet), u32::try_from(packet.len()).ok()?);
    let mut out = Vec::with_capacity(packet.len() + packet.len() / 256 + 128);
    for (number, part) in packet.chunks(PART).enumerate() {
        let (whole, from) = (whole.to_be_bytes(), u32::try_from(number * PART).ok()?.to_be_bytes());
        write_segment(&mut out, marker::APP1, &[HEADER, name.as_bytes(), &whole, &from, part])?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::jpeg;

    #[test]
    fn packets_are_put_together_from_parts_in_any_order() {
        for length in [1, 64_999, 65_000, 200_000] {
            let packet: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
            let file = [&[0xFF, 0xD8][..], &segments(&packet).unwrap(), &[0xFF, 0xD9]].concat();
            let layout = jpeg::walk(&file).unwrap();
            assert_eq!(layout.segments.len(), packet.len().div_ceil(PART));
            let name = name(&packet);
            let parts = layout.segments.iter().rev().map(|s| s.data(&file));
            assert_eq!(joined(parts, &name), Some(packet));
            assert_eq!(joined(layout.segments.iter().map(|s| s.data(&file)), &"0".repeat(32)), None);
            assert_eq!(joined(layout.segments.iter().skip(1).map(|s| s.data(&file)), &name), None);
        }
    }
}
