//! From decoded segments to proven blocks.

use crate::error::{Error, Result};
use crate::marker_segment::next_marker;

use super::batch::{Piece, ScanReader, Source, Wave};
use super::block::Cursor;
use super::lanes::{Stop, run_one};
use super::speculative_chunk::{Segment, State};
use super::unstuff::{is_restart, raw_offset};

/// How the way from one segment to the next ended.
enum Walk {
    /// In a state that the next segment has been in: its block there, and what its DCs lack.
    Met((usize, [i16; 3])),
    /// With all blocks there.
    Done,
    /// In a state that it has not been in.
    Apart(State),
}

impl ScanReader<'_> {
    /// The blocks of this scan, or of its current restart interval, that are still to come.
    fn left(&self) -> u64 {
        match self.restart {
            Some(restart) => ((restart.index + 1) * restart.blocks).min(self.total) - self.done,
            None => self.total - self.done,
        }
    }

    pub(super) fn stitch_segments(&mut self, wave: &mut Wave) -> Result<()> {
        let (mut first, mut base) = (0, [0i16; 3]);
        for n in 0..wave.segments.len() {
            self.take(wave, n, first, base)?;
            let Some(segment) = wave.segments.get(n) else { break };
            let predictions = add(segment.state.predictions, base);
            let state = State { predictions, ..segment.state };
            let (end, stop, own) = (segment.end, segment.stop, segment.own as u64 * 8);
            if self.left() == 0 || end.is_some() || stop != Some(Stop::Limit) {
                return self.close(wave, n, state);
            }
            if n + 1 == wave.segments.len() {
                self.go_to(wave, n, state);
                return Ok(());
            }
            let state = State { bit: state.bit - own, ..state };
            match self.join(wave, n + 1, state)? {
                Some(found) => (first, base) = found,
                None => return self.next_interval(wave.segments.get(n).map_or(self.from, |s| s.from)),
            }
        }
        Ok(())
    }

    /// Adds what segment `n` has from block `first` on; an error if its last block used bits behind the end of the data.
    fn take(&mut self, wave: &mut Wave, n: usize, first: usize, base: [i16; 3]) -> Result<()> {
        let Some(segment) = wave.segments.get(n) else { return Ok(()) };
        let there = segment.count.saturating_sub(first);
        let count = there.min(usize::try_from(self.left()).unwrap_or(usize::MAX));
        // A block that another one follows, whole or not, has ended before the lane's limit.
        let is_last = count == there && segment.stop != Some(Stop::Corrupt);
        let len = segment.len as u64 * 8;
        let overrun = is_last && segment.state.bit > len;
        let end = self.offset(segment, len);
        let count = if overrun { count.saturating_sub(1) } else { count };
        wave.push(Piece { source: Source::Segment(n), first, count, base });
        self.done += count as u64;
        if overrun { Err(self.truncated(end)) } else { Ok(()) }
    }

    /// Decodes from `state`, in the data of segment `n`, until the segment is known to have been in the same state: gives
    /// its block there, and what its DCs lack; `None` if all blocks are there before.
    fn join(&mut self, wave: &mut Wave, n: usize, state: State) -> Result<Option<(usize, [i16; 3])>> {
        let first = wave.patch.len();
        let result = self.walk(wave, n, state);
        let count = wave.patch.len() - first;
        wave.push(Piece { source: Source::Patch, first, count, base: [0; 3] });
        match result? {
            Walk::Met(found) => Ok(Some(found)),
            Walk::Done => Ok(None),
            Walk::Apart(known) => {
                // Never in step: what was guessed is thrown away.
                if let Some(segment) = wave.segments.get_mut(n) {
                    let mut job = segment.restart(self.mcu, known);
                    if let Some(lane) = job.lane.take() {
                        job.finish(&run_one(self.level, lane));
                    }
                }
                Ok(Some((0, [0; 3])))
            }
        }
    }

    /// The blocks between two segments, one by one, into the wave's patch.
    fn walk(&mut self, wave: &mut Wave, n: usize, state: State) -> Result<Walk> {
        let Wave { segments, patch, .. } = wave;
        let Some(segment) = segments.get(n) else { return Ok(Walk::Apart(state)) };
        let (mut cursor, mut next) = (state.cursor(&segment.data), 0);
        loop {
            let at = State::of(&cursor);
            while segment.starts.get(next).is_some_and(|s| s.bit < at.bit) {
                next += 1;
            }
            match segment.starts.get(next) {
                _ if self.left() == 0 => return Ok(Walk::Done),
                None => return Ok(Walk::Apart(at)),
                Some(s) if s.bit == at.bit && s.phase == at.phase => {
                    return Ok(Walk::Met((next, subtract(at.predictions, s.predictions))));
                }
                _ if at.bit >= segment.limit() => return Ok(Walk::Apart(at)),
                _ => {}
            }
            patch.push(self.checked_block(&mut cursor, segment)?);
            self.done += 1;
        }
    }

    /// A block that uses no bit behind the segment's data.
    fn checked_block(&self, cursor: &mut Cursor<'_>, segment: &Segment) -> Result<[i16; 64]> {
        let (mut block, len) = ([0; 64], segment.len as u64 * 8);
        let outcome = cursor.block(self.mcu, &mut block);
        let at = cursor.bits.position();
        // An impossible code right before the end may be one that was cut off.
        if at > len || outcome.is_err() && at + 64 >= len {
            return Err(self.truncated(self.offset(segment, at.min(len))));
        }
        outcome.map_err(|_| Error::malformed(self.offset(segment, at), IMPOSSIBLE))?;
        Ok(block)
    }

    /// Ends the wave with segment `n`, where decoding has come to `state`: at the end of the data, out of room, at an
    /// impossible code, or with all blocks there.
    fn close(&mut self, wave: &mut Wave, n: usize, state: State) -> Result<()> {
        let Some(segment) = wave.segments.get(n) else { return Ok(()) };
        if self.left() == 0 {
            return self.next_interval(segment.from);
        }
        let (len, offset) = (segment.len as u64 * 8, self.offset(segment, state.bit));
        if segment.end.is_none() || segment.stop == Some(Stop::Full) {
            if segment.stop == Some(Stop::Corrupt) {
                return Err(Error::malformed(offset, IMPOSSIBLE));
            }
            self.go_to(wave, n, state);
            return Ok(());
        }
        if segment.stop == Some(Stop::Corrupt) {
            // Zeros are read behind the end.
            let cut_off = state.bit + 64 >= len;
            return Err(if cut_off { self.truncated(offset) } else { Error::malformed(offset, IMPOSSIBLE) });
        }
        self.finish(wave, n, state)
    }

    /// Decodes the last blocks before the end of the data, one by one.
    fn finish(&mut self, wave: &mut Wave, n: usize, state: State) -> Result<()> {
        let Wave { segments, patch, .. } = wave;
        let Some(segment) = segments.get(n) else { return Ok(()) };
        let (first, len) = (patch.len(), segment.len as u64 * 8);
        let mut cursor = state.cursor(&segment.data);
        let mut result =
            if state.bit > len { Err(self.truncated(self.offset(segment, len))) } else { Ok(()) };
        while self.left() > 0 && result.is_ok() {
            match self.checked_block(&mut cursor, segment) {
                Ok(block) => {
                    patch.push(block);
                    self.done += 1;
                }
                Err(error) => result = Err(error),
            }
        }
        let from = segment.from;
        let count = patch.len() - first;
        wave.push(Piece { source: Source::Patch, first, count, base: [0; 3] });
        result.and_then(|()| self.next_interval(from))
    }

    /// Goes on behind the restart marker that follows, if blocks are left. No marker is before it from `near` on.
    fn next_interval(&mut self, near: usize) -> Result<()> {
        if self.is_done() {
            return Ok(());
        }
        let Some((code, marker)) = next_marker(self.bytes, near) else {
            return Err(self.truncated(self.bytes.len()));
        };
        let Some(restart) = &mut self.restart else { return Err(self.truncated(marker)) };
        if !is_restart(code) || u64::from(code & 7) != restart.index % 8 {
            return Err(self.truncated(marker));
        }
        restart.index += 1;
        (self.from, self.state, self.single) = (marker + 2, State::default(), false);
        Ok(())
    }

    /// The next wave begins at `state` in the data of segment `n`.
    fn go_to(&mut self, wave: &Wave, n: usize, state: State) {
        let Some(segment) = wave.segments.get(n) else { return };
        self.from = self.offset(segment, state.bit);
        self.state = State { bit: state.bit % 8, ..state };
    }

    /// Offset in the file of bit `bit` of a segment's data.
    fn offset(&self, segment: &Segment, bit: u64) -> usize {
        raw_offset(self.bytes, segment.from, (bit / 8) as usize)
    }

    pub(super) fn stitch_intervals(&mut self, wave: &mut Wave) -> Result<()> {
        let done = self.done;
        let Some(mut restart) = self.restart else { return Ok(()) };
        for n in 0..wave.intervals.len() {
            let Some(part) = wave.intervals.get(n) else { break };
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
            wave.push(Piece { source: Source::Intervals(n), first: 0, count, base: [0; 3] });
        }
        self.restart = Some(restart);
        // Where not even one interval is whole, it is decoded as a scan of its own, which tells what is wrong.
        if self.done == done {
            self.single = true;
        }
        Ok(())
    }
}

const IMPOSSIBLE: &str = "the picture data has a code that is in no Huffman table, or too many coefficients";

fn add(a: [i16; 3], b: [i16; 3]) -> [i16; 3] {
    std::array::from_fn(|i| a[i].wrapping_add(b[i]))
}

fn subtract(a: [i16; 3], b: [i16; 3]) -> [i16; 3] {
    std::array::from_fn(|i| a[i].wrapping_sub(b[i]))
}
