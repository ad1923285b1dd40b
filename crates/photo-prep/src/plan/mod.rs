//! What will be done with a picture, decided from its facts alone: same facts and options, same plan.

mod decide;
mod estimate;
mod explain;
mod reason;

pub use estimate::{Estimate, TimeClass};
pub use reason::Reason;

use crate::info::ImageInfo;
use crate::{Format, Options, Result, Size};

/// What will be done with a picture, and why.
///
/// A plan prints as sentences; with the feature `serde` it is data.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Plan {
    /// The facts it was made from.
    pub info: ImageInfo,
    /// The options it was made for.
    pub options: Options,
    /// Why the file can't go as it is; empty for [`Route::PassThrough`].
    pub reasons: Vec<Reason>,
    /// The way the picture takes.
    pub route: Route,
    /// What is tried in turn until the result fits, best first.
    pub ladder: Vec<Rung>,
    /// What it will cost.
    pub estimate: Estimate,
}

/// The way a picture takes, from the one that loses nothing to the one that makes all pixels anew.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Route {
    /// The very same bytes, once they are known to be whole as far as [`Verify`](crate::Verify) asks.
    PassThrough,
    /// The same compressed picture; private metadata, strays and trailing data left out.
    Rewrite,
    /// A JPEG's coefficients, turned upright and written with better Huffman tables; coarser where bytes demand it.
    Coefficients(CoefficientsPlan),
    /// Decoded, turned, converted, reduced and encoded.
    Pixels(PixelsPlan),
}

impl Route {
    /// A stable name: `pass_through`, `rewrite`, `coefficients` or `pixels`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::PassThrough => "pass_through",
            Self::Rewrite => "rewrite",
            Self::Coefficients(_) => "coefficients",
            Self::Pixels(_) => "pixels",
        }
    }
}

/// How a JPEG's coefficients are written again.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CoefficientsPlan {
    /// The size of the upright output, before the byte limit has its say.
    pub size: Size,
    /// Whether incomplete MCUs are cut off.
    pub trims: bool,
    /// Below this quality, pixels are reduced.
    pub quality_floor: u8,
    /// Below this quality, chroma is halved first, where the source has it at full size and the sampling is ours to choose: then the
    /// bytes are better spent on luma.
    pub halves_chroma_below: Option<u8>,
    /// What is done where coefficients don't do.
    pub otherwise: PixelsPlan,
}

/// How pixels are made anew.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PixelsPlan {
    /// Which machinery decodes and reduces.
    pub lane: Lane,
    /// At which scale the decoder works.
    pub scale: DecodeScale,
    /// The size of the upright output, before the byte limit has its say.
    pub size: Size,
    /// Which format comes out.
    pub output: OutputRule,
    /// Quality of a JPEG output to start from: never above the estimated quality of a JPEG source, which it is with `own_tables`.
    pub quality: u8,
    /// Below this quality, pixels are reduced.
    pub quality_floor: u8,
    /// Chroma subsampling of a JPEG output.
    pub sampling: JpegSampling,
    /// Whether the colours are converted to sRGB.
    pub to_srgb: bool,
    /// Whether a JPEG gets the quantisation tables of its source, because only its edges keep its coefficients from being turned.
    pub own_tables: bool,
}

/// Which machinery decodes and reduces.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Lane {
    /// An ordinary JPEG, by `photo-jpeg`: decoded and reduced on all cores as planes of luma and chroma, band by band, in
    /// memory that does not grow with the source's height.
    Planes,
    /// Anything else, by general decoders: all pixels at once.
    Raster,
}

/// At which scale a JPEG is decoded: the inverse DCT leaves out what the reduction would remove anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum DecodeScale {
    /// All pixels.
    Full,
    /// Half of both sides.
    Half,
    /// A quarter of both sides.
    Quarter,
    /// An eighth of both sides.
    Eighth,
}

impl DecodeScale {
    /// 1, 2, 4 or 8.
    #[must_use]
    pub fn denominator(self) -> u32 {
        match self {
            Self::Full => 1,
            Self::Half => 2,
            Self::Quarter => 4,
            Self::Eighth => 8,
        }
    }
}

/// Which format comes out when pixels are made anew.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum OutputRule {
    /// JPEG; transparency is laid on white.
    Jpeg,
    /// PNG.
    Png,
    /// PNG where a pixel is transparent, or where PNG is nearly as small as JPEG; else JPEG.
    PngIfBetter,
}

/// Chroma subsampling of a JPEG.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum JpegSampling {
    /// Chroma at full size.
    S444,
    /// Chroma at half width.
    S422,
    /// Chroma at half height.
    S440,
    /// Chroma at half width and half height.
    S420,
}

/// One thing that is tried to make a picture fit.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Rung {
    /// The file as it is.
    AsIs,
    /// The file without what the picture doesn't need.
    Stripped,
    /// The same coefficients with Huffman tables made for them.
    Optimised,
    /// The same coefficients, or those of the planned quality, as a progressive file: smaller, slower to read.
    Progressive,
    /// Coarser coefficients: lower quality without decoding, not below the floor.
    Requantised,
    /// A JPEG of lower quality whose chroma is halved.
    HalvedChroma,
    /// A PNG without any loss against the decoded picture.
    LosslessPng,
    /// A PNG in 256 colours, dithered, where they come near enough to the picture.
    FewerColors,
    /// A JPEG of the planned quality.
    Jpeg,
    /// A JPEG of lower quality, not below the floor.
    LowerQuality,
    /// Fewer pixels.
    FewerPixels,
}

impl Options {
    /// Decides what to do with a picture of these facts. Pure: nothing is read, nothing is tried.
    ///
    /// # Errors
    /// [`Error::LimitExceeded`](crate::Error::LimitExceeded) where the picture asks for more than
    /// [`InputLimits`](crate::InputLimits) allow.
    ///
    /// ```no_run
    /// let bytes = std::fs::read("photo.jpg")?;
    /// let options = photo_prep::Options::default();
    /// let plan = options.plan(&photo_prep::probe(&bytes)?)?;
    /// println!("{plan}");
    /// let prepared = plan.execute(&bytes)?;
    /// # Ok::<(), photo_prep::Error>(())
    /// ```
    pub fn plan(&self, info: &ImageInfo) -> Result<Plan> {
        decide::plan(info, self)
    }
}

impl Plan {
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
        match &self.route {
            Route::Pixels(PixelsPlan { output: OutputRule::Jpeg, .. }) => Some(Format::Jpeg),
            Route::Pixels(PixelsPlan { output: OutputRule::Png, .. }) => Some(Format::Png),
            Route::Pixels(_) => None,
            _ => Some(self.info.format),
        }
    }
}
