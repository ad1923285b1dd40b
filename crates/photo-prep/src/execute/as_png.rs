//! Whether a picture without transparency is better a PNG, from a sample of it.

use crate::Result;
use crate::codec::jpeg_encode::{JpegSettings, encode};
use crate::codec::png_encode;
use crate::pixels::{Raster, sample};

/// Whether a picture is better kept without loss: its PNG is small in itself, or expected to be nearly as small as
/// the JPEG. A JPEG can't be much smaller than the PNG of a screenshot, and blurs its edges besides.
pub(super) fn is_nearly_as_small(raster: &Raster, settings: &JpegSettings) -> Result<bool> {
    /// Where a few tiles say that the PNG is so much larger than the JPEG, more of them hardly bring it down to
    /// [`NEARLY`], and if they would, neither format were wrong. Photos have 5 to 8, dithered ones of 256 colours 1.8,
    /// screenshots less than 1.
    const BY_FAR: f64 = 1.5;
    /// How much larger the PNG may be.
    const NEARLY: f64 = 1.25;
    if let Some(few) = sample::few_tiles(raster)
        && compared(&few, raster, settings)? > BY_FAR
    {
        return Ok(false);
    }
    let sample = sample::tiles(raster);
    Ok(compared(sample.as_ref().unwrap_or(raster), raster, settings)? <= NEARLY)
}

/// The bytes of a PNG, by those of a JPEG, of a part of the picture; 0 where the PNG of the whole is small in itself.
fn compared(part: &Raster, whole: &Raster, settings: &JpegSettings) -> Result<f64> {
    /// Below this, the bytes don't matter, but what a JPEG would lose does.
    const SMALL: f64 = 65_536.0;
    let scale = whole.size().pixels() as f64 / part.size().pixels() as f64;
    let png = png_encode::encode(part, &[])?.len() as f64;
    if png * scale <= SMALL {
        return Ok(0.0);
    }
    let settings = JpegSettings { segments: Vec::new(), ..settings.clone() };
    Ok(png / encode(part, &settings)?.len() as f64)
}
