//! How large a file will be, from a sample of the picture.

use crate::Result;
use crate::codec::jpeg_encode::{JpegSettings, encode};
use crate::codec::png_encode;
use crate::pixels::{Raster, sample};

/// Bytes of a JPEG that do not depend on the picture: headers and tables.
const HEADERS: f64 = 330.0;

/// Predicts the bytes of a JPEG at any quality from one that was encoded.
pub(super) struct SizeModel {
    sample: Option<Raster>,
    settings: JpegSettings,
    fixed: f64,
    /// Quality and bytes of a whole encode.
    known: Option<(u8, f64)>,
    /// Pixels of the picture over pixels of the sample.
    scale: f64,
}

impl SizeModel {
    pub(super) fn new(raster: &Raster, settings: &JpegSettings) -> Self {
        let sample = sample::tiles(raster);
        let scale = sample.as_ref().map_or(1.0, |s| raster.size().pixels() as f64 / s.size().pixels() as f64);
        let fixed = HEADERS + settings.segments.len() as f64;
        let settings = JpegSettings { segments: Vec::new(), ..settings.clone() };
        Self { sample, settings, fixed, known: None, scale }
    }

    /// Takes the outcome of a whole encode into account.
    pub(super) fn learn(&mut self, quality: u8, bytes: usize) {
        self.known = Some((quality, bytes as f64));
    }

    /// The bytes expected at `quality`.
    pub(super) fn predict(&self, quality: u8) -> Result<f64> {
        let variable = self.variable(quality)?;
        let factor = match self.known {
            Some((q, bytes)) => (bytes - self.fixed).max(1.0) / self.variable(q)?.max(1.0),
            None => 1.0,
        };
        Ok(self.fixed + variable * factor)
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

    /// The bytes that a sample gives at `quality`, headers not counted; `None` where there is no sample.
    pub(super) fn sampled(&self, quality: u8) -> Result<Option<f64>> {
        self.sample.is_some().then(|| self.variable(quality)).transpose()
    }

    fn variable(&self, quality: u8) -> Result<f64> {
        let Some(sample) = &self.sample else { return Ok(by_rule(quality)) };
        let bytes = encode(sample, &JpegSettings { quality, ..self.settings.clone() })?.len() as f64;
        Ok((bytes - HEADERS).max(1.0) * self.scale)
    }
}

/// For pictures too small to sample: bytes go about with the 0.6th power of the table's scale (measured on
/// photographs at qualities 30 to 95).
fn by_rule(quality: u8) -> f64 {
    let quality = f64::from(quality.clamp(1, 99));
    let scale = if quality < 50.0 { 5000.0 / quality } else { 200.0 - 2.0 * quality };
    1e4 * scale.powf(-0.6)
}

/// Whether a picture is better kept without loss: its PNG is small in itself, or expected to be nearly as small as
/// the JPEG. A JPEG can't be much smaller than the PNG of a screenshot, and blurs its edges besides.
pub(super) fn png_is_nearly_as_small(raster: &Raster, settings: &JpegSettings) -> Result<bool> {
    /// Below this, the bytes don't matter, but what a JPEG would lose does.
    const SMALL: f64 = 65_536.0;
    let sample = sample::tiles(raster);
    let part = sample.as_ref().unwrap_or(raster);
    let scale = raster.size().pixels() as f64 / part.size().pixels() as f64;
    let png = png_encode::encode(part, &[])?.len() as f64;
    if png * scale <= SMALL {
        return Ok(true);
    }
    let jpeg = encode(part, &JpegSettings { segments: Vec::new(), ..settings.clone() })?.len();
    Ok(png <= 1.25 * jpeg as f64)
}
