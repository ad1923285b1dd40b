//! Rows of pixels of coded pictures, decoded a row of tiles at a time.

use photo_hevc::{Info, Picture, Plane};
use rayon::prelude::*;

use super::color::Converter;
use super::geometry::View;
use super::premultiplied;
use super::properties::Nclx;
use super::scene::Alpha;
use super::tiles::{Tiles, is_gray};
use super::upsample::Upsampler;
use crate::pixels::Layout;
use crate::pixels::bands::RowSource;
use crate::pixels::wide::Wide;
use crate::{Error, Format, Result, Size};

/// The shown part of tiles, as rows of 8-bit samples.
pub(super) struct Rows<'a> {
    color: Strip<'a>,
    alpha: Option<Strip<'a>>,
    is_premultiplied: bool,
    view: View,
    converter: Converter,
    /// The same with 16 bits, where they are needed for what follows.
    deep: Option<(Converter, &'a Wide)>,
    layout: Layout,
    /// The next row, counted in the part that is shown.
    next: u32,
}

impl<'a> Rows<'a> {
    pub(super) fn new(
        tiles: &'a Tiles<'a>,
        alpha: Option<&'a Alpha<'a>>,
        view: View,
        signal: Nclx,
        wide: &'a Wide,
    ) -> Result<Self> {
        let info = &tiles.info;
        let is_deep = info.bit_depth_luma > 8 || !matches!(wide, Wide::Rounded);
        let deep = if is_deep { Some((Converter::new(signal, info, 16)?, wide)) } else { None };
        let layout = match (is_gray(info), alpha.is_some()) {
            (true, false) => Layout::Gray,
            (true, true) => Layout::GrayAlpha,
            (false, false) => Layout::Rgb,
            (false, true) => Layout::Rgba,
        };
        Ok(Self {
            color: Strip::new(tiles),
            alpha: alpha.map(|a| Strip::new(&a.tiles)),
            is_premultiplied: alpha.is_some_and(|a| a.is_premultiplied),
            view,
            converter: Converter::new(signal, info, 8)?,
            deep,
            layout,
            next: 0,
        })
    }

    /// Appends the samples of stored row `y`, which is there.
    fn row(&self, y: u32, scratch: &mut Scratch, out: &mut Vec<u8>) -> Result<()> {
        let columns = self.view.left as usize..(self.view.left + self.view.size.width) as usize;
        let missing = || Error::malformed(Format::Heic, None, "a tile is smaller than it says");
        self.color.plane_row(0, y, &mut scratch.planes[0]).ok_or_else(missing)?;
        if !is_gray(&self.color.tiles.info) {
            Upsampler::of(&self.color.tiles.info).row(&self.color, y, scratch).ok_or_else(missing)?;
        }
        if let Some(alpha) = &self.alpha {
            alpha.opacity(y, self.color.tiles.size, &mut scratch.alpha).ok_or_else(missing)?;
        }
        let [luma, cb, cr] = &scratch.planes;
        let luma = luma.get(columns.clone()).ok_or_else(missing)?;
        let (cb, cr) =
            (cb.get(columns.clone()).unwrap_or_default(), cr.get(columns.clone()).unwrap_or_default());
        let alpha = if self.alpha.is_some() { scratch.alpha.get(columns).ok_or_else(missing)? } else { &[] };
        match &self.deep {
            None => self.shallow_row(luma, cb, cr, alpha, out),
            Some((converter, wide)) => {
                let mut samples = std::mem::take(&mut scratch.deep);
                samples.clear();
                self.deep_row(converter, [luma, cb, cr], alpha, &mut samples);
                wide.append(self.layout, &samples, out)
                    .map_err(|e| Error::malformed(Format::Heic, None, e))?;
                scratch.deep = samples;
            }
        }
        Ok(())
    }

    fn shallow_row(&self, luma: &[u16], cb: &[u16], cr: &[u16], alpha: &[u16], out: &mut Vec<u8>) {
        let start = out.len();
        let narrow = |v: u16| (v >> 8) as u8;
        match self.layout {
            Layout::Gray => out.extend(self.converter.gray(luma).map(|v| v as u8)),
            Layout::GrayAlpha => {
                out.extend(self.converter.gray(luma).zip(alpha).flat_map(|(v, a)| [v as u8, narrow(*a)]))
            }
            Layout::Rgba => {
                let mut alpha = alpha.iter();
                self.converter.row(luma, cb, cr, |[r, g, b]| {
                    let a = alpha.next().copied().map_or(u8::MAX, narrow);
                    out.extend_from_slice(&[r as u8, g as u8, b as u8, a]);
                });
            }
            _ => {
                out.resize(start + 3 * luma.len(), 0);
                let mut pixels = out.get_mut(start..).unwrap_or_default().as_chunks_mut::<3>().0.iter_mut();
                self.converter.row(luma, cb, cr, |rgb| {
                    if let Some(pixel) = pixels.next() {
                        *pixel = rgb.map(|v| v as u8);
                    }
                });
            }
        }
        if self.is_premultiplied {
            premultiplied::divide_samples(self.layout, out.get_mut(start..).unwrap_or_default());
        }
    }

    fn deep_row(
        &self,
        converter: &Converter,
        [luma, cb, cr]: [&[u16]; 3],
        alpha: &[u16],
        out: &mut Vec<u16>,
    ) {
        match self.layout {
            Layout::Gray => out.extend(converter.gray(luma)),
            Layout::GrayAlpha => out.extend(converter.gray(luma).zip(alpha).flat_map(|(v, a)| [v, *a])),
            Layout::Rgba => {
                let mut alpha = alpha.iter();
                converter.row(luma, cb, cr, |[r, g, b]| {
                    out.extend_from_slice(&[r, g, b, alpha.next().copied().unwrap_or(u16::MAX)]);
                });
            }
            _ => converter.row(luma, cb, cr, |rgb| out.extend_from_slice(&rgb)),
        }
        if self.is_premultiplied {
            premultiplied::divide_deep_samples(self.layout, out);
        }
    }
}

impl RowSource for Rows<'_> {
    fn size(&self) -> Size {
        self.view.size
    }

    fn layout(&self) -> Layout {
        self.layout
    }

    fn append(&mut self, count: usize, out: &mut Vec<u8>) -> Result<()> {
        let mut left = u32::try_from(count).unwrap_or(u32::MAX).min(self.view.size.height - self.next);
        while left > 0 {
            let y = self.view.top + self.next;
            let mut there = self.color.reach(y)?;
            if let Some(alpha) = &mut self.alpha {
                there = there.min(alpha.reach_scaled(y, self.color.tiles.size)?);
            }
            let rows = left.min(there);
            let this = &*self;
            let made: Vec<Vec<u8>> = (y..y + rows)
                .collect::<Vec<_>>()
                .par_chunks(ROWS_AT_ONCE)
                .map_init(Scratch::default, |scratch, part| {
                    let bytes = this.view.size.width as usize * this.layout.channels();
                    let mut samples = Vec::with_capacity(part.len() * bytes);
                    part.iter().try_for_each(|y| this.row(*y, scratch, &mut samples)).map(|()| samples)
                })
                .collect::<Result<_>>()?;
            made.iter().for_each(|samples| out.extend_from_slice(samples));
            self.next += rows;
            left -= rows;
        }
        Ok(())
    }
}

/// Rows that one task converts.
const ROWS_AT_ONCE: usize = 16;

/// Rows in work, and their memory.
#[derive(Default)]
pub(super) struct Scratch {
    /// Luma, then chroma at the size of luma.
    pub(super) planes: [Vec<u16>; 3],
    /// Rows of chroma as stored.
    pub(super) chroma: [Vec<u16>; 2],
    alpha: Vec<u16>,
    deep: Vec<u16>,
}

/// A row of tiles.
pub(super) struct Strip<'a> {
    pub(super) tiles: &'a Tiles<'a>,
    pictures: Vec<Picture>,
    /// The number of the row of tiles that is there.
    row: Option<u32>,
}

impl<'a> Strip<'a> {
    fn new(tiles: &'a Tiles<'a>) -> Self {
        Self { tiles, pictures: Vec::new(), row: None }
    }

    /// Decodes the tiles of row `y` if they are not there; how many rows are there from `y` on.
    fn reach(&mut self, y: u32) -> Result<u32> {
        let height = self.tiles.tile_height();
        let row = y / height;
        if self.row != Some(row) {
            // The old ones go before new ones come.
            self.pictures.clear();
            self.pictures = self.tiles.decode_row(row)?;
            self.row = Some(row);
        }
        Ok((height - y % height).min(self.tiles.size.height - y))
    }

    /// As [`Self::reach`], with rows counted in a picture of the size `other`.
    fn reach_scaled(&mut self, y: u32, other: Size) -> Result<u32> {
        if self.tiles.size == other {
            return self.reach(y);
        }
        self.reach(scaled(y, other.height, self.tiles.size.height))?;
        Ok(1)
    }

    /// Row `y` of luma (plane 0), or the row of chroma of number `y` (planes 1 and 2), of all tiles side by side.
    pub(super) fn plane_row(&self, plane: usize, y: u32, out: &mut Vec<u16>) -> Option<()> {
        out.clear();
        for picture in &self.pictures {
            out.extend_from_slice(row_of(picture.planes.get(plane)?, y)?);
        }
        Some(())
    }

    /// Row `y` of opacity, of 16 bits, at the size `wanted`.
    fn opacity(&self, y: u32, wanted: Size, out: &mut Vec<u16>) -> Option<()> {
        let size = self.tiles.size;
        self.plane_row(0, scaled(y, wanted.height, size.height), out)?;
        let most = (1u32 << self.tiles.info.bit_depth_luma) - 1;
        let full = |v: u16| (u32::from(v).min(most) * 65_535 / most) as u16;
        if size.width == wanted.width {
            out.iter_mut().for_each(|v| *v = full(*v));
            return Some(());
        }
        let row = std::mem::take(out);
        let at = (0..wanted.width)
            .map(|x| row.get(scaled(x, wanted.width, size.width) as usize).copied().map(full));
        *out = at.collect::<Option<_>>()?;
        Some(())
    }
}

/// The pixel of a side of `have` that lies where pixel `at` does in a side of `wanted`.
fn scaled(at: u32, wanted: u32, have: u32) -> u32 {
    ((u64::from(at) * u64::from(have) / u64::from(wanted.max(1))) as u32).min(have.saturating_sub(1))
}

/// Row `y` of a strip of tiles is row `y` modulo their height of each.
fn row_of(plane: &Plane, y: u32) -> Option<&[u16]> {
    let row = y.checked_rem(plane.height)? as usize;
    plane.samples.get(row * plane.width as usize..)?.get(..plane.width as usize)
}

/// Bits of the widest sample.
pub(super) fn depth(info: &Info) -> u8 {
    if is_gray(info) { info.bit_depth_luma } else { info.bit_depth_luma.max(info.bit_depth_chroma) }
}
