//! What will be done with a picture, decided from its facts alone: same facts, options and resources, same
//! plan.

mod attempts;
mod balance;
mod decide;
mod definition;
mod estimate;
mod explain;
mod frame;
mod judge;
mod png_policy;
mod policy;
mod resources;
mod route;
mod size_bounds;

pub use attempts::{Attempt, FewerColors, FewerPixels, PngMargin, Rung, SmallerPng, TableRange};
pub use balance::Balance;
pub use definition::Plan;
pub use estimate::Estimate;
pub use resources::Resources;
pub use route::{CoefficientsPlan, DecodePath, OutputRule, PixelsPlan, Route, RouteKind};

use crate::info::ImageInfo;
use crate::{Options, Result};

impl Options {
    /// Decides what to do with a picture of these facts. Pure: nothing is read, nothing is tried.
    ///
    /// # Errors
    /// [`Error::LimitExceeded`](crate::Error::LimitExceeded) where the picture asks for more than
    /// [`InputLimits`](crate::InputLimits) allow.
    ///
    /// ```no_run
    /// use photo_prep::{Options, Resources};
    ///
    /// let bytes = std::fs::read("photo.jpg")?;
    /// let options = Options::default();
    /// let plan = options.plan(&photo_prep::probe(&bytes)?, Resources::of_current_pool())?;
    /// println!("{plan}");
    /// let prepared = plan.execute(&bytes)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn plan(&self, info: &ImageInfo, resources: Resources) -> Result<Plan> {
        decide::plan(info, self, resources)
    }
}
