//! Batches of chunks: dividing a scan, decoding by any number of workers, and the blocks that result.

use std::slice::IterMut;
use std::sync::Mutex;

use crate::simd::Level;

use crate::error::Error;
use crate::header::Header;
use crate::task_graph;

use super::block::Mcu;
use super::intervals::RestartIntervals;
use super::lanes::{DecodeLane, run_one, run_two};
use super::speculative_chunk::{ChunkJob, DecoderState, SpeculativeChunk};
use super::unstuff::boundary;

/// How a scan is divided into batches of chunks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChunkLayout {
    /// Blocks that a chunk should hold, judged by the bytes per block so far.
    pub(crate) target_blocks: usize,
    /// Blocks that a chunk has room for. A block takes 128 bytes, and two batches are all the memory that
    /// decoding takes, whatever the height of the picture.
    pub(crate) max_blocks: usize,
    /// The fewest bytes that a chunk has, so that a guess synchronizes well before the end of its chunk.
    pub(crate) min_bytes: usize,
    /// Chunks in a batch.
    pub(crate) chunks: usize,
}

/// The most bytes that a chunk has.
const MAX_CHUNK_BYTES: usize = 1 << 18;

impl ChunkLayout {
    /// The layout for `threads` threads and rows of MCUs of `row` blocks. At the end of a batch, an
    /// incomplete row is copied to the next batch, so a batch of a wide picture holds several rows.
    pub(crate) fn new(threads: usize, row: usize) -> Self {
        // One thread needs no more chunks than keep its two lanes busy all the time.
        let target_blocks = if threads <= 1 && row > 4096 { 2048 } else { 1024 };
        let min_chunks = if threads <= 1 { 4 } else { (8 * threads).min(64) };
        let chunks_of_rows = (4 * row / target_blocks).min(128);
        Self {
            target_blocks,
            max_blocks: target_blocks + target_blocks / 2,
            min_bytes: 2048,
            chunks: min_chunks.max(chunks_of_rows),
        }
    }

    /// The layout for a scan of all components, on the threads of the current rayon pool.
    pub(crate) fn of(header: &Header) -> Self {
        let blocks = header.components.iter().map(|c| c.blocks_wide as usize * usize::from(c.v)).sum();
        Self::new(task_graph::threads(), blocks)
    }

    /// The most blocks that a batch holds.
    pub(crate) fn max_batch_blocks(&self) -> usize {
        // Chunks of restart intervals may take twice the room, if intervals are shorter than estimated.
        2 * self.max_blocks * self.chunks
    }

    /// The most bytes of memory that decoding a scan takes, for `rows` rows of MCUs of `row` blocks: two
    /// batches, each with an incomplete row.
    pub(crate) fn max_memory(&self, row: u64, rows: u64) -> u64 {
        let batch = (self.max_batch_blocks() * 128 + self.chunks * MAX_CHUNK_BYTES) as u64;
        (2 * batch + 2 * 128 * row).min(2 * 128 * row * rows)
    }
}

/// Decodes a sequential scan batch by batch.
#[derive(Debug)]
pub(crate) struct ScanReader<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) mcu: &'a Mcu,
    pub(super) level: Level,
    /// The number of blocks in the scan.
    pub(super) total: u64,
    /// The number of blocks that are proven.
    pub(super) done: u64,
    /// The offset in the file from which `state.bit` counts.
    pub(super) from: usize,
    pub(super) state: DecoderState,
    /// The progress through restart intervals, if there are restart markers.
    pub(super) restart: Option<RestartProgress>,
    /// Whether the current restart interval is decoded alone, because it is not sound as a whole.
    pub(super) single: bool,
    pub(super) bytes_per_block: f64,
    layout: ChunkLayout,
}

/// The progress of a scan with restart markers.
#[derive(Debug, Clone, Copy)]
pub(super) struct RestartProgress {
    /// The number of blocks in an interval.
    pub(super) blocks: u64,
    /// The number of whole intervals that are done.
    pub(super) index: u64,
}

/// Consecutive blocks of a scan, in decoding order. The buffers are reused for later batches.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(super) chunks: Vec<SpeculativeChunk>,
    pub(super) intervals: Vec<RestartIntervals>,
    /// The blocks decoded between chunks, and those left over from the previous batch.
    pub(super) patch: Vec<[i16; 64]>,
    pub(super) runs: Vec<BlockRun>,
    /// The number of blocks in the batch.
    pub(crate) len: usize,
}

/// A run of blocks in one buffer.
#[derive(Debug, Clone, Copy)]
pub(super) struct BlockRun {
    pub(super) source: RunSource,
    pub(super) first: usize,
    pub(super) count: usize,
    /// What must be added to the DC of each component, modulo 2^16.
    pub(super) base: [i16; 4],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RunSource {
    Chunk(usize),
    Intervals(usize),
    Patch,
}

impl<'a> ScanReader<'a> {
    /// A reader of a file's first scan, which must hold all components and have the MCUs `mcu`.
    pub(crate) fn of(
        bytes: &'a [u8],
        header: &Header,
        mcu: &'a Mcu,
        layout: ChunkLayout,
        level: Level,
    ) -> Self {
        let mcus = u64::from(header.mcus_wide) * u64::from(header.mcus_high);
        let (from, restart) = (header.scan.data_start, header.scan.restart_interval);
        Self::new(bytes, from, mcu, mcus, restart, layout, level)
    }

    /// A reader of `mcus` MCUs, whose entropy-coded data begins at byte `from`. Restart markers come every
    /// `restart_interval` MCUs; 0 for none.
    pub(crate) fn new(
        bytes: &'a [u8],
        from: usize,
        mcu: &'a Mcu,
        mcus: u64,
        restart_interval: u32,
        layout: ChunkLayout,
        level: Level,
    ) -> Self {
        let per_mcu = mcu.blocks.len() as u64;
        let total = mcus * per_mcu;
        let restart = (restart_interval > 0 && u64::from(restart_interval) < mcus)
            .then(|| RestartProgress { blocks: u64::from(restart_interval) * per_mcu, index: 0 });
        let bytes_per_block = bytes.len().saturating_sub(from) as f64 / total.max(1) as f64;
        let state = DecoderState::default();
        Self {
            bytes,
            mcu,
            level,
            total,
            done: 0,
            from,
            state,
            restart,
            single: false,
            bytes_per_block,
            layout,
        }
    }

    /// Whether all blocks are proven.
    pub(crate) fn is_done(&self) -> bool {
        self.done >= self.total
    }

    /// Divides the next part of the scan into the chunks of `batch`. The batch begins with the blocks `rest`,
    /// which are left over from the previous batch.
    pub(crate) fn plan_batch(&self, batch: &mut Batch, rest: &mut Vec<[i16; 64]>) {
        batch.runs.clear();
        std::mem::swap(&mut batch.patch, rest);
        let count = batch.patch.len();
        batch.len = 0;
        batch.push(BlockRun { source: RunSource::Patch, first: 0, count, base: [0; 4] });
        match self.whole_intervals() {
            Some((blocks, count)) => self.plan_intervals(batch, blocks, count),
            None => self.plan_chunks(batch),
        }
    }

    /// The number of blocks in an interval, and the number of intervals for a chunk, where the batch consists
    /// of whole intervals. A chunk has at least two intervals, which are decoded in turn. `None` for long
    /// intervals and for the last one, which are decoded as scans of their own.
    fn whole_intervals(&self) -> Option<(usize, usize)> {
        let restart = self.restart?;
        let left = self.total - self.done;
        let blocks = usize::try_from(restart.blocks).ok()?;
        (blocks <= 4 * self.layout.max_blocks && left > restart.blocks && !self.single)
            .then(|| (blocks, (self.layout.target_blocks / blocks).max(2)))
    }

    fn plan_intervals(&self, batch: &mut Batch, blocks: usize, count: usize) {
        batch.chunks.clear();
        let most = self.layout.chunks.max(2);
        let chunks = (self.layout.chunks * self.layout.max_blocks / (blocks * count)).clamp(2, most);
        batch.intervals.resize_with(chunks, RestartIntervals::default);
        let step = ((count * blocks) as f64 * self.bytes_per_block) as usize;
        let step = step.clamp(64, MAX_CHUNK_BYTES);
        let left = (self.total - self.done).saturating_sub(1) / blocks as u64;
        for (n, part) in batch.intervals.iter_mut().enumerate() {
            let from = self.from + n * step;
            part.reset(
                from,
                from + step,
                n == 0,
                blocks,
                usize::try_from(left).unwrap_or(usize::MAX).min(2 * count),
            );
        }
    }

    fn plan_chunks(&self, batch: &mut Batch) {
        batch.intervals.clear();
        batch.chunks.resize_with(self.layout.chunks, SpeculativeChunk::default);
        let step = ((self.layout.target_blocks as f64 * self.bytes_per_block) as usize)
            .clamp(self.layout.min_bytes, MAX_CHUNK_BYTES);
        let mut from = self.from;
        for (n, chunk) in batch.chunks.iter_mut().enumerate() {
            let to = boundary(self.bytes, self.from + (n + 1) * step);
            chunk.reset(from, to, (n == 0).then_some(self.state));
            from = to;
        }
        // Chunks beyond the end of the file have nothing to decode.
        let some = batch.chunks.iter().filter(|s| s.from < self.bytes.len()).count();
        batch.chunks.truncate(some.max(1));
    }

    /// The error for data that ends or goes wrong at byte `offset` of the file.
    pub(super) fn truncated(&self, offset: usize) -> Error {
        let per_mcu = self.mcu.blocks.len() as u64;
        Error::Truncated {
            offset: offset.min(self.bytes.len()),
            decoded: self.done / per_mcu,
            total: self.total / per_mcu,
        }
    }
}

/// The chunks of a batch that no worker has taken yet.
pub(crate) struct BatchQueue<'a> {
    chunks: Mutex<IterMut<'a, SpeculativeChunk>>,
    intervals: Mutex<IterMut<'a, RestartIntervals>>,
}

impl Batch {
    pub(crate) fn queue(&mut self) -> BatchQueue<'_> {
        BatchQueue {
            chunks: Mutex::new(self.chunks.iter_mut()),
            intervals: Mutex::new(self.intervals.iter_mut()),
        }
    }

    /// The number of workers that find something to do.
    pub(crate) fn jobs(&self) -> usize {
        (self.chunks.len() + self.intervals.len()).div_ceil(2)
    }

    pub(super) fn push(&mut self, run: BlockRun) {
        if run.count > 0 {
            self.len += run.count;
            self.runs.push(run);
        }
    }

    /// The blocks `from..from + count` of the batch, in runs. Each run comes with what must be added to its
    /// DCs.
    pub(crate) fn runs(&self, from: usize, count: usize) -> impl Iterator<Item = (&[[i16; 64]], [i16; 4])> {
        let (mut skip, mut left) = (from, count);
        self.runs.iter().filter_map(move |run| {
            let start = skip.min(run.count);
            skip -= start;
            let take = (run.count - start).min(left);
            left -= take;
            let buffer = self.buffer(run.source);
            let blocks = buffer.get(run.first + start..run.first + start + take)?;
            (take > 0).then_some((blocks, run.base))
        })
    }

    fn buffer(&self, source: RunSource) -> &[[i16; 64]] {
        match source {
            RunSource::Chunk(n) => self.chunks.get(n).map_or(&[], |s| &s.blocks),
            RunSource::Intervals(n) => self.intervals.get(n).map_or(&[], |s| &s.blocks),
            RunSource::Patch => &self.patch,
        }
    }

    /// Copies the blocks from `from` on to `out`, with corrected DCs. Block 0 of the batch must begin an MCU.
    pub(super) fn copy(&self, from: usize, mcu: &Mcu, out: &mut Vec<[i16; 64]>) {
        out.clear();
        let mut phase = from % mcu.blocks.len();
        for (blocks, base) in self.runs(from, self.len.saturating_sub(from)) {
            for block in blocks {
                let mut block = *block;
                block[0] = block[0].wrapping_add(base[mcu.blocks[phase].component]);
                out.push(block);
                phase = mcu.after(phase);
            }
        }
    }
}

impl BatchQueue<'_> {
    /// Decodes chunks until none is left, or `most` of them. Any number of threads may do this at the same
    /// time.
    pub(crate) fn work(&self, reader: &ScanReader<'_>, most: usize) {
        self.work_on_chunks(reader, most);
        self.work_on_intervals(reader, most);
    }

    fn work_on_chunks(&self, reader: &ScanReader<'_>, most: usize) {
        let mut running: Option<RunningChunk<'_>> = None;
        for chunk in std::iter::from_fn(|| next(&self.chunks)).take(most) {
            let mut job = chunk.start(reader.bytes, reader.mcu, reader.layout.max_blocks);
            let Some(lane) = job.lane.take() else { continue };
            if let Some((other_job, other)) = running.take() {
                let (a, b) = run_two(reader.level, other, lane);
                running = keep_running((other_job, a), (job, b));
            } else {
                running = Some((job, lane));
            }
        }
        if let Some((job, lane)) = running {
            job.finish(&run_one(reader.level, lane));
        }
    }

    fn work_on_intervals(&self, reader: &ScanReader<'_>, most: usize) {
        for part in std::iter::from_fn(|| next(&self.intervals)).take(most) {
            part.decode(reader.bytes, reader.mcu, reader.level);
        }
    }
}

/// A chunk that is being decoded.
type RunningChunk<'a> = (ChunkJob<'a>, DecodeLane<'a>);

/// Records the result of each lane that has stopped, and returns a lane that has not.
fn keep_running<'a>(a: RunningChunk<'a>, b: RunningChunk<'a>) -> Option<RunningChunk<'a>> {
    let mut left = None;
    for (job, lane) in [a, b] {
        if lane.stopped.is_some() {
            job.finish(&lane);
        } else {
            left = Some((job, lane));
        }
    }
    left
}

fn next<'a, T>(queue: &Mutex<IterMut<'a, T>>) -> Option<&'a mut T> {
    queue.lock().ok()?.next()
}
