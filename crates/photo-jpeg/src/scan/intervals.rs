//! Decodes runs of whole restart intervals. They need no guess, because each begins in a known state.

use crate::simd::Level;
use crate::syntax::marker::is_restart;
use memchr::memchr;

use super::block::Mcu;
use super::lanes::{DecodeLane, LaneStop, run_one, run_two};
use super::speculative_chunk::{DecoderState, make_room};
use super::unstuff::{UnstuffEnd, pad, unstuff};

/// The most bytes that a block takes: a DC of 27 bits and 63 coefficients of 26 bits.
const BLOCK_BYTES: usize = 216;

/// Consecutive restart intervals: those whose preceding marker lies in a given range of the file.
#[derive(Debug, Default)]
pub(crate) struct RestartIntervals {
    from: usize,
    to: usize,
    /// Whether the first interval begins at `from`.
    begins: bool,
    /// The number of blocks in an interval.
    per_interval: usize,
    /// The most intervals to take.
    most: usize,
    data: Vec<u8>,
    bounds: Vec<IntervalBounds>,
    sound: Vec<bool>,
    pub(super) blocks: Vec<[i16; 64]>,
    /// The number of decoded intervals, all of them sound.
    pub(super) count: usize,
    /// The offsets in the file of the first interval, and of what follows the last one.
    pub(super) first: usize,
    pub(super) next: usize,
    /// The number, 0 to 7, of the marker that ends the first interval.
    pub(super) number: u8,
}

/// The byte range of an interval in the unstuffed data, and its offset in the file.
#[derive(Debug, Clone, Copy)]
struct IntervalBounds {
    start: usize,
    end: usize,
    raw: usize,
}

impl RestartIntervals {
    pub(super) fn reset(&mut self, from: usize, to: usize, begins: bool, per_interval: usize, most: usize) {
        (self.from, self.to, self.begins) = (from, to, begins);
        (self.per_interval, self.most) = (per_interval, most);
        (self.count, self.first, self.next, self.number) = (0, from, from, 0);
        self.data.clear();
        self.bounds.clear();
        self.sound.clear();
    }

    /// Finds and decodes the intervals.
    pub(super) fn decode(&mut self, bytes: &[u8], mcu: &Mcu, level: Level) {
        let start = if self.begins { Some(self.from) } else { first_restart(bytes, self.from, self.to) };
        let Some(start) = start else { return };
        self.load(bytes, start);
        make_room(&mut self.blocks, self.bounds.len() * self.per_interval);
        self.sound.resize(self.bounds.len(), false);
        self.run(mcu, level);
        self.count = self.sound.iter().take_while(|sound| **sound).count();
        let after = self.bounds.get(self.count).map(|b| b.raw);
        self.next = after.unwrap_or(self.next);
    }

    fn load(&mut self, bytes: &[u8], start: usize) {
        let longest = self.per_interval * BLOCK_BYTES + 64;
        (self.first, self.next) = (start, start);
        while self.bounds.len() < self.most {
            let from = self.data.len();
            let end = unstuff(bytes, self.next, self.next + longest, &mut self.data);
            let UnstuffEnd::Marker(marker, code) = end else { break };
            let number = code & 7;
            if self.bounds.is_empty() {
                self.number = number;
            }
            if !is_restart(code) || number != (self.number + (self.bounds.len() & 7) as u8) & 7 {
                break;
            }
            self.bounds.push(IntervalBounds { start: from, end: self.data.len(), raw: self.next });
            self.next = marker + 2;
            if marker >= self.to {
                break;
            }
        }
        pad(&mut self.data);
    }

    /// Decodes two intervals at a time. When one is done, the next one takes its place.
    fn run(&mut self, mcu: &Mcu, level: Level) {
        let blocks = self.blocks.chunks_exact_mut(self.per_interval.max(1));
        let todo = self.bounds.iter().zip(blocks).zip(&mut self.sound);
        let mut running: Option<(DecodeLane<'_>, u64, &mut bool)> = None;
        for ((bounds, blocks), sound) in todo {
            let state = DecoderState { bit: bounds.start as u64 * 8, ..DecoderState::default() };
            let Ok(lane) = DecodeLane::new(mcu, state.cursor(&self.data), blocks, u64::MAX) else { continue };
            let end = bounds.end as u64 * 8;
            let Some((other, other_end, other_sound)) = running.take() else {
                running = Some((lane, end, sound));
                continue;
            };
            let (a, b) = run_two(level, other, lane);
            for (lane, end, sound) in [(a, other_end, other_sound), (b, end, sound)] {
                if lane.stopped.is_none() {
                    running = Some((lane, end, sound));
                } else {
                    *sound = is_sound(&lane, end);
                }
            }
        }
        if let Some((lane, end, sound)) = running {
            *sound = is_sound(&run_one(level, lane), end);
        }
    }
}

/// Whether a lane has decoded all blocks of its interval without using a bit behind it.
fn is_sound(lane: &DecodeLane<'_>, end: u64) -> bool {
    lane.stopped == Some(LaneStop::Full) && DecoderState::of(&lane.cursor()).bit <= end
}

/// The offset behind the first restart marker in `bytes[from..to]`; `None` if another marker comes first.
pub(super) fn first_restart(bytes: &[u8], from: usize, to: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr(0xFF, bytes.get(at..to.min(bytes.len()))?)?;
        match bytes.get(at + 1)? {
            0 => at += 2,
            0xFF => at += 1,
            &code => return is_restart(code).then_some(at + 2),
        }
    }
}
