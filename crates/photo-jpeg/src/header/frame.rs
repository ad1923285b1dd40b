//! The frame header (T.81, B.2.2) and the geometry that follows from it (T.81, A.1 and A.2).

use super::model::{ColorModel, Component, Process};
use super::tables::TableSet;
use crate::error::{Error, Result};
use crate::geometry::component_side;
use crate::marker_segment::{MarkerSegment, be16, marker};
use crate::quant::QuantTable;

/// A frame header of the class that this crate reads.
#[derive(Debug, Clone)]
pub(crate) struct FrameHeader {
    pub(crate) process: Process,
    pub(crate) width: u32,
    pub(crate) height: u32,
    components: Vec<FrameHeaderComponent>,
    at: usize,
}

#[derive(Debug, Clone)]
struct FrameHeaderComponent {
    id: u8,
    h: u8,
    v: u8,
    table: u8,
}

impl FrameHeader {
    /// Reads the frame header in `segment`.
    ///
    /// # Errors
    /// * [`Error::Malformed`] for a header that is too short or has an impossible number;
    /// * [`Error::Unsupported`] for a process, precision, number of components or sampling factor that this
    ///   crate does not read.
    pub(super) fn read(bytes: &[u8], segment: &MarkerSegment) -> Result<Self> {
        let process = process(segment.marker)?;
        let bad = |reason| Error::malformed(segment.at, reason);
        let data = segment.data(bytes);
        let (Some(&[precision, _, _, _, _, count]), Some(height), Some(width)) =
            (data.first_chunk(), be16(data, 1), be16(data, 3))
        else {
            return Err(bad("the frame header is too short"));
        };
        let parts = data.get(6..6 + 3 * usize::from(count)).ok_or(bad("the frame header is too short"))?;
        if width == 0 || count == 0 {
            return Err(bad("the frame header gives no width or no components"));
        }
        match (precision, height, count) {
            (8, 1.., 1 | 3) => {}
            (8, 0, _) => return Err(Error::Unsupported("a height given only after the first scan")),
            (8, ..) => return Err(Error::Unsupported("a number of components that is neither 1 nor 3")),
            _ => return Err(Error::Unsupported("samples of other than 8 bits")),
        }
        let components = components(parts, segment.at)?;
        Ok(Self { process, width: width.into(), height: height.into(), components, at: segment.at })
    }

    /// The index of the component with this id.
    pub(super) fn index_of(&self, id: u8) -> Option<usize> {
        self.components.iter().position(|c| c.id == id)
    }

    /// The number of blocks that component `index` has in an MCU of an interleaved scan.
    pub(super) fn blocks_in_mcu(&self, index: usize) -> u32 {
        self.components.get(index).map_or(0, |c| u32::from(c.h) * u32::from(c.v))
    }

    /// The components' ids, in the frame's order.
    pub(super) fn ids(&self) -> impl Iterator<Item = u8> {
        self.components.iter().map(|c| c.id)
    }

    /// The number of MCUs in a row of an interleaved scan, and the number of rows of MCUs.
    pub(super) fn mcus(&self) -> (u32, u32) {
        let (h, v) = self.max();
        (self.width.div_ceil(8 * u32::from(h)), self.height.div_ceil(8 * u32::from(v)))
    }

    /// The components with their sizes and the quantization tables that apply now.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if a table is missing, [`Error::Malformed`] if a table holds a zero.
    pub(super) fn components(&self, tables: &TableSet) -> Result<Vec<Component>> {
        let ((h_max, v_max), (mcus_wide, mcus_high)) = (self.max(), self.mcus());
        let component = |c: &FrameHeaderComponent| {
            Ok(Component {
                id: c.id,
                h: c.h,
                v: c.v,
                width: component_side(self.width, c.h, h_max),
                height: component_side(self.height, c.v, v_max),
                blocks_wide: mcus_wide * u32::from(c.h),
                blocks_high: mcus_high * u32::from(c.v),
                quant: self.table(c, tables)?,
            })
        };
        self.components.iter().map(component).collect()
    }

    /// The quantization table that applies now to component `index`. The table that counts is the one at the
    /// start of the component's first scan.
    ///
    /// # Errors
    /// Returns the errors of [`Self::components`].
    pub(super) fn quant(&self, index: usize, tables: &TableSet) -> Result<QuantTable> {
        let component = self.components.get(index).ok_or(Error::Argument("no such component"))?;
        self.table(component, tables)
    }

    fn table(&self, component: &FrameHeaderComponent, tables: &TableSet) -> Result<QuantTable> {
        let missing = Error::Unsupported("a quantization table missing at the first scan");
        tables.quant(component.table, self.at)?.ok_or(missing)
    }

    fn max(&self) -> (u8, u8) {
        let most =
            |side: fn(&FrameHeaderComponent) -> u8| self.components.iter().map(side).max().unwrap_or(1);
        (most(|c| c.h), most(|c| c.v))
    }
}

/// The color model, by the rules that libjpeg established: a JFIF segment decides first, then the transform
/// in an Adobe segment, then the component ids.
pub(super) fn color_model(frame: &FrameHeader, jfif: bool, adobe: Option<u8>) -> ColorModel {
    let rgb_ids = frame.ids().eq(*b"RGB");
    match (frame.components.len(), jfif, adobe) {
        (1, ..) => ColorModel::Gray,
        (_, true, _) => ColorModel::YCbCr,
        (_, false, Some(0)) => ColorModel::Rgb,
        (_, false, None) if rgb_ids => ColorModel::Rgb,
        _ => ColorModel::YCbCr,
    }
}

fn process(code: u8) -> Result<Process> {
    match code {
        marker::SOF0 | marker::SOF1 => Ok(Process::Sequential),
        marker::SOF2 => Ok(Process::Progressive),
        0xC3 | 0xC7 | 0xCB | 0xCF => Err(Error::Unsupported("lossless coding")),
        0xC5 | 0xC6 | 0xCD | 0xCE => Err(Error::Unsupported("hierarchical coding")),
        _ => Err(Error::Unsupported("arithmetic coding")),
    }
}

fn components(parts: &[u8], at: usize) -> Result<Vec<FrameHeaderComponent>> {
    let single = parts.len() == 3;
    let mut components: Vec<FrameHeaderComponent> = Vec::new();
    for part in parts.chunks_exact(3) {
        let &[id, sampling, table] = part else { continue };
        let (h, v) = (sampling >> 4, sampling & 15);
        if !(1..=4).contains(&h) || !(1..=4).contains(&v) {
            return Err(Error::malformed(at, "a sampling factor is not in 1..=4"));
        }
        if components.iter().any(|c| c.id == id) {
            return Err(Error::Unsupported("two components of the same id"));
        }
        // The factors relate components to each other, so that they mean nothing for a single one.
        let (h, v) = if single { (1, 1) } else { (h, v) };
        if h > 2 || v > 2 {
            return Err(Error::Unsupported("sampling factors above 2"));
        }
        components.push(FrameHeaderComponent { id, h, v, table });
    }
    Ok(components)
}
