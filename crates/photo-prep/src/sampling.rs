//! How the chroma of a JPEG is stored, and at which scale one is decoded.

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
