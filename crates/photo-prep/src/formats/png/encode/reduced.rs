//! A picture in PNG's terms: the color type and the bits that hold it without loss.

use png::{BitDepth, ColorType};
use rayon::prelude::*;

use crate::Size;
use crate::pixels::{Layout, Raster, rgba};

/// A picture in PNG's terms; without `data`, the raster's own samples.
pub(super) struct Reduced {
    pub(super) color: ColorType,
    pub(super) depth: BitDepth,
    pub(super) palette: Vec<[u8; 4]>,
    pub(super) data: Option<Vec<u8>>,
}

impl Reduced {
    /// Eight bits a sample, as they lie in the raster.
    pub(super) fn plain(raster: &Raster) -> Self {
        let color = match raster.layout() {
            Layout::Gray => ColorType::Grayscale,
            Layout::GrayAlpha => ColorType::GrayscaleAlpha,
            Layout::Rgba | Layout::Cmyk => ColorType::Rgba,
            Layout::Rgb => ColorType::Rgb,
        };
        Self { color, depth: BitDepth::Eight, palette: Vec::new(), data: None }
    }

    /// The data of IHDR.
    pub(super) fn header(&self, size: Size) -> Vec<u8> {
        let (width, height) = (size.width.to_be_bytes(), size.height.to_be_bytes());
        [&width[..], &height, &[self.depth as u8, self.color as u8, 0, 0, 0]].concat()
    }

    /// The data of PLTE.
    pub(super) fn colors(&self) -> Vec<u8> {
        self.palette.iter().flat_map(|c| [c[0], c[1], c[2]]).collect()
    }

    /// The data of tRNS: the translucent colors come first, and what is left out is opaque.
    pub(super) fn alphas(&self) -> Vec<u8> {
        let opaque_tail = self.palette.iter().rev().take_while(|c| c[3] == 255).count();
        self.palette.iter().take(self.palette.len() - opaque_tail).map(|c| c[3]).collect()
    }

    /// Bytes from a sample to the same sample of the next pixel; `None` where filters are of no use: for
    /// indices and packed samples.
    pub(super) fn step(&self) -> Option<usize> {
        let packed = self.color == ColorType::Indexed || self.depth != BitDepth::Eight;
        (!packed).then(|| self.color.samples())
    }
}

/// The smallest type that holds every pixel: gray in 1, 2, 4 or 8 bits, a palette, or the plain samples.
pub(super) fn reduced(raster: &Raster) -> Reduced {
    if let Some(grays) = grays(raster) {
        return gray(raster.size(), grays);
    }
    match palette_of(raster) {
        Some((palette, indices)) => indexed(raster.size(), palette, indices),
        None => Reduced::plain(raster),
    }
}

/// The gray of each pixel; `None` where one has a color or is not opaque.
fn grays(raster: &Raster) -> Option<Vec<u8>> {
    let data = raster.data();
    match raster.layout() {
        Layout::Gray => Some(data.to_vec()),
        Layout::Rgb => {
            let pixels = data.as_chunks::<3>().0;
            let gray = pixels.iter().all(|p| p[0] == p[1] && p[1] == p[2]);
            gray.then(|| pixels.iter().map(|p| p[0]).collect())
        }
        _ => None,
    }
}

/// Grays in the fewest bits: as shares of white, or as a palette where they lie between.
fn gray(size: Size, grays: Vec<u8>) -> Reduced {
    let mut seen = [false; 256];
    grays.iter().for_each(|v| seen[usize::from(*v)] = true);
    let levels = || (0..=255u8).filter(|v| seen[usize::from(*v)]);
    let even = |step: u8| levels().all(|v| v % step == 0);
    for (depth, bits, step) in [(BitDepth::One, 1, 255), (BitDepth::Two, 2, 85), (BitDepth::Four, 4, 17)] {
        if even(step) {
            let data = packed(size, grays.iter().map(|v| v / step).collect(), bits);
            return Reduced { color: ColorType::Grayscale, depth, palette: Vec::new(), data: Some(data) };
        }
    }
    if levels().count() <= 16 {
        let palette: Vec<u8> = levels().collect();
        let index = |v: &u8| palette.binary_search(v).unwrap_or(0) as u8;
        let indices = grays.iter().map(index).collect();
        return indexed(size, palette.iter().map(|&v| [v, v, v, 255]).collect(), indices);
    }
    Reduced { color: ColorType::Grayscale, depth: BitDepth::Eight, palette: Vec::new(), data: Some(grays) }
}

/// Indices packed to the fewest bits that hold them.
pub(super) fn indexed(size: Size, palette: Vec<[u8; 4]>, indices: Vec<u8>) -> Reduced {
    let (depth, bits) = match palette.len() {
        0..=2 => (BitDepth::One, 1),
        3..=4 => (BitDepth::Two, 2),
        5..=16 => (BitDepth::Four, 4),
        _ => (BitDepth::Eight, 8),
    };
    Reduced { color: ColorType::Indexed, depth, palette, data: Some(packed(size, indices, bits)) }
}

fn packed(size: Size, samples: Vec<u8>, bits: usize) -> Vec<u8> {
    if bits == 8 {
        return samples;
    }
    samples
        .chunks(size.width as usize)
        .flat_map(|row| row.chunks(8 / bits))
        .map(|part| part.iter().enumerate().fold(0, |byte, (i, v)| byte | v << (8 - bits * (i + 1))))
        .collect()
}

/// Pixels whose colors one task looks up.
const PART: usize = 1 << 16;

/// The colors of the picture, translucent ones first, and an index for each pixel; `None` for more than 256
/// colors.
fn palette_of(raster: &Raster) -> Option<(Vec<[u8; 4]>, Vec<u8>)> {
    let n = raster.layout().channels();
    let mut indices = vec![0; raster.size().pixels() as usize];
    let parts = indices.par_chunks_mut(PART).zip(raster.data().par_chunks(PART * n));
    let tables: Vec<ColorTable> =
        parts.map(|(indices, data)| ColorTable::of(data, n, indices)).collect::<Option<_>>()?;
    let mut all = ColorTable::default();
    for color in tables.iter().flat_map(|table| &table.colors) {
        all.index_of(*color)?;
    }
    let mut colors = all.colors;
    colors.sort_by_key(|color| (color[3] == 255, *color));
    indices.par_chunks_mut(PART).zip(tables).for_each(|(indices, table)| {
        let place = table.places_in(&colors);
        indices.iter_mut().for_each(|index| *index = place[usize::from(*index)]);
    });
    Some((colors, indices))
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
    /// The colors of pixels of `n` samples, whose indices are stored in `indices`.
    fn of(data: &[u8], n: usize, indices: &mut [u8]) -> Option<Self> {
        match n {
            1 => Self::of_pixels::<1>(data, indices),
            2 => Self::of_pixels::<2>(data, indices),
            3 => Self::of_pixels::<3>(data, indices),
            _ => Self::of_pixels::<4>(data, indices),
        }
    }

    fn of_pixels<const N: usize>(data: &[u8], indices: &mut [u8]) -> Option<Self> {
        let mut table = Self::default();
        for (pixel, index) in data.as_chunks::<N>().0.iter().zip(indices) {
            *index = table.index_of(rgba(pixel))?;
        }
        Some(table)
    }

    /// The place of each color in a list of all.
    fn places_in(&self, all: &[[u8; 4]]) -> [u8; 256] {
        let mut places = [0; 256];
        for (color, place) in self.colors.iter().zip(&mut places) {
            *place = all.iter().position(|other| other == color).unwrap_or(0) as u8;
        }
        places
    }

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
