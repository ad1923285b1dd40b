//! The route that keeps a JPEG's coefficients: turned upright, written with better tables, coarser only where
//! bytes demand it.

use photo_jpeg::{Coefficients, Edges, TranscodeOptions};

use super::fit::Attempts;
use super::fit::quant_search::{Found, Picture, QuantTableSearch};
use super::preserved_metadata::{PreservedMetadata, preserved};
use super::rerender;
use super::stage_timer::StageTimer;
use crate::formats::opened::OpenedFile;
use crate::formats::{jpeg, profile};
use crate::plan::{Attempt, CoefficientsPlan, PixelsPlan, Plan, Rung, TableRange};
use crate::prepared::Prepared;
use crate::report::{Outcome, Report, Stage, Tried};
use crate::{Format, Result, Warning};

pub(super) fn run<'a>(plan: &Plan, way: &CoefficientsPlan, file: &OpenedFile<'_>) -> Result<Prepared<'a>> {
    let mut timer = StageTimer::start();
    let mut preserved = preserved(plan, file)?;
    preserved.icc = profile::of(file, plan.info(), plan.options().input_limits.icc_bytes)?;
    let picture = jpeg::coefficients::read(file.bytes(), &plan.options().input_limits)?;
    timer.finish(Stage::Decode);
    let segments = preserved.jpeg_segments();
    let options = options(plan, way, file)?.segments(&segments);
    let mut log = Attempts::new();
    match fitted(plan, way, file.bytes(), picture, options, &mut log) {
        Fitted::Coefficients(found) => {
            timer.finish(Stage::Encode);
            Ok(finished(plan, way, found, log, &preserved, timer))
        }
        Fitted::Halved(pixels) => halved(plan, pixels, file, log),
        Fitted::Not => from_pixels(plan, way, file, log),
    }
}

/// How the coefficients are written.
fn options(plan: &Plan, way: &CoefficientsPlan, file: &OpenedFile<'_>) -> Result<TranscodeOptions<'static>> {
    let density = jpeg::density(file.bytes(), file.jpeg_to_scan()?);
    let swap = plan.info().orientation.swaps_sides();
    let density = if swap { photo_jpeg::Density { x: density.y, y: density.x, ..density } } else { density };
    Ok(TranscodeOptions::default()
        .orientation(jpeg::decode_planes::orientation(plan.info().orientation))
        .edges(if way.trims { Edges::Trim } else { Edges::Keep })
        .density(density))
}

/// What the attempts on the coefficients came to.
enum Fitted<'p> {
    Coefficients(Found),
    /// Chroma is halved first, from pixels.
    Halved(&'p PixelsPlan),
    Not,
}

/// Goes through the attempts; the coefficients are gone afterwards.
fn fitted<'p>(
    plan: &Plan,
    way: &'p CoefficientsPlan,
    bytes: &[u8],
    picture: Coefficients,
    options: TranscodeOptions<'_>,
    log: &mut Attempts,
) -> Fitted<'p> {
    let limit = plan.options().requirements.byte_limit();
    let likely = bytes.len() as u64 <= limit;
    let mut search = QuantTableSearch::new(Picture::Coded(picture), options, limit);
    for attempt in &way.attempts {
        let found = match attempt {
            Attempt::Optimized => search.unchanged(likely),
            Attempt::OptimizedProgressive => search.unchanged_progressive(),
            Attempt::HalvedChroma { below, tables } => {
                let pixels = way.halved_chroma.as_ref();
                if let Some(pixels) = pixels.filter(|_| would_fall_below(*below, *tables, &mut search)) {
                    return Fitted::Halved(pixels);
                }
                log.note(attempt, Outcome::Skipped);
                continue;
            }
            Attempt::Requantized(tables) => search.finest(*tables),
            _ => None,
        };
        match found {
            Some(found) => {
                log.note(attempt, Outcome::Fits);
                return Fitted::Coefficients(found);
            }
            None => log.note(attempt, Outcome::TooLarge { bytes: None }),
        }
    }
    Fitted::Not
}

fn would_fall_below(quality: u8, tables: TableRange, search: &mut QuantTableSearch<'_>) -> bool {
    search.likely_quality(tables).is_some_and(|likely| likely < quality)
}

/// Fallback where no result on coefficients fits.
fn from_pixels<'a>(
    plan: &Plan,
    way: &CoefficientsPlan,
    file: &OpenedFile<'_>,
    log: Attempts,
) -> Result<Prepared<'a>> {
    let mut prepared = rerender::run(plan, &way.fallback, file)?;
    let report = prepared.report_mut();
    report.attempts.splice(0..0, log.into_tried());
    Ok(prepared)
}

/// The pixels with chroma halved, whose attempts are part of this one, but for fewer pixels.
fn halved<'a>(
    plan: &Plan,
    pixels: &PixelsPlan,
    file: &OpenedFile<'_>,
    log: Attempts,
) -> Result<Prepared<'a>> {
    let mut prepared = rerender::run(plan, pixels, file)?;
    let report = prepared.report_mut();
    let mut tried = log.into_tried();
    if report.rung() == Rung::FewerPixels {
        let before = plan.route().attempts().skip(tried.len()).map(Attempt::rung);
        let skipped = before.take_while(|rung| *rung != Rung::FewerPixels).map(|rung| {
            let halved = rung == Rung::HalvedChroma;
            let outcome = if halved { Outcome::TooLarge { bytes: None } } else { Outcome::Skipped };
            Tried { rung, outcome }
        });
        tried.extend(skipped);
        tried.push(Tried::fits(Rung::FewerPixels));
    } else {
        tried.push(Tried::fits(Rung::HalvedChroma));
    }
    report.attempts = tried;
    Ok(prepared)
}

fn finished<'a>(
    plan: &Plan,
    way: &CoefficientsPlan,
    found: Found,
    log: Attempts,
    preserved: &PreservedMetadata,
    timer: StageTimer,
) -> Prepared<'a> {
    let lossless = found.quality.is_none() && !way.trims;
    let mut report = Report::new(plan, log.into_tried(), lossless, Format::Jpeg, way.size, found.bytes.len());
    report.quality = found.quality;
    report.encodes = found.encodes;
    report.stages = timer.stages();
    report.warnings.extend(preserved.losses(Format::Jpeg));
    if way.trims {
        let whole = plan.info().upright_size();
        let (columns, rows) = (whole.width - way.size.width, whole.height - way.size.height);
        report.warnings.push(Warning::Trimmed { columns, rows });
    }
    Prepared::new(found.bytes.into(), Format::Jpeg, way.size, report)
}
