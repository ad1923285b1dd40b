//! Why a picture was not decoded.

use std::fmt;

/// Why a picture was not decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are no HEVC picture, or a damaged one; says what is impossible in them.
    Malformed(&'static str),
    /// The bytes are legal, but use a tool that is not implemented; says which.
    Unsupported(&'static str),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(reason) => write!(f, "damaged HEVC data: {reason}"),
            Self::Unsupported(tool) => write!(f, "HEVC data that are not read: {tool}"),
        }
    }
}

impl std::error::Error for Error {}

pub(crate) type Result<T> = std::result::Result<T, Error>;

/// A `Malformed` as the error of a function.
pub(crate) fn malformed<T>(reason: &'static str) -> Result<T> {
    Err(Error::Malformed(reason))
}

/// An `Unsupported` as the error of a function.
pub(crate) fn unsupported<T>(tool: &'static str) -> Result<T> {
    Err(Error::Unsupported(tool))
}
