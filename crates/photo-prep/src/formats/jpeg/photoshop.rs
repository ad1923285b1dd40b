//! Photoshop's image resources (Adobe Photoshop File Formats Specification), the home of IPTC in a JPEG.

use photo_jpeg::syntax::{marker, write_segment};

use crate::metadata::bytes::{array, be16, be32};

pub(crate) const HEADER: &[u8] = b"Photoshop 3.0\0";

/// Bytes of resources in each segment.
const PART: usize = 65_000;

/// Old thumbnails, and copies of EXIF and XMP, which have places of their own.
const GO: [u16; 5] = [1033, 1036, 1058, 1059, 1060];

/// The resources without those that tell of the old picture, as segments; `None` where they can't be
/// understood.
pub(crate) fn amended(resources: &[u8]) -> Option<Vec<u8>> {
    let mut kept = Vec::with_capacity(resources.len());
    let mut at = 0;
    // Some writers pad the end with a zero.
    while resources.len() - at > 1 {
        let kind = array::<4>(resources, at)?;
        if !matches!(&kind, b"8BIM" | b"PHUT" | b"AgHg" | b"DCSR" | b"MeSa") {
            return None;
        }
        let id = be16(resources, at + 4)?;
        let name = usize::from(*resources.get(at + 6)?);
        let length_at = at + 6 + (1 + name).next_multiple_of(2);
        let length = usize::try_from(be32(resources, length_at)?).ok()?;
        let data_end = (length_at + 4).checked_add(length).filter(|end| *end <= resources.len())?;
        let end = data_end.next_multiple_of(2).min(resources.len());
        if !GO.contains(&id) {
            kept.extend_from_slice(resources.get(at..end)?);
        }
        at = end;
    }
    segments(&kept)
}

fn segments(resources: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(resources.len() + 64);
    for part in resources.chunks(PART) {
        write_segment(&mut out, marker::APP13, &[HEADER, part])?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(id: u16, name: &[u8], data: &[u8]) -> Vec<u8> {
        let mut out = b"8BIM".to_vec();
        out.extend(id.to_be_bytes());
        out.push(name.len() as u8);
        out.extend(name);
        out.extend(vec![0; (name.len() + 1) % 2]);
        out.extend((data.len() as u32).to_be_bytes());
        out.extend(data);
        out.extend(vec![0; data.len() % 2]);
        out
    }

    #[test]
    fn thumbnails_go_and_iptc_stays() {
        let iptc = resource(1028, b"", b"\x1C\x02\x05\0\x03abc");
        let resolution = resource(1005, b"abc", &[7; 16]);
        let all =
            [resource(1036, b"", b"THUMB"), iptc.clone(), resource(1058, b"x", b"EXIF"), resolution.clone()];
        let out = amended(&all.concat()).unwrap();
        let want = [iptc, resolution].concat();
        assert_eq!(out, [&[0xFF, 0xED, 0, (16 + want.len()) as u8][..], HEADER, &want].concat());
        assert_eq!(amended(&resource(1036, b"", b"THUMB")), Some(Vec::new()));
    }

    #[test]
    fn what_can_not_be_understood_is_none() {
        let whole = resource(1028, b"", b"abcd");
        for cut in 2..whole.len() {
            assert_eq!(amended(&whole[..cut]), None, "{cut}");
        }
        assert_eq!(amended(b"8BIN\0\0\0\0\0\0\0\0"), None);
    }
}
