//! A JPEG engine on coefficients and planes that uses every core, with or without restart markers, in bounded memory.
#![forbid(unsafe_code)]

mod coefficients;
mod dct;
mod decode;
mod encode;
mod error;
mod geometry;
mod header;
mod huffman;
mod orientation;
mod planes;
mod progressive;
mod quant;
#[cfg(test)]
mod reference;
mod resize;
mod rgb;
mod scan;
mod segment;
mod simd;
mod transform;

pub use coefficients::{CodedComponent, Coefficients, ReadOptions};
pub use decode::{DecodeOptions, Scale, decode};
pub use encode::{EncodeOptions, encode, encoded_len};
pub use error::{Error, Result};
pub use header::{ColorModel, Component, Header, Process, Scan, ScanComponent};
pub use orientation::Orientation;
pub use planes::{Plane, Planes};
pub use quant::QuantTable;
pub use transform::Edges;
