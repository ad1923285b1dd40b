//! The paved path: one call from any picture to one that fits.

use std::io::Read;
use std::path::Path;

use crate::info::ImageInfo;
use crate::prepared::Prepared;
use crate::{Error, InputLimits, LimitKind, Options, Result};

/// Prepares a picture with the default [`Options`].
///
/// # Errors
/// See [`Error`](crate::Error).
pub fn prepare(bytes: &[u8]) -> Result<Prepared<'_>> {
    Options::default().prepare(bytes)
}

/// Prepares the picture in a file with the default [`Options`]. The file's name plays no part.
///
/// # Errors
/// See [`Error`](crate::Error); [`Error::Io`](crate::Error::Io) where the file can't be read.
pub fn prepare_file(path: impl AsRef<Path>) -> Result<Prepared<'static>> {
    Options::default().prepare_file(path)
}

/// The facts of a picture, from its headers alone.
///
/// # Errors
/// [`Error::UnknownFormat`](crate::Error::UnknownFormat), [`Error::Unsupported`](crate::Error::Unsupported),
/// [`Error::Malformed`](crate::Error::Malformed) or [`Error::LimitExceeded`](crate::Error::LimitExceeded).
pub fn probe(bytes: &[u8]) -> Result<ImageInfo> {
    crate::probe::probe(bytes, &InputLimits::default())
}

impl Options {
    /// The facts of a picture, under these options' [`InputLimits`].
    ///
    /// # Errors
    /// As [`probe`].
    pub fn probe(&self, bytes: &[u8]) -> Result<ImageInfo> {
        crate::probe::probe(bytes, &self.input_limits)
    }

    /// Probes, plans and executes.
    ///
    /// # Errors
    /// See [`Error`](crate::Error).
    pub fn prepare<'a>(&self, bytes: &'a [u8]) -> Result<Prepared<'a>> {
        self.plan(&self.probe(bytes)?)?.execute(bytes)
    }

    /// Reads a file and prepares it.
    ///
    /// # Errors
    /// See [`Error`](crate::Error); [`Error::Io`](crate::Error::Io) where the file can't be read.
    pub fn prepare_file(&self, path: impl AsRef<Path>) -> Result<Prepared<'static>> {
        let bytes = read_bounded(path.as_ref(), self.input_limits.bytes)?;
        self.prepare(&bytes).map(Prepared::into_owned)
    }
}

/// The content of a file; refused as soon as it is known to be over `limit` bytes.
pub(crate) fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let file = std::fs::File::open(path)?;
    let length = file.metadata()?.len();
    let too_large = |actual| Error::LimitExceeded { what: LimitKind::InputBytes, actual, limit };
    if length > limit {
        return Err(too_large(length));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(too_large(bytes.len() as u64));
    }
    Ok(bytes)
}
