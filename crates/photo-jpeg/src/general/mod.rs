//! Decodes every JPEG to interleaved samples of 8 bits: the general decoder, for what planes are not made for.
//!
//! 1. [`crate::progressive`] decodes the coefficients, and [`lossless`] the samples of lossless files.
//! 2. [`planes`] transforms coefficients to a plane of samples for each component.
//! 3. [`upsample`] stretches rows of subsampled components to the width of the picture.
//! 4. [`color`] converts rows to gray, RGB or inks.

mod color;
mod lossless;
mod options;
mod planes;
mod sample;
mod upsample;

#[cfg(test)]
mod tests;

use rayon::prelude::*;

use crate::coefficients::ReadOptions;
use crate::error::{Error, Result};
use crate::header::{ColorModel, Header, Process, TableState};
use crate::low_coefficients::StoredCoefficients;
use crate::progressive::OneScan;
use crate::simd::Level;
use color::Conversion;
pub(crate) use lossless::verify as verify_lossless;
pub use options::{InterleavedKind, InterleavedOptions};
use planes::{ComponentScale, SamplePlane};
use sample::Sample;
use upsample::Upsampler;

/// A picture of interleaved 8-bit samples, row after row without gaps.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interleaved {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// What the samples of a pixel are: [`Gray`](ColorModel::Gray), [`Rgb`](ColorModel::Rgb), or
    /// [`Cmyk`](ColorModel::Cmyk), where 255 is full coverage.
    pub color: ColorModel,
    /// The samples.
    pub data: Vec<u8>,
}

/// Decodes a JPEG of any kind to interleaved samples of 8 bits, at its own size or at a smaller scale.
///
/// This reads all that [`Header::read`] accepts, and also: two or four components, sampling factors up to 4,
/// 12 bits, arithmetic coding, a height that is told behind the first scan, tables that are missing as in
/// Motion JPEG, and lossless files of 2 to 16 bits. YCbCr becomes RGB, and YCCK becomes inks. Of two
/// components the first is gray and the second is left out. More than 8 bits are rounded. Subsampled components
/// are interpolated as by libjpeg: with a triangle filter where they have half the samples in a direction, and
/// else by repeating samples. Where Adobe's segment says that inks are stored inverted, they are turned.
///
/// The threads of the current rayon pool share the work, but the entropy coding of a scan is decoded on one.
/// What arithmetic coding may cost is not bounded by the length of the file; see
/// [`syntax::decode_cost`](crate::syntax::decode_cost).
///
/// # Errors
/// * [`Error::Malformed`] and [`Error::Truncated`] for damaged data;
/// * [`Error::Unsupported`] for hierarchical files, for lossless ones that are subsampled or have arithmetic
///   coding, and for what no decoder knows;
/// * [`Error::Memory`] if more memory would be needed than the limit, before any of it is allocated.
///
/// ```
/// # let file = include_bytes!("../../doc/turned.jpg");
/// use photo_jpeg::{ColorModel, InterleavedOptions, decode_interleaved};
/// let picture = decode_interleaved(file, &InterleavedOptions::default())?;
/// assert_eq!(picture.color, ColorModel::Rgb);
/// assert_eq!(picture.data.len(), 3 * picture.width as usize * picture.height as usize);
/// # Ok::<(), photo_jpeg::Error>(())
/// ```
pub fn decode_interleaved(bytes: &[u8], options: &InterleavedOptions) -> Result<Interleaved> {
    let (header, state) = Header::read_any(bytes)?;
    let (needed, limit) = (options.memory_needed(&header), options.memory_limit);
    if needed > limit {
        return Err(Error::Memory { needed, limit });
    }
    let level = Level::new();
    if header.precision > 8 {
        Decoder { bytes, header: &header, options, level }.run::<u16>(state)
    } else {
        Decoder { bytes, header: &header, options, level }.run::<u8>(state)
    }
}

/// A file, and how it is decoded.
struct Decoder<'a> {
    bytes: &'a [u8],
    header: &'a Header,
    options: &'a InterleavedOptions,
    level: Level,
}

impl Decoder<'_> {
    fn run<S: Sample>(&self, state: TableState) -> Result<Interleaved> {
        if self.header.process == Process::Lossless {
            let planes = lossless::decode::<S>(self.bytes, self.header, state)?;
            return Ok(self.interleave(&planes, (self.header.width, self.header.height), 8));
        }
        let points = self.options.scale.points();
        let scales: Vec<_> =
            self.shown().map(|index| ComponentScale::new(self.header, index, points)).collect();
        let planes = self.planes::<S>(state, &scales)?;
        let side = |pixels: u32| pixels.div_ceil(self.options.scale.denominator());
        let size = (side(self.header.width), side(self.header.height));
        Ok(self.interleave(&planes, size, points))
    }

    /// The components that the pixels are made of: the first of two, which is luma, else all.
    fn shown(&self) -> std::ops::Range<usize> {
        0..self.header.color.channels()
    }

    fn planes<S: Sample>(&self, state: TableState, scales: &[ComponentScale]) -> Result<Vec<SamplePlane<S>>> {
        let reading =
            ReadOptions { memory_limit: self.options.memory_limit, scan_limit: self.options.scan_limit };
        let bits = self.header.precision;
        if let Some(scan) = OneScan::find(self.bytes, self.header, state, &reading)? {
            let components = &scan.picture().components;
            let of = |(scale, c): (&ComponentScale, &crate::CodedComponent)| {
                SamplePlane::new(scale, &c.facts, bits)
            };
            let mut planes: Vec<_> = scales.iter().zip(components).map(of).collect();
            scan.run(self.bytes, |top, blocks| {
                for ((plane, blocks), c) in planes.iter_mut().zip(blocks).zip(components) {
                    plane.fill(self.level, top * usize::from(c.facts.v), blocks);
                }
            })?;
            return Ok(planes);
        }
        let low = scales.iter().all(|scale| scale.points <= 4);
        let stored = StoredCoefficients::read(self.bytes, &reading, low)?;
        let plane = |(index, scale): (usize, &ComponentScale)| {
            let facts = &stored.picture().components[index].facts;
            let mut plane = SamplePlane::new(scale, facts, bits);
            let wide = facts.blocks_wide as usize;
            for row in (0..facts.blocks_high as usize).step_by(ROWS) {
                let blocks =
                    stored.blocks(index, row * wide, ROWS.min(facts.blocks_high as usize - row) * wide);
                plane.fill(self.level, row, &blocks);
            }
            plane
        };
        Ok(scales.iter().enumerate().map(plane).collect())
    }

    /// Makes pixels of planes, whose blocks had so many points at least.
    fn interleave<S: Sample>(
        &self,
        planes: &[SamplePlane<S>],
        (width, height): (u32, u32),
        points: usize,
    ) -> Interleaved {
        let conversion = Conversion::new(self.header);
        let (wide, channels) = (width as usize, self.header.color.channels());
        let mut data = vec![0; wide * height as usize * channels];
        let upsamplers: Vec<_> = planes.iter().map(|plane| Upsampler::new(plane, points)).collect();
        let scratch = || vec![vec![S::default(); wide]; channels];
        data.par_chunks_mut(wide * channels).with_min_len(8).enumerate().for_each_init(
            scratch,
            |rows, (y, out)| {
                for (upsampler, row) in upsamplers.iter().zip(rows.iter_mut()) {
                    upsampler.row(y, row);
                }
                conversion.pixels(rows, out);
            },
        );
        let color = match self.header.color {
            ColorModel::Gray => ColorModel::Gray,
            ColorModel::YCbCr | ColorModel::Rgb => ColorModel::Rgb,
            ColorModel::Cmyk | ColorModel::Ycck => ColorModel::Cmyk,
        };
        Interleaved { width, height, color, data }
    }
}

/// The rows of blocks that are transformed at a time where all coefficients are there.
const ROWS: usize = 64;
