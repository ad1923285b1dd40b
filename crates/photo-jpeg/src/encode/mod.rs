//! Encodes planes or coefficients as a JPEG file, on all cores.
//!
//! 1. [`frame`] divides the picture into MCUs.
//! 2. A [`block_source`] gives the blocks of the MCUs, already upright. [`sample_source`] loads and
//!    transforms [`tiles`]; [`coefficient_source`] has coefficients.
//! 3. [`tokens`] turns the coefficients of a sequential file into symbols and counts them; [`progressive`]
//!    does so for all scans of a progressive file. Groups of MCUs are processed in parallel up to here.
//! 4. [`codes`] makes the Huffman tables from the counts.
//! 5. [`draft`] knows how long the file will be, and lets [`emit`] turn the tokens of all groups into bits,
//!    in parallel again.

mod block_source;
mod codes;
mod coefficient_source;
mod draft;
mod emit;
mod encoder;
mod file_options;
mod frame;
mod headers;
mod options;
mod progressive;
mod rate_distortion;
mod sample_source;
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
pub use file_options::{Density, FileOptions};
pub use options::{EncodeOptions, TranscodeOptions};
pub use unquantized::UnquantizedCoefficients;

/// Encodes a picture as a JPEG with Huffman coding. The file is sequential (baseline, unless a divisor is
/// above 255) or progressive.
///
/// The threads of the current rayon pool share all the work except a last copy. The bytes depend neither on
/// the number of threads nor on the machine. The memory taken is about four times the compressed data.
///
/// # Errors
/// [`Error::Argument`](crate::Error::Argument) if
/// * a side is 0 or above 65,500 pixels;
/// * the planes don't fit the picture's color model, size and sampling, whose factors may be any mixture of 1
///   and 2;
/// * the quality isn't 1 to 100;
/// * the segments aren't whole APPn and COM segments;
/// * a progressive file should have restart markers.
///
/// ```
/// use photo_jpeg::{ColorModel, EncodeOptions, Plane, Planes, encode};
///
/// let gray = Plane::new(3, 2, vec![0, 50, 100, 150, 200, 250]).unwrap();
/// let (color, sampling) = (ColorModel::Gray, vec![(1, 1)]);
/// let planes = Planes::new(3, 2, color, sampling, vec![gray])?;
/// let file = encode(&planes, &EncodeOptions::default())?;
/// assert!(file.starts_with(&[0xFF, 0xD8, 0xFF]) && file.ends_with(&[0xFF, 0xD9]));
/// # Ok::<(), photo_jpeg::Error>(())
/// ```
pub fn encode(planes: &Planes, options: &EncodeOptions<'_>) -> Result<Vec<u8>> {
    Encoder::of_planes(planes, options)?.encode(Level::new(), groups())
}

/// Predicts the number of bytes that [`encode`] would give. This costs less than encoding, because nothing is
/// written.
///
/// With `sample_every` 1, only the number of stuffed bytes, about 0.3 % of all, is an estimate, and with
/// restart markers the fill bits before them. For a thousand photos the result was within 0.1 %. With `n >
/// 1`, only every n-th row of MCUs is transformed, and the result is scaled up, so that it is as good as
/// these rows represent the others. With every 8th row of pictures of 0.8 MP it was within 4 %.
///
/// # Errors
/// Returns the errors of [`encode`], and [`Error::Argument`](crate::Error::Argument) if `sample_every` is 0.
pub fn encoded_len(planes: &Planes, options: &EncodeOptions<'_>, sample_every: u32) -> Result<u64> {
    Encoder::of_planes(planes, options)?.encoded_len(Level::new(), sample_every)
}

/// Writes coefficients as a JPEG, sequential or progressive, turned upright and with optimal Huffman tables.
///
/// Without new tables ([`TranscodeOptions::tables`]), nothing is lost except what
/// [`Edges::Trim`](crate::Edges) cuts off. Turning changes the places and signs of coefficients, and turns
/// the sampling factors and quantization tables too. With new tables, each coefficient becomes the nearest
/// multiple of its new divisor, where halves go to zero as in [`Coefficients::requantize`], or a smaller one
/// where bytes count ([`TranscodeOptions::rate_distortion`]). The threads of the current rayon pool share all the work
/// except a last copy. The bytes don't depend on the number of threads.
///
/// # Errors
/// [`Error::Argument`](crate::Error::Argument) if
/// * a side is above 65,500 pixels;
/// * there are not as many tables as components;
/// * the segments aren't whole APPn and COM segments;
/// * a progressive file should have restart markers;
/// * there are coefficients that no picture of 8-bit samples has;
/// * [`Edges::Keep`](crate::Edges) forbids turning the picture (see [`Coefficients::needs_trim`]), or
///   trimming would leave nothing.
///
/// ```
/// use photo_jpeg::{Coefficients, Orientation, ReadOptions, TranscodeOptions, transcode};
///
/// # let file = include_bytes!("../../doc/turned.jpg");
/// let picture = Coefficients::read(file, &ReadOptions::default())?;
/// let upright = transcode(&picture, &TranscodeOptions::default().orientation(Orientation::Rotate90))?;
/// assert!(upright.starts_with(&[0xFF, 0xD8, 0xFF]));
/// # Ok::<(), photo_jpeg::Error>(())
/// ```
pub fn transcode(picture: &Coefficients, options: &TranscodeOptions<'_>) -> Result<Vec<u8>> {
    Encoder::of_coefficients(picture, options)?.encode(Level::new(), groups())
}

/// Predicts the number of bytes that [`transcode`] would give, with the accuracy of [`encoded_len`].
///
/// # Errors
/// Returns the errors of [`transcode`], and [`Error::Argument`](crate::Error::Argument) if `sample_every` is
/// 0.
pub fn transcoded_len(
    picture: &Coefficients,
    options: &TranscodeOptions<'_>,
    sample_every: u32,
) -> Result<u64> {
    Encoder::of_coefficients(picture, options)?.encoded_len(Level::new(), sample_every)
}

impl Draft {
    /// Drafts the file that [`encode`] writes.
    ///
    /// # Errors
    /// Returns the errors of [`encode`].
    pub fn encode(planes: &Planes, options: &EncodeOptions<'_>) -> Result<Self> {
        Encoder::of_planes(planes, options)?.draft(Level::new(), groups())
    }

    /// Drafts the file that [`transcode`] writes.
    ///
    /// # Errors
    /// Returns the errors of [`transcode`].
    pub fn transcode(picture: &Coefficients, options: &TranscodeOptions<'_>) -> Result<Self> {
        Encoder::of_coefficients(picture, options)?.draft(Level::new(), groups())
    }
}

#[cfg(test)]
mod tests;
