//! Picture formats, told by content, never by a file's name.

/// A picture format that is recognized.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Format {
    /// JPEG (ITU-T T.81), with or without JFIF.
    Jpeg,
    /// PNG, and the default image of an APNG.
    Png,
    /// GIF 87a and 89a.
    Gif,
    /// Windows and OS/2 bitmaps.
    Bmp,
    /// WebP, lossy and lossless, read with the feature `webp`.
    WebP,
    /// TIFF 6 and BigTIFF, read with the feature `tiff`.
    Tiff,
    /// HEIC/HEIF, read with the feature `heic`.
    Heic,
    /// AVIF: recognized, not read.
    Avif,
}

impl Format {
    /// The format of `bytes` by their magic numbers; `None` where none matches.
    ///
    /// ```
    /// assert_eq!(photo_prep::Format::sniff(b"GIF89a..."), Some(photo_prep::Format::Gif));
    /// ```
    #[must_use]
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(Self::Png),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'B', b'M', ..] => Some(Self::Bmp),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::WebP),
            [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Some(Self::Tiff),
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => sniff_ftyp(bytes),
            _ => None,
        }
    }

    /// The usual file extension, without a dot: `jpg`, `png`, …
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Gif => "gif",
            Self::Bmp => "bmp",
            Self::WebP => "webp",
            Self::Tiff => "tif",
            Self::Heic => "heic",
            Self::Avif => "avif",
        }
    }

    /// The media type, as in `Content-Type`: `image/jpeg`, `image/png`, …
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::Bmp => "image/bmp",
            Self::WebP => "image/webp",
            Self::Tiff => "image/tiff",
            Self::Heic => "image/heic",
            Self::Avif => "image/avif",
        }
    }

    /// A lower-case name for machine-read output: `jpeg`, `png`, …
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Tiff => "tiff",
            other => other.extension(),
        }
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Gif => "GIF",
            Self::Bmp => "BMP",
            Self::WebP => "WebP",
            Self::Tiff => "TIFF",
            Self::Heic => "HEIC",
            Self::Avif => "AVIF",
        })
    }
}

/// What unknown content looks like, for a helpful error.
pub(crate) fn looks_like(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [] => Some("an empty file"),
        [0, 0, 1 | 2, 0, ..] => Some("a Windows icon or cursor"),
        [b'%', b'P', b'D', b'F', ..] => Some("a PDF"),
        [b'I', b'I', b'U', 0, ..] => Some("a camera's raw file of Panasonic or Leica (RW2)"),
        [b'I', b'I', b'R', b'O' | b'S', ..] | [b'M', b'M', b'O', b'R', ..] => {
            Some("a camera's raw file of Olympus (ORF)")
        }
        [b'F', b'U', b'J', b'I', b'F', b'I', b'L', b'M', ..] => Some("a camera's raw file of Fujifilm (RAF)"),
        [_, _, _, _, b'f', b't', b'y', b'p', b'c', b'r', b'x', ..] => {
            Some("a camera's raw file of Canon (CR3)")
        }
        [b'8', b'B', b'P', b'S', ..] => Some("a Photoshop file"),
        [0xFF, 0x0A, ..] | [0, 0, 0, 0x0C, b'J', b'X', b'L', b' ', ..] => Some("JPEG XL"),
        [0, 0, 0, 0x0C, b'j', b'P', ..] => Some("JPEG 2000"),
        [b'P', b'K', 3, 4, ..] => Some("a ZIP archive"),
        [b'<', ..] => Some("HTML, XML or SVG text"),
        [0xFF, 0xD8, ..] => Some("the first two bytes of a JPEG"),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some("a video"),
        _ => None,
    }
}

/// ISO base media files tell what they are by brands (ISO/IEC 14496-12, 23008-12).
fn sniff_ftyp(bytes: &[u8]) -> Option<Format> {
    let declared = bytes.first_chunk::<4>().map(|b| u32::from_be_bytes(*b) as usize)?;
    let end = declared.clamp(16, 256).min(bytes.len());
    let brands = || {
        let compatible = bytes.get(16..end).unwrap_or_default();
        bytes.get(8..12).into_iter().chain(compatible.chunks_exact(4))
    };
    let any = |names: &[&[u8; 4]]| brands().any(|b| names.iter().any(|n| b == n.as_slice()));
    if any(&[b"avif", b"avis"]) {
        return Some(Format::Avif);
    }
    const HEIC: [&[u8; 4]; 12] = [
        b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"mif2", b"msf1",
        b"miaf",
    ];
    any(&HEIC).then_some(Format::Heic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        let table: &[(&[u8], Option<Format>)] = &[
            (b"\xFF\xD8\xFF\xE0", Some(Format::Jpeg)),
            (b"\x89PNG\r\n\x1A\n", Some(Format::Png)),
            (b"GIF88a", None),
            (b"BM", Some(Format::Bmp)),
            (b"RIFF\0\0\0\0WEBPVP8 ", Some(Format::WebP)),
            (b"II*\0", Some(Format::Tiff)),
            (b"MM\0+", Some(Format::Tiff)),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", Some(Format::Avif)),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", Some(Format::Heic)),
            (b"\0\0\0\x18ftypisom\0\0\0\0isommp41", None),
            (b"", None),
        ];
        for (bytes, want) in table {
            assert_eq!(Format::sniff(bytes), *want, "{bytes:?}");
        }
    }
}
