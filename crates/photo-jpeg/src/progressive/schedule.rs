//! The order in which scans visit the picture.
//!
//! A scan can be decoded only from its start to its end, and a block only scan after scan; but different scans can be in
//! different places. So the picture is cut into strips of MCU rows, and scans follow each other through it: while one
//! decodes strip 5, the next one refines strip 4. On one thread all scans visit a strip before the next strip's turn,
//! while it is in the cache.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::scan::ScanDecoder;
use crate::coefficients::Coefficients;
use crate::error::{Error, Result};

/// The blocks of a component in a strip, of `N` coefficients each.
pub(super) struct BlockStrip<'a, const N: usize> {
    pub(super) blocks: &'a mut [[i16; N]],
    pub(super) masks: &'a mut [u64],
    /// Blocks in a row.
    pub(super) blocks_wide: usize,
    /// Blocks in a row that hold samples.
    pub(super) coded_wide: usize,
    /// Rows of blocks that hold samples.
    pub(super) coded_high: usize,
    pub(super) mcu_rows: usize,
    pub(super) h: usize,
    pub(super) v: usize,
}

/// All strips of the picture: first by component, then from top to bottom.
type BlockStrips<'a, const N: usize> = Vec<Vec<Mutex<BlockStrip<'a, N>>>>;

/// Bytes of coefficients that a strip should have: several fit into a second-level cache.
const STRIP_BYTES: usize = 192 << 10;

/// Cuts the picture into strips.
pub(super) fn cut<'a, const N: usize>(
    picture: &'a mut Coefficients,
    masks: &'a mut [Vec<u64>],
    mcus_high: usize,
) -> BlockStrips<'a, N> {
    let bytes: usize = picture.components.iter().map(|c| c.data.len() * 2).sum();
    // Where only soundness is asked for, strips are as high as they are for whole blocks: where several scans are damaged,
    // it depends on them which one is blamed.
    let bytes = if N == 1 { 64 * bytes } else { bytes };
    let rows = (STRIP_BYTES * mcus_high / bytes.max(1)).clamp(1, mcus_high.max(1));
    let components = picture.components.iter_mut().zip(masks);
    components
        .map(|(component, masks)| {
            let facts = &component.facts;
            let (h, v) = (usize::from(facts.h), usize::from(facts.v));
            let blocks_wide = facts.blocks_wide as usize;
            let coded_wide = facts.width.div_ceil(8) as usize;
            let coded_high = facts.height.div_ceil(8) as usize;
            let size = (rows * v * blocks_wide).max(1);
            let blocks = component.data.as_chunks_mut::<N>().0.chunks_mut(size);
            let strip = |(i, (blocks, masks)): (usize, (&'a mut [[i16; N]], &'a mut [u64]))| {
                let (top, mcu_rows) = (i * rows * v, blocks.len() / (v * blocks_wide).max(1));
                let coded_high = coded_high.saturating_sub(top).min(mcu_rows * v);
                Mutex::new(BlockStrip { blocks, masks, blocks_wide, coded_wide, coded_high, mcu_rows, h, v })
            };
            blocks.zip(masks.chunks_mut(size)).enumerate().map(strip).collect()
        })
        .collect()
}

/// A scan with its place in the order.
pub(super) struct ScanRunner<'a> {
    decoder: ScanDecoder<'a>,
    /// How many strips it keeps behind the first scans: more than any earlier scan of one of its components.
    delay: usize,
    /// Bytes of its data, about.
    length: usize,
    /// The first strip that it doesn't finish: where it failed, or an earlier scan of one of its components.
    end: usize,
    error: Option<Error>,
}

/// Puts scans, in file order, into an order of work.
pub(super) fn line_up<'a>(decoders: Vec<ScanDecoder<'a>>, lengths: &[usize]) -> Vec<ScanRunner<'a>> {
    let mut next = [0; 4];
    let mut runners = Vec::new();
    for (decoder, &length) in decoders.into_iter().zip(lengths) {
        let delays = decoder.parts.iter().filter_map(|part| next.get(part.index));
        let delay = delays.max().copied().unwrap_or(0);
        for part in &decoder.parts {
            if let Some(next) = next.get_mut(part.index) {
                *next = delay + 1;
            }
        }
        runners.push(ScanRunner { decoder, delay, length, end: usize::MAX, error: None });
    }
    runners
}

/// Runs all scans over all strips. Stops at the first error, unless `go_on`: then only later scans of the same
/// components stop there. Returns the error of the first scan, in file order, that has one.
pub(super) fn run<const N: usize>(
    runners: &mut [ScanRunner<'_>],
    strips: &BlockStrips<'_, N>,
    go_on: bool,
) -> Result<()> {
    let count = strips.iter().map(Vec::len).max().unwrap_or(0);
    let last = runners.iter().map(|runner| runner.delay).max().unwrap_or(0);
    if rayon::current_num_threads() == 1 || count < 4 {
        let scans = runners.len();
        for (strip, i) in (0..count).flat_map(|strip| (0..scans).map(move |i| (strip, i))) {
            if let Some(runner) = runners.get_mut(i) {
                runner.visit(strips, strip);
            }
            if hold_followers(runners) && !go_on {
                break;
            }
        }
    } else {
        for step in 0..count + last {
            // The longest first, so that no thread begins it when the others are done.
            let mut by_length: Vec<&mut ScanRunner<'_>> = runners.iter_mut().collect();
            by_length.sort_by_key(|runner| std::cmp::Reverse(runner.length));
            by_length.into_par_iter().with_max_len(1).for_each(|runner| {
                if let Some(strip) = step.checked_sub(runner.delay) {
                    runner.visit(strips, strip);
                }
            });
            if hold_followers(runners) && !go_on {
                break;
            }
        }
    }
    let error = runners.iter_mut().find_map(|runner| runner.error.take());
    error.map_or(Ok(()), Err)
}

/// Where a scan failed, later scans of the same component end too: they can't know what to refine. Returns whether any
/// failed.
fn hold_followers(runners: &mut [ScanRunner<'_>]) -> bool {
    if runners.iter().all(|runner| runner.error.is_none()) {
        return false;
    }
    let mut ends = [usize::MAX; 4];
    for runner in runners {
        let indices = || runner.decoder.parts.iter().map(|part| part.index & 3);
        let end = indices().map(|index| ends[index]).fold(runner.end, usize::min);
        indices().for_each(|index| ends[index] = end);
        runner.end = end;
    }
    true
}

impl ScanRunner<'_> {
    fn visit<const N: usize>(&mut self, strips: &BlockStrips<'_, N>, strip: usize) {
        if strip >= self.end {
            return;
        }
        let of = |index: usize| strips.get(index).and_then(|strips| strips.get(strip));
        let locks = self.decoder.parts.iter().filter_map(|part| of(part.index));
        // Never waits: the delays keep two scans of a component from the same strip.
        let mut guards: Vec<_> =
            locks.map(|lock| lock.lock().unwrap_or_else(PoisonError::into_inner)).collect();
        let mut strips: Vec<&mut BlockStrip<'_, N>> = guards.iter_mut().map(|guard| &mut **guard).collect();
        if let Err(error) = self.decoder.strip(&mut strips) {
            (self.end, self.error) = (strip, Some(error));
        }
    }
}
