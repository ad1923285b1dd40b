//! Broken files made from whole ones, always the same from the same seed. Takes any bytes and never panics.

use std::ops::Range;

use crate::photo::noise::Random;

/// A broken copy of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// What was done, for messages: "truncated to 37 %".
    pub what: String,
    /// The broken file.
    pub bytes: Vec<u8>,
}

/// `count` mutants of a file: truncations at each percent, flipped bits, set bytes, changed length fields,
/// inflated dimensions, and doubled, removed or exchanged segments (JPEG), chunks (PNG, WebP) or stretches of
/// bytes (others), in turn.
///
/// ```
/// use photo_testkit::{mutate, sample};
///
/// let jpeg = sample::jpeg(64, 48, &sample::phone());
/// let mutants: Vec<_> = mutate::mutants(&jpeg, 1, 50).collect();
/// assert_eq!(mutants.len(), 50);
/// assert!(mutants.iter().all(|mutant| mutant.bytes != jpeg));
/// ```
pub fn mutants(bytes: &[u8], seed: u64, count: usize) -> impl Iterator<Item = Mutant> + '_ {
    let parts = parts(bytes);
    let mut truncated = 0;
    (0..count).map(move |i| {
        let mut random = Random::new(seed ^ (i as u64).wrapping_mul(0xD1B5_4A32_D192_ED03));
        let mutant = match i % 8 {
            0 => {
                truncated += 1;
                truncate(bytes, (truncated * 37) % 100)
            }
            1 => flip_bits(bytes, &mut random),
            2 => set_bytes(bytes, &mut random),
            3 => change_length(bytes, &parts, &mut random),
            4 => inflate(bytes, &mut random),
            5 => duplicate(bytes, &parts, &mut random),
            6 => remove(bytes, &parts, &mut random),
            _ => exchange(bytes, &parts, &mut random),
        };
        if mutant.bytes == bytes { grow(bytes, &mutant.what) } else { mutant }
    })
}

/// The file cut off at each percent of its length, 0 to 99.
pub fn truncations(bytes: &[u8]) -> impl Iterator<Item = Mutant> + '_ {
    (0..100).map(|percent| truncate(bytes, percent))
}

/// The file with other dimensions in its header (PNG with a right CRC), cut to what the header has room for;
/// `None` if the bytes aren't a JPEG, PNG, GIF, BMP, WebP or TIFF whose header can be read.
pub fn with_dimensions(bytes: &[u8], width: u32, height: u32) -> Option<Vec<u8>> {
    let mut out = bytes.to_vec();
    let short = |v: u32| v.min(65_535) as u16;
    match kind(bytes) {
        Kind::Png => {
            put(&mut out, 16, &[width.to_be_bytes(), height.to_be_bytes()].concat())?;
            let crc = crc32fast::hash(out.get(12..29)?);
            put(&mut out, 29, &crc.to_be_bytes())?;
        }
        Kind::Jpeg => {
            let frame = parts(bytes).into_iter().find(|part| is_frame_header(bytes, part.start))?;
            put(
                &mut out,
                frame.start + 5,
                &[short(height).to_be_bytes(), short(width).to_be_bytes()].concat(),
            )?;
        }
        Kind::Gif => put(&mut out, 6, &[short(width).to_le_bytes(), short(height).to_le_bytes()].concat())?,
        Kind::Bmp if bytes.get(14) == Some(&12) => {
            put(&mut out, 18, &[short(width).to_le_bytes(), short(height).to_le_bytes()].concat())?;
        }
        Kind::Bmp => put(&mut out, 18, &[width.to_le_bytes(), height.to_le_bytes()].concat())?,
        Kind::Webp => set_webp_size(&mut out, width, height)?,
        Kind::Tiff => set_tiff_size(&mut out, width, height)?,
        Kind::Other => return None,
    }
    Some(out)
}

fn truncate(bytes: &[u8], percent: usize) -> Mutant {
    let length = (bytes.len() as u128 * percent as u128 / 100) as usize;
    Mutant { what: format!("truncated to {percent} %"), bytes: bytes.get(..length).unwrap_or(bytes).to_vec() }
}

fn flip_bits(bytes: &[u8], random: &mut Random) -> Mutant {
    let mut out = bytes.to_vec();
    let count = 1 + random.below(4);
    for _ in 0..count {
        let at = position(bytes, random);
        if let Some(byte) = out.get_mut(at) {
            *byte ^= 1 << random.below(8);
        }
    }
    Mutant { what: format!("{count} bits flipped"), bytes: out }
}

fn set_bytes(bytes: &[u8], random: &mut Random) -> Mutant {
    let mut out = bytes.to_vec();
    let (at, count) = (position(bytes, random), 1 + random.below(4) as usize);
    let value = [0, 0xFF, 0x7F, 0x80, 0xD9][random.below(5) as usize];
    out.iter_mut().skip(at).take(count).for_each(|byte| *byte = value);
    Mutant { what: format!("{count} bytes at {at} set to {value:#04x}"), bytes: out }
}

fn change_length(bytes: &[u8], parts: &[Range<usize>], random: &mut Random) -> Mutant {
    let mut out = bytes.to_vec();
    let start = pick(parts, random).map_or(0, |part| part.start);
    // Where the length stands, and how long it is.
    let (at, size) = match kind(bytes) {
        Kind::Jpeg => (start + 2, 2),
        Kind::Png => (start, 4),
        Kind::Webp => (start + 4, 4),
        Kind::Bmp => ([2, 10, 14, 34][random.below(4) as usize], 4),
        _ => (position(bytes, random), 2),
    };
    let value = [0, 1, 2, u32::MAX, 0x7FFF_FFFF, 0x8000_0000, 0xFFFE][random.below(7) as usize];
    let field = value.to_be_bytes();
    // A field that the file is too short for stays as it is; the caller then gets another mutant.
    let _ = put(&mut out, at, field.get(4 - size..).unwrap_or(&field));
    Mutant { what: format!("length at {at} set to {value:#x}"), bytes: out }
}

fn inflate(bytes: &[u8], random: &mut Random) -> Mutant {
    const SIDES: [u32; 8] = [0, 1, 65_535, 65_500, 30_000, 0x7FFF_FFFF, u32::MAX, 16_384];
    let mut side = || SIDES[random.below(8) as usize];
    let (width, height) = (side(), side());
    let out = with_dimensions(bytes, width, height).unwrap_or_else(|| bytes.to_vec());
    Mutant { what: format!("dimensions set to {width}x{height}"), bytes: out }
}

fn duplicate(bytes: &[u8], parts: &[Range<usize>], random: &mut Random) -> Mutant {
    let part = part(bytes, parts, random);
    let (head, tail) = bytes.split_at(part.end);
    let copy = bytes.get(part.clone()).unwrap_or_default();
    Mutant { what: format!("bytes {part:?} doubled"), bytes: [head, copy, tail].concat() }
}

fn remove(bytes: &[u8], parts: &[Range<usize>], random: &mut Random) -> Mutant {
    let part = part(bytes, parts, random);
    let kept = bytes.iter().enumerate().filter(|(i, _)| !part.contains(i));
    Mutant { what: format!("bytes {part:?} removed"), bytes: kept.map(|(_, byte)| *byte).collect() }
}

/// Two parts change places, such as a table and the scan that needs it.
fn exchange(bytes: &[u8], parts: &[Range<usize>], random: &mut Random) -> Mutant {
    let (a, b) = (part(bytes, parts, random), part(bytes, parts, random));
    let (a, b) = if a.start <= b.start { (a, b) } else { (b, a) };
    // Where they overlap, only what lies before the second one moves.
    let a = a.start..a.end.min(b.start);
    let of = |range: Range<usize>| bytes.get(range).unwrap_or_default();
    let out =
        [of(0..a.start), of(b.clone()), of(a.end..b.start), of(a.clone()), of(b.end..bytes.len())].concat();
    Mutant { what: format!("bytes {a:?} and {b:?} exchanged"), bytes: out }
}

/// For the rare case in which a mutation changed nothing: a byte more at the front.
fn grow(bytes: &[u8], what: &str) -> Mutant {
    Mutant { what: format!("{what} (no change), a zero put first"), bytes: [&[0], bytes].concat() }
}

/// Half of the positions lie in the first 256 bytes, where headers are.
fn position(bytes: &[u8], random: &mut Random) -> usize {
    let length = bytes.len() as u64;
    let bound = if random.below(2) == 0 { length.min(256) } else { length };
    random.below(bound) as usize
}

fn pick<'a>(parts: &'a [Range<usize>], random: &mut Random) -> Option<&'a Range<usize>> {
    parts.get(random.below(parts.len() as u64) as usize)
}

/// A segment or chunk, or (half of the time, and where there's none) up to 64 bytes anywhere; within the
/// file.
fn part(bytes: &[u8], parts: &[Range<usize>], random: &mut Random) -> Range<usize> {
    let whole = if random.below(2) == 0 { pick(parts, random).cloned() } else { None };
    whole.unwrap_or_else(|| {
        let start = position(bytes, random);
        start..(start + 1 + random.below(64) as usize).min(bytes.len())
    })
}

#[derive(PartialEq, Eq)]
enum Kind {
    Jpeg,
    Png,
    Gif,
    Bmp,
    Webp,
    Tiff,
    Other,
}

fn kind(bytes: &[u8]) -> Kind {
    match bytes {
        [0xFF, 0xD8, ..] => Kind::Jpeg,
        [0x89, b'P', b'N', b'G', ..] => Kind::Png,
        [b'G', b'I', b'F', ..] => Kind::Gif,
        [b'B', b'M', ..] => Kind::Bmp,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Kind::Webp,
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Kind::Tiff,
        _ => Kind::Other,
    }
}

/// The segments of a JPEG up to its first scan, the chunks of a PNG or WebP; empty for others.
fn parts(bytes: &[u8]) -> Vec<Range<usize>> {
    let kind = kind(bytes);
    let mut at = match kind {
        Kind::Jpeg => 2,
        Kind::Png => 8,
        Kind::Webp => 12,
        _ => return Vec::new(),
    };
    let mut parts = Vec::new();
    while let Some(length) = part_length(bytes, at, &kind) {
        let end = at.saturating_add(length).min(bytes.len());
        parts.push(at..end);
        if kind == Kind::Jpeg && bytes.get(at + 1) == Some(&0xDA) {
            break;
        }
        at = end;
    }
    parts
}

fn part_length(bytes: &[u8], at: usize, kind: &Kind) -> Option<usize> {
    let field: [u8; 8] = bytes.get(at..at.checked_add(8)?)?.try_into().ok()?;
    let [a, b, c, d, e, f, g, h] = field;
    match kind {
        Kind::Jpeg if a == 0xFF => Some(2 + usize::from(u16::from_be_bytes([c, d]))),
        Kind::Png => (u32::from_be_bytes([a, b, c, d]) as usize).checked_add(12),
        Kind::Webp => (u32::from_le_bytes([e, f, g, h]) as usize).checked_next_multiple_of(2)?.checked_add(8),
        _ => None,
    }
}

/// SOF0 to SOF15, without the three of that range that are something else.
fn is_frame_header(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at + 1), Some(0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF))
}

fn set_webp_size(out: &mut [u8], width: u32, height: u32) -> Option<()> {
    let (w, h) = (width.saturating_sub(1), height.saturating_sub(1));
    match out.get(12..16)? {
        b"VP8X" => {
            put(out, 24, w.min(0xFF_FFFF).to_le_bytes().get(..3)?)?;
            put(out, 27, h.min(0xFF_FFFF).to_le_bytes().get(..3)?)
        }
        b"VP8L" => {
            let flags = u32::from(out.get(24)? & 0xF0) << 24;
            put(out, 21, &(w.min(0x3FFF) | h.min(0x3FFF) << 14 | flags).to_le_bytes())
        }
        b"VP8 " => put(
            out,
            26,
            &[(width.min(0x3FFF) as u16).to_le_bytes(), (height.min(0x3FFF) as u16).to_le_bytes()].concat(),
        ),
        _ => None,
    }
}

fn set_tiff_size(out: &mut [u8], width: u32, height: u32) -> Option<()> {
    let big = out.first() == Some(&b'M');
    let short = |at: usize, out: &[u8]| {
        let field = out.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if big { u16::from_be_bytes(field) } else { u16::from_le_bytes(field) })
    };
    let field: [u8; 4] = out.get(4..8)?.try_into().ok()?;
    let directory = if big { u32::from_be_bytes(field) } else { u32::from_le_bytes(field) } as usize;
    let mut found = None;
    for i in 0..usize::from(short(directory, out)?) {
        let entry = directory.checked_add(2 + i * 12)?;
        let value = match short(entry, out)? {
            0x0100 => width,
            0x0101 => height,
            _ => continue,
        };
        // Type LONG, one value.
        let fields = [if big { 4_u16.to_be_bytes() } else { 4_u16.to_le_bytes() }];
        put(out, entry + 2, &fields.concat())?;
        put(out, entry + 8, &if big { value.to_be_bytes() } else { value.to_le_bytes() })?;
        found = Some(());
    }
    found
}

fn put(out: &mut [u8], at: usize, bytes: &[u8]) -> Option<()> {
    out.get_mut(at..at.checked_add(bytes.len())?)?.copy_from_slice(bytes);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::{bmp, gif, jpeg, png, tiff, webp};
    use crate::exif::{ByteOrder, Exif};
    use crate::{Indexed, pattern, photo_like};

    fn files() -> Vec<(&'static str, Vec<u8>)> {
        let photo = photo_like(40, 30, 1);
        let indexed = Indexed::quantize(&photo, 4);
        let big = tiff::TiffOptions { byte_order: ByteOrder::Big, ..Default::default() };
        let exif = webp::WebpOptions { exif: Some(Exif::orientation(2)), ..Default::default() };
        let core = bmp::BmpOptions { header: bmp::Header::Core, top_down: false };
        vec![
            ("jpeg", jpeg::encode(&photo, &Default::default())),
            ("png", png::encode(&png::PngImage::from_picture(&photo, 8), &Default::default())),
            ("gif", gif::encode(&gif::Gif::still(indexed.clone()))),
            ("bmp", bmp::encode(&photo, bmp::PixelFormat::Rgb24, Default::default())),
            ("bmp core", bmp::encode_indexed(&indexed, 4, core)),
            ("webp", webp::encode(&photo, &Default::default())),
            ("webp extended", webp::encode(&photo, &exif)),
            ("tiff", tiff::encode(&pattern::gradient(40, 30), &Default::default())),
            ("tiff big", tiff::encode(&pattern::gradient(40, 30), &big)),
        ]
    }

    #[test]
    fn mutants_differ_from_the_file_and_are_the_same_each_time() {
        for (name, bytes) in files() {
            let first: Vec<_> = mutants(&bytes, 9, 210).collect();
            assert!(first.iter().all(|m| m.bytes != bytes), "{name}");
            assert!(mutants(&bytes, 9, 210).eq(first.iter().cloned()), "{name}");
            assert!(mutants(&bytes, 10, 210).ne(first.iter().cloned()), "{name}");
            let distinct: std::collections::HashSet<_> = first.iter().map(|m| &m.bytes).collect();
            assert!(distinct.len() > 120, "{name}: {}", distinct.len());
        }
    }

    #[test]
    fn any_bytes_can_be_mutated() {
        let mut table = vec![
            vec![],
            vec![0],
            vec![0xFF, 0xD8],
            b"\x89PNG\r\n\x1a\n\xFF\xFF\xFF\xFF".to_vec(),
            b"RIFF\0\0\0\0WEBPVP8X\xFF\xFF\xFF\xFF".to_vec(),
            b"II*\0\xFF\xFF\xFF\xFF".to_vec(),
        ];
        for (_, bytes) in files() {
            table.extend(mutants(&bytes, 3, 100).map(|m| m.bytes));
        }
        for bytes in table {
            assert_eq!(mutants(&bytes, 1, 21).count(), 21);
            assert_eq!(truncations(&bytes).count(), 100);
        }
    }

    #[test]
    fn dimensions_are_changed_where_readers_look() {
        for (name, bytes) in files() {
            let changed = with_dimensions(&bytes, 333, 222).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(changed.len(), bytes.len());
            let reader =
                image::ImageReader::new(std::io::Cursor::new(&changed)).with_guessed_format().unwrap();
            // These readers check the size against the data; that they find it wrong proves the change.
            match reader.into_dimensions() {
                Ok(size) => assert_eq!(size, (333, 222), "{name}"),
                Err(error) => assert!(name.starts_with("tiff") || name == "webp extended", "{name}: {error}"),
            }
        }
        assert_eq!(with_dimensions(b"hello", 1, 1), None);
    }
}
