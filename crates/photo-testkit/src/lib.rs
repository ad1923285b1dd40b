//! What this workspace's tests are made of: pictures that behave like photographs, files of every format in
//! every disguise, broken files, measures of how much two pictures differ, and a counting allocator.
//! Unpublished; a dev-dependency of the other crates, on none of which it depends.
//!
//! ```
//! use photo_testkit::{encode::jpeg, exif::Exif, metrics, photo_like};
//!
//! let photo = photo_like(160, 120, 7);
//! let options = jpeg::JpegOptions { quality: 92, segments: vec![jpeg::Segment::exif(&Exif::orientation(6))], ..Default::default() };
//! let bytes = jpeg::encode(&photo.stored_for(6), &options);
//! assert!(bytes.starts_with(&[0xFF, 0xD8, 0xFF]));
//! assert!(metrics::compare_pictures(&photo, &photo).unwrap().psnr.is_infinite());
//! ```
//!
//! * [`Picture`] and [`Indexed`]: pictures in memory; [`Picture::stored_for`] turns them as an EXIF
//!   orientation asks.
//! * [`Photo`] and [`photo_like`]: made-up photographs of any size that compress like camera files;
//!   [`pattern`]: charts, gradients, alpha, screenshots.
//! * [`graphics`]: cut-outs, screenshots, charts, logos and scans.
//! * [`encode`]: writers for JPEG, PNG, APNG, GIF, BMP, WebP and TIFF; [`exif`] and [`icc`]: blocks to put
//!   into them.
//! * [`sample`]: ready-made JPEGs, such as a 12 MP phone picture.
//! * [`metrics`], [`mutate`], [`alloc`], [`corpus`]: measures, mutants, memory, other people's files.
//! * [`fixtures`]: the files of `fixtures/` at the workspace's root, written by the program `make-fixtures`.
//!
//! Everything is deterministic: the same call gives the same bytes on every machine and with any number of
//! threads.
//!
//! **Limits.** The generators and writers are for tests that know what they ask for: they panic, as
//! documented, when asked for what a format can't hold. Only [`mutate`], [`metrics`] and [`corpus`] take
//! arbitrary bytes, and they never panic. There's no lossy WebP writer and no AVIF or HEIC writer beyond a
//! recognizable header.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod alloc;
pub mod bombs;
pub mod charts;
pub mod corpus;
pub mod delta_e;
pub mod encode;
pub mod exif;
pub mod fixtures;
pub mod graphics;
pub mod icc;
pub mod icc_tables;
mod ifd;
mod many_scans;
pub mod metrics;
pub mod mutate;
pub mod pattern;
mod photo;
mod picture;
pub mod sample;

pub use many_scans::{many_arithmetic_scans, many_scans};
pub use photo::{Photo, photo_like};
pub use picture::{Indexed, Layout, Picture};
