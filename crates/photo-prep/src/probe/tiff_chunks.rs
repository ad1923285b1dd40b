//! What the strips and tiles of a TIFF ask of a decoder: more than the picture, where they are made for that.

use super::tiff::Directory;
use crate::metadata::MAX_SEGMENTS;
use crate::metadata::bytes::be16;
use crate::metadata::jpeg::{self, marker};
use crate::{Error, Format, InputLimits, LimitKind, Result, Size};

/// Tags (TIFF 6.0, sections 8 and 15; JPEG: its second technical note).
mod tag {
    const STRIP_OFFSETS: u16 = 273;
    pub(super) const ROWS_PER_STRIP: u16 = 278;
    const STRIP_BYTES: u16 = 279;
    pub(super) const TILE_WIDTH: u16 = 322;
    pub(super) const TILE_LENGTH: u16 = 323;
    const TILE_OFFSETS: u16 = 324;
    const TILE_BYTES: u16 = 325;
    pub(super) const JPEG_TABLES: u16 = 347;
    /// Of strips, then of tiles.
    pub(super) const OFFSETS: [u16; 2] = [STRIP_OFFSETS, TILE_OFFSETS];
    pub(super) const LENGTHS: [u16; 2] = [STRIP_BYTES, TILE_BYTES];
    /// Those of numbers, with the bits of a sample and the samples of a pixel.
    pub(super) const ALL: [u16; 9] = [
        258,
        277,
        STRIP_OFFSETS,
        ROWS_PER_STRIP,
        STRIP_BYTES,
        TILE_WIDTH,
        TILE_LENGTH,
        TILE_OFFSETS,
        TILE_BYTES,
    ];
}

/// Refuses what takes time or memory far beyond the picture: strips and tiles that are longer than the file or too many, tiles that
/// reach far beyond the edges, JPEGs larger than their tile. `packed` is the number of the compression, `bits` are those of a pixel.
pub(super) fn check(
    bytes: &[u8],
    directory: &Directory<'_>,
    (size, bits): (Size, u64),
    packed: u64,
    limits: &InputLimits,
) -> Result<()> {
    let malformed = |reason: String| Err(Error::malformed(Format::Tiff, directory.at(), reason));
    if directory.claims_more_than(bytes.len() as u64) {
        return malformed("an entry of the directory claims more values than the file has bytes".into());
    }
    if let Some(odd) = tag::ALL.into_iter().find(|tag| directory.is_odd(*tag)) {
        return malformed(format!("tag {odd} is of a type that it can't have"));
    }
    let sum = sum_of_lengths(bytes, directory)?;
    let chunk = chunk(directory, size);
    let unpacked = covered(size, chunk).saturating_mul(bits.into()) / 8;
    if unpacked > u128::from(limits.memory) {
        let (actual, limit) = (u64::try_from(unpacked).unwrap_or(u64::MAX), limits.memory);
        return Err(Error::LimitExceeded { what: LimitKind::Memory, actual, limit });
    }
    if packed == JPEG {
        if sum > 2 * bytes.len() as u64 {
            return malformed(format!("strips of {sum} bytes in a file of {}", bytes.len()));
        }
        return check_jpegs(bytes, directory, chunk);
    }
    Ok(())
}

/// Bytes of all strips or tiles together, each of which can be in the file.
fn sum_of_lengths(bytes: &[u8], directory: &Directory<'_>) -> Result<u64> {
    let (mut count, mut sum) = (0, 0u64);
    for length in directory.numbers_of(tag::LENGTHS) {
        if length > bytes.len() as u64 {
            let reason =
                format!("picture data is missing: a strip of {length} bytes in a file of {}", bytes.len());
            return Err(Error::malformed(Format::Tiff, directory.at(), reason));
        }
        (count, sum) = (count + 1, sum + length);
        if count > MAX_SEGMENTS {
            let (actual, limit) = (count as u64, MAX_SEGMENTS as u64);
            return Err(Error::LimitExceeded { what: LimitKind::Segments, actual, limit });
        }
    }
    Ok(sum)
}

const JPEG: u64 = 7;

/// The size of a tile, or of a strip.
fn chunk(directory: &Directory<'_>, size: Size) -> (u64, u64) {
    let number = |tag| directory.number(tag, 0).filter(|n| *n > 0);
    match (number(tag::TILE_WIDTH), number(tag::TILE_LENGTH)) {
        (Some(width), Some(length)) => (width, length),
        _ => (size.width.into(), number(tag::ROWS_PER_STRIP).unwrap_or(u64::MAX).min(size.height.into())),
    }
}

/// Pixels of all tiles, what reaches beyond the edges included; about those of all strips.
fn covered(size: Size, chunk: (u64, u64)) -> u128 {
    let side = |side: u32, part: u64| u128::from(u64::from(side).div_ceil(part.max(1))) * u128::from(part);
    side(size.width, chunk.0).saturating_mul(side(size.height, chunk.1))
}

/// Refuses JPEGs that are larger than their tile or strip, or not baseline, as the note recommends: the decoder takes memory for
/// what each says.
fn check_jpegs(bytes: &[u8], directory: &Directory<'_>, chunk: (u64, u64)) -> Result<()> {
    let at = |offset: u64, reason| Err(Error::malformed(Format::Tiff, usize::try_from(offset).ok(), reason));
    if directory.has(tag::JPEG_TABLES) && !directory.bytes_of(tag::JPEG_TABLES).is_some_and(are_tables) {
        return at(directory.at() as u64, "the tables of its JPEGs are no tables");
    }
    let offsets = directory.numbers_of(tag::OFFSETS);
    let lengths = directory.numbers_of(tag::LENGTHS);
    for (offset, length) in offsets.zip(lengths) {
        let range = usize::try_from(offset).ok().zip(usize::try_from(length).ok());
        let data = range.and_then(|(start, length)| bytes.get(start..start.checked_add(length)?));
        let data = data.unwrap_or_default();
        for frame in jpeg::walk_to_scan(data)?.segments.iter().filter(|s| marker::is_frame(s.marker)) {
            let side = |at: usize| be16(frame.data(data), at).map_or(0, u64::from);
            if !matches!(frame.marker, 0xC0 | 0xC1) {
                return Err(Error::unsupported(Format::Tiff, "a TIFF of JPEGs that are not baseline"));
            }
            if side(3) > chunk.0 || side(1) > chunk.1.saturating_add(15) {
                return at(offset, "a JPEG that is larger than its tile or strip");
            }
        }
    }
    Ok(())
}

/// Whether these are whole segments between SOI and EOI, which don't begin a picture.
fn are_tables(bytes: &[u8]) -> bool {
    let known = |s: &jpeg::Segment| !marker::is_frame(s.marker) && s.marker != marker::SOS;
    jpeg::walk(bytes).is_ok_and(|l| l.end == Some(bytes.len()) && l.segments.iter().all(known))
}

#[cfg(test)]
mod tests {
    use photo_testkit::encode::tiff::raw;
    use photo_testkit::many_scans;

    use crate::{Error, LimitKind, Result};

    type Tag<'a> = (u16, &'a [u32]);

    /// A gray picture of 8 bits of 16x1000 with these tags besides, whose data are at byte 8.
    fn probed(packed: u32, tags: &[Tag<'_>], data: &[u8]) -> Result<()> {
        let facts: [Tag<'_>; 5] = [(256, &[16]), (257, &[1000]), (258, &[8]), (259, &[packed]), (262, &[1])];
        crate::probe(&raw(&[&facts, tags].concat(), data)).map(drop)
    }

    #[test]
    fn tiles_and_strips_within_reason_are_accepted() {
        let data = vec![7; 40_000];
        probed(1, &[(273, &[8]), (278, &[1000]), (279, &[16_000])], &data).unwrap();
        probed(1, &[(273, &[8]), (278, &[u32::MAX]), (279, &[16_000])], &data).unwrap();
        probed(1, &[(322, &[16]), (323, &[512]), (324, &[8, 8]), (325, &[8_192, 8_192])], &data).unwrap();
    }

    #[test]
    fn tiles_far_beyond_the_edges_are_refused() {
        for (width, length) in [(1 << 30, 16), (16, 1 << 30), (u32::MAX, u32::MAX)] {
            let tags: [Tag<'_>; 4] = [(322, &[width]), (323, &[length]), (324, &[8; 63]), (325, &[400; 63])];
            let refused = probed(8, &tags, &[7; 40_000]).unwrap_err();
            assert!(matches!(refused, Error::LimitExceeded { what: LimitKind::Memory, .. }), "{refused}");
        }
        // The last of several entries counts, as the decoder has it.
        let tags: [Tag<'_>; 5] =
            [(322, &[16]), (322, &[1 << 30]), (323, &[16]), (324, &[8; 63]), (325, &[9; 63])];
        assert!(probed(8, &tags, &[7; 40_000]).is_err());
    }

    #[test]
    fn too_many_strips_are_refused() {
        let strips = vec![1; 100_001];
        let refused = probed(1, &[(273, &[8]), (278, &[1]), (279, &strips)], &[7; 40_000]).unwrap_err();
        assert!(matches!(refused, Error::LimitExceeded { what: LimitKind::Segments, .. }), "{refused}");
    }

    #[test]
    fn tables_are_whole_segments_without_a_picture() {
        let tables = |middle: &[u8]| super::are_tables(&[&[0xFF, 0xD8], middle, &[0xFF, 0xD9]].concat());
        assert!(tables(&[]) && tables(b"\xFF\xDB\0\x04ab"));
        // A segment that would go on in the strip, a frame, a scan; an end too early.
        for middle in [&b"\xFF\xFE\0\x09ab"[..], b"\xFF\xC0\0\x04ab", b"\xFF\xDA\0\x02", b"\xFF\xD9"] {
            assert!(!tables(middle), "{middle:?}");
        }
        let as_numbers: [Tag<'_>; 4] =
            [(273, &[8]), (278, &[1000]), (279, &[9]), (347, &[0xFF, 0xD8, 0xFF, 0xD9])];
        assert!(probed(7, &as_numbers, &[7; 99]).unwrap_err().to_string().contains("no tables"));
    }

    #[test]
    fn jpegs_are_held_to_their_strips() {
        let baseline = |width, height| {
            let mut jpeg = many_scans(width, height, 1);
            let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC2]).unwrap();
            jpeg[frame + 1] = 0xC0;
            jpeg
        };
        let one_strip = |jpeg: &[u8]| {
            let bytes = u32::try_from(jpeg.len()).unwrap();
            probed(7, &[(273, &[8]), (278, &[1000]), (279, &[bytes])], jpeg).map_err(|e| e.to_string())
        };
        one_strip(&baseline(16, 1000)).unwrap();
        one_strip(&baseline(16, 1008)).unwrap();
        for (jpeg, why) in [
            (baseline(17, 1000), "larger than its tile"),
            (baseline(16, 1016), "larger than its tile"),
            (many_scans(16, 1000, 1), "not baseline"),
        ] {
            let refused = one_strip(&jpeg).unwrap_err();
            assert!(refused.contains(why), "{refused}");
        }
        let jpeg = baseline(16, 1000);
        let bytes = u32::try_from(jpeg.len()).unwrap();
        let again: [Tag<'_>; 3] = [(273, &[8; 50]), (278, &[20]), (279, &[bytes; 50])];
        assert!(probed(7, &again, &jpeg).unwrap_err().to_string().contains("strips of"));
    }
}
