//! What the segments before the picture data say.

mod frame;
mod scan;
mod tables;

use std::sync::Arc;

use crate::QuantTable;
use crate::error::{Error, Result};
use crate::huffman::HuffmanSpec;
use crate::marker_segment::{MarkerSegment, marker, next_segment};

pub(crate) use scan::{TableState, next_scan};

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

/// The frame header with the tables and the first scan header that follow it.
#[derive(Debug, Clone)]
pub struct Header {
    /// Samples in a row of the picture.
    pub width: u32,
    /// Rows of the picture.
    pub height: u32,
    /// The coding process.
    pub process: Process,
    /// What the components mean.
    pub color: ColorModel,
    /// One or three components.
    pub components: Vec<Component>,
    /// MCUs of an interleaved scan in a row.
    pub mcus_wide: u32,
    /// Rows of MCUs of an interleaved scan.
    pub mcus_high: u32,
    /// The first scan.
    pub scan: Scan,
}

impl Header {
    /// Reads a file up to the end of its first scan header. Allocates a few hundred bytes a table, whatever the header
    /// claims.
    ///
    /// Reads what this crate decodes: 8-bit, Huffman-coded, sequential or progressive, 1 or 3 components with
    /// sampling factors 1 and 2 (of a single component any: they mean nothing), at most ten blocks in an MCU, all tables present.
    ///
    /// # Errors
    /// [`Error::Malformed`] where the file breaks the rules of T.81, annex B; [`Error::Unsupported`] where it keeps
    /// them, or breaks them in a way that some decoders bear, and isn't of that class.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        Self::read_with_tables(bytes).map(|(header, _)| header)
    }

    /// Whether one sequential scan holds the whole picture.
    pub(crate) fn is_one_scan(&self) -> bool {
        self.process == Process::Sequential && self.scan.components.len() == self.components.len()
    }

    /// As [`read`](Self::read), with the tables from which [`next_scan`] goes on.
    pub(crate) fn read_with_tables(bytes: &[u8]) -> Result<(Self, TableState)> {
        if !bytes.starts_with(&[0xFF, marker::SOI]) {
            return Err(Error::malformed(0, "the file doesn't start with the marker SOI"));
        }
        let (mut tables, mut frame) = (tables::TableSet::default(), None);
        let (mut jfif, mut adobe) = (false, None);
        let mut at = 2;
        while let Some(segment) = next_segment(bytes, at)? {
            let data = segment.data(bytes);
            match segment.marker {
                marker::APP0 => jfif |= data.starts_with(b"JFIF\0"),
                marker::APP14 => adobe = adobe.or(adobe_transform(data)),
                marker::EOI => return Err(Error::malformed(segment.at, "the file has no scan")),
                marker::SOS => {
                    let frame =
                        frame.ok_or(Error::malformed(segment.at, "a scan before the frame header"))?;
                    let color = frame::color_model(&frame, jfif, adobe);
                    let state = TableState { tables, frame };
                    return Ok((Self::new(bytes, &segment, &state, color)?, state));
                }
                marker::SOF0..=marker::SOF15 if !scan::is_table(segment.marker) => {
                    if frame.is_some() {
                        return Err(Error::malformed(segment.at, "a second frame header"));
                    }
                    frame = Some(frame::FrameHeader::read(bytes, &segment)?);
                }
                _ => scan::skip_or_take(bytes, &segment, &mut tables)?,
            }
            at = segment.body.end;
        }
        Err(Error::malformed(bytes.len(), "the file ends before its first scan"))
    }

    fn new(bytes: &[u8], sos: &MarkerSegment, state: &TableState, color: ColorModel) -> Result<Self> {
        let frame = &state.frame;
        let (mcus_wide, mcus_high) = frame.mcus();
        Ok(Self {
            width: frame.width,
            height: frame.height,
            process: frame.process,
            color,
            components: frame.components(&state.tables)?,
            mcus_wide,
            mcus_high,
            scan: scan::read_scan(bytes, sos, state)?,
        })
    }
}

/// The transform that an Adobe segment names: 0 for none, 1 for YCbCr, 2 for YCCK.
fn adobe_transform(app14: &[u8]) -> Option<u8> {
    app14.strip_prefix(b"Adobe")?.get(6).copied()
}

/// A component in a scan.
#[derive(Debug, Clone)]
pub struct ScanComponent {
    /// Index into [`Header::components`].
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
