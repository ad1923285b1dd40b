//! What pixels become: how they are written, and what there is to say of the file.

use std::borrow::Cow;

use crate::Warning;
use crate::execute::fit::{Fitted, Target};
use crate::execute::preserved_metadata::PreservedMetadata;
use crate::execute::stage_timer::StageTimer;
use crate::formats::jpeg::encode::JpegSettings;
use crate::plan::{PixelsPlan, Plan, Rung};
use crate::prepared::Prepared;
use crate::report::Report;

/// How a JPEG of the planned quality is written.
pub(super) fn settings(pixels: &PixelsPlan, preserved: &PreservedMetadata) -> JpegSettings {
    let quality = pixels.quality().unwrap_or(100);
    JpegSettings { quality, sampling: pixels.sampling, tables: None, segments: preserved.jpeg_segments() }
}

pub(super) fn target(
    plan: &Plan,
    pixels: &PixelsPlan,
    settings: JpegSettings,
    preserved: &PreservedMetadata,
) -> Target {
    let floor = pixels.quality_floor().unwrap_or(settings.quality);
    let required = plan.options().requirements;
    Target {
        max_bytes: required.byte_limit(),
        floor,
        smallest: pixels.smallest,
        required,
        settings,
        chunks: preserved.png_chunks(),
    }
}

/// What comes out, with what there is to say of it.
pub(super) fn finished<'a>(
    plan: &Plan,
    pixels: &PixelsPlan,
    fitted: Fitted,
    preserved: PreservedMetadata,
    timer: StageTimer,
) -> Prepared<'a> {
    let (info, Fitted { file, tried, counts, alpha_cost }) = (plan.info(), fitted);
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
    report.warnings.extend(alpha_cost.map(|points| Warning::AlphaCosts { points }));
    let bytes = preserved.settled(file.bytes, file.format, file.size);
    report.output.bytes = bytes.len() as u64;
    Prepared::new(Cow::Owned(bytes), file.format, file.size, report)
}
