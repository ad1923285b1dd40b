//! Holding the byte limit: the plan's attempts are tried in their order, and the first file that fits is the result.

mod jpeg;
mod png;
mod png_or_jpeg;
pub(super) mod quant_search;

pub(super) use jpeg::Source;

use jpeg::JpegFit;
use png::PngFit;

use crate::formats::jpeg::encode::{self, JpegSettings};
use crate::pixels::{Raster, resize};
use crate::plan::Attempt;
use crate::report::{Outcome, Tried};
use crate::{Error, Format, Result, Size};

/// What the result must hold.
pub(super) struct Target {
    pub(super) max_bytes: u64,
    /// The quality below which no JPEG may fall.
    pub(super) floor: u8,
    pub(super) settings: JpegSettings,
    /// Whole chunks for a PNG.
    pub(super) chunks: Vec<u8>,
}

/// A file that fits.
pub(super) struct Fitted {
    pub(super) file: File,
    /// What was tried, the attempt that fitted last.
    pub(super) tried: Vec<Tried>,
    pub(super) counts: Counts,
}

/// A file, and how it was made.
pub(super) struct File {
    pub(super) bytes: Vec<u8>,
    pub(super) format: Format,
    pub(super) size: Size,
    pub(super) quality: Option<u8>,
}

/// What one attempt gave.
pub(super) enum Step {
    Fits(File),
    TooLarge(Option<u64>),
    Skipped,
}

impl Step {
    /// What a search among quantization tables found.
    fn found(found: Option<quant_search::Found>, size: Size) -> Self {
        found.map_or(Self::TooLarge(None), |found| {
            let quant_search::Found { bytes, quality, .. } = found;
            Self::Fits(File { bytes, format: Format::Jpeg, size, quality })
        })
    }
}

/// Work on whole pictures.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    /// Files that were written.
    pub(super) encodes: u32,
    /// Pictures that went through the DCT.
    pub(super) transforms: u32,
}

/// Remembers what was tried, until something fits.
pub(super) struct Attempts {
    tried: Vec<Tried>,
    best: Option<u64>,
}

impl Attempts {
    pub(super) fn new() -> Self {
        Self { tried: Vec::new(), best: None }
    }

    /// The file, if it fits; else what became of the attempt is noted.
    pub(super) fn accept_if_fits(&mut self, attempt: &Attempt, step: Step) -> Option<File> {
        let outcome = match &step {
            Step::Fits(_) => Outcome::Fits,
            Step::TooLarge(bytes) => Outcome::TooLarge { bytes: *bytes },
            Step::Skipped => Outcome::Skipped,
        };
        self.note(attempt, outcome);
        if let Step::Fits(file) = step { Some(file) } else { None }
    }

    pub(super) fn note(&mut self, attempt: &Attempt, outcome: Outcome) {
        if let Outcome::TooLarge { bytes: Some(bytes) } = outcome {
            self.best = smaller_of(self.best, bytes);
        }
        self.tried.push(Tried { rung: attempt.rung(), outcome });
    }

    pub(super) fn into_tried(self) -> Vec<Tried> {
        self.tried
    }

    fn cannot_fit(&self, limit: u64) -> Error {
        Error::CannotFit { best_bytes: self.best, limit }
    }
}

/// Planes as the first JPEG that fits.
pub(super) fn planes(source: Source<'_>, attempts: &[Attempt], target: &Target) -> Result<Fitted> {
    let (mut jpeg, mut log) = (JpegFit::new(source, target), Attempts::new());
    for attempt in attempts {
        let step = jpeg.attempt(attempt)?;
        if let Some(file) = log.accept_if_fits(attempt, step) {
            return Ok(Fitted { file, tried: log.into_tried(), counts: jpeg.counts() });
        }
    }
    Err(log.cannot_fit(target.max_bytes))
}

/// Pixels as the first PNG or JPEG that fits. Pictures with transparency only become PNGs.
pub(super) fn raster(raster: &Raster, attempts: &[Attempt], target: &Target) -> Result<Fitted> {
    let smaller = |size| {
        let small = resize::reduced(raster, size);
        Ok(encode::planes(&small, target.settings.sampling)?.planes.into_owned())
    };
    let jpeg_allowed = attempts.iter().any(|attempt| matches!(attempt, Attempt::Jpeg { .. }));
    let as_png = raster.layout().has_alpha() || !jpeg_allowed;
    let (mut png, mut jpeg, mut log) = (PngFit::new(raster, target), None, Attempts::new());
    for attempt in attempts {
        let step = match attempt {
            Attempt::LosslessPng { unless_larger } => {
                let margin = unless_larger.filter(|_| !as_png);
                if png_or_jpeg::is_small_enough(raster, &target.settings, margin)? {
                    png.lossless()?
                } else {
                    Step::Skipped
                }
            }
            Attempt::FewerColors { min_psnr } if as_png => png.fewer_colors(*min_psnr)?,
            Attempt::FewerPixels(how) if as_png => png.fewer_pixels(*how)?,
            Attempt::FewerColors { .. } => Step::Skipped,
            _ if as_png => Step::Skipped,
            _ => {
                if jpeg.is_none() {
                    let picture = encode::planes(raster, target.settings.sampling)?;
                    jpeg = Some(JpegFit::new(Source { picture, smaller: &smaller }, target));
                }
                jpeg.as_mut().map_or(Ok(Step::Skipped), |jpeg| jpeg.attempt(attempt))?
            }
        };
        if let Some(file) = log.accept_if_fits(attempt, step) {
            let mut counts = jpeg.map_or_else(Counts::default, |jpeg| jpeg.counts());
            counts.encodes += png.encodes();
            return Ok(Fitted { file, tried: log.into_tried(), counts });
        }
    }
    Err(log.cannot_fit(target.max_bytes))
}

/// The smallest of several lengths.
fn smaller_of(best: Option<u64>, bytes: u64) -> Option<u64> {
    Some(best.map_or(bytes, |best| best.min(bytes)))
}
