//! What the result must hold, what attempts gave, and the record of them.

use photo_jpeg::TranscodeOptions;

use super::quant_search::{Found, Picture, QuantTableSearch};
use crate::formats::jpeg::encode::{JpegSettings, OrientedPlanes};
use crate::plan::Attempt;
use crate::report::{Outcome, Tried};
use crate::{Error, Format, Requirements, Result, Size};

/// What the result must hold.
pub(in crate::execute) struct Target {
    pub(in crate::execute) max_bytes: u64,
    /// The quality below which no JPEG may fall.
    pub(in crate::execute) floor: u8,
    /// The size below which no picture may be reduced.
    pub(in crate::execute) smallest: Size,
    pub(in crate::execute) required: Requirements,
    pub(in crate::execute) settings: JpegSettings,
    /// Whole chunks for a PNG.
    pub(in crate::execute) chunks: Vec<u8>,
}

impl Target {
    /// The search for the tables of a picture, which is transformed for it.
    pub(super) fn search_tables(&self, picture: &OrientedPlanes<'_>) -> Result<QuantTableSearch<'_>> {
        let picture = Picture::Unquantized(picture.transformed()?);
        let options = TranscodeOptions::default().segments(&self.settings.segments);
        Ok(QuantTableSearch::new(picture, options, self.max_bytes).below(self.settings.quality))
    }

    /// The size to which a picture is reduced where `wanted` would suit the byte limit: nowhere below the
    /// smallest, and of an allowed aspect ratio, for which a pixel of the shorter side may matter.
    pub(super) fn reduced_to(&self, wanted: Size) -> Size {
        let Size { width, height } = wanted;
        if width < self.smallest.width || height < self.smallest.height {
            return self.smallest;
        }
        let short = |by: i32| {
            let side = |side: u32| side.saturating_add_signed(by).max(1);
            if width >= height { Size::new(width, side(height)) } else { Size::new(side(width), height) }
        };
        [0, -1, 1].map(short).into_iter().find(|size| self.required.allows_size(*size)).unwrap_or(wanted)
    }
}

/// A file that fits.
pub(in crate::execute) struct Fitted {
    pub(in crate::execute) file: File,
    /// What was tried, the attempt that fitted last.
    pub(in crate::execute) tried: Vec<Tried>,
    pub(in crate::execute) counts: Counts,
    /// How many points more a JPEG on a background would have, where that is much.
    pub(in crate::execute) alpha_cost: Option<u8>,
}

/// A file, and how it was made.
pub(in crate::execute) struct File {
    pub(in crate::execute) bytes: Vec<u8>,
    pub(in crate::execute) format: Format,
    pub(in crate::execute) size: Size,
    pub(in crate::execute) quality: Option<u8>,
}

/// What one attempt gave.
pub(in crate::execute) enum Step {
    Fits(File),
    TooLarge(Option<u64>),
    Skipped,
}

impl Step {
    /// What a search among quantization tables found.
    pub(super) fn found(found: Option<Found>, size: Size) -> Self {
        found.map_or(Self::TooLarge(None), |Found { bytes, quality, .. }| {
            Self::Fits(File { bytes, format: Format::Jpeg, size, quality })
        })
    }
}

/// Work on whole pictures.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::execute) struct Counts {
    /// Files that were written.
    pub(in crate::execute) encodes: u32,
    /// Pictures that went through the DCT.
    pub(in crate::execute) transforms: u32,
}

/// Remembers what was tried, until something fits.
pub(in crate::execute) struct Attempts {
    tried: Vec<Tried>,
    best: Option<u64>,
}

impl Attempts {
    pub(in crate::execute) fn new() -> Self {
        Self { tried: Vec::new(), best: None }
    }

    /// The file, if it fits; else what became of the attempt is noted.
    pub(in crate::execute) fn accept_if_fits(&mut self, attempt: &Attempt, step: Step) -> Option<File> {
        let outcome = match &step {
            Step::Fits(_) => Outcome::Fits,
            Step::TooLarge(bytes) => Outcome::TooLarge { bytes: *bytes },
            Step::Skipped => Outcome::Skipped,
        };
        self.note(attempt, outcome);
        if let Step::Fits(file) = step { Some(file) } else { None }
    }

    pub(in crate::execute) fn note(&mut self, attempt: &Attempt, outcome: Outcome) {
        if let Outcome::TooLarge { bytes: Some(bytes) } = outcome {
            self.best = smaller_of(self.best, bytes);
        }
        self.tried.push(Tried { rung: attempt.rung(), outcome });
    }

    pub(in crate::execute) fn into_tried(self) -> Vec<Tried> {
        self.tried
    }

    pub(super) fn cannot_fit(&self, limit: u64) -> Error {
        Error::CannotFit { best_bytes: self.best, limit }
    }
}

/// The smallest of several lengths.
pub(super) fn smaller_of(best: Option<u64>, bytes: u64) -> Option<u64> {
    Some(best.map_or(bytes, |best| best.min(bytes)))
}
