//! Any photo in, the best upright PNG or JPEG within a pixel and a byte limit out.
//!
//! ```
//! # fn main() -> Result<(), photo_prep::Error> {
//! # let bytes = include_bytes!("../doc/turned.jpg");
//! let prepared = photo_prep::prepare(bytes)?;
//! assert!(prepared.size().pixels() <= 10_000_000 && prepared.bytes().len() <= 10_000_000);
//! println!("{}", prepared.report());
//! # Ok(())
//! # }
//! ```
//!
//! [`prepare`] is the paved path, with the limits of a CRM's photo endpoint (10 MP, 10 MB). [`Options`] sets other limits,
//! formats and policies. Underneath lie three steps that can be taken one by one:
//!
//! ```
//! # fn main() -> Result<(), photo_prep::Error> {
//! # let bytes = include_bytes!("../doc/turned.jpg");
//! use photo_prep::{Options, Resources};
//!
//! let options = Options::default().max_pixels(1_000_000).max_bytes(200_000);
//! let info = options.probe(bytes)?;     // facts from the header, nothing decoded
//! let plan = options.plan(&info, Resources::of_current_pool())?; // pure: what will be done, and why
//! println!("{plan}");                   // in sentences
//! let prepared = plan.execute(bytes)?;  // done
//! assert_eq!(prepared.report().route, plan.route().kind());
//! # Ok(())
//! # }
//! ```
//!
//! # The nouns
//!
//! * [`ImageInfo`]: what the header tells: format, size, [`Orientation`], color, metadata.
//! * [`Plan`]: a [`Route`] with the [`Attempt`]s that are tried for the byte limit, the [`Violation`]s that it mends,
//!   an [`Estimate`].
//! * [`Verdict`]: whether a file meets [`Requirements`], with every [`Violation`]; made by [`check`].
//! * [`Prepared`]: the bytes that come out, with a [`Report`] of what was done.
//! * [`Batch`]: many pictures at once under one [`MemoryBudget`], which several batches can share.
//! * [`Requirements`] bound what comes out, [`InputLimits`] what a file may ask for.
//!
//! # The routes
//!
//! A picture takes the first route that can mend what is wrong with it:
//!
//! | route | for | what is lost |
//! |---|---|---|
//! | [`PassThrough`](Route::PassThrough) | a whole, upright JPEG or PNG within the limits that tells nothing private | nothing: the very same bytes, borrowed |
//! | [`Rewrite`](Route::Rewrite) | the same with EXIF, XMP, IPTC, comments, text, further frames or trailing data | nothing of the picture: its compressed data is copied |
//! | [`Coefficients`](Route::Coefficients) | a JPEG that `photo-jpeg` reads, within the pixel limit, that lies on its side or is too heavy | nothing if turning it, better Huffman tables and a progressive file suffice; else its coefficients are made coarser, without decoding to pixels |
//! | [`Pixels`](Route::Pixels) | everything else | what encoding loses; nothing where a small or flat picture comes out as PNG |
//!
//! # What is read
//!
//! JPEG of every common kind (CMYK, arithmetic coding and 12 bits included), PNG, GIF and BMP; WebP, TIFF and
//! HEIC with the features of these names. The content decides, never a file's name. AVIF is recognized and
//! refused.
//!
//! # Limits and non-goals
//!
//! Outputs are PNG or JPEG and never larger than 65,500 pixels a side. Pictures are never sharpened, and only
//! cropped, padded or enlarged where the options ask for it. Only the first frame or page of a file is used. What passes through or is only rewritten has
//! its picture data gone through to the end, so that nothing is handed on that a strict decoder would refuse;
//! with [`Verify::Structure`] only its structure is checked, and flipped bits inside of the picture data go
//! unseen. Other coefficients than those that were meant are no damage that anyone could see.
//!
//! Work inside a picture is spread over the rayon pool that the caller is in; this crate makes no pool of its
//! own, except for [`Batch::threads`]. A program on glibc that prepares many pictures should call
//! [`raise_glibc_mmap_threshold`] once. Input is untrusted: nothing is allocated by what a header claims before [`InputLimits`] have been checked, and a decoder's panic is an error (see [`catching_panics`]).
//!
//! # Features
//!
//! * `webp`, on by default: WebP, by the `image` crate.
//! * `tiff`, on by default: TIFF in all of its compressions.
//! * `heic`: HEIC/HEIF, what iPhones and other phones and cameras write, by `photo-hevc`.
//! * `serde`: `Serialize` for facts, plans, verdicts and reports, `Deserialize` for requirements.
//! * `requirement-files`: requirements as TOML and JSON files, and the presets.
//!
//! A picture whose format is switched off is refused as [`Error::Unsupported`], with the name of the feature.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod allocator;
mod batch;
mod error;
mod execute;
mod format;
mod formats;
#[cfg(fuzzing)]
pub mod fuzzing;
mod geometry;
mod info;
mod limits;
mod memory_budget;
mod metadata;
mod options;
mod orientation;
mod picture_file;
mod pixels;
mod plan;
mod prepare;
mod prepared;
mod read_bounded;
mod report;
mod requirements;
mod sampling;
mod sha256;
mod task_graph;
mod verdict;
mod violation;
mod warning;

pub use allocator::raise_glibc_mmap_threshold;
pub use batch::{Batch, BatchDone, CancelToken, Input};
pub use error::{Error, LimitKind, Result};
pub use format::Format;
pub use formats::catch_panic::catching_panics;
pub use geometry::{Rect, Size};
pub use info::{ColorModel, IccInfo, IccSpace, ImageInfo, JpegInfo, JpegProcess};
pub use limits::InputLimits;
pub use memory_budget::{MemoryBudget, MemoryShare};
pub use options::{
    ColorPolicy, EdgePolicy, Focus, Framing, MetadataPolicy, Options, OutputFormat, Quality, Rgb,
    Subsampling, Tolerance, Verify,
};
pub use orientation::Orientation;
pub use picture_file::is_picture_file;
pub use plan::{
    Attempt, Balance, CoefficientsPlan, DecodePath, Estimate, FewerColors, FewerPixels, OutputRule,
    PixelsPlan, Plan, PngMargin, Resources, Route, RouteKind, Rung, SmallerPng, TableRange,
};
pub use prepare::{check, prepare, prepare_file, probe};
pub use prepared::Prepared;
pub use read_bounded::read_bounded;
pub use report::{FileFacts, Outcome, Report, Stage, Tried};
pub use requirements::{AcceptedFormats, AspectRatio, Bound, Requirements, Side};
#[cfg(feature = "requirement-files")]
pub use requirements::{Preset, RequirementsError, RequirementsFile};
pub use sampling::{DecodeScale, JpegSampling};
pub use sha256::Sha256;
pub use verdict::{Compliance, Depth, Verdict};
pub use violation::{Violation, ViolationKind};
pub use warning::Warning;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
