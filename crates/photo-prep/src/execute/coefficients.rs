//! The route that keeps a JPEG's coefficients: turned upright, written with better tables, coarser only where bytes demand it.

use std::collections::BTreeMap;

use photo_jpeg::{Coefficients, Draft, Edges, QuantTable, TranscodeOptions};

use super::clock::Clock;
use super::keep::kept;
use super::planes;
use crate::codec::jpeg_coefficients::{self, as_written};
use crate::codec::{jpeg_planes, profile};
use crate::metadata::jpeg;
use crate::plan::{CoefficientsPlan, Plan, Rung};
use crate::prepared::Prepared;
use crate::report::{Report, Stage};
use crate::{Format, Result, Warning};

pub(super) fn run<'a>(plan: &Plan, way: &CoefficientsPlan, bytes: &[u8]) -> Result<Prepared<'a>> {
    let mut clock = Clock::start();
    let mut kept = kept(plan, bytes)?;
    kept.icc = profile::of(bytes, &plan.info)?;
    let picture = jpeg_coefficients::read(bytes, &plan.options.input_limits)?;
    clock.lap(Stage::Decode);
    let segments = kept.jpeg_segments();
    let density = jpeg::density(bytes, &jpeg::walk(bytes)?);
    let swap = plan.info.orientation.swaps_sides();
    let density = if swap { photo_jpeg::Density { x: density.y, y: density.x, ..density } } else { density };
    let options = TranscodeOptions::default()
        .orientation(jpeg_planes::orientation(plan.info.orientation))
        .edges(if way.trims { Edges::Trim } else { Edges::Keep })
        .density(density)
        .segments(&segments);
    let limit = plan.options.limits.max_bytes;
    let likely = bytes.len() as u64 <= limit;
    let Some(fitted) = Fit::new(&picture, options, limit).run(way.quality_floor, likely) else {
        drop(picture);
        return planes::run(plan, &way.otherwise, bytes);
    };
    clock.lap(Stage::Encode);
    Ok(finished(plan, way, fitted, kept.warnings, clock))
}

fn finished<'a>(
    plan: &Plan,
    way: &CoefficientsPlan,
    fitted: Fitted,
    warnings: Vec<Warning>,
    clock: Clock,
) -> Prepared<'a> {
    let lossless = fitted.rung == Rung::Optimised && !way.trims;
    let mut report = Report::new(plan, fitted.rung, lossless, Format::Jpeg, way.size, fitted.bytes.len());
    report.quality = fitted.quality;
    report.encodes = fitted.encodes;
    report.stages = clock.laps();
    report.warnings.extend(warnings);
    if way.trims {
        let whole = plan.info.upright_size();
        let (columns, rows) = (whole.width - way.size.width, whole.height - way.size.height);
        report.warnings.push(Warning::Trimmed { columns, rows });
    }
    Prepared::new(fitted.bytes.into(), Format::Jpeg, way.size, report)
}

/// A file that fits.
struct Fitted {
    bytes: Vec<u8>,
    rung: Rung,
    /// About the quality of coefficients that were made coarser.
    quality: Option<u8>,
    encodes: u32,
}

/// The search for the finest tables whose file holds a limit.
///
/// Tables are numbered from fine to coarse. What is expected for a number doesn't depend on the limit, and the number taken is
/// the first from there on that fits: so a higher limit never gives coarser tables.
struct Fit<'a> {
    picture: &'a Coefficients,
    options: TranscodeOptions<'a>,
    limit: u64,
    encodes: u32,
    /// Sampled lengths, by the number, `None` being the picture's own tables.
    samples: BTreeMap<Option<usize>, u64>,
    /// Exact length over sampled length for some tables, `None` being the picture's own.
    corrections: BTreeMap<Option<usize>, f64>,
}

/// By how much one number's divisors are larger than those of the number before.
const STEP: f64 = 1.0025;
/// Percent of the standard's tables at number 0: all divisors are 1 there.
const FINEST: f64 = 0.4;
/// Numbers for which a sample is about as wrong as for each other.
const ANCHORS: usize = 64;
/// How far a sample may be off, in numbers.
const NEAR: usize = 48;

impl<'a> Fit<'a> {
    fn new(picture: &'a Coefficients, options: TranscodeOptions<'a>, limit: u64) -> Self {
        Self { picture, options, limit, encodes: 0, samples: BTreeMap::new(), corrections: BTreeMap::new() }
    }

    /// `None` if the limit can't be held above the floor, or the coefficients can't be written. `likely` says that the
    /// picture should fit as it is.
    fn run(mut self, floor: u8, likely: bool) -> Option<Fitted> {
        if likely || self.may_fit()? {
            let draft = Draft::transcode(self.picture, &self.options).ok()?;
            if let Some(bytes) = self.written(draft) {
                return Some(Fitted { bytes, rung: Rung::Optimised, quality: None, encodes: self.encodes });
            }
        }
        let (bytes, number) = self.finest(number_of(floor))?;
        let quality = as_written(self.tables(number).first()?);
        Some(Fitted { bytes, rung: Rung::Requantised, quality: Some(quality), encodes: self.encodes })
    }

    /// Whether the picture fits with its own tables.
    fn may_fit(&mut self) -> Option<bool> {
        let sampled = self.sampled(None)?;
        if sampled as f64 > 1.05 * self.limit as f64 {
            return Some(false);
        }
        let exact = photo_jpeg::transcoded_len(self.picture, &self.options, 1).ok()?;
        self.corrections.insert(None, exact as f64 / sampled.max(1) as f64);
        Some(self.fits(exact))
    }

    /// The file with the finest tables up to `coarsest` that fits, and their number.
    fn finest(&mut self, coarsest: usize) -> Option<(Vec<u8>, usize)> {
        let sampled = self.first(0, coarsest + 1, Self::sampled_at)?;
        let (from, to) = (sampled.saturating_sub(NEAR), (sampled + NEAR).min(coarsest + 1));
        let first = self.first(from, to, Self::expected)?;
        (first..=coarsest).find_map(|number| {
            let draft = Draft::transcode(self.picture, &self.with_tables(Some(number))).ok()?;
            self.written(draft).map(|bytes| (bytes, number))
        })
    }

    /// The first number of `from..to` that should fit, by `len`; else `to`.
    fn first(
        &mut self,
        mut from: usize,
        mut to: usize,
        len: fn(&mut Self, usize) -> Option<u64>,
    ) -> Option<usize> {
        while from < to {
            let middle = from + (to - from) / 2;
            let expected = len(self, middle)?;
            if self.fits(expected) { to = middle } else { from = middle + 1 }
        }
        Some(to)
    }

    /// Bytes expected for a number: sampled, and corrected by how wrong the sample is for tables near it.
    fn expected(&mut self, number: usize) -> Option<u64> {
        let sampled = self.sampled(Some(number))?;
        let own = self.sampled(None)?;
        let anchor = (sampled as f64 <= 0.9 * own as f64).then(|| number / ANCHORS * ANCHORS + ANCHORS / 2);
        let correction = match self.corrections.get(&anchor) {
            Some(known) => *known,
            None => {
                let exact = photo_jpeg::transcoded_len(self.picture, &self.with_tables(anchor), 1).ok()?;
                exact as f64 / self.sampled(anchor)?.max(1) as f64
            }
        };
        self.corrections.insert(anchor, correction);
        Some((sampled as f64 * correction) as u64)
    }

    fn sampled_at(&mut self, number: usize) -> Option<u64> {
        self.sampled(Some(number))
    }

    fn sampled(&mut self, number: Option<usize>) -> Option<u64> {
        if let Some(known) = self.samples.get(&number) {
            return Some(*known);
        }
        /// Rows of MCUs that are sampled at least; of small pictures all are.
        const ROWS: u32 = 6;
        let (width, height) = (self.picture.width, self.picture.height);
        let rows = if width * height < 1 << 20 { 1 } else { width.max(height) / 16 };
        let every = (rows / ROWS).clamp(1, 32);
        let sampled = photo_jpeg::transcoded_len(self.picture, &self.with_tables(number), every).ok()?;
        self.samples.insert(number, sampled);
        Some(sampled)
    }

    fn with_tables(&self, number: Option<usize>) -> TranscodeOptions<'a> {
        let options = self.options.clone();
        match number {
            Some(number) => options.tables(self.tables(number)),
            None => options,
        }
    }

    fn tables(&self, number: usize) -> Vec<QuantTable> {
        let percent = FINEST * STEP.powf(number as f64);
        let components = self.picture.components.iter().enumerate();
        components.map(|(index, c)| c.facts().quant.coarser(index > 0, percent)).collect()
    }

    fn fits(&self, expected: u64) -> bool {
        expected as f64 <= self.limit as f64 * SURE
    }

    /// The file, if it is expected to fit, and does.
    fn written(&mut self, draft: Draft) -> Option<Vec<u8>> {
        if !self.fits(draft.expected_len()) {
            return None;
        }
        self.encodes += 1;
        let bytes = draft.write();
        (bytes.len() as u64 <= self.limit).then_some(bytes)
    }
}

/// What is expected to take so much of the limit does not exceed it: the stuffed bytes may be more than expected.
const SURE: f64 = 0.998;

/// The number of the tables of a quality on libjpeg's scale.
fn number_of(quality: u8) -> usize {
    let quality = f64::from(quality.clamp(1, 100));
    let percent = if quality < 50.0 { 5000.0 / quality } else { 200.0 - 2.0 * quality };
    ((percent / FINEST).max(1.0).ln() / STEP.ln()).floor() as usize
}
