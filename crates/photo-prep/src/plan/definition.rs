//! What a plan is.

use super::estimate::Estimate;
use super::route::Route;
use crate::info::ImageInfo;
use crate::{Format, Options, Size, Violation};

/// What will be done with a picture, and why.
///
/// A plan prints as sentences; with the feature `serde` it is data.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Plan {
    pub(super) info: ImageInfo,
    pub(super) options: Options,
    pub(super) violations: Vec<Violation>,
    pub(super) route: Route,
    pub(super) estimate: Estimate,
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

    /// All that keeps the file from going as it is, each of which the plan mends; empty for
    /// [`Route::PassThrough`].
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.violations
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
            Route::Pixels(pixels) => pixels.canvas.unwrap_or(pixels.size),
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
