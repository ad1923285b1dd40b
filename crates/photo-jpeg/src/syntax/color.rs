//! What the components of a picture describe.

use super::segment::Segment;
use super::{adobe, jfif, marker};

/// How the components of a frame describe colors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodedColor {
    /// One or two components, of which the first one is luma.
    Gray,
    /// Luma and two chroma differences (ITU-R BT.601 at full range, as in JFIF).
    YCbCr,
    /// Red, green and blue.
    Rgb,
    /// Inks: cyan, magenta, yellow and black.
    Cmyk,
    /// The first three inks as luma and chroma differences, and black.
    Ycck,
}

impl CodedColor {
    /// The meaning of components with these ids, by the rules that libjpeg made common. For three components
    /// a JFIF segment decides (`jfif`), then the `transform` that an Adobe segment names, then the ids.
    #[must_use]
    pub fn of(ids: &[u8], jfif: bool, transform: Option<u8>) -> Self {
        match (ids.len(), transform) {
            (0..=2, _) => Self::Gray,
            (3, _) if jfif => Self::YCbCr,
            (3, Some(0)) => Self::Rgb,
            (3, None) if ids == b"RGB" => Self::Rgb,
            (3, _) => Self::YCbCr,
            // 1 makes no sense for four components: libjpeg takes it as 2.
            (_, Some(1 | 2)) => Self::Ycck,
            _ => Self::Cmyk,
        }
    }

    /// The meaning of components with these ids, by the first Adobe segment that names a transform and any
    /// JFIF segment of the file.
    #[must_use]
    pub fn in_file(bytes: &[u8], segments: &[Segment], ids: &[u8]) -> Self {
        let of = |marker| segments.iter().filter(move |s| s.marker == marker).map(|s| s.data(bytes));
        let transform = of(marker::APP14).find_map(adobe::transform);
        Self::of(ids, of(marker::APP0).any(jfif::is_jfif), transform)
    }
}
