//! What becomes of a file that turned out to be cut off.

use crate::formats::coverage::Coverage;
use crate::formats::recover;
use crate::plan::Plan;
use crate::prepared::Prepared;
use crate::{Error, Result, Tolerance};

/// The picture all the same, if nothing of it is missing or the options let it be filled; else the error, with how much was there.
pub(super) fn run<'a>(plan: &Plan, bytes: &[u8], error: Error) -> Result<Prepared<'a>> {
    let (info, limits) = (plan.info(), &plan.options().input_limits);
    if plan.options().tolerance == Tolerance::Strict {
        match recover::coverage(bytes, info, limits) {
            None => return Err(error),
            Some(coverage) if !coverage.is_all() => return Err(coverage.error(info.format, bytes)),
            Some(_) => {}
        }
    }
    match recover::recovered(bytes, info, limits)? {
        Some((whole, coverage)) => prepared(plan, &whole, coverage),
        None => Err(error),
    }
}

/// The file that was made whole takes its own way; the report tells of the one that came in.
fn prepared(plan: &Plan, whole: &[u8], coverage: Coverage) -> Result<Prepared<'static>> {
    let mut prepared = super::planned_and_run(plan.options(), whole)?.into_owned();
    prepared.report_mut().lossless &= coverage.is_all();
    super::tell_of_source(plan, &mut prepared, (!coverage.is_all()).then(|| coverage.warning()));
    Ok(prepared)
}
