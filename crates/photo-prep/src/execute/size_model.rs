//! How large a file will be, from a sample of the picture.

use crate::Result;
use crate::codec::jpeg_encode::{JpegSettings, Turned, encode};
use crate::codec::png_encode;
use crate::pixels::{Raster, sample};

/// Predicts the bytes of a JPEG at any quality: from a sample of its coefficients, and from what was encoded before.
pub(super) struct SizeModel<'a> {
    picture: &'a Turned<'a>,
    settings: &'a JpegSettings,
    /// Quality and bytes of a whole encode.
    known: Option<(u8, f64)>,
}

impl<'a> SizeModel<'a> {
    pub(super) fn new(picture: &'a Turned<'a>, settings: &'a JpegSettings) -> Self {
        Self { picture, settings, known: None }
    }

    /// Takes the outcome of a whole encode into account.
    pub(super) fn learn(&mut self, quality: u8, bytes: usize) {
        self.known = Some((quality, bytes as f64));
    }

    /// The bytes expected at `quality`.
    pub(super) fn predict(&self, quality: u8) -> Result<f64> {
        let sampled = self.sampled(quality)?;
        let Some((known, bytes)) = self.known else { return Ok(sampled) };
        Ok(sampled * bytes / self.sampled(known)?.max(1.0))
    }

    /// The highest quality in `floor..below` expected to stay within `bytes`.
    pub(super) fn quality_for(&self, bytes: f64, floor: u8, below: u8) -> Result<Option<u8>> {
        let (mut low, mut high) = (floor, below);
        if low >= high || self.predict(low)? > bytes {
            return Ok(None);
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.predict(middle)? <= bytes { low = middle } else { high = middle }
        }
        Ok(Some(low))
    }

    fn sampled(&self, quality: u8) -> Result<f64> {
        let settings = JpegSettings { quality, ..self.settings.clone() };
        Ok(self.picture.predict(&settings)? as f64)
    }
}

/// Whether a picture is better kept without loss: its PNG is small in itself, or expected to be nearly as small as
/// the JPEG. A JPEG can't be much smaller than the PNG of a screenshot, and blurs its edges besides.
pub(super) fn png_is_nearly_as_small(raster: &Raster, settings: &JpegSettings) -> Result<bool> {
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
