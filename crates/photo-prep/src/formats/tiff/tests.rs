//! Files that ask for more than their picture, and facts.
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
    // The first of several entries counts, as libtiff has it.
    for (first, second, is_refused) in [(1 << 30, 16, true), (16, 1 << 30, false)] {
        let tags: [Tag<'_>; 5] =
            [(322, &[first]), (322, &[second]), (323, &[16]), (324, &[8; 63]), (325, &[9; 63])];
        assert_eq!(probed(8, &tags, &[7; 40_000]).is_err(), is_refused, "{first} before {second}");
    }
}

#[test]
fn too_many_strips_are_refused() {
    let strips = vec![1; 100_001];
    let refused = probed(1, &[(273, &[8]), (278, &[1]), (279, &strips)], &[7; 40_000]).unwrap_err();
    assert!(matches!(refused, Error::LimitExceeded { what: LimitKind::Segments, .. }), "{refused}");
}

#[test]
fn tables_are_whole_segments_without_a_picture() {
    let tables =
        |middle: &[u8]| super::unpack::jpeg::are_tables(&[&[0xFF, 0xD8], middle, &[0xFF, 0xD9]].concat());
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
        (many_scans(16, 1000, 1), "neither baseline nor lossless"),
    ] {
        let refused = one_strip(&jpeg).unwrap_err();
        assert!(refused.contains(why), "{refused}");
    }
    let jpeg = baseline(16, 1000);
    let bytes = u32::try_from(jpeg.len()).unwrap();
    let again: [Tag<'_>; 3] = [(273, &[8; 50]), (278, &[20]), (279, &[bytes; 50])];
    assert!(probed(7, &again, &jpeg).unwrap_err().to_string().contains("strips of"));
}

#[test]
fn xmp_tells_the_orientation_where_no_tag_does() {
    let packet = br#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>"#;
    let words: Vec<u32> =
        packet.chunks(4).map(|c| c.iter().rev().fold(0, |n, b| n << 8 | u32::from(*b))).collect();
    let facts: [Tag<'_>; 5] = [(256, &[16]), (257, &[1000]), (258, &[8]), (259, &[1]), (262, &[1])];
    let strips: [Tag<'_>; 3] = [(273, &[8]), (278, &[1000]), (279, &[16_000])];
    for (tag, want, warns) in [(None, 6, false), (Some(6), 6, false), (Some(1), 1, true)] {
        let told = tag.map(|v| vec![v]).unwrap_or_default();
        let mut tags: Vec<Tag<'_>> = [&facts[..], &strips[..]].concat();
        tags.extend(tag.map(|_| (274, &told[..])));
        tags.push((700, &words));
        let mut file = raw(&tags, &[7; 16_000]);
        // The packet as bytes, not as numbers of four.
        let entry = file.windows(4).rposition(|w| w == [0xBC, 0x02, 4, 0]).unwrap();
        file[entry + 2] = 1;
        file[entry + 4..entry + 8].copy_from_slice(&(words.len() as u32 * 4).to_le_bytes());
        let info = crate::probe(&file).unwrap();
        assert_eq!(info.orientation.to_exif(), want, "{tag:?}: {:?}", info.warnings);
        let warned = info.warnings.iter().any(|w| matches!(w, crate::Warning::OrientationConflict(_)));
        assert_eq!(warned, warns, "{tag:?}");
    }
}
