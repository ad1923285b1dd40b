//! Why a file can't go as it is.

use crate::info::{ColorModel, JpegProcess};
use crate::{Format, Orientation};

/// Why a file can't be sent as it is.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Reason {
    /// The format is neither JPEG nor PNG.
    Format(Format),
    /// The options ask for another format.
    FormatAsked(Format),
    /// Too many pixels.
    Pixels {
        /// Pixels it has.
        actual: u64,
        /// Pixels it may have.
        limit: u64,
    },
    /// Too many bytes.
    Bytes {
        /// Bytes it has.
        actual: u64,
        /// Bytes it may have.
        limit: u64,
    },
    /// It does not stand upright.
    Orientation(Orientation),
    /// Its colors are stored in a way that few programs show right.
    ColorModel(ColorModel),
    /// Its colors are to be converted to sRGB.
    ColorProfile,
    /// It is coded in a way that few programs can read.
    Coding(JpegProcess),
    /// It has more bits a sample than a JPEG usually has.
    BitDepth(u8),
    /// Its structure is out of order or incomplete.
    Structure,
    /// It holds metadata that is to be dropped, in bytes.
    PrivateMetadata(u64),
    /// It holds bytes that belong to no part of the picture.
    UnreferencedBytes(u64),
    /// It is animated.
    Animation,
    /// Its colors are told in a way that not every program understands.
    ProfileToWrite,
    /// Metadata that are to stay tell something untrue of the picture.
    UntrueMetadata,
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Format(format) => write!(f, "{format} is not accepted"),
            Self::FormatAsked(format) => write!(f, "{format} was asked for"),
            Self::Pixels { actual, limit } => write!(f, "{actual} pixels are more than {limit}"),
            Self::Bytes { actual, limit } => write!(f, "{actual} bytes are more than {limit}"),
            Self::Orientation(orientation) => write!(f, "the picture lies {orientation}"),
            Self::ColorModel(model) => write!(f, "the colors are stored as {model}"),
            Self::ColorProfile => f.write_str("the colors are not sRGB"),
            Self::Coding(process) => write!(f, "the JPEG is {process}"),
            Self::BitDepth(bits) => write!(f, "the JPEG has {bits} bits a sample"),
            Self::Structure => f.write_str("the file's structure is out of order"),
            Self::PrivateMetadata(bytes) => write!(f, "{bytes} bytes of metadata are to be dropped"),
            Self::UnreferencedBytes(bytes) => write!(f, "{bytes} bytes belong to no part of the picture"),
            Self::ProfileToWrite => f.write_str("not every program would understand how its colors are told"),
            Self::UntrueMetadata => f.write_str("metadata tell something untrue of the picture"),
            Self::Animation => f.write_str("only the first picture of an animation is used"),
        }
    }
}
