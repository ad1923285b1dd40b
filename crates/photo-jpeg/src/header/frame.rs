//! The frame headers that this crate decodes, and the geometry that follows from them (T.81, A.1 and A.2).

use super::model::{Component, Process};
use super::tables::TableSet;
use crate::error::{Error, Result};
use crate::quant::QuantTable;
use crate::syntax::{CodingProcess, FrameComponent, FrameFault, FrameHeader, MaxSampling, Segment};

/// A frame header of the class that this crate reads.
#[derive(Debug, Clone)]
pub(crate) struct NativeFrame {
    pub(crate) process: Process,
    pub(crate) width: u32,
    pub(crate) height: u32,
    components: Vec<FrameComponent>,
    at: usize,
}

impl NativeFrame {
    /// Reads the frame header in `segment`.
    ///
    /// # Errors
    /// * [`Error::Malformed`] for a header that is too short or has an impossible number;
    /// * [`Error::Unsupported`] for a process, precision, number of components or sampling factor that this
    ///   crate does not read.
    pub(super) fn read(bytes: &[u8], segment: &Segment) -> Result<Self> {
        let at = segment.whole.start;
        let bad = |fault: FrameFault| Error::malformed(at, fault.reason());
        let process = CodingProcess::of(segment.marker).ok_or(bad(FrameFault::NoFrame)).and_then(process)?;
        let mut header = FrameHeader::read(segment.marker, segment.data(bytes)).map_err(bad)?;
        match (header.precision, header.height, header.components.len()) {
            (8, 1.., 1 | 3) => {}
            (8, 0, _) => return Err(Error::Unsupported("a height given only after the first scan")),
            (8, ..) => return Err(Error::Unsupported("a number of components that is neither 1 nor 3")),
            _ => return Err(Error::Unsupported("samples of other than 8 bits")),
        }
        check_components(&header.components, at)?;
        // The factors relate components to each other, so that they mean nothing for a single one.
        if let [single] = header.components.as_mut_slice() {
            single.sampling = (1, 1);
        }
        let (width, height) = (header.width.into(), header.height.into());
        Ok(Self { process, width, height, components: header.components, at })
    }

    /// The index of the component with this id.
    pub(super) fn index_of(&self, id: u8) -> Option<usize> {
        self.components.iter().position(|c| c.id == id)
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
        let missing = Error::Unsupported("a quantization table missing at the first scan");
        tables.quant(component.quant_table, self.at)?.ok_or(missing)
    }

    fn max(&self) -> MaxSampling {
        MaxSampling::of(self.components.iter().map(|c| c.sampling))
    }
}

fn process(process: CodingProcess) -> Result<Process> {
    match process {
        CodingProcess::Baseline | CodingProcess::ExtendedSequential => Ok(Process::Sequential),
        CodingProcess::Progressive => Ok(Process::Progressive),
        CodingProcess::Lossless { .. } | CodingProcess::Differential { lossless: true } => {
            Err(Error::Unsupported("lossless coding"))
        }
        CodingProcess::Differential { lossless: false } => Err(Error::Unsupported("hierarchical coding")),
        CodingProcess::ArithmeticSequential | CodingProcess::ArithmeticProgressive => {
            Err(Error::Unsupported("arithmetic coding"))
        }
    }
}

fn check_components(components: &[FrameComponent], at: usize) -> Result<()> {
    for (index, component) in components.iter().enumerate() {
        if !component.has_possible_sampling() {
            return Err(Error::malformed(at, "a sampling factor is not in 1..=4"));
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
