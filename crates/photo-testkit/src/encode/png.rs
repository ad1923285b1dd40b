//! PNG and APNG files: every color type, depth, interlacing and chunk. Compression is miniz_oxide's, so the
//! bytes are the same on every machine.

use crate::exif::Exif;
use crate::picture::{Indexed, Layout, Picture};

/// The color types of PNG, by their numbers in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum PngColor {
    /// One gray sample of 1, 2, 4, 8 or 16 bits.
    Gray = 0,
    /// Three samples of 8 or 16 bits.
    Rgb = 2,
    /// An index of 1, 2, 4 or 8 bits.
    Palette = 3,
    /// Gray and alpha of 8 or 16 bits.
    GrayAlpha = 4,
    /// Four samples of 8 or 16 bits.
    Rgba = 6,
}

impl PngColor {
    const fn samples(self) -> usize {
        match self {
            Self::Gray | Self::Palette => 1,
            Self::GrayAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

/// The samples of a PNG, as they're stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PngImage {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Color type.
    pub color: PngColor,
    /// Bits per sample: 1, 2, 4, 8 or 16 as the color type allows.
    pub depth: u8,
    /// All samples, each below `2^depth`.
    pub samples: Vec<u16>,
    /// Colors of the palette (PLTE), for [`PngColor::Palette`].
    pub palette: Vec<[u8; 3]>,
    /// Payload of the tRNS chunk; empty for none.
    pub transparency: Vec<u8>,
}

impl PngImage {
    /// Stores a picture with `depth` bits a sample: samples are scaled exactly to 16 bits, rounded below 8.
    ///
    /// # Panics
    /// If the picture is CMYK, or PNG has no such depth for its layout (gray 1, 2, 4, 8, 16; others 8, 16).
    pub fn from_picture(picture: &Picture, depth: u8) -> Self {
        let color = match picture.layout() {
            Layout::Gray => PngColor::Gray,
            Layout::GrayAlpha => PngColor::GrayAlpha,
            Layout::Rgb => PngColor::Rgb,
            Layout::Rgba => PngColor::Rgba,
            Layout::Cmyk => panic!("PNG has no CMYK"),
        };
        let low = color == PngColor::Gray && matches!(depth, 1 | 2 | 4);
        assert!(low || matches!(depth, 8 | 16), "PNG has no {color:?} of {depth} bits");
        let most = (1_u32 << depth) - 1;
        let samples = picture.data().iter().map(|v| ((u32::from(*v) * most + 127) / 255) as u16).collect();
        let (width, height) = (picture.width(), picture.height());
        Self { width, height, color, depth, samples, palette: Vec::new(), transparency: Vec::new() }
    }

    /// Stores a picture with a palette of `depth` bits; a tRNS chunk is made where the palette isn't opaque.
    ///
    /// # Panics
    /// If the palette has more than `2^depth` colors or `depth` isn't 1, 2, 4 or 8.
    pub fn from_indexed(picture: &Indexed, depth: u8) -> Self {
        assert!(
            matches!(depth, 1 | 2 | 4 | 8) && picture.palette.len() <= 1 << depth,
            "{depth} bits of palette"
        );
        let opaque_tail = picture.palette.iter().rev().take_while(|c| c[3] == 255).count();
        let transparent = &picture.palette[..picture.palette.len() - opaque_tail];
        Self {
            width: picture.width,
            height: picture.height,
            color: PngColor::Palette,
            depth,
            samples: picture.indices.iter().map(|i| u16::from(*i)).collect(),
            palette: picture.palette.iter().map(|c| [c[0], c[1], c[2]]).collect(),
            transparency: transparent.iter().map(|c| c[3]).collect(),
        }
    }

    /// The same picture with one color (gray value, or RGB, in the file's depth) declared transparent.
    pub fn with_transparent_color(mut self, color: &[u16]) -> Self {
        self.transparency = color.iter().flat_map(|v| v.to_be_bytes()).collect();
        self
    }
}

/// A chunk: type and payload. Length and CRC are added when it's written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Four letters.
    pub kind: [u8; 4],
    /// At most 2³¹-1 bytes.
    pub payload: Vec<u8>,
}

impl Chunk {
    /// Any chunk.
    pub fn new(kind: &[u8; 4], payload: impl Into<Vec<u8>>) -> Self {
        Self { kind: *kind, payload: payload.into() }
    }

    /// eXIf.
    pub fn exif(exif: &Exif) -> Self {
        Self::new(b"eXIf", exif.tiff())
    }

    /// tEXt: Latin-1 text under a keyword.
    pub fn text(keyword: &str, text: &str) -> Self {
        Self::new(b"tEXt", format!("{keyword}\0{text}"))
    }

    /// iTXt: uncompressed UTF-8 text under a keyword. XMP has the keyword "XML:com.adobe.xmp".
    pub fn itxt(keyword: &str, text: &str) -> Self {
        Self::new(b"iTXt", format!("{keyword}\0\0\0\0\0{text}"))
    }

    /// tIME: the second of May 2024.
    pub fn time() -> Self {
        Self::new(b"tIME", [0x07, 0xE8, 5, 2, 3, 4, 5])
    }

    /// iCCP: an ICC profile.
    pub fn icc(name: &str, profile: &[u8]) -> Self {
        let mut payload = format!("{name}\0\0").into_bytes();
        payload.extend(miniz_oxide::deflate::compress_to_vec_zlib(profile, LEVEL));
        Self::new(b"iCCP", payload)
    }

    /// gAMA in 1/100000: 45455 is the usual 1/2.2.
    pub fn gamma(value: u32) -> Self {
        Self::new(b"gAMA", value.to_be_bytes())
    }

    /// Length, type, payload and CRC.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = (self.payload.len() as u32).to_be_bytes().to_vec();
        out.extend(self.kind);
        out.extend(&self.payload);
        let crc = crc32fast::hash(&out[4..]);
        out.extend(crc.to_be_bytes());
        out
    }
}

/// How to write a PNG.
#[derive(Debug, Clone)]
pub struct PngOptions {
    /// Adam7 interlacing.
    pub interlaced: bool,
    /// Bytes per IDAT chunk at most.
    pub idat_bytes: usize,
    /// Chunks between IHDR and PLTE, as gAMA, iCCP and text have it.
    pub before: Vec<Chunk>,
    /// Chunks between the picture and IEND.
    pub after: Vec<Chunk>,
    /// Bytes behind IEND.
    pub trailing: Vec<u8>,
}

impl Default for PngOptions {
    /// Not interlaced, IDAT of 32 KiB, nothing else.
    fn default() -> Self {
        Self {
            interlaced: false,
            idat_bytes: 32_768,
            before: Vec::new(),
            after: Vec::new(),
            trailing: Vec::new(),
        }
    }
}

/// Writes a PNG.
///
/// # Panics
/// If the number of samples doesn't fit the size, or `idat_bytes` is 0.
pub fn encode(image: &PngImage, options: &PngOptions) -> Vec<u8> {
    let mut out = head(image, options);
    for part in picture_data(image, options.interlaced).chunks(options.idat_bytes) {
        out.extend(Chunk::new(b"IDAT", part).bytes());
    }
    tail(out, options)
}

/// Writes an APNG: the first frame is also the default image, all frames have the size of the first and
/// replace what was there, each for a tenth of a second, for ever.
///
/// # Panics
/// As [`encode`], or if there's no frame.
pub fn encode_animation(frames: &[PngImage], options: &PngOptions) -> Vec<u8> {
    let Some(first) = frames.first() else { panic!("an animation without a frame") };
    let mut out = head(first, options);
    out.extend(Chunk::new(b"acTL", [(frames.len() as u32).to_be_bytes(), [0; 4]].concat()).bytes());
    let mut number = 0_u32;
    for frame in frames {
        out.extend(Chunk::new(b"fcTL", frame_control(number, frame)).bytes());
        number += 1;
        for part in picture_data(frame, options.interlaced).chunks(options.idat_bytes) {
            if number == 1 {
                out.extend(Chunk::new(b"IDAT", part).bytes());
            }
        }
        if number > 1 {
            let data = [&number.to_be_bytes()[..], &picture_data(frame, options.interlaced)].concat();
            out.extend(Chunk::new(b"fdAT", data).bytes());
            number += 1;
        }
    }
    tail(out, options)
}

fn frame_control(number: u32, frame: &PngImage) -> Vec<u8> {
    let mut payload: Vec<u8> =
        [number, frame.width, frame.height, 0, 0].into_iter().flat_map(u32::to_be_bytes).collect();
    payload.extend([0, 1, 0, 10, 0, 0]);
    payload
}

fn head(image: &PngImage, options: &PngOptions) -> Vec<u8> {
    let mut header = image.width.to_be_bytes().to_vec();
    header.extend(image.height.to_be_bytes());
    header.extend([image.depth, image.color as u8, 0, 0, u8::from(options.interlaced)]);
    let mut out = SIGNATURE.to_vec();
    out.extend(Chunk::new(b"IHDR", header).bytes());
    out.extend(options.before.iter().flat_map(Chunk::bytes));
    if !image.palette.is_empty() {
        out.extend(Chunk::new(b"PLTE", image.palette.concat()).bytes());
    }
    if !image.transparency.is_empty() {
        out.extend(Chunk::new(b"tRNS", image.transparency.clone()).bytes());
    }
    out
}

fn tail(mut out: Vec<u8>, options: &PngOptions) -> Vec<u8> {
    out.extend(options.after.iter().flat_map(Chunk::bytes));
    out.extend(Chunk::new(b"IEND", []).bytes());
    out.extend(&options.trailing);
    out
}

fn picture_data(image: &PngImage, interlaced: bool) -> Vec<u8> {
    let needed = image.width as usize * image.height as usize * image.color.samples();
    assert_eq!(
        image.samples.len(),
        needed,
        "samples of a {}x{} {:?} PNG",
        image.width,
        image.height,
        image.color
    );
    let passes: &[[u32; 4]] = if interlaced { &ADAM7 } else { &[[0, 0, 1, 1]] };
    let mut raw = Vec::new();
    for &[x0, y0, dx, dy] in passes {
        filter_pass(image, [x0, y0, dx, dy], &mut raw);
    }
    miniz_oxide::deflate::compress_to_vec_zlib(&raw, LEVEL)
}

/// Appends the filtered rows of one pass: the pixels from (`x0`, `y0`) on, every `dx`-th of every `dy`-th
/// row.
fn filter_pass(image: &PngImage, [x0, y0, dx, dy]: [u32; 4], raw: &mut Vec<u8>) {
    let samples = image.color.samples();
    let columns: Vec<usize> = (x0..image.width).step_by(dx as usize).map(|x| x as usize).collect();
    if columns.is_empty() {
        return;
    }
    let mut above = Vec::new();
    for y in (y0..image.height).step_by(dy as usize) {
        let start = y as usize * image.width as usize;
        let pixels = columns.iter().map(|x| (start + x) * samples);
        let row = pack(pixels.flat_map(|at| &image.samples[at..at + samples]).copied(), image.depth);
        above.resize(row.len(), 0);
        let step = (samples * usize::from(image.depth)).div_ceil(8);
        let plain = image.depth < 8 || image.color == PngColor::Palette;
        let kinds = if plain { 0..1 } else { 0..5 };
        let cost = |filtered: &Vec<u8>| {
            filtered.iter().map(|v| u32::from(v.cast_signed().unsigned_abs())).sum::<u32>()
        };
        let best = kinds.map(|kind| (kind, filter(kind, &row, &above, step))).min_by_key(|(_, f)| cost(f));
        if let Some((kind, filtered)) = best {
            raw.push(kind);
            raw.extend(filtered);
        }
        above = row;
    }
}

fn pack(samples: impl Iterator<Item = u16>, depth: u8) -> Vec<u8> {
    match depth {
        16 => samples.flat_map(u16::to_be_bytes).collect(),
        8 => samples.map(|v| v as u8).collect(),
        _ => {
            let (mut out, mut used) = (Vec::new(), 8);
            for sample in samples {
                if used == 8 {
                    out.push(0);
                    used = 0;
                }
                used += depth;
                if let Some(last) = out.last_mut() {
                    *last |= (sample as u8) << (8 - used);
                }
            }
            out
        }
    }
}

fn filter(kind: u8, row: &[u8], above: &[u8], step: usize) -> Vec<u8> {
    let at = |line: &[u8], i: usize| i.checked_sub(step).map_or(0, |i| line[i]);
    let predicted = |i: usize| match kind {
        1 => at(row, i),
        2 => above[i],
        3 => ((u16::from(at(row, i)) + u16::from(above[i])) / 2) as u8,
        4 => paeth(at(row, i), above[i], at(above, i)),
        _ => 0,
    };
    row.iter().enumerate().map(|(i, v)| v.wrapping_sub(predicted(i))).collect()
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let estimate = i16::from(left) + i16::from(up) - i16::from(corner);
    // `min_by_key` keeps the first of equals: left, then up, as the format wants.
    [left, up, corner].into_iter().min_by_key(|v| (estimate - i16::from(*v)).abs()).unwrap_or(left)
}

/// The first eight bytes of every PNG.
pub const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
/// First column, first row, column step and row step of the seven passes.
const ADAM7: [[u32; 4]; 7] =
    [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];
const LEVEL: u8 = 9;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{icc, pattern, photo_like};

    fn decode(bytes: &[u8]) -> image::DynamicImage {
        image::load_from_memory_with_format(bytes, image::ImageFormat::Png).unwrap()
    }

    #[test]
    fn every_layout_depth_and_interlacing_reads_back_exactly() {
        for (width, height) in [(33, 21), (1, 1), (3, 9), (8, 8)] {
            for layout in [Layout::Gray, Layout::GrayAlpha, Layout::Rgb, Layout::Rgba] {
                let picture = if layout.has_alpha() {
                    pattern::alpha_shapes(width, height)
                } else {
                    photo_like(width, height, 1)
                };
                let picture = picture.convert(layout);
                for (depth, interlaced) in [(8, false), (8, true), (16, false), (16, true)] {
                    let image = PngImage::from_picture(&picture, depth);
                    let decoded = decode(&encode(
                        &image,
                        &PngOptions { interlaced, idat_bytes: 100, ..PngOptions::default() },
                    ));
                    assert_eq!(
                        decoded.to_rgba8().into_raw(),
                        picture.convert(Layout::Rgba).into_data(),
                        "{layout:?} {depth} {interlaced}"
                    );
                    assert_eq!(
                        usize::from(decoded.color().bytes_per_pixel()),
                        layout.samples() * usize::from(depth) / 8
                    );
                }
            }
        }
    }

    #[test]
    fn palettes_and_low_depths_read_back_exactly() {
        let photo = photo_like(37, 19, 2);
        for depth in [1, 2, 4, 8] {
            for interlaced in [false, true] {
                let options = PngOptions { interlaced, ..PngOptions::default() };
                let indexed = Indexed::quantize(&photo, depth);
                let decoded = decode(&encode(&PngImage::from_indexed(&indexed, depth), &options)).to_rgba8();
                assert_eq!(decoded.into_raw(), indexed.to_rgba().into_data(), "palette {depth} {interlaced}");
                let gray = PngImage::from_picture(&photo.convert(Layout::Gray), depth);
                let scale = 255 / ((1_u16 << depth) - 1);
                let expected: Vec<u8> = gray.samples.iter().map(|v| (v * scale) as u8).collect();
                assert_eq!(
                    decode(&encode(&gray, &options)).to_luma8().into_raw(),
                    expected,
                    "gray {depth} {interlaced}"
                );
            }
        }
    }

    #[test]
    fn transparency_and_chunks_are_understood() {
        let mut indexed = pattern::screenshot(40, 30);
        indexed.palette[2][3] = 77;
        let decoded = decode(&encode(&PngImage::from_indexed(&indexed, 4), &PngOptions::default()));
        assert_eq!(decoded.to_rgba8().into_raw(), indexed.to_rgba().into_data());

        let profile = icc::display_p3();
        let before = vec![
            Chunk::gamma(45_455),
            Chunk::icc("P3", &profile),
            Chunk::exif(&Exif::orientation(3)),
            Chunk::text("Author", "A"),
            Chunk::itxt("Title", "Ü"),
            Chunk::time(),
        ];
        let image = PngImage::from_picture(&pattern::gradient(9, 7), 8).with_transparent_color(&[0, 0, 0]);
        let bytes = encode(&image, &PngOptions { before, trailing: b"x".to_vec(), ..PngOptions::default() });
        let reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
        let info = reader.info();
        assert_eq!(info.icc_profile.as_deref(), Some(profile.as_slice()));
        assert_eq!((info.uncompressed_latin1_text.len(), info.utf8_text.len()), (1, 1));
        assert!(info.exif_metadata.is_some() && info.trns.is_some());
        assert_eq!(decode(&bytes).to_rgba8().get_pixel(0, 0).0, [0, 0, 0, 0]);
    }

    #[test]
    fn an_animation_has_its_frames() {
        let frames: Vec<_> = (0..3).map(|i| PngImage::from_picture(&photo_like(20, 10, i), 8)).collect();
        let bytes = encode_animation(&frames, &PngOptions::default());
        let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
        assert_eq!(reader.info().animation_control().map(|a| a.num_frames), Some(3));
        let mut buffer = vec![0; 600];
        for i in 0..3 {
            reader.next_frame(&mut buffer).unwrap();
            assert_eq!(buffer, photo_like(20, 10, i).into_data(), "frame {i}");
        }
        assert_eq!(decode(&bytes).to_rgb8().into_raw(), photo_like(20, 10, 0).into_data());
    }
}
