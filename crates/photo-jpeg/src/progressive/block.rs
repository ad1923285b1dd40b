//! Decodes single blocks (ITU-T T.81, annexes F.2 and G.1.2).
//!
//! Besides its coefficients, each block has a mask of the AC coefficients that aren't zero, in zigzag order.
//! A refining scan finds its way by the masks alone. It touches coefficients only to change them, and blocks
//! without any not at all. Therefore a decoder for a smaller picture need not store the coefficients that it
//! doesn't use: blocks hold all 64 coefficients, the 16 lowest, or only the DC where the file is merely
//! verified.

use super::bit_reader::StuffedBitReader;
use super::fault::Fault;
use crate::header::Scan;
use crate::huffman::decode::{AcTable, DcTable, Entry, Symbol};
use crate::quant::ZIGZAG;

/// The AC coefficients that a scan codes.
#[derive(Debug, Clone, Copy)]
pub(super) struct SpectralBand {
    /// First coefficient in zigzag order, at least 1.
    pub(super) start: u32,
    /// Last coefficient, at most 63.
    pub(super) end: u32,
    /// The bit position of the scan.
    pub(super) low: u32,
}

impl SpectralBand {
    pub(super) fn of(scan: &Scan) -> Self {
        Self {
            start: u32::from(scan.spectral_start.max(1)),
            end: scan.spectral_end.into(),
            low: scan.approx_low.into(),
        }
    }

    /// The coefficients of the band, as a mask.
    #[inline(always)]
    pub(super) fn mask(self) -> u64 {
        u64::MAX << (self.start & 63) & u64::MAX >> (63 - (self.end & 63))
    }
}

/// Decodes a DC difference (F.2.2.1).
#[inline(always)]
pub(super) fn difference(bits: &mut StuffedBitReader<'_>, table: &DcTable) -> Result<i16, Fault> {
    bits.refill();
    let (difference, count) = table.difference(bits.window).ok_or(UNKNOWN)?;
    bits.consume(count);
    Ok(difference)
}

/// Decodes a block's AC coefficients in a first scan (F.2.2.2 and G.1.2.2). Returns how many of the following
/// blocks have none.
#[inline(always)]
pub(super) fn first<const N: usize>(
    bits: &mut StuffedBitReader<'_>,
    table: &AcTable,
    band: SpectralBand,
    block: &mut [i16; N],
    mask: &mut u64,
) -> Result<u32, Fault> {
    let mut k = band.start - 1;
    while k < band.end {
        bits.refill();
        let entry = table.peek(bits.window);
        let (mut advance, mut value) = (entry.advance(), entry.value());
        if advance < Entry::END {
            bits.consume(entry.bits());
        } else {
            let symbol = end_or_long(bits, table, entry)?;
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

/// Decodes a block's AC coefficients in a refining scan (G.1.2.3). Returns how many of the following blocks
/// have no new ones.
#[inline(always)]
pub(super) fn refine<const N: usize>(
    bits: &mut StuffedBitReader<'_>,
    table: &AcTable,
    band: SpectralBand,
    block: &mut [i16; N],
    mask: &mut u64,
) -> Result<u32, Fault> {
    let whole = band.mask();
    let before = *mask & whole;
    // The bits that correct coefficients come in order, between the codes. They are collected until the end,
    // because processors predict one loop over the coefficients of a block better than many short loops.
    let mut corrections = 0;
    let mut rest = whole;
    while rest != 0 {
        let (run, value) = match refining_symbol(bits, table)? {
            Refining::Coefficient { run, value } => (run, value),
            Refining::End { blocks } => {
                corrections = more(bits, corrections, before & rest);
                correct(band, before, corrections, block);
                return Ok(blocks - 1);
            }
        };
        // The place of the new coefficient is behind `run` zeros, not counting the coefficients that are
        // there already.
        let mut zeros = !before & rest;
        for _ in 0..run {
            zeros &= zeros.wrapping_sub(1);
        }
        if zeros == 0 {
            return Err(BEYOND);
        }
        let place = zeros & zeros.wrapping_neg();
        corrections = more(bits, corrections, before & rest & (place - 1));
        set(block, place.trailing_zeros(), value << band.low);
        *mask |= if value == 0 { 0 } else { place };
        rest &= !(place | (place - 1));
    }
    correct(band, before, corrections, block);
    Ok(0)
}

/// The meaning of a symbol in a refining scan.
enum Refining {
    /// A new coefficient of 1 or -1 behind `run` zeros. A value of 0 stands for sixteen zeros.
    Coefficient { run: u32, value: i16 },
    /// No more new coefficients in this and the following blocks, `blocks` in all.
    End { blocks: u32 },
}

/// Decodes a symbol of a refining scan. Leaves at least 32 bits valid.
#[inline(always)]
fn refining_symbol(bits: &mut StuffedBitReader<'_>, table: &AcTable) -> Result<Refining, Fault> {
    bits.refill();
    let entry = table.peek(bits.window);
    let (mut run, mut value) = (entry.advance().wrapping_sub(1), entry.value());
    if entry.advance() < Entry::END {
        bits.consume(entry.bits());
    } else {
        let symbol = end_or_long(bits, table, entry)?;
        if symbol.size == 0 && symbol.run < 15 {
            return Ok(Refining::End { blocks: run_of_blocks(bits, symbol.run) });
        }
        (run, value) = (symbol.run, symbol.value);
    }
    match value {
        -1..=1 => Ok(Refining::Coefficient { run, value }),
        _ => Err(Fault::Bad("a new coefficient of more than one bit")),
    }
}

/// Corrects the coefficients of a block that has no new ones.
#[inline(always)]
pub(super) fn only_correct<const N: usize>(
    bits: &mut StuffedBitReader<'_>,
    band: SpectralBand,
    block: &mut [i16; N],
    mask: u64,
) {
    let which = mask & band.mask();
    if which != 0 {
        bits.refill();
        let corrections = more(bits, 0, which);
        correct(band, which, corrections, block);
    }
}

/// Appends the next bits to `corrections`, one for each coefficient in `which`. At least 32 bits must be
/// valid.
#[inline(always)]
fn more(bits: &mut StuffedBitReader<'_>, corrections: u64, which: u64) -> u64 {
    let count = which.count_ones();
    if count <= 32 {
        return corrections << count | u64::from(bits.take(count));
    }
    bits.refill();
    let first = bits.take(32);
    bits.refill();
    corrections << count | u64::from(first) << (count - 32) | u64::from(bits.take(count - 32))
}

/// Moves the coefficients in `which` away from zero by one step if their bits say so. The last bit belongs to
/// the last coefficient.
#[inline(always)]
fn correct<const N: usize>(band: SpectralBand, mut which: u64, corrections: u64, block: &mut [i16; N]) {
    if N == 1 {
        // Only whether a coefficient is zero is kept, and a correction does not change that.
        return;
    }
    let count = which.count_ones();
    let mut word = corrections << ((64 - count) % 64);
    while which != 0 {
        if let Some(value) = block.get_mut(place::<N>(which.trailing_zeros())) {
            let away = (*value >> 15 | 1) << band.low;
            *value = value.wrapping_add(away & -((word >> 63) as i16));
        }
        word <<= 1;
        which &= which - 1;
    }
}

/// Decodes the symbol of an entry that doesn't hold a complete coefficient.
#[inline(always)]
fn end_or_long(bits: &mut StuffedBitReader<'_>, table: &AcTable, entry: Entry) -> Result<Symbol, Fault> {
    let symbol = if entry.advance() == Entry::END {
        Symbol { run: 0, size: 0, value: 0, bits: entry.bits() }
    } else {
        table.long(bits.window).ok_or(UNKNOWN)?
    };
    bits.consume(symbol.bits);
    Ok(symbol)
}

/// The length of a run of blocks without (new) coefficients, including this one: `2^size` plus the next
/// `size` bits.
#[inline(always)]
fn run_of_blocks(bits: &mut StuffedBitReader<'_>, size: u32) -> u32 {
    bits.refill();
    (1 << size) + bits.take(size)
}

#[inline(always)]
pub(super) fn set<const N: usize>(block: &mut [i16; N], k: u32, value: i16) {
    if let Some(coefficient) = block.get_mut(place::<N>(k)) {
        *coefficient = value;
    }
}

/// The index of coefficient `k` of the zigzag order, up to 63, in a block of `N` coefficients: all in natural
/// order, the 4 by 4 lowest, or only the DC. If the block doesn't have it, the index is beyond its end.
#[inline(always)]
pub(super) fn place<const N: usize>(k: u32) -> usize {
    let natural = usize::from(ZIGZAG[k as usize & 63] & 63);
    if N == 64 { natural } else { usize::from(LOW[natural]) }
}

/// For each natural index, the index among the 4 by 4 lowest coefficients, or an index beyond them.
static LOW: [u8; 64] = {
    let mut low = [u8::MAX; 64];
    let mut i = 0;
    while i < 16 {
        low[i / 4 * 8 + i % 4] = i as u8;
        i += 1;
    }
    low
};

const UNKNOWN: Fault = Fault::Bad("a Huffman code that isn't in its table");
pub(super) const BEYOND: Fault = Fault::Bad("a coefficient behind the last one");
