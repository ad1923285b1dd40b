//! Speculative chunks: any free thread can decode one, from a guess or from a known state.

use super::bit_reader::BitReader;
use super::block::{Cursor, Mcu, Predictions};
use super::lanes::{DecodeLane, LaneStop};
use super::unstuff::{UnstuffEnd, boundary, pad, unstuff};

/// The number of blocks at the start of a guess whose states are recorded. Of 4,000 starts on phone photos,
/// none took more than 1.4 KB to synchronize, and half took about 100 bytes, which is six blocks. If it takes
/// longer, the chunk is decoded again.
pub(super) const RECORDED: usize = 48;

/// The number of bytes at which a guess is tried before the chunk is given up.
pub(super) const GUESSES: usize = 64;

/// The number of bytes behind a chunk that are unstuffed too, because its last block ends there. A block has
/// at most 64 codes of 27 bits, and each of their bytes may be stuffed.
pub(super) const MARGIN: usize = 448;

/// The number of bytes before the end of a scan at which lanes stop, because padding bits could pass for
/// blocks.
pub(super) const TAIL: u64 = 24;

/// The state of a decoder before a block.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct DecoderState {
    /// The bit position in the chunk's data.
    pub(crate) bit: u64,
    /// The index of the block in its MCU.
    pub(crate) phase: usize,
    /// The DC predictions. In a guess they begin with 0.
    pub(crate) predictions: Predictions,
}

impl DecoderState {
    pub(super) fn of(cursor: &Cursor<'_>) -> Self {
        Self { bit: cursor.bits.position(), phase: cursor.phase, predictions: cursor.predictions }
    }

    /// The state of a decoder that was `lag` phases behind.
    pub(super) fn caught_up(self, mcu: &Mcu, lag: usize) -> Self {
        let (phase, predictions) = mcu.caught_up(self.phase, self.predictions, lag);
        Self { bit: self.bit, phase, predictions }
    }

    pub(super) fn cursor<'a>(&self, data: &'a [u8]) -> Cursor<'a> {
        Cursor { bits: BitReader::new(data, self.bit), phase: self.phase, predictions: self.predictions }
    }
}

/// A chunk of a scan and the result of decoding it. The buffers are reused for later batches.
#[derive(Debug, Default)]
pub(crate) struct SpeculativeChunk {
    /// The offset in the file of the first byte of `data`.
    pub(super) from: usize,
    /// The offset in the file at which the next chunk begins.
    pub(super) to: usize,
    /// The state at `from`, if it is known.
    pub(super) known: Option<DecoderState>,
    /// The unstuffed bytes, padded.
    pub(super) data: Vec<u8>,
    /// The number of bytes of `data` up to `to`, or to the marker that ends the scan.
    pub(super) own: usize,
    /// The number of bytes of `data` without the padding.
    pub(super) len: usize,
    /// What ended the data, if it was not `to`.
    pub(super) end: Option<UnstuffEnd>,
    pub(super) blocks: Vec<[i16; 64]>,
    /// The states before the first blocks of a guess.
    pub(super) starts: Vec<DecoderState>,
    /// The number of whole blocks in `blocks`.
    pub(super) count: usize,
    /// The state in which decoding stopped, and the reason.
    pub(super) state: DecoderState,
    pub(super) stop: Option<LaneStop>,
}

impl SpeculativeChunk {
    /// Prepares for decoding `bytes[from..to]`, where both ends are boundaries. If no state is known,
    /// decoding starts from a guess.
    pub(super) fn reset(&mut self, from: usize, to: usize, known: Option<DecoderState>) {
        (self.from, self.to, self.known) = (from, to, known);
        (self.own, self.len, self.end) = (0, 0, None);
        (self.count, self.state, self.stop) = (0, DecoderState::default(), None);
        self.data.clear();
        self.starts.clear();
    }

    /// Unstuffs the bytes, tries guesses, and makes the lane that decodes the rest, up to `max_blocks` blocks
    /// together.
    pub(super) fn start<'a>(&'a mut self, bytes: &[u8], mcu: &'a Mcu, max_blocks: usize) -> ChunkJob<'a> {
        self.load(bytes);
        make_room(&mut self.blocks, max_blocks);
        let limit = self.limit();
        let Self { data, blocks, starts, known, count, state, stop, .. } = self;
        let blocks = blocks.get_mut(..max_blocks).unwrap_or_default();
        let cursor = match known {
            Some(known) => Some(known.cursor(data)),
            None => guess(data, mcu, blocks, starts, limit),
        };
        *count = starts.len();
        let rest = blocks.get_mut(starts.len()..).unwrap_or_default();
        let lane = match cursor {
            Some(cursor) => {
                *state = DecoderState::of(&cursor);
                DecodeLane::new(mcu, cursor, rest, limit)
            }
            None => Err(LaneStop::Corrupt),
        };
        *stop = lane.as_ref().err().copied();
        ChunkJob { lane: lane.ok(), count, state, stop }
    }

    /// Makes a lane that decodes the chunk again, from a state that is known now.
    pub(super) fn restart<'a>(&'a mut self, mcu: &'a Mcu, known: DecoderState) -> ChunkJob<'a> {
        self.starts.clear();
        let limit = self.limit();
        let Self { data, blocks, count, state, stop, .. } = self;
        (*count, *state) = (0, known);
        let lane = DecodeLane::new(mcu, known.cursor(data), blocks, limit);
        *stop = lane.as_ref().err().copied();
        ChunkJob { lane: lane.ok(), count, state, stop }
    }

    fn load(&mut self, bytes: &[u8]) {
        let end = unstuff(bytes, self.from, self.to, &mut self.data);
        self.own = self.data.len();
        if end == UnstuffEnd::Limit {
            // The next chunk sees what ends the margin.
            let _ = unstuff(bytes, self.to, boundary(bytes, self.to + MARGIN), &mut self.data);
        } else {
            self.end = Some(end);
        }
        self.len = self.data.len();
        pad(&mut self.data);
    }

    /// The bit position at which lanes stop.
    pub(super) fn limit(&self) -> u64 {
        let own = self.own as u64 * 8;
        if self.end.is_some() { own.saturating_sub(TAIL * 8) } else { own }
    }
}

pub(super) fn make_room(blocks: &mut Vec<[i16; 64]>, room: usize) {
    if blocks.len() < room {
        blocks.resize(room, [0; 64]);
    }
}

/// Decodes the first blocks from a guess, and records the state before each. An impossible code means that
/// the guess was wrong; then the next byte is tried.
fn guess<'a>(
    data: &'a [u8],
    mcu: &Mcu,
    blocks: &mut [[i16; 64]],
    starts: &mut Vec<DecoderState>,
    limit: u64,
) -> Option<Cursor<'a>> {
    'next: for byte in 0..GUESSES {
        let first = DecoderState { bit: byte as u64 * 8, ..DecoderState::default() };
        let mut cursor = first.cursor(data);
        starts.clear();
        for block in blocks.iter_mut().take(RECORDED) {
            let state = DecoderState::of(&cursor);
            if state.bit >= limit {
                break;
            }
            if cursor.block(mcu, block).is_err() {
                continue 'next;
            }
            starts.push(state);
        }
        return Some(cursor);
    }
    starts.clear();
    None
}

/// A chunk that is being decoded.
#[derive(Debug)]
pub(super) struct ChunkJob<'a> {
    pub(super) lane: Option<DecodeLane<'a>>,
    count: &'a mut usize,
    state: &'a mut DecoderState,
    stop: &'a mut Option<LaneStop>,
}

impl ChunkJob<'_> {
    /// Records the result of a lane that has stopped.
    pub(super) fn finish(self, lane: &DecodeLane<'_>) {
        *self.count += lane.count();
        *self.state = DecoderState::of(&lane.cursor());
        *self.stop = lane.stopped;
    }
}
