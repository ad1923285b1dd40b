//! What can be chosen about an encoded picture.

use crate::{Orientation, QuantTable};

/// How [`encode`](crate::encode) writes a picture.
///
/// ```
/// use photo_jpeg::{EncodeOptions, Orientation};
///
/// let options = EncodeOptions::default().quality(85).orientation(Orientation::Rotate90);
/// assert_eq!(options.quality, 85);
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodeOptions<'a> {
    /// 1 (worst) to 100, on libjpeg's scale; 90 by default. Not used where `tables` are given.
    pub quality: u8,
    /// The quantisation tables of luma (and gray, and all of RGB) and of chroma; `None`, the default, for the
    /// standard's, scaled by `quality`.
    ///
    /// With a divisor above 255 the file is no baseline JPEG any more, but one of the extended sequential process.
    pub tables: Option<[QuantTable; 2]>,
    /// How the planes must be turned to be upright, as the output is; upright by default. No turned copy is made.
    pub orientation: Orientation,
    /// Whether the Huffman tables are made for the picture, the default, or are the standard's typical ones. Typical
    /// tables make a file some 3 to 10 % larger, and hardly save time.
    pub optimize_huffman: bool,
    /// MCUs between restart markers; 0, the default, for none. (More than 65,535 can't be written.)
    pub restart_interval: u16,
    /// Whole APPn and COM segments, with their markers, that are put after the file's own first one; empty by default.
    pub segments: &'a [u8],
}

impl<'a> EncodeOptions<'a> {
    /// Sets the quality, 1 to 100.
    #[must_use]
    pub fn quality(mut self, quality: u8) -> Self {
        self.quality = quality;
        self
    }

    /// Sets the quantisation tables of luma and chroma.
    #[must_use]
    pub fn tables(mut self, luma: QuantTable, chroma: QuantTable) -> Self {
        self.tables = Some([luma, chroma]);
        self
    }

    /// Sets how the planes must be turned to be upright.
    #[must_use]
    pub fn orientation(mut self, orientation: Orientation) -> Self {
        self.orientation = orientation;
        self
    }

    /// Sets whether the Huffman tables are made for the picture.
    #[must_use]
    pub fn optimize_huffman(mut self, optimize: bool) -> Self {
        self.optimize_huffman = optimize;
        self
    }

    /// Sets the number of MCUs between restart markers; 0 for none.
    #[must_use]
    pub fn restart_interval(mut self, mcus: u16) -> Self {
        self.restart_interval = mcus;
        self
    }

    /// Sets whole APPn and COM segments, such as an ICC profile, to be put into the file.
    #[must_use]
    pub fn segments<'b>(self, segments: &'b [u8]) -> EncodeOptions<'b> {
        EncodeOptions { segments, ..self }
    }

    /// The tables to be used.
    pub(crate) fn quant_tables(&self) -> [QuantTable; 2] {
        self.tables
            .clone()
            .unwrap_or_else(|| [QuantTable::luma(self.quality), QuantTable::chroma(self.quality)])
    }
}

impl Default for EncodeOptions<'_> {
    fn default() -> Self {
        Self {
            quality: 90,
            tables: None,
            orientation: Orientation::Upright,
            optimize_huffman: true,
            restart_interval: 0,
            segments: &[],
        }
    }
}
