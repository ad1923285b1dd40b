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
    /// A JPEG of lower quality whose chroma is halved, tried where quality would fall below `below` with
    /// chroma at full size. Where a JPEG's coefficients are kept otherwise, its pixels are made by
    /// [`CoefficientsPlan::halved_chroma`](super::CoefficientsPlan::halved_chroma), whose attempts take the
    /// place of those that follow.
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
        /// Whether the picture has fewer pixels than its source, so that all in all something is lost.
        reduced: bool,
    },
    /// A PNG whose samples differ from the picture's by the least bound that fits: 1, 2, 3 or 5, or less
    /// where the picture is calm. Alpha is exact. Of photos that become PNGs.
    NearLossless {
        /// No sample differs by more.
        max_error: u8,
    },
    /// A PNG in fewer colors, of graphics alone: where the 16 most frequent colors make up three tenths of
    /// what is visible. A graphic that looks better as a JPEG of so many bytes becomes one instead.
    FewerColors(FewerColors),
    /// A PNG of fewer pixels: in fewer colors if it is a graphic, else nearly without loss or in dithered
    /// colors, whichever looks most like the picture.
    SmallerPng(SmallerPng),
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
    /// A JPEG of fewer pixels.
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
    /// The same of graphics, whose edges a JPEG blurs.
    pub percent_of_graphics: u16,
    /// Percent of the JPEG's bytes, of a few tiles, from which on no more tiles are looked at.
    pub percent_of_few_tiles: u16,
    /// The quality of that JPEG.
    pub quality: u8,
}

/// The numbers of colors that a palette may have: 256, 64, 32 and 16 within these, dithered or not.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FewerColors {
    /// The most colors, at most 256.
    pub most: u16,
    /// The fewest colors.
    pub fewest: u16,
}

/// How a PNG of fewer pixels is made.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SmallerPng {
    /// No sample of a photo differs by more.
    pub max_error: u8,
    /// The colors of a graphic.
    pub colors: FewerColors,
    /// Thousandths of the limit that are enough.
    pub fill: u64,
    /// Whole files of one kind that are written before the largest that fits is taken; three times as many of
    /// small pictures. Of pictures below two megapixels, more are written to choose among them.
    pub tries: u32,
}

impl SmallerPng {
    /// How many files of a size are written at most.
    pub(crate) fn tries_for(self, size: crate::Size) -> u32 {
        if size.pixels() < 100_000 { 3 * self.tries } else { self.tries }
    }
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
    /// A PNG without any loss against the pixels of a reduced picture.
    FullColorPng,
    /// A PNG whose samples differ by a bound at most.
    NearLossless,
    /// A PNG in fewer colors.
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
            Self::LosslessPng { reduced: false, .. } => Rung::LosslessPng,
            Self::LosslessPng { reduced: true, .. } => Rung::FullColorPng,
            Self::NearLossless { .. } => Rung::NearLossless,
            Self::FewerColors(_) => Rung::FewerColors,
            Self::Jpeg { .. } => Rung::Jpeg,
            Self::LowerQuality(_) => Rung::LowerQuality,
            Self::SmallerPng(_) | Self::FewerPixels(_) => Rung::FewerPixels,
        }
    }
}
