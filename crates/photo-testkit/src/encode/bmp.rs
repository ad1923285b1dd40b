//! BMP files: every depth from 1 to 32 bits, run lengths, bit fields, both row orders, four generations of
//! headers.

use crate::picture::{Indexed, Layout, Picture};

/// Generation of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Header {
    /// OS/2 1.x, 12 bytes, palette of three bytes a color; sides up to 65,535 and no compression or row
    /// order.
    Core,
    /// BITMAPINFOHEADER, 40 bytes.
    #[default]
    Info,
    /// BITMAPV4HEADER, 108 bytes.
    V4,
    /// BITMAPV5HEADER, 124 bytes.
    V5,
}

/// How to write a BMP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct BmpOptions {
    /// Generation of the header.
    pub header: Header,
    /// First row first (a negative height in the file).
    pub top_down: bool,
}

/// Pixels of full color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PixelFormat {
    /// 16 bits without bit fields: 5 bits a channel, the top bit unused.
    Rgb555,
    /// 16 bits with bit fields: 5, 6 and 5.
    Rgb565,
    /// 24 bits.
    Rgb24,
    /// 32 bits, the fourth byte unused (0).
    Rgb32,
    /// 32 bits with bit fields in an unusual order: red in the lowest byte.
    Bgr32,
    /// 32 bits with bit fields and alpha; needs [`Header::V4`] or [`Header::V5`].
    Rgba32,
}

/// Writes a picture in full color.
///
/// # Panics
/// If the header has no place for the pixel format or the row order.
pub fn encode(picture: &Picture, format: PixelFormat, options: BmpOptions) -> Vec<u8> {
    let (bits, masks) = match format {
        PixelFormat::Rgb555 => (16, None),
        PixelFormat::Rgb565 => (16, Some([0xF800, 0x07E0, 0x001F, 0])),
        PixelFormat::Rgb24 => (24, None),
        PixelFormat::Rgb32 => (32, None),
        PixelFormat::Bgr32 => (32, Some([0xFF, 0xFF00, 0xFF_0000, 0])),
        PixelFormat::Rgba32 => (32, Some([0xFF_0000, 0xFF00, 0xFF, 0xFF00_0000])),
    };
    let new = matches!(options.header, Header::V4 | Header::V5);
    assert!(format != PixelFormat::Rgba32 || new, "alpha needs a V4 or V5 header");
    let mut data = Vec::new();
    for y in rows(picture.height(), options.top_down) {
        let start = data.len();
        for x in 0..picture.width() {
            push_pixel(&mut data, picture.rgba(x, y), format);
        }
        pad(&mut data, start);
    }
    let compression = if masks.is_some() { 3 } else { 0 };
    Parts { size: (picture.width(), picture.height()), bits, compression, masks, palette: &[], data }
        .file(options)
}

/// Writes a picture with a palette of 1, 4 or 8 bits, uncompressed.
///
/// # Panics
/// If the palette has more than `2^bits` colors, or the header has no place for the row order.
pub fn encode_indexed(picture: &Indexed, bits: u16, options: BmpOptions) -> Vec<u8> {
    let mut data = Vec::new();
    for y in rows(picture.height, options.top_down) {
        let start = data.len();
        let row = row_of(picture, y);
        let per_byte = 8 / usize::from(bits);
        for pixels in row.chunks(per_byte) {
            let byte = pixels.iter().fold(0_u16, |byte, i| byte << bits | u16::from(*i));
            data.push((byte << (bits as usize * (per_byte - pixels.len()))) as u8);
        }
        pad(&mut data, start);
    }
    indexed_parts(picture, bits, 0, data).file(options)
}

/// Writes a picture with a palette in run lengths: RLE4 for 4 `bits`, RLE8 for 8. Rows are always bottom-up.
///
/// # Panics
/// If `bits` is neither 4 nor 8, the header is [`Header::Core`], or `top_down` is set.
pub fn encode_rle(picture: &Indexed, bits: u16, options: BmpOptions) -> Vec<u8> {
    assert!(
        matches!(bits, 4 | 8) && options.header != Header::Core && !options.top_down,
        "run lengths: {options:?}"
    );
    let mut data = Vec::new();
    for y in rows(picture.height, false) {
        push_runs(&mut data, row_of(picture, y), bits);
        data.extend([0, 0]);
    }
    data.extend([0, 1]);
    indexed_parts(picture, bits, if bits == 8 { 1 } else { 2 }, data).file(options)
}

/// Equal pixels become a run; up to 40 unequal ones (at least 3) are written as they are.
fn push_runs(data: &mut Vec<u8>, mut row: &[u8], bits: u16) {
    while let Some(first) = row.first() {
        let run = row.iter().take(255).take_while(|i| *i == first).count();
        let literal = row.windows(3).take(40).take_while(|w| w[0] != w[1] || w[1] != w[2]).count();
        if run < 3 && literal >= 3 {
            data.extend([0, literal as u8]);
            let start = data.len();
            match bits {
                8 => data.extend(&row[..literal]),
                _ => data.extend(row[..literal].chunks(2).map(|p| p[0] << 4 | p.get(1).unwrap_or(&0))),
            }
            data.resize(start + (data.len() - start).next_multiple_of(2), 0);
            row = &row[literal..];
        } else {
            let byte = if bits == 8 { *first } else { first << 4 | first };
            data.extend([run as u8, byte]);
            row = &row[run..];
        }
    }
}

/// What a BMP is made of.
struct Parts<'a> {
    size: (u32, u32),
    bits: u16,
    compression: u32,
    masks: Option<[u32; 4]>,
    palette: &'a [[u8; 4]],
    data: Vec<u8>,
}

impl Parts<'_> {
    fn file(&self, options: BmpOptions) -> Vec<u8> {
        let header = self.header(options);
        let entry = if options.header == Header::Core { 3 } else { 4 };
        // Core headers have no color count: the palette is always full.
        let colors = if options.header == Header::Core && self.bits <= 8 {
            1 << self.bits
        } else {
            self.palette.len()
        };
        let offset = 14 + header.len() + colors * entry;
        let mut out = b"BM".to_vec();
        out.extend(((offset + self.data.len()) as u32).to_le_bytes());
        out.extend([0; 4]);
        out.extend((offset as u32).to_le_bytes());
        out.extend(header);
        for color in self.palette {
            out.extend(&[color[2], color[1], color[0], 0][..entry]);
        }
        out.resize(offset, 0);
        out.extend(&self.data);
        out
    }

    fn header(&self, options: BmpOptions) -> Vec<u8> {
        let (width, height) = self.size;
        if options.header == Header::Core {
            assert!(
                self.compression == 0 && !options.top_down && self.bits != 16 && self.bits != 32,
                "an OS/2 header"
            );
            let fields = [12, 0, width as u16, height as u16, 1, self.bits];
            return fields.into_iter().flat_map(u16::to_le_bytes).collect();
        }
        let length = match options.header {
            Header::V4 => 108,
            Header::V5 => 124,
            _ => 40,
        };
        let stored = if options.top_down { height.wrapping_neg() } else { height };
        let mut out: Vec<u8> = [length, width, stored].into_iter().flat_map(u32::to_le_bytes).collect();
        out.extend(1_u16.to_le_bytes());
        out.extend(self.bits.to_le_bytes());
        let colors = self.palette.len() as u32;
        for field in [self.compression, self.data.len() as u32, 2835, 2835, colors, 0] {
            out.extend(field.to_le_bytes());
        }
        if let Some(masks) = self.masks {
            let count = if length == 40 { 3 } else { 4 };
            out.extend(masks[..count].iter().flat_map(|m| m.to_le_bytes()));
        }
        if length > 40 {
            out.resize(56, 0);
            out.extend(b"BGRs");
            out.resize(length as usize, 0);
        }
        out
    }
}

fn indexed_parts(picture: &Indexed, bits: u16, compression: u32, data: Vec<u8>) -> Parts<'_> {
    assert!(matches!(bits, 1 | 4 | 8) && picture.palette.len() <= 1 << bits, "a BMP palette of {bits} bits");
    let size = (picture.width, picture.height);
    Parts { size, bits, compression, masks: None, palette: &picture.palette, data }
}

fn rows(height: u32, top_down: bool) -> Vec<u32> {
    if top_down { (0..height).collect() } else { (0..height).rev().collect() }
}

fn row_of(picture: &Indexed, y: u32) -> &[u8] {
    let width = picture.width as usize;
    &picture.indices[y as usize * width..(y as usize + 1) * width]
}

fn push_pixel(data: &mut Vec<u8>, [r, g, b, a]: [u8; 4], format: PixelFormat) {
    let scaled = |v: u8, most: u32| ((u32::from(v) * most + 127) / 255) as u16;
    match format {
        PixelFormat::Rgb555 => {
            data.extend((scaled(r, 31) << 10 | scaled(g, 31) << 5 | scaled(b, 31)).to_le_bytes())
        }
        PixelFormat::Rgb565 => {
            data.extend((scaled(r, 31) << 11 | scaled(g, 63) << 5 | scaled(b, 31)).to_le_bytes())
        }
        PixelFormat::Rgb24 => data.extend([b, g, r]),
        PixelFormat::Rgb32 => data.extend([b, g, r, 0]),
        PixelFormat::Bgr32 => data.extend([r, g, b, 0]),
        PixelFormat::Rgba32 => data.extend([b, g, r, a]),
    }
}

fn pad(data: &mut Vec<u8>, start: usize) {
    data.resize(start + (data.len() - start).next_multiple_of(4), 0);
}

/// A picture's layout as BMP pixels: with alpha where it has one.
pub const fn format_for(layout: Layout) -> PixelFormat {
    if layout.has_alpha() { PixelFormat::Rgba32 } else { PixelFormat::Rgb24 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{pattern, photo_like};

    fn decode(bytes: &[u8]) -> Vec<u8> {
        image::load_from_memory_with_format(bytes, image::ImageFormat::Bmp).unwrap().to_rgba8().into_raw()
    }

    #[test]
    fn full_color_reads_back() {
        let (photo, shapes) = (photo_like(37, 22, 4), pattern::alpha_shapes(37, 22));
        let table = [
            (PixelFormat::Rgb24, Header::Core, 0),
            (PixelFormat::Rgb24, Header::Info, 0),
            (PixelFormat::Rgb24, Header::V5, 0),
            (PixelFormat::Rgb32, Header::Info, 0),
            (PixelFormat::Bgr32, Header::Info, 0),
            (PixelFormat::Bgr32, Header::V4, 0),
            (PixelFormat::Rgb555, Header::Info, 4),
            (PixelFormat::Rgb565, Header::Info, 4),
            (PixelFormat::Rgb565, Header::V4, 4),
            (PixelFormat::Rgba32, Header::V4, 0),
            (PixelFormat::Rgba32, Header::V5, 0),
        ];
        for (format, header, tolerance) in table {
            for top_down in [false, true] {
                if top_down && header == Header::Core {
                    continue;
                }
                let picture = if format == PixelFormat::Rgba32 { &shapes } else { &photo };
                let decoded = decode(&encode(picture, format, BmpOptions { header, top_down }));
                let expected = picture.convert(Layout::Rgba);
                let worst = decoded.iter().zip(expected.data()).map(|(a, b)| a.abs_diff(*b)).max();
                assert!(worst <= Some(tolerance), "{format:?} {header:?} {top_down}: {worst:?}");
            }
        }
    }

    #[test]
    fn palettes_and_run_lengths_read_back() {
        for (picture, bits) in [
            (Indexed::quantize(&photo_like(37, 22, 4), 1), 1),
            (Indexed::quantize(&photo_like(37, 22, 4), 4), 4),
            (Indexed::quantize(&photo_like(37, 22, 4), 8), 8),
            (pattern::screenshot(61, 40), 4),
            (pattern::screenshot(300, 9), 8),
        ] {
            let expected = picture.to_rgba().into_data();
            for header in [Header::Core, Header::Info, Header::V4, Header::V5] {
                let options = BmpOptions { header, top_down: false };
                assert_eq!(decode(&encode_indexed(&picture, bits, options)), expected, "{bits} {header:?}");
                if header != Header::Core {
                    let top_down = BmpOptions { header, top_down: true };
                    assert_eq!(
                        decode(&encode_indexed(&picture, bits, top_down)),
                        expected,
                        "{bits} {header:?} top down"
                    );
                    if bits != 1 {
                        assert_eq!(
                            decode(&encode_rle(&picture, bits, options)),
                            expected,
                            "{bits} {header:?} run lengths"
                        );
                    }
                }
            }
        }
    }
}
