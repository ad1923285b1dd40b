//! The route that makes all pixels anew: decode, reduce, turn, convert, encode.

mod colors;
mod planes;
mod raster;
mod redecoder;
mod source_planes;

use std::borrow::Cow;

use super::fit::{Fitted, Target};
use super::preserved_metadata::PreservedMetadata;
use super::stage_timer::StageTimer;
use crate::Result;
use crate::formats::jpeg::encode::JpegSettings;
use crate::plan::{DecodePath, PixelsPlan, Plan, Rung};
use crate::prepared::Prepared;
use crate::report::Report;

pub(super) fn run<'a>(plan: &Plan, pixels: &PixelsPlan, bytes: &[u8]) -> Result<Prepared<'a>> {
    match pixels.decode_path {
        DecodePath::Planes => planes::run(plan, pixels, bytes),
        DecodePath::Raster => raster::run(plan, pixels, bytes),
    }
}

/// How a JPEG of the planned quality is written.
fn settings(pixels: &PixelsPlan, preserved: &PreservedMetadata) -> JpegSettings {
    let quality = pixels.quality().unwrap_or(100);
    JpegSettings { quality, sampling: pixels.sampling, tables: None, segments: preserved.jpeg_segments() }
}

fn target(plan: &Plan, pixels: &PixelsPlan, settings: JpegSettings, preserved: &PreservedMetadata) -> Target {
    let floor = pixels.quality_floor().unwrap_or(settings.quality);
    let max_bytes = plan.options().limits.max_bytes;
    Target { max_bytes, floor, settings, chunks: preserved.png_chunks() }
}

/// What comes out, with what there is to say of it.
fn finished<'a>(
    plan: &Plan,
    pixels: &PixelsPlan,
    fitted: Fitted,
    preserved: PreservedMetadata,
    timer: StageTimer,
) -> Prepared<'a> {
    let (info, Fitted { file, tried, counts }) = (plan.info(), fitted);
    let exact = tried.last().is_some_and(|tried| tried.rung == Rung::LosslessPng)
        && file.size == info.upright_size()
        && !pixels.to_srgb
        && info.bit_depth <= 8;
    let mut report = Report::new(plan, tried, exact, file.format, file.size, file.bytes.len());
    report.quality = file.quality;
    report.encodes = counts.encodes;
    report.transforms = counts.transforms;
    report.stages = timer.stages();
    report.warnings.extend(preserved.losses(file.format));
    let bytes = preserved.settled(file.bytes, file.format, file.size);
    report.output.bytes = bytes.len() as u64;
    Prepared::new(Cow::Owned(bytes), file.format, file.size, report)
}
