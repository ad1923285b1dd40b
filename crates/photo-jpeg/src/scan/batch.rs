//! Waves of segments: cut, decoded by any number of workers, stitched.

use std::slice::IterMut;
use std::sync::Mutex;

use crate::simd::Level;

use crate::error::{Error, Result};
use crate::header::Header;

use super::block::Mcu;
use super::intervals::Intervals;
use super::lanes::{Lane, run_one, run_two};
use super::speculative_chunk::{Job, Segment, State};
use super::unstuff::boundary;

/// How waves are cut.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut {
    /// Blocks that a segment is meant to hold.
    pub(crate) meant: usize,
    /// Blocks that it has room for: at 128 bytes each, a few waves are all the memory that decoding takes, whatever the
    /// picture's height.
    pub(crate) room: usize,
    /// Bytes that a segment has at least, so that guesses get in step well before its end.
    pub(crate) least: usize,
    /// Segments of a wave.
    pub(crate) segments: usize,
}

/// Bytes that a segment has at most.
const MOST: usize = 1 << 18;

impl Cut {
    /// For a number of threads, and rows of MCUs of so many blocks: what is left of a row at the end of a wave is copied,
    /// so that waves of wide pictures hold some rows.
    pub(crate) fn new(threads: usize, row: usize) -> Self {
        // One thread needs no more segments than fill its two lanes all the time.
        let meant = if threads <= 1 && row > 4096 { 2048 } else { 1024 };
        let least = if threads <= 1 { 4 } else { (8 * threads).min(64) };
        let rows = (4 * row / meant).min(128);
        Self { meant, room: meant + meant / 2, least: 2048, segments: least.max(rows) }
    }

    /// For a scan of all components, on the threads of the current rayon pool.
    pub(crate) fn of(header: &Header) -> Self {
        let blocks = header.components.iter().map(|c| c.blocks_wide as usize * usize::from(c.v)).sum();
        Self::new(rayon::current_num_threads(), blocks)
    }

    /// Blocks that a wave holds at most.
    pub(crate) fn most_blocks(&self) -> usize {
        // Restart intervals that are shorter than they seemed fill twice the room.
        2 * self.room * self.segments
    }

    /// Bytes of memory that decoding a scan takes at most, for rows of MCUs of so many blocks: two waves, with what is left
    /// over of a row.
    pub(crate) fn most_bytes(&self, row: u64, rows: u64) -> u64 {
        let wave = (self.most_blocks() * 128 + self.segments * MOST) as u64;
        (2 * wave + 2 * 128 * row).min(2 * 128 * row * rows)
    }
}

/// Decodes a sequential scan wave by wave.
#[derive(Debug)]
pub(crate) struct ScanReader<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) mcu: &'a Mcu,
    pub(super) level: Level,
    /// Blocks in the scan.
    pub(super) total: u64,
    /// Blocks that are behind us.
    pub(super) done: u64,
    /// Offset in the file from which `state.bit` counts.
    pub(super) from: usize,
    pub(super) state: State,
    /// Blocks between restart markers, and how many intervals are behind us.
    pub(super) restart: Option<Restart>,
    /// Whether the current restart interval is decoded alone, since it is not sound as a whole.
    pub(super) single: bool,
    bytes_per_block: f64,
    cut: Cut,
}

/// Where a scan with restart markers is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Restart {
    /// Blocks of an interval.
    pub(super) blocks: u64,
    /// Whole intervals that are behind us.
    pub(super) index: u64,
}

/// Some consecutive blocks of a scan, in decoding order.
#[derive(Debug, Default)]
pub(crate) struct Wave {
    pub(super) segments: Vec<Segment>,
    pub(super) intervals: Vec<Intervals>,
    /// Blocks decoded between segments, and those left over from the wave before.
    pub(super) patch: Vec<[i16; 64]>,
    pub(super) pieces: Vec<Piece>,
    /// Number of blocks.
    pub(crate) len: usize,
}

/// A run of blocks in one buffer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    pub(super) source: Source,
    pub(super) first: usize,
    pub(super) count: usize,
    /// What is to be added to the DC of each component.
    pub(super) base: [i16; 3],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Segment(usize),
    Intervals(usize),
    Patch,
}

impl<'a> ScanReader<'a> {
    /// A reader of a file's first scan, which holds all components and has the MCUs `mcu`.
    pub(crate) fn of(bytes: &'a [u8], header: &Header, mcu: &'a Mcu, cut: Cut, level: Level) -> Self {
        let mcus = u64::from(header.mcus_wide) * u64::from(header.mcus_high);
        let (from, restart) = (header.scan.data_start, header.scan.restart_interval);
        Self::new(bytes, from, mcu, mcus, restart, cut, level)
    }

    /// A reader of the `mcus` MCUs whose entropy-coded data begins at `from`, with restart markers every
    /// `restart_interval` MCUs (0 for none).
    pub(crate) fn new(
        bytes: &'a [u8],
        from: usize,
        mcu: &'a Mcu,
        mcus: u64,
        restart_interval: u32,
        cut: Cut,
        level: Level,
    ) -> Self {
        let per_mcu = mcu.blocks.len() as u64;
        let total = mcus * per_mcu;
        let restart = (restart_interval > 0 && u64::from(restart_interval) < mcus)
            .then(|| Restart { blocks: u64::from(restart_interval) * per_mcu, index: 0 });
        let bytes_per_block = bytes.len().saturating_sub(from) as f64 / total.max(1) as f64;
        let state = State::default();
        Self { bytes, mcu, level, total, done: 0, from, state, restart, single: false, bytes_per_block, cut }
    }

    /// Whether all blocks are behind us.
    pub(crate) fn is_done(&self) -> bool {
        self.done >= self.total
    }

    /// Cuts the next wave, which begins with the blocks `rest` of the wave before.
    pub(crate) fn cut(&self, wave: &mut Wave, rest: &mut Vec<[i16; 64]>) {
        wave.pieces.clear();
        std::mem::swap(&mut wave.patch, rest);
        let count = wave.patch.len();
        wave.len = 0;
        wave.push(Piece { source: Source::Patch, first: 0, count, base: [0; 3] });
        match self.whole_intervals() {
            Some((blocks, count)) => self.cut_intervals(wave, blocks, count),
            None => self.cut_segments(wave),
        }
    }

    /// Blocks of an interval, and how many to put into a segment (two at least, to be decoded in turn), where waves are
    /// made of whole intervals. Long ones, and
    /// the last one, are decoded as scans of their own.
    fn whole_intervals(&self) -> Option<(usize, usize)> {
        let restart = self.restart?;
        let left = self.total - self.done;
        let blocks = usize::try_from(restart.blocks).ok()?;
        (blocks <= 4 * self.cut.room && left > restart.blocks && !self.single)
            .then(|| (blocks, (self.cut.meant / blocks).max(2)))
    }

    fn cut_intervals(&self, wave: &mut Wave, blocks: usize, count: usize) {
        wave.segments.clear();
        let most = self.cut.segments.max(2);
        let segments = (self.cut.segments * self.cut.room / (blocks * count)).clamp(2, most);
        wave.intervals.resize_with(segments, Intervals::default);
        let step = ((count * blocks) as f64 * self.bytes_per_block) as usize;
        let step = step.clamp(64, MOST);
        let left = (self.total - self.done).saturating_sub(1) / blocks as u64;
        for (n, part) in wave.intervals.iter_mut().enumerate() {
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

    fn cut_segments(&self, wave: &mut Wave) {
        wave.intervals.clear();
        wave.segments.resize_with(self.cut.segments, Segment::default);
        let step = ((self.cut.meant as f64 * self.bytes_per_block) as usize).clamp(self.cut.least, MOST);
        let mut from = self.from;
        for (n, segment) in wave.segments.iter_mut().enumerate() {
            let to = boundary(self.bytes, self.from + (n + 1) * step);
            segment.reset(from, to, (n == 0).then_some(self.state));
            from = to;
        }
        // Beyond the end of the file there is nothing to decode.
        let some = wave.segments.iter().filter(|s| s.from < self.bytes.len()).count();
        wave.segments.truncate(some.max(1));
    }

    /// Stitches a wave whose segments have been decoded, and moves behind it.
    ///
    /// # Errors
    /// [`Error::Malformed`] and [`Error::Truncated`] where the blocks that are proven end and more are due. The wave then
    /// holds what there is.
    pub(crate) fn stitch(&mut self, wave: &mut Wave) -> Result<()> {
        let (from, done) = (self.from, self.done);
        let result =
            if wave.segments.is_empty() { self.stitch_intervals(wave) } else { self.stitch_segments(wave) };
        if self.done > done {
            self.bytes_per_block = (self.from - from) as f64 / (self.done - done) as f64;
        }
        result
    }

    /// The error for data that end or go wrong at bit `bit` behind `from`.
    pub(super) fn truncated(&self, offset: usize) -> Error {
        let per_mcu = self.mcu.blocks.len() as u64;
        Error::Truncated {
            offset: offset.min(self.bytes.len()),
            decoded: self.done / per_mcu,
            total: self.total / per_mcu,
        }
    }
}

/// The segments of a wave that wait for a worker.
pub(crate) struct Queue<'a> {
    segments: Mutex<IterMut<'a, Segment>>,
    intervals: Mutex<IterMut<'a, Intervals>>,
}

impl Wave {
    pub(crate) fn queue(&mut self) -> Queue<'_> {
        Queue {
            segments: Mutex::new(self.segments.iter_mut()),
            intervals: Mutex::new(self.intervals.iter_mut()),
        }
    }

    /// Jobs for workers: more would find nothing to do.
    pub(crate) fn jobs(&self) -> usize {
        (self.segments.len() + self.intervals.len()).div_ceil(2)
    }

    pub(super) fn push(&mut self, piece: Piece) {
        if piece.count > 0 {
            self.len += piece.count;
            self.pieces.push(piece);
        }
    }

    /// The blocks `from..from + count` of the wave, in runs, each with what is to be added to its DCs.
    pub(crate) fn runs(&self, from: usize, count: usize) -> impl Iterator<Item = (&[[i16; 64]], [i16; 3])> {
        let (mut skip, mut left) = (from, count);
        self.pieces.iter().filter_map(move |piece| {
            let start = skip.min(piece.count);
            skip -= start;
            let take = (piece.count - start).min(left);
            left -= take;
            let buffer = self.buffer(piece.source);
            let blocks = buffer.get(piece.first + start..piece.first + start + take)?;
            (take > 0).then_some((blocks, piece.base))
        })
    }

    fn buffer(&self, source: Source) -> &[[i16; 64]] {
        match source {
            Source::Segment(n) => self.segments.get(n).map_or(&[], |s| &s.blocks),
            Source::Intervals(n) => self.intervals.get(n).map_or(&[], |s| &s.blocks),
            Source::Patch => &self.patch,
        }
    }

    /// Copies the blocks from `from` on to `out`, with their true DCs; block 0 of the wave must begin an MCU.
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

impl Queue<'_> {
    /// Decodes segments until none is left. Any number of threads may do so at once.
    pub(crate) fn work(&self, reader: &ScanReader<'_>) {
        self.work_on_segments(reader);
        self.work_on_intervals(reader);
    }

    fn work_on_segments(&self, reader: &ScanReader<'_>) {
        let mut running: Option<Running<'_>> = None;
        while let Some(segment) = next(&self.segments) {
            let mut job = segment.start(reader.bytes, reader.mcu, reader.cut.room);
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

    fn work_on_intervals(&self, reader: &ScanReader<'_>) {
        while let Some(part) = next(&self.intervals) {
            part.decode(reader.bytes, reader.mcu, reader.level);
        }
    }
}

/// A segment under way.
type Running<'a> = (Job<'a>, Lane<'a>);

/// Writes down what has stopped; gives what has not.
fn keep_running<'a>(a: Running<'a>, b: Running<'a>) -> Option<Running<'a>> {
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
