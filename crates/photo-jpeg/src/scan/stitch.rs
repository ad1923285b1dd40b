//! Stitches decoded chunks: turns guesses into proven blocks.

use crate::error::{Error, Result};
use crate::syntax::{marker, next_marker};

use super::batch::{Batch, BlockRun, RunSource, ScanReader};
use super::block::Cursor;
use super::lanes::{LaneStop, run_one};
use super::speculative_chunk::{DecoderState, SpeculativeChunk};
use super::unstuff::raw_offset;

/// How resynchronizing with the next chunk ended.
enum Resync {
    /// In a state that the next chunk has been in.
    Synchronized(Meeting),
    /// With the last block of the scan or interval.
    Done,
    /// In a state that the next chunk has not been in.
    Diverged(DecoderState),
}

/// Where proven blocks meet a chunk.
#[derive(Debug, Clone, Copy, Default)]
struct Meeting {
    /// The index of the chunk's block there.
    first: usize,
    /// How many phases behind the guess was.
    lag: usize,
    /// What must be added to the chunk's DCs.
    base: [i16; 4],
}

impl ScanReader<'_> {
    /// Stitches a batch whose chunks have been decoded, and moves on to what follows it.
    ///
    /// # Errors
    /// [`Error::Malformed`] or [`Error::Truncated`] if the proven blocks end and more are due. The batch then
    /// holds the proven ones.
    pub(crate) fn stitch(&mut self, batch: &mut Batch) -> Result<()> {
        let (from, done) = (self.from, self.done);
        let result =
            if batch.chunks.is_empty() { self.stitch_intervals(batch) } else { self.stitch_chunks(batch) };
        if self.done > done {
            self.bytes_per_block = (self.from - from) as f64 / (self.done - done) as f64;
        }
        result
    }

    /// The number of blocks of this scan, or of its current restart interval, that are still to come.
    fn left(&self) -> u64 {
        match self.restart {
            Some(restart) => ((restart.index + 1) * restart.blocks).min(self.total) - self.done,
            None => self.total - self.done,
        }
    }

    fn stitch_chunks(&mut self, batch: &mut Batch) -> Result<()> {
        let mut meeting = Meeting::default();
        for n in 0..batch.chunks.len() {
            self.take(batch, n, meeting.first, meeting.base)?;
            let Some(chunk) = batch.chunks.get(n) else { break };
            let state = chunk.state.caught_up(self.mcu, meeting.lag);
            let state = DecoderState { predictions: add(state.predictions, meeting.base), ..state };
            let (end, stop, own) = (chunk.end, chunk.stop, chunk.own as u64 * 8);
            if self.left() == 0 || end.is_some() || stop != Some(LaneStop::Limit) {
                return self.close(batch, n, state);
            }
            if n + 1 == batch.chunks.len() {
                self.go_to(batch, n, state);
                return Ok(());
            }
            let state = DecoderState { bit: state.bit - own, ..state };
            match self.join(batch, n + 1, state)? {
                Some(found) => meeting = found,
                None => return self.next_interval(batch.chunks.get(n).map_or(self.from, |s| s.from)),
            }
        }
        Ok(())
    }

    /// Adds the blocks of chunk `n` from block `first` on to the batch. Fails if its last block used bits
    /// behind the end of the data.
    fn take(&mut self, batch: &mut Batch, n: usize, first: usize, base: [i16; 4]) -> Result<()> {
        let Some(chunk) = batch.chunks.get(n) else { return Ok(()) };
        let there = chunk.count.saturating_sub(first);
        let count = there.min(usize::try_from(self.left()).unwrap_or(usize::MAX));
        // A block that another one follows, whole or not, has ended before the lane's limit.
        let is_last = count == there && chunk.stop != Some(LaneStop::Corrupt);
        let len = chunk.len as u64 * 8;
        let overrun = is_last && chunk.state.bit > len;
        let end = self.offset(chunk, len);
        let count = if overrun { count.saturating_sub(1) } else { count };
        batch.push(BlockRun { source: RunSource::Chunk(n), first, count, base });
        self.done += count as u64;
        if overrun { Err(self.truncated(end)) } else { Ok(()) }
    }

    /// Decodes from `state`, in the data of chunk `n`, until the chunk has been in the same state. `None` if
    /// all blocks are there before.
    fn join(&mut self, batch: &mut Batch, n: usize, state: DecoderState) -> Result<Option<Meeting>> {
        let first = batch.patch.len();
        let result = self.resynchronize(batch, n, state);
        let count = batch.patch.len() - first;
        batch.push(BlockRun { source: RunSource::Patch, first, count, base: [0; 4] });
        match result? {
            Resync::Synchronized(found) => Ok(Some(found)),
            Resync::Done => Ok(None),
            Resync::Diverged(known) => {
                // The chunk was never synchronized, so that its blocks are thrown away.
                if let Some(chunk) = batch.chunks.get_mut(n) {
                    let mut job = chunk.restart(self.mcu, known);
                    if let Some(lane) = job.lane.take() {
                        job.finish(&run_one(self.level, lane));
                    }
                }
                Ok(Some(Meeting::default()))
            }
        }
    }

    /// Decodes the blocks between two chunks one by one into the batch's patch.
    fn resynchronize(&mut self, batch: &mut Batch, n: usize, state: DecoderState) -> Result<Resync> {
        let Batch { chunks, patch, .. } = batch;
        let Some(chunk) = chunks.get(n) else { return Ok(Resync::Diverged(state)) };
        let (mut cursor, mut next) = (state.cursor(&chunk.data), 0);
        loop {
            let at = DecoderState::of(&cursor);
            while chunk.starts.get(next).is_some_and(|s| s.bit < at.bit) {
                next += 1;
            }
            if self.left() == 0 {
                return Ok(Resync::Done);
            }
            let Some(start) = chunk.starts.get(next) else { return Ok(Resync::Diverged(at)) };
            if start.bit == at.bit
                && let Some(lag) = self.mcu.lag(at.phase, start.phase)
            {
                let guessed = start.caught_up(self.mcu, lag).predictions;
                let base = subtract(at.predictions, guessed);
                return Ok(Resync::Synchronized(Meeting { first: next, lag, base }));
            }
            if at.bit >= chunk.limit() {
                return Ok(Resync::Diverged(at));
            }
            patch.push(self.checked_block(&mut cursor, chunk)?);
            self.done += 1;
        }
    }

    /// Decodes a block. Fails if it uses bits behind the chunk's data.
    fn checked_block(&self, cursor: &mut Cursor<'_>, chunk: &SpeculativeChunk) -> Result<[i16; 64]> {
        let (mut block, len) = ([0; 64], chunk.len as u64 * 8);
        let outcome = cursor.block(self.mcu, &mut block);
        let at = cursor.bits.position();
        // An impossible code right before the end may be a code that was cut off.
        if at > len || outcome.is_err() && at + 64 >= len {
            return Err(self.truncated(self.offset(chunk, at.min(len))));
        }
        outcome.map_err(|_| Error::malformed(self.offset(chunk, at), IMPOSSIBLE))?;
        Ok(block)
    }

    /// Ends the batch with chunk `n`, where decoding has reached `state`: at the end of the data, out of
    /// room, at an impossible code, or with all blocks there.
    fn close(&mut self, batch: &mut Batch, n: usize, state: DecoderState) -> Result<()> {
        let Some(chunk) = batch.chunks.get(n) else { return Ok(()) };
        if self.left() == 0 {
            return self.next_interval(chunk.from);
        }
        let (len, offset) = (chunk.len as u64 * 8, self.offset(chunk, state.bit));
        if chunk.end.is_none() || chunk.stop == Some(LaneStop::Full) {
            if chunk.stop == Some(LaneStop::Corrupt) {
                return Err(Error::malformed(offset, IMPOSSIBLE));
            }
            self.go_to(batch, n, state);
            return Ok(());
        }
        if chunk.stop == Some(LaneStop::Corrupt) {
            // Behind the end, zeros are read.
            let cut_off = state.bit + 64 >= len;
            return Err(if cut_off { self.truncated(offset) } else { Error::malformed(offset, IMPOSSIBLE) });
        }
        self.finish(batch, n, state)
    }

    /// Decodes the last blocks before the end of the data, one by one.
    fn finish(&mut self, batch: &mut Batch, n: usize, state: DecoderState) -> Result<()> {
        let Batch { chunks, patch, .. } = batch;
        let Some(chunk) = chunks.get(n) else { return Ok(()) };
        let (first, len) = (patch.len(), chunk.len as u64 * 8);
        let mut cursor = state.cursor(&chunk.data);
        let mut result = if state.bit > len { Err(self.truncated(self.offset(chunk, len))) } else { Ok(()) };
        while self.left() > 0 && result.is_ok() {
            match self.checked_block(&mut cursor, chunk) {
                Ok(block) => {
                    patch.push(block);
                    self.done += 1;
                }
                Err(error) => result = Err(error),
            }
        }
        let from = chunk.from;
        let count = patch.len() - first;
        batch.push(BlockRun { source: RunSource::Patch, first, count, base: [0; 4] });
        result.and_then(|()| self.next_interval(from))
    }

    /// Moves on behind the next restart marker, if blocks are left. From byte `near` on, no other marker
    /// comes before it.
    fn next_interval(&mut self, near: usize) -> Result<()> {
        if self.is_done() {
            return Ok(());
        }
        let Some((code, at, _)) = next_marker(self.bytes, near) else {
            return Err(self.truncated(self.bytes.len()));
        };
        let Some(restart) = &mut self.restart else { return Err(self.truncated(at)) };
        if !marker::is_restart(code) || u64::from(code & 7) != restart.index % 8 {
            return Err(self.truncated(at));
        }
        restart.index += 1;
        (self.from, self.state, self.single) = (at + 2, DecoderState::default(), false);
        Ok(())
    }

    /// Lets the next batch begin at `state` in the data of chunk `n`.
    fn go_to(&mut self, batch: &Batch, n: usize, state: DecoderState) {
        let Some(chunk) = batch.chunks.get(n) else { return };
        self.from = self.offset(chunk, state.bit);
        self.state = DecoderState { bit: state.bit % 8, ..state };
    }

    /// The offset in the file of bit `bit` of a chunk's data.
    fn offset(&self, chunk: &SpeculativeChunk, bit: u64) -> usize {
        raw_offset(self.bytes, chunk.from, (bit / 8) as usize)
    }

    fn stitch_intervals(&mut self, batch: &mut Batch) -> Result<()> {
        let done = self.done;
        let Some(mut restart) = self.restart else { return Ok(()) };
        for n in 0..batch.intervals.len() {
            let Some(part) = batch.intervals.get(n) else { break };
            if part.count == 0 {
                continue;
            }
            if part.first != self.from || u64::from(part.number) != restart.index % 8 {
                break;
            }
            let count = part.count * usize::try_from(restart.blocks).unwrap_or(0);
            restart.index += part.count as u64;
            self.from = part.next;
            self.done += count as u64;
            batch.push(BlockRun { source: RunSource::Intervals(n), first: 0, count, base: [0; 4] });
        }
        self.restart = Some(restart);
        // If not even one interval is whole, it is decoded as a scan of its own, which finds the error.
        if self.done == done {
            self.single = true;
        }
        Ok(())
    }
}

const IMPOSSIBLE: &str = "the picture data has a code that is in no Huffman table, or too many coefficients";

fn add(a: [i16; 4], b: [i16; 4]) -> [i16; 4] {
    std::array::from_fn(|i| a[i].wrapping_add(b[i]))
}

fn subtract(a: [i16; 4], b: [i16; 4]) -> [i16; 4] {
    std::array::from_fn(|i| a[i].wrapping_sub(b[i]))
}

#[cfg(test)]
mod tests;
