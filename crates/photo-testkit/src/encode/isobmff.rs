//! The first boxes of AVIF and HEIC files: enough to be recognized, and to be refused by name.

/// A file that says it's AVIF and holds no picture.
pub fn avif() -> Vec<u8> {
    file(b"avif", &[b"avif", b"mif1", b"miaf"])
}

/// A file that says it's HEIC and holds no picture.
pub fn heic() -> Vec<u8> {
    file(b"heic", &[b"mif1", b"heic"])
}

fn file(brand: &[u8; 4], compatible: &[&[u8; 4]]) -> Vec<u8> {
    let mut ftyp = brand.to_vec();
    ftyp.extend([0; 4]);
    ftyp.extend(compatible.iter().copied().flatten());
    let mut out = sized(b"ftyp", &ftyp);
    // A `meta` box with a picture handler and nothing in it.
    let mut meta = vec![0; 4];
    meta.extend(sized(b"hdlr", b"\0\0\0\0\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0"));
    out.extend(sized(b"meta", &meta));
    out
}

fn sized(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
    let mut out = (payload.len() as u32 + 8).to_be_bytes().to_vec();
    out.extend(kind);
    out.extend(payload);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_fill_the_files() {
        for (bytes, brand) in [(avif(), b"avif"), (heic(), b"heic")] {
            assert_eq!(&bytes[4..12], [b"ftyp".as_slice(), brand].concat());
            let mut rest = bytes.as_slice();
            while let Some((size, _)) = rest.split_first_chunk::<4>() {
                rest = &rest[u32::from_be_bytes(*size) as usize..];
            }
            assert!(rest.is_empty());
        }
    }
}
