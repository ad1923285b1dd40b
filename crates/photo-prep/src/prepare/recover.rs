//! What becomes of a file that turned out to be cut off.

use crate::formats::coverage::Coverage;
use crate::formats::recover;
use crate::plan::Plan;
use crate::{Error, Result, Tolerance};

/// The file made whole, if nothing of its picture is missing or the options let it be filled, and how much
/// was there.
///
/// # Errors
/// `error`, or one that says how much is missing.
pub(super) fn recovered(plan: &Plan, bytes: &[u8], error: Error) -> Result<(Vec<u8>, Coverage)> {
    let (info, limits) = (plan.info(), &plan.options().input_limits);
    if plan.options().tolerance == Tolerance::Strict {
        match recover::coverage(bytes, info, limits) {
            None => return Err(error),
            Some(coverage) if !coverage.is_all() => return Err(coverage.error(info.format, bytes)),
            Some(_) => {}
        }
    }
    recover::recovered(bytes, info, limits)?.ok_or(error)
}
