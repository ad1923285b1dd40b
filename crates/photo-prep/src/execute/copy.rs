//! The routes that copy the compressed picture: as it is, or without what is around it.

use std::borrow::Cow;

use super::preserved_metadata;
use super::stage_timer::StageTimer;
use crate::formats::opened::OpenedFile;
use crate::formats::{jpeg, png, profile};
use crate::info::ProfileSource;
use crate::plan::{Plan, Rung};
use crate::prepared::Prepared;
use crate::report::{Report, Stage, Tried, keeps_every_bit};
use crate::{Error, Format, Result, Verify};

/// The very same bytes, once they are known to be whole.
pub(super) fn pass_through<'a>(plan: &Plan, file: &OpenedFile<'a>) -> Result<Prepared<'a>> {
    let mut timer = StageTimer::start();
    verify(plan, file)?;
    timer.finish(Stage::Verify);
    Ok(unchanged(plan, Cow::Borrowed(file.bytes()), Rung::AsIs, timer))
}

pub(super) fn rewrite<'a>(plan: &Plan, file: &OpenedFile<'a>) -> Result<Prepared<'a>> {
    let mut timer = StageTimer::start();
    let mut kept = preserved_metadata::preserved(plan, file)?;
    let new_profile = plan.info().profile != ProfileSource::Proper;
    if new_profile {
        kept.icc = profile::of(file, plan.info(), plan.options().input_limits.icc_bytes)?;
    }
    let bytes = file.bytes();
    let out = match plan.info().format {
        Format::Png => png::rewrite(bytes, file.png()?, &kept.png_chunks())?,
        _ => jpeg::rewrite(bytes, file.jpeg()?, &kept.jpeg_segments(), new_profile)?,
    };
    timer.finish(Stage::Rewrite);
    // A malformed structure in the source may keep decoders from it that read what was put in order.
    let in_order = plan.info().format == Format::Jpeg
        && plan.info().jpeg.as_ref().is_some_and(|jpeg| !jpeg.natively_decodable);
    if in_order {
        verify(plan, &OpenedFile::open(&out))?
    } else {
        verify(plan, file)?
    }
    timer.finish(Stage::Verify);
    let limit = plan.options().requirements.byte_limit();
    if out.len() as u64 > limit {
        return Err(Error::CannotFit { best_bytes: Some(out.len() as u64), limit });
    }
    let mut prepared = unchanged(plan, Cow::Owned(out), Rung::Stripped, timer);
    prepared.report_mut().warnings.extend(kept.losses(plan.info().format));
    Ok(prepared)
}

/// The walk of the probe has shown the structure whole to its end, and the checksums of a PNG right. Beyond
/// that, a JPEG's codes are gone through, and a PNG's data is inflated and thrown away.
fn verify(plan: &Plan, file: &OpenedFile<'_>) -> Result<()> {
    let bytes = file.bytes();
    match (plan.options().verify, plan.info().format) {
        (Verify::Structure, _) => Ok(()),
        (Verify::Full, Format::Png) => {
            let layout = file.png()?;
            png::verify_data(bytes, layout, png::header(bytes, layout)?)
        }
        (Verify::Full, _) => jpeg::verify::verify(bytes, &plan.options().input_limits),
    }
}

fn unchanged<'a>(plan: &Plan, bytes: Cow<'a, [u8]>, rung: Rung, timer: StageTimer) -> Prepared<'a> {
    let (format, size) = (plan.info().format, plan.info().size);
    let mut report =
        Report::new(plan, vec![Tried::fits(rung)], keeps_every_bit(plan.route()), format, size, bytes.len());
    report.stages = timer.stages();
    Prepared::new(bytes, format, size, report)
}
