//! A picture that comes in.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

use photo_prep::{Input, Options, read_bounded};

/// The content of a file, which is not copied, or a file's path.
#[derive(FromPyObject)]
pub(crate) enum Source {
    #[pyo3(transparent)]
    Bytes(PyBackedBytes),
    #[pyo3(transparent)]
    Path(PathBuf),
}

impl Source {
    /// The content; a file is not read beyond the options' limit.
    pub(crate) fn with_bytes<T>(
        &self,
        options: &Options,
        work: impl FnOnce(&[u8]) -> photo_prep::Result<T>,
    ) -> photo_prep::Result<T> {
        match self {
            Self::Bytes(bytes) => work(bytes),
            Self::Path(path) => work(&read_bounded(path, options.input_limits.bytes)?),
        }
    }
}

impl From<Source> for Input {
    fn from(source: Source) -> Self {
        match source {
            Source::Bytes(bytes) => Self::Bytes(bytes.to_vec()),
            Source::Path(path) => Self::Path(path),
        }
    }
}
