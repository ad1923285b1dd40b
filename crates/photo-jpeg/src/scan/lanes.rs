//! The hot loop of decoding: a thread decodes two streams in turn, so that the look-ups of one overlap with
//! those of the other.
//!
//! The next look-up of a stream can't begin before the last one has told how many bits it took, which takes
//! about nine cycles in which a core mostly waits. Two independent streams fill each other's gaps. The end of
//! a block can't be predicted and costs a core the work it has done ahead. Therefore the inner loop has symbols
//! that a look-up decodes alone, whose state stays in registers, and what ends it is done beside it, without
//! leaving the function.

use std::slice::IterMut;

use crate::simd::{Level, dispatch};

use crate::huffman::decode::{AC_ENTRIES, AcTable, DcTable, Entry, extend};
use crate::quant::ZIGZAG;

use super::bit_reader::BitReader;
use super::block::{Cursor, Mcu, next_dc, rare};

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
    phases: [Phase<'a>; MAX_BLOCKS],
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

/// The most blocks of an MCU, rounded up to a power of two.
const MAX_BLOCKS: usize = 16;

/// What a lane needs for a block of an MCU.
#[derive(Debug, Clone, Copy)]
struct Phase<'a> {
    dc: &'a DcTable,
    ac: &'a AcTable,
    component: usize,
    /// The phase after it.
    next: usize,
}

impl<'a> Phase<'a> {
    /// The phases of an MCU in their order, over and over.
    fn all(mcu: &'a Mcu) -> [Self; MAX_BLOCKS] {
        std::array::from_fn(|n| {
            let n = n % mcu.blocks.len();
            let (dc, ac, component) = mcu.phase(n);
            Self { dc, ac, component, next: mcu.after(n) }
        })
    }

    /// Zeroes a block and decodes its DC.
    #[inline(always)]
    fn open(
        &self,
        bits: &mut BitReader<'_>,
        predictions: &mut [i16; 4],
        block: &mut [i16; 64],
    ) -> Result<(), LaneStop> {
        *block = [0; 64];
        block[0] =
            next_dc(self.dc, bits, &mut predictions[self.component & 3]).map_err(|_| LaneStop::Corrupt)?;
        Ok(())
    }
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
        let phases = Phase::all(mcu);
        let first = phases[phase % MAX_BLOCKS];
        first.open(&mut bits, &mut predictions, block)?;
        Ok(Self {
            phases,
            bits,
            phase,
            predictions,
            ac: first.ac,
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
        self.phase = self.phases[self.phase % MAX_BLOCKS].next;
        if bits.position() >= self.limit {
            return Err(LaneStop::Limit);
        }
        let block = self.rest.next().ok_or(LaneStop::Full)?;
        let phase = &self.phases[self.phase % MAX_BLOCKS];
        phase.open(bits, &mut self.predictions, block)?;
        Ok((phase.ac, block))
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
    /// The sum of the raw entries since the last refill, above `settled` in its second byte: the low byte is the
    /// number of bits used, the second one the number of coefficients that are known. What is above has no meaning.
    state: u32,
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
        Some(Self { lane, window: bits.window, state: settled << 8, ac, lookup: &ac.lookup, block, bits })
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
        debug_assert!(self.state & 255 <= self.bits.valid, "more bits used than were there");
        self.bits.window = self.window;
        self.bits.valid = self.bits.valid.wrapping_sub(self.state & 255);
        self.state &= 0xFF00;
    }

    /// The look-up entry of the next symbol.
    #[inline(always)]
    fn entry(&self) -> Entry {
        self.lookup[(self.window >> (64 - AcTable::BITS)) as usize]
    }

    /// Decodes the next symbol if its look-up entry is complete and it is not the block's last; else changes nothing
    /// and returns `false`.
    #[inline(always)]
    fn fast(&mut self) -> bool {
        let entry = self.entry();
        let state = self.state.wrapping_add(entry.raw());
        // Beyond the 63rd coefficient, or another kind of symbol.
        if state & 0xC000 != 0 {
            return false;
        }
        self.put(state >> 8 & 255, entry.value());
        self.window <<= entry.raw() & 63;
        self.state = state;
        true
    }

    /// Decodes the next symbol that [`Self::fast`] has left; `false` if the lane has to leave the hot loop.
    #[inline(always)]
    fn slow(&mut self) -> bool {
        let entry = self.entry();
        match entry.advance() {
            Entry::END => {
                self.window <<= entry.raw() & 63;
                self.state = self.state.wrapping_add(entry.raw());
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
        (self.window, self.state) = (self.bits.window, 1 << 8);
        true
    }

    /// Decodes a symbol whose look-up entry has the code but not the value; `false` for another kind of
    /// symbol.
    #[inline(always)]
    fn long(&mut self, entry: Entry) -> bool {
        let Some((run, size)) = entry.run_size() else { return false };
        let settled = (self.state >> 8 & 255) + run + 1;
        if settled > 63 || size == 0 {
            return false;
        }
        self.refill();
        let value = extend((self.window << entry.bits() >> (64 - size)) as u32, size);
        self.put(settled, value as i16);
        self.window <<= entry.bits() + size;
        self.state = settled << 8 | (entry.bits() + size);
        self.refill();
        true
    }

    #[inline(always)]
    fn end(mut self) {
        self.settle();
        (self.lane.bits, self.lane.settled, self.lane.ac) = (self.bits, self.state >> 8 & 255, self.ac);
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
    let mut left = 0;
    let side = loop {
        match hot(&mut a, &mut b, &mut left) {
            DecodeSide::A if a.slow() => {}
            DecodeSide::B if b.slow() => {}
            side => break side,
        }
    };
    a.end();
    b.end();
    side
}

/// Decodes symbols of both lanes until one is at a symbol that takes more than a look-up. `left` is how many
/// symbols of each lane its window is sure to hold.
#[inline(always)]
fn hot(a: &mut HotDecodeLane<'_, '_>, b: &mut HotDecodeLane<'_, '_>, left: &mut u32) -> DecodeSide {
    loop {
        while *left > 0 {
            *left -= 1;
            if !a.fast() {
                return DecodeSide::A;
            }
            if !b.fast() {
                return DecodeSide::B;
            }
        }
        a.refill();
        b.refill();
        *left = SYMBOLS;
    }
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
            if !hot.fast() && !hot.slow() {
                break 'hot;
            }
        }
    }
    hot.end();
}
