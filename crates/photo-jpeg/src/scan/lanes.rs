//! The hot loop of decoding: a thread decodes two streams in turn, so that the look-ups of one overlap with
//! those of the other.
//!
//! The next look-up of a stream can't begin before the last one has told how many bits it took, which takes
//! about nine cycles in which a core mostly waits. Two independent streams fill each other's gaps. The end of
//! a block can't be predicted and costs a core the work it has done ahead. Therefore it takes a single
//! branch, and what follows from it stays inside the loop.

use std::slice::IterMut;

use crate::simd::{Level, dispatch};

use crate::huffman::decode::{AC_ENTRIES, AcTable, Entry, extend};
use crate::quant::ZIGZAG;

use super::bit_reader::BitReader;
use super::block::{Cursor, Mcu, open, rare};

/// Why a lane has stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LaneStop {
    /// It is at the first block boundary at or behind its limit.
    Limit,
    /// It has filled all its blocks.
    Full,
    /// It has met a code that is in no table, or more than 64 coefficients in a block.
    Corrupt,
}

/// A stream that is being decoded into blocks. Between calls it is always inside a block, unless it has
/// stopped.
#[derive(Debug)]
pub(super) struct DecodeLane<'a> {
    mcu: &'a Mcu,
    bits: BitReader<'a>,
    phase: usize,
    predictions: [i16; 4],
    ac: &'a AcTable,
    /// The number of coefficients of the block that are known, zeros included; 1 after the DC.
    settled: u32,
    block: Option<&'a mut [i16; 64]>,
    rest: IterMut<'a, [i16; 64]>,
    total: usize,
    /// The bit position at which to stop.
    limit: u64,
    pub(super) stopped: Option<LaneStop>,
}

/// The number of symbols between two refills. Each takes at most 11 of at least 56 bits.
const SYMBOLS: u32 = 5;

impl<'a> DecodeLane<'a> {
    /// Makes a lane that goes on from `cursor` into `blocks`, up to the first block boundary at or behind bit
    /// `limit`. The error says why it can't even begin.
    pub(super) fn new(
        mcu: &'a Mcu,
        cursor: Cursor<'a>,
        blocks: &'a mut [[i16; 64]],
        limit: u64,
    ) -> Result<Self, LaneStop> {
        let Cursor { mut bits, phase, mut predictions } = cursor;
        if bits.position() >= limit {
            return Err(LaneStop::Limit);
        }
        let total = blocks.len();
        let mut rest = blocks.iter_mut();
        let block = rest.next().ok_or(LaneStop::Full)?;
        let ac = open(mcu, &mut bits, phase, &mut predictions, block).map_err(|_| LaneStop::Corrupt)?;
        Ok(Self {
            mcu,
            bits,
            phase,
            predictions,
            ac,
            settled: 1,
            block: Some(block),
            rest,
            total,
            limit,
            stopped: None,
        })
    }

    /// The state in which the lane has stopped.
    pub(super) fn cursor(&self) -> Cursor<'a> {
        Cursor { bits: self.bits, phase: self.phase, predictions: self.predictions }
    }

    /// The number of whole blocks that are decoded.
    pub(super) fn count(&self) -> usize {
        let taken = self.total - self.rest.len();
        // A lane that stopped at its limit, or full, has not taken another block.
        if matches!(self.stopped, Some(LaneStop::Limit | LaneStop::Full)) {
            taken
        } else {
            taken.saturating_sub(1)
        }
    }

    /// Begins the next block by decoding its DC.
    #[inline(always)]
    fn next_block(&mut self, bits: &mut BitReader<'a>) -> Result<(&'a AcTable, &'a mut [i16; 64]), LaneStop> {
        self.phase = self.mcu.after(self.phase);
        if bits.position() >= self.limit {
            return Err(LaneStop::Limit);
        }
        let block = self.rest.next().ok_or(LaneStop::Full)?;
        let ac =
            open(self.mcu, bits, self.phase, &mut self.predictions, block).map_err(|_| LaneStop::Corrupt)?;
        Ok((ac, block))
    }

    fn end(&mut self) -> Option<LaneStop> {
        let mut bits = self.bits;
        let next = self.next_block(&mut bits);
        self.bits = bits;
        match next {
            Ok((ac, block)) => (self.ac, self.block, self.settled) = (ac, Some(block), 1),
            Err(stop) => return Some(stop),
        }
        None
    }

    /// Decodes the next symbol of any kind, such as a code that the look-up does not know or the last
    /// coefficient. It is kept out of the hot loop, where it would take up registers.
    #[inline(never)]
    fn any(&mut self) {
        if self.stopped.is_none() {
            self.stopped = self.symbol();
        }
    }

    #[inline(always)]
    fn symbol(&mut self) -> Option<LaneStop> {
        self.bits.refill();
        let entry = self.ac.peek(self.bits.window);
        let (advance, value, bits) = match entry.advance() {
            Entry::RARE => match rare(self.ac, self.bits.window) {
                Ok(symbol) => symbol,
                Err(_) => return Some(LaneStop::Corrupt),
            },
            advance => (advance, entry.value(), entry.bits()),
        };
        self.bits.consume(bits);
        if advance == Entry::END {
            return self.end();
        }
        self.settled += advance;
        if self.settled > 64 {
            return Some(LaneStop::Corrupt);
        }
        if let Some(block) = &mut self.block {
            block[usize::from(ORDER[self.settled as usize & 127] & 63)] = value;
        }
        if self.settled == 64 { self.end() } else { None }
    }
}

/// The part of a lane that the hot loop works on. It has as few values as possible, so that they stay in
/// registers.
struct HotDecodeLane<'h, 'a> {
    lane: &'h mut DecodeLane<'a>,
    window: u64,
    /// The sum of the raw entries since the last refill. Its low byte is the number of bits used.
    used: u32,
    settled: u32,
    ac: &'a AcTable,
    /// The look-up of `ac`, kept here to save an indirection.
    lookup: &'a [Entry; AC_ENTRIES],
    block: &'a mut [i16; 64],
    bits: BitReader<'a>,
}

impl<'h, 'a> HotDecodeLane<'h, 'a> {
    #[inline(always)]
    fn new(lane: &'h mut DecodeLane<'a>) -> Option<Self> {
        let block = lane.block.take()?;
        let (bits, ac, settled) = (lane.bits, lane.ac, lane.settled);
        Some(Self { lane, window: bits.window, used: 0, settled, ac, lookup: &ac.lookup, block, bits })
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

    /// Decodes the next symbol; `false` if the lane has to leave the hot loop.
    #[inline(always)]
    fn step(&mut self) -> bool {
        let entry = self.lookup[(self.window >> (64 - AcTable::BITS)) as usize];
        let settled = self.settled + entry.advance();
        if settled <= 63 {
            self.put(settled, entry.value());
            self.use_up(entry.raw());
            self.settled = settled;
            return true;
        }
        match entry.advance() {
            Entry::END => {
                self.use_up(entry.raw());
                self.turn()
            }
            Entry::RARE => self.long(entry),
            _ => false,
        }
    }

    #[inline(always)]
    fn put(&mut self, settled: u32, value: i16) {
        self.block[usize::from(ORDER[settled as usize & 127] & 63)] = value;
    }

    #[inline(always)]
    fn use_up(&mut self, raw: u32) {
        self.window <<= raw & 63;
        self.used = self.used.wrapping_add(raw);
    }

    /// Begins the next block; `false` if the lane stops.
    #[inline(always)]
    fn turn(&mut self) -> bool {
        self.settle();
        match self.lane.next_block(&mut self.bits) {
            Ok((ac, block)) => (self.ac, self.lookup, self.block) = (ac, &ac.lookup, block),
            Err(stop) => {
                self.lane.stopped = Some(stop);
                return false;
            }
        }
        // A DC takes up to 27 bits, and four more symbols may follow.
        self.bits.refill();
        (self.window, self.settled) = (self.bits.window, 1);
        true
    }

    /// Decodes a symbol whose look-up entry has the code but not the value; `false` for another kind of
    /// symbol.
    #[inline(always)]
    fn long(&mut self, entry: Entry) -> bool {
        let Some((run, size)) = entry.run_size() else { return false };
        let settled = self.settled + run + 1;
        if settled > 63 || size == 0 {
            return false;
        }
        self.refill();
        let value = extend((self.window << entry.bits() >> (64 - size)) as u32, size);
        self.put(settled, value as i16);
        self.use_up(entry.bits() + size);
        self.settled = settled;
        self.refill();
        true
    }

    #[inline(always)]
    fn end(mut self) {
        self.settle();
        (self.lane.bits, self.lane.settled, self.lane.ac) = (self.bits, self.settled, self.ac);
        self.lane.block = Some(self.block);
    }
}

/// The natural index of the `n`-th coefficient of a block, where the DC has `n` = 1.
static ORDER: [u8; 128] = {
    let mut order = [0; 128];
    let mut k = 0;
    while k < 64 {
        order[k + 1] = ZIGZAG[k];
        k += 1;
    }
    order
};

/// Runs both lanes until one stops. Neither may have stopped already.
pub(super) fn run_two<'a, 'b>(
    level: Level,
    a: DecodeLane<'a>,
    b: DecodeLane<'b>,
) -> (DecodeLane<'a>, DecodeLane<'b>) {
    dispatch!(level, simd => two(a, b))
}

/// Runs a lane until it stops.
pub(super) fn run_one(level: Level, lane: DecodeLane<'_>) -> DecodeLane<'_> {
    dispatch!(level, simd => one(lane))
}

#[inline(always)]
fn two<'a, 'b>(mut a: DecodeLane<'a>, mut b: DecodeLane<'b>) -> (DecodeLane<'a>, DecodeLane<'b>) {
    while a.stopped.is_none() && b.stopped.is_none() {
        match common(&mut a, &mut b) {
            DecodeSide::A => a.any(),
            DecodeSide::B => b.any(),
        }
    }
    (a, b)
}

#[derive(Debug, Clone, Copy)]
enum DecodeSide {
    A,
    B,
}

/// Decodes symbols of both lanes until one has stopped, or is at a symbol that the hot loop can't decode.
/// Returns which one.
#[inline(always)]
fn common(a: &mut DecodeLane<'_>, b: &mut DecodeLane<'_>) -> DecodeSide {
    let Some(mut a) = HotDecodeLane::new(a) else { return DecodeSide::A };
    let Some(mut b) = HotDecodeLane::new(b) else { return DecodeSide::B };
    let side = 'hot: loop {
        a.refill();
        b.refill();
        for _ in 0..SYMBOLS {
            if !a.step() {
                break 'hot DecodeSide::A;
            }
            if !b.step() {
                break 'hot DecodeSide::B;
            }
        }
    };
    a.end();
    b.end();
    side
}

#[inline(always)]
fn one(mut lane: DecodeLane<'_>) -> DecodeLane<'_> {
    while lane.stopped.is_none() {
        common_of_one(&mut lane);
        lane.any();
    }
    lane
}

#[inline(always)]
fn common_of_one(lane: &mut DecodeLane<'_>) {
    let Some(mut hot) = HotDecodeLane::new(lane) else { return };
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
