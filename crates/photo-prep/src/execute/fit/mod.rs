//! Holding the byte limit: the plan's attempts are tried in their order, and the first file that fits is the
//! result.

mod drafts;
mod jpeg;
mod jpeg_estimate;
mod outcome;
mod png;
mod png_or_jpeg;
mod png_size;
mod png_way;
pub(super) mod quant_search;
mod raster_fit;
mod size_search;

pub(super) use jpeg::Source;
pub(super) use outcome::{Attempts, Fitted, Target};

use std::borrow::Cow;

use jpeg::JpegFit;
use raster_fit::RasterFit;

use crate::Result;
use crate::formats::jpeg::encode;
use crate::pixels::{Raster, resize};
use crate::plan::Attempt;

/// Planes as the first JPEG that fits.
pub(super) fn planes(source: Source<'_>, attempts: &[Attempt], target: &Target) -> Result<Fitted> {
    let (mut jpeg, mut log) = (JpegFit::new(source, target), Attempts::new());
    for attempt in attempts {
        let step = jpeg.attempt(attempt)?;
        if let Some(file) = log.accept_if_fits(attempt, step) {
            return Ok(Fitted { file, tried: log.into_tried(), counts: jpeg.counts(), alpha_cost: None });
        }
    }
    Err(log.cannot_fit(target.max_bytes))
}

/// Pixels as the first PNG or JPEG that fits. Pictures with transparency only become PNGs.
pub(super) fn raster(raster: &Raster, attempts: &[Attempt], target: &Target) -> Result<Fitted> {
    let remade = |size, sampling| {
        let small = if size == raster.size() {
            Cow::Borrowed(raster)
        } else {
            Cow::Owned(resize::reduced(raster, size))
        };
        Ok(encode::planes(&small, sampling)?.planes.into_owned())
    };
    let mut fit = RasterFit::new(raster, attempts, target, &remade)?;
    let mut log = Attempts::new();
    for attempt in attempts {
        let step = fit.attempt(attempt)?;
        if let Some(file) = log.accept_if_fits(attempt, step) {
            let alpha_cost = fit.alpha_cost(file.size)?;
            return Ok(Fitted { file, tried: log.into_tried(), counts: fit.counts(), alpha_cost });
        }
    }
    Err(log.cannot_fit(target.max_bytes))
}
