//! Converts between planes and interleaved RGB, and changes the colors of planes in place.
//!
//! YCbCr is BT.601 at full range, as in JFIF. All arithmetic is in integers and gives the same result on
//! every SIMD level. The tasks of rayon are bands of 16 rows. In a band, the rows are processed in pairs,
//! which hold whole samples of every component, so that all intermediate data stays in the first-level cache.
//!
//! 1. [`upsample`] stretches the rows of subsampled components to the width of the picture.
//! 2. [`ycbcr_to_rgb`] converts rows of YCbCr to interleaved pixels.
//! 3. [`interleave`] interleaves channels, and splits pixels into channels.
//! 4. [`rgb_to_ycbcr`] converts pixels to components and averages them.
//! 5. [`inks`] converts planes of inks to interleaved pixels.

mod inks;
pub(crate) mod interleave;
mod layout;
mod rgb_to_ycbcr;
mod upsample;
mod ycbcr_to_rgb;

use fearless_simd::Simd;

use crate::simd::{Level, dispatch};
use rayon::prelude::*;

use crate::header::ColorModel;
use crate::planes::{Plane, Planes};
use crate::task_graph;
use layout::{PAIR, PlaneLayout};
use rgb_to_ycbcr::ChannelWeights;
use upsample::{FancyUpsampler, SourceRows};

/// The number of rows of pixels in a task, which is even.
const BAND: usize = 16;

impl Planes {
    /// Converts the picture to interleaved RGB: row after row, three bytes per pixel. Gray gives three equal
    /// bytes.
    ///
    /// Subsampled components are interpolated with a triangle filter for centered samples, which libjpeg
    /// calls "fancy upsampling". The result agrees with libjpeg to the bit. It is empty if the planes don't
    /// have the sizes that [`Planes`] describes.
    #[must_use]
    pub fn to_rgb(&self) -> Vec<u8> {
        to_rgb(self, Level::new()).unwrap_or_default()
    }

    /// Converts interleaved RGB, row after row with three bytes per pixel, to YCbCr planes.
    ///
    /// `sampling` holds the horizontal and vertical factor of luma, 1 or 2; those of chroma are `(1, 1)`.
    /// Chroma is averaged over the pixels of a sample. At the right and lower edges, the last pixels are
    /// repeated for that. Everything is rounded only once. `None` if a side is 0 or above 65,535, if the
    /// length of `rgb` isn't `3 * width * height`, or for other factors.
    #[must_use]
    pub fn from_rgb(width: u32, height: u32, rgb: &[u8], sampling: (u8, u8)) -> Option<Self> {
        from_rgb(width, height, rgb, sampling, Level::new())
    }

    /// Makes a gray picture of `width * height` samples. `None` if `data` has another length, or if a side is
    /// 0 or above 65,535.
    #[must_use]
    pub fn from_gray(width: u32, height: u32, data: Vec<u8>) -> Option<Self> {
        let plane = Plane::new(width, height, data)?;
        Some(Self { width, height, color: ColorModel::Gray, sampling: vec![(1, 1)], planes: vec![plane] })
    }

    /// Changes the picture's colors in place. This is made for ICC transforms.
    ///
    /// `convert(source, target)` gets interleaved RGB pixels, three bytes each, and writes as many to
    /// `target`, whose previous content is undefined. It is called for one or two whole rows at a time, in no
    /// particular order, from the threads of the current rayon pool. Subsampled samples are repeated before
    /// the call and averaged afterward over the same pixels, so that a transform that only copies changes no
    /// sample of an in-gamut picture by more than 1.
    ///
    /// Gray pictures have no colors and are left as they are, without a call. So are planes that don't have
    /// the sizes that [`Planes`] describes.
    ///
    /// # Errors
    /// Returns one of the errors of `convert`. The picture is useless then, because what was converted before
    /// stays so.
    pub fn map_rgb<E: Send>(
        &mut self,
        convert: impl Fn(&[u8], &mut [u8]) -> Result<(), E> + Sync,
    ) -> Result<(), E> {
        map_rgb(self, Level::new(), &convert)
    }
}

fn to_rgb(planes: &Planes, level: Level) -> Option<Vec<u8>> {
    let layout = PlaneLayout::of(planes)?;
    let mut out = vec![0; layout.rgb_len()?];
    out.par_chunks_mut(layout.rgb_row() * BAND).enumerate().for_each_init(
        || RgbRows {
            planes,
            layout: &layout,
            upsampler: FancyUpsampler::new(layout.width),
            rows: layout.padded_rows(),
        },
        |rows, (band, out)| {
            dispatch!(level, simd => rows.band(simd, band * BAND, out));
        },
    );
    Some(out)
}

/// A picture to be converted, with room for a row of pixels of each component.
struct RgbRows<'a> {
    planes: &'a Planes,
    layout: &'a PlaneLayout,
    upsampler: FancyUpsampler,
    rows: [Vec<u8>; 3],
}

impl RgbRows<'_> {
    /// Converts rows of pixels from row `top` on.
    #[inline(always)]
    fn band<S: Simd>(&mut self, simd: S, top: usize, out: &mut [u8]) {
        let layout = self.layout;
        for (y, out) in (top..).zip(out.chunks_exact_mut(layout.rgb_row())) {
            for (index, plane) in self.planes.planes.iter().enumerate() {
                let room = &mut self.rows[index];
                match layout.blocks[index] {
                    [1, 1] => {}
                    [1, down] => self.upsampler.row::<S, 1>(simd, &source_rows(plane, y, down), room),
                    [_, down] => self.upsampler.row::<S, 2>(simd, &source_rows(plane, y, down), room),
                }
            }
            let mut rows = [&[][..]; 3];
            for (index, row) in rows.iter_mut().enumerate() {
                // Gray is all three channels.
                let index = index.min(self.planes.planes.len() - 1);
                let direct = layout.blocks[index] == [1, 1];
                let stretched = &self.rows[index][..layout.width];
                *row = if direct { self.planes.planes[index].row(y as u32) } else { stretched };
            }
            pixels(simd, layout.color, rows, out);
        }
    }
}

/// The rows of samples around row `y` of the pixels, in a plane whose samples are `down` pixels high.
#[inline(always)]
fn source_rows(plane: &Plane, y: usize, down: usize) -> SourceRows<'_> {
    let row = |row: usize| plane.row((row as u32).min(plane.height() - 1));
    if down == 1 {
        return SourceRows { near: row(y), far: None, lower: false };
    }
    let lower = y % 2 == 1;
    let far = if lower { y / 2 + 1 } else { (y / 2).saturating_sub(1) };
    SourceRows { near: row(y / 2), far: Some(row(far)), lower }
}

/// Makes interleaved pixels from rows that are all as wide as the picture.
#[inline(always)]
fn pixels<S: Simd>(simd: S, color: ColorModel, rows: [&[u8]; 3], out: &mut [u8]) {
    if color == ColorModel::YCbCr {
        ycbcr_to_rgb::row::<S, 1>(simd, rows[0], [rows[1], rows[2]], out);
    } else {
        interleave::interleave_row(simd, rows, out);
    }
}

fn from_rgb(width: u32, height: u32, rgb: &[u8], sampling: (u8, u8), level: Level) -> Option<Planes> {
    let factors = 1..=2;
    if !factors.contains(&sampling.0) || !factors.contains(&sampling.1) {
        return None;
    }
    let across = width.div_ceil(sampling.0.into());
    let down = height.div_ceil(sampling.1.into());
    if rgb.len() as u64 != 3 * u64::from(width) * u64::from(height) {
        return None;
    }
    let plane =
        |width: u32, height: u32| Plane::new(width, height, vec![0; width as usize * height as usize]);
    let mut planes = Planes {
        width,
        height,
        color: ColorModel::YCbCr,
        sampling: vec![sampling, (1, 1), (1, 1)],
        planes: vec![plane(width, height)?, plane(across, down)?, plane(across, down)?],
    };
    let layout = PlaneLayout::of(&planes)?;
    let bands = layout.bands(&mut planes, BAND)?;
    let sources = rgb.par_chunks(layout.rgb_row() * BAND);
    bands.into_par_iter().zip(sources).for_each_init(
        || RgbSplitter::new(&layout),
        |splitter, (band, rgb)| {
            for (pair, rgb) in layout.pairs(band).zip(rgb.chunks(PAIR * layout.rgb_row())) {
                dispatch!(level, simd => splitter.pair(simd, rgb, pair));
            }
        },
    );
    Some(planes)
}

fn map_rgb<E: Send, F>(planes: &mut Planes, level: Level, convert: &F) -> Result<(), E>
where
    F: Fn(&[u8], &mut [u8]) -> Result<(), E> + Sync,
{
    let Some(layout) = PlaneLayout::of(planes).filter(|layout| layout.color != ColorModel::Gray) else {
        return Ok(());
    };
    let Some(bands) = layout.bands(planes, BAND) else {
        return Ok(());
    };
    task_graph::section(|section| {
        let map = |mapper: &mut ColorMapper<'_>, band| {
            let pairs = || layout.pairs(band).try_for_each(|pair| mapper.pair(level, pair, convert));
            section.task("colors", pairs)()
        };
        bands.into_par_iter().try_for_each_init(|| ColorMapper::new(&layout), map)
    })
}

/// Converts pairs of rows in place.
struct ColorMapper<'a> {
    layout: &'a PlaneLayout,
    /// Two rows of interleaved pixels.
    source: Vec<u8>,
    target: Vec<u8>,
    /// Room for a row of pixels of each component.
    rows: [Vec<u8>; 3],
    splitter: RgbSplitter<'a>,
}

impl<'a> ColorMapper<'a> {
    fn new(layout: &'a PlaneLayout) -> Self {
        let pixels = vec![0; PAIR * layout.rgb_row()];
        let rows = layout.padded_rows();
        Self { layout, source: pixels.clone(), target: pixels, rows, splitter: RgbSplitter::new(layout) }
    }

    fn pair<E, F>(&mut self, level: Level, pair: [&mut [u8]; 3], convert: &F) -> Result<(), E>
    where
        F: Fn(&[u8], &mut [u8]) -> Result<(), E>,
    {
        let samples = [&*pair[0], &*pair[1], &*pair[2]];
        let length = self.layout.rows_of(samples) * self.layout.rgb_row();
        dispatch!(level, simd => self.pixels(simd, samples, length));
        let target = &mut self.target[..length];
        convert(&self.source[..length], target)?;
        dispatch!(level, simd => self.splitter.pair(simd, target, pair));
        Ok(())
    }

    /// Makes the pixels of a pair of rows, `length` bytes in all.
    #[inline(always)]
    fn pixels<S: Simd>(&mut self, simd: S, samples: [&[u8]; 3], length: usize) {
        let layout = self.layout;
        let across = [layout.blocks[0][0], layout.blocks[1][0], layout.blocks[2][0]];
        let stretched = layout.color == ColorModel::YCbCr && across == [1, 2, 2];
        for (y, out) in self.source[..length].chunks_exact_mut(layout.rgb_row()).enumerate() {
            let mut rows = [&[][..]; 3];
            for (index, room) in self.rows.iter_mut().enumerate() {
                let row = layout.row_of_pair(index, samples[index], y);
                let room = &mut room[..layout.width];
                rows[index] = row;
                if across[index] == 2 && !stretched {
                    upsample::repeat(row, room);
                    rows[index] = room;
                }
            }
            if stretched {
                ycbcr_to_rgb::row::<S, 2>(simd, rows[0], [rows[1], rows[2]], out);
            } else {
                pixels(simd, layout.color, rows, out);
            }
        }
    }
}

/// Makes components from pairs of rows of pixels.
struct RgbSplitter<'a> {
    layout: &'a PlaneLayout,
    /// Red, green and blue: two rows each, padded to whole steps.
    channels: [Vec<u8>; 3],
}

impl<'a> RgbSplitter<'a> {
    fn new(layout: &'a PlaneLayout) -> Self {
        let [r, g, b] = layout.padded_rows();
        Self { layout, channels: [r.repeat(PAIR), g.repeat(PAIR), b.repeat(PAIR)] }
    }

    /// Makes all samples that lie in one or two rows of interleaved pixels.
    #[inline(always)]
    fn pair<S: Simd>(&mut self, simd: S, rgb: &[u8], out: [&mut [u8]; 3]) {
        let stride = self.layout.padded();
        let length = self.layout.rgb_row();
        let [r, g, b] = &mut self.channels;
        let channels =
            r.chunks_exact_mut(stride).zip(g.chunks_exact_mut(stride)).zip(b.chunks_exact_mut(stride));
        for (y, ((r, g), b)) in channels.enumerate() {
            // A last row without a partner is paired with itself.
            let pixels = rgb.get(y * length..).filter(|rest| !rest.is_empty()).unwrap_or(rgb);
            interleave::deinterleave_row(simd, &pixels[..length], [r, g, b]);
        }
        let [r, g, b] = &self.channels;
        let channels = [r.split_at(stride), g.split_at(stride), b.split_at(stride)];
        let rows =
            [[channels[0].0, channels[0].1], [channels[1].0, channels[1].1], [channels[2].0, channels[2].1]];
        self.components(simd, &rows, out);
    }

    #[inline(always)]
    fn components<S: Simd>(&self, simd: S, rows: &[[&[u8]; 2]; 3], [first, second, third]: [&mut [u8]; 3]) {
        let blocks = self.layout.blocks;
        let weights =
            if self.layout.color == ColorModel::YCbCr { &rgb_to_ycbcr::YCBCR } else { &rgb_to_ycbcr::RGB };
        let widths = self.layout.widths;
        components::<S, 1>(simd, blocks[0], rows, &weights[..1], widths[0], [first]);
        if blocks[1] == blocks[2] {
            components::<S, 2>(simd, blocks[1], rows, &weights[1..], widths[1], [second, third]);
        } else {
            components::<S, 1>(simd, blocks[1], rows, &weights[1..2], widths[1], [second]);
            components::<S, 1>(simd, blocks[2], rows, &weights[2..], widths[2], [third]);
        }
    }
}

/// Makes one or two rows of each of `N` components with the same sampling.
#[inline(always)]
fn components<S: Simd, const N: usize>(
    simd: S,
    block: [usize; 2],
    rows: &[[&[u8]; 2]; 3],
    weights: &[ChannelWeights],
    width: usize,
    mut out: [&mut [u8]; N],
) {
    let count = out[0].len() / width;
    for y in 0..count {
        let parts = out.each_mut().map(|out| &mut out[y * width..(y + 1) * width]);
        let row = [[rows[0][y], rows[0][1]], [rows[1][y], rows[1][1]], [rows[2][y], rows[2][1]]];
        match block {
            [1, 1] => rgb_to_ycbcr::row::<S, N, 1, 1>(simd, &row, weights, parts),
            [1, _] => rgb_to_ycbcr::row::<S, N, 1, 2>(simd, &row, weights, parts),
            [_, 1] => rgb_to_ycbcr::row::<S, N, 2, 1>(simd, &row, weights, parts),
            [_, _] => rgb_to_ycbcr::row::<S, N, 2, 2>(simd, &row, weights, parts),
        }
    }
}

#[cfg(test)]
mod tests;
