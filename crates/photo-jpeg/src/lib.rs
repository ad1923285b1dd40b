//! A JPEG engine on coefficients and planes that uses every core, with or without restart markers, in bounded memory.
//!
//! ```
//! use photo_jpeg::{DecodeOptions, EncodeOptions, Orientation, decode, encode};
//!
//! # let file = include_bytes!("../../../fixtures/orientation_6.jpg");
//! // A picture that lies on its side becomes a smaller one that stands upright; no pixel is ever made RGB.
//! let planes = decode(file, &DecodeOptions::default().size(80, 60))?;
//! let upright = encode(&planes, &EncodeOptions::default().quality(85).orientation(Orientation::Rotate90))?;
//! assert!(upright.len() < file.len());
//! # Ok::<(), photo_jpeg::Error>(())
//! ```
//!
//! # The nouns
//!
//! * [`Header`]: what the segments before the picture data say; nothing is decoded for it.
//! * [`Planes`]: a picture as 8-bit samples, each component at its own sampling. [`decode`] makes them, at full size or
//!   reduced, and [`encode`] takes them; [`Planes::to_rgb`], [`Planes::from_rgb`] and [`Planes::map_rgb`] are the ways to
//!   RGB and back.
//! * [`Coefficients`]: a picture as quantized DCT coefficients, of files of any number of scans. [`transcode`] writes them,
//!   turned upright without loss or requantized.
//! * [`verify`] tells whether a file's picture data is whole, and keeps nothing of it.
//! * [`QuantTable`], [`Orientation`], [`Scale`].
//!
//! # What is different
//!
//! * **Entropy decoding on all cores without restart markers.** Huffman-coded data re-synchronize by themselves: pieces
//!   of a scan are decoded from guesses, and a guess counts only once the decoder before it has come to the very same
//!   state. The result is exact, always, and the same for every number of threads. Each thread decodes two pieces in
//!   turn, which hides the latency of look-ups.
//! * **Bands.** Decoding, the inverse DCT and a Lanczos3 filter run at once on neighboring parts of the picture. Memory
//!   is bounded by the planes that come out, and does not grow with the height of a sequential file.
//! * **Encoding on all cores** without restart markers: each group of MCUs knows from its histogram at which bit it
//!   begins. The bytes don't depend on the number of threads. [`encoded_len`] tells the size without writing.
//!
//! # Limits and non-goals
//!
//! Read are 8-bit files of sequential and progressive DCT with Huffman coding, of one or three components with sampling
//! factors up to 2: gray, YCbCr, RGB. CMYK, 12 bits, arithmetic coding and lossless JPEG are [`Error::Unsupported`].
//! Truncated data are an error that says how much was there; a missing end marker is not. Written is baseline or
//! progressive JPEG.
//! Metadata are not interpreted: [`EncodeOptions::segments`] takes whole segments.
//!
//! Input is untrusted: every allocation that a file asks for is checked against a limit first
//! ([`DecodeOptions::memory_limit`], [`ReadOptions`]). Work is done in the rayon pool that the caller is in.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod coefficients;
mod dct;
mod decode;
mod encode;
mod error;
mod geometry;
mod header;
mod huffman;
mod low_coefficients;
mod marker_segment;
mod orientation;
mod planes;
mod progressive;
mod quant;
mod read;
#[cfg(test)]
mod reference;
mod requantize;
mod resize;
mod rgb;
mod scan;
mod sequential;
mod simd;
mod transform;
mod verify;

pub use coefficients::{CodedComponent, Coefficients, ReadOptions};
#[cfg(fuzzing)]
pub use decode::decode_in_chunks;
pub use decode::{DecodeOptions, Scale, decode};
pub use encode::{
    Density, Draft, EncodeOptions, TranscodeOptions, UnquantizedCoefficients, encode, encoded_len, transcode,
    transcoded_len,
};
pub use error::{Error, Result};
pub use header::{ColorModel, Component, Header, Process, Scan, ScanComponent};
pub use orientation::Orientation;
pub use planes::{Plane, Planes};
pub use quant::QuantTable;
pub use transform::Edges;
pub use verify::{verify, verify_memory_for};
