//! Chunks of a scan for verifying. Any free thread can check one, from a guess or from a known position.

use super::context::ScanContext;
use super::lane::{ParsePosition, SkipLane};
use crate::scan::bit_reader::PADDING;
use crate::scan::block::Cursor;
use crate::scan::lanes::LaneStop;
use crate::scan::speculative_chunk::{DecoderState, GUESSES, MARGIN, RECORDED, TAIL};
use crate::scan::unstuff::{boundary, pad, unstuff};

/// A chunk and the result of checking it. The buffers are reused for the next batch.
#[derive(Debug, Default)]
pub(super) struct VerifyChunk {
    /// The range of the file, between two boundaries (see [`boundary`]).
    from: usize,
    pub(super) to: usize,
    /// The end of the data without markers.
    end: usize,
    /// The position at `from`, if it is known.
    known: Option<ParsePosition>,
    /// The unstuffed bytes, padded.
    data: Vec<u8>,
    /// The number of bits of `data` up to `to`, and the number without the padding.
    pub(super) own: u64,
    pub(super) len: u64,
    /// The positions before the first blocks of a guess.
    pub(super) starts: Vec<ParsePosition>,
    pub(super) outcome: VerifyOutcome,
}

/// The result of a lane.
#[derive(Debug, Default)]
pub(super) struct VerifyOutcome {
    /// The number of whole blocks, including those of `starts`.
    pub(super) blocks: u64,
    pub(super) position: ParsePosition,
    /// Why the lane stopped; `None` if no guess was possible.
    pub(super) stop: Option<LaneStop>,
}

/// A chunk that is being checked.
#[derive(Debug)]
pub(super) struct VerifyJob<'a> {
    pub(super) lane: SkipLane<'a>,
    outcome: &'a mut VerifyOutcome,
}

impl VerifyJob<'_> {
    /// Records the result of the lane, which must have stopped.
    pub(super) fn finish(self) {
        self.outcome.blocks += self.lane.blocks;
        self.outcome.position = self.lane.position();
        self.outcome.stop = self.lane.stopped;
    }
}

impl VerifyChunk {
    /// Prepares for the range `from..to` of data that ends at `end`.
    pub(super) fn reset(&mut self, from: usize, to: usize, end: usize, known: Option<ParsePosition>) {
        (self.from, self.to, self.end, self.known) = (from, to, end, known);
        self.data.clear();
        self.starts.clear();
        self.outcome = VerifyOutcome::default();
    }

    pub(super) fn is_last(&self) -> bool {
        self.to >= self.end
    }

    /// Unstuffs the bytes, tries guesses, and makes the lane that goes on from there; `None` if no guess is
    /// possible.
    pub(super) fn start<'a>(&'a mut self, scan: &ScanContext<'a>) -> Option<VerifyJob<'a>> {
        self.load(scan.bytes);
        let limit = self.limit();
        let Self { known, data, starts, outcome, .. } = self;
        let position = match known {
            Some(known) => *known,
            None => guess(scan, data, starts, limit)?,
        };
        outcome.blocks = starts.len() as u64;
        Some(VerifyJob { lane: SkipLane::new(scan.phases, data, position, u64::MAX, limit), outcome })
    }

    /// Makes a lane that starts again from a position that is known now.
    pub(super) fn restart<'a>(&'a mut self, scan: &ScanContext<'a>, known: ParsePosition) -> VerifyJob<'a> {
        let limit = self.limit();
        self.starts.clear();
        self.outcome = VerifyOutcome::default();
        VerifyJob {
            lane: SkipLane::new(scan.phases, &self.data, known, u64::MAX, limit),
            outcome: &mut self.outcome,
        }
    }

    /// A decoder of single blocks that starts at `position`.
    pub(super) fn cursor(&self, position: ParsePosition) -> Cursor<'_> {
        state(position).cursor(&self.data)
    }

    fn load(&mut self, bytes: &[u8]) {
        let margin = boundary(bytes, self.to.saturating_add(MARGIN)).min(self.end);
        self.data.reserve_exact(margin.saturating_sub(self.from) + PADDING);
        // No marker lies before the end, so that nothing else can stop this.
        let _ = unstuff(bytes, self.from, self.to, &mut self.data);
        self.own = self.data.len() as u64 * 8;
        let _ = unstuff(bytes, self.to, margin, &mut self.data);
        self.len = self.data.len() as u64 * 8;
        pad(&mut self.data);
    }

    /// The bit position at which lanes stop. At the end of the data it is well before the end, because
    /// padding bits could pass for blocks.
    pub(super) fn limit(&self) -> u64 {
        if self.is_last() { self.own.saturating_sub(TAIL * 8) } else { self.own }
    }
}

fn state(position: ParsePosition) -> DecoderState {
    DecoderState { bit: position.bit, phase: position.phase, ..DecoderState::default() }
}

/// Decodes the first blocks from a guess, and records the position before each. An impossible code means that
/// the guess was wrong; then the next byte is tried.
fn guess(
    scan: &ScanContext<'_>,
    data: &[u8],
    starts: &mut Vec<ParsePosition>,
    limit: u64,
) -> Option<ParsePosition> {
    let mut block = [0; 64];
    'next: for byte in 0..GUESSES as u64 {
        let mut cursor = state(ParsePosition { bit: byte * 8, phase: 0 }).cursor(data);
        starts.clear();
        for _ in 0..RECORDED {
            let position = ParsePosition::of(&cursor);
            if position.bit >= limit {
                break;
            }
            if cursor.block(scan.mcu, &mut block).is_err() {
                continue 'next;
            }
            starts.push(position);
        }
        return Some(ParsePosition::of(&cursor));
    }
    starts.clear();
    None
}
