//! The route that keeps a JPEG's coefficients: turned upright, written with better tables, coarser only where bytes demand it.

use photo_jpeg::{Edges, TranscodeOptions};

use super::clock::Clock;
use super::keep::kept;
use super::planes;
use super::tables::{Found, Picture, Search};
use crate::codec::jpeg_coefficients;
use crate::codec::{jpeg_planes, profile};
use crate::metadata::jpeg;
use crate::plan::{CoefficientsPlan, JpegSampling, PixelsPlan, Plan, Rung};
use crate::prepared::Prepared;
use crate::report::{Report, Stage};
use crate::{Format, Result, Warning};

/// Tables that lose no more than the picture's own.
const BEST: u8 = 100;

pub(super) fn run<'a>(plan: &Plan, way: &CoefficientsPlan, bytes: &[u8]) -> Result<Prepared<'a>> {
    let mut clock = Clock::start();
    let mut kept = kept(plan, bytes)?;
    kept.icc = profile::of(bytes, &plan.info, plan.options.input_limits.icc_bytes)?;
    let picture = jpeg_coefficients::read(bytes, &plan.options.input_limits)?;
    clock.lap(Stage::Decode);
    let segments = kept.jpeg_segments();
    let density = jpeg::density(bytes, &jpeg::walk_to_scan(bytes)?);
    let swap = plan.info.orientation.swaps_sides();
    let density = if swap { photo_jpeg::Density { x: density.y, y: density.x, ..density } } else { density };
    let options = TranscodeOptions::default()
        .orientation(jpeg_planes::orientation(plan.info.orientation))
        .edges(if way.trims { Edges::Trim } else { Edges::Keep })
        .density(density)
        .segments(&segments);
    let limit = plan.options.limits.max_bytes;
    let likely = bytes.len() as u64 <= limit;
    let mut search = Search::new(Picture::Coded(&picture), options, limit);
    let unchanged = search.unchanged(likely).or_else(|| search.unchanged_progressive());
    let halves = unchanged.is_none() && halves_chroma(way, &mut search);
    let found = if halves { None } else { unchanged.or_else(|| search.finest(BEST, way.quality_floor)) };
    let Some(found) = found else {
        drop(search);
        drop(picture);
        return from_pixels(plan, way, bytes, halves);
    };
    clock.lap(Stage::Encode);
    Ok(finished(plan, way, found, kept.losses(Format::Jpeg), clock))
}

/// Whether the picture would get so coarse that chroma is halved first.
fn halves_chroma(way: &CoefficientsPlan, search: &mut Search<'_>) -> bool {
    let Some(least) = way.halves_chroma_below else { return false };
    search.likely_quality(BEST, way.quality_floor).is_some_and(|quality| quality < least)
}

/// What is done where coefficients don't do.
fn from_pixels<'a>(plan: &Plan, way: &CoefficientsPlan, bytes: &[u8], halves: bool) -> Result<Prepared<'a>> {
    if !halves {
        return planes::run(plan, &way.otherwise, bytes);
    }
    let otherwise = PixelsPlan { sampling: JpegSampling::S420, ..way.otherwise.clone() };
    let mut prepared = planes::run(plan, &otherwise, bytes)?;
    let rung = &mut prepared.report_mut().rung;
    if matches!(rung, Rung::Jpeg | Rung::Progressive | Rung::LowerQuality) {
        *rung = Rung::HalvedChroma;
    }
    Ok(prepared)
}

fn finished<'a>(
    plan: &Plan,
    way: &CoefficientsPlan,
    found: Found,
    warnings: Vec<Warning>,
    clock: Clock,
) -> Prepared<'a> {
    let rung = match (found.quality, found.progressive) {
        (None, false) => Rung::Optimised,
        (None, true) => Rung::Progressive,
        (Some(_), _) => Rung::Requantised,
    };
    let lossless = found.quality.is_none() && !way.trims;
    let mut report = Report::new(plan, rung, lossless, Format::Jpeg, way.size, found.bytes.len());
    report.quality = found.quality;
    report.encodes = found.encodes;
    report.stages = clock.laps();
    report.warnings.extend(warnings);
    if way.trims {
        let whole = plan.info.upright_size();
        let (columns, rows) = (whole.width - way.size.width, whole.height - way.size.height);
        report.warnings.push(Warning::Trimmed { columns, rows });
    }
    Prepared::new(found.bytes.into(), Format::Jpeg, way.size, report)
}
