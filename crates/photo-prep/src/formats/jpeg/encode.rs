//! Planes and rasters to JPEG, by `photo-jpeg`: perceptual tables, optimal Huffman codes, all cores.

use std::borrow::Cow;

use photo_jpeg::{Draft, EncodeOptions, Planes, QuantTable, UnquantizedCoefficients};

use crate::formats::jpeg::decode_planes::{error, luma_factors, orientation};
use crate::pixels::{Layout, Raster};
use crate::sampling::JpegSampling;
use crate::{Error, Format, Orientation, Result, Size};

/// How a JPEG is written.
#[derive(Debug, Clone)]
pub(crate) struct JpegSettings {
    /// 1..=100 on libjpeg's scale.
    pub(crate) quality: u8,
    pub(crate) sampling: JpegSampling,
    /// Tables of luma and the differences of blue and of red, used instead of the perceptual ones for this
    /// quality.
    pub(crate) tables: Option<[QuantTable; 3]>,
    /// Whole segments to put after the JFIF header: profile and kept metadata.
    pub(crate) segments: Vec<u8>,
}

impl JpegSettings {
    /// The same with another quality, for which the perceptual tables are used.
    pub(crate) fn at(&self, quality: u8) -> Self {
        let tables = self.tables.clone().filter(|_| quality == self.quality);
        Self { quality, tables, ..self.clone() }
    }
}

/// Planes and how they lie.
#[derive(Debug, Clone)]
pub(crate) struct OrientedPlanes<'a> {
    pub(crate) planes: Cow<'a, Planes>,
    pub(crate) orientation: Orientation,
}

impl OrientedPlanes<'_> {
    /// The size of the upright picture.
    pub(crate) fn size(&self) -> Size {
        self.orientation.apply_to(Size::new(self.planes.width(), self.planes.height()))
    }

    /// The picture as a baseline JPEG, upright.
    pub(crate) fn encode(&self, settings: &JpegSettings) -> Result<Vec<u8>> {
        Ok(self.draft(settings)?.write())
    }

    /// The same, not yet written.
    pub(crate) fn draft(&self, settings: &JpegSettings) -> Result<Draft> {
        Draft::encode(&self.planes, &self.options(settings)).map_err(|e| error(&e))
    }

    /// The bytes that [`encode`](Self::encode) would give, from about an eighth of the picture.
    pub(crate) fn predict(&self, settings: &JpegSettings) -> Result<u64> {
        /// Rows of MCUs that are sampled at least.
        const ROWS: u32 = 16;
        let rows = self.planes.height().max(self.planes.width()).div_ceil(16);
        let every = (rows / ROWS).clamp(1, 8);
        photo_jpeg::encoded_len(&self.planes, &self.options(settings), every).map_err(|e| error(&e))
    }

    /// The upright picture's coefficients, not yet quantized.
    pub(crate) fn transformed(&self) -> Result<UnquantizedCoefficients> {
        UnquantizedCoefficients::new(&self.planes, orientation(self.orientation)).map_err(|e| error(&e))
    }

    fn options<'s>(&self, settings: &'s JpegSettings) -> EncodeOptions<'s> {
        let shares = shares(self.planes.sampling());
        let perceptual = || perceptual(settings.quality, &shares);
        EncodeOptions::default()
            .tables(settings.tables.clone().unwrap_or_else(perceptual))
            .orientation(orientation(self.orientation))
            .segments(&settings.segments)
    }
}

/// The perceptual tables of a quality for luma and the differences of blue and of red, which have these
/// shares of luma's samples.
pub(crate) fn perceptual(quality: u8, shares: &[f64]) -> [QuantTable; 3] {
    let share = |index: usize| shares.get(index).copied().unwrap_or(1.0);
    let standard = QuantTable::percent(quality);
    let percent = (standard * coarser(standard)).max(FINEST_PERCENT);
    std::array::from_fn(|index| QuantTable::perceptual(index, share(index), percent))
}

/// How many times as coarse perceptual tables are that make files as large as the standard's at a percentage
/// do, where no coefficient becomes smaller for the sake of bytes: on nine photos of 3 MP 1.63 at qualities
/// of 92 and 95, 1.45 at 85, 1.33 at 75, 1.25 at 60. Such files have a point of SSIMULACRA2 more at quality
/// 92.
pub(crate) fn coarser(standard: f64) -> f64 {
    (2.583 * standard.max(FINEST_PERCENT).powf(-0.166)).clamp(1.0, 1.65)
}

/// All divisors are 1 there.
pub(crate) const FINEST_PERCENT: f64 = 0.1;

/// Each component's share of the first one's samples.
pub(crate) fn shares(factors: &[(u8, u8)]) -> Vec<f64> {
    let areas: Vec<f64> = factors.iter().map(|(h, v)| f64::from(*h) * f64::from(*v)).collect();
    areas.iter().map(|area| area / areas.first().unwrap_or(area)).collect()
}

/// The planes of an upright raster. Transparency has to be gone before.
pub(crate) fn planes(raster: &Raster, sampling: JpegSampling) -> Result<OrientedPlanes<'static>> {
    let planes = Cow::Owned(planes_of(raster, luma_factors(sampling))?);
    Ok(OrientedPlanes { planes, orientation: Orientation::Upright })
}

/// The planes of a raster as it lies, `luma` being the sampling factors of luma.
pub(crate) fn planes_of(raster: &Raster, luma: (u8, u8)) -> Result<Planes> {
    let Size { width, height, .. } = raster.size();
    let planes = match raster.layout() {
        Layout::Gray => Planes::from_gray(width, height, raster.data().to_vec()),
        Layout::Rgb => Planes::from_rgb(width, height, raster.data(), luma),
        _ => None,
    };
    let what =
        || Error::unsupported(Format::Jpeg, format!("{:?} samples of {width}x{height}", raster.layout()));
    planes.ok_or_else(what)
}

/// The raster as a baseline JPEG. Transparency has to be gone before.
pub(crate) fn encode(raster: &Raster, settings: &JpegSettings) -> Result<Vec<u8>> {
    planes(raster, settings.sampling)?.encode(settings)
}
