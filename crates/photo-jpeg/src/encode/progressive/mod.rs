//! Turns blocks into the tokens of a progressive file. Each block is transformed once and gives its part to
//! every scan.
//!
//! The picture is divided into groups of rows of MCUs, which are processed in parallel. A run of ended blocks
//! ends with its group, so that the division must not depend on the number of threads.

mod ac;
mod script;
mod tokens;

use std::ops::Range;

use fearless_simd::Simd;
use rayon::prelude::*;

use crate::dct::forward::QuantizedBlock;
use crate::encode::block_source::BlockSource;
use crate::encode::frame::{Frame, FrameComponent};
use crate::encode::tokens::TokenGroup;
use crate::simd::{Level, dispatch};
use ac::{BandWriter, ZigzagBlock};
use tokens::ScanTokens;

pub(crate) use script::{BandSpec, ScanSpec, script};

/// The number of rows of MCUs in a group.
const ROWS: usize = 8;

/// Turns a picture into the tokens of all scans.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProgressiveTokenizer<'a, B> {
    pub(crate) level: Level,
    pub(crate) frame: &'a Frame<B>,
    pub(crate) script: &'a [ScanSpec],
}

impl<B: BlockSource> ProgressiveTokenizer<'_, B> {
    /// For each scan, the groups of these rows of MCUs, which may be all or only some of the picture's.
    /// Without tokens unless `keep` is set.
    pub(crate) fn groups(&self, rows: &[u32], keep: bool) -> Vec<Vec<TokenGroup>> {
        // Some rows are divided into enough groups to keep all threads busy.
        let all = rows.len() == self.frame.mcus_high as usize;
        let of = if all { ROWS } else { (rows.len() / 8).clamp(1, ROWS) };
        let groups: Vec<Vec<TokenGroup>> = rows
            .par_chunks(of)
            .with_max_len(1)
            .map(|rows| dispatch!(self.level, simd => self.group(simd, rows, keep)))
            .collect();
        let mut scans: Vec<_> = self.script.iter().map(|_| Vec::with_capacity(groups.len())).collect();
        for group in groups {
            scans.iter_mut().zip(group).for_each(|(scan, group)| scan.push(group));
        }
        scans
    }

    /// For each scan, the group of these rows of MCUs.
    #[inline(always)]
    fn group<S: Simd>(&self, simd: S, rows: &[u32], keep: bool) -> Vec<TokenGroup> {
        let mut writers: Vec<_> = self.script.iter().map(|scan| ScanWriter::new(*scan, keep)).collect();
        let mut row = McuRow::new(self.frame);
        let mut last = None;
        for &y in rows {
            let before = if last == y.checked_sub(1) { row.last } else { self.before(simd, y) };
            self.load(simd, y, &mut row, &mut writers);
            for writer in &mut writers {
                if let ScanWriter::Dc(tokens) = writer {
                    row.last = write_dc(tokens, self.frame, y, &row.dc, before);
                }
            }
            last = Some(y);
        }
        writers.into_iter().map(ScanWriter::finish).collect()
    }

    /// Loads the blocks of a row of MCUs. Their ACs go straight to the scans; their DCs are kept.
    #[inline(always)]
    fn load<S: Simd>(&self, simd: S, y: u32, row: &mut McuRow, writers: &mut [ScanWriter]) {
        let McuRow { batch, zigzag, dc, .. } = row;
        for (index, (component, dc)) in self.frame.components.iter().zip(dc).enumerate() {
            let (lines, wide) = (component.rows(y), component.blocks_wide(self.frame));
            component.source.fetch(lines.start, lines.len());
            dc.resize(wide * lines.len(), 0);
            for (dc, y) in dc.chunks_exact_mut(wide.max(1)).zip(lines) {
                let shown = (0..wide).take_while(|x| component.source.contains(*x, y)).count();
                for start in (0..shown).step_by(BATCH) {
                    // Transforms come first, because the processor overlaps several, but not one behind the
                    // tokens of a block.
                    let columns = start..shown.min(start + BATCH);
                    for (x, block) in columns.clone().zip(batch.iter_mut()) {
                        component.source.block(simd, x, y, block);
                    }
                    for (x, block) in columns.zip(batch.iter()) {
                        dc[x] = block.values[0];
                        zigzag.load(block);
                        writers.iter_mut().for_each(|writer| writer.block(index, zigzag));
                    }
                }
            }
        }
    }

    /// The last DC of each component before row `y` of MCUs.
    #[inline(always)]
    fn before<S: Simd>(&self, simd: S, y: u32) -> [i16; 3] {
        let mut last = [0; 3];
        let Some(y) = y.checked_sub(1) else { return last };
        let mut block = QuantizedBlock { values: [0; 64], nonzero: 0 };
        for (component, last) in self.frame.components.iter().zip(&mut last) {
            let lines = component.rows(y);
            component.source.fetch(lines.start, lines.len());
            let wide = component.blocks_wide(self.frame);
            let columns = wide.saturating_sub(component.h.into())..wide;
            let places = lines.flat_map(|y| columns.clone().map(move |x| (x, y)));
            if let Some((x, y)) = places.filter(|(x, y)| component.source.contains(*x, *y)).last() {
                component.source.block(simd, x, y, &mut block);
                *last = block.values[0];
            }
        }
        last
    }
}

/// The number of blocks that are transformed together.
const BATCH: usize = 48;

/// A row of MCUs.
struct McuRow {
    batch: Vec<QuantizedBlock>,
    zigzag: ZigzagBlock,
    /// The DCs of each component's blocks, row by row. Those of blocks without samples are undefined.
    dc: Vec<Vec<i16>>,
    /// The last DC of each component.
    last: [i16; 3],
}

impl McuRow {
    fn new<B>(frame: &Frame<B>) -> Self {
        let batch = vec![QuantizedBlock { values: [0; 64], nonzero: 0 }; BATCH];
        Self { batch, zigzag: ZigzagBlock::new(), dc: vec![Vec::new(); frame.components.len()], last: [0; 3] }
    }
}

impl<B: BlockSource> FrameComponent<B> {
    /// The rows of blocks in a row of MCUs.
    fn rows(&self, mcu_row: u32) -> Range<usize> {
        let (v, y) = (usize::from(self.v), mcu_row as usize);
        y * v..(y + 1) * v
    }

    /// The number of blocks in a row, including those without samples.
    fn blocks_wide(&self, frame: &Frame<B>) -> usize {
        frame.mcus_wide as usize * usize::from(self.h)
    }
}

/// Writes one scan.
enum ScanWriter {
    Dc(ScanTokens),
    Band(BandWriter),
}

impl ScanWriter {
    fn new(scan: ScanSpec, keep: bool) -> Self {
        match scan {
            ScanSpec::Dc => Self::Dc(ScanTokens::new(keep)),
            ScanSpec::Band(band) => Self::Band(BandWriter::new(band, keep)),
        }
    }

    fn block(&mut self, component: usize, block: &ZigzagBlock) {
        if let Self::Band(writer) = self
            && writer.band.component == component
        {
            writer.block(block);
        }
    }

    fn finish(self) -> TokenGroup {
        match self {
            Self::Dc(tokens) => tokens.finish(),
            Self::Band(writer) => writer.finish(),
        }
    }
}

/// Writes the DCs of a row of MCUs. `dc` holds those of its blocks, and `last` the last ones before it.
/// Returns the last ones of the row.
fn write_dc<B: BlockSource>(
    tokens: &mut ScanTokens,
    frame: &Frame<B>,
    y: u32,
    dc: &[Vec<i16>],
    mut last: [i16; 3],
) -> [i16; 3] {
    for mcu in 0..frame.mcus_wide as usize {
        for ((component, dc), last) in frame.components.iter().zip(dc).zip(&mut last) {
            let (h, wide) = (usize::from(component.h), component.blocks_wide(frame));
            for (line, y) in component.rows(y).enumerate() {
                for x in mcu * h..(mcu + 1) * h {
                    let shown = dc.get(line * wide + x).filter(|_| component.source.contains(x, y));
                    // No decoder shows these blocks, so that the cheapest value is best.
                    let value = shown.copied().unwrap_or(*last);
                    tokens.dc(component.class, i32::from(value) - i32::from(*last));
                    *last = value;
                }
            }
        }
    }
    last
}
