//! Doing what a plan says: its attempts in their order, until a file fits. Nothing is decided here.

mod copy;
mod fit;
pub(crate) mod later_frame;
mod preserved_metadata;
mod preserved_source;
mod rerender;
mod stage_timer;
mod tone;
mod transcode;

use crate::Result;
use crate::plan::{Plan, Route};
use crate::prepared::Prepared;

/// The picture on the plan's route; `bytes` are those that the plan was made for.
pub(crate) fn run<'a>(plan: &Plan, bytes: &'a [u8]) -> Result<Prepared<'a>> {
    match plan.route() {
        Route::PassThrough => copy::pass_through(plan, bytes),
        Route::Rewrite => copy::rewrite(plan, bytes),
        Route::Coefficients(coefficients) => transcode::run(plan, coefficients, bytes),
        Route::Pixels(pixels) => rerender::run(plan, pixels, bytes),
    }
}
