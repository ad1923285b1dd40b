//! What a header tells: process, components, scans.

use std::sync::Arc;

use crate::huffman::HuffmanSpec;
use crate::quant::QuantTable;

/// The coding process of a frame that this crate reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Process {
    /// SOF0 or SOF1 with 8 bits: sequential DCT, Huffman coding.
    Sequential,
    /// SOF2 with 8 bits: progressive DCT, Huffman coding.
    Progressive,
}

/// What the components mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColorModel {
    /// One component.
    Gray,
    /// Three components: luma and two chroma differences, ITU-R BT.601 full range (JFIF).
    YCbCr,
    /// Three components: red, green, blue (by an Adobe segment or by component ids).
    Rgb,
}

/// A component of the frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// The id that scans name it by.
    pub id: u8,
    /// Horizontal sampling factor, 1 or 2.
    pub h: u8,
    /// Vertical sampling factor, 1 or 2.
    pub v: u8,
    /// Samples in a row, without padding: `ceil(width * h / h_max)`.
    pub width: u32,
    /// Rows of samples, without padding: `ceil(height * v / v_max)`.
    pub height: u32,
    /// Blocks in a row, padded to whole MCUs of an interleaved scan.
    pub blocks_wide: u32,
    /// Rows of blocks, padded to whole MCUs of an interleaved scan.
    pub blocks_high: u32,
    /// The quantization table in force when the component's first scan begins.
    pub quant: QuantTable,
}

/// A component in a scan.
#[derive(Debug, Clone)]
pub struct ScanComponent {
    /// Index into [`Header::components`](super::Header::components).
    pub index: usize,
    /// The table for DC differences; `None` in a scan that needs none.
    pub(crate) dc: Option<Arc<HuffmanSpec>>,
    /// The table for AC coefficients; `None` in a scan that needs none.
    pub(crate) ac: Option<Arc<HuffmanSpec>>,
}

/// A scan header with all that is in force for it.
#[derive(Debug, Clone)]
pub struct Scan {
    /// The components, in the order of the scan header.
    pub components: Vec<ScanComponent>,
    /// First coefficient of the band, in zigzag order.
    pub spectral_start: u8,
    /// Last coefficient of the band.
    pub spectral_end: u8,
    /// Successive approximation: the bit position of the scan before, 0 for a first scan.
    pub approx_high: u8,
    /// Successive approximation: the bit position of this scan.
    pub approx_low: u8,
    /// MCUs between restart markers; 0 for none.
    pub restart_interval: u32,
    /// Byte offset of the scan's entropy-coded data in the file.
    pub data_start: usize,
}
