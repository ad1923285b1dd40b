//! The syntax of JPEG files (ITU-T T.81, annex B): markers, the segments that they begin, and what the
//! payloads of these segments hold. Nothing here decodes a picture, and nothing here judges what a file may
//! hold beyond what is read.
//!
//! ```
//! use photo_jpeg::syntax::{FrameHeader, Segments, marker};
//!
//! # let file = include_bytes!("../../doc/turned.jpg");
//! let mut walk = Segments::new(file);
//! let segments: Vec<_> = walk.by_ref().collect();
//! assert_eq!((walk.end(), walk.fault()), (Some(file.len()), None));
//! let frame = segments.iter().find(|segment| marker::is_frame(segment.marker)).unwrap();
//! let header = FrameHeader::read(frame.marker, frame.data(file)).unwrap();
//! assert_eq!((header.precision, header.components.len()), (8, 3));
//! ```
//!
//! # What stands where
//!
//! * [`marker`]: the codes of markers.
//! * [`Segments`] walks over the segments of a file to its end, as tolerantly as libjpeg does, and tells what
//!   it passed over and what broke the walk off. [`next_part`] takes one step of it.
//! * [`FrameHeader`], [`ScanHeader`], [`quant_tables`], [`huffman_tables`] and [`restart_interval`] read
//!   payloads. [`jfif`] and [`adobe`] read and make the two application segments that decoders heed.
//! * [`number_of_lines`]: the height of a file whose frame header leaves it open.
//! * [`MaxSampling`]: the largest sampling factors, and the sizes that follow from them.
//! * [`first_violation`] tells whether every decoder can follow the segments of a file, and [`decode_cost`]
//!   how much work the scans may ask for.
//!
//! # Bounds
//!
//! Input is untrusted. No function here panics, whatever the bytes are. A walk takes time in proportion to
//! the length of the file, and keeps nothing of it: who collects the segments bounds their number. Reading a
//! payload allocates at most a few bytes for each byte of it.

pub mod adobe;
mod bytes;
mod color;
mod cost;
mod frame;
pub mod jfif;
pub mod marker;
mod sampling;
mod scan;
mod scan_end;
mod segment;
mod tables;
mod validate;

pub use color::CodedColor;
pub use cost::decode_cost;
pub use frame::{CodingProcess, FrameComponent, FrameFault, FrameHeader, FrameOutline, number_of_lines};
pub use sampling::MaxSampling;
pub use scan::{ProgressionFault, ScanHeader, ScanParameters, ScanSelector};
pub(crate) use scan_end::end_of_scan_uncounted;
pub use segment::{Fault, FaultKind, Part, Segment, Segments, next_marker, next_part, write_segment};
pub use tables::{
    HuffmanDefinition, QuantDefinition, first_quant_table, huffman_tables, last_restart_interval,
    quant_tables, restart_interval,
};
pub use validate::{MAX_BLOCKS_IN_MCU, Violation, first_violation};
