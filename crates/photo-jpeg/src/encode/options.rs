//! Options of the encoder.

use std::ops::{Deref, DerefMut};

use crate::encode::file_options::{Density, FileOptions, with_file_options};
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
    /// The quantization tables of luma (also used for gray and RGB), and of the differences of blue and of
    /// red. `None`, the default, for the standard's, scaled by `quality`.
    ///
    /// With a divisor above 255 the file is not baseline but extended sequential.
    pub tables: Option<[QuantTable; 3]>,
    /// Whether the Huffman tables are optimized for the picture, which is the default, or are the standard's
    /// typical ones. Typical tables make a file about 3 to 10 % larger and hardly save time.
    pub optimize_huffman: bool,
    /// What the file is besides its picture.
    pub file: FileOptions<'a>,
}

impl EncodeOptions<'_> {
    /// Sets the quality, 1 to 100.
    #[must_use]
    pub fn quality(mut self, quality: u8) -> Self {
        self.quality = quality;
        self
    }

    /// Sets the quantization tables of luma, and of the differences of blue and of red.
    #[must_use]
    pub fn tables(mut self, tables: [QuantTable; 3]) -> Self {
        self.tables = Some(tables);
        self
    }

    /// Sets whether the Huffman tables are made for the picture.
    #[must_use]
    pub fn optimize_huffman(mut self, optimize: bool) -> Self {
        self.optimize_huffman = optimize;
        self
    }

    /// The quantization tables to be used, of luma and of the two differences.
    pub(crate) fn quant_tables(&self) -> [QuantTable; 3] {
        self.tables.clone().unwrap_or_else(|| QuantTable::standard(self.quality))
    }
}

impl Default for EncodeOptions<'_> {
    fn default() -> Self {
        Self { quality: 90, tables: None, optimize_huffman: true, file: FileOptions::default() }
    }
}

with_file_options!(EncodeOptions);

/// How [`transcode`](crate::transcode) writes coefficients.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TranscodeOptions<'a> {
    /// What to do about partial MCUs that turning would bring to the left or upper border.
    pub edges: Edges,
    /// The new quantization table of each component, before it is turned. `None`, the default, to lose
    /// nothing.
    pub tables: Option<Vec<QuantTable>>,
    /// How readily an AC coefficient becomes smaller than the nearest one for the sake of bytes, in percent
    /// of what gives the best pictures at 2 bits a pixel and below. With 0, the default, it never does. It
    /// becomes no larger, and DCs and components whose table does not change stay as they are.
    ///
    /// That is coarser, but makes files so much smaller that, at the same size, finer tables give a better
    /// picture.
    pub rate_distortion: u8,
    /// What the file is besides its picture. Its Huffman tables are always optimized for the picture.
    pub file: FileOptions<'a>,
}

impl TranscodeOptions<'_> {
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

    /// Sets how readily coefficients become smaller for the sake of bytes
    /// ([`rate_distortion`](Self::rate_distortion)), in percent.
    #[must_use]
    pub fn rate_distortion(mut self, percent: u8) -> Self {
        self.rate_distortion = percent;
        self
    }
}

with_file_options!(TranscodeOptions);
