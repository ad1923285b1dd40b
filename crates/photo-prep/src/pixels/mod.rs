//! Decoded pictures and what is done to them.

pub(crate) mod alpha;
pub(crate) mod bands;
pub(crate) mod color;
pub(crate) mod depth;
pub(crate) mod frame;
pub(crate) mod orient;
pub(crate) mod quantize;
pub(crate) mod resize;
pub(crate) mod rounding;
pub(crate) mod sample;
pub(crate) mod score;
pub(crate) mod tone;

use crate::Size;

/// How the samples of a pixel lie; all are 8 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Layout {
    Gray,
    GrayAlpha,
    Rgb,
    Rgba,
    /// Inks: 255 is full coverage.
    Cmyk,
}

impl Layout {
    pub(crate) fn channels(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::GrayAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba | Self::Cmyk => 4,
        }
    }

    pub(crate) fn has_alpha(self) -> bool {
        matches!(self, Self::GrayAlpha | Self::Rgba)
    }
}

/// A picture of interleaved 8-bit samples, row after row without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Raster {
    size: Size,
    layout: Layout,
    data: Vec<u8>,
}

impl Raster {
    /// `None` where `data` is not exactly `size` times the channels of `layout`, or a side is 0.
    pub(crate) fn new(size: Size, layout: Layout, data: Vec<u8>) -> Option<Self> {
        let fits = size.pixels() > 0 && data.len() as u64 == size.pixels() * layout.channels() as u64;
        fits.then_some(Self { size, layout, data })
    }

    pub(crate) fn bytes_for(size: Size, layout: Layout) -> usize {
        usize::try_from(size.pixels()).unwrap_or(usize::MAX).saturating_mul(layout.channels())
    }

    pub(crate) fn size(&self) -> Size {
        self.size
    }

    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }

    pub(crate) fn data(&self) -> &[u8] {
        &self.data
    }

    #[cfg(feature = "tiff")]
    pub(crate) fn into_data(self) -> Vec<u8> {
        self.data
    }

    pub(crate) fn row_bytes(&self) -> usize {
        self.size.width as usize * self.layout.channels()
    }
}

/// A pixel of gray, gray and alpha, RGB or RGBA as RGBA.
pub(crate) fn rgba(pixel: &[u8]) -> [u8; 4] {
    match *pixel {
        [v] => [v, v, v, 255],
        [v, a] => [v, v, v, a],
        [r, g, b] => [r, g, b, 255],
        [r, g, b, a] => [r, g, b, a],
        _ => [0; 4],
    }
}
