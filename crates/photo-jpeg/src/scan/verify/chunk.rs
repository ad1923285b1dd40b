//! A piece of a scan, passed over by whoever is free: from a guess, or from a known place.

use super::lane::{Lane, Place};
use super::{Scan, place_of};
use crate::scan::bit_reader::PADDING;
use crate::scan::block::Cursor;
use crate::scan::lanes::Stop;
use crate::scan::speculative_chunk::{GUESSES, MARGIN, RECORDED, State, TAIL};
use crate::scan::unstuff::{boundary, pad, unstuff};

/// A piece and what came of it. Buffers are used again for the next wave.
#[derive(Debug, Default)]
pub(super) struct Piece {
    /// Offsets in the file, two boundaries.
    from: usize,
    pub(super) to: usize,
    /// Where the data end that no marker interrupts.
    end: usize,
    /// The place at `from`, where it is known.
    known: Option<Place>,
    /// The unstuffed bytes, padded.
    data: Vec<u8>,
    /// Bits of `data` up to `to`, and without the padding.
    pub(super) own: u64,
    pub(super) len: u64,
    /// Places before the first blocks of a guess.
    pub(super) starts: Vec<Place>,
    pub(super) outcome: Outcome,
}

/// Where a lane has come to.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Whole blocks, those of `starts` included.
    pub(super) blocks: u64,
    pub(super) place: Place,
    /// `None` where not even a guess was found.
    pub(super) stop: Option<Stop>,
}

/// A piece under way.
#[derive(Debug)]
pub(super) struct Job<'a> {
    pub(super) lane: Lane<'a>,
    outcome: &'a mut Outcome,
}

impl Job<'_> {
    /// Writes down what its lane, which has stopped, has done.
    pub(super) fn finish(self) {
        self.outcome.blocks += self.lane.blocks;
        self.outcome.place = self.lane.place();
        self.outcome.stop = self.lane.stopped;
    }
}

impl Piece {
    /// Gets ready for `from..to` of data that reach to `end`.
    pub(super) fn reset(&mut self, from: usize, to: usize, end: usize, known: Option<Place>) {
        (self.from, self.to, self.end, self.known) = (from, to, end, known);
        self.data.clear();
        self.starts.clear();
        self.outcome = Outcome::default();
    }

    pub(super) fn is_last(&self) -> bool {
        self.to >= self.end
    }

    /// Unstuffs the bytes, tries out a guess, and gives the lane that goes on; `None` where no guess will do.
    pub(super) fn start<'a>(&'a mut self, scan: &Scan<'a>) -> Option<Job<'a>> {
        self.load(scan.bytes);
        let limit = self.limit();
        let Self { known, data, starts, outcome, .. } = self;
        let place = match known {
            Some(known) => *known,
            None => guess(scan, data, starts, limit)?,
        };
        outcome.blocks = starts.len() as u64;
        Some(Job { lane: Lane::new(scan.phases, data, place, u64::MAX, limit), outcome })
    }

    /// Begins again, from a place that is known now.
    pub(super) fn restart<'a>(&'a mut self, scan: &Scan<'a>, known: Place) -> Job<'a> {
        let limit = self.limit();
        self.starts.clear();
        self.outcome = Outcome::default();
        Job { lane: Lane::new(scan.phases, &self.data, known, u64::MAX, limit), outcome: &mut self.outcome }
    }

    /// A decoder of single blocks at `place`.
    pub(super) fn cursor(&self, place: Place) -> Cursor<'_> {
        state(place).cursor(&self.data)
    }

    fn load(&mut self, bytes: &[u8]) {
        let margin = boundary(bytes, self.to.saturating_add(MARGIN)).min(self.end);
        self.data.reserve_exact(margin.saturating_sub(self.from) + PADDING);
        // No marker lies before the end, so nothing else can stop it.
        let _ = unstuff(bytes, self.from, self.to, &mut self.data);
        self.own = self.data.len() as u64 * 8;
        let _ = unstuff(bytes, self.to, margin, &mut self.data);
        self.len = self.data.len() as u64 * 8;
        pad(&mut self.data);
    }

    /// The bit position at which lanes stop: well before the end of the data, where padding bits could pass for blocks.
    pub(super) fn limit(&self) -> u64 {
        if self.is_last() { self.own.saturating_sub(TAIL * 8) } else { self.own }
    }
}

fn state(place: Place) -> State {
    State { bit: place.bit, phase: place.phase, ..State::default() }
}

/// Decodes the first blocks from a guess, recording the place before each. An impossible code means that the guess was
/// wrong, and the next byte is tried.
fn guess(scan: &Scan<'_>, data: &[u8], starts: &mut Vec<Place>, limit: u64) -> Option<Place> {
    let mut block = [0; 64];
    'next: for byte in 0..GUESSES as u64 {
        let mut cursor = state(Place { bit: byte * 8, phase: 0 }).cursor(data);
        starts.clear();
        for _ in 0..RECORDED {
            let place = place_of(&cursor);
            if place.bit >= limit {
                break;
            }
            if cursor.block(scan.mcu, &mut block).is_err() {
                continue 'next;
            }
            starts.push(place);
        }
        return Some(place_of(&cursor));
    }
    starts.clear();
    None
}
