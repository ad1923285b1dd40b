//! Faults that did no harm to the picture.

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
    Disorder(String),
    /// Picture data was missing, and [`Tolerance::Truncated`](crate::Tolerance::Truncated) let it be filled.
    Truncated {
        /// Rows or MCUs that were there.
        there: u64,
        /// Those that the picture has.
        of: u64,
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
    /// The file carried Content Credentials (C2PA). Written again, it can't keep their signature, so they were left out.
    SignatureLost,
    /// Something was left out of the output that the options asked to keep.
    NotKept(String),
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::BrokenExif(why) => write!(f, "broken EXIF: {why}"),
            Self::BrokenProfile(why) => write!(f, "colour profile not used: {why}"),
            Self::Disorder(why) => write!(f, "file out of order: {why}"),
            Self::Truncated { there, of, unit } => {
                write!(f, "the file was cut off: {there} of {of} {unit} were there, the rest is filled")
            }
            Self::Trimmed { columns, rows } => {
                write!(f, "{columns} columns and {rows} rows of pixels at the edge were cut off")
            }
            Self::SignatureLost => f.write_str(
                "the file was signed (C2PA Content Credentials); written again it isn't, so the credentials were left out",
            ),
            Self::NotKept(why) => write!(f, "not kept: {why}"),
        }
    }
}
