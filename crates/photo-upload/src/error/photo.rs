//! Pictures that cannot be sent.

use crate::image_header::Format;

/// Why a picture cannot be accepted, known before anything is sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PhotoError {
    /// No bytes at all.
    #[error("it is empty")]
    Empty,
    /// The first bytes are not those of a format the endpoint takes.
    #[error("it is {}, and the endpoint takes PNG, JPEG, GIF and BMP only", looks_like.unwrap_or("in no known format"))]
    NotAccepted {
        /// The format it was recognized as, if it is a well-known one.
        looks_like: Option<&'static str>,
    },
    /// The header is cut off or broken, so that width and height are unknown.
    #[error("its {format} header is broken or cut off; width and height are unknown")]
    BrokenHeader {
        /// The format its first bytes show.
        format: Format,
    },
    /// More bytes than allowed.
    #[error("it has {actual} bytes, {limit} are allowed")]
    TooManyBytes {
        /// The picture's size in bytes.
        actual: u64,
        /// The limit in bytes, inclusive.
        limit: u64,
    },
    /// More pixels than allowed.
    #[error("it has {width} x {height} pixels, {limit} are allowed")]
    TooManyPixels {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// The limit in pixels (width times height), inclusive.
        limit: u64,
    },
}
