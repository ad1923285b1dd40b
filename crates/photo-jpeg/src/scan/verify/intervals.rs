//! Verifies short restart intervals. They need no guess, because each begins in a known state.

use std::ops::Range;

use super::context::{RestartPlan, ScanContext};
use super::lane::{ParsePosition, SkipLane, run_one, run_two};
use crate::scan::intervals::first_restart;
use crate::scan::lanes::LaneStop;
use crate::scan::unstuff::{UnstuffEnd, pad, unstuff};
use crate::syntax::marker::is_restart;
use rayon::prelude::*;

/// The most bytes of an interval that are unstuffed. A sound file has no longer ones.
const MAX_INTERVAL_BYTES: usize = 256 << 10;

/// Consecutive restart intervals: those whose preceding marker lies in a given range of the file.
struct IntervalGroup {
    /// The offsets in the file of the first interval, and of what follows the last one.
    first: usize,
    next: usize,
    /// The number, 0 to 7, of the marker that ends the first interval.
    number: u8,
    count: u64,
    /// Whether the scan ends behind the last one of these.
    ends: bool,
}

/// The range of an interval in the unstuffed data, in bits.
struct IntervalSpan {
    bits: Range<u64>,
    blocks: u64,
}

/// Whether `data`, the range of the scan in the file, holds all intervals, each whole and in order.
pub(super) fn holds(scan: &ScanContext<'_>, data: Range<usize>, plan: &RestartPlan) -> bool {
    let size = scan.layout.group_bytes;
    let at_once = 16 * rayon::current_num_threads();
    let (mut from, mut expected, mut index) = (data.start, data.start, 0u64);
    while from < data.end {
        let groups: Vec<Option<IntervalGroup>> = (0..at_once)
            .into_par_iter()
            .map(|n| {
                let start = from + n * size;
                let range = start..(start + size).min(data.end);
                if range.is_empty() {
                    None
                } else {
                    check_group(scan, range, start == data.start, data.end, plan)
                }
            })
            .collect();
        for group in groups.into_iter().flatten() {
            if group.count == 0 || group.first != expected || u64::from(group.number) != index % 8 {
                return false;
            }
            (index, expected) = (index + group.count, group.next);
            if group.ends {
                return index == plan.intervals;
            }
        }
        from += at_once * size;
    }
    false
}

/// Checks the intervals that begin in `range`; `None` if none does.
fn check_group(
    scan: &ScanContext<'_>,
    range: Range<usize>,
    begins: bool,
    end: usize,
    plan: &RestartPlan,
) -> Option<IntervalGroup> {
    let start = if begins { range.start } else { first_restart(scan.bytes, range.start, range.end)? };
    let mut group = IntervalGroup { first: start, next: start, number: 0, count: 0, ends: false };
    let (mut data, mut bounds) = (Vec::with_capacity(range.len() + 1024), Vec::new());
    let in_order = load(scan, &mut group, range.end, end, plan, &mut data, &mut bounds);
    if group.ends && bounds.len() == 1 {
        // No numbered marker ends the last interval, so that its own number is taken.
        group.number = ((plan.intervals - 1) % 8) as u8;
    }
    pad(&mut data);
    group.count = if in_order && are_sound(scan, &data, &bounds) { bounds.len() as u64 } else { 0 };
    Some(group)
}

/// Unstuffs the intervals of a group, up to the last interval of the scan or the one whose marker is at or
/// behind `to`. Returns `false` if the markers are out of order.
fn load(
    scan: &ScanContext<'_>,
    group: &mut IntervalGroup,
    to: usize,
    end: usize,
    plan: &RestartPlan,
    data: &mut Vec<u8>,
    bounds: &mut Vec<IntervalSpan>,
) -> bool {
    while !group.ends {
        let from = data.len() as u64 * 8;
        let stopped = unstuff(scan.bytes, group.next, end.min(group.next + MAX_INTERVAL_BYTES), data);
        let (marker, code) = match stopped {
            UnstuffEnd::Marker(marker, code) => (marker, code),
            _ => (end, 0),
        };
        let number = code & 7;
        if bounds.is_empty() {
            group.number = number;
        }
        group.ends = !is_restart(code);
        if !group.ends && number != (group.number + (bounds.len() & 7) as u8) & 7 {
            return false;
        }
        let blocks = if group.ends { plan.last } else { plan.blocks };
        bounds.push(IntervalSpan { bits: from..data.len() as u64 * 8, blocks });
        group.next = marker + 2;
        if marker >= to {
            break;
        }
    }
    true
}

/// Checks two intervals at a time. When one is done, the next one takes its place.
fn are_sound(scan: &ScanContext<'_>, data: &[u8], bounds: &[IntervalSpan]) -> bool {
    let mut running: Option<(SkipLane<'_>, u64)> = None;
    for IntervalSpan { bits, blocks } in bounds {
        let position = ParsePosition { bit: bits.start, phase: 0 };
        let mut lane = SkipLane::new(scan.phases, data, position, *blocks, bits.end);
        let Some((mut other, other_end)) = running.take() else {
            if lane.stopped.is_some() {
                return false;
            }
            running = Some((lane, bits.end));
            continue;
        };
        if lane.stopped.is_none() {
            run_two(scan.level, &mut other, &mut lane);
        }
        for (lane, end) in [(other, other_end), (lane, bits.end)] {
            if lane.stopped.is_none() {
                running = Some((lane, end));
            } else if !is_sound(&lane, end) {
                return false;
            }
        }
    }
    running.is_none_or(|(mut lane, end)| {
        run_one(scan.level, &mut lane);
        is_sound(&lane, end)
    })
}

/// Whether a lane has passed all blocks of its interval without using a bit behind it.
fn is_sound(lane: &SkipLane<'_>, end: u64) -> bool {
    lane.stopped != Some(LaneStop::Corrupt) && lane.is_full() && lane.position().bit <= end
}
