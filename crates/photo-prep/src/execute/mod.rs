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
use crate::formats::opened::OpenedFile;
use crate::plan::{Plan, Route};
use crate::prepared::Prepared;

/// The picture on the plan's route; the file is the one that the plan was made for.
pub(crate) fn run<'a>(plan: &Plan, file: &OpenedFile<'a>) -> Result<Prepared<'a>> {
    match plan.route() {
        Route::PassThrough => copy::pass_through(plan, file),
        Route::Rewrite => copy::rewrite(plan, file),
        Route::Coefficients(coefficients) => transcode::run(plan, coefficients, file),
        Route::Pixels(pixels) => rerender::run(plan, pixels, file),
    }
}
