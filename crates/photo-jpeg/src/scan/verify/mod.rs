//! Verifies that a sequential scan is whole, without keeping anything of it.
//!
//! The verifier works like the decoder but has less to do: it stores no coefficients, sums up no DCs, and
//! looks at no values. It can only confirm a scan. If it can't, [`verdict`] asks the decoder itself. So every
//! error has the decoder's words, and damage that the decoder tolerates is tolerated.

mod chunk;
mod context;
mod intervals;
mod lane;
mod run;
mod skips;
#[cfg(test)]
mod tests;

use std::ops::Range;

use super::batch::{Batch, ChunkLayout, ScanReader};
use super::block::Mcu;
use super::pipeline::decode;
use crate::error::Result;
use crate::header::Header;
use crate::simd::Level;
use crate::syntax::{end_of_scan_uncounted, marker, next_marker};
use context::{RestartPlan, ScanContext, VerifyLayout};
use skips::SkipTables;

/// The most bytes of memory that verifying a picture of one scan takes, with `rows` rows of MCUs of `row`
/// blocks each.
pub(crate) fn memory_for(threads: usize, row: u64, rows: u64) -> u64 {
    run::memory_for(threads, VerifyLayout::USUAL.max_chunk_bytes)
        .max(small_layout(threads).max_memory(row, rows))
}

/// The layout with which the decoder looks for errors. It is small, because speed does not matter there.
fn small_layout(threads: usize) -> ChunkLayout {
    ChunkLayout { target_blocks: 1024, max_blocks: 1536, min_bytes: 2048, chunks: (2 * threads).clamp(2, 64) }
}

/// Verifies the only scan of a file. What is wrong with it is for the decoder to judge.
///
/// # Errors
/// Returns the errors of `ScanReader::stitch`.
pub(crate) fn verify(bytes: &[u8], header: &Header, mcu: &Mcu, level: Level) -> Result<()> {
    if is_whole(bytes, header, mcu, level, VerifyLayout::USUAL) {
        Ok(())
    } else {
        verdict(bytes, header, mcu, level)
    }
}

/// Decodes the scan batch by batch and discards the result.
fn verdict(bytes: &[u8], header: &Header, mcu: &Mcu, level: Level) -> Result<()> {
    let layout = small_layout(rayon::current_num_threads());
    let mut reader = ScanReader::of(bytes, header, mcu, layout, level);
    let mut batch = Batch::default();
    while !reader.is_done() {
        reader.plan_batch(&mut batch, &mut Vec::new());
        decode(&reader, &mut batch, || {});
        reader.stitch(&mut batch)?;
    }
    Ok(())
}

/// Whether the scan is certainly whole.
fn is_whole(bytes: &[u8], header: &Header, mcu: &Mcu, level: Level, layout: VerifyLayout) -> bool {
    let tables = SkipTables::of(mcu);
    let phases = tables.phases(mcu);
    let scan = ScanContext { bytes, mcu, phases: &phases, level, layout };
    let mcus = u64::from(header.mcus_wide) * u64::from(header.mcus_high);
    let (per_mcu, interval) = (mcu.blocks.len() as u64, u64::from(header.scan.restart_interval));
    let data = header.scan.data_start..end_of_scan_uncounted(bytes, header.scan.data_start);
    if interval == 0 || interval >= mcus {
        return scan.has_no_marker(&data) && run::holds(&scan, data, mcus * per_mcu);
    }
    let intervals = mcus.div_ceil(interval);
    let plan = RestartPlan {
        intervals,
        blocks: interval * per_mcu,
        last: (mcus - (intervals - 1) * interval) * per_mcu,
    };
    if data.len() as u64 / intervals < layout.long_interval_bytes as u64 {
        intervals::holds(&scan, data, &plan)
    } else {
        scan.holds_long_intervals(data, &plan)
    }
}

impl ScanContext<'_> {
    fn has_no_marker(&self, data: &Range<usize>) -> bool {
        next_marker(self.bytes, data.start).is_none_or(|(_, at, _)| at >= data.end)
    }

    /// Whether the data holds all intervals, where they are long: checks one after the other, each on all
    /// threads.
    fn holds_long_intervals(&self, data: Range<usize>, plan: &RestartPlan) -> bool {
        let mut from = data.start;
        for index in 0..plan.intervals {
            let is_last = index + 1 == plan.intervals;
            let (code, end) = match next_marker(self.bytes, from) {
                Some((code, at, _)) => (code, at),
                None if is_last => (0, data.end),
                None => return false,
            };
            let in_order = is_last || marker::is_restart(code) && u64::from(code & 7) == index % 8;
            let blocks = if is_last { plan.last } else { plan.blocks };
            if !in_order || !run::holds(self, from..end, blocks) {
                return false;
            }
            from = end + 2;
        }
        true
    }
}
