//! EXIF blocks: the orientation out, and the block again without what is private.

use exif::experimental::Writer;
use exif::{Exif, Field, In, Reader, Tag, Value};

use crate::{Orientation, Warning};

/// The orientation in a raw EXIF block (from its TIFF header on), and what is wrong with the block.
///
/// A broken block is read as far as it goes; values other than 1..=8 count as upright.
pub(crate) fn orientation(raw: &[u8]) -> (Orientation, Option<Warning>) {
    let (exif, warning) = read(raw);
    let value = exif.as_ref().and_then(|e| e.get_field(Tag::Orientation, In::PRIMARY)?.value.get_uint(0));
    match value.map(|v| (v, Orientation::from_exif(v))) {
        Some((_, Some(orientation))) => (orientation, warning),
        Some((0, None)) | None => (Orientation::Upright, warning),
        Some((v, None)) => {
            let odd = Warning::BrokenExif(format!("orientation {v} is not in 1..=8, taken as upright"));
            (Orientation::Upright, warning.or(Some(odd)))
        }
    }
}

/// The notices of copyright and artist as an EXIF block of their own; `None` where there are none.
pub(crate) fn notices_only(raw: &[u8]) -> Option<Vec<u8>> {
    let (exif, _) = read(raw);
    let exif = exif?;
    let fields: Vec<Field> = [Tag::Artist, Tag::Copyright]
        .iter()
        .filter_map(|tag| exif.get_field(*tag, In::PRIMARY))
        .filter_map(|f| match &f.value {
            Value::Ascii(text) if text.iter().any(|t| !t.is_empty()) => {
                Some(Field { tag: f.tag, ifd_num: In::PRIMARY, value: f.value.clone() })
            }
            _ => None,
        })
        .collect();
    if fields.is_empty() {
        return None;
    }
    let mut writer = Writer::new();
    fields.iter().for_each(|f| writer.push_field(f));
    let mut out = std::io::Cursor::new(Vec::new());
    writer.write(&mut out, false).ok()?;
    Some(out.into_inner())
}

/// The block with its orientation set to upright, all else as it was; `None` where it can't be read well enough.
pub(crate) fn upright(raw: &[u8]) -> Option<Vec<u8>> {
    let first = FirstDirectory::of(raw)?;
    let mut out = raw.to_vec();
    for at in first.entries() {
        if first.u16(at)? != Tag::Orientation.number() {
            continue;
        }
        let one: [u8; 4] = match (first.u16(at + 2)?, first.little) {
            (4, true) => [1, 0, 0, 0],
            (4, false) => [0, 0, 0, 1],
            (_, true) => [1, 0, 0, 0],
            (_, false) => [0, 1, 0, 0],
        };
        out.get_mut(at + 8..at + 12)?.copy_from_slice(&one);
    }
    Some(out)
}

/// The block without ways to other directories than the first, which has all that is asked for here. Others may overlap: a block of
/// 1 MB can have thousands of as many entries.
fn first_only(raw: &[u8]) -> Vec<u8> {
    const OTHERS: [Tag; 3] = [Tag::ExifIFDPointer, Tag::GPSInfoIFDPointer, Tag::InteropIFDPointer];
    let mut out = raw.to_vec();
    let Some(first) = FirstDirectory::of(raw) else { return out };
    for at in first.entries() {
        let leads_away = OTHERS.iter().any(|tag| first.u16(at) == Some(tag.number()));
        if let Some(tag) = out.get_mut(at..at + 2).filter(|_| leads_away) {
            tag.fill(0);
        }
    }
    if let Some(next) = first.entries().last().and_then(|at| out.get_mut(at + 12..at + 16)) {
        next.fill(0);
    }
    out
}

/// The first directory of a block (TIFF 6.0, section 2).
struct FirstDirectory<'a> {
    raw: &'a [u8],
    little: bool,
    at: usize,
    count: u16,
}

impl<'a> FirstDirectory<'a> {
    fn of(raw: &'a [u8]) -> Option<Self> {
        let little = match raw.get(..2)? {
            b"II" => true,
            b"MM" => false,
            _ => return None,
        };
        let quad = super::bytes::array::<4>(raw, 4)?;
        let at = if little { u32::from_le_bytes(quad) } else { u32::from_be_bytes(quad) };
        let mut first = Self { raw, little, at: usize::try_from(at).ok()?, count: 0 };
        first.count = first.u16(first.at)?;
        Some(first)
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let pair = super::bytes::array::<2>(self.raw, at)?;
        Some(if self.little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    }

    /// Where its entries begin, those beyond the end of the block too.
    fn entries(&self) -> impl Iterator<Item = usize> {
        (0..usize::from(self.count)).filter_map(|entry| self.at.checked_add(2 + 12 * entry))
    }
}

fn read(raw: &[u8]) -> (Option<Exif>, Option<Warning>) {
    // Some writers repeat the JPEG header in PNG and WebP files.
    let raw = raw.strip_prefix(b"Exif\0\0").unwrap_or(raw);
    let mut reader = Reader::new();
    reader.continue_on_error(true);
    match reader.read_raw(first_only(raw)) {
        Ok(exif) => (Some(exif), None),
        Err(exif::Error::PartialResult(partial)) => {
            let (exif, errors) = partial.into_inner();
            let why = errors.first().map_or_else(|| "incomplete".into(), ToString::to_string);
            (Some(exif), Some(Warning::BrokenExif(why)))
        }
        Err(why) => (None, Some(Warning::BrokenExif(why.to_string()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(little: bool, kind: u16, value: u16) -> Vec<u8> {
        let n16 = |v: u16| if little { v.to_le_bytes() } else { v.to_be_bytes() };
        let n32 = |v: u32| if little { v.to_le_bytes() } else { v.to_be_bytes() };
        let mut b = if little { b"II".to_vec() } else { b"MM".to_vec() };
        b.extend(n16(42));
        b.extend(n32(8));
        b.extend(n16(1));
        b.extend(n16(0x112));
        b.extend(n16(kind));
        b.extend(n32(1));
        if kind == 4 {
            b.extend(n32(value.into()));
        } else {
            b.extend(n16(value));
            b.extend([0, 0]);
        }
        b.extend(n32(0));
        b
    }

    #[test]
    fn orientation_is_read_and_reset_in_both_byte_orders() {
        for little in [false, true] {
            for kind in [3, 4] {
                for value in 1..=8u16 {
                    let raw = block(little, kind, value);
                    let (got, warning) = orientation(&raw);
                    assert_eq!((u16::from(got.to_exif()), warning), (value, None));
                    let reset = upright(&raw).unwrap();
                    assert_eq!(orientation(&reset).0, Orientation::Upright);
                    assert_eq!(reset.len(), raw.len());
                }
            }
        }
    }

    #[test]
    fn only_the_first_directory_is_read() {
        let raw = photo_testkit::bombs::overlapping_exif();
        let (got, warning) = orientation(&raw);
        assert_eq!((got.to_exif(), warning), (6, None));
        let read = read(&raw).0.unwrap();
        assert_eq!(read.fields().count(), 3_001);
        assert!(read.fields().all(|field| field.ifd_num == In::PRIMARY));
    }

    #[test]
    fn nonsense_is_upright_with_a_warning() {
        for value in [9, 255, 65_535] {
            let (got, warning) = orientation(&block(true, 3, value));
            assert_eq!(got, Orientation::Upright);
            assert!(matches!(warning, Some(Warning::BrokenExif(_))), "{value}");
        }
        assert_eq!(orientation(&block(true, 3, 0)), (Orientation::Upright, None));
        for cut in 0..20 {
            assert_eq!(orientation(&block(true, 3, 6)[..cut]).0, Orientation::Upright);
        }
    }
}
