//! Charts of patches whose colors are told in every way that files know: by profiles, chunks, markers, or not
//! at all.

use serde::Serialize;

use crate::encode::jpeg::{self, JpegOptions, Sampling, Segment};
use crate::encode::png::{self, Chunk, PngColor, PngImage, PngOptions};
use crate::encode::{bmp, tiff, webp};
use crate::picture::{Indexed, Layout, Picture};
use crate::{icc, icc_tables};

/// Side of a patch in pixels: an MCU of 4:2:0, so that patches don't run into each other.
pub const PATCH: u32 = 16;
/// Patches in a row.
pub const COLUMNS: u32 = 8;
/// Patches of a chart.
pub const PATCHES: usize = 48;

/// A file, and what is known of it.
#[derive(Debug, Clone)]
pub struct Chart {
    /// A name for people.
    pub name: &'static str,
    /// The file.
    pub file: Vec<u8>,
    /// The samples that a patch has in the file, 16 bits each: one, three, or four inks.
    pub device: Vec<Vec<u16>>,
    /// What these samples mean.
    pub meaning: Meaning,
    /// Whether a part of the file that can't be used is to be warned of.
    pub warns: bool,
}

/// What samples mean.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// sRGB, or gray with its curve.
    Srgb,
    /// Inks of which each lets through what it leaves of white.
    PlainInks,
    /// As an ICC profile says.
    Icc(Vec<u8>),
    /// Light to the power of 1/gamma (`None`: sRGB's curve) of these chromaticities: white, red, green, blue.
    Numbers(Option<f64>, [[f64; 2]; 4]),
    /// Code points of ITU-T H.273: primaries and transfer.
    Codes(u8, u8),
}

const SRGB_POINTS: [[f64; 2]; 4] = [[0.3127, 0.329], [0.64, 0.33], [0.3, 0.6], [0.15, 0.06]];
const ADOBE_POINTS: [[f64; 2]; 4] = [[0.3127, 0.329], [0.64, 0.33], [0.21, 0.71], [0.15, 0.06]];

/// All charts, the same bytes each time.
pub fn all() -> Vec<Chart> {
    [jpegs(), four_components(), rgb_jpegs(), pngs(), deep(), shallow(), others(), useless()].concat()
}

/// Colors of a chart: all of 0, 128, 255 in three samples, grays, and dark and muted ones.
fn colors() -> Vec<[u16; 3]> {
    let level = |i: usize| [0, 128, 255][i % 3] * 257;
    let cube = (0..27).map(|i| [level(i / 9), level(i / 3), level(i)]);
    let grays = [8, 16, 24, 32, 48, 64, 96, 160, 192, 208, 224, 240].map(|v: u16| [v * 257; 3]);
    let others = [
        [60, 20, 10],
        [10, 30, 60],
        [20, 40, 10],
        [200, 150, 120],
        [90, 60, 50],
        [60, 90, 120],
        [230, 190, 30],
        [180, 60, 90],
        [40, 120, 110],
    ];
    cube.chain(grays).chain(others.map(|c| c.map(|v: u16| v * 257))).collect()
}

fn picture(layout: Layout, patches: &[Vec<u16>]) -> Picture {
    let (width, height) = (COLUMNS * PATCH, PATCH * (patches.len() as u32).div_ceil(COLUMNS));
    let patch = |i: u32| &patches[((i / width / PATCH) * COLUMNS + i % width / PATCH) as usize];
    let data = (0..width * height).flat_map(patch).map(|v| (v / 257) as u8).collect();
    Picture::new(width, height, layout, data)
}

fn rgb() -> Vec<Vec<u16>> {
    colors().iter().map(|c| c.to_vec()).collect()
}

fn gray() -> Vec<Vec<u16>> {
    (0..PATCHES as u16).map(|i| vec![i * 255 / (PATCHES as u16 - 1) * 257]).collect()
}

fn inks() -> Vec<Vec<u16>> {
    let black = |i: usize| [0, 0, 0, 32, 64, 128, 192, 255][i % 8] * 257;
    colors()
        .iter()
        .enumerate()
        .map(|(i, c)| [c.map(|v| 65_535 - v).to_vec(), vec![black(i)]].concat())
        .collect()
}

fn chart(name: &'static str, file: Vec<u8>, device: Vec<Vec<u16>>, meaning: Meaning) -> Chart {
    Chart { name, file, device, meaning, warns: false }
}

fn best(segments: Vec<Segment>) -> JpegOptions {
    JpegOptions { quality: 100, sampling: Sampling::S444, segments, ..JpegOptions::default() }
}

fn jpeg_of(layout: Layout, patches: &[Vec<u16>], profile: Option<&[u8]>) -> Vec<u8> {
    jpeg::encode(&picture(layout, patches), &best(profile.map(Segment::icc).unwrap_or_default()))
}

fn jpegs() -> Vec<Chart> {
    let mut out = vec![chart("jpeg sRGB", jpeg_of(Layout::Rgb, &rgb(), None), rgb(), Meaning::Srgb)];
    for (name, profile) in [
        ("jpeg Display P3", icc::display_p3()),
        ("jpeg Adobe RGB", icc::adobe_rgb()),
        ("jpeg ProPhoto", icc::prophoto()),
        ("jpeg table v2", icc_tables::rgb_v2()),
        ("jpeg table v4", icc_tables::rgb_v4()),
    ] {
        out.push(chart(name, jpeg_of(Layout::Rgb, &rgb(), Some(&profile)), rgb(), Meaning::Icc(profile)));
    }
    let profile = icc::gray_gamma_22();
    let file = jpeg_of(Layout::Gray, &gray(), Some(&profile));
    out.push(chart("jpeg gray gamma 2.2", file, gray(), Meaning::Icc(profile)));
    out
}

/// CMYK and YCCK under each Adobe marker. Without one, inks are stored as they are, not inverted.
fn four_components() -> Vec<Chart> {
    let cmyk = |ycck, segments| {
        jpeg::encode(&picture(Layout::Cmyk, &inks()), &JpegOptions { ycck, ..best(segments) })
    };
    let plain = |name, file| chart(name, file, inks(), Meaning::PlainInks);
    let mut out = vec![
        plain("jpeg CMYK, Adobe 0", with_transform(cmyk(false, Vec::new()), Some(0))),
        plain("jpeg YCCK, Adobe 2", with_transform(cmyk(true, Vec::new()), Some(2))),
        plain("jpeg YCCK, Adobe 1", with_transform(cmyk(true, Vec::new()), Some(1))),
    ];
    // Patches are whole MCUs, so that coarser chroma changes nothing but the way of decoding.
    for (name, ycck) in [("jpeg CMYK 4:2:0", false), ("jpeg YCCK 4:2:0", true)] {
        let options = JpegOptions { ycck, sampling: Sampling::S420, ..best(Vec::new()) };
        out.push(plain(name, jpeg::encode(&picture(Layout::Cmyk, &inks()), &options)));
    }
    let inverted: Vec<Vec<u16>> = inks().iter().map(|p| p.iter().map(|v| 65_535 - v).collect()).collect();
    let bare = jpeg::encode(&picture(Layout::Cmyk, &inverted), &best(Vec::new()));
    out.push(plain("jpeg CMYK, no Adobe", with_transform(bare, None)));
    for (name, profile) in
        [("jpeg CMYK table v2", icc::cmyk()), ("jpeg CMYK table v4", icc_tables::cmyk_v4())]
    {
        out.push(chart(name, cmyk(false, Segment::icc(&profile)), inks(), Meaning::Icc(profile.clone())));
    }
    let profile = icc_tables::cmyk_v4();
    out.push(chart("jpeg YCCK table v4", cmyk(true, Segment::icc(&profile)), inks(), Meaning::Icc(profile)));
    out
}

/// The file with this transform in its Adobe segment, or without the segment.
fn with_transform(mut file: Vec<u8>, transform: Option<u8>) -> Vec<u8> {
    let Some(at) = file.windows(9).position(|w| w.starts_with(&[0xFF, 0xEE]) && w.ends_with(b"Adobe")) else {
        panic!("the encoder wrote no Adobe segment")
    };
    match transform {
        Some(transform) => file[at + 15] = transform,
        None => drop(file.drain(at..at + 16)),
    }
    file
}

/// RGB that was never made YCbCr; only the Adobe segment tells.
fn rgb_jpegs() -> Vec<Chart> {
    let file = |profile: Option<&[u8]>| {
        let mut segments = vec![Segment::App(14, b"Adobe\0\x64\0\0\0\0\0".to_vec())];
        segments.extend(profile.map(Segment::icc).unwrap_or_default());
        jpeg::encode_unconverted(&picture(Layout::Rgb, &rgb()), &best(segments))
    };
    let profile = icc::display_p3();
    vec![
        chart("jpeg RGB, Adobe 0", file(None), rgb(), Meaning::Srgb),
        chart("jpeg RGB Display P3", file(Some(&profile)), rgb(), Meaning::Icc(profile)),
    ]
}

fn png_of(image: &PngImage, before: Vec<Chunk>) -> Vec<u8> {
    png::encode(image, &PngOptions { before, ..PngOptions::default() })
}

/// gAMA and cHRM as the numbers say.
fn numbers(gamma: Option<f64>, points: Option<[[f64; 2]; 4]>) -> Vec<Chunk> {
    let fixed = |v: f64| ((v * 100_000.0).round() as u32).to_be_bytes();
    let chrm = |points: [[f64; 2]; 4]| points.iter().flatten().flat_map(|v| fixed(*v)).collect::<Vec<u8>>();
    let gamma = gamma.map(|g| Chunk::new(b"gAMA", fixed(1.0 / g)));
    points.map(|p| Chunk::new(b"cHRM", chrm(p))).into_iter().chain(gamma).collect()
}

/// 8 bits, and what goes before what.
fn pngs() -> Vec<Chart> {
    let image = PngImage::from_picture(&picture(Layout::Rgb, &rgb()), 8);
    let make = |name, before, meaning| chart(name, png_of(&image, before), rgb(), meaning);
    let p3 = Chunk::icc("p3", &icc::display_p3());
    let srgb = Chunk::new(b"sRGB", [0]);
    let cicp = |codes: [u8; 4]| Chunk::new(b"cICP", codes);
    let warned = |chart| Chart { warns: true, ..chart };
    vec![
        make("png nothing", Vec::new(), Meaning::Srgb),
        make("png sRGB chunk before gAMA", vec![srgb.clone(), Chunk::gamma(100_000)], Meaning::Srgb),
        make("png usual gAMA and cHRM", numbers(Some(2.2), Some(SRGB_POINTS)), Meaning::Srgb),
        make("png gAMA 1", numbers(Some(1.0), None), Meaning::Numbers(Some(1.0), SRGB_POINTS)),
        make("png gAMA 1/1.8", numbers(Some(1.8), None), Meaning::Numbers(Some(1.8), SRGB_POINTS)),
        make(
            "png cHRM of Adobe RGB, gAMA",
            numbers(Some(2.2), Some(ADOBE_POINTS)),
            Meaning::Numbers(Some(2.2), ADOBE_POINTS),
        ),
        make("png cHRM alone", numbers(None, Some(ADOBE_POINTS)), Meaning::Numbers(None, ADOBE_POINTS)),
        make("png Display P3", vec![p3.clone()], Meaning::Icc(icc::display_p3())),
        make(
            "png iCCP before gAMA",
            [vec![p3.clone()], numbers(Some(1.0), None)].concat(),
            Meaning::Icc(icc::display_p3()),
        ),
        make("png cICP Display P3", vec![cicp([12, 13, 0, 1])], Meaning::Codes(12, 13)),
        make("png cICP sRGB before iCCP", vec![cicp([1, 13, 0, 1]), p3.clone()], Meaning::Srgb),
        make("png cICP BT.2020", vec![cicp([9, 14, 0, 1])], Meaning::Codes(9, 14)),
        warned(make("png cICP PQ, iCCP", vec![cicp([9, 16, 0, 1]), p3], Meaning::Icc(icc::display_p3()))),
    ]
}

/// 16 bits, with patches between the steps of 8.
fn deep() -> Vec<Chart> {
    let mut patches = rgb();
    for (i, patch) in patches.iter_mut().rev().take(16).enumerate() {
        *patch = vec![40 + 60 * i as u16, 30 + 50 * i as u16, 50 + 70 * i as u16];
    }
    let pixels = |channels: usize, alpha: bool| {
        let mut samples = Vec::new();
        for y in 0..PATCH * (PATCHES as u32 / COLUMNS) {
            for x in 0..COLUMNS * PATCH {
                let patch = &patches[((y / PATCH) * COLUMNS + x / PATCH) as usize];
                samples.extend(&patch[..channels]);
                samples.extend(alpha.then_some(if y == 0 { 0 } else { 65_535 }));
            }
        }
        samples
    };
    let (width, height) = (COLUMNS * PATCH, PATCH * (PATCHES as u32 / COLUMNS));
    let image = |color, samples| PngImage {
        width,
        height,
        color,
        depth: 16,
        samples,
        palette: Vec::new(),
        transparency: Vec::new(),
    };
    let icc = |profile: &[u8]| vec![Chunk::icc("profile", profile)];
    let rgb = image(PngColor::Rgb, pixels(3, false));
    let interlaced = PngOptions { interlaced: true, before: icc(&icc::prophoto()), ..PngOptions::default() };
    let first: Vec<Vec<u16>> = patches.iter().map(|p| vec![p[0]]).collect();
    let make = |name, file, meaning| chart(name, file, patches.clone(), meaning);
    vec![
        make("png 16 bits", png_of(&rgb, Vec::new()), Meaning::Srgb),
        make("png 16 bits ProPhoto", png_of(&rgb, icc(&icc::prophoto())), Meaning::Icc(icc::prophoto())),
        make("png 16 bits interlaced", png::encode(&rgb, &interlaced), Meaning::Icc(icc::prophoto())),
        make("png 16 bits linear", png_of(&rgb, icc(&icc::linear())), Meaning::Icc(icc::linear())),
        make(
            "png 16 bits gAMA 1, alpha",
            png_of(&image(PngColor::Rgba, pixels(3, true)), numbers(Some(1.0), None)),
            Meaning::Numbers(Some(1.0), SRGB_POINTS),
        ),
        chart(
            "png 16 bits gray gAMA 1",
            png_of(&image(PngColor::Gray, pixels(1, false)), numbers(Some(1.0), None)),
            first,
            Meaning::Numbers(Some(1.0), SRGB_POINTS),
        ),
    ]
}

/// Few bits, palettes, a color declared transparent.
fn shallow() -> Vec<Chart> {
    let p3 = || vec![Chunk::icc("p3", &icc::display_p3())];
    let bits: Vec<Vec<u16>> = (0..PATCHES).map(|i| vec![if i % 3 == 0 { 65_535 } else { 0 }]).collect();
    let fours: Vec<Vec<u16>> = (0..PATCHES as u16).map(|i| vec![i % 16 * 4369]).collect();
    let gray_png = |patches: &[Vec<u16>], depth| {
        png_of(&PngImage::from_picture(&picture(Layout::Gray, patches), depth), numbers(Some(1.0), None))
    };
    let linear = || Meaning::Numbers(Some(1.0), SRGB_POINTS);
    let (width, height) = (COLUMNS * PATCH, PATCH * (PATCHES as u32 / COLUMNS));
    let index = |i: u32| (((i / width) / PATCH) * COLUMNS + (i % width) / PATCH) as u8;
    let palette = |alpha: [u8; 2]| Indexed {
        width,
        height,
        indices: (0..width * height).map(|i| if i == 0 { 48 } else { index(i) }).collect(),
        palette: (colors().iter().map(|c| c.map(|v| (v / 257) as u8)))
            .map(|[r, g, b]| [r, g, b, alpha[0]])
            .chain([[1, 2, 3, alpha[1]]])
            .collect(),
    };
    let indexed = |alpha| png_of(&PngImage::from_indexed(&palette(alpha), 8), p3());
    let declared =
        PngImage::from_picture(&picture(Layout::Rgb, &rgb()), 8).with_transparent_color(&[9, 9, 9]);
    vec![
        chart("png 1 bit gAMA 1", gray_png(&bits, 1), bits.clone(), linear()),
        chart("png 4 bits gAMA 1", gray_png(&fours, 4), fours.clone(), linear()),
        chart("png palette Display P3", indexed([255; 2]), rgb(), Meaning::Icc(icc::display_p3())),
        chart("png palette, tRNS, Display P3", indexed([255, 0]), rgb(), Meaning::Icc(icc::display_p3())),
        chart("png tRNS, Display P3", png_of(&declared, p3()), rgb(), Meaning::Icc(icc::display_p3())),
    ]
}

fn others() -> Vec<Chart> {
    let picture = picture(Layout::Rgb, &rgb());
    let tiff = |profile: Vec<u8>, deep| {
        tiff::encode(
            &picture,
            &tiff::TiffOptions { icc: Some(profile), deep, ..tiff::TiffOptions::default() },
        )
    };
    let webp = webp::encode(
        &picture,
        &webp::WebpOptions { icc: Some(icc::display_p3()), ..webp::WebpOptions::default() },
    );
    let bmp = bmp::encode(&picture, bmp::PixelFormat::Rgb24, bmp::BmpOptions::default());
    vec![
        chart("tiff Adobe RGB", tiff(icc::adobe_rgb(), false), rgb(), Meaning::Icc(icc::adobe_rgb())),
        chart("tiff 16 bits ProPhoto", tiff(icc::prophoto(), true), rgb(), Meaning::Icc(icc::prophoto())),
        chart("webp Display P3", webp, rgb(), Meaning::Icc(icc::display_p3())),
        chart("bmp", bmp, rgb(), Meaning::Srgb),
    ]
}

/// Profiles that can't be meant or can't be read: warned of, and the picture taken as sRGB.
fn useless() -> Vec<Chart> {
    let image = PngImage::from_picture(&picture(Layout::Rgb, &rgb()), 8);
    let jpeg =
        |name, profile: &[u8]| chart(name, jpeg_of(Layout::Rgb, &rgb(), Some(profile)), rgb(), Meaning::Srgb);
    let png = |name, before| chart(name, png_of(&image, before), rgb(), Meaning::Srgb);
    let p3 = icc::display_p3();
    let mut no_curves = p3.clone();
    // The tags of the curves get another name.
    for at in 0..no_curves.len() - 4 {
        if no_curves[at + 1..].starts_with(b"TRC") {
            no_curves[at] = b'x';
        }
    }
    let mut charts = vec![
        jpeg("jpeg RGB with a gray profile", &icc::gray_gamma_22()),
        jpeg("jpeg RGB with a CMYK profile", &icc::cmyk()),
        jpeg("jpeg with half a profile", &p3[..p3.len() / 2]),
        jpeg("jpeg with a profile without curves", &no_curves),
        jpeg("jpeg with noise for a profile", &[0x5A; 700]),
        png("png with a gray profile", vec![Chunk::icc("gray", &icc::gray_gamma_22())]),
        png("png with a profile that doesn't inflate", vec![Chunk::new(b"iCCP", b"x\0\0garbage".as_slice())]),
        png("png gAMA 0", vec![Chunk::gamma(0)]),
        png("png cHRM without colors", vec![Chunk::new(b"cHRM", [0; 32])]),
        png("png cICP of unknown codes", vec![Chunk::new(b"cICP", [200, 13, 0, 1])]),
    ];
    charts.iter_mut().for_each(|chart| chart.warns = true);
    charts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_are_the_same_each_time_and_have_their_patches() {
        let (once, again) = (all(), all());
        assert_eq!(once.len(), again.len());
        for (a, b) in once.iter().zip(&again) {
            assert!(a.file == b.file, "{}", a.name);
            assert_eq!(a.device.len(), PATCHES, "{}", a.name);
        }
        let mut names: Vec<_> = once.iter().map(|c| c.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), once.len(), "two charts of a name");
    }
}
