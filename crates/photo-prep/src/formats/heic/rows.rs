//! Rows of pixels of coded pictures, decoded a row of tiles at a time.

use photo_hevc::Info;
use rayon::prelude::*;

use super::color::Converter;
use super::geometry::View;
use super::premultiplied;
use super::properties::Nclx;
use super::scene::Alpha;
use super::strip::{Scratch, Strip};
use super::tiles::{Tiles, is_gray};
use super::upsample::Upsampler;
use crate::pixels::Layout;
use crate::pixels::bands::RowSource;
use crate::pixels::depth::DepthConversion;
use crate::{Error, Format, Result, Size};

/// The shown part of tiles, as rows of 8-bit samples.
pub(super) struct Rows<'a> {
    color: Strip<'a>,
    alpha: Option<Strip<'a>>,
    is_premultiplied: bool,
    view: View,
    converter: Converter,
    /// The same with 16 bits, where they are needed for what follows.
    deep: Option<(Converter, &'a DepthConversion)>,
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
        depth: &'a DepthConversion,
    ) -> Result<Self> {
        let info = &tiles.info;
        let is_deep = info.bit_depth_luma > 8 || !matches!(depth, DepthConversion::Rounded);
        let deep = if is_deep { Some((Converter::new(signal, info, 16)?, depth)) } else { None };
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
            Some((converter, depth)) => {
                let mut samples = std::mem::take(&mut scratch.deep);
                samples.clear();
                self.deep_row(converter, [luma, cb, cr], alpha, &mut samples);
                depth
                    .append(self.layout, &samples, out)
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

/// Bits of the widest sample.
pub(super) fn depth(info: &Info) -> u8 {
    if is_gray(info) { info.bit_depth_luma } else { info.bit_depth_luma.max(info.bit_depth_chroma) }
}
