//! The hot loop: two streams decoded in turn, so that one's look-up runs while the other's is under way.
//!
//! The next look-up of a stream can't begin before the last one has told how many bits it took: about nine cycles that a
//! core mostly waits. Two independent streams fill each other's gaps.

use std::slice::IterMut;

use crate::simd::{Level, dispatch};

use crate::huffman::decode::{AcTable, Entry, extend};
use crate::quant::ZIGZAG;

use super::bits::Bits;
use super::block::{Cursor, Mcu, open, rare};

/// Why a lane has stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// At the first block boundary at or behind its limit.
    Limit,
    /// All its blocks are filled.
    Full,
    /// At a code that is in no table, or more than 64 coefficients.
    Corrupt,
}

/// A stream being decoded into blocks; between calls always inside a block, unless it has stopped.
#[derive(Debug)]
pub(super) struct Lane<'a> {
    mcu: &'a Mcu,
    bits: Bits<'a>,
    phase: usize,
    predictions: [i16; 3],
    ac: &'a AcTable,
    /// Coefficients of the block that are settled; 1 after the DC.
    settled: u32,
    block: &'a mut [i16; 64],
    rest: IterMut<'a, [i16; 64]>,
    total: usize,
    /// Bit position at which to stop.
    limit: u64,
    pub(super) stopped: Option<Stop>,
}

/// Symbols between two refills: each takes at most 11 bits of at least 56.
const SYMBOLS: u32 = 5;

impl<'a> Lane<'a> {
    /// A lane that goes on from `cursor` into `blocks`, up to the first block boundary at or behind bit `limit`; an error
    /// says why it can't even begin.
    pub(super) fn new(
        mcu: &'a Mcu,
        cursor: Cursor<'a>,
        blocks: &'a mut [[i16; 64]],
        limit: u64,
    ) -> Result<Self, Stop> {
        let Cursor { mut bits, phase, mut predictions } = cursor;
        if bits.position() >= limit {
            return Err(Stop::Limit);
        }
        let total = blocks.len();
        let mut rest = blocks.iter_mut();
        let block = rest.next().ok_or(Stop::Full)?;
        let ac = open(mcu, &mut bits, phase, &mut predictions, block).map_err(|_| Stop::Corrupt)?;
        Ok(Self { mcu, bits, phase, predictions, ac, settled: 1, block, rest, total, limit, stopped: None })
    }

    /// Where the lane has stopped; what it decoded of a block that it could not finish is left out.
    pub(super) fn cursor(&self) -> Cursor<'a> {
        Cursor { bits: self.bits, phase: self.phase, predictions: self.predictions }
    }

    /// Whole blocks decoded.
    pub(super) fn count(&self) -> usize {
        let taken = self.total - self.rest.len();
        // A lane that stopped in order has not taken the next block yet.
        if matches!(self.stopped, Some(Stop::Limit | Stop::Full)) { taken } else { taken.saturating_sub(1) }
    }

    /// Begins the next block with its DC, or stops.
    #[inline(always)]
    fn begin(&mut self) -> Option<Stop> {
        if self.bits.position() >= self.limit {
            return Some(Stop::Limit);
        }
        let Some(next) = self.rest.next() else { return Some(Stop::Full) };
        self.block = next;
        match open(self.mcu, &mut self.bits, self.phase, &mut self.predictions, self.block) {
            Ok(ac) => self.ac = ac,
            Err(_) => return Some(Stop::Corrupt),
        }
        self.settled = 1;
        None
    }

    fn end(&mut self) -> Option<Stop> {
        self.phase = self.mcu.after(self.phase);
        self.begin()
    }

    /// The next symbol, of any kind: the end of a block, a long code, the last coefficient. Kept apart from the hot loop,
    /// which it would cost registers.
    #[inline(never)]
    fn any(&mut self) {
        self.stopped = self.symbol();
    }

    #[inline(always)]
    fn symbol(&mut self) -> Option<Stop> {
        self.bits.refill();
        let entry = self.ac.peek(self.bits.window);
        let (advance, value, bits) = match entry.advance() {
            Entry::RARE => match rare(self.ac, self.bits.window) {
                Ok(symbol) => symbol,
                Err(_) => return Some(Stop::Corrupt),
            },
            advance => (advance, entry.value(), entry.bits()),
        };
        self.bits.consume(bits);
        if advance == Entry::END {
            return self.end();
        }
        self.settled += advance;
        if self.settled > 64 {
            return Some(Stop::Corrupt);
        }
        self.block[usize::from(ORDER[self.settled as usize & 127] & 63)] = value;
        if self.settled == 64 { self.end() } else { None }
    }
}

/// The part of a lane that the hot loop works on: as few values as possible, for the registers.
struct Hot<'h, 'a> {
    window: u64,
    /// Sum of the raw entries since the last refill; the low byte is the number of bits used.
    used: u32,
    settled: u32,
    ac: &'a AcTable,
    block: &'h mut [i16; 64],
    bits: Bits<'a>,
}

impl<'h, 'a> Hot<'h, 'a> {
    #[inline(always)]
    fn new(lane: &'h mut Lane<'a>) -> Self {
        let (bits, ac) = (lane.bits, lane.ac);
        Self { window: bits.window, used: 0, settled: lane.settled, ac, block: lane.block, bits }
    }

    #[inline(always)]
    fn refill(&mut self) {
        self.settle();
        self.bits.refill();
        self.window = self.bits.window;
    }

    /// Brings `bits` up to date.
    #[inline(always)]
    fn settle(&mut self) {
        self.bits.window = self.window;
        self.bits.valid = self.bits.valid.wrapping_sub(self.used & 255);
        self.used = 0;
    }

    #[inline(always)]
    fn peek(&self) -> Entry {
        self.ac.peek(self.window)
    }

    /// Stores the coefficient of a common entry, of which `settled` is the outcome.
    #[inline(always)]
    fn take(&mut self, entry: Entry, settled: u32) {
        self.block[usize::from(ORDER[settled as usize & 127] & 63)] = entry.value();
        self.window <<= entry.raw() & 63;
        self.used = self.used.wrapping_add(entry.raw());
        self.settled = settled;
    }

    /// Stores the coefficient of a common entry, or of a long one that does not end the block; `false` if it is neither.
    #[inline(always)]
    fn step(&mut self, entry: Entry, settled: u32) -> bool {
        if settled <= 63 {
            self.take(entry, settled);
            return true;
        }
        let Some((run, size)) = entry.run_size() else { return false };
        let settled = self.settled + run + 1;
        if entry.advance() != Entry::RARE || settled > 63 || size == 0 {
            return false;
        }
        self.refill();
        let value = extend((self.window << entry.bits() >> (64 - size)) as u32, size);
        self.block[usize::from(ORDER[settled as usize & 127] & 63)] = value as i16;
        let bits = entry.bits() + size;
        self.window <<= bits & 63;
        (self.used, self.settled) = (bits, settled);
        true
    }

    #[inline(always)]
    fn end(mut self) -> (Bits<'a>, u32) {
        self.settle();
        (self.bits, self.settled)
    }
}

/// Natural index of the coefficient that is the `n`-th to be settled, the DC being the first.
static ORDER: [u8; 128] = {
    let mut order = [0; 128];
    let mut k = 0;
    while k < 64 {
        order[k + 1] = ZIGZAG[k];
        k += 1;
    }
    order
};

/// Runs both lanes until one stops. Neither may have stopped before.
pub(super) fn run_two<'a, 'b>(level: Level, a: Lane<'a>, b: Lane<'b>) -> (Lane<'a>, Lane<'b>) {
    dispatch!(level, simd => two(a, b))
}

/// Runs a lane until it stops.
pub(super) fn run_one(level: Level, lane: Lane<'_>) -> Lane<'_> {
    dispatch!(level, simd => one(lane))
}

#[inline(always)]
fn two<'a, 'b>(mut a: Lane<'a>, mut b: Lane<'b>) -> (Lane<'a>, Lane<'b>) {
    while a.stopped.is_none() && b.stopped.is_none() {
        let (at_a, at_b, rare_a, rare_b) = common(&mut a, &mut b);
        (a.bits, a.settled) = at_a;
        (b.bits, b.settled) = at_b;
        if rare_a {
            a.any();
        }
        if rare_b {
            b.any();
        }
    }
    (a, b)
}

/// Decodes common symbols of both lanes until one of them, or both, have come to another one.
#[inline(always)]
fn common<'a, 'b>(a: &mut Lane<'a>, b: &mut Lane<'b>) -> ((Bits<'a>, u32), (Bits<'b>, u32), bool, bool) {
    let (mut a, mut b) = (Hot::new(a), Hot::new(b));
    'refill: loop {
        a.refill();
        b.refill();
        for _ in 0..SYMBOLS {
            let (entry_a, entry_b) = (a.peek(), b.peek());
            let settled_a = a.settled + entry_a.advance();
            let settled_b = b.settled + entry_b.advance();
            if (settled_a | settled_b) & !63 != 0 {
                let (done_a, done_b) = (a.step(entry_a, settled_a), b.step(entry_b, settled_b));
                if done_a && done_b {
                    continue 'refill;
                }
                return (a.end(), b.end(), !done_a, !done_b);
            }
            a.take(entry_a, settled_a);
            b.take(entry_b, settled_b);
        }
    }
}

#[inline(always)]
fn one(mut lane: Lane<'_>) -> Lane<'_> {
    while lane.stopped.is_none() {
        (lane.bits, lane.settled) = common_of_one(&mut lane);
        lane.any();
    }
    lane
}

#[inline(always)]
fn common_of_one<'a>(lane: &mut Lane<'a>) -> (Bits<'a>, u32) {
    let mut hot = Hot::new(lane);
    loop {
        hot.refill();
        for _ in 0..SYMBOLS {
            let entry = hot.peek();
            let settled = hot.settled + entry.advance();
            if settled > 63 {
                if hot.step(entry, settled) {
                    break;
                }
                return hot.end();
            }
            hot.take(entry, settled);
        }
    }
}
