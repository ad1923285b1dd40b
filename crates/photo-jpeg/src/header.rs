//! Reads the marker segments before the picture data.

mod frame;
mod model;
mod scan;
mod segment;
mod tables;

use crate::error::{Error, Result};
use crate::syntax::{CodedColor, Segment, adobe, jfif, marker};
use segment::next_segment;

pub(crate) use model::{Class, Conditioning};
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
    /// Whether the inks of four components are stored inverted, as those of Adobe are: 0 is full coverage.
    pub(crate) inverted: bool,
    /// Whether the entropy coding is arithmetic.
    pub(crate) arithmetic: bool,
    /// Bits of a sample: 8 in the native class.
    pub(crate) precision: u8,
    /// The class that the file was read as.
    pub(crate) class: Class,
    /// One to four components.
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

    /// Whether the inks of four components are stored inverted, as those of Adobe are: 0 is full coverage.
    #[must_use]
    pub fn has_inverted_inks(&self) -> bool {
        self.inverted
    }

    /// What the components mean.
    #[must_use]
    pub fn color(&self) -> ColorModel {
        self.color
    }

    /// One, three or four components.
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
    /// Accepts what this crate decodes: samples of 8 bits, Huffman coding, sequential or progressive DCT, one,
    /// three or four components with sampling factors of 1 or 2, at most ten blocks in an MCU, and all tables
    /// present. The sampling factors of a single component have no meaning and may have any value.
    ///
    /// # Errors
    /// * [`Error::Malformed`] if the file breaks the rules of T.81, annex B;
    /// * [`Error::Unsupported`] if the file keeps those rules, or breaks them in a way that some decoders
    ///   tolerate, but is not of the class above.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        Self::read_with_tables(bytes).map(|(header, _)| header)
    }

    /// Whether one sequential scan holds the whole picture, and the fast decoders of such scans are made for
    /// it.
    pub(crate) fn is_one_scan(&self) -> bool {
        self.class == Class::Native
            && self.process == Process::Sequential
            && self.scan.components.len() == self.components.len()
    }

    /// Reads a file of any kind that is decoded at all: of the native class if it can be, with the tables
    /// with which [`next_scan`] goes on.
    ///
    /// # Errors
    /// As [`read`](Self::read), with [`Error::Unsupported`] only for hierarchical files, lossless ones with
    /// arithmetic coding, other than 8 and 12 bits, and what no decoder knows.
    pub(crate) fn read_any(bytes: &[u8]) -> Result<(Self, TableState)> {
        match Self::read_as(bytes, Class::Native) {
            Err(Error::Unsupported(_)) => Self::read_as(bytes, Class::Any),
            native => native,
        }
    }

    /// Reads a file as [`read`](Self::read) does, and also returns the tables with which [`next_scan`] goes
    /// on.
    pub(crate) fn read_with_tables(bytes: &[u8]) -> Result<(Self, TableState)> {
        Self::read_as(bytes, Class::Native)
    }

    fn read_as(bytes: &[u8], class: Class) -> Result<(Self, TableState)> {
        if !bytes.starts_with(&marker::START_OF_IMAGE) {
            return Err(Error::malformed(0, "the file doesn't start with the marker SOI"));
        }
        let (mut tables, mut frame) = (tables::TableSet::default(), None);
        let (mut has_jfif, mut has_adobe, mut transform) = (false, false, None);
        let mut from = 2;
        while let Some(segment) = next_segment(bytes, from)? {
            let (data, at) = (segment.data(bytes), segment.whole.start);
            match segment.marker {
                marker::APP0 => has_jfif |= jfif::is_jfif(data),
                marker::APP14 => {
                    has_adobe |= adobe::is_adobe(data);
                    transform = transform.or(adobe::transform(data));
                }
                marker::EOI => return Err(Error::malformed(at, "the file has no scan")),
                marker::SOS => {
                    let frame: frame::CodedFrame =
                        frame.ok_or(Error::malformed(at, "a scan before the frame header"))?;
                    let color = color_model(&frame, has_jfif, transform);
                    let state = TableState { tables, frame };
                    let mut header = Self::new(bytes, &segment, &state, color)?;
                    header.inverted = has_adobe && color.channels() == 4;
                    return Ok((header, state));
                }
                code if marker::is_frame(code) => {
                    if frame.is_some() {
                        return Err(Error::malformed(at, "a second frame header"));
                    }
                    frame = Some(frame::CodedFrame::read(bytes, &segment, class)?);
                }
                _ => scan::skip_or_take(bytes, &segment, &mut tables, class)?,
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
            inverted: false,
            arithmetic: frame.arithmetic,
            precision: frame.precision,
            class: frame.class,
            components: frame.components(&state.tables)?,
            mcus_wide,
            mcus_high,
            scan: scan::read_scan(bytes, sos, state)?,
        })
    }
}

/// The color model of one to four components.
fn color_model(frame: &frame::CodedFrame, has_jfif: bool, transform: Option<u8>) -> ColorModel {
    match CodedColor::of(&frame.ids(), has_jfif, transform) {
        // Lossless samples are colors as they are, unless a segment says otherwise. libjpeg-turbo has the same
        // rule.
        CodedColor::YCbCr if frame.process == Process::Lossless && !has_jfif && transform.is_none() => {
            ColorModel::Rgb
        }
        CodedColor::Gray => ColorModel::Gray,
        CodedColor::Rgb => ColorModel::Rgb,
        CodedColor::YCbCr => ColorModel::YCbCr,
        CodedColor::Cmyk => ColorModel::Cmyk,
        CodedColor::Ycck => ColorModel::Ycck,
    }
}
