//! Verifies data without markers: checks chunks from guesses, batch by batch, and joins them.

use std::ops::Range;
use std::slice::IterMut;
use std::sync::Mutex;

use super::chunk::{VerifyChunk, VerifyJob};
use super::context::ScanContext;
use super::lane::{ParsePosition, run_one, run_two};
use crate::scan::block::Cursor;
use crate::scan::lanes::LaneStop;
use crate::scan::unstuff::boundary;

/// The number of chunks in a batch.
fn max_chunks(threads: usize) -> usize {
    (16 * threads).clamp(4, 256)
}

/// The most bytes of memory that a batch takes whose chunks have `chunk` bytes.
pub(super) fn memory_for(threads: usize, chunk: usize) -> u64 {
    (max_chunks(threads) * (chunk + (4 << 10))) as u64
}

/// Whether `data`, a range of the file without a marker, holds `blocks` blocks.
pub(super) fn holds(scan: &ScanContext<'_>, data: Range<usize>, blocks: u64) -> bool {
    let threads = rayon::current_num_threads();
    let step = (data.len() / (8 * threads)).clamp(scan.layout.min_chunk_bytes, scan.layout.max_chunk_bytes);
    let (mut chunks, mut left) = (Vec::new(), blocks);
    let (mut from, mut known) = (data.start, ParsePosition::default());
    loop {
        let count = data.end.saturating_sub(from).div_ceil(step).clamp(1, max_chunks(threads));
        divide(&mut chunks, scan.bytes, from..data.end, step, count);
        if let Some(first) = chunks.first_mut() {
            first.reset(from, first.to, data.end, Some(known));
        }
        pass_over(scan, &mut chunks, threads);
        match join(scan, &mut chunks, &mut left) {
            Joined::Whole => return true,
            Joined::Unsure => return false,
            Joined::Next(position) => known = position,
        }
        from = chunks.last().map_or(data.end, |chunk| chunk.to);
    }
}

fn divide(chunks: &mut Vec<VerifyChunk>, bytes: &[u8], data: Range<usize>, step: usize, count: usize) {
    chunks.resize_with(count, VerifyChunk::default);
    let mut from = data.start;
    for (n, chunk) in (1..).zip(chunks) {
        let to = boundary(bytes, data.start + n * step).min(data.end);
        chunk.reset(from, to, data.end, None);
        from = to;
    }
}

/// Checks all chunks, two at a time on each thread.
fn pass_over(scan: &ScanContext<'_>, chunks: &mut [VerifyChunk], threads: usize) {
    let others = chunks.len().div_ceil(2).min(threads).saturating_sub(1);
    let queue = &Mutex::new(chunks.iter_mut());
    rayon::scope(|scope| {
        for _ in 0..others {
            scope.spawn(move |_| work(scan, queue));
        }
        work(scan, queue);
    });
}

fn work<'a>(scan: &ScanContext<'a>, queue: &Mutex<IterMut<'a, VerifyChunk>>) {
    let mut running: Option<VerifyJob<'a>> = None;
    while let Some(chunk) = queue.lock().ok().and_then(|mut chunks| chunks.next()) {
        let Some(mut job) = chunk.start(scan) else { continue };
        if job.lane.stopped.is_some() {
            job.finish();
        } else if let Some(mut other) = running.take() {
            run_two(scan.level, &mut other.lane, &mut job.lane);
            for job in [other, job] {
                if job.lane.stopped.is_some() { job.finish() } else { running = Some(job) }
            }
        } else {
            running = Some(job);
        }
    }
    if let Some(mut job) = running {
        run_one(scan.level, &mut job.lane);
        job.finish();
    }
}

/// The result of joining the chunks of a batch.
enum Joined {
    /// All blocks are there.
    Whole,
    /// Something is wrong, or may be wrong.
    Unsure,
    /// The next batch begins at this position.
    Next(ParsePosition),
}

/// Joins the chunks one after the other. `left` is the number of blocks that are still to come.
fn join(scan: &ScanContext<'_>, chunks: &mut [VerifyChunk], left: &mut u64) -> Joined {
    let mut first = 0;
    for n in 0..chunks.len() {
        let Some(chunk) = chunks.get(n) else { break };
        let (outcome, there) = (&chunk.outcome, chunk.outcome.blocks.saturating_sub(first));
        let position = outcome.position;
        if there > *left || there == *left && position.bit <= chunk.len {
            return Joined::Whole;
        }
        if outcome.stop != Some(LaneStop::Limit) || position.bit > chunk.len || there >= *left {
            return Joined::Unsure;
        }
        *left -= there;
        if chunk.is_last() {
            return finish(scan, chunk, position, *left);
        }
        let position = ParsePosition { bit: position.bit - chunk.own, ..position };
        let Some(next) = chunks.get_mut(n + 1) else { return Joined::Next(position) };
        match resynchronize(scan, next, position, left) {
            VerifyResync::Synchronized(start) => first = start,
            VerifyResync::Whole => return Joined::Whole,
            VerifyResync::Unsure => return Joined::Unsure,
            VerifyResync::Diverged(position) => {
                let mut job = next.restart(scan, position);
                if job.lane.stopped.is_none() {
                    run_one(scan.level, &mut job.lane);
                }
                job.finish();
                first = 0;
            }
        }
    }
    Joined::Unsure
}

/// How resynchronizing with the next chunk ended.
enum VerifyResync {
    /// At a position that the chunk has been at, with this many of its blocks before it.
    Synchronized(u64),
    Whole,
    Unsure,
    /// At a position that the chunk has not been at.
    Diverged(ParsePosition),
}

/// Goes on from `position` in a chunk, block by block, until the chunk has been at the same position.
fn resynchronize(
    scan: &ScanContext<'_>,
    chunk: &VerifyChunk,
    position: ParsePosition,
    left: &mut u64,
) -> VerifyResync {
    let mut cursor = chunk.cursor(position);
    let mut starts = (0..).zip(&chunk.starts).peekable();
    loop {
        let at = ParsePosition::of(&cursor);
        while starts.next_if(|(_, start)| start.bit < at.bit).is_some() {}
        match starts.peek() {
            _ if *left == 0 => return VerifyResync::Whole,
            None => return VerifyResync::Diverged(at),
            Some((n, start)) if **start == at => return VerifyResync::Synchronized(*n),
            _ if at.bit >= chunk.limit() => return VerifyResync::Diverged(at),
            _ => {}
        }
        if !one_block(scan, &mut cursor, chunk.len) {
            return VerifyResync::Unsure;
        }
        *left -= 1;
    }
}

/// Checks the last blocks before the end of the data, one by one.
fn finish(scan: &ScanContext<'_>, chunk: &VerifyChunk, position: ParsePosition, left: u64) -> Joined {
    let mut cursor = chunk.cursor(position);
    let whole = (0..left).all(|_| one_block(scan, &mut cursor, chunk.len));
    if whole { Joined::Whole } else { Joined::Unsure }
}

/// Passes over a block; `false` if it is impossible or uses a bit behind `len`.
fn one_block(scan: &ScanContext<'_>, cursor: &mut Cursor<'_>, len: u64) -> bool {
    cursor.block(scan.mcu, &mut [0; 64]).is_ok() && cursor.bits.position() <= len
}
