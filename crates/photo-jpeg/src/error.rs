//! The errors of this crate, sorted by what the caller can do about them.

/// Why a JPEG could not be read or written.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The data contradicts itself or the standard.
    #[error("damaged JPEG at byte {offset}: {reason}")]
    Malformed {
        /// The byte offset in the file, as exactly as it is known.
        offset: usize,
        /// What is wrong there.
        reason: &'static str,
    },
    /// The entropy-coded data ends too early.
    #[error("the JPEG ends too early, at byte {offset}: {decoded} of {total} MCUs are there")]
    Truncated {
        /// The byte offset in the file at which the data ends.
        offset: usize,
        /// The number of MCUs that could be decoded.
        decoded: u64,
        /// The number of MCUs that the scan should have.
        total: u64,
    },
    /// A valid JPEG of a kind that this crate does not handle.
    #[error("this kind of JPEG is not handled here: {0}")]
    Unsupported(&'static str),
    /// More memory would be needed than the caller allows.
    #[error("{needed} bytes of memory are needed, {limit} are allowed")]
    Memory {
        /// Bytes needed.
        needed: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// An argument is out of its range.
    #[error("{0}")]
    Argument(&'static str),
}

/// A result with this crate's [`enum@Error`].
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn malformed(offset: usize, reason: &'static str) -> Self {
        Self::Malformed { offset, reason }
    }
}
