//! A decoder of HEVC intra still pictures, which HEIC and HIF files hold, in safe Rust.
//!
//! [`probe`] tells from the parameter sets what a picture is; [`decode`] makes its planes. What is read is everything that
//! intra pictures of the profiles Main, Main 10, Main Still Picture and of the range extensions use, at 8 to
//! 16 bits and in 4:0:0, 4:2:0, 4:2:2 and 4:4:4. Colors are not interpreted: planes come out as they are
//! coded, with the conformance window cut out.
//!
//! ```
//! # let stream = include_bytes!("../tests/data/x-420-8-coarse.hevc");
//! // One picture in the byte stream format: start codes stand before its NAL units.
//! let starts: Vec<usize> = (0..stream.len()).filter(|&at| stream[at..].starts_with(&[0, 0, 1])).collect();
//! let ends = starts.iter().skip(1).copied().chain([stream.len()]);
//! let units: Vec<&[u8]> = starts.iter().zip(ends).map(|(&start, end)| &stream[start + 3..end]).collect();
//!
//! let info = photo_hevc::probe(&units)?; // facts from the parameter sets, nothing decoded
//! assert!(photo_hevc::memory_for(&info).on(2) < 64 << 20);
//! let picture = photo_hevc::decode(&[], &units)?; // the parameter sets are among the units
//! assert_eq!((picture.planes[0].width, picture.planes[0].height), (info.width, info.height));
//! # Ok::<(), photo_hevc::Error>(())
//! ```
//!
//! # Limits
//!
//! Refused by name ([`Error::Unsupported`]) are pictures that refer to others, extended precision, CABAC
//! bypass alignment, separately coded color planes, screen content coding and layered extensions. Input is
//! untrusted: how much memory [`decode`] takes at most follows from [`Info`] alone ([`memory_for`]), and time
//! is bounded by the number of blocks and the length of the data.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod bits;
mod block;
mod decode;
mod error;
mod filters;
mod frame;
#[cfg(test)]
mod generator;
mod info;
mod layout;
mod params;
mod picture;
mod scan;
mod slice;

pub use error::Error;
pub use info::{Chroma, Info, VideoSignal};
pub use picture::{Picture, Plane};

use error::malformed;
use params::ParameterSets;

/// Tells what a picture is from its parameter sets: NAL units without start codes or lengths, as an `hvcC`
/// box holds them.
///
/// Of several sequence parameter sets, the one that the last picture parameter set uses counts.
pub fn probe(parameter_sets: &[&[u8]]) -> std::result::Result<Info, Error> {
    let mut sets = ParameterSets::default();
    for nal in parameter_sets {
        sets.take(nal)?;
    }
    let wanted = sets.pps.last().map(|pps| pps.sps);
    let sps = match wanted {
        Some(id) => sets.sps.iter().find(|sps| sps.id == id),
        None => sets.sps.last(),
    };
    sps.map_or_else(|| malformed("no sequence parameter set"), |sps| Ok(sps.info))
}

/// Bytes of memory that decoding takes at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// The planes of the picture, and what is known of its blocks and slices.
    pub fixed: u64,
    /// What each thread of the rayon pool takes that decodes.
    pub per_thread: u64,
}

impl Memory {
    /// Bytes on so many threads.
    #[must_use]
    pub fn on(self, threads: usize) -> u64 {
        self.fixed.saturating_add(self.per_thread.saturating_mul(threads as u64))
    }
}

/// The memory that [`decode`] takes at most for a picture, its own planes included; the bytes of the file,
/// and a copy of the longest slice, come on top.
#[must_use]
pub fn memory_for(info: &Info) -> Memory {
    let (width, height) = (u64::from(info.coded_width), u64::from(info.coded_height));
    let planes = info.coded_samples() * 2;
    // Eight bytes for each 4x4 block, and what is known of coding tree blocks and slices.
    let blocks = width * height * 3 / 4;
    // Filters copy rows at borders, and each thread the rows of coding tree blocks that it is at.
    let band = 66 * width * 2;
    Memory { fixed: planes + planes / 8 + blocks + 1_000_000, per_thread: band.min(planes) }
}

/// Decodes one picture.
///
/// `slices` are the NAL units of one access unit, without start codes or lengths; parameter sets may stand
/// among them, and everything that is neither is stepped over.
pub fn decode(parameter_sets: &[&[u8]], slices: &[&[u8]]) -> std::result::Result<Picture, Error> {
    decode::decode(parameter_sets, slices)
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
