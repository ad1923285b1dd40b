//! Parsing of the coefficients of a macroblock (RFC 6386, section 13), in order of its blocks.

use crate::bool_decoder::BoolDecoder;
use crate::frame_header::{Probabilities, Quantizer};
use crate::parsed::{Kind, Macroblock, mode};
use crate::tokens::coefficients;
use crate::walsh_hadamard::inverse;

/// Which blocks along the edges to the neighbors have coefficients: from the lowest bit four of luma, two of
/// U, two of V, and the second-order block of the last macroblock that had one.
#[derive(Clone, Copy, Default)]
pub(crate) struct Around {
    pub(crate) above: u32,
    pub(crate) left: u32,
}

const U: u32 = 4;
const V: u32 = 6;
const SECOND_ORDER: u32 = 8;

impl Around {
    /// How many of the two blocks next to one have coefficients.
    #[inline(always)]
    fn context(&self, column: u32, row: u32) -> usize {
        ((self.above >> column & 1) + (self.left >> row & 1)) as usize
    }

    #[inline(always)]
    fn set(&mut self, column: u32, row: u32, present: bool) {
        self.above = self.above & !(1 << column) | u32::from(present) << column;
        self.left = self.left & !(1 << row) | u32::from(present) << row;
    }

    /// Steps over a macroblock without coefficients. One that has no second-order block leaves that bit
    /// alone.
    #[inline(always)]
    pub(crate) fn skip(&mut self, luma: u8) {
        let kept = if luma == mode::SUBBLOCKS { 1 << SECOND_ORDER } else { 0 };
        self.above &= kept;
        self.left &= kept;
    }
}

/// The blocks of a macroblock in their order: the bits of their column and row in [`Around`].
const BLOCKS: [(u32, u32); 25] = {
    let mut blocks = [(SECOND_ORDER, SECOND_ORDER); 25];
    let mut at = 0;
    while at < 16 {
        blocks[1 + at as usize] = (at % 4, at / 4);
        at += 1;
    }
    at = 0;
    while at < 4 {
        blocks[17 + at as usize] = (U + at % 2, U + at / 2);
        blocks[21 + at as usize] = (V + at % 2, V + at / 2);
        at += 1;
    }
    blocks
};

/// Reads the coefficients of a macroblock into the beginning of `place`, and tells how many it put there.
#[inline(always)]
pub(crate) fn residual(
    decoder: &mut BoolDecoder<'_>,
    probabilities: &Probabilities,
    quantizer: &Quantizer,
    around: &mut Around,
    to: &mut Macroblock,
    place: &mut [i16],
) -> usize {
    let by_subblocks = to.luma == mode::SUBBLOCKS;
    let (luma, first) = if by_subblocks { (&probabilities[3], 0) } else { (&probabilities[0], 1) };
    let mut dc = [0; 16];
    let mut used = 0;
    to.kinds = 0;
    for (at, (column, row)) in BLOCKS.iter().enumerate().skip(usize::from(by_subblocks)) {
        let Some(block) = place.get_mut(used..).and_then(|place| place.first_chunk_mut()) else { break };
        let (probabilities, factors, first) = match at {
            0 => (&probabilities[1], quantizer.second_order, 0),
            1..=16 => (luma, quantizer.luma, first),
            _ => (&probabilities[2], quantizer.chroma, 0),
        };
        *block = [0; 16];
        block[0] = if let 1..=16 = at { dc[at - 1] } else { 0 };
        let context = around.context(*column, *row);
        let end = coefficients(decoder, probabilities, context, factors, first, block);
        around.set(*column, *row, end > first);
        if at == 0 {
            dc = inverse(block);
            continue;
        }
        let (kind, length) = kind(end, block[0]);
        to.kinds |= (kind as u64) << (2 * (at - 1));
        used += length;
    }
    used
}

/// What a block has, whose coefficients end at `end`, and how many of them are kept.
#[inline(always)]
fn kind(end: usize, dc: i16) -> (Kind, usize) {
    match (end, dc) {
        (2.., _) => (Kind::Full, 16),
        (_, 0) => (Kind::None, 0),
        _ => (Kind::Dc, 1),
    }
}
