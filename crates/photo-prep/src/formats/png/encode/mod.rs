//! Samples to PNG, in the smallest color type that holds the picture without loss, on all cores.

mod filter;
mod strips;

use filter::Rows;
use png::{BitDepth, ColorType};

use crate::formats::png::make_chunk;
use crate::pixels::{Layout, Raster, rgba};
use crate::{Error, Format, Result, Size};

/// The picture as a PNG; `chunks` (whole) are put after the header.
pub(crate) fn encode(raster: &Raster, chunks: &[u8]) -> Result<Vec<u8>> {
    written(&reduced(raster), raster.size(), raster.data(), chunks)
}

/// A picture of indices as a PNG; colors that are not opaque must come first.
pub(crate) fn encode_indexed(
    size: Size,
    colors: Vec<[u8; 4]>,
    indices: Vec<u8>,
    chunks: &[u8],
) -> Result<Vec<u8>> {
    written(&indexed(size, colors, indices), size, &[], chunks)
}

/// `samples` where the picture has no data of its own.
fn written(picture: &Reduced, size: Size, samples: &[u8], chunks: &[u8]) -> Result<Vec<u8>> {
    let data = picture.data.as_deref().unwrap_or(samples);
    let row = data.len() / size.height as usize;
    // Filters are of no use to indices and packed samples.
    let step = if picture.palette.is_empty() { Some(picture.color.samples()) } else { None };
    let pieces = strips::deflated(Rows { data, row, step }).map_err(|e| failed(e.as_str()))?;
    let length: usize = pieces.iter().map(|piece| piece.len() + 12).sum();
    let mut out = Vec::with_capacity(length + chunks.len() + 1200);
    out.extend_from_slice(b"\x89PNG\r\n\x1A\n");
    append(&mut out, *b"IHDR", &picture.header(size))?;
    out.extend_from_slice(chunks);
    if !picture.palette.is_empty() {
        append(&mut out, *b"PLTE", &picture.colors())?;
        let alphas = picture.alphas();
        if !alphas.is_empty() {
            append(&mut out, *b"tRNS", &alphas)?;
        }
    }
    for piece in pieces {
        append(&mut out, *b"IDAT", &piece)?;
    }
    append(&mut out, *b"IEND", &[])?;
    Ok(out)
}

fn append(out: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) -> Result<()> {
    out.extend(make_chunk(kind, data).ok_or_else(|| failed("a chunk is too long"))?);
    Ok(())
}

fn failed(why: &str) -> Error {
    Error::unsupported(Format::Png, format!("the picture can't be written: {why}"))
}

/// A picture in PNG's terms; without `data`, the raster's own samples.
struct Reduced {
    color: ColorType,
    depth: BitDepth,
    palette: Vec<[u8; 4]>,
    data: Option<Vec<u8>>,
}

impl Reduced {
    /// The data of IHDR.
    fn header(&self, size: Size) -> Vec<u8> {
        let (width, height) = (size.width.to_be_bytes(), size.height.to_be_bytes());
        [&width[..], &height, &[self.depth as u8, self.color as u8, 0, 0, 0]].concat()
    }

    /// The data of PLTE.
    fn colors(&self) -> Vec<u8> {
        self.palette.iter().flat_map(|c| [c[0], c[1], c[2]]).collect()
    }

    /// The data of tRNS: the translucent colors come first, and what is left out is opaque.
    fn alphas(&self) -> Vec<u8> {
        let opaque_tail = self.palette.iter().rev().take_while(|c| c[3] == 255).count();
        self.palette.iter().take(self.palette.len() - opaque_tail).map(|c| c[3]).collect()
    }
}

fn reduced(raster: &Raster) -> Reduced {
    if let Some((palette, indices)) = palette_of(raster) {
        return indexed(raster.size(), palette, indices);
    }
    let color = match raster.layout() {
        Layout::Gray => ColorType::Grayscale,
        Layout::GrayAlpha => ColorType::GrayscaleAlpha,
        Layout::Rgba | Layout::Cmyk => ColorType::Rgba,
        Layout::Rgb => ColorType::Rgb,
    };
    if color == ColorType::Rgb
        && raster.data().as_chunks::<3>().0.iter().all(|p| p[0] == p[1] && p[1] == p[2])
    {
        let data = raster.data().iter().step_by(3).copied().collect();
        return Reduced {
            color: ColorType::Grayscale,
            depth: BitDepth::Eight,
            palette: Vec::new(),
            data: Some(data),
        };
    }
    Reduced { color, depth: BitDepth::Eight, palette: Vec::new(), data: None }
}

/// Indices packed to the fewest bits that hold them.
fn indexed(size: Size, palette: Vec<[u8; 4]>, indices: Vec<u8>) -> Reduced {
    let (depth, bits) = match palette.len() {
        0..=2 => (BitDepth::One, 1),
        3..=4 => (BitDepth::Two, 2),
        5..=16 => (BitDepth::Four, 4),
        _ => (BitDepth::Eight, 8),
    };
    let per_byte = 8 / bits;
    let data = indices
        .chunks(size.width as usize)
        .flat_map(|row| row.chunks(per_byte))
        .map(|part| part.iter().enumerate().fold(0, |byte, (i, v)| byte | v << (8 - bits * (i + 1))))
        .collect();
    Reduced { color: ColorType::Indexed, depth, palette, data: Some(data) }
}

/// The colors of the picture, translucent ones first, and an index for each pixel; `None` for more than 256
/// colors.
pub(crate) fn palette_of(raster: &Raster) -> Option<(Vec<[u8; 4]>, Vec<u8>)> {
    if raster.layout() == Layout::Gray {
        return None;
    }
    let mut table = ColorTable::default();
    let n = raster.layout().channels();
    let mut indices = Vec::with_capacity(raster.size().pixels() as usize);
    for pixel in raster.data().chunks_exact(n) {
        indices.push(table.index_of(rgba(pixel))?);
    }
    let mut order: Vec<usize> = (0..table.colors.len()).collect();
    order.sort_by_key(|&i| (table.colors[i][3] == 255, table.colors[i]));
    let mut place = [0u8; 256];
    order.iter().zip(0..=255u8).for_each(|(&from, to)| place[from] = to);
    indices.iter_mut().for_each(|i| *i = place[usize::from(*i)]);
    Some((order.iter().map(|&i| table.colors[i]).collect(), indices))
}

/// Up to 256 colors in an open-addressed table.
struct ColorTable {
    colors: Vec<[u8; 4]>,
    slots: [u16; 1024],
    last: ([u8; 4], u8),
}

impl Default for ColorTable {
    fn default() -> Self {
        Self { colors: Vec::new(), slots: [u16::MAX; 1024], last: ([0; 4], 0) }
    }
}

impl ColorTable {
    fn index_of(&mut self, color: [u8; 4]) -> Option<u8> {
        if color == self.last.0 && !self.colors.is_empty() {
            return Some(self.last.1);
        }
        let mut slot = (u32::from_le_bytes(color).wrapping_mul(0x9E37_79B1) >> 22) as usize;
        let index = loop {
            match self.slots[slot] {
                u16::MAX => {
                    let index = u8::try_from(self.colors.len()).ok()?;
                    self.colors.push(color);
                    self.slots[slot] = index.into();
                    break index;
                }
                i if self.colors[usize::from(i)] == color => break i as u8,
                _ => slot = (slot + 1) % self.slots.len(),
            }
        };
        self.last = (color, index);
        Some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decoded(bytes: &[u8]) -> image::RgbaImage {
        image::load_from_memory(bytes).unwrap().into_rgba8()
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            w in 1u32..40, h in 1u32..20, colors in 1usize..400, layout in 0usize..4, seed in any::<u32>()
        ) {
            let layout = [Layout::Gray, Layout::GrayAlpha, Layout::Rgb, Layout::Rgba][layout];
            let n = layout.channels();
            let data: Vec<u8> = (0..(w * h) as usize)
                .flat_map(|i| {
                    let c = (i.wrapping_mul(7919).wrapping_add(seed as usize)) % colors;
                    (0..n).map(move |k| (c * (37 + 11 * k) % 256) as u8)
                })
                .collect();
            let raster = Raster::new(Size::new(w, h), layout, data).unwrap();
            let back = decoded(&encode(&raster, &[]).unwrap());
            let want: Vec<u8> = raster.data().chunks_exact(n)
                .flat_map(|p| if n == 1 { [p[0], p[0], p[0], 255] } else { rgba(p) })
                .collect();
            prop_assert_eq!(back.into_raw(), want);
        }
    }

    #[test]
    fn few_colors_make_few_bits() {
        let data: Vec<u8> =
            (0..64 * 64).flat_map(|i| if (i / 7) % 2 == 0 { [255, 0, 0] } else { [0, 0, 255] }).collect();
        let raster = Raster::new(Size::new(64, 64), Layout::Rgb, data).unwrap();
        let png = encode(&raster, &[]).unwrap();
        assert_eq!((png[24], png[25]), (1, 3), "bit depth and color type");
    }
}
