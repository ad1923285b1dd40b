//! What was done, as sentences and as data.

use std::time::Duration;

use crate::plan::{Plan, Route, RouteKind, Rung};
use crate::{Format, Orientation, Sha256, Size, Violation, Warning};

/// What was done with a picture: the plan's outcome, with figures.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Report {
    /// The route that the picture took.
    pub route: RouteKind,
    /// All that kept the file from going as it was.
    pub violations: Vec<Violation>,
    /// What was tried, in the plan's order; the last is the attempt whose file came out.
    pub attempts: Vec<Tried>,
    /// Whether no bit of the picture was lost.
    pub lossless: bool,
    /// What went in.
    pub input: FileFacts,
    /// What came out.
    pub output: FileFacts,
    /// Quality of a JPEG that was encoded anew; about that of one whose coefficients were made coarser.
    pub quality: Option<u8>,
    /// How many times the whole picture was written. A JPEG's length is known before, so mostly once.
    pub encodes: u32,
    /// How many times a whole picture went through the DCT to become a JPEG. What fits is mostly known
    /// before, so once; never where a JPEG's coefficients are kept.
    pub transforms: u32,
    /// How long each stage took, in order; 0 on `wasm32-unknown-unknown`, which has no clock.
    pub stages: Vec<(Stage, Duration)>,
    /// Faults of the input that did no harm, and what could not be kept.
    pub warnings: Vec<Warning>,
}

/// An attempt and what became of it.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Tried {
    /// The attempt's name.
    pub rung: Rung,
    /// What became of it.
    pub outcome: Outcome,
}

impl Tried {
    pub(crate) fn fits(rung: Rung) -> Self {
        Self { rung, outcome: Outcome::Fits }
    }
}

/// What became of an attempt.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Outcome {
    /// Its file fits, and is the result.
    Fits,
    /// Its file would be too large.
    TooLarge {
        /// Bytes of the smallest file that was made or expected, where that is known.
        bytes: Option<u64>,
    },
    /// It is not for this picture, or a sample told that it would not fit.
    Skipped,
}

/// Format, size and weight of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FileFacts {
    /// The format.
    pub format: Format,
    /// The size as stored.
    pub size: Size,
    /// How it must be turned; always upright for an output.
    pub orientation: Orientation,
    /// Bytes of the file.
    pub bytes: u64,
    /// Its SHA-256, where [`Options::sha256`](crate::Options::sha256) asks for it.
    pub sha256: Option<Sha256>,
}

/// A stage of the work.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Stage {
    /// Checking a file that goes as it is.
    Verify,
    /// Leaving out what is not needed.
    Rewrite,
    /// File to samples.
    Decode,
    /// Reducing.
    Resize,
    /// Turning.
    Orient,
    /// Converting colors and dropping alpha.
    Color,
    /// Samples to file, all tries together.
    Encode,
}

impl Stage {
    /// A stable name in lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Rewrite => "rewrite",
            Self::Decode => "decode",
            Self::Resize => "resize",
            Self::Orient => "orient",
            Self::Color => "color",
            Self::Encode => "encode",
        }
    }
}

impl Report {
    pub(crate) fn new(
        plan: &Plan,
        attempts: Vec<Tried>,
        lossless: bool,
        format: Format,
        size: Size,
        bytes: usize,
    ) -> Self {
        let info = plan.info();
        let signature_lost = info.has_content_credentials && *plan.route() != Route::PassThrough;
        let lost = signature_lost.then_some(Warning::SignatureLost);
        let map_lost = info.has_gain_map && *plan.route() != Route::PassThrough;
        let lost = lost.into_iter().chain(map_lost.then_some(Warning::GainMapDropped));
        Self {
            route: plan.route().kind(),
            violations: plan.violations().to_vec(),
            attempts,
            lossless,
            input: FileFacts {
                format: info.format,
                size: info.size,
                orientation: info.orientation,
                bytes: info.bytes,
                sha256: None,
            },
            output: FileFacts {
                format,
                size,
                orientation: Orientation::Upright,
                bytes: bytes as u64,
                sha256: None,
            },
            quality: None,
            encodes: 0,
            transforms: 0,
            stages: Vec::new(),
            warnings: info.warnings.iter().cloned().chain(lost).collect(),
        }
    }

    /// The attempt whose file came out.
    #[must_use]
    pub fn rung(&self) -> Rung {
        self.attempts.last().map_or(Rung::AsIs, |tried| tried.rung)
    }

    /// Time of all stages together.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.stages.iter().map(|s| s.1).sum()
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (i, o) = (&self.input, &self.output);
        write!(f, "{} {}, {} bytes", i.format, i.size, i.bytes)?;
        write!(f, " → {} {}, {} bytes: ", o.format, o.size, o.bytes)?;
        match self.route {
            RouteKind::PassThrough => f.write_str("the very same bytes")?,
            RouteKind::Coefficients if self.lossless => {
                write!(f, "no bit of the picture lost ({})", self.rung())?
            }
            RouteKind::Coefficients if self.rung() == Rung::Requantized => write!(f, "{}", self.rung())?,
            RouteKind::Rewrite => f.write_str("the compressed picture kept to the bit, the rest left out")?,
            _ => write!(f, "made anew ({})", self.rung())?,
        }
        if let Some(quality) = self.quality {
            write!(f, ", quality {quality}")?;
        }
        for (n, violation) in self.violations.iter().enumerate() {
            write!(f, "{}{violation}", if n == 0 { "; because " } else { ", " })?;
        }
        write!(f, "; {:.1} ms", self.elapsed().as_secs_f64() * 1e3)?;
        self.warnings.iter().try_for_each(|w| write!(f, "; note: {w}"))
    }
}

/// Whether the route of a plan loses nothing.
pub(crate) fn keeps_every_bit(route: &Route) -> bool {
    matches!(route, Route::PassThrough | Route::Rewrite)
}
