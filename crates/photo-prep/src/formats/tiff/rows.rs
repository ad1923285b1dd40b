//! Rows of the picture from the top: strips and tiles are unpacked as their rows are asked for, several at
//! once.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::color::{Painter, Scratch};
use super::color_model::Color;
use super::directory::Directory;
use super::grid::{Band, Grid};
use super::header::{Header, Predictor};
use super::unpack::{Packed, jpeg, unpacked};
use super::{predictor, tag};
use crate::pixels::bands::RowSource;
use crate::pixels::depth::DepthConversion;
use crate::pixels::{Layout, Raster};
use crate::{Error, Format, Result, Size};

/// A picture that is not yet unpacked.
pub(crate) struct Rows<'a> {
    file: &'a [u8],
    header: &'a Header,
    grid: &'a Grid,
    painter: Painter<'a>,
    jpegs: jpeg::Shared<'a>,
    /// The band that comes next, and what is left of rows that were made with others that were asked for.
    next: usize,
    ready: Vec<u8>,
    used: usize,
    /// Samples of floating point that are far from 0..=1.
    outside: AtomicU64,
}

impl<'a> Rows<'a> {
    pub(super) fn open(
        d: &Directory<'a>,
        header: &'a Header,
        grid: &'a Grid,
        depth: &'a DepthConversion,
        memory: u64,
    ) -> Self {
        Self {
            file: d.file.bytes(),
            header,
            grid,
            painter: Painter::new(header, depth),
            jpegs: jpeg::Shared { header, tables: d.bytes_of(tag::JPEG_TABLES), memory },
            next: 0,
            ready: Vec::new(),
            used: 0,
            outside: AtomicU64::new(0),
        }
    }

    /// Bytes of a row of the result.
    fn row_bytes(&self) -> usize {
        self.header.size.width as usize * self.header.layout().channels()
    }

    /// Unpacks bands that fill `out`, all at once.
    fn unpack(&self, bands: &[Band], out: &mut [u8]) -> Result<()> {
        let mut parts = Vec::with_capacity(bands.len());
        let mut rest = out;
        for band in bands {
            let (part, after) = std::mem::take(&mut rest)
                .split_at_mut_checked(band.rows * self.row_bytes())
                .unwrap_or_default();
            parts.push((*band, part));
            rest = after;
        }
        parts.into_par_iter().try_for_each(|(band, out)| self.band(band, out))?;
        self.refuse_if_far_from_black_to_white()
    }

    fn band(&self, band: Band, out: &mut [u8]) -> Result<()> {
        if self.grid.across == 1 && self.grid.chunk.0 == self.header.size.width as usize {
            return self.cell(band, 0, self.grid.chunk.0, out);
        }
        let (channels, width) = (self.header.layout().channels(), self.header.size.width as usize);
        let cells = (0..self.grid.across).into_par_iter().map(|column| {
            let left = column * self.grid.chunk.0;
            let shown = (width - left).min(self.grid.chunk.0);
            let mut cell = vec![0; shown * channels * band.rows];
            self.cell(band, column, shown, &mut cell).map(|()| (left * channels, shown * channels, cell))
        });
        for (left, shown, cell) in cells.collect::<Result<Vec<_>>>()? {
            for (row, cell) in out.chunks_exact_mut(self.row_bytes()).zip(cell.chunks_exact(shown)) {
                row[left..left + shown].copy_from_slice(cell);
            }
        }
        Ok(())
    }

    /// The pixels of one tile or strip, as far as they are in the picture.
    fn cell(&self, band: Band, column: usize, shown: usize, out: &mut [u8]) -> Result<()> {
        let planes = self.painter.planes.iter().map(|plane| self.plane(band, column, *plane, shown));
        let planes = planes.collect::<Result<Vec<_>>>()?;
        let row = shown * self.header.layout().channels();
        let rows = out.chunks_exact_mut(row).enumerate();
        if let (Color::YCbCr(ycbcr), [(data, _)]) = (&self.header.color, planes.as_slice()) {
            let units = self.grid.chunk.0.div_ceil(ycbcr.shared.0);
            rows.for_each(|(y, out)| ycbcr.row(data, units, y, out));
            return Ok(());
        }
        let (mut scratch, mut outside, mut parts) = (Scratch::default(), 0, Vec::new());
        for (y, out) in rows {
            parts.clear();
            parts.extend(
                planes
                    .iter()
                    .map(|(data, stride)| data.get(y * stride..(y + 1) * stride).unwrap_or_default()),
            );
            outside += self.painter.row(&parts, shown, out, &mut scratch)?;
        }
        self.outside.fetch_add(outside as u64, Ordering::Relaxed);
        Ok(())
    }

    /// The samples of one plane of a tile or strip, and the bytes of a row of them.
    fn plane(&self, band: Band, column: usize, plane: usize, shown: usize) -> Result<(Cow<'a, [u8]>, usize)> {
        let (header, stride) = (self.header, self.grid.row_bytes);
        let place = self.grid.place(band, column, plane);
        let end = place.end.min(self.file.len());
        let data = self.file.get(place.start..end).unwrap_or_default();
        if header.compression.is_jpeg() {
            let least = Size::new(shown as u32, band.rows as u32);
            let raster = self.jpegs.decoded(data, place.start, least)?;
            let stride = raster.row_bytes();
            return Ok((raster.into_data().into(), stride));
        }
        let packed = Packed {
            data,
            at: place.start,
            row_bytes: stride,
            rows: self.grid.unpacked(band) / stride.max(1),
            width: self.grid.chunk.0,
            reversed: header.reversed,
        };
        let mut samples = unpacked(header.compression, &packed)?;
        if header.predictor != Predictor::None {
            let bytes = usize::from(header.bits / 8);
            predictor::undo(
                header.predictor,
                samples.to_mut(),
                stride,
                header.samples_together(),
                bytes,
                header.little,
            );
        }
        Ok((samples, stride))
    }

    /// Refuses floating point of another range than 0..=1, once a hundredth of all samples are beyond it.
    fn refuse_if_far_from_black_to_white(&self) -> Result<()> {
        let all = self.header.size.pixels() * self.header.samples as u64;
        if self.outside.load(Ordering::Relaxed) * 100 <= all {
            return Ok(());
        }
        let what = "floating-point samples beyond 0..1 (black to white), as measurements and high dynamic range have; \
                    map it to 8 or 16 bits";
        Err(Error::unsupported(Format::Tiff, what))
    }
}

impl RowSource for Rows<'_> {
    fn size(&self) -> Size {
        self.header.size
    }

    fn layout(&self) -> Layout {
        self.header.layout()
    }

    fn in_memory(&self) -> Option<&[u8]> {
        let same = self.painter.as_they_are && self.header.predictor == Predictor::None;
        let place = self.grid.as_they_lie(self.header).filter(|_| same && !self.header.reversed)?;
        self.file.get(place)
    }

    fn append(&mut self, count: usize, out: &mut Vec<u8>) -> Result<()> {
        let mut left = Raster::bytes_for(Size::new(self.header.size.width, 1), self.layout()) * count;
        while left > 0 {
            let ready = self.ready.get(self.used..).unwrap_or_default();
            let taken = ready.len().min(left);
            out.extend_from_slice(ready.get(..taken).unwrap_or_default());
            (self.used, left) = (self.used + taken, left - taken);
            if left == 0 {
                break;
            }
            let bands = self.grid.batch(self.next, self.painter.planes.len());
            let bytes = bands.iter().map(|b| b.rows).sum::<usize>() * self.row_bytes();
            if bytes == 0 {
                return Err(Error::malformed(
                    Format::Tiff,
                    None,
                    "picture data is missing: rows beyond the last one",
                ));
            }
            self.next += bands.len();
            if bytes <= left {
                let start = out.len();
                out.resize(start + bytes, 0);
                self.unpack(bands, out.get_mut(start..).unwrap_or_default())?;
                left -= bytes;
            } else {
                let mut ready = std::mem::take(&mut self.ready);
                ready.resize(bytes, 0);
                self.unpack(bands, &mut ready)?;
                (self.ready, self.used) = (ready, 0);
            }
        }
        Ok(())
    }
}
