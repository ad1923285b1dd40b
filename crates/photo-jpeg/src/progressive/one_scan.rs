//! Decodes files whose only scan holds all components, some rows of MCUs at a time, so that there are never
//! coefficients of more than a few rows.

use super::frame::FrameGeometry;
use super::plan::ScanPlan;
use super::scan::ScanDecoder;
use super::strip::BlockStrip;
use crate::coefficients::{Coefficients, ReadOptions};
use crate::error::Result;
use crate::header::{Header, Process, Scan, TableState};

/// A file whose only scan, a sequential one, holds all components.
#[derive(Debug)]
pub(crate) struct OneScan {
    /// The picture without its blocks.
    picture: Coefficients,
    scan: Scan,
    frame: FrameGeometry,
    mcus_high: usize,
}

/// The blocks of some rows of MCUs, by component.
struct Rows {
    blocks: Vec<Vec<[i16; 64]>>,
    masks: Vec<Vec<u64>>,
}

/// The number of bytes of coefficients that are decoded at a time. Two times as many are held.
const BYTES: usize = 384 << 10;

impl OneScan {
    /// The only scan of a file; `None` if the file is not of this kind. Finds and checks all scans.
    pub(crate) fn find(
        bytes: &[u8],
        header: &Header,
        state: TableState,
        options: &ReadOptions,
    ) -> Result<Option<Self>> {
        if header.process != Process::Sequential {
            return Ok(None);
        }
        let mut picture = Coefficients::outline(header);
        let plan = ScanPlan::new(bytes, header, state, options, &mut picture);
        if let Some(fault) = plan.fault {
            return Err(fault);
        }
        let [scan] = plan.scans.as_slice() else { return Ok(None) };
        if scan.components.len() != header.components.len() {
            return Ok(None);
        }
        let frame = FrameGeometry::new(header);
        frame.check_length(bytes, header)?;
        Ok(Some(Self { picture, scan: scan.clone(), frame, mcus_high: header.mcus_high as usize }))
    }

    /// The picture, whose components have no blocks.
    pub(crate) fn picture(&self) -> &Coefficients {
        &self.picture
    }

    /// Decodes the scan from top to bottom. `take` gets the index of the first of some rows of MCUs and their
    /// blocks by component, while the next ones are decoded.
    ///
    /// # Errors
    /// [`Error::Truncated`](crate::Error::Truncated) or [`Error::Malformed`](crate::Error::Malformed).
    pub(crate) fn run(
        &self,
        bytes: &[u8],
        mut take: impl FnMut(usize, &[Vec<[i16; 64]>]) + Send,
    ) -> Result<()> {
        let step = rows_at_once(&self.picture, self.mcus_high);
        let mut decoder = ScanDecoder::new(bytes, &self.frame, &self.scan);
        let (mut now, mut next) = (Rows::new(&self.picture, step), Rows::new(&self.picture, step));
        let rows_from = |top: usize| step.min(self.mcus_high - top);
        self.decode(&mut decoder, &mut now, 0, rows_from(0))?;
        for top in (0..self.mcus_high).step_by(step) {
            let below = top + step;
            let (decoded, ()) = rayon::join(
                || match below < self.mcus_high {
                    true => self.decode(&mut decoder, &mut next, below, rows_from(below)),
                    false => Ok(()),
                },
                || take(top, &now.blocks),
            );
            decoded?;
            std::mem::swap(&mut now, &mut next);
        }
        Ok(())
    }

    /// Decodes `count` rows of MCUs from row `top` on, and leaves no blocks but theirs.
    fn decode(&self, decoder: &mut ScanDecoder<'_>, rows: &mut Rows, top: usize, count: usize) -> Result<()> {
        let mut strips = Vec::new();
        let parts = rows.blocks.iter_mut().zip(&mut rows.masks).zip(&self.picture.components);
        for ((blocks, masks), component) in parts {
            let facts = &component.facts;
            let (h, v) = (usize::from(facts.h), usize::from(facts.v));
            let blocks_wide = facts.blocks_wide as usize;
            blocks.clear();
            blocks.resize(count * v * blocks_wide, [0; 64]);
            masks.resize(blocks.len(), 0);
            masks.fill(0);
            let coded_high = facts.height.div_ceil(8) as usize;
            strips.push(Some(BlockStrip {
                blocks,
                masks,
                blocks_wide,
                coded_wide: facts.width.div_ceil(8) as usize,
                coded_high: coded_high.saturating_sub(top * v).min(count * v),
                mcu_rows: count,
                h,
                v,
            }));
        }
        let order = self.scan.components.iter();
        let mut strips: Vec<_> = order.filter_map(|part| strips.get_mut(part.index)?.take()).collect();
        decoder.strip(&mut strips.iter_mut().collect::<Vec<_>>())
    }
}

impl Rows {
    fn new(picture: &Coefficients, rows: usize) -> Self {
        let capacity = |facts: &crate::Component| rows * usize::from(facts.v) * facts.blocks_wide as usize;
        let blocks = picture.components.iter().map(|c| Vec::with_capacity(capacity(&c.facts)));
        Self { blocks: blocks.collect(), masks: picture.components.iter().map(|_| Vec::new()).collect() }
    }
}

/// The rows of MCUs that are decoded at a time.
fn rows_at_once(picture: &Coefficients, mcus_high: usize) -> usize {
    let row = picture.components.iter().map(|c| usize::from(c.facts.v) * c.facts.blocks_wide as usize);
    rows_for(row.sum(), mcus_high)
}

fn rows_for(blocks_in_row: usize, mcus_high: usize) -> usize {
    (BYTES / (128 * blocks_in_row).max(1)).clamp(1, mcus_high.max(1))
}

/// The most bytes of memory that decoding takes, for a picture of so many blocks in a row of MCUs and so many
/// such rows.
pub(crate) fn one_scan_memory(blocks_in_row: u64, mcus_high: u64) -> u64 {
    let rows = rows_for(blocks_in_row as usize, mcus_high as usize) as u64;
    2 * rows * blocks_in_row * crate::coefficients::bytes_per_block(64)
}
