//! Options of the encoder.

use crate::encode::settings::{Density, Settings};
use crate::orientation::Orientation;
use crate::quant::QuantTable;
use crate::transform::Edges;

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
    /// The quality on libjpeg's scale, 1 (worst) to 100; 90 by default. Not used if `tables` are given.
    pub quality: u8,
    /// The quantization tables of luma (also used for gray and RGB) and of chroma. `None`, the default, for
    /// the standard's, scaled by `quality`.
    ///
    /// With a divisor above 255 the file is not baseline but extended sequential.
    pub tables: Option<[QuantTable; 2]>,
    /// How the planes must be turned to be upright, as the file will be; [`Orientation::Upright`] by default.
    /// No turned copy is made.
    pub orientation: Orientation,
    /// Whether the Huffman tables are optimized for the picture, which is the default, or are the standard's
    /// typical ones. Typical tables make a file about 3 to 10 % larger and hardly save time.
    pub optimize_huffman: bool,
    /// Whether the file is progressive instead of sequential, which is the default. A progressive file is
    /// about 3 to 7 % smaller, and slower to write and to read. Its Huffman tables are always optimized for
    /// the picture, and it can't have restart markers.
    pub progressive: bool,
    /// The number of MCUs between restart markers; 0, the default, for none. The format allows no more than
    /// 65,535.
    pub restart_interval: u16,
    /// The density of the upright picture in the JFIF header. A file of RGB has no JFIF header.
    pub density: Density,
    /// Whole APPn and COM segments, with their markers, to be put behind the file's own first segment. Empty
    /// by default.
    pub segments: &'a [u8],
}

impl<'a> EncodeOptions<'a> {
    /// Sets the quality, 1 to 100.
    #[must_use]
    pub fn quality(mut self, quality: u8) -> Self {
        self.quality = quality;
        self
    }

    /// Sets the quantization tables of luma and chroma.
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

    /// Sets whether the file is progressive.
    #[must_use]
    pub fn progressive(mut self, progressive: bool) -> Self {
        self.progressive = progressive;
        self
    }

    /// Sets the number of MCUs between restart markers; 0 for none.
    #[must_use]
    pub fn restart_interval(mut self, mcus: u16) -> Self {
        self.restart_interval = mcus;
        self
    }

    /// Sets the density of the upright picture in the JFIF header.
    #[must_use]
    pub fn density(mut self, density: Density) -> Self {
        self.density = density;
        self
    }

    /// Sets the whole APPn and COM segments to be put into the file, such as an ICC profile.
    #[must_use]
    pub fn segments<'b>(self, segments: &'b [u8]) -> EncodeOptions<'b> {
        EncodeOptions { segments, ..self }
    }

    pub(crate) fn settings(&self) -> Settings<'a> {
        Settings {
            optimize_huffman: self.optimize_huffman,
            progressive: self.progressive,
            restart_interval: self.restart_interval,
            density: self.density,
            segments: self.segments,
        }
    }

    /// The quantization tables of luma and chroma to be used.
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
            progressive: false,
            restart_interval: 0,
            density: Density::default(),
            segments: &[],
        }
    }
}

/// How [`transcode`](crate::transcode) writes coefficients.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TranscodeOptions<'a> {
    /// How the picture must be turned to be upright, as the file will be; [`Orientation::Upright`] by
    /// default. No turned copy is made.
    pub orientation: Orientation,
    /// What to do about partial MCUs that turning would bring to the left or upper border.
    pub edges: Edges,
    /// The new quantization table of each component, before it is turned. `None`, the default, to lose
    /// nothing.
    pub tables: Option<Vec<QuantTable>>,
    /// Whether there is a dead zone: AC quotients are rounded toward zero unless their fraction is above 5/8,
    /// instead of 1/2. That is coarser, but makes files so much smaller that, at the same size, finer tables
    /// give a better picture. It has no effect on components whose table does not change. `false` by default.
    pub dead_zone: bool,
    /// Whether the file is progressive instead of sequential, which is the default. A progressive file is
    /// about 3 to 7 % smaller, and slower to write and to read. It can't have restart markers.
    pub progressive: bool,
    /// The number of MCUs between restart markers; 0, the default, for none.
    pub restart_interval: u16,
    /// The density of the upright picture in the JFIF header. A file of RGB has no JFIF header.
    pub density: Density,
    /// Whole APPn and COM segments, with their markers, to be put behind the file's own first segment. Empty
    /// by default.
    pub segments: &'a [u8],
}

impl<'a> TranscodeOptions<'a> {
    /// Sets how the picture must be turned to be upright.
    #[must_use]
    pub fn orientation(mut self, orientation: Orientation) -> Self {
        self.orientation = orientation;
        self
    }

    /// Sets what to do about partial MCUs.
    #[must_use]
    pub fn edges(mut self, edges: Edges) -> Self {
        self.edges = edges;
        self
    }

    /// Sets the quantization table of each component.
    #[must_use]
    pub fn tables(mut self, tables: Vec<QuantTable>) -> Self {
        self.tables = Some(tables);
        self
    }

    /// Sets whether there is a [`dead_zone`](Self::dead_zone).
    #[must_use]
    pub fn dead_zone(mut self, dead_zone: bool) -> Self {
        self.dead_zone = dead_zone;
        self
    }

    /// Sets whether the file is progressive.
    #[must_use]
    pub fn progressive(mut self, progressive: bool) -> Self {
        self.progressive = progressive;
        self
    }

    /// Sets the number of MCUs between restart markers; 0 for none.
    #[must_use]
    pub fn restart_interval(mut self, mcus: u16) -> Self {
        self.restart_interval = mcus;
        self
    }

    /// Sets the density of the upright picture in the JFIF header.
    #[must_use]
    pub fn density(mut self, density: Density) -> Self {
        self.density = density;
        self
    }

    /// Sets the whole APPn and COM segments to be put into the file, such as an ICC profile.
    #[must_use]
    pub fn segments<'b>(self, segments: &'b [u8]) -> TranscodeOptions<'b> {
        TranscodeOptions { segments, ..self }
    }

    pub(crate) fn settings(&self) -> Settings<'a> {
        let Self { progressive, restart_interval, density, segments, .. } = *self;
        Settings { optimize_huffman: true, progressive, restart_interval, density, segments }
    }
}
