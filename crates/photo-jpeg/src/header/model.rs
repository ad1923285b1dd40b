//! The data that headers hold: the coding process, the components and the scans.

use std::sync::Arc;

use crate::huffman::HuffmanSpec;
use crate::quant::QuantTable;

/// The coding process of a frame that this crate reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Process {
    /// SOF0, SOF1 or SOF9: sequential DCT.
    Sequential,
    /// SOF2 or SOF10: progressive DCT.
    Progressive,
    /// SOF3: lossless, by prediction and Huffman coding. [`Header::read`](super::Header::read) refuses it.
    Lossless,
}

/// Which files a reader takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// What [`Header::read`](super::Header::read) takes: planes, coefficients and the fast decoders are made
    /// for it.
    Native,
    /// Every JPEG that is decoded at all.
    Any,
}

/// How the components describe colors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColorModel {
    /// One component, which is luma.
    Gray,
    /// Three components: luma and two chroma differences, ITU-R BT.601 at full range, as in JFIF.
    YCbCr,
    /// Three components: red, green and blue. An Adobe segment or the component ids say so.
    Rgb,
    /// Four components: cyan, magenta, yellow and black.
    Cmyk,
    /// Four components: the first three inks as luma and two chroma differences, and black.
    Ycck,
}

impl ColorModel {
    /// The number of channels of a pixel: 1 for gray, 3 for colors, 4 for inks.
    #[must_use]
    pub fn channels(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::YCbCr | Self::Rgb => 3,
            Self::Cmyk | Self::Ycck => 4,
        }
    }
}

/// A component of the frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// The id by which scans name the component.
    pub id: u8,
    /// Horizontal sampling factor, 1 or 2; in a file that only the general decoder reads, up to 4.
    pub h: u8,
    /// Vertical sampling factor, 1 or 2; in a file that only the general decoder reads, up to 4.
    pub v: u8,
    /// The number of samples in a row, without padding: `ceil(width * h / h_max)`.
    pub width: u32,
    /// The number of rows of samples, without padding: `ceil(height * v / v_max)`.
    pub height: u32,
    /// The number of blocks in a row, padded to whole MCUs of an interleaved scan.
    pub blocks_wide: u32,
    /// The number of rows of blocks, padded to whole MCUs of an interleaved scan.
    pub blocks_high: u32,
    /// The quantization table in force when the component's first scan begins.
    pub quant: QuantTable,
}

/// A component in a scan.
#[derive(Debug, Clone)]
pub struct ScanComponent {
    /// Index into [`Header::components`](super::Header::components).
    pub index: usize,
    /// The Huffman table for DC differences; `None` in a scan that needs none.
    pub(crate) dc: Option<Arc<HuffmanSpec>>,
    /// The Huffman table for AC coefficients; `None` in a scan that needs none.
    pub(crate) ac: Option<Arc<HuffmanSpec>>,
    /// The conditioning of arithmetic coding; of no meaning in a file with Huffman coding.
    pub(crate) conditioning: Conditioning,
}

/// What the models of arithmetic coding depend on (T.81, F.1.4.4.1.2 and F.1.4.4.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Conditioning {
    /// The number of the statistics for DC differences, 0 to 15. Components of a scan may share them.
    pub(crate) dc_table: u8,
    /// The number of the statistics for AC coefficients, 0 to 15.
    pub(crate) ac_table: u8,
    /// The bounds L and U of small DC differences, as exponents of 2: 0 to 15.
    pub(crate) small: (u8, u8),
    /// Kx: the last coefficient in zigzag order that counts as a low one, 1 to 63.
    pub(crate) last_low: u8,
}

/// A scan header, with the tables and the restart interval that apply to it.
#[derive(Debug, Clone)]
pub struct Scan {
    /// The components, in the order of the scan header.
    pub components: Vec<ScanComponent>,
    /// First coefficient of the band in zigzag order, 0 to 63; the predictor in a lossless file.
    pub spectral_start: u8,
    /// Last coefficient of the band in zigzag order, 0 to 63.
    pub spectral_end: u8,
    /// Successive approximation: the bit position of the previous scan of this band; 0 in a first scan.
    pub approx_high: u8,
    /// Successive approximation: the bit position of this scan. The point transform in a lossless file.
    pub approx_low: u8,
    /// The number of MCUs between restart markers; 0 for none.
    pub restart_interval: u32,
    /// The byte offset in the file of the scan's entropy-coded data.
    pub data_start: usize,
}
