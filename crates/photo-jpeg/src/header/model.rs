//! The data that headers hold: the coding process, the components and the scans.

use std::sync::Arc;

use crate::huffman::HuffmanSpec;
use crate::quant::QuantTable;

/// The coding process of a frame that this crate reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Process {
    /// SOF0 or SOF1 with samples of 8 bits: sequential DCT and Huffman coding.
    Sequential,
    /// SOF2 with samples of 8 bits: progressive DCT and Huffman coding.
    Progressive,
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
}

/// A component of the frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// The id by which scans name the component.
    pub id: u8,
    /// Horizontal sampling factor, 1 or 2.
    pub h: u8,
    /// Vertical sampling factor, 1 or 2.
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
}

/// A scan header, with the tables and the restart interval that apply to it.
#[derive(Debug, Clone)]
pub struct Scan {
    /// The components, in the order of the scan header.
    pub components: Vec<ScanComponent>,
    /// First coefficient of the band in zigzag order, 0 to 63.
    pub spectral_start: u8,
    /// Last coefficient of the band in zigzag order, 0 to 63.
    pub spectral_end: u8,
    /// Successive approximation: the bit position of the previous scan of this band; 0 in a first scan.
    pub approx_high: u8,
    /// Successive approximation: the bit position of this scan.
    pub approx_low: u8,
    /// The number of MCUs between restart markers; 0 for none.
    pub restart_interval: u32,
    /// The byte offset in the file of the scan's entropy-coded data.
    pub data_start: usize,
}
