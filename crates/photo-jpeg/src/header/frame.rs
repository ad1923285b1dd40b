//! The frame headers of both classes, and the geometry that follows from them (T.81, A.1 and A.2).

use super::model::{Class, Component, Process};
use super::tables::TableSet;
use crate::error::{Error, Result};
use crate::quant::QuantTable;
use crate::syntax::{
    CodingProcess, FrameComponent, FrameFault, FrameHeader, MaxSampling, Segment, number_of_lines,
};

/// A frame header.
#[derive(Debug, Clone)]
pub(crate) struct CodedFrame {
    /// The class that the frame is read as.
    pub(crate) class: Class,
    pub(crate) process: Process,
    /// Whether the entropy coding is arithmetic.
    pub(crate) arithmetic: bool,
    /// Bits of a sample: 8 in the native class; else 8 or 12, and 2 to 16 in a lossless file.
    pub(crate) precision: u8,
    pub(crate) width: u32,
    pub(crate) height: u32,
    components: Vec<FrameComponent>,
    at: usize,
}

impl CodedFrame {
    /// Reads the frame header in `segment`.
    ///
    /// # Errors
    /// * [`Error::Malformed`] for a header that is too short or has an impossible number;
    /// * [`Error::Unsupported`] for a process, precision, number of components or sampling factor that is not
    ///   of this class.
    pub(super) fn read(bytes: &[u8], segment: &Segment, class: Class) -> Result<Self> {
        let at = segment.whole.start;
        let bad = |fault: FrameFault| Error::malformed(at, fault.reason());
        let process = CodingProcess::of(segment.marker).ok_or(bad(FrameFault::NoFrame))?;
        let (process, arithmetic) = coding(process)?;
        let mut header = FrameHeader::read(segment.marker, segment.data(bytes)).map_err(bad)?;
        match class {
            Class::Native => check_native(&header, process, arithmetic)?,
            Class::Any => {
                check_any(&header, process)?;
                if header.height == 0 {
                    header.height =
                        number_of_lines(bytes).ok_or(Error::Unsupported("a height that is given nowhere"))?;
                }
            }
        }
        check_components(&header.components, at, class)?;
        // The factors relate components to each other, so that they mean nothing for a single one.
        if let [single] = header.components.as_mut_slice() {
            single.sampling = (1, 1);
        }
        let (width, height, precision) = (header.width.into(), header.height.into(), header.precision);
        let components = header.components;
        Ok(Self { class, process, arithmetic, precision, width, height, components, at })
    }

    /// The indices of the components with this id. There are several only in files that the general decoder
    /// reads.
    pub(super) fn indices_of(&self, id: u8) -> impl Iterator<Item = usize> {
        self.components.iter().enumerate().filter(move |(_, c)| c.id == id).map(|(index, _)| index)
    }

    /// The number of blocks that component `index` has in an MCU of an interleaved scan.
    pub(super) fn blocks_in_mcu(&self, index: usize) -> u32 {
        self.components.get(index).map_or(0, |c| u32::from(c.sampling.0) * u32::from(c.sampling.1))
    }

    /// The components' ids, in the frame's order.
    pub(super) fn ids(&self) -> Vec<u8> {
        self.components.iter().map(|c| c.id).collect()
    }

    /// The number of MCUs in a row of an interleaved scan, and the number of rows of MCUs.
    pub(super) fn mcus(&self) -> (u32, u32) {
        self.max().mcus(self.width, self.height)
    }

    /// The components with their sizes and the quantization tables that apply now.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if a table is missing, [`Error::Malformed`] if a table holds a zero.
    pub(super) fn components(&self, tables: &TableSet) -> Result<Vec<Component>> {
        let (max, (mcus_wide, mcus_high)) = (self.max(), self.mcus());
        let component = |c: &FrameComponent| {
            let ((h, v), (width, height)) =
                (c.sampling, max.component_size(self.width, self.height, c.sampling));
            let (blocks_wide, blocks_high) = (mcus_wide * u32::from(h), mcus_high * u32::from(v));
            let quant = self.table(c, tables)?;
            Ok(Component { id: c.id, h, v, width, height, blocks_wide, blocks_high, quant })
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

    fn table(&self, component: &FrameComponent, tables: &TableSet) -> Result<QuantTable> {
        if self.process == Process::Lossless {
            return Ok(QuantTable::ones());
        }
        let missing = Error::Unsupported("a quantization table missing at the first scan");
        tables.quant(component.quant_table, self.at)?.ok_or(missing)
    }

    fn max(&self) -> MaxSampling {
        MaxSampling::of(self.components.iter().map(|c| c.sampling))
    }
}

/// The process and whether its entropy coding is arithmetic.
fn coding(process: CodingProcess) -> Result<(Process, bool)> {
    match process {
        CodingProcess::Baseline | CodingProcess::ExtendedSequential => Ok((Process::Sequential, false)),
        CodingProcess::Progressive => Ok((Process::Progressive, false)),
        CodingProcess::ArithmeticSequential => Ok((Process::Sequential, true)),
        CodingProcess::ArithmeticProgressive => Ok((Process::Progressive, true)),
        CodingProcess::Lossless { arithmetic: false } => Ok((Process::Lossless, false)),
        CodingProcess::Lossless { arithmetic: true } => {
            Err(Error::Unsupported("lossless coding with arithmetic coding"))
        }
        CodingProcess::Differential { .. } => Err(Error::Unsupported("hierarchical coding")),
    }
}

fn check_native(header: &FrameHeader, process: Process, arithmetic: bool) -> Result<()> {
    if process == Process::Lossless {
        return Err(Error::Unsupported("lossless coding"));
    }
    if arithmetic {
        return Err(Error::Unsupported("arithmetic coding"));
    }
    match (header.precision, header.height, header.components.len()) {
        (8, 1.., 1 | 3 | 4) => Ok(()),
        (8, 0, _) => Err(Error::Unsupported("a height given only after the first scan")),
        (8, ..) => Err(Error::Unsupported("a number of components that is none of 1, 3 and 4")),
        _ => Err(Error::Unsupported("samples of other than 8 bits")),
    }
}

fn check_any(header: &FrameHeader, process: Process) -> Result<()> {
    if header.components.len() > 4 {
        return Err(Error::Unsupported("more than four components"));
    }
    match (process, header.precision) {
        (Process::Lossless, 2..=16) | (_, 8 | 12) => Ok(()),
        (Process::Lossless, _) => Err(Error::Unsupported("lossless samples of other than 2 to 16 bits")),
        _ => Err(Error::Unsupported("samples of other than 8 or 12 bits")),
    }
}

fn check_components(components: &[FrameComponent], at: usize, class: Class) -> Result<()> {
    for (index, component) in components.iter().enumerate() {
        if !component.has_possible_sampling() {
            return Err(Error::malformed(at, "a sampling factor is not in 1..=4"));
        }
        if class == Class::Any {
            continue;
        }
        if components[..index].iter().any(|c| c.id == component.id) {
            return Err(Error::Unsupported("two components of the same id"));
        }
        let (h, v) = component.sampling;
        if components.len() > 1 && (h > 2 || v > 2) {
            return Err(Error::Unsupported("sampling factors above 2"));
        }
    }
    Ok(())
}
