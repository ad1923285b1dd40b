//! Rows of indices or samples, each padded to four bytes, many at once.

use rayon::prelude::*;

use crate::formats::bmp::header::Header;
use crate::formats::bmp::masks::{Masks, Sample};
use crate::formats::bmp::palette::Palette;
use crate::pixels::bands::RowSource;
use crate::pixels::{Layout, Raster};
use crate::{Error, Format, Result, Size};

/// A picture that is not compressed, from the top.
pub(crate) struct Rows<'a> {
    stored: Stored<'a>,
    header: Header,
    layout: Layout,
    palette: Palette,
    /// Rows that were given already.
    given: usize,
}

impl<'a> Rows<'a> {
    /// # Errors
    /// [`Error::Malformed`] where rows are missing.
    pub(super) fn open(bytes: &'a [u8], header: Header, layout: Layout, palette: Palette) -> Result<Self> {
        Ok(Self { stored: Stored::find(bytes, &header)?, header, layout, palette, given: 0 })
    }

    /// All samples.
    pub(super) fn decode(self) -> Vec<u8> {
        let mut out = vec![0; Raster::bytes_for(self.header.size, self.layout)];
        self.unpack(0, &mut out);
        if self.layout == Layout::Rgba {
            show_if_invisible(&mut out);
        }
        out
    }

    /// As many rows as `out` holds, from row `first`.
    fn unpack(&self, first: usize, out: &mut [u8]) {
        let part = Part { stored: &self.stored, first, width: self.header.size.width as usize };
        let (palette, masks) = (&self.palette, self.header.masks);
        match (self.header.depth, self.layout) {
            (8, Layout::Gray) => part.unpack(out, &Indices::<1, 8>(palette.grays())),
            (4, Layout::Gray) => part.unpack(out, &Indices::<1, 4>(palette.grays())),
            (2, Layout::Gray) => part.unpack(out, &Indices::<1, 2>(palette.grays())),
            (1, Layout::Gray) => part.unpack(out, &Indices::<1, 1>(palette.grays())),
            (8, _) => part.unpack(out, &Indices::<3, 8>(palette.colors())),
            (4, _) => part.unpack(out, &Indices::<3, 4>(palette.colors())),
            (2, _) => part.unpack(out, &Indices::<3, 2>(palette.colors())),
            (1, _) => part.unpack(out, &Indices::<3, 1>(palette.colors())),
            (16, layout) => part.fields::<2>(out, masks, layout),
            (24, _) if masks.color == BYTES => part.unpack(out, &Bgr),
            (24, layout) => part.fields::<3>(out, masks, layout),
            (_, Layout::Rgb) if masks.color == BYTES => part.unpack(out, &Bgrx),
            (_, Layout::Rgba) if masks == BYTES_AND_ALPHA => part.unpack(out, &Bgra),
            (_, layout) => part.fields::<4>(out, masks, layout),
        }
    }
}

impl RowSource for Rows<'_> {
    fn size(&self) -> Size {
        self.header.size
    }

    fn layout(&self) -> Layout {
        self.layout
    }

    fn append(&mut self, count: usize, out: &mut Vec<u8>) -> Result<()> {
        let start = out.len();
        out.resize(start + Raster::bytes_for(Size::new(self.header.size.width, 1), self.layout) * count, 0);
        self.unpack(self.given, out.get_mut(start..).unwrap_or_default());
        self.given += count;
        Ok(())
    }
}

/// An alpha channel of zeros was never filled in: the picture is opaque, as browsers take it.
fn show_if_invisible(out: &mut [u8]) {
    let pixels = out.as_chunks_mut::<4>().0;
    if pixels.par_chunks(TASK).all(|part| part.iter().all(|p| p[3] == 0)) {
        pixels.par_chunks_mut(TASK).for_each(|part| part.iter_mut().for_each(|p| p[3] = 255));
    }
}

/// Bytes of a row without and with its padding.
pub(super) fn row_bytes(header: &Header) -> (u64, u64) {
    let bits = u64::from(header.size.width) * u64::from(header.depth);
    (bits.div_ceil(8), bits.div_ceil(32) * 4)
}

/// The padding of the last row may be missing.
pub(super) fn rows_there(bytes: &[u8], header: &Header) -> u64 {
    let (used, stride) = row_bytes(header);
    let length = bytes.len().saturating_sub(header.data) as u64;
    length.checked_sub(used).map_or(0, |more| more / stride.max(1) + 1)
}

/// The stored rows, all of which are there.
struct Stored<'a> {
    rows: &'a [u8],
    /// Bytes of a row without and with its padding.
    used: usize,
    stride: usize,
    top_down: bool,
    height: usize,
}

impl<'a> Stored<'a> {
    fn find(bytes: &'a [u8], header: &Header) -> Result<Self> {
        let (used, stride) = row_bytes(header);
        let rows = bytes.get(header.data..).unwrap_or_default();
        let height = header.size.height;
        let whole = rows_there(bytes, header);
        if whole < height.into() {
            let reason =
                format!("the picture data ends after {whole} of {height} rows; the file was cut off");
            return Err(Error::malformed(Format::Bmp, bytes.len(), reason));
        }
        // Both are at most the length of the file.
        let [used, stride] = [used, stride].map(|n| usize::try_from(n).unwrap_or(usize::MAX));
        Ok(Self { rows, used, stride, top_down: header.top_down, height: height as usize })
    }

    /// Row `y` of the picture, counted from the top.
    fn row(&self, y: usize) -> &'a [u8] {
        let index = if self.top_down { y } else { self.height.saturating_sub(y + 1) };
        let rest = index.checked_mul(self.stride).and_then(|at| self.rows.get(at..));
        rest.and_then(|rest| rest.get(..self.used)).unwrap_or_default()
    }
}

/// The rows from `first`, `width` pixels each.
struct Part<'a> {
    stored: &'a Stored<'a>,
    first: usize,
    width: usize,
}

impl Part<'_> {
    fn fields<const BYTES: usize>(&self, out: &mut [u8], masks: Masks, layout: Layout) {
        let fields = Fields::<BYTES>::new(masks);
        if layout == Layout::Rgba { self.unpack::<4>(out, &fields) } else { self.unpack::<3>(out, &fields) }
    }

    fn unpack<const N: usize>(&self, out: &mut [u8], unpack: &impl Unpack<N>) {
        let rows = (TASK / self.width).max(1);
        let tasks = out.as_chunks_mut::<N>().0.par_chunks_mut(self.width * rows).enumerate();
        tasks.for_each(|(task, part)| {
            for (i, pixels) in part.chunks_exact_mut(self.width).enumerate() {
                unpack.row(self.stored.row(self.first + task * rows + i), pixels);
            }
        });
    }
}

/// A way to make pixels of `N` samples from a stored row.
trait Unpack<const N: usize>: Sync {
    fn row(&self, stored: &[u8], pixels: &mut [[u8; N]]);
}

/// Indices of `BITS` bits, the high bits of a byte first.
struct Indices<const N: usize, const BITS: usize>([[u8; N]; 256]);

impl<const N: usize, const BITS: usize> Unpack<N> for Indices<N, BITS> {
    fn row(&self, stored: &[u8], pixels: &mut [[u8; N]]) {
        if BITS == 8 {
            pixels.iter_mut().zip(stored).for_each(|(pixel, &i)| *pixel = self.0[usize::from(i)]);
            return;
        }
        for (pixels, byte) in pixels.chunks_mut(8 / BITS).zip(stored) {
            for (i, pixel) in pixels.iter_mut().enumerate() {
                let index = byte >> (8 - BITS - i * BITS) & (u8::MAX >> (8 - BITS));
                *pixel = self.0[usize::from(index)];
            }
        }
    }
}

/// Blue, green and red of 8 bits.
struct Bgr;

impl Unpack<3> for Bgr {
    fn row(&self, stored: &[u8], pixels: &mut [[u8; 3]]) {
        for (pixel, [b, g, r]) in pixels.iter_mut().zip(stored.as_chunks::<3>().0) {
            *pixel = [*r, *g, *b];
        }
    }
}

/// Blue, green and red of 8 bits, and a spare byte.
struct Bgrx;

impl Unpack<3> for Bgrx {
    fn row(&self, stored: &[u8], pixels: &mut [[u8; 3]]) {
        for (pixel, [b, g, r, _]) in pixels.iter_mut().zip(stored.as_chunks::<4>().0) {
            *pixel = [*r, *g, *b];
        }
    }
}

/// Blue, green, red and alpha of 8 bits.
struct Bgra;

impl Unpack<4> for Bgra {
    fn row(&self, stored: &[u8], pixels: &mut [[u8; 4]]) {
        for (pixel, [b, g, r, a]) in pixels.iter_mut().zip(stored.as_chunks::<4>().0) {
            *pixel = [*r, *g, *b, *a];
        }
    }
}

/// Samples at any place of a pixel of `BYTES` bytes, least significant first.
struct Fields<const BYTES: usize> {
    color: [Sample; 3],
    alpha: Sample,
}

impl<const BYTES: usize> Fields<BYTES> {
    fn new(masks: Masks) -> Self {
        Self { color: masks.color.map(|mask| Sample::new(mask, 0)), alpha: Sample::new(masks.alpha, 255) }
    }
}

impl<const N: usize, const BYTES: usize> Unpack<N> for Fields<BYTES> {
    fn row(&self, stored: &[u8], pixels: &mut [[u8; N]]) {
        let [red, green, blue] = &self.color;
        for (pixel, bytes) in pixels.iter_mut().zip(stored.as_chunks::<BYTES>().0) {
            let mut value = [0; 4];
            value[..BYTES].copy_from_slice(bytes);
            let value = u32::from_le_bytes(value);
            let samples = [red.of(value), green.of(value), blue.of(value)];
            pixel[..3].copy_from_slice(&samples);
            if let Some(alpha) = pixel.get_mut(3) {
                *alpha = self.alpha.of(value);
            }
        }
    }
}

/// Pixels that one task unpacks.
const TASK: usize = 1 << 16;
/// The masks of samples that are whole bytes.
const BYTES: [u32; 3] = [0xFF_0000, 0xFF00, 0xFF];
const BYTES_AND_ALPHA: Masks = Masks { color: BYTES, alpha: 0xFF00_0000 };
