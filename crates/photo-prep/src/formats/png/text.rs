//! Texts of a PNG (W3C PNG, third edition, 11.3.3) that hold EXIF or XMP.

use std::borrow::Cow;
use std::io::Read;

const XMP_KEY: &[u8] = b"XML:com.adobe.xmp";

/// What a text chunk holds that has another place, by its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    /// A packet as it is.
    Xmp,
    /// As hexadecimal digits, which is ImageMagick's way.
    RawExif,
    RawXmp,
}

/// What the chunk of a text holds, if it is neither plain text nor something that we don't know.
pub(crate) fn holds(data: &[u8]) -> Option<Holds> {
    let key = data.get(..data.iter().take(80).position(|b| *b == 0)?)?;
    match key {
        XMP_KEY => Some(Holds::Xmp),
        b"Raw profile type exif" | b"Raw profile type APP1" => Some(Holds::RawExif),
        b"Raw profile type xmp" => Some(Holds::RawXmp),
        _ => None,
    }
}

/// The text of a chunk; `None` where it is broken, or longer than `most` bytes.
pub(crate) fn text<'a>(kind: [u8; 4], data: &'a [u8], most: u64) -> Option<Cow<'a, [u8]>> {
    let rest = after_zero(data)?;
    let (packed, text) = match &kind {
        b"tEXt" => (false, rest),
        b"zTXt" => (true, rest.strip_prefix(&[0])?),
        b"iTXt" => match rest {
            // Packed or not, the method; then a language and a translated key.
            [packed @ 0..=1, 0, rest @ ..] => (*packed == 1, after_zero(after_zero(rest)?)?),
            _ => return None,
        },
        _ => return None,
    };
    if !packed {
        return (text.len() as u64 <= most).then_some(Cow::Borrowed(text));
    }
    let mut out = Vec::new();
    flate2::read::ZlibDecoder::new(text).take(most + 1).read_to_end(&mut out).ok()?;
    (out.len() as u64 <= most).then_some(Cow::Owned(out))
}

fn after_zero(data: &[u8]) -> Option<&[u8]> {
    data.get(memchr::memchr(0, data)? + 1..)
}

/// The bytes of a raw profile: a name, a length, and as many bytes in hexadecimal digits.
pub(crate) fn raw_profile(text: &[u8]) -> Option<Vec<u8>> {
    let mut words = text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    words.next()?;
    let length: usize = std::str::from_utf8(words.next()?).ok()?.parse().ok()?;
    let mut digits = words.flatten().map(|digit| char::from(*digit).to_digit(16));
    let mut out = Vec::with_capacity(length.min(text.len() / 2));
    for _ in 0..length {
        out.push(u8::try_from(digits.next()?? << 4 | digits.next()??).ok()?);
    }
    Some(out)
}

/// The data of an iTXt chunk that holds a packet.
pub(crate) fn xmp_chunk(packet: &[u8]) -> Vec<u8> {
    [XMP_KEY, b"\0\0\0\0\0", packet].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::ZlibEncoder;

    fn packed(data: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        ZlibEncoder::new(data, flate2::Compression::fast()).read_to_end(&mut out).unwrap();
        out
    }

    #[test]
    fn texts_of_each_kind_are_read_within_their_bound() {
        let table = [
            (*b"tEXt", b"a\0hello".to_vec()),
            (*b"zTXt", [b"a\0\0", packed(b"hello").as_slice()].concat()),
            (*b"iTXt", b"a\0\0\0en\0b\0hello".to_vec()),
            (*b"iTXt", [b"a\0\x01\0\0\0", packed(b"hello").as_slice()].concat()),
        ];
        for (kind, data) in table {
            assert_eq!(text(kind, &data, 5).as_deref(), Some(&b"hello"[..]), "{kind:?}");
            assert_eq!(text(kind, &data, 4), None, "{kind:?}");
            assert_eq!(text(kind, &data[..2], 5).unwrap_or_default().len(), 0, "{kind:?}");
        }
        let chunk = xmp_chunk(b"<x/>");
        assert_eq!(
            (holds(&chunk), text(*b"iTXt", &chunk, 9).as_deref()),
            (Some(Holds::Xmp), Some(&b"<x/>"[..]))
        );
    }

    #[test]
    fn raw_profiles_are_hexadecimal() {
        assert_eq!(raw_profile(b"\nexif\n       4\n4578\n69 66\n").as_deref(), Some(&b"Exif"[..]));
        for text in
            [&b""[..], b"\nexif\n5\n45786966", b"\nexif\n4\n4578696", b"\nexif\nx\n45", b"\nexif\n1\nZZ"]
        {
            assert_eq!(raw_profile(text), None);
        }
        assert_eq!(holds(b"Raw profile type APP1\0\0"), Some(Holds::RawExif));
        assert_eq!(holds(b"Raw profile type iptc\0\0"), None);
    }
}
