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
mod size_search;

pub(super) use jpeg::Source;
pub(super) use outcome::{Attempts, Fitted, Target};

use std::borrow::Cow;

use jpeg::JpegFit;
use outcome::{Counts, Step};
use png::PngFit;

use crate::Result;
use crate::formats::jpeg::encode;
use crate::pixels::{Raster, quantize, resize};
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
    let jpeg_allowed = attempts.iter().any(|attempt| matches!(attempt, Attempt::Jpeg { .. }));
    let only_png = raster.layout().has_alpha() || !jpeg_allowed;
    let may_be_png = attempts.iter().any(|attempt| matches!(attempt, Attempt::LosslessPng { .. }));
    let graphic = may_be_png && quantize::is_graphic(raster);
    let mut as_png = only_png;
    let (mut png, mut jpeg, mut log) = (PngFit::new(raster, target, graphic), None, Attempts::new());
    for attempt in attempts {
        let step = match attempt {
            Attempt::LosslessPng { unless_larger, .. } => {
                let margin = unless_larger.filter(|_| !only_png);
                let is_small = png_or_jpeg::is_small_enough(raster, &target.settings, margin, graphic)?;
                // Edges of graphics are better kept in fewer colors than blurred by a JPEG.
                as_png |= is_small && graphic;
                if is_small { png.lossless()? } else { Step::Skipped }
            }
            Attempt::NearLossless { max_error } if as_png => png.near_lossless(*max_error)?,
            Attempt::FewerColors(how) if as_png => {
                as_png = only_png || !png.is_better_as_jpeg(*how)?;
                if as_png { png.fewer_colors(*how)? } else { Step::Skipped }
            }
            Attempt::SmallerPng(how) if as_png => png.smaller(*how)?,
            Attempt::NearLossless { .. } | Attempt::FewerColors(_) | Attempt::SmallerPng(_) => Step::Skipped,
            _ if as_png => Step::Skipped,
            _ => {
                if jpeg.is_none() {
                    let picture = encode::planes(raster, target.settings.sampling)?;
                    jpeg = Some(JpegFit::new(Source { picture, remade: &remade }, target));
                }
                jpeg.as_mut().map_or(Ok(Step::Skipped), |jpeg| jpeg.attempt(attempt))?
            }
        };
        if let Some(file) = log.accept_if_fits(attempt, step) {
            let mut counts = jpeg.map_or_else(Counts::default, |jpeg| jpeg.counts());
            counts.encodes += png.encodes();
            let alpha_cost = png.alpha_cost(file.size)?;
            return Ok(Fitted { file, tried: log.into_tried(), counts, alpha_cost });
        }
    }
    Err(log.cannot_fit(target.max_bytes))
}
