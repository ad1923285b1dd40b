//! Small files made by hand, random ones, and every BMP of the corpus that must decode.

use std::io::Write;
use std::path::Path;

use proptest::prelude::*;

use super::decode::*;
use super::*;
use crate::formats::opened::OpenedFile;
use crate::pixels::{Layout, Raster};
use crate::{InputLimits, Result, Size};

/// A BMP with a Windows header of 40 bytes or more.
#[derive(Clone)]
struct Made {
    header: u32,
    size: (i32, i32),
    depth: u16,
    compression: u32,
    colors: u32,
    /// Where the file says that the pixels start; where they do if `None`.
    offset: Option<u32>,
    masks: Vec<u32>,
    palette: Vec<u8>,
    data: Vec<u8>,
}

impl Made {
    fn new(size: (i32, i32), depth: u16, data: &[u8]) -> Self {
        let (masks, palette, data) = (Vec::new(), Vec::new(), data.to_vec());
        Self { header: 40, size, depth, compression: 0, colors: 0, offset: None, masks, palette, data }
    }

    fn header(self, header: u32) -> Self {
        Self { header, ..self }
    }

    fn compression(self, compression: u32) -> Self {
        Self { compression, ..self }
    }

    fn masks(self, compression: u32, masks: &[u32]) -> Self {
        Self { masks: masks.to_vec(), compression, ..self }
    }

    fn colors(self, colors: u32) -> Self {
        Self { colors, ..self }
    }

    fn offset(self, offset: u32) -> Self {
        Self { offset: Some(offset), ..self }
    }

    /// A palette of entries of four bytes: blue, green, red, spare.
    fn palette(self, colors: &[[u8; 3]]) -> Self {
        let palette = colors.iter().flat_map(|[r, g, b]| [*b, *g, *r, 0]).collect();
        Self { palette, colors: colors.len() as u32, ..self }
    }

    fn file(&self) -> Vec<u8> {
        let mut file = b"BM\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
        file.extend(self.header.to_le_bytes());
        if self.header == 12 {
            file.extend([self.size.0, self.size.1].iter().flat_map(|n| (*n as u16).to_le_bytes()));
            file.extend([1, 0]);
            file.extend(self.depth.to_le_bytes());
        } else {
            file.extend([self.size.0, self.size.1].iter().flat_map(|n| n.to_le_bytes()));
            file.extend([1, 0]);
            file.extend(self.depth.to_le_bytes());
            let rest = [self.compression, 0, 0, 0, self.colors, 0];
            file.extend(rest.iter().flat_map(|n| n.to_le_bytes()));
            file.truncate(14 + self.header as usize);
            file.extend(self.masks.iter().flat_map(|n| n.to_le_bytes()));
            file.resize(file.len().max(14 + self.header as usize), 0);
        }
        file.extend(&self.palette);
        let offset = self.offset.unwrap_or(file.len() as u32);
        file[10..14].copy_from_slice(&offset.to_le_bytes());
        file.extend(&self.data);
        file
    }
}

fn decoded(file: &[u8]) -> Result<Raster> {
    let info = crate::formats::probe::probe(&OpenedFile::open(file), &InputLimits::default())?;
    let raster = decode::decode(file, &info, 1 << 20)?;
    assert_eq!(raster.size(), info.size);
    assert!(info.alpha || !raster.layout().has_alpha());
    Ok(raster)
}

#[track_caller]
fn shows(made: &Made, layout: Layout, data: &[u8]) {
    let raster = decoded(&made.file()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!((raster.layout(), raster.data()), (layout, data));
}

#[track_caller]
fn refused(file: &[u8], kind: &str, says: &str) {
    let error = decoded(file).expect_err("it is refused");
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(says), "{error}");
}

const RED: [u8; 3] = [255, 0, 0];
const GREEN: [u8; 3] = [0, 255, 0];
const BLUE: [u8; 3] = [0, 0, 255];
const BLACK: [u8; 3] = [0; 3];
const WHITE: [u8; 3] = [255; 3];

#[test]
fn rows_come_bottom_up_unless_the_height_is_negative() {
    let rows = [1, 2, 3, 0, 7, 8, 9, 0];
    shows(&Made::new((1, 2), 24, &rows), Layout::Rgb, &[9, 8, 7, 3, 2, 1]);
    shows(&Made::new((1, -2), 24, &rows), Layout::Rgb, &[3, 2, 1, 9, 8, 7]);
    shows(&Made::new((1, 2), 24, &rows).header(12), Layout::Rgb, &[9, 8, 7, 3, 2, 1]);
}

#[test]
fn many_rows_keep_their_order() {
    let height = 200_000;
    let data: Vec<u8> = (0..height).flat_map(|y: u32| y.to_le_bytes()).collect();
    let file = Made::new((1, height as i32), 32, &data).file();
    let raster = decoded(&file).expect("it decodes");
    for (y, pixel) in raster.data().chunks(3).enumerate() {
        let [b, g, r, _] = (height - 1 - y as u32).to_le_bytes();
        assert_eq!(pixel, [r, g, b], "row {y}");
    }
}

#[test]
fn indices_of_every_depth() {
    let colors = [RED, GREEN, BLUE, WHITE];
    let table: [(u16, &[u8], [usize; 3]); 4] = [
        (1, &[0b0100_0000], [0, 1, 0]),
        (2, &[0b1101_1000], [3, 1, 2]),
        (4, &[0x31, 0x20], [3, 1, 2]),
        (8, &[3, 1, 2], [3, 1, 2]),
    ];
    for (depth, row, want) in table {
        let mut row = row.to_vec();
        row.resize(4, 0);
        let made = Made::new((3, 1), depth, &row).palette(&colors[..colors.len().min(1 << depth)]);
        let want: Vec<u8> = want.iter().flat_map(|i| colors[*i]).collect();
        shows(&made, Layout::Rgb, &want);
        // Without the padding of the last row nothing is missing.
        let used = (3 * usize::from(depth)).div_ceil(8);
        shows(&Made { data: row[..used].to_vec(), ..made }, Layout::Rgb, &want);
    }
}

#[test]
fn gray_palettes_give_gray_and_missing_colors_are_black() {
    let row = [1, 0, 9, 0];
    shows(&Made::new((3, 1), 8, &row).palette(&[[7; 3], [200; 3]]), Layout::Gray, &[200, 7, 0]);
    shows(&Made::new((3, 1), 8, &row).palette(&[RED, GREEN]), Layout::Rgb, &[GREEN, RED, BLACK].concat());
}

#[test]
fn palettes_of_three_and_four_bytes() {
    let three: Vec<u8> = [RED, GREEN].iter().flat_map(|[r, g, b]| [*b, *g, *r]).collect();
    let four = Made::new((2, 1), 1, &[0b0100_0000, 0, 0, 0]).palette(&[RED, GREEN]);
    let want = [RED, GREEN].concat();
    shows(&four, Layout::Rgb, &want);
    shows(&four.clone().header(64), Layout::Rgb, &want);
    shows(&four.clone().header(16), Layout::Rgb, &want);
    let short = Made { palette: three, ..four };
    shows(&short.clone().header(12), Layout::Rgb, &want);
    shows(&short.header(64), Layout::Rgb, &want);
}

#[test]
fn offsets_and_color_counts_may_lie() {
    let made = Made::new((2, 1), 1, &[0b0100_0000, 0, 0, 0]).palette(&[RED, GREEN]);
    let want = [RED, GREEN].concat();
    for offset in [0, 13, 54, u32::MAX] {
        shows(&made.clone().offset(offset), Layout::Rgb, &want);
    }
    for colors in [0, 1000, u32::MAX] {
        shows(&made.clone().colors(colors), Layout::Rgb, &want);
        shows(&made.clone().colors(colors).offset(0), Layout::Rgb, &want);
    }
    // A gap after the palette is no palette; a palette of samples is skipped.
    let gap = Made { data: vec![1, 1, 1, 1, 0b0100_0000, 0, 0, 0], ..made };
    shows(&gap.offset(66), Layout::Rgb, &want);
    let samples = Made::new((1, 1), 24, &[1, 2, 3]).palette(&[RED, GREEN]);
    shows(&samples, Layout::Rgb, &[3, 2, 1]);
    shows(&samples.offset(0), Layout::Rgb, &[3, 2, 1]);
}

#[test]
fn samples_without_masks() {
    shows(&Made::new((2, 1), 16, &[0x1F, 0x7C, 0xE0, 3]), Layout::Rgb, &[255, 0, 255, 0, 255, 0]);
    shows(&Made::new((1, 1), 32, &[1, 2, 3, 99]), Layout::Rgb, &[3, 2, 1]);
}

#[test]
fn samples_by_masks() {
    let rgb565 = [0xF800, 0x7E0, 0x1F];
    let pixel = [0x10, 0x84, 0, 0]; // 16, 32, 16: just over the middle of each
    shows(&Made::new((1, 1), 16, &pixel).masks(3, &rgb565), Layout::Rgb, &[132, 130, 132]);
    let no_blue = [0xFF00, 0xFF, 0];
    shows(&Made::new((1, 1), 16, &[1, 2, 0, 0]).masks(3, &no_blue), Layout::Rgb, &[2, 1, 0]);
    let wide = [0x3FF, 0xF_FC00, 0x3FF0_0000];
    let value = 1023u32 | 512 << 10 | 256 << 20 | 3 << 30;
    let made = Made::new((1, 1), 32, &value.to_le_bytes());
    shows(&made.clone().masks(3, &wide), Layout::Rgb, &[255, 128, 64]);
    let alpha = [wide[0], wide[1], wide[2], 0xC000_0000];
    for made in [made.clone().masks(6, &alpha), made.masks(3, &alpha).header(56)] {
        shows(&made, Layout::Rgba, &[255, 128, 64, 255]);
    }
    let all_red = Made::new((1, 1), 32, &0x8000_0000u32.to_le_bytes()).masks(3, &[u32::MAX, 0, 0]);
    shows(&all_red, Layout::Rgb, &[128, 0, 0]);
    let swapped = Made::new((1, 1), 24, &[1, 2, 3]).masks(3, &[0xFF, 0xFF00, 0xFF_0000]);
    shows(&swapped, Layout::Rgb, &[1, 2, 3]);
}

#[test]
fn alpha_counts_where_a_mask_says_so_and_something_is_visible() {
    let masks = [0xFF_0000, 0xFF00, 0xFF, 0xFF00_0000];
    let seen = Made::new((2, 1), 32, &[1, 2, 3, 0, 4, 5, 6, 77]);
    let unseen = Made::new((2, 1), 32, &[1, 2, 3, 0, 4, 5, 6, 0]);
    for header in [56, 108, 124] {
        let with = |made: &Made, compression| made.clone().header(header).masks(compression, &masks);
        shows(&with(&seen, 3), Layout::Rgba, &[3, 2, 1, 0, 6, 5, 4, 77]);
        shows(&with(&unseen, 3), Layout::Rgba, &[3, 2, 1, 255, 6, 5, 4, 255]);
        shows(&with(&seen, 0), Layout::Rgb, &[3, 2, 1, 6, 5, 4]);
    }
    shows(&seen, Layout::Rgb, &[3, 2, 1, 6, 5, 4]);
    shows(&seen.clone().header(52).masks(3, &masks[..3]), Layout::Rgb, &[3, 2, 1, 6, 5, 4]);
}

#[test]
fn run_lengths() {
    let (r, g, b) = (0, 1, 2);
    let made = |depth, compression, data: &[u8]| {
        Made::new((3, 2), depth, data).compression(compression).palette(&[RED, GREEN, BLUE])
    };
    let picture = |indices: [usize; 6]| indices.map(|i| [RED, GREEN, BLUE][i]).concat();
    let runs8 = |data: &[u8], want| shows(&made(8, 1, data), Layout::Rgb, &picture(want));
    runs8(&[3, 1, 0, 0, 2, 2, 1, 1, 0, 1], [b, b, g, g, g, g]);
    runs8(&[0, 3, 1, 2, 0, 9, 0, 0, 3, 1, 0, 1], [g, g, g, g, b, r]);
    // Skipped by a delta, the end of a row and the end of the picture: color 0.
    runs8(&[1, 1, 0, 2, 1, 1, 1, 2, 0, 1], [r, r, b, g, r, r]);
    runs8(&[1, 2, 0, 1], [r, r, r, b, r, r]);
    runs8(&[0, 1], [r; 6]);
    // Too long for the row or the picture: cut off.
    runs8(&[200, 1, 0, 0, 0, 4, 2, 2, 2, 1, 0, 0, 5, 5], [b, b, b, g, g, g]);
    runs8(&[3, 1, 0, 2, 255, 255, 3, 2], [r, r, r, g, g, g]);
    // All rows are there; only the end mark is missing.
    runs8(&[3, 1, 0, 0, 3, 2], [b, b, b, g, g, g]);
    let runs4 = |data: &[u8], want| shows(&made(4, 2, data), Layout::Rgb, &picture(want));
    runs4(&[3, 0x12, 0, 0, 0, 3, 0x21, 0x20, 0, 1], [b, g, b, g, b, g]);
    runs4(&[1, 0x10, 0, 2, 1, 1, 9, 0x20, 0, 1], [r, r, b, g, r, r]);
    let gray = Made::new((2, 1), 8, &[2, 1, 0, 1]).compression(1).palette(&[[9; 3], [8; 3]]);
    shows(&gray, Layout::Gray, &[8, 8]);
}

#[test]
fn missing_data_is_told_with_the_rows_that_are_there() {
    let rows = Made::new((1, 3), 24, &[0; 12]).file();
    refused(&rows[..rows.len() - 2], "malformed", "after 2 of 3 rows");
    refused(&rows[..54], "malformed", "after 0 of 3 rows");
    refused(&rows[..40], "malformed", "within the header");
    let cut: [(&[u8], &str); 4] = [
        (&[3, 1, 0, 0, 3, 1, 0, 0, 2, 1], "after 2 of 3 rows"),
        (&[3, 1, 0, 0, 0], "after 1 of 3 rows"),
        (&[3, 1, 0, 0, 0, 9, 1], "after 1 of 3 rows"),
        (&[0, 2, 1], "after 0 of 3 rows"),
    ];
    for (data, says) in cut {
        let made = Made::new((3, 3), 8, data).compression(1).palette(&[RED, GREEN]);
        refused(&made.file(), "malformed", says);
    }
}

#[test]
fn what_is_not_read_is_refused_by_name() {
    let made = |header, depth, compression| {
        Made::new((1, 1), depth, &[0; 64]).header(header).compression(compression).file()
    };
    let table = [
        (64, 1, 3, "unsupported", "Huffman"),
        (64, 24, 4, "unsupported", "24-bit run lengths"),
        (124, 0, 4, "unsupported", "JPEG"),
        (124, 0, 5, "unsupported", "PNG"),
        (40, 64, 0, "unsupported", "64 bits"),
        (40, 0, 0, "malformed", "0 bits a pixel"),
        (40, 30_000, 0, "malformed", "30000 bits"),
        (40, 24, 99, "malformed", "compression 99"),
        (40, 4, 1, "malformed", "compression 1"),
        (40, 32, 3, "malformed", "leave out all colors"),
        (125, 24, 0, "malformed", "125 bytes"),
        (15, 24, 0, "malformed", "15 bytes"),
    ];
    for (header, depth, compression, kind, says) in table {
        refused(&made(header, depth, compression), kind, says);
    }
    let masks = Made::new((1, 1), 16, &[0; 4]).masks(3, &[0xF00, 0x7F0, 0xF]);
    refused(&masks.file(), "malformed", "overlaps");
    for size in [(0, 1), (1, 0), (-1, 1), (1, i32::MIN)] {
        refused(&Made::new(size, 24, &[0; 64]).file(), "malformed", "impossible size");
    }
    let top_down = Made::new((1, -1), 8, &[1, 1, 0, 1]).compression(1).palette(&[RED]);
    refused(&top_down.file(), "malformed", "top-down");
}

#[test]
fn memory_is_bounded() {
    // Run lengths may end at once, so that a few bytes can claim any size.
    let bomb = Made::new((65_535, 65_535), 8, &[0, 1]).compression(1).palette(&[RED]);
    refused(&bomb.file(), "limit_exceeded", "memory");
    refused(&Made::new((i32::MAX, i32::MAX), 32, &[0; 8]).file(), "limit_exceeded", "memory");
}

#[test]
fn profiles_of_version_5() {
    let profile = moxcms::ColorProfile::new_srgb().encode().expect("the profile can be written");
    let mut file = Made::new((1, 1), 8, &[1]).header(124).palette(&[BLACK, WHITE]).file();
    let at = file.len() as u32 - 14;
    file[70..74].copy_from_slice(b"DEBM");
    file[126..130].copy_from_slice(&at.to_le_bytes());
    file[130..134].copy_from_slice(&(profile.len() as u32).to_le_bytes());
    file.extend(&profile);
    let info = crate::formats::probe::probe(&OpenedFile::open(&file), &InputLimits::default())
        .expect("it has facts");
    assert!(info.icc.is_some_and(|icc| icc.is_srgb && icc.bytes == profile.len() as u64));
    assert_eq!(
        crate::formats::profile::of(&OpenedFile::open(&file), &info, 1 << 20).ok().flatten(),
        Some(profile)
    );
    let raster = decoded(&file).expect("it decodes");
    assert_eq!((raster.layout(), raster.data()), (Layout::Rgb, &WHITE[..]));
    file.pop();
    assert_eq!(icc_profile(&file), None, "it would end past the file");
    assert!(decoded(&file).is_ok());
}

#[test]
fn the_corpus_decodes() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let Ok(manifest) = std::fs::read(corpus.join("manifest.json")) else {
        // Written past the test harness, which keeps the output of passing tests to itself.
        let _ = writeln!(std::io::stderr(), "skipped: there is no corpus beside this workspace");
        return;
    };
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("the manifest is JSON");
    let mut count = 0;
    for case in manifest["cases"].as_array().expect("it has cases") {
        let text = |key: &str| case[key].as_str().unwrap_or_default();
        if text("kind") != "bmp" {
            continue;
        }
        let name = format!("{}/{}", text("set"), text("path"));
        let file = std::fs::read(corpus.join(&name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        let result = decoded(&file);
        if text("expect") == "valid" {
            let raster = result.unwrap_or_else(|e| panic!("{name}: {e}"));
            let sizes: Vec<_> = case["accept"].as_array().into_iter().flatten().collect();
            let fits = |a: &&serde_json::Value| {
                let side = |key| a[key].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
                Size::new(side("w"), side("h")) == raster.size()
            };
            assert!(sizes.iter().any(fits), "{name}: {}", raster.size());
            count += 1;
        }
    }
    assert!(count > 0, "the corpus has no BMP");
}

proptest! {
    #[test]
    fn random_bytes_never_panic(tail in proptest::collection::vec(any::<u8>(), 0..300)) {
        let file = [b"BM".as_slice(), &tail].concat();
        let _ = decoded(&file);
    }

    #[test]
    fn likely_headers_never_panic(
        (header, compression) in (prop_oneof![Just(12u32), Just(40), Just(56), Just(64), 16u32..=124], 0u32..8),
        depth in prop_oneof![Just(1u16), Just(2), Just(4), Just(8), Just(16), Just(24), Just(32)],
        (width, height, colors) in (0i32..40, -40i32..40, 0u32..300),
        masks in proptest::collection::vec(prop_oneof![Just(0u32), Just(0xFF), Just(0xFF00), any::<u32>()], 0..5),
        data in proptest::collection::vec(prop_oneof![0u8..4, any::<u8>()], 0..400),
        offset in prop_oneof![Just(None), any::<u32>().prop_map(Some), (0u32..300).prop_map(Some)],
    ) {
        let palette = vec![5; (colors as usize * 4).min(64)];
        let size = (width, height);
        let made = Made { header, size, depth, compression, colors, offset, masks, palette, data };
        let _ = decoded(&made.file());
    }
}
