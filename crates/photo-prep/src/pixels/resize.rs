//! Reducing a picture: Lanczos3, edge-exact, alpha premultiplied.

use std::ops::Range;

use photo_jpeg::Resampler;
use photo_resize::{Pixel, lanczos3_band, rows_for_band};
use rayon::prelude::*;

use super::{Layout, Raster};
use crate::Size;

/// The picture at `size`; itself where it has that size already.
pub(crate) fn to_size(raster: Raster, size: Size) -> Raster {
    if raster.size == size { raster } else { reduced(&raster, size) }
}

/// A copy of the picture at `size`.
pub(crate) fn reduced(raster: &Raster, size: Size) -> Raster {
    reduced_from(&raster.data, raster.size, raster.layout, size)
}

/// The picture of `samples`, whose size is `from`, at `size`.
pub(super) fn reduced_from(samples: &[u8], from: Size, layout: Layout, size: Size) -> Raster {
    let channels = layout.channels();
    let reducer = Reducer::new(from, size, layout);
    let mut data = vec![0; Raster::bytes_for(size, layout)];
    let height = band_height(from, size, channels as u64);
    data.par_chunks_mut(size.width as usize * channels * height as usize).enumerate().for_each(|(n, out)| {
        let first = n as u32 * height;
        let rows = first..(first + height).min(size.height);
        let needed = reducer.rows_needed(rows.clone());
        let source =
            samples.get(from.width as usize * channels * needed.start as usize..).unwrap_or_default();
        reducer.reduce(source, rows, out);
    });
    Raster { size, layout, data }
}

/// Makes rows of a picture at another size. The same rows whatever is made of them at once, but for a step of
/// rounding in pictures of four samples a pixel and in those that become less than an eighth.
pub(super) struct Reducer {
    pub(super) from: Size,
    to: Size,
    layout: Layout,
    /// Where there are fast kernels for it.
    planar: Option<Resampler>,
}

impl Reducer {
    pub(super) fn new(from: Size, to: Size, layout: Layout) -> Self {
        let side = |s: Size| (s.width, s.height);
        let planar = match layout {
            Layout::Gray | Layout::Rgb => Resampler::new(side(from), side(to)),
            Layout::GrayAlpha | Layout::Rgba | Layout::Cmyk => None,
        };
        Self { from, to, layout, planar }
    }

    /// The rows of the source that rows of the result are made of.
    pub(super) fn rows_needed(&self, rows: Range<u32>) -> Range<u32> {
        match &self.planar {
            Some(planar) => planar.rows_needed(rows),
            None => rows_for_band(self.from.height, self.to.height, rows),
        }
    }

    /// Makes `rows` of `source`, which has the rows needed, and maybe more behind them.
    pub(super) fn reduce(&self, source: &[u8], rows: Range<u32>, out: &mut [u8]) {
        let (from, to) = ((self.from.width, self.from.height), (self.to.width, self.to.height));
        let done = match (&self.planar, self.layout) {
            (Some(planar), Layout::Gray) => planar.resample::<1>(source, rows, out),
            (Some(planar), _) => planar.resample::<3>(source, rows, out),
            (None, layout) => {
                let row = self.from.width as usize * layout.channels();
                let used = source.get(..self.rows_needed(rows.clone()).len() * row).unwrap_or_default();
                lanczos3_band(used, from, out, to, rows, pixel(layout))
            }
        };
        debug_assert!(done.is_some(), "{} to {}", self.from, self.to);
    }
}

/// The fewest rows in a band, but for the last one.
pub(super) const LEAST_ROWS: u64 = 16;

/// Rows of the result that are made at once: as many as possible, since rows of the source on both sides of a
/// seam are reduced in width twice.
pub(super) fn band_height(from: Size, to: Size, channels: u64) -> u32 {
    rows_of_a_strip(from, to, channels).clamp(LEAST_ROWS, 256) as u32
}

/// Rows of the result that a strip of the usual size makes, seams aside.
pub(super) fn rows_of_a_strip(from: Size, to: Size, channels: u64) -> u64 {
    const STRIP: u64 = 4 << 20;
    let rows = STRIP / (u64::from(from.width) * channels).max(1);
    rows * u64::from(to.height) / u64::from(from.height).max(1)
}

fn pixel(layout: Layout) -> Pixel {
    match layout {
        Layout::Gray => Pixel::Gray,
        Layout::GrayAlpha => Pixel::GrayAlpha,
        Layout::Rgb => Pixel::Rgb,
        Layout::Rgba => Pixel::Rgba,
        Layout::Cmyk => Pixel::Four,
    }
}
