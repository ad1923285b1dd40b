//! A decoder of VP8 key frames (RFC 6386), the payload of lossy WebP files, in safe Rust.
//!
//! Decoding has two stages, which a caller runs side by side on two threads if it wants to: a [`Parser`]
//! reads modes and coefficients from the arithmetic code, one row of macroblocks at a time into a
//! [`ParsedRow`]; a [`Reconstructor`] makes samples of such rows and hands out the rows of the picture that
//! are final. An [`Upsampler`] makes RGB of these. [`decode`] does the first two for a whole picture.
//!
//! ```
//! # let file = include_bytes!("../tests/data/q75.webp");
//! # let data = &file[20..];
//! let header = photo_vp8::Header::read(data)?; // the content of a `VP8 ` chunk
//! assert!(photo_vp8::memory_for(&header) < 1 << 20);
//!
//! let mut parser = photo_vp8::Parser::new(data)?;
//! let mut reconstructor = photo_vp8::Reconstructor::new(&header);
//! let mut upsampler = photo_vp8::Upsampler::new(&header);
//! let pitch = 3 * header.width as usize;
//! let mut rgb = vec![0; pitch * header.height as usize];
//! let mut parsed = photo_vp8::ParsedRow::default();
//! let mut at = 0;
//! while parser.row(&mut parsed)? {
//!     let rows = reconstructor.row(&parsed);
//!     at += upsampler.rows(&rows, &mut rgb[at..]).len() * pitch;
//! }
//! assert_eq!(at, rgb.len());
//! # Ok::<(), photo_vp8::Error>(())
//! ```
//!
//! # Limits
//!
//! Frames that refer to others are refused. Damaged data are treated as libwebp treats them: all bytes mean
//! something, and a partition that ends too early is an error. Input is untrusted: memory is bounded by
//! [`memory_for`], and time by the number of macroblocks.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod bool_decoder;
mod edge_filter;
mod error;
mod frame_header;
mod halves;
mod header;
mod inverse_dct;
mod loop_filter;
mod mode_parser;
mod modes;
mod parsed;
mod parser;
mod picture;
mod plane;
mod predict;
mod predict_subblocks;
#[cfg(test)]
mod random_streams;
mod reconstructor;
mod residual;
mod residues;
mod rgb;
mod rows;
mod simd;
mod tables;
mod token_parser;
mod tokens;
mod upsampler;
mod walsh_hadamard;

pub use error::{Error, Result};
pub use header::Header;
pub use mode_parser::ModeParser;
pub use parsed::ParsedRow;
pub use parser::Parser;
pub use picture::{Picture, decode};
pub use reconstructor::Reconstructor;
pub use rows::Rows;
pub use token_parser::TokenParser;
pub use upsampler::Upsampler;

/// Bytes of memory that a [`Parser`], a [`Reconstructor`], an [`Upsampler`] and one [`ParsedRow`] take at
/// most for a picture.
///
/// Each further row that waits between two threads takes up to 800 bytes for each 16 pixels of the width.
#[must_use]
pub fn memory_for(header: &Header) -> u64 {
    Parser::memory_for(header)
        + Reconstructor::memory_for(header)
        + Upsampler::memory_for(header)
        + ParsedRow::memory_for(header.columns())
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
