//! The order in which scans are decoded.
//!
//! A scan can be decoded only from start to end, and a block only scan by scan. But different scans can be at
//! different places. Therefore the picture is divided into strips of MCU rows, and the scans follow each
//! other through it: while one decodes strip 5, the next one refines strip 4. On one thread, all scans visit
//! a strip before the next strip is due, while it is in the cache.

use std::sync::PoisonError;

use rayon::prelude::*;

use super::scan::ScanDecoder;
use super::strip::{BlockStrip, BlockStrips};
use crate::error::{Error, Result};

/// A scan with its place in the order.
pub(super) struct ScanRunner<'a> {
    decoder: ScanDecoder<'a>,
    /// The number of strips by which the scan stays behind the first scans. It is more than that of any
    /// earlier scan of one of its components.
    delay: usize,
    /// The approximate number of bytes of its data.
    length: usize,
    /// The first strip that the scan doesn't finish, because it failed there itself or an earlier scan of one
    /// of its components did.
    end: usize,
    error: Option<Error>,
}

/// Schedules scans, which come in the order of the file.
pub(super) fn line_up<'a>(decoders: Vec<ScanDecoder<'a>>, lengths: &[usize]) -> Vec<ScanRunner<'a>> {
    let mut next = [0; 4];
    let mut runners = Vec::new();
    for (decoder, &length) in decoders.into_iter().zip(lengths) {
        let delays = decoder.components.iter().filter_map(|&index| next.get(index));
        let delay = delays.max().copied().unwrap_or(0);
        for &index in &decoder.components {
            if let Some(next) = next.get_mut(index) {
                *next = delay + 1;
            }
        }
        runners.push(ScanRunner { decoder, delay, length, end: usize::MAX, error: None });
    }
    runners
}

/// Runs all scans over all strips. The first error stops them, unless `go_on` is set; then it stops only
/// later scans of the same components. Returns the error of the first scan, in file order, that has one.
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
            // The longest scan goes first, so that no thread begins it when the others are done.
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

/// Ends later scans of a component at the strip where an earlier one failed, because they can't know what to
/// refine. Returns whether any scan has failed.
fn hold_followers(runners: &mut [ScanRunner<'_>]) -> bool {
    if runners.iter().all(|runner| runner.error.is_none()) {
        return false;
    }
    let mut ends = [usize::MAX; 4];
    for runner in runners {
        let indices = || runner.decoder.components.iter().map(|index| index & 3);
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
        let locks = self.decoder.components.iter().filter_map(|&index| of(index));
        // This never waits, because the delays keep two scans of a component out of the same strip.
        let mut guards: Vec<_> =
            locks.map(|lock| lock.lock().unwrap_or_else(PoisonError::into_inner)).collect();
        let mut strips: Vec<&mut BlockStrip<'_, N>> = guards.iter_mut().map(|guard| &mut **guard).collect();
        if let Err(error) = self.decoder.strip(&mut strips) {
            (self.end, self.error) = (strip, Some(error));
        }
    }
}
