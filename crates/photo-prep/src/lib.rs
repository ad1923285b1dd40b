//! Any photo in, the best upright PNG or JPEG within a pixel and a byte limit out.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod codec;
mod error;
mod execute;
mod format;
mod geometry;
mod info;
mod limits;
mod metadata;
mod options;
mod orientation;
mod pixels;
mod plan;
mod prepare;
mod prepared;
mod probe;
mod report;
mod warning;

pub use codec::guard::catching_panics;
pub use error::{Error, LimitKind, Result};
pub use format::Format;
pub use geometry::Size;
pub use info::{ColorModel, IccInfo, IccSpace, ImageInfo, JpegInfo, JpegProcess};
pub use limits::{InputLimits, Limits};
pub use options::{ColorPolicy, MetadataPolicy, Options, OutputFormat, Quality, Subsampling};
pub use orientation::Orientation;
pub use plan::{
    DecodeScale, Estimate, JpegSampling, OutputRule, PixelsPlan, Plan, Reason, Route, Rung, TimeClass,
};
pub use prepare::{prepare, prepare_file, probe};
pub use prepared::Prepared;
pub use report::{FileFacts, Report, Stage};
pub use warning::Warning;
