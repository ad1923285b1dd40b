//! The ways a picture can take.

use super::attempts::{Attempt, TableRange};
use crate::sampling::{DecodeScale, JpegSampling};
use crate::{Format, Rect, Size};

/// The way a picture takes, from the one that loses nothing to the one that makes all pixels anew.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Route {
    /// The very same bytes, once they are known to be whole as far as [`Verify`](crate::Verify) asks.
    PassThrough,
    /// The same compressed picture; private metadata, unreferenced bytes and trailing data left out.
    Rewrite,
    /// A JPEG's coefficients, turned upright and written with better Huffman tables; coarser where bytes
    /// demand it.
    Coefficients(CoefficientsPlan),
    /// Decoded, turned, converted, reduced and encoded.
    Pixels(PixelsPlan),
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
    /// What is tried on the coefficients, in order.
    pub attempts: Vec<Attempt>,
    /// How pixels are made where chroma is halved; `None` where that is not tried.
    pub halved_chroma: Option<PixelsPlan>,
    /// What follows where none of them fits.
    pub fallback: PixelsPlan,
}

/// How pixels are made anew.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PixelsPlan {
    /// Which machinery decodes and reduces.
    pub decode_path: DecodePath,
    /// At which scale the decoder works.
    pub scale: DecodeScale,
    /// The part of the upright picture that stays, if not all of it does.
    pub crop: Option<Rect>,
    /// The upright size to which what stays is brought, before the byte limit has its say.
    pub size: Size,
    /// The size of the output where color is added around the picture.
    pub canvas: Option<Size>,
    /// The smallest size to which the output may be reduced for the byte limit.
    pub smallest: Size,
    /// Which format comes out.
    pub output: OutputRule,
    /// Chroma subsampling of a JPEG output.
    pub sampling: JpegSampling,
    /// Whether the colors are converted to sRGB.
    pub to_srgb: bool,
    /// Whether a JPEG gets the quantization tables of its source, because only its edges keep its
    /// coefficients from being turned.
    pub reuse_source_tables: bool,
    /// What is tried on the pixels, in order.
    pub attempts: Vec<Attempt>,
}

/// Which machinery decodes and reduces.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum DecodePath {
    /// A JPEG that `photo-jpeg` reads: decoded and reduced on all cores as planes of luma and chroma, band by
    /// band, in memory that does not grow with the source's height.
    Planes,
    /// Anything else, by general decoders: all pixels at once.
    Raster,
}

/// Which format comes out when pixels are made anew.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum OutputRule {
    /// JPEG; transparency is laid on [`Options::background`](crate::Options::background).
    Jpeg,
    /// PNG.
    Png,
    /// PNG where a pixel is transparent, or where PNG is nearly as small as JPEG; else JPEG.
    PngIfBetter,
}

/// Which of the routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum RouteKind {
    /// [`Route::PassThrough`].
    PassThrough,
    /// [`Route::Rewrite`].
    Rewrite,
    /// [`Route::Coefficients`].
    Coefficients,
    /// [`Route::Pixels`].
    Pixels,
}

impl RouteKind {
    /// A stable name: `pass_through`, `rewrite`, `coefficients` or `pixels`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PassThrough => "pass_through",
            Self::Rewrite => "rewrite",
            Self::Coefficients => "coefficients",
            Self::Pixels => "pixels",
        }
    }
}

impl Route {
    /// Which of the routes it is.
    #[must_use]
    pub fn kind(&self) -> RouteKind {
        match self {
            Self::PassThrough => RouteKind::PassThrough,
            Self::Rewrite => RouteKind::Rewrite,
            Self::Coefficients(_) => RouteKind::Coefficients,
            Self::Pixels(_) => RouteKind::Pixels,
        }
    }

    /// A stable name: `pass_through`, `rewrite`, `coefficients` or `pixels`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.kind().name()
    }

    /// What is tried to hold the byte limit, in this order; the first file that fits is the result.
    pub fn attempts(&self) -> impl Iterator<Item = &Attempt> {
        let (first, then): (&[Attempt], &[Attempt]) = match self {
            Self::PassThrough => (&[Attempt::AsIs], &[]),
            Self::Rewrite => (&[Attempt::Stripped], &[]),
            Self::Coefficients(plan) => (&plan.attempts, &plan.fallback.attempts),
            Self::Pixels(plan) => (&plan.attempts, &[]),
        };
        first.iter().chain(then)
    }

    /// The format of the output, where it is settled before the pixels are seen; `source` is that of the
    /// file.
    pub(super) fn output_format(&self, source: Format) -> Option<Format> {
        match self {
            Self::Pixels(PixelsPlan { output: OutputRule::Jpeg, .. }) => Some(Format::Jpeg),
            Self::Pixels(PixelsPlan { output: OutputRule::Png, .. }) => Some(Format::Png),
            Self::Pixels(_) => None,
            _ => Some(source),
        }
    }
}

impl Route {
    /// The same way, on which no progressive file is written.
    pub(super) fn without_progressive(mut self) -> Self {
        match &mut self {
            Self::Coefficients(plan) => {
                sequential(&mut plan.attempts);
                plan.halved_chroma.iter_mut().for_each(|pixels| sequential(&mut pixels.attempts));
                sequential(&mut plan.fallback.attempts);
            }
            Self::Pixels(plan) => sequential(&mut plan.attempts),
            Self::PassThrough | Self::Rewrite => {}
        }
        self
    }
}

/// Leaves out what writes progressive files.
fn sequential(attempts: &mut Vec<Attempt>) {
    /// Percent by which no progressive file is smaller.
    const NEVER: u8 = 100;
    attempts.retain(|a| !matches!(a, Attempt::OptimizedProgressive | Attempt::ProgressiveJpeg { .. }));
    for attempt in attempts {
        if let Attempt::LowerQuality(tables)
        | Attempt::Requantized(tables)
        | Attempt::HalvedChroma { tables, .. } = attempt
        {
            tables.progressive_gain = NEVER;
        }
    }
}

impl PixelsPlan {
    /// Quality of a JPEG output to start from: never above the estimated quality of a JPEG source. `None`
    /// where the output is PNG.
    #[must_use]
    pub fn quality(&self) -> Option<u8> {
        self.attempts.iter().find_map(|attempt| match attempt {
            Attempt::Jpeg { quality } => Some(*quality),
            _ => None,
        })
    }

    /// Below this quality of a JPEG output, pixels are reduced. `None` where the output is PNG.
    #[must_use]
    pub fn quality_floor(&self) -> Option<u8> {
        self.tables().map(|tables| tables.floor)
    }

    /// The quantization tables that a JPEG output may have.
    pub(crate) fn tables(&self) -> Option<TableRange> {
        self.attempts.iter().find_map(|attempt| match attempt {
            Attempt::LowerQuality(tables) => Some(*tables),
            _ => None,
        })
    }
}
