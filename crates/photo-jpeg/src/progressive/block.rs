//! Decoding single blocks (ITU-T T.81, annexes F.2 and G.1.2).
//!
//! Beside the coefficients, a mask says for every block which AC coefficients aren't zero, in zigzag order. A scan that
//! refines finds its way by the masks alone: it touches coefficients only to change them, and blocks without any not at
//! all. (So a decoder for a smaller picture need not store coefficients that it has no use for.)

use super::Fault;
use super::bits::Bits;
use crate::huffman::decode::{DecodeTable, Entry};
use crate::quant::ZIGZAG;

/// The AC coefficients that a scan codes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Band {
    /// First coefficient in zigzag order, at least 1.
    pub(super) start: u32,
    /// Last coefficient, at most 63.
    pub(super) end: u32,
    /// Bit position of the scan.
    pub(super) low: u32,
}

impl Band {
    /// Its coefficients as a mask.
    pub(super) fn mask(self) -> u64 {
        self.mask_from(self.start)
    }

    /// Its coefficients from `from` on, as a mask.
    #[inline(always)]
    fn mask_from(self, from: u32) -> u64 {
        let until = u64::MAX >> (63 - (self.end & 63));
        if from > 63 { 0 } else { until & u64::MAX << from }
    }
}

/// A DC difference (F.2.2.1).
#[inline(always)]
pub(super) fn difference(bits: &mut Bits<'_>, table: &DecodeTable) -> Result<i16, Fault> {
    bits.refill();
    let entry = table.peek(bits.window);
    if entry.advance() == 1 {
        bits.consume(entry.bits());
        return Ok(entry.value());
    }
    let symbol = table.long(bits.window).ok_or(UNKNOWN)?;
    bits.consume(symbol.bits);
    Ok(symbol.value)
}

/// A block's AC coefficients in a first scan (F.2.2.2 and G.1.2.2). Returns how many blocks after this one have none.
#[inline(always)]
pub(super) fn first(
    bits: &mut Bits<'_>,
    table: &DecodeTable,
    band: Band,
    block: &mut [i16; 64],
    mask: &mut u64,
) -> Result<u32, Fault> {
    let mut k = band.start - 1;
    while k < band.end {
        bits.refill();
        let entry = table.peek(bits.window);
        let (mut advance, mut value) = (entry.advance(), entry.value());
        if advance < Entry::END {
            bits.consume(entry.bits());
        } else if advance == Entry::END {
            bits.consume(entry.bits());
            return Ok(0);
        } else {
            let symbol = table.long(bits.window).ok_or(UNKNOWN)?;
            bits.consume(symbol.bits);
            if symbol.size == 0 && symbol.run < 15 {
                return Ok(run_of_blocks(bits, symbol.run) - 1);
            }
            (advance, value) = (symbol.run + 1, symbol.value);
        }
        k += advance;
        if k > band.end {
            return Err(BEYOND);
        }
        let stored = value << band.low;
        set(block, k, stored);
        *mask |= u64::from(stored != 0) << k;
    }
    Ok(0)
}

/// A block's AC coefficients in a scan that refines (G.1.2.3). Returns how many blocks after this one have no new ones.
#[inline(always)]
pub(super) fn refine(
    bits: &mut Bits<'_>,
    table: &DecodeTable,
    band: Band,
    block: &mut [i16; 64],
    mask: &mut u64,
) -> Result<u32, Fault> {
    let mut k = band.start;
    while k <= band.end {
        bits.refill();
        let entry = table.peek(bits.window);
        let (mut run, mut value) = (entry.advance().wrapping_sub(1), entry.value());
        if entry.advance() < Entry::END {
            bits.consume(entry.bits());
        } else {
            let symbol = table.long(bits.window).ok_or(UNKNOWN)?;
            bits.consume(symbol.bits);
            if symbol.size == 0 && symbol.run < 15 {
                let blocks = run_of_blocks(bits, symbol.run);
                correct(bits, band, *mask & band.mask_from(k), block);
                return Ok(blocks - 1);
            }
            (run, value) = (symbol.run, symbol.value);
        }
        if !(-1..=1).contains(&value) {
            return Err(Fault::Bad("a new coefficient of more than one bit"));
        }
        // The place of the new coefficient: behind `run` zeros, not counting coefficients that are there already.
        let mut zeros = !*mask & band.mask_from(k);
        for _ in 0..run {
            zeros &= zeros.wrapping_sub(1);
        }
        if zeros == 0 {
            return Err(BEYOND);
        }
        let place = zeros.trailing_zeros();
        correct(bits, band, *mask & band.mask_from(k) & !(u64::MAX << place), block);
        if value != 0 {
            set(block, place, value << band.low);
            *mask |= 1 << place;
        }
        k = place + 1;
    }
    Ok(0)
}

/// Moves the coefficients of `which` away from zero by one step, where their next bits say so.
#[inline(always)]
pub(super) fn correct(bits: &mut Bits<'_>, band: Band, mut which: u64, block: &mut [i16; 64]) {
    while which != 0 {
        bits.refill();
        let count = which.count_ones().min(48);
        let mut word = bits.window;
        bits.consume(count);
        for _ in 0..count {
            let value = &mut block[natural(which.trailing_zeros())];
            let away = (*value >> 15 | 1) << band.low;
            *value = value.wrapping_add(away & -((word >> 63) as i16));
            word <<= 1;
            which &= which - 1;
        }
    }
}

/// The length of a run of blocks without (new) coefficients, this one included: `2^size` and `size` bits more.
fn run_of_blocks(bits: &mut Bits<'_>, size: u32) -> u32 {
    bits.refill();
    (1 << size) + bits.take(size)
}

#[inline(always)]
fn set(block: &mut [i16; 64], k: u32, value: i16) {
    block[natural(k)] = value;
}

/// The place in a block of coefficient `k`, up to 63, of the zigzag order.
#[inline(always)]
fn natural(k: u32) -> usize {
    usize::from(ZIGZAG[k as usize & 63] & 63)
}

const UNKNOWN: Fault = Fault::Bad("a Huffman code that isn't in its table");
const BEYOND: Fault = Fault::Bad("a coefficient behind the last one");
