//! A file in memory whose container is walked once, when somebody first asks for it.

use std::cell::OnceCell;

use super::jpeg::{self, JpegLayout};
use super::png::{self, PngLayout};
use crate::Result;

/// The bytes of a file, and what its container was found to hold.
pub(crate) struct OpenedFile<'a> {
    bytes: &'a [u8],
    jpeg: OnceCell<JpegLayout>,
    jpeg_to_scan: OnceCell<JpegLayout>,
    png: OnceCell<PngLayout>,
}

impl<'a> OpenedFile<'a> {
    pub(crate) fn open(bytes: &'a [u8]) -> Self {
        let (jpeg, jpeg_to_scan, png) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self { bytes, jpeg, jpeg_to_scan, png }
    }

    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The segments of a JPEG.
    ///
    /// # Errors
    /// Those of [`jpeg::walk`].
    pub(crate) fn jpeg(&self) -> Result<&JpegLayout> {
        once(&self.jpeg, || jpeg::walk(self.bytes))
    }

    /// The segments of a JPEG up to its first scan at least.
    ///
    /// # Errors
    /// Those of [`jpeg::walk_to_scan`].
    pub(crate) fn jpeg_to_scan(&self) -> Result<&JpegLayout> {
        match self.jpeg.get() {
            Some(whole) => Ok(whole),
            None => once(&self.jpeg_to_scan, || jpeg::walk_to_scan(self.bytes)),
        }
    }

    /// The chunks of a PNG.
    ///
    /// # Errors
    /// Those of [`png::walk`].
    pub(crate) fn png(&self) -> Result<&PngLayout> {
        once(&self.png, || png::walk(self.bytes))
    }
}

fn once<T>(cell: &OnceCell<T>, make: impl FnOnce() -> Result<T>) -> Result<&T> {
    if let Some(made) = cell.get() {
        return Ok(made);
    }
    let made = make()?;
    Ok(cell.get_or_init(|| made))
}
