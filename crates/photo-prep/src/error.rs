//! What can go wrong, sorted by what the caller can do about it.

use std::path::PathBuf;

use crate::{Format, Violation};

/// The result of everything in this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a picture could not be prepared.
///
/// | the variant | what a caller can do |
/// |---|---|
/// | [`UnknownFormat`](Error::UnknownFormat), [`Unsupported`](Error::Unsupported) | ask for another file |
/// | [`Malformed`](Error::Malformed), [`Truncated`](Error::Truncated) | ask for the file again: it is damaged |
/// | [`LimitExceeded`](Error::LimitExceeded), [`MemoryExceeded`](Error::MemoryExceeded) | raise that [`InputLimits`](crate::InputLimits) field, or refuse |
/// | [`CannotFit`](Error::CannotFit) | allow more bytes or a lower quality floor |
/// | [`Unfixable`](Error::Unfixable) | allow [`Framing`](crate::Framing) or [`Options::enlarge`](crate::Options::enlarge), or require less |
/// | [`NotCompliant`](Error::NotCompliant) | report it with the file |
/// | [`PlanMismatch`](Error::PlanMismatch) | a bug in the caller: plan again for these bytes |
/// | [`Io`](Error::Io) | look at the file system |
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The content is no picture format this crate knows.
    #[error(
        "this is not a picture format that can be read{}; send JPEG, PNG, GIF, BMP, WebP, TIFF or HEIC",
        looks_like.map(|l| format!(" (it looks like {l})")).unwrap_or_default()
    )]
    UnknownFormat {
        /// What the first bytes suggest instead, if anything.
        looks_like: Option<&'static str>,
    },
    /// The format is known, but this file uses something that is not read.
    #[error("{format}: {feature}")]
    Unsupported {
        /// The format of the file.
        format: Format,
        /// What is not supported, and what to do instead.
        feature: String,
    },
    /// The file breaks the rules of its format, or part of it is missing.
    #[error("damaged {format}{}: {reason}", offset.map(|o| format!(" at byte {o}")).unwrap_or_default())]
    Malformed {
        /// The format of the file.
        format: Format,
        /// Where in the file, in bytes from its start, where that is known.
        offset: Option<u64>,
        /// What is wrong.
        reason: String,
    },
    /// The file was cut off, and it is known how much of the picture is there.
    #[error(
        "damaged {format}{}: picture data is missing: {decoded} of {total} {unit} are there; the file was cut off",
        offset.map(|o| format!(" at byte {o}")).unwrap_or_default()
    )]
    Truncated {
        /// The format of the file.
        format: Format,
        /// Where in the file, in bytes from its start, where that is known.
        offset: Option<u64>,
        /// Rows or MCUs that are there.
        decoded: u64,
        /// Those that the picture has.
        total: u64,
        /// What is counted: `rows` or `MCUs`.
        unit: &'static str,
    },
    /// The file asks for more than an [`InputLimits`](crate::InputLimits) field allows.
    #[error("too large: {what} {actual}, but at most {limit} allowed ({})", what.hint())]
    LimitExceeded {
        /// Which limit.
        what: LimitKind,
        /// What the file asks for.
        actual: u64,
        /// What is allowed.
        limit: u64,
    },
    /// Decoding needs more memory than [`InputLimits::memory`](crate::InputLimits::memory) allows, or than
    /// the system has; how much more is not known.
    #[error(
        "too large: decoding it needs more than the {limit} bytes of memory allowed (InputLimits::memory)"
    )]
    MemoryExceeded {
        /// Bytes that are allowed.
        limit: u64,
    },
    /// Nothing within the quality floor is small enough.
    #[error(
        "no picture of at most {limit} bytes can be made of it{}; allow more bytes or a lower quality floor",
        best_bytes.map(|b| format!(" (the smallest tried has {b})")).unwrap_or_default()
    )]
    CannotFit {
        /// The smallest result that was tried, in bytes.
        best_bytes: Option<u64>,
        /// The byte limit asked for.
        limit: u64,
    },
    /// The requirements ask for what can't be made of this picture under the options.
    #[error(
        "it can't be made to meet the requirements: {}; allow that, or cropping, padding or enlarging",
        unfixable(violations)
    )]
    Unfixable {
        /// All that keeps the file from going as it is; [`Violation::fixable`] tells what can be mended.
        violations: Vec<Violation>,
    },
    /// What was made does not meet the requirements, and was thrown away: a fault of this crate.
    #[error(
        "what was made of it does not meet the requirements: {}; please report it with the file",
        all(violations)
    )]
    NotCompliant {
        /// What it breaks.
        violations: Vec<Violation>,
    },
    /// The plan was made for other bytes.
    #[error("the plan was made for another file: plan again for these bytes")]
    PlanMismatch,
    /// Reading a file failed.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
}

impl Error {
    /// A stable short name, for logs and machine-read output: `unknown_format`, `unsupported`, `malformed`
    /// (for [`Truncated`](Error::Truncated), too), `limit_exceeded` (for
    /// [`MemoryExceeded`](Error::MemoryExceeded), too), `cannot_fit`, `unfixable`,
    /// `not_compliant`, `plan_mismatch` or
    /// `io`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::UnknownFormat { .. } => "unknown_format",
            Self::Unsupported { .. } => "unsupported",
            Self::Malformed { .. } | Self::Truncated { .. } => "malformed",
            Self::LimitExceeded { .. } | Self::MemoryExceeded { .. } => "limit_exceeded",
            Self::CannotFit { .. } => "cannot_fit",
            Self::Unfixable { .. } => "unfixable",
            Self::NotCompliant { .. } => "not_compliant",
            Self::PlanMismatch => "plan_mismatch",
            Self::Io { .. } => "io",
        }
    }

    pub(crate) fn malformed(
        format: Format,
        offset: impl Into<Option<usize>>,
        reason: impl Into<String>,
    ) -> Self {
        let offset = offset.into().map(|o| o as u64);
        Self::Malformed { format, offset, reason: reason.into() }
    }

    pub(crate) fn unsupported(format: Format, feature: impl Into<String>) -> Self {
        Self::Unsupported { format, feature: feature.into() }
    }
}

/// The violations that can't be mended, in words.
fn unfixable(violations: &[Violation]) -> String {
    let words: Vec<String> = violations.iter().filter(|v| !v.fixable).map(Violation::to_string).collect();
    words.join(", ")
}

fn all(violations: &[Violation]) -> String {
    violations.iter().map(Violation::to_string).collect::<Vec<_>>().join(", ")
}

/// Which of the [`InputLimits`](crate::InputLimits) was exceeded.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum LimitKind {
    /// Bytes of the input file.
    InputBytes,
    /// Pixels of the picture as stored.
    Pixels,
    /// Scans of a JPEG.
    Scans,
    /// Steps of decoding that the scans of a JPEG may ask for.
    DecodeCost,
    /// Segments, chunks or blocks of the file.
    Segments,
    /// Bytes of the ICC profile.
    IccBytes,
    /// Bytes of the EXIF block.
    ExifBytes,
    /// Bytes of memory the work is estimated to need.
    Memory,
}

impl LimitKind {
    fn hint(self) -> &'static str {
        match self {
            Self::InputBytes => "InputLimits::bytes",
            Self::Pixels => "InputLimits::pixels",
            Self::Scans => "InputLimits::scans",
            Self::DecodeCost => "InputLimits::decode_cost; or save the picture again as a baseline JPEG",
            Self::Segments => "no real picture has so many",
            Self::IccBytes => "InputLimits::icc_bytes",
            Self::ExifBytes => "InputLimits::exif_bytes",
            Self::Memory => "InputLimits::memory",
        }
    }
}

impl std::fmt::Display for LimitKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::InputBytes => "bytes of input",
            Self::Pixels => "pixels",
            Self::Scans => "scans",
            Self::DecodeCost => "steps to decode its scans",
            Self::Segments => "segments",
            Self::IccBytes => "bytes of ICC profile",
            Self::ExifBytes => "bytes of EXIF",
            Self::Memory => "bytes of memory",
        })
    }
}
