//! What samples mean.

use super::lab;
use super::ycbcr::YCbCr;

/// The colors of a picture.
#[derive(Debug, Clone)]
pub(super) enum Color {
    Gray {
        white_is_zero: bool,
    },
    Rgb,
    Palette(Box<[[u8; 3]; 256]>),
    /// Inks, 0 being none.
    Cmyk,
    YCbCr(YCbCr),
    Lab(lab::Kind),
}

impl Color {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Gray { .. } => "gray",
            Self::Rgb => "RGB",
            Self::Palette(_) => "palette",
            Self::Cmyk => "CMYK",
            Self::YCbCr(_) => "YCbCr",
            Self::Lab(_) => "L*a*b*",
        }
    }

    /// Samples of a pixel that tell its color.
    pub(super) fn samples(&self) -> usize {
        match self {
            Self::Gray { .. } | Self::Palette(_) => 1,
            Self::Rgb | Self::YCbCr(_) | Self::Lab(_) => 3,
            Self::Cmyk => 4,
        }
    }
}
