//! EXIF blocks: what they tell of the picture, and the block again without what is private.

use exif::experimental::Writer;
use exif::{Exif, Field, In, Reader, Tag, Value};

use super::ifd::Block;
use crate::{Orientation, Warning};

/// Tags of IFD0 and of the directories below it (CIPA DC-008, 4.6).
pub(crate) mod tag {
    pub(crate) const INTEROPERABILITY_INDEX: u16 = 1;
    pub(crate) const ORIENTATION: u16 = 0x0112;
    pub(crate) const EXIF: u16 = 0x8769;
    pub(crate) const COLOR_SPACE: u16 = 0xA001;
    pub(crate) const INTEROPERABILITY: u16 = 0xA005;
}

/// What a block tells of the picture.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ExifFacts {
    /// `None` where it tells none, or one that there isn't.
    pub(crate) orientation: Option<Orientation>,
    /// How it tells that the colors are those of Adobe RGB (1998), if it does.
    pub(crate) adobe_rgb: Option<&'static str>,
    pub(crate) warning: Option<Warning>,
}

/// The facts of a raw EXIF block (from its TIFF header on). A broken one is read as far as it goes.
pub(crate) fn facts(raw: &[u8]) -> ExifFacts {
    let raw = tiff(raw);
    let (_, warning) = read(raw);
    let Some((block, first)) = Block::of(raw).and_then(|block| Some((block, block.first()?))) else {
        return ExifFacts { warning, ..ExifFacts::default() };
    };
    // Where the tag stands twice, the first counts, as for libvips, Pillow and exiftool.
    let value = block.find(first, tag::ORIENTATION).and_then(|entry| block.number(entry));
    let orientation = value.and_then(Orientation::from_exif);
    let odd = value.filter(|v| *v != 0 && orientation.is_none());
    let odd = odd.map(|v| Warning::BrokenExif(format!("orientation {v} is not in 1..=8, taken as upright")));
    ExifFacts { orientation, adobe_rgb: adobe_rgb(&block, first), warning: warning.or(odd) }
}

/// DCF 2.0 has no number for Adobe RGB in the tag of the color space: "uncalibrated" with the
/// interoperability index R03 means it. Some cameras write a 2 all the same.
fn adobe_rgb(block: &Block<'_>, first: usize) -> Option<&'static str> {
    let below = block.below(first, tag::EXIF)?;
    match block.number(block.find(below, tag::COLOR_SPACE)?)? {
        2 => Some("EXIF ColorSpace 2"),
        0xFFFF => {
            let other = block.below(below, tag::INTEROPERABILITY)?;
            let index = block.value(block.find(other, tag::INTEROPERABILITY_INDEX)?)?;
            block.raw.get(index)?.starts_with(b"R03").then_some("EXIF InteropIndex R03")
        }
        _ => None,
    }
}

/// The block without the header of JPEG, which some writers repeat in PNG and WebP files.
pub(crate) fn tiff(raw: &[u8]) -> &[u8] {
    raw.strip_prefix(b"Exif\0\0").unwrap_or(raw)
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

/// The block without ways to other directories than the first, which has all that is asked for here. Others
/// may overlap: a block of 1 MB can have thousands of as many entries.
fn first_only(raw: &[u8]) -> Vec<u8> {
    const OTHERS: [Tag; 3] = [Tag::ExifIFDPointer, Tag::GPSInfoIFDPointer, Tag::InteropIFDPointer];
    let mut out = raw.to_vec();
    let Some((block, first)) = Block::of(raw).and_then(|block| Some((block, block.first()?))) else {
        return out;
    };
    for at in block.entries(first) {
        let leads_away = OTHERS.iter().any(|tag| block.u16(at) == Some(tag.number()));
        if let Some(tag) = out.get_mut(at..at + 2).filter(|_| leads_away) {
            tag.fill(0);
        }
    }
    if let Some(next) = block.next_at(first).and_then(|at| out.get_mut(at..at.checked_add(4)?)) {
        next.fill(0);
    }
    out
}

fn read(raw: &[u8]) -> (Option<Exif>, Option<Warning>) {
    let mut reader = Reader::new();
    reader.continue_on_error(true);
    match reader.read_raw(first_only(tiff(raw))) {
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

    /// Upright where it tells none.
    fn orientation(raw: &[u8]) -> (Orientation, Option<Warning>) {
        let facts = facts(raw);
        (facts.orientation.unwrap_or_default(), facts.warning)
    }

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
    fn orientation_is_read_in_both_byte_orders() {
        for little in [false, true] {
            for kind in [3, 4] {
                for value in 1..=8u16 {
                    let raw = block(little, kind, value);
                    let (got, warning) = orientation(&raw);
                    assert_eq!((u16::from(got.to_exif()), warning), (value, None));
                }
            }
        }
    }

    #[test]
    fn the_first_of_two_tags_counts() {
        let one = block(true, 3, 6);
        let mut two = one[..10].to_vec();
        two[8] = 2;
        two.extend(&one[10..22]);
        two.extend(&block(true, 3, 3)[10..]);
        assert_eq!(orientation(&two), (Orientation::Rotate90, None));
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
