//! A JPEG engine on coefficients and planes that uses every core, with or without restart markers, in bounded
//! memory.
//!
//! ```
//! use photo_jpeg::{DecodeOptions, EncodeOptions, Orientation, decode, encode};
//!
//! # let file = include_bytes!("../doc/turned.jpg");
//! // A picture that lies on its side becomes a smaller one that stands upright; no pixel is ever made RGB.
//! let planes = decode(file, &DecodeOptions::default().size(80, 60))?;
//! let upright = encode(&planes, &EncodeOptions::default().quality(85).orientation(Orientation::Rotate90))?;
//! assert!(upright.len() < file.len());
//! # Ok::<(), photo_jpeg::Error>(())
//! ```
//!
//! # Main types
//!
//! * [`Header`]: the contents of the marker segments before the picture data. Reading it decodes nothing.
//! * [`Planes`]: a picture as 8-bit samples, each component at its own sampling. [`decode`] makes planes, at
//!   full size or reduced, and [`encode`] encodes them. [`Planes::to_rgb`], [`Planes::from_rgb`] and
//!   [`Planes::map_rgb`] convert to RGB and back.
//! * [`decode_interleaved`]: a picture of any kind as interleaved gray, RGB or inks.
//! * [`Coefficients`]: a picture as quantized DCT coefficients, from a file with any number of scans.
//!   [`transcode`] writes them, turned upright without loss or requantized.
//! * [`UnquantizedCoefficients`]: a picture before quantization, on which quantization tables can be tried.
//! * [`verify`] checks that the picture data of a file is whole, and keeps nothing of it.
//! * [`QuantTable`], [`Orientation`], [`Scale`].
//! * [`syntax`]: markers, segments and the payloads of headers, for programs that handle whole files.
//!
//! # How it works
//!
//! * **Entropy decoding on all cores without restart markers.** Huffman-coded data resynchronizes by itself.
//!   Therefore chunks of a scan are decoded from guesses, and a guess counts only when the decoder before it
//!   has reached the same state. The result is always exact, and the same for every number of threads. Each
//!   thread decodes two chunks in turn, which hides the latency of look-ups.
//! * **Decoding in bands.** Entropy decoding, the inverse DCT and a Lanczos3 filter run at the same time on
//!   neighboring parts of the picture. Besides the resulting planes, the memory does not grow with the height
//!   of a sequential file.
//! * **Encoding on all cores** without restart markers: The histograms of symbols tell at which bit each
//!   group of MCUs begins. The bytes don't depend on the number of threads. [`encoded_len`] predicts the size
//!   without writing.
//!
//! # Limits and non-goals
//!
//! Planes and coefficients are made of 8-bit files with sequential or progressive DCT and Huffman coding, and
//! one, three or four components with sampling factors up to 2: gray, YCbCr, RGB, CMYK and YCCK.
//! [`decode_interleaved`] reads every other kind too: any sampling, 12 bits, arithmetic coding, lossless.
//! Hierarchical files are [`Error::Unsupported`]. Truncated data is an error that says how much there was; a
//! missing end marker is none. This crate writes gray, YCbCr and RGB as baseline, extended sequential and progressive JPEG. It does
//! not interpret metadata: [`EncodeOptions::segments`] takes whole segments.
//!
//! Input is untrusted. Every allocation that a file asks for is checked against a limit first
//! ([`DecodeOptions::memory_limit`], [`ReadOptions`]). All work is done in the rayon pool of the caller.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod arithmetic;
mod coefficients;
mod dct;
mod decode;
mod encode;
mod error;
mod general;
mod header;
mod huffman;
mod low_coefficients;
mod orientation;
mod planes;
mod progressive;
mod quant;
mod read;
#[cfg(test)]
mod reference;
mod requantize;
mod resample;
mod resize;
mod rgb;
mod scan;
mod sequential;
mod simd;
pub mod syntax;
#[cfg(feature = "task-graph")]
pub mod task_graph;
#[cfg(not(feature = "task-graph"))]
mod task_graph;
mod transform;
mod verify;

pub use coefficients::{CodedComponent, Coefficients, ReadOptions};
#[cfg(fuzzing)]
pub use decode::decode_in_chunks;
pub use decode::{DecodeOptions, Scale, decode};
pub use encode::{
    Density, Draft, EncodeOptions, FileOptions, TranscodeOptions, UnquantizedCoefficients, encode,
    encoded_len, transcode, transcoded_len,
};
pub use error::{Error, Result};
pub use general::{Interleaved, InterleavedKind, InterleavedOptions, decode_interleaved};
pub use header::{ColorModel, Component, Header, Process, Scan, ScanComponent};
pub use orientation::Orientation;
pub use planes::{Plane, Planes};
pub use quant::QuantTable;
pub use resample::Resampler;
pub use transform::Edges;
pub use verify::{verify, verify_memory_for};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
