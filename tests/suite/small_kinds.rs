//! Kinds of files that are rare, but read right elsewhere.

use photo_prep::{Options, OutputFormat, Warning};
use photo_testkit::encode::gif::{self, Frame, Gif};
use photo_testkit::encode::jpeg::{self, JpegOptions};
use photo_testkit::encode::png::{self, Chunk, PngImage, PngOptions};
use photo_testkit::{Indexed, Layout, Picture, pattern};

use super::support::decoded;

fn warned(prepared: &photo_prep::Prepared<'_>, which: fn(&Warning) -> bool) -> bool {
    prepared.report().warnings.iter().any(which)
}

fn indexed(width: u32, height: u32, colors: u8, index: impl Fn(u32) -> u8) -> Indexed {
    let palette = (0..colors).map(|i| [i.wrapping_mul(37), 90, 200, 255]).collect();
    Indexed { width, height, palette, indices: (0..width * height).map(index).collect() }
}

#[test]
fn a_gif_without_colors_is_gray() {
    // Numbers of colors, and what Pillow (256) or the standard (2) show of the last of them.
    for (colors, bits) in [(2u16, 1u8), (4, 2), (16, 4), (256, 8)] {
        let last = (colors - 1) as u8;
        let picture = Indexed {
            width: 16,
            height: 16,
            palette: (0..colors).map(|i| [i as u8, 0, 0, 255]).collect(),
            indices: (0..256).map(|i| (i % i32::from(colors)) as u8).collect(),
        };
        let whole = gif::encode(&Gif::still(picture));
        let mut bytes = whole[..13].to_vec();
        bytes[10] &= 0x7F;
        bytes.extend(&whole[13 + (3 << bits)..]);
        let prepared = Options::default().format(OutputFormat::Png).prepare(&bytes).unwrap();
        assert!(warned(&prepared, |w| matches!(w, Warning::ColorAssumed(_))), "{}", prepared.report());
        let picture = decoded(prepared.bytes()).into_rgb8();
        assert_eq!(picture.get_pixel(0, 0).0, [0; 3]);
        let x = u32::from(last) % 16;
        assert_eq!(picture.get_pixel(x, u32::from(last) / 16).0, [255; 3], "{colors}");
    }
}

#[test]
fn segments_of_impossible_length_are_passed_over() {
    let plain = jpeg::encode(&pattern::gradient(96, 64), &JpegOptions::default());
    let inks = Picture::from_fn(48, 40, Layout::Cmyk, |x, y| [x as u8, y as u8, 20, 0]);
    let inks = jpeg::encode(&inks, &JpegOptions::default());
    for file in [plain, inks] {
        let want = Options::default().max_pixels(500).prepare(&file).unwrap();
        for marker in [0xFE, 0xE1, 0xED] {
            for length in 0..2 {
                let odd = [&file[..2], &[0xFF, marker, 0, length], &file[2..]].concat();
                let prepared = Options::default().prepare(&odd).unwrap();
                assert!(warned(&prepared, |w| matches!(w, Warning::MalformedStructure(_))));
                assert_eq!(prepared.bytes(), Options::default().prepare(&file).unwrap().bytes());
                let small = Options::default().max_pixels(500).prepare(&odd).unwrap();
                assert_eq!(small.bytes(), want.bytes(), "{marker:x} {length}");
            }
        }
        // Tables can't be passed over.
        let odd = [&file[..2], &[0xFF, 0xDB, 0, 1], &file[2..]].concat();
        assert!(Options::default().prepare(&odd).is_err());
    }
}

#[test]
fn a_comment_that_runs_past_the_end_does_no_harm_behind_the_picture() {
    let file = jpeg::encode(&pattern::gradient(96, 64), &JpegOptions::default());
    let cut = [&file[..file.len() - 2], b"\xFF\xFE\xFF\xFFcomment"].concat();
    let prepared = Options::default().prepare(&cut).unwrap();
    assert!(warned(&prepared, |w| matches!(w, Warning::MalformedStructure(_))), "{}", prepared.report());
    let (a, b) = (decoded(prepared.bytes()).into_rgb8(), decoded(&file).into_rgb8());
    let difference: u64 = a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    assert!(difference < a.as_raw().len() as u64, "{difference}");
    assert!(!prepared.bytes().ends_with(b"comment"));
}

#[test]
fn very_many_segments_and_chunks_are_read() {
    let small = jpeg::encode(&pattern::gradient(96, 64), &JpegOptions::default());
    let many = [&small[..2], &b"\xFF\xFE\0\x02".repeat(250_000), &small[2..]].concat();
    assert_eq!(photo_prep::prepare(&many).unwrap().bytes(), photo_prep::prepare(&small).unwrap().bytes());
    let image = PngImage::from_picture(&pattern::gradient(500, 400), 8);
    let plain = png::encode(&image, &PngOptions::default());
    let chunks = vec![Chunk::new(b"teSt", Vec::new()); 150_000];
    let many = png::encode(&image, &PngOptions { before: chunks, ..PngOptions::default() });
    assert_eq!(photo_prep::prepare(&many).unwrap().bytes(), plain);
    // As many pieces of picture data as there are bytes.
    let image = PngImage::from_picture(&photo_testkit::photo_like(400, 300, 1), 8);
    let pieces = png::encode(&image, &PngOptions { idat_bytes: 1, ..PngOptions::default() });
    assert!(pieces.len() > 13 * 100_000);
    assert_eq!(photo_prep::prepare(&pieces).unwrap().bytes(), pieces);
}

/// Written by Pillow 12 from smooth inks as 2x1, 1x1, 1x1, 1x1, the Adobe segment set to YCCK then; beside it
/// what Pillow, and so libjpeg, makes of it.
#[test]
fn ycck_with_black_at_half_width_is_read_right() {
    let bytes = include_bytes!("data/ycck_2111.jpg");
    let info = photo_prep::probe(bytes).unwrap();
    assert_eq!(info.jpeg.unwrap().sampling, [(2, 1), (1, 1), (1, 1), (1, 1)]);
    let prepared = Options::default().format(OutputFormat::Png).prepare(bytes).unwrap();
    let want = decoded(include_bytes!("data/ycck_2111.png")).into_rgba8();
    let difference = super::support::mean_difference(&decoded(prepared.bytes()).into_rgba8(), &want);
    assert!(difference < 1.5, "{difference}");
}

#[test]
fn long_pngs_stay_pngs() {
    for (width, same) in [(65_500, true), (65_501, true), (65_535, true), (65_536, false)] {
        let picture = Picture::from_fn(width, 2, Layout::Gray, |x, _| [(x / 300) as u8, 0, 0, 255]);
        let bytes = png::encode(&PngImage::from_picture(&picture, 8), &PngOptions::default());
        let prepared = photo_prep::prepare(&bytes).unwrap();
        assert_eq!(prepared.bytes() == bytes, same, "{width}: {}", prepared.report());
        let png = Options::default().format(OutputFormat::Png);
        let from_pixels = png.color(photo_prep::ColorPolicy::Srgb).prepare(&bytes).unwrap();
        assert_eq!(from_pixels.size().width, width.min(65_535), "{}", from_pixels.report());
        let jpeg = Options::default().format(OutputFormat::Jpeg).prepare(&bytes).unwrap();
        assert!(jpeg.size().width <= 65_500, "{}", jpeg.report());
    }
}

#[test]
fn a_gif_shows_its_first_frame_that_shows_something() {
    let blank = || Frame { transparent: Some(3), ..Frame::new(indexed(20, 10, 4, |_| 3)) };
    let shows = || {
        let picture = indexed(8, 5, 4, |i| (i % 3) as u8);
        Frame { left: 6, top: 2, transparent: Some(3), local_palette: true, ..Frame::new(picture) }
    };
    let file = |frames| {
        gif::encode(&Gif { width: 20, height: 10, version_87a: false, frames, comment: None, looping: true })
    };
    for blanks in 1..4 {
        let frames = (0..blanks).map(|_| blank()).chain([shows(), blank()]).collect();
        let bytes = file(frames);
        let prepared = photo_prep::prepare(&bytes).unwrap();
        assert!(warned(&prepared, |w| matches!(w, Warning::FrameSkipped(_))), "{}", prepared.report());
        let picture = decoded(prepared.bytes()).into_rgba8();
        assert_eq!(picture.dimensions(), (20, 10));
        assert_eq!(picture.get_pixel(0, 0)[3], 0);
        assert_eq!(picture.get_pixel(7, 2).0, [37, 90, 200, 255]);
    }
    let bytes = file(vec![shows(), blank()]);
    let prepared = photo_prep::prepare(&bytes).unwrap();
    assert!(!warned(&prepared, |w| matches!(w, Warning::FrameSkipped(_))));
    let bytes = file(vec![blank(), blank()]);
    assert!(warned(&photo_prep::prepare(&bytes).unwrap(), |w| matches!(w, Warning::FrameSkipped(_))));
}

#[test]
fn an_animated_png_shows_its_first_frame_that_shows_something() {
    let frame = |alpha: u8| {
        let picture = Picture::from_fn(40, 30, Layout::Rgba, |x, y| [x as u8, y as u8, 9, alpha]);
        PngImage::from_picture(&picture, 8)
    };
    let file = |frames: &[PngImage]| png::encode_animation(frames, &PngOptions::default());
    let still = png::encode(&frame(200), &PngOptions::default());
    let prepared =
        photo_prep::prepare(&file(&[frame(0), frame(0), frame(200)])).map(|p| p.into_owned()).unwrap();
    assert!(warned(&prepared, |w| matches!(w, Warning::FrameSkipped(_))), "{}", prepared.report());
    assert_eq!(decoded(prepared.bytes()), decoded(&still));
    let prepared = photo_prep::prepare(&file(&[frame(200), frame(0)])).map(|p| p.into_owned()).unwrap();
    assert!(!warned(&prepared, |w| matches!(w, Warning::FrameSkipped(_))));
    assert_eq!(decoded(prepared.bytes()), decoded(&still));
    let prepared = photo_prep::prepare(&file(&[frame(0), frame(0)])).map(|p| p.into_owned()).unwrap();
    assert!(warned(&prepared, |w| matches!(w, Warning::FrameSkipped(_))));
    // A frame that is smaller than the canvas stays in its place: 25x10 at (5, 7).
    let mut bytes = file(&[frame(0), frame(200)]);
    let small =
        PngImage::from_picture(&Picture::from_fn(25, 10, Layout::Rgba, |x, _| [x as u8, 1, 2, 255]), 8);
    let controls: Vec<usize> = (0..bytes.len() - 4).filter(|at| &bytes[*at..at + 4] == b"fcTL").collect();
    let at = *controls.last().unwrap();
    let mut control = bytes[at + 4..at + 30].to_vec();
    for (place, value) in [(4, 25u32), (8, 10), (12, 5), (16, 7)] {
        control[place..place + 4].copy_from_slice(&value.to_be_bytes());
    }
    let data = png::encode(&small, &PngOptions::default());
    let data_at = data.windows(4).position(|w| w == b"IDAT").unwrap();
    let length = u32::from_be_bytes(data[data_at - 4..data_at].try_into().unwrap()) as usize;
    let number = u32::from_be_bytes(control[..4].try_into().unwrap()) + 1;
    let data = [&number.to_be_bytes()[..], &data[data_at + 4..data_at + 4 + length]].concat();
    bytes.truncate(at - 4);
    for chunk in [Chunk::new(b"fcTL", control), Chunk::new(b"fdAT", data), Chunk::new(b"IEND", Vec::new())] {
        bytes.extend(chunk.bytes());
    }
    let prepared = photo_prep::prepare(&bytes).unwrap();
    let picture = decoded(prepared.bytes()).into_rgba8();
    assert_eq!(picture.dimensions(), (40, 30), "{}", prepared.report());
    assert_eq!((picture.get_pixel(4, 7)[3], picture.get_pixel(30, 7)[3]), (0, 0));
    assert_eq!(picture.get_pixel(15, 16).0, [10, 1, 2, 255]);
}
