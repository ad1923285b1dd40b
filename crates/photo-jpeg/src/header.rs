//! Reads the marker segments before the picture data.

mod frame;
mod model;
mod scan;
mod segment;
mod tables;

use crate::error::{Error, Result};
use crate::syntax::{CodedColor, Segment, adobe, jfif, marker};
use segment::next_segment;

pub use model::{ColorModel, Component, Process, Scan, ScanComponent};
pub(crate) use scan::{TableState, next_scan};

/// The frame header, together with the tables and the first scan header that follow it.
#[derive(Debug, Clone)]
pub struct Header {
    /// Width of the picture in pixels, 1 to 65,535.
    pub(crate) width: u32,
    /// Height of the picture in pixels, 1 to 65,535.
    pub(crate) height: u32,
    /// The coding process.
    pub(crate) process: Process,
    /// What the components mean.
    pub(crate) color: ColorModel,
    /// One or three components.
    pub(crate) components: Vec<Component>,
    /// The number of MCUs in a row of an interleaved scan.
    pub(crate) mcus_wide: u32,
    /// The number of rows of MCUs in an interleaved scan.
    pub(crate) mcus_high: u32,
    /// The first scan.
    pub(crate) scan: Scan,
}

impl Header {
    /// The width of the picture in pixels, 1 to 65,535.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// The height of the picture in pixels, 1 to 65,535.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The coding process.
    #[must_use]
    pub fn process(&self) -> Process {
        self.process
    }

    /// What the components mean.
    #[must_use]
    pub fn color(&self) -> ColorModel {
        self.color
    }

    /// One or three components.
    #[must_use]
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// The number of MCUs in a row of an interleaved scan.
    #[must_use]
    pub fn mcus_wide(&self) -> u32 {
        self.mcus_wide
    }

    /// The number of rows of MCUs in an interleaved scan.
    #[must_use]
    pub fn mcus_high(&self) -> u32 {
        self.mcus_high
    }

    /// The first scan.
    #[must_use]
    pub fn scan(&self) -> &Scan {
        &self.scan
    }

    /// Reads a file up to the end of its first scan header. Allocates a few hundred bytes for each table,
    /// whatever the header claims.
    ///
    /// Accepts what this crate decodes: samples of 8 bits, Huffman coding, sequential or progressive DCT, one
    /// or three components with sampling factors of 1 or 2, at most ten blocks in an MCU, and all tables
    /// present. The sampling factors of a single component have no meaning and may have any value.
    ///
    /// # Errors
    /// * [`Error::Malformed`] if the file breaks the rules of T.81, annex B;
    /// * [`Error::Unsupported`] if the file keeps those rules, or breaks them in a way that some decoders
    ///   tolerate, but is not of the class above.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        Self::read_with_tables(bytes).map(|(header, _)| header)
    }

    /// Whether one sequential scan holds the whole picture.
    pub(crate) fn is_one_scan(&self) -> bool {
        self.process == Process::Sequential && self.scan.components.len() == self.components.len()
    }

    /// Reads a file as [`read`](Self::read) does, and also returns the tables with which [`next_scan`] goes
    /// on.
    pub(crate) fn read_with_tables(bytes: &[u8]) -> Result<(Self, TableState)> {
        if !bytes.starts_with(&marker::START_OF_IMAGE) {
            return Err(Error::malformed(0, "the file doesn't start with the marker SOI"));
        }
        let (mut tables, mut frame) = (tables::TableSet::default(), None);
        let (mut has_jfif, mut transform) = (false, None);
        let mut from = 2;
        while let Some(segment) = next_segment(bytes, from)? {
            let (data, at) = (segment.data(bytes), segment.whole.start);
            match segment.marker {
                marker::APP0 => has_jfif |= jfif::is_jfif(data),
                marker::APP14 => transform = transform.or(adobe::transform(data)),
                marker::EOI => return Err(Error::malformed(at, "the file has no scan")),
                marker::SOS => {
                    let frame: frame::NativeFrame =
                        frame.ok_or(Error::malformed(at, "a scan before the frame header"))?;
                    let color = color_model(CodedColor::of(&frame.ids(), has_jfif, transform));
                    let state = TableState { tables, frame };
                    return Ok((Self::new(bytes, &segment, &state, color)?, state));
                }
                code if marker::is_frame(code) => {
                    if frame.is_some() {
                        return Err(Error::malformed(at, "a second frame header"));
                    }
                    frame = Some(frame::NativeFrame::read(bytes, &segment)?);
                }
                _ => scan::skip_or_take(bytes, &segment, &mut tables)?,
            }
            from = segment.payload.end;
        }
        Err(Error::malformed(bytes.len(), "the file ends before its first scan"))
    }

    fn new(bytes: &[u8], sos: &Segment, state: &TableState, color: ColorModel) -> Result<Self> {
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

/// The color model of one or three components.
fn color_model(color: CodedColor) -> ColorModel {
    match color {
        CodedColor::Gray => ColorModel::Gray,
        CodedColor::Rgb => ColorModel::Rgb,
        CodedColor::YCbCr | CodedColor::Cmyk | CodedColor::Ycck => ColorModel::YCbCr,
    }
}
