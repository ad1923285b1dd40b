//! An EXIF block that stays beside a picture that was made anew: what it says of size, orientation and colors
//! becomes true, and the thumbnail of the old picture goes.

use std::ops::Range;

use super::exif::{tag, tiff};
use super::ifd::{Block, ENTRY, kind};
use super::truth::Truth;

const IMAGE_WIDTH: u16 = 0x0100;
const IMAGE_LENGTH: u16 = 0x0101;
const PIXEL_X_DIMENSION: u16 = 0xA002;
const PIXEL_Y_DIMENSION: u16 = 0xA003;
const GPS: u16 = 0x8825;

/// Whether nothing in a raw block contradicts the picture.
pub(crate) fn is_true(raw: &[u8], truth: &Truth) -> bool {
    corrected(raw, truth).is_some_and(|again| again == tiff(raw))
}

/// The block with true facts; `None` where it is too broken to be written again.
pub(crate) fn amended(raw: &[u8], truth: &Truth) -> Option<Vec<u8>> {
    let out = corrected(raw, truth)?;
    if truth.same { Some(out) } else { without_thumbnail(&out) }
}

fn corrected(raw: &[u8], truth: &Truth) -> Option<Vec<u8>> {
    let out = corrected_once(tiff(raw), truth)?;
    // Directories that overlap undo each other's changes.
    (corrected_once(&out, truth)? == out).then_some(out)
}

fn corrected_once(raw: &[u8], truth: &Truth) -> Option<Vec<u8>> {
    let block = Block::of(raw)?;
    let first = block.first()?;
    block.next_at(first).filter(|end| *end <= raw.len())?;
    let mut out = raw.to_vec();
    let (width, height) = (truth.size.width, truth.size.height);
    for entry in block.entries(first) {
        match block.u16(entry)? {
            tag::ORIENTATION => set(&mut out, &block, entry, 1)?,
            IMAGE_WIDTH => set(&mut out, &block, entry, width)?,
            IMAGE_LENGTH => set(&mut out, &block, entry, height)?,
            _ => {}
        }
    }
    if let Some(below) = block.below(first, tag::EXIF) {
        for entry in block.entries(below) {
            match block.u16(entry)? {
                PIXEL_X_DIMENSION => set(&mut out, &block, entry, width)?,
                PIXEL_Y_DIMENSION => set(&mut out, &block, entry, height)?,
                tag::COLOR_SPACE if truth.srgb => set(&mut out, &block, entry, 1)?,
                _ => {}
            }
        }
        if truth.srgb {
            set_interoperability(&mut out, &block, below);
        }
    }
    if let Some(second) = block.next_at(first).and_then(|at| block.offset(at)) {
        for entry in block.entries(second).filter(|entry| block.u16(*entry) == Some(tag::ORIENTATION)) {
            set(&mut out, &block, entry, 1)?;
        }
    }
    Some(out)
}

/// One whole number in place of an entry's values.
fn set(out: &mut [u8], block: &Block<'_>, entry: usize, value: u32) -> Option<()> {
    let place = out.get_mut(entry..entry + ENTRY)?;
    if block.number(entry) == Some(value) {
        return Some(());
    }
    let short = u16::try_from(value).ok().filter(|_| block.u16(entry + 2) != Some(kind::LONG));
    let number = short.map_or(block.long(value), |value| {
        let [a, b] = block.short(value);
        [a, b, 0, 0]
    });
    place[2..4].copy_from_slice(&block.short(if short.is_some() { kind::SHORT } else { kind::LONG }));
    place[4..8].copy_from_slice(&block.long(1));
    place[8..].copy_from_slice(&number);
    Some(())
}

/// DCF 2.0: R98 is the index of sRGB.
fn set_interoperability(out: &mut [u8], block: &Block<'_>, below: usize) {
    let entry = block
        .below(below, tag::INTEROPERABILITY)
        .and_then(|other| block.find(other, tag::INTEROPERABILITY_INDEX));
    let value = entry.and_then(|entry| block.value(entry)).filter(|value| value.len() == 4);
    if let Some(text) = value.and_then(|value| out.get_mut(value)).filter(|text| text.starts_with(b"R03")) {
        text.copy_from_slice(b"R98\0");
    }
}

/// The block without its second directory and those after it: their bytes are zeroed, and cut off at its end.
fn without_thumbnail(raw: &[u8]) -> Option<Vec<u8>> {
    let block = Block::of(raw)?;
    let first = block.first()?;
    let next_at = block.next_at(first)?;
    let mut out = raw.to_vec();
    let Some(mut second) = block.offset(next_at) else { return Some(out) };
    let mut gone = Vec::new();
    // A thumbnail takes one; more of them than these are a loop.
    for _ in 0..16 {
        gone.extend(whole(&block, second));
        gone.extend(pictures(&block, second));
        let Some(next) = block.next_at(second).and_then(|at| block.offset(at)) else { break };
        second = next;
    }
    for range in &gone {
        out.get_mut(clipped(range, raw.len())).into_iter().for_each(|bytes| bytes.fill(0));
    }
    let stays = stays(&block, first);
    for range in &stays {
        let range = clipped(range, raw.len());
        out.get_mut(range.clone()).into_iter().for_each(|bytes| bytes.copy_from_slice(&raw[range.clone()]));
    }
    out.get_mut(next_at..next_at.checked_add(4)?)?.fill(0);
    if gone.iter().any(|range| range.end >= raw.len()) {
        let least = stays.iter().map(|range| range.end).max().unwrap_or(0);
        let zeros = out.iter().rev().take_while(|byte| **byte == 0).count();
        out.truncate(least.max(raw.len() - zeros));
    }
    Some(out)
}

fn clipped(range: &Range<usize>, length: usize) -> Range<usize> {
    range.start.min(length)..range.end.min(length)
}

/// The header, the directories of the main picture, and their values.
fn stays(block: &Block<'_>, first: usize) -> Vec<Range<usize>> {
    let exif = block.below(first, tag::EXIF);
    let others = [exif, block.below(first, GPS), exif.and_then(|at| block.below(at, tag::INTEROPERABILITY))];
    let header = std::iter::once(0..8);
    let directories = std::iter::once(first).chain(others.into_iter().flatten());
    header.chain(directories.flat_map(|at| whole(block, at))).collect()
}

/// Where a directory and its values lie.
fn whole(block: &Block<'_>, at: usize) -> Vec<Range<usize>> {
    let Some(next) = block.next_at(at) else { return Vec::new() };
    let values = block.entries(at).filter_map(|entry| block.value(entry));
    std::iter::once(at..next.saturating_add(4)).chain(values).collect()
}

/// Where the picture of a directory lies: a JPEG or strips.
fn pictures(block: &Block<'_>, at: usize) -> Vec<Range<usize>> {
    const PLACES: [(u16, u16); 2] = [(0x0201, 0x0202), (0x0111, 0x0117)];
    let mut out = Vec::new();
    for (offset, length) in PLACES {
        let (Some(offsets), Some(lengths)) = (block.find(at, offset), block.find(at, length)) else {
            continue;
        };
        out.extend(numbers(block, offsets).zip(numbers(block, lengths)).filter_map(|(start, length)| {
            let start = usize::try_from(start).ok()?;
            Some(start..start.checked_add(usize::try_from(length).ok()?)?)
        }));
    }
    out
}

/// All whole numbers of an entry.
fn numbers<'a>(block: &'a Block<'_>, entry: usize) -> impl Iterator<Item = u32> + 'a {
    let value = block.value(entry).unwrap_or(0..0);
    let wide = block.u16(entry + 2) == Some(kind::LONG);
    value
        .step_by(if wide { 4 } else { 2 })
        .filter_map(move |at| if wide { block.u32(at) } else { block.u16(at).map(u32::from) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::exif::facts;
    use crate::{Orientation, Size};
    use photo_testkit::exif::{ByteOrder, Exif};

    const TRUTH: Truth = Truth { size: Size { width: 70_000, height: 480 }, srgb: false, same: false };

    /// A block of two directories with every fact that can become untrue.
    pub(super) fn block(little: bool, orientation: u16) -> Vec<u8> {
        let n16 = |v: u16| if little { v.to_le_bytes() } else { v.to_be_bytes() };
        let n32 = |v: u32| if little { v.to_le_bytes() } else { v.to_be_bytes() };
        let short = |tag: u16, v: u16| [&n16(tag)[..], &n16(3), &n32(1), &n16(v), &[0, 0]].concat();
        let long = |tag: u16, v: u32| [&n16(tag)[..], &n16(4), &n32(1), &n32(v)].concat();
        let directory = |entries: &[Vec<u8>], next: u32| {
            [&n16(entries.len() as u16)[..], &entries.concat(), &n32(next)].concat()
        };
        let head = [if little { &b"II"[..] } else { b"MM" }, &n16(42), &n32(8)].concat();
        let exif_at = 8 + 2 + 4 * 12 + 4;
        let interop_at = exif_at + 2 + 4 * 12 + 4;
        let second_at = interop_at + 2 + 12 + 4;
        let thumbnail_at = second_at + 2 + 3 * 12 + 4;
        let index = [&n16(1)[..], &n16(2), &n32(4), b"R03\0"].concat();
        [
            head,
            directory(
                &[
                    short(IMAGE_WIDTH, 4032),
                    long(IMAGE_LENGTH, 3024),
                    short(tag::ORIENTATION, orientation),
                    long(tag::EXIF, exif_at),
                ],
                second_at,
            ),
            directory(
                &[
                    short(tag::COLOR_SPACE, 0xFFFF),
                    short(PIXEL_X_DIMENSION, 4032),
                    long(PIXEL_Y_DIMENSION, 3024),
                    long(tag::INTEROPERABILITY, interop_at),
                ],
                0,
            ),
            directory(&[index], 0),
            directory(
                &[short(tag::ORIENTATION, orientation), long(0x0201, thumbnail_at), long(0x0202, 9)],
                0,
            ),
            b"\xFF\xD8THUMB\xFF\xD9".to_vec(),
        ]
        .concat()
    }

    #[test]
    fn all_facts_become_true_in_both_byte_orders() {
        for little in [false, true] {
            let raw = block(little, 6);
            assert_eq!(facts(&raw).adobe_rgb, Some("EXIF InteropIndex R03"));
            assert!(!is_true(&raw, &TRUTH));
            for (thumbnail, srgb) in [(true, false), (false, false), (false, true)] {
                let truth = Truth { srgb, same: thumbnail, ..TRUTH };
                let out = amended(&raw, &truth).unwrap();
                assert!(is_true(&out, &truth), "{little} {thumbnail} {srgb}");
                let read = ::exif::Reader::new().read_raw(out.clone()).unwrap();
                let number = |tag, ifd| read.get_field(tag, ifd).and_then(|f| f.value.get_uint(0));
                use ::exif::{In, Tag};
                assert_eq!(number(Tag::Orientation, In::PRIMARY), Some(1));
                assert_eq!(number(Tag::Orientation, In::THUMBNAIL), thumbnail.then_some(1));
                for (tag, want) in [
                    (Tag::ImageWidth, 70_000),
                    (Tag::PixelXDimension, 70_000),
                    (Tag::ImageLength, 480),
                    (Tag::PixelYDimension, 480),
                    (Tag::ColorSpace, if srgb { 1 } else { 0xFFFF }),
                ] {
                    assert_eq!(number(tag, In::PRIMARY), Some(want), "{tag} {little}");
                }
                assert_eq!(facts(&out).adobe_rgb.is_none(), srgb);
                let held = out.windows(5).any(|w| w == b"THUMB");
                assert_eq!(held, thumbnail);
                assert_eq!(out.len() < raw.len(), !thumbnail);
            }
        }
    }

    #[test]
    fn what_a_phone_writes_stays_but_for_its_thumbnail() {
        for byte_order in [ByteOrder::Little, ByteOrder::Big] {
            let raw = Exif { byte_order, ..Exif::private(8, b"\xFF\xD8THUMB\xFF\xD9".to_vec()) }.tiff();
            let out = amended(&raw, &TRUTH).unwrap();
            assert!(!out.windows(5).any(|w| w == b"THUMB"));
            let read = ::exif::Reader::new().read_raw(out).unwrap();
            use ::exif::{In, Tag};
            let text = |tag| read.get_field(tag, In::PRIMARY).unwrap().display_value().to_string();
            assert_eq!(text(Tag::Make), "\"Testkit\"");
            assert_eq!(text(Tag::GPSLatitude), "48 deg 51 min 30.13 sec");
            assert!(read.get_field(Tag::MakerNote, In::PRIMARY).is_some());
        }
    }

    #[test]
    fn broken_and_overlapping_blocks_neither_panic_nor_lie() {
        let raw = block(true, 6);
        for cut in 0..raw.len() {
            if let Some(out) = amended(&raw[..cut], &TRUTH) {
                assert!(matches!(facts(&out).orientation, None | Some(Orientation::Upright)), "{cut}");
            }
        }
        for at in 0..raw.len() {
            for value in [0, 1, 8, 255] {
                let mut odd = raw.clone();
                odd[at] = value;
                if let Some(out) = amended(&odd, &TRUTH) {
                    assert!(matches!(facts(&out).orientation, None | Some(Orientation::Upright)), "{at}");
                }
            }
        }
        let bomb = photo_testkit::bombs::overlapping_exif();
        let _ = amended(&bomb, &TRUTH);
    }
}
