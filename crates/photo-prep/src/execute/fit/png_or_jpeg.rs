//! Whether a picture without transparency is better a PNG, from a sample of it.

use crate::Result;
use crate::formats::jpeg::encode::{JpegSettings, encode};
use crate::formats::png;
use crate::pixels::{Raster, sample};
use crate::plan::PngMargin;

/// Whether a picture is better kept without loss: its PNG is small in itself, or expected to be nearly as
/// small as the JPEG, by the margin; always without one. Graphics have a margin of
/// their own.
pub(super) fn is_small_enough(
    raster: &Raster,
    settings: &JpegSettings,
    margin: Option<PngMargin>,
    graphic: bool,
) -> Result<bool> {
    let Some(margin) = margin else { return Ok(true) };
    let compared = |part: &Raster| compared(part, raster, settings, margin);
    if graphic {
        // Rows of graphics repeat, which tiles don't show.
        let sample = sample::bands(raster);
        let percent = f64::from(margin.percent_of_graphics);
        return Ok(compared(sample.as_ref().unwrap_or(raster))? <= percent / 100.0);
    }
    if let Some(few) = sample::few_tiles(raster)
        && compared(&few)? > f64::from(margin.percent_of_few_tiles) / 100.0
    {
        return Ok(false);
    }
    let sample = sample::tiles(raster);
    Ok(compared(sample.as_ref().unwrap_or(raster))? <= f64::from(margin.percent) / 100.0)
}

/// The bytes of a PNG, by those of a JPEG, of a part of the picture; 0 where the PNG of the whole is small in
/// itself.
fn compared(part: &Raster, whole: &Raster, settings: &JpegSettings, margin: PngMargin) -> Result<f64> {
    let scale = whole.size().pixels() as f64 / part.size().pixels() as f64;
    let png = png::encode::encode(part, &[])?.len() as f64;
    if png * scale <= f64::from(margin.small) {
        return Ok(0.0);
    }
    let settings = JpegSettings { segments: Vec::new(), ..settings.at(margin.quality) };
    Ok(png / encode(part, &settings)?.len() as f64)
}
