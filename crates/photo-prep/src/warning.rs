//! Faults that did no harm to the picture.

use crate::Size;

/// Something odd about a file that did not stop it.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Warning {
    /// The EXIF block is broken; what could be read of it was used.
    BrokenExif(String),
    /// The ICC profile is broken or doesn't fit the picture; it is treated as sRGB.
    BrokenProfile(String),
    /// The structure of the file is out of order.
    MalformedStructure(String),
    /// Picture data was missing, and [`Tolerance::Truncated`](crate::Tolerance::Truncated) let it be filled.
    Truncated {
        /// Rows or MCUs that were there.
        decoded: u64,
        /// Those that the picture has.
        total: u64,
        /// What is counted: `rows` or `MCUs`.
        unit: &'static str,
    },
    /// Incomplete MCUs at an edge were cut off.
    Trimmed {
        /// Columns of pixels, upright.
        columns: u32,
        /// Rows of pixels, upright.
        rows: u32,
    },
    /// The picture had fewer pixels than are required, and was enlarged as
    /// [`Options::enlarge`](crate::Options::enlarge) asks: no detail came with it.
    Enlarged {
        /// What there was of it, upright.
        from: Size,
        /// What it was enlarged to, without the color around it.
        to: Size,
    },
    /// The file carried Content Credentials (C2PA). Written again, it can't keep their signature, so they
    /// were left out.
    SignatureLost,
    /// The gain map was left out, by which some programs show the picture in a high dynamic range.
    GainMapDropped,
    /// The byte limit costs a picture with transparency more than it would cost a JPEG on a background.
    AlphaCosts {
        /// By how many points of 100 such a JPEG would look more like the picture.
        points: u8,
    },
    /// Something was left out of the output that the options asked to keep.
    MetadataDropped(String),
    /// Two places in the file tell different orientations, or one that must not be applied.
    OrientationConflict(String),
    /// An alpha channel that can't be meant: every pixel would be invisible.
    AlphaIgnored(String),
    /// High dynamic range (PQ or HLG) was mapped to what sRGB can show.
    ToneMapped(String),
    /// Colors were told in a way that had to be interpreted.
    ColorAssumed(String),
    /// A frame or page that shows nothing was passed over.
    FrameSkipped(String),
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::BrokenExif(why) => write!(f, "broken EXIF: {why}"),
            Self::BrokenProfile(why) => write!(f, "color profile not used: {why}"),
            Self::MalformedStructure(why) => write!(f, "file out of order: {why}"),
            Self::Truncated { decoded, total, unit } => {
                write!(f, "the file was cut off: {decoded} of {total} {unit} were there, the rest is filled")
            }
            Self::Trimmed { columns, rows } => {
                write!(f, "{columns} columns and {rows} rows of pixels at the edge were cut off")
            }
            Self::Enlarged { from, to } => {
                write!(f, "the picture was enlarged from {from} to {to}, which adds no detail")
            }
            Self::SignatureLost => f.write_str(
                "the file was signed (C2PA Content Credentials); written again it isn't, so the credentials were left out",
            ),
            Self::GainMapDropped => f.write_str(
                "the gain map for displays of a high dynamic range was left out; the picture itself is the same",
            ),
            Self::AlphaCosts { points } => write!(
                f,
                "keeping transparency within the byte limit costs about {points} points of 100: as a JPEG on a background (output format JPEG) the picture would look better"
            ),
            Self::MetadataDropped(why) => write!(f, "not kept: {why}"),
            Self::OrientationConflict(why) => write!(f, "orientation told twice: {why}"),
            Self::AlphaIgnored(why) => write!(f, "alpha channel ignored: {why}"),
            Self::ToneMapped(why) => write!(f, "high dynamic range mapped to sRGB: {why}"),
            Self::ColorAssumed(why) => write!(f, "colors: {why}"),
            Self::FrameSkipped(why) => write!(f, "frame passed over: {why}"),
        }
    }
}
