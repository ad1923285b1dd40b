//! The hot loop of verifying: a thread passes over two streams in turn, as in `scan/lanes.rs`, but keeps
//! nothing of them.

use super::skips::{AC_BITS, AcSkips, DC_BITS, Skip, SkipPhase};
use crate::huffman::decode::Entry;
use crate::scan::bit_reader::BitReader;
use crate::scan::block::{Cursor, rare};
use crate::scan::lanes::LaneStop;
use crate::simd::{Level, dispatch};

/// The position of a decoder before a block. It determines all that follows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct ParsePosition {
    /// The bit position in the unstuffed data.
    pub(super) bit: u64,
    /// The index of the block in its MCU.
    pub(super) phase: usize,
}

impl ParsePosition {
    /// The position of a decoder.
    pub(super) fn of(cursor: &Cursor<'_>) -> Self {
        Self { bit: cursor.bits.position(), phase: cursor.phase }
    }
}

/// A stream that is being passed over. Between calls it is always inside a block, unless it has stopped.
#[derive(Debug)]
pub(super) struct SkipLane<'a> {
    phases: &'a [SkipPhase<'a>],
    bits: BitReader<'a>,
    phase: usize,
    /// The number of coefficients of the block that are known, zeros included; 1 after the DC.
    settled: u32,
    /// The number of whole blocks so far, and the number at which to stop.
    pub(super) blocks: u64,
    most: u64,
    /// The bit position at which to stop.
    limit: u64,
    pub(super) stopped: Option<LaneStop>,
}

/// The number of look-ups between two refills.
const SYMBOLS: u32 = 56 / super::skips::MAX_BITS;

impl<'a> SkipLane<'a> {
    /// Makes a lane that goes on from `position` over at most `most` blocks, up to the first block boundary
    /// at or behind bit `limit`.
    pub(super) fn new(
        phases: &'a [SkipPhase<'a>],
        data: &'a [u8],
        position: ParsePosition,
        most: u64,
        limit: u64,
    ) -> Self {
        let bits = BitReader::new(data, position.bit);
        let mut lane =
            Self { phases, bits, phase: position.phase, settled: 1, blocks: 0, most, limit, stopped: None };
        let mut bits = lane.bits;
        lane.stopped = lane.open(&mut bits).err();
        lane.bits = bits;
        lane
    }

    /// The position at which the lane has stopped. It is before a block, unless the lane met an impossible
    /// code.
    pub(super) fn position(&self) -> ParsePosition {
        ParsePosition { bit: self.bits.position(), phase: self.phase }
    }

    /// Whether the lane has passed all its blocks.
    pub(super) fn is_full(&self) -> bool {
        self.blocks == self.most
    }

    /// Passes over the DC of the next block.
    #[inline(always)]
    fn open(&mut self, bits: &mut BitReader<'a>) -> Result<&'a AcSkips, LaneStop> {
        if bits.position() >= self.limit {
            return Err(LaneStop::Limit);
        }
        if self.blocks >= self.most {
            return Err(LaneStop::Full);
        }
        let phase = self.phases.get(self.phase).ok_or(LaneStop::Corrupt)?;
        bits.refill();
        match phase.dc[(bits.window >> (64 - DC_BITS)) as usize] {
            0 => bits.consume(phase.full.0.long(bits.window).ok_or(LaneStop::Corrupt)?.bits),
            count => bits.consume(count.into()),
        }
        Ok(phase.ac)
    }

    /// Ends a block and begins the next one.
    #[inline(always)]
    fn turn(&mut self, bits: &mut BitReader<'a>) -> Result<&'a AcSkips, LaneStop> {
        self.blocks += 1;
        self.phase = if self.phase + 1 >= self.phases.len() { 0 } else { self.phase + 1 };
        self.open(bits)
    }

    fn end(&mut self) -> Option<LaneStop> {
        let mut bits = self.bits;
        let next = self.turn(&mut bits);
        (self.bits, self.settled) = (bits, 1);
        next.err()
    }

    /// Passes over the next symbol of any kind, such as a code that the look-up does not know or the last
    /// coefficients.
    #[inline(never)]
    fn any(&mut self) {
        if self.stopped.is_none() {
            self.stopped = self.symbol();
        }
    }

    fn symbol(&mut self) -> Option<LaneStop> {
        let Some(phase) = self.phases.get(self.phase) else { return Some(LaneStop::Corrupt) };
        self.bits.refill();
        let entry = phase.full.1.peek(self.bits.window);
        let (advance, bits) = match entry.advance() {
            Entry::RARE => match rare(&phase.full.1, self.bits.window) {
                Ok((advance, _, bits)) => (advance, bits),
                Err(_) => return Some(LaneStop::Corrupt),
            },
            advance => (advance, entry.bits()),
        };
        self.bits.consume(bits);
        if advance == Entry::END {
            return self.end();
        }
        self.settled += advance;
        match self.settled {
            ..64 => None,
            64 => self.end(),
            _ => Some(LaneStop::Corrupt),
        }
    }
}

/// The part of a lane that the hot loop works on. It has as few values as possible, so that they stay in
/// registers.
struct HotSkipLane<'h, 'a> {
    lane: &'h mut SkipLane<'a>,
    window: u64,
    /// The sum of the raw entries since the last refill. Its low byte is the number of bits used.
    used: u32,
    settled: u32,
    ac: &'a AcSkips,
    bits: BitReader<'a>,
}

impl<'h, 'a> HotSkipLane<'h, 'a> {
    #[inline(always)]
    fn new(lane: &'h mut SkipLane<'a>) -> Option<Self> {
        let ac = lane.phases.get(lane.phase)?.ac;
        let (bits, settled) = (lane.bits, lane.settled);
        Some(Self { lane, window: bits.window, used: 0, settled, ac, bits })
    }

    #[inline(always)]
    fn refill(&mut self) {
        self.settle();
        self.bits.refill();
        self.window = self.bits.window;
    }

    /// Updates `bits` with the bits that were used.
    #[inline(always)]
    fn settle(&mut self) {
        debug_assert!(self.used & 255 <= self.bits.valid, "more bits used than were there");
        self.bits.window = self.window;
        self.bits.valid = self.bits.valid.wrapping_sub(self.used & 255);
        self.used = 0;
    }

    /// Passes over the symbols of one look-up; `false` if the lane has to leave the hot loop.
    #[inline(always)]
    fn step(&mut self) -> bool {
        let skip = self.ac[(self.window >> (64 - AC_BITS)) as usize];
        let settled = self.settled + skip.advance();
        if settled <= 63 {
            self.use_up(skip);
            self.settled = settled;
            return true;
        }
        // The entry reaches beyond the last coefficient, where codes don't belong to this block.
        if skip.advance() < Skip::END || settled > Skip::END + 63 {
            return false;
        }
        self.use_up(skip);
        self.turn()
    }

    #[inline(always)]
    fn use_up(&mut self, skip: Skip) {
        self.window <<= skip.raw() & 63;
        self.used = self.used.wrapping_add(skip.raw());
    }

    /// Begins the next block; `false` if the lane stops.
    #[inline(always)]
    fn turn(&mut self) -> bool {
        self.settle();
        match self.lane.turn(&mut self.bits) {
            Ok(ac) => self.ac = ac,
            Err(stop) => {
                self.lane.stopped = Some(stop);
                // `settle` at the end must not undo what `bits` has now.
                self.window = self.bits.window;
                return false;
            }
        }
        self.bits.refill();
        (self.window, self.settled) = (self.bits.window, 1);
        true
    }

    #[inline(always)]
    fn end(mut self) {
        self.settle();
        (self.lane.bits, self.lane.settled) = (self.bits, self.settled);
    }
}

/// Runs both lanes until one stops. Neither may have stopped already.
pub(super) fn run_two(level: Level, a: &mut SkipLane<'_>, b: &mut SkipLane<'_>) {
    dispatch!(level, simd => two(a, b));
}

/// Runs a lane until it stops.
pub(super) fn run_one(level: Level, lane: &mut SkipLane<'_>) {
    dispatch!(level, simd => one(lane));
}

#[inline(always)]
fn two(a: &mut SkipLane<'_>, b: &mut SkipLane<'_>) {
    while a.stopped.is_none() && b.stopped.is_none() {
        match common(a, b) {
            SkipSide::A => a.any(),
            SkipSide::B => b.any(),
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum SkipSide {
    A,
    B,
}

/// Passes over symbols of both lanes until one has stopped, or is at a symbol that the hot loop can't handle.
/// Returns which one.
#[inline(always)]
fn common(a: &mut SkipLane<'_>, b: &mut SkipLane<'_>) -> SkipSide {
    let Some(mut a) = HotSkipLane::new(a) else { return SkipSide::A };
    let Some(mut b) = HotSkipLane::new(b) else { return SkipSide::B };
    let side = 'hot: loop {
        a.refill();
        b.refill();
        for _ in 0..SYMBOLS {
            if !a.step() {
                break 'hot SkipSide::A;
            }
            if !b.step() {
                break 'hot SkipSide::B;
            }
        }
    };
    a.end();
    b.end();
    side
}

#[inline(always)]
fn one(lane: &mut SkipLane<'_>) {
    while lane.stopped.is_none() {
        common_of_one(lane);
        lane.any();
    }
}

#[inline(always)]
fn common_of_one(lane: &mut SkipLane<'_>) {
    let Some(mut hot) = HotSkipLane::new(lane) else { return };
    'hot: loop {
        hot.refill();
        for _ in 0..SYMBOLS {
            if !hot.step() {
                break 'hot;
            }
        }
    }
    hot.end();
}
