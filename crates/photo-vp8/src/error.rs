//! Why a picture was not decoded.

/// Why a picture was not decoded.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bytes are no VP8 key frame, or a damaged one.
    #[error("damaged VP8 data at byte {offset}: {reason}")]
    Malformed {
        /// The byte offset in the `VP8 ` chunk, as exactly as it is known.
        offset: usize,
        /// What is wrong there.
        reason: &'static str,
    },
    /// The data ends too early.
    #[error("the VP8 data ends too early: {decoded} of {total} rows of macroblocks are there")]
    Truncated {
        /// The number of rows of macroblocks that were there; the row with this number is not.
        decoded: u32,
        /// The number of rows of macroblocks that the picture has; zero if not even its size is there.
        total: u32,
    },
    /// Valid VP8 data of a kind that this crate does not handle.
    #[error("this kind of VP8 data is not handled here: {0}")]
    Unsupported(&'static str),
}

/// A result with this crate's [`enum@Error`].
pub type Result<T> = std::result::Result<T, Error>;
