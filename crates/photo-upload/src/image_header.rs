//! What a picture's first bytes say: its format and its size. No pixel is looked at.

use std::fmt;

/// A picture format the endpoint documents as accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// GIF.
    Gif,
    /// BMP.
    Bmp,
}

impl Format {
    /// The usual file extension, without a dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Gif => "gif",
            Self::Bmp => "bmp",
        }
    }

    /// The media type sent with the file.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::Bmp => "image/bmp",
        }
    }

    /// The format the first bytes show, or `None` for anything the endpoint does not take.
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        let found = |magic: &[u8]| bytes.starts_with(magic);
        if found(&[0xFF, 0xD8, 0xFF]) {
            Some(Self::Jpeg)
        } else if found(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if found(b"GIF87a") || found(b"GIF89a") {
            Some(Self::Gif)
        } else if found(b"BM") {
            Some(Self::Bmp)
        } else {
            None
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Gif => "GIF",
            Self::Bmp => "BMP",
        })
    }
}

/// Names a well-known format that the endpoint does not take, so that an error can say what the file is.
pub(crate) fn foreign_format(bytes: &[u8]) -> Option<&'static str> {
    let at = |offset: usize, magic: &[u8]| bytes.get(offset..).is_some_and(|rest| rest.starts_with(magic));
    let brand = |brands: &[&[u8]]| at(4, b"ftyp") && brands.iter().any(|b| at(8, b));
    if at(0, b"RIFF") && at(8, b"WEBP") {
        Some("WebP")
    } else if at(0, b"II*\0") || at(0, b"MM\0*") {
        Some("TIFF")
    } else if brand(&[b"avif", b"avis"]) {
        Some("AVIF")
    } else if brand(&[b"hei", b"hev", b"mif1", b"msf1"]) {
        Some("HEIC")
    } else if at(0, b"%PDF") {
        Some("PDF")
    } else if at(0, b"<") {
        Some("HTML, SVG or XML text")
    } else if at(0, b"\xFF\x0A") || at(0, b"\0\0\0\x0CJXL ") {
        Some("JPEG XL")
    } else {
        None
    }
}

/// Width and height in pixels as the header gives them, each at least 1, or `None` when the header is cut off
/// or broken.
pub(crate) fn dimensions(format: Format, bytes: &[u8]) -> Option<(u32, u32)> {
    let (width, height) = match format {
        Format::Png => png(bytes),
        Format::Gif => Some((u32::from(le16(bytes, 6)?), u32::from(le16(bytes, 8)?))),
        Format::Bmp => bmp(bytes),
        Format::Jpeg => jpeg(bytes),
    }?;
    (width > 0 && height > 0).then_some((width, height))
}

fn png(bytes: &[u8]) -> Option<(u32, u32)> {
    (bytes.get(12..16)? == b"IHDR").then_some(())?;
    Some((be32(bytes, 16)?, be32(bytes, 20)?))
}

/// The 12-byte OS/2 header has 16-bit sizes; all later ones signed 32-bit, where a negative height means
/// top-down.
fn bmp(bytes: &[u8]) -> Option<(u32, u32)> {
    if le32(bytes, 14)? == 12 {
        return Some((u32::from(le16(bytes, 18)?), u32::from(le16(bytes, 20)?)));
    }
    let width = i32::from_le_bytes(le32(bytes, 18)?.to_le_bytes());
    let height = i32::from_le_bytes(le32(bytes, 22)?.to_le_bytes());
    Some((u32::try_from(width).ok()?, height.unsigned_abs()))
}

/// Walks the segments to the frame header. Each step moves forward, so the walk ends with the file.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2_usize;
    loop {
        at += bytes.get(at..)?.iter().position(|&b| b == 0xFF)?;
        at += bytes.get(at..)?.iter().position(|&b| b != 0xFF)?;
        let marker = *bytes.get(at)?;
        at += 1;
        match marker {
            // Frame headers: C0 to CF without DHT (C4), JPG (C8) and DAC (CC).
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                return Some((u32::from(be16(bytes, at + 5)?), u32::from(be16(bytes, at + 3)?)));
            }
            // A scan or the end before any frame: there is no size to be had.
            0xD9 | 0xDA => return None,
            // Stuffing and markers without a length.
            0x00 | 0x01 | 0xD0..=0xD8 => {}
            _ => at = at.checked_add(usize::from(be16(bytes, at)?.max(2)))?,
        }
    }
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Small headers for this crate's own tests.
#[cfg(test)]
pub(crate) mod samples {
    pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
        let mut v = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        v.extend(width.to_be_bytes());
        v.extend(height.to_be_bytes());
        v.extend([8, 2, 0, 0, 0]);
        v
    }

    pub(crate) fn jpeg(width: u16, height: u16) -> Vec<u8> {
        let mut v = vec![0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0xFF, 0xC0, 0xFF, 0xFF, 0xC2, 0, 17, 8];
        v.extend(height.to_be_bytes());
        v.extend(width.to_be_bytes());
        v.extend([3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);
        v
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn gif() -> Vec<u8> {
        b"GIF89a\x05\x00\x07\x01\0\0\0".to_vec()
    }

    fn bmp(header: u32, width: i32, height: i32) -> Vec<u8> {
        let mut v = b"BM".to_vec();
        v.extend([0; 12]);
        v.extend(header.to_le_bytes());
        v.extend(width.to_le_bytes());
        v.extend(height.to_le_bytes());
        v
    }

    #[test]
    fn formats_and_sizes() {
        let mut os2 = b"BM".to_vec();
        os2.extend([0; 12]);
        os2.extend(12_u32.to_le_bytes());
        os2.extend([9, 0, 4, 0]);
        let cases = [
            (samples::png(3, 4), Format::Png, Some((3, 4))),
            (samples::png(0, 4), Format::Png, None),
            (samples::jpeg(640, 480), Format::Jpeg, Some((640, 480))),
            (samples::jpeg(640, 0), Format::Jpeg, None),
            (vec![0xFF, 0xD8, 0xFF, 0xDA, 0, 2], Format::Jpeg, None),
            (gif(), Format::Gif, Some((5, 263))),
            (bmp(40, 10, -20), Format::Bmp, Some((10, 20))),
            (bmp(40, -10, 20), Format::Bmp, None),
            (os2, Format::Bmp, Some((9, 4))),
        ];
        for (bytes, format, size) in cases {
            assert_eq!(Format::sniff(&bytes), Some(format));
            assert_eq!(dimensions(format, &bytes), size, "{format} {bytes:?}");
        }
    }

    #[test]
    fn foreign_formats_are_named() {
        let cases: [(&[u8], Option<&str>); 6] = [
            (b"RIFF\0\0\0\0WEBPVP8 ", Some("WebP")),
            (b"II*\0\x08\0\0\0", Some("TIFF")),
            (b"\0\0\0\x18ftypheic", Some("HEIC")),
            (b"\0\0\0\x18ftypavif", Some("AVIF")),
            (b"<!DOCTYPE html>", Some("HTML, SVG or XML text")),
            (b"hello", None),
        ];
        for (bytes, name) in cases {
            assert_eq!(Format::sniff(bytes), None);
            assert_eq!(foreign_format(bytes), name);
        }
    }

    proptest! {
        #[test]
        fn any_cut_or_garbage_is_survived(cut in 0_usize..64, garbage in prop::collection::vec(any::<u8>(), 0..200)) {
            for whole in [samples::png(3, 4), samples::jpeg(3, 4), gif(), bmp(40, 3, 4)] {
                let format = Format::sniff(&whole).expect("a sample is known");
                let short = whole.get(..cut.min(whole.len())).unwrap_or_default();
                let seen = dimensions(format, short);
                prop_assert!(seen.is_none() || seen == dimensions(format, &whole));
                let mut mixed = short.to_vec();
                mixed.extend(&garbage);
                let _ = dimensions(format, &mixed);
            }
        }
    }
}
