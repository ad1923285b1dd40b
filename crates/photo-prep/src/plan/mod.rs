//! What will be done with a picture, decided from its facts alone: same facts, options and resources, same plan.

mod attempts;
mod decide;
mod estimate;
mod explain;
mod policy;
mod reason;
mod route;

pub use attempts::{Attempt, FewerPixels, PngMargin, Rung, TableRange};
pub use estimate::Estimate;
pub use reason::Reason;
pub use route::{CoefficientsPlan, DecodePath, OutputRule, PixelsPlan, Route};

use crate::info::ImageInfo;
use crate::{Format, Options, Result, Size};

/// What will be done with a picture, and why.
///
/// A plan prints as sentences; with the feature `serde` it is data.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Plan {
    info: ImageInfo,
    options: Options,
    reasons: Vec<Reason>,
    route: Route,
    estimate: Estimate,
}

/// What a plan may count on.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resources {
    /// Threads of the pool that the plan will be executed in, at least 1. More threads need more memory.
    pub threads: usize,
}

impl Resources {
    /// So many threads; 0 counts as 1.
    #[must_use]
    pub fn threads(threads: usize) -> Self {
        Self { threads: threads.max(1) }
    }

    /// The rayon pool that this is called in.
    #[must_use]
    pub fn of_current_pool() -> Self {
        Self::threads(rayon::current_num_threads())
    }
}

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
    /// # Ok::<(), photo_prep::Error>(())
    /// ```
    pub fn plan(&self, info: &ImageInfo, resources: Resources) -> Result<Plan> {
        decide::plan(info, self, resources)
    }
}

impl Plan {
    /// The facts it was made from.
    #[must_use]
    pub fn info(&self) -> &ImageInfo {
        &self.info
    }

    /// The options it was made for.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Why the file can't go as it is; empty for [`Route::PassThrough`].
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// The way the picture takes, and what is tried on it.
    #[must_use]
    pub fn route(&self) -> &Route {
        &self.route
    }

    /// What it will cost.
    #[must_use]
    pub fn estimate(&self) -> Estimate {
        self.estimate
    }

    /// The size of the output, unless the byte limit asks for fewer pixels.
    #[must_use]
    pub fn output_size(&self) -> Size {
        match &self.route {
            Route::Pixels(pixels) => pixels.size,
            Route::Coefficients(coefficients) => coefficients.size,
            _ => self.info.size,
        }
    }

    /// The format of the output, where it is settled before the pixels are seen.
    #[must_use]
    pub fn output_format(&self) -> Option<Format> {
        self.route.output_format(self.info.format)
    }
}
