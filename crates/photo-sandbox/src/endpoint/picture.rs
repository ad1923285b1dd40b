//! What a picture is, from its first bytes, and how large, from its header.

/// The kinds of pictures that the endpoint takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Jpeg,
    Png,
    Gif,
    Bmp,
}

impl Kind {
    /// The kind by its magic bytes, whatever the file's name.
    pub(crate) fn of(bytes: &[u8]) -> Option<Kind> {
        let known = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic));
        known.map(|&(_, kind)| kind)
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Kind::Jpeg => "image/jpeg",
            Kind::Png => "image/png",
            Kind::Gif => "image/gif",
            Kind::Bmp => "image/bmp",
        }
    }
}

/// Width times height, from the header; none if there is no such header or the picture is empty.
pub(crate) fn pixels(bytes: &[u8]) -> Option<u64> {
    let (width, height) = match Kind::of(bytes)? {
        Kind::Bmp => bmp_size(bytes)?,
        Kind::Jpeg | Kind::Png | Kind::Gif => {
            let size = imagesize::blob_size(bytes).ok()?;
            (u64::try_from(size.width).ok()?, u64::try_from(size.height).ok()?)
        }
    };
    width.checked_mul(height).filter(|&pixels| pixels > 0)
}

/// Width and height of a BMP. Done here because `imagesize` takes the negative height of a top-down picture
/// for a huge one.
fn bmp_size(bytes: &[u8]) -> Option<(u64, u64)> {
    let word = |at: usize| Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let long = |at: usize| Some(i32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    match long(14)? {
        // The oldest header, of OS/2, has 16 bits a side.
        12 => Some((word(18)?.into(), word(20)?.into())),
        16.. => Some((u64::try_from(long(18)?).ok()?, long(22)?.unsigned_abs().into())),
        _ => None,
    }
}

const MAGIC: [(&[u8], Kind); 5] = [
    (b"\xFF\xD8\xFF", Kind::Jpeg),
    (b"\x89PNG\r\n\x1A\n", Kind::Png),
    (b"GIF87a", Kind::Gif),
    (b"GIF89a", Kind::Gif),
    (b"BM", Kind::Bmp),
];

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A file that begins like a PNG of this size; enough for everything that looks at headers only.
    pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend([8, 2, 0, 0, 0, 0, 0, 0, 0]);
        bytes
    }

    fn gif(width: u16, height: u16) -> Vec<u8> {
        [b"GIF89a".to_vec(), width.to_le_bytes().to_vec(), height.to_le_bytes().to_vec(), vec![0; 8]].concat()
    }

    fn jpeg(width: u16, height: u16) -> Vec<u8> {
        let mut bytes = b"\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xFF\xC0\0\x11\x08".to_vec();
        bytes.extend(height.to_be_bytes());
        bytes.extend(width.to_be_bytes());
        bytes.extend([3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1, 0xFF, 0xDA]);
        bytes
    }

    fn bmp(width: i32, height: i32) -> Vec<u8> {
        let mut bytes = b"BM".to_vec();
        bytes.extend([0; 12]);
        bytes.extend(40u32.to_le_bytes());
        bytes.extend(width.to_le_bytes());
        bytes.extend(height.to_le_bytes());
        bytes.extend([0; 28]);
        bytes
    }

    fn os2(width: u16, height: u16) -> Vec<u8> {
        let mut bytes = b"BM".to_vec();
        bytes.extend([0; 12]);
        bytes.extend(12u32.to_le_bytes());
        bytes.extend(width.to_le_bytes());
        bytes.extend(height.to_le_bytes());
        bytes.extend([1, 0, 24, 0]);
        bytes
    }

    #[test]
    fn kinds_and_sizes() {
        let table = [
            (png(3, 5), Some(Kind::Png), Some(15)),
            (gif(7, 2), Some(Kind::Gif), Some(14)),
            (jpeg(640, 480), Some(Kind::Jpeg), Some(307_200)),
            (bmp(4, 4), Some(Kind::Bmp), Some(16)),
            (bmp(4, -4), Some(Kind::Bmp), Some(16)),
            (bmp(4, i32::MIN), Some(Kind::Bmp), Some(4 << 31)),
            (bmp(-4, 4), Some(Kind::Bmp), None),
            (os2(3, 6), Some(Kind::Bmp), Some(18)),
            (b"BM".to_vec(), Some(Kind::Bmp), None),
            (png(u32::MAX, u32::MAX), Some(Kind::Png), Some(u64::from(u32::MAX) * u64::from(u32::MAX))),
            (png(0, 5), Some(Kind::Png), None),
            (b"\x89PNG\r\n\x1A\n".to_vec(), Some(Kind::Png), None),
            (b"hello".to_vec(), None, None),
            (Vec::new(), None, None),
        ];
        for (bytes, kind, size) in table {
            assert_eq!(Kind::of(&bytes), kind);
            assert_eq!(pixels(&bytes), size, "{kind:?}");
        }
    }

    proptest! {
        #[test]
        fn headers_of_any_bytes_never_panic(which in 0..MAGIC.len(), tail in prop::collection::vec(any::<u8>(), 0..200)) {
            let bytes = [MAGIC[which].0, &tail].concat();
            let _ = pixels(&bytes);
            let _ = pixels(&tail);
        }
    }
}
