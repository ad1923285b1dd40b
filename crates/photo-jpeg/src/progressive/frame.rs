//! The sizes of a frame that the scan decoders need.

use crate::error::{Error, Result};
use crate::header::{Component, Header, Process};

/// The sizes of a frame that the scan decoders need.
#[derive(Debug)]
pub(super) struct FrameGeometry {
    pub(super) process: Process,
    pub(super) arithmetic: bool,
    pub(super) mcus_wide: usize,
    mcus: u64,
    /// For each component, the number of blocks that hold samples.
    coded_blocks: Vec<u64>,
}

impl FrameGeometry {
    pub(super) fn new(header: &Header) -> Self {
        let coded = |c: &Component| u64::from(c.width.div_ceil(8)) * u64::from(c.height.div_ceil(8));
        Self {
            process: header.process,
            arithmetic: header.arithmetic,
            mcus_wide: header.mcus_wide as usize,
            mcus: u64::from(header.mcus_wide) * u64::from(header.mcus_high),
            coded_blocks: header.components.iter().map(coded).collect(),
        }
    }

    pub(super) fn mcus(&self) -> u64 {
        self.mcus
    }

    pub(super) fn coded_blocks(&self, index: usize) -> u64 {
        self.coded_blocks.get(index).copied().unwrap_or(0)
    }

    /// Refuses a file whose first scan has not even a bit for each block, before memory is allocated for the
    /// size that its header claims. The shortest DC code is one bit (T.81, C.2).
    pub(super) fn check_length(&self, bytes: &[u8], header: &Header) -> Result<()> {
        if self.arithmetic {
            // A decision may take a hundred-thousandth of a bit.
            return Ok(());
        }
        let blocks: u64 = header.scan.components.iter().map(|part| self.coded_blocks(part.index)).sum();
        let left = bytes.len().saturating_sub(header.scan.data_start) as u64;
        if blocks <= 8 * left {
            return Ok(());
        }
        Err(Error::Truncated { offset: bytes.len(), decoded: 0, total: self.mcus() })
    }
}
