//! Planes become a JPEG file, on all cores.
//!
//! 1. [`frame`] cuts the picture into MCUs.
//! 2. A [`block_source`] gives the blocks of these, already upright: [`sample_source`] loads and transforms [`tiles`], [`coefficient_source`] has
//!    coefficients.
//! 3. [`tokens`] turns the coefficients into symbols and counts these; [`progressive`] does it for all scans of a progressive
//!    file. Groups of MCUs do so far at once.
//! 4. [`codes`] makes the Huffman tables from the counts.
//! 5. [`draft`] knows how long the file will be, and has [`emit`] turn the groups' tokens into bits, at once again.

mod block_source;
mod codes;
mod coefficient_source;
mod draft;
mod emit;
mod encoder;
mod frame;
mod headers;
mod options;
mod progressive;
mod sample_source;
mod settings;
mod stuffing;
mod tiles;
mod tokens;
mod unquantized;

use crate::coefficients::Coefficients;
use crate::error::Result;
use crate::planes::Planes;
use crate::simd::Level;
use encoder::{Encoder, groups};

pub use draft::Draft;
pub use options::{EncodeOptions, TranscodeOptions};
pub use settings::Density;
pub use unquantized::UnquantizedCoefficients;

/// Encodes a picture as a JPEG with Huffman coding: sequential (baseline unless a divisor is above 255), or progressive.
///
/// All the work but a last copy is shared among the threads of the rayon pool in which it's called; the bytes don't
/// depend on their number, nor on the machine. Memory: the compressed data about four times.
///
/// # Errors
/// [`Error::Argument`] if a side is 0 or above 65,500 pixels, if the planes don't fit the picture's color model, size
/// and sampling (factors of 1 and 2 in any mixture), if the quality isn't 1 to 100, if the segments aren't whole APPn
/// and COM segments, or for restart markers in a progressive file.
///
/// ```
/// use photo_jpeg::{ColorModel, EncodeOptions, Plane, Planes, encode};
///
/// let gray = Plane::new(3, 2, vec![0, 50, 100, 150, 200, 250]).unwrap();
/// let planes = Planes { width: 3, height: 2, color: ColorModel::Gray, sampling: vec![(1, 1)], planes: vec![gray] };
/// let file = encode(&planes, &EncodeOptions::default())?;
/// assert!(file.starts_with(&[0xFF, 0xD8, 0xFF]) && file.ends_with(&[0xFF, 0xD9]));
/// # Ok::<(), photo_jpeg::Error>(())
/// ```
pub fn encode(planes: &Planes, options: &EncodeOptions<'_>) -> Result<Vec<u8>> {
    Encoder::of_planes(planes, options)?.encode(Level::new(), groups())
}

/// The number of bytes that [`encode`] would give, at less than its cost: nothing is written.
///
/// With `sample_every` 1 only the number of stuffed bytes, some 0.3 % of all, is an estimate (and with restart markers
/// the filling before them): a thousand photos came out within 0.1 %. With `n > 1` only every n-th row of MCUs is
/// transformed, and the result is scaled up: as good as the sampled rows stand for the others. With every 8th row of
/// pictures of 0.8 MP it was within 4 %.
///
/// # Errors
/// As [`encode`]; and [`Error::Argument`] if `sample_every` is 0.
pub fn encoded_len(planes: &Planes, options: &EncodeOptions<'_>, sample_every: u32) -> Result<u64> {
    Encoder::of_planes(planes, options)?.encoded_len(Level::new(), sample_every)
}

/// Writes coefficients as a JPEG, sequential or progressive, turned upright and with optimal Huffman tables.
///
/// Without other tables ([`TranscodeOptions::tables`]) nothing is lost but what [`Edges::Trim`](crate::Edges) cuts off.
/// Turning changes the places and signs of coefficients, and turns the sampling factors and quantization tables too.
/// With tables, each coefficient becomes the nearest multiple of its new divisor, halves going to zero, as in
/// [`Coefficients::requantize`], unless there is a dead zone ([`TranscodeOptions::dead_zone`]).
/// All the work but a last copy is shared among the threads of the rayon pool; the bytes don't depend on their number.
///
/// # Errors
/// [`Error::Argument`] if a side is above 65,500 pixels, for another number of tables than of components, segments that
/// aren't whole, restart markers in a progressive file, coefficients that no picture of 8-bit samples has, and where
/// [`Edges::Keep`](crate::Edges) forbids to turn the picture or trimming would leave nothing
/// ([`Coefficients::needs_trim`]).
///
/// ```
/// use photo_jpeg::{Coefficients, Orientation, ReadOptions, TranscodeOptions, transcode};
///
/// # let file = include_bytes!("../../../../fixtures/orientation_6.jpg");
/// let picture = Coefficients::read(file, &ReadOptions::default())?;
/// let upright = transcode(&picture, &TranscodeOptions::default().orientation(Orientation::Rotate90))?;
/// assert!(upright.starts_with(&[0xFF, 0xD8, 0xFF]));
/// # Ok::<(), photo_jpeg::Error>(())
/// ```
pub fn transcode(picture: &Coefficients, options: &TranscodeOptions<'_>) -> Result<Vec<u8>> {
    Encoder::of_coefficients(picture, options)?.encode(Level::new(), groups())
}

/// The number of bytes that [`transcode`] would give, with the accuracy of [`encoded_len`].
///
/// # Errors
/// As [`transcode`]; and [`Error::Argument`] if `sample_every` is 0.
pub fn transcoded_len(
    picture: &Coefficients,
    options: &TranscodeOptions<'_>,
    sample_every: u32,
) -> Result<u64> {
    Encoder::of_coefficients(picture, options)?.encoded_len(Level::new(), sample_every)
}

impl Draft {
    /// What [`encode`](crate::encode) writes.
    ///
    /// # Errors
    /// As [`encode`](crate::encode).
    pub fn encode(planes: &Planes, options: &EncodeOptions<'_>) -> Result<Self> {
        Encoder::of_planes(planes, options)?.draft(Level::new(), groups())
    }

    /// What [`transcode`](crate::transcode) writes.
    ///
    /// # Errors
    /// As [`transcode`](crate::transcode).
    pub fn transcode(picture: &Coefficients, options: &TranscodeOptions<'_>) -> Result<Self> {
        Encoder::of_coefficients(picture, options)?.draft(Level::new(), groups())
    }
}

#[cfg(test)]
mod tests;
