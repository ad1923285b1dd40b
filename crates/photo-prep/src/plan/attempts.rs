//! What is tried to hold the byte limit, in order, with the numbers that decide over each attempt.

use super::balance::Balance;
use crate::sampling::JpegSampling;

/// One way to write a picture, tried when those before it in the plan did not fit. The numbers that decide
/// over it are its own.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Attempt {
    /// The file as it is.
    AsIs,
    /// The file without what the picture doesn't need.
    Stripped,
    /// A JPEG's coefficients with Huffman tables made for them.
    Optimized,
    /// The same coefficients as a progressive file.
    OptimizedProgressive,
    /// A JPEG of lower quality whose chroma is halved, tried where quality would fall below `below` with chroma
    /// at full size. Where a JPEG's coefficients are kept otherwise, its pixels are made by
    /// [`CoefficientsPlan::halved_chroma`](super::CoefficientsPlan::halved_chroma), whose attempts take the place of those that follow.
    HalvedChroma {
        /// The quality below which coefficients of full chroma would fall.
        below: u8,
        /// The tables that coefficients could have.
        tables: TableRange,
    },
    /// The finest quantization tables between two qualities whose file fits, on a JPEG's own coefficients.
    Requantized(TableRange),
    /// A PNG without any loss against the decoded picture.
    LosslessPng {
        /// Where no pixel is transparent and JPEG is allowed: how much larger than a JPEG the PNG may be.
        /// `None` where PNG is asked for.
        unless_larger: Option<PngMargin>,
    },
    /// A PNG in 256 colors, dithered. Where JPEG is allowed, of pictures with transparency alone.
    FewerColors {
        /// How near to the picture it must be: the peak signal-to-noise ratio, in dB.
        min_psnr: u8,
    },
    /// A JPEG of one quality.
    Jpeg {
        /// 1..=100 on libjpeg's scale.
        quality: u8,
    },
    /// The same as a progressive file, where that may be just small enough.
    ProgressiveJpeg {
        /// 1..=100 on libjpeg's scale.
        quality: u8,
    },
    /// The finest quantization tables between two qualities whose file fits.
    LowerQuality(TableRange),
    /// Fewer pixels: a PNG where the picture is transparent or PNG was asked for, else a JPEG.
    FewerPixels(FewerPixels),
}

/// The quantization tables among which the finest are sought.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TableRange {
    /// The quality of the finest tables, 1..=100.
    pub best: u8,
    /// The quality of the coarsest tables, 1..=100.
    pub floor: u8,
    /// By how many percent a progressive file must be smaller than a sequential one to be written instead.
    pub progressive_gain: u8,
}

/// How much larger than a JPEG a PNG may be that loses nothing.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PngMargin {
    /// A PNG of so many bytes is small in itself.
    pub small: u32,
    /// Percent of the JPEG's bytes that the PNG may have.
    pub percent: u16,
    /// Percent of the JPEG's bytes, of a few tiles, from which on no more tiles are looked at.
    pub percent_of_few_tiles: u16,
    /// The quality of that JPEG.
    pub quality: u8,
}

/// How a picture is reduced until it fits.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FewerPixels {
    /// The quantization tables of a JPEG.
    pub tables: TableRange,
    /// How many pixels a JPEG has: as many as have the quality that this asks for.
    pub balance: Balance,
    /// Chroma sampling of a JPEG.
    pub sampling: JpegSampling,
    /// The quality from which on chroma is at full size instead; `None` if it never is.
    pub full_chroma_from: Option<u8>,
    /// How many times the source may be decoded again for one size; then the picture of the planned size is
    /// reduced.
    pub redecodes: u32,
    /// Whole files that are written before it only matters to fit at all.
    pub tries: u32,
}

/// An attempt's name: what a [`Report`](crate::Report) tells of the attempt that fitted.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Rung {
    /// The file as it is.
    AsIs,
    /// The file without what the picture doesn't need.
    Stripped,
    /// The same coefficients with Huffman tables made for them.
    Optimized,
    /// The same coefficients, or those of the planned quality, as a progressive file: smaller, slower to
    /// read.
    Progressive,
    /// Coarser coefficients: lower quality without decoding, not below the floor.
    Requantized,
    /// A JPEG of lower quality whose chroma is halved.
    HalvedChroma,
    /// A PNG without any loss against the decoded picture.
    LosslessPng,
    /// A PNG in 256 colors, dithered, where they come near enough to the picture.
    FewerColors,
    /// A JPEG of the planned quality.
    Jpeg,
    /// A JPEG of lower quality, not below the floor.
    LowerQuality,
    /// Fewer pixels.
    FewerPixels,
}

impl Attempt {
    /// The name of the attempt.
    #[must_use]
    pub fn rung(&self) -> Rung {
        match self {
            Self::AsIs => Rung::AsIs,
            Self::Stripped => Rung::Stripped,
            Self::Optimized => Rung::Optimized,
            Self::OptimizedProgressive | Self::ProgressiveJpeg { .. } => Rung::Progressive,
            Self::HalvedChroma { .. } => Rung::HalvedChroma,
            Self::Requantized(_) => Rung::Requantized,
            Self::LosslessPng { .. } => Rung::LosslessPng,
            Self::FewerColors { .. } => Rung::FewerColors,
            Self::Jpeg { .. } => Rung::Jpeg,
            Self::LowerQuality(_) => Rung::LowerQuality,
            Self::FewerPixels(_) => Rung::FewerPixels,
        }
    }
}
