//! Small pictures of what came in and of what came out, for a report.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use photo_prep::{ColorPolicy, Format, Options, Requirements, Size};

/// A picture of a few kilobytes that every browser shows.
#[derive(Debug, Clone)]
pub(crate) struct Thumbnail {
    pub(crate) format: Format,
    pub(crate) size: Size,
    pub(crate) bytes: Arc<[u8]>,
}

/// Pixels of the longer side.
const SIDE: u32 = 128;
const MOST_BYTES: u64 = 8_000;

/// How many more pictures get thumbnails.
#[derive(Debug, Default)]
pub(crate) struct Thumbnails(AtomicUsize);

impl Thumbnails {
    pub(crate) fn most(pictures: usize) -> Self {
        Self(AtomicUsize::new(pictures))
    }

    /// Whether the next picture gets them, which takes one.
    pub(crate) fn take(&self) -> bool {
        let one_less = |left: usize| left.checked_sub(1);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok()
    }
}

/// How a thumbnail is made of a picture that is prepared with these options.
pub(crate) fn options(of_picture: &Options) -> Options {
    let required = Requirements::default().max_long_side(SIDE).max_bytes(MOST_BYTES);
    let options = Options::default().requirements(required).quality(75).color(ColorPolicy::Srgb);
    options.tolerance(of_picture.tolerance).input_limits(of_picture.input_limits)
}
