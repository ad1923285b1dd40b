//! Pictures that cannot be read from where they are.

use std::path::PathBuf;
use std::time::Duration;

/// Why a picture could not be read or fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// A file could not be read.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A stream or reader failed.
    #[error("the stream failed: {0}")]
    Stream(String),
    /// A stream ended before, or went on after, the length it was said to have.
    #[error("the stream had {actual} bytes or more where {promised} were promised")]
    WrongLength {
        /// The length given by the caller, in bytes.
        promised: u64,
        /// The bytes that came.
        actual: u64,
    },
    /// More bytes than allowed; reading was stopped there.
    #[error("more than {limit} bytes")]
    TooLarge {
        /// How many bytes there are; where nobody knows, one more than the limit.
        actual: u64,
        /// The limit in bytes, inclusive.
        limit: u64,
    },
    /// The URL cannot be used as it is.
    #[error("the URL cannot be fetched: {0}")]
    Url(String),
    /// The server that has the picture did not give it.
    #[error("{host} answered with HTTP {status}")]
    Status {
        /// Its host name.
        host: String,
        /// The HTTP status.
        status: u16,
    },
    /// The connection could not be made, or broke.
    #[error("{host}: {cause}")]
    Network {
        /// Its host name.
        host: String,
        /// What broke.
        cause: String,
    },
    /// Too slow.
    #[error("not there within {} s", after.as_secs_f64())]
    TimedOut {
        /// The time allowed.
        after: Duration,
    },
}

impl SourceError {
    /// Whether a later try may succeed without anybody changing anything.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Network { .. } | Self::TimedOut { .. } => true,
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500 | 502..=504),
            _ => false,
        }
    }
}
