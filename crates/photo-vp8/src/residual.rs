//! Parsing of the coefficients of a macroblock (RFC 6386, section 13), in order of its blocks.

use crate::bool_decoder::BoolDecoder;
use crate::frame_header::{Probabilities, Quantizer};
use crate::parsed::{Kind, Macroblock, mode};
use crate::tokens::{BlockProbabilities, coefficients};
use crate::walsh_hadamard::inverse;

/// Which blocks along the edges to the neighbors have coefficients: from the lowest bit four of luma, two of U,
/// two of V, and the second-order block of the last macroblock that had one.
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

    /// Steps over a macroblock without coefficients. One that has no second-order block leaves that bit alone.
    #[inline(always)]
    pub(crate) fn skip(&mut self, luma: u8) {
        let kept = if luma == mode::SUBBLOCKS { 1 << SECOND_ORDER } else { 0 };
        self.above &= kept;
        self.left &= kept;
    }
}

/// Coefficients of a macroblock in the order of its blocks, without those that are known to be zero.
struct Blocks<'a> {
    place: &'a mut [i16],
    used: usize,
    kinds: u64,
    /// The bits of the next block in `kinds`.
    shift: u32,
}

impl Blocks<'_> {
    /// Reads the next block, whose DC coefficient is `dc` if reading begins behind it. Tells whether any
    /// coefficient was coded.
    #[inline(always)]
    fn read(
        &mut self,
        decoder: &mut BoolDecoder<'_>,
        probabilities: &BlockProbabilities,
        context: usize,
        factors: [i32; 2],
        first: usize,
        dc: i16,
    ) -> bool {
        let Some(block) = self.place.get_mut(self.used..).and_then(|place| place.first_chunk_mut()) else {
            return false;
        };
        *block = [0; 16];
        block[0] = dc;
        let end = coefficients(decoder, probabilities, context, factors, first, block);
        let (kind, length) = match (end, block[0]) {
            (2.., _) => (Kind::Full, 16),
            (_, 0) => (Kind::None, 0),
            _ => (Kind::Dc, 1),
        };
        self.used += length;
        self.kinds |= (kind as u64) << self.shift;
        self.shift += 2;
        end > first
    }
}

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
    let [luma_behind_dc, second_order, chroma, luma] = probabilities;
    let mut dc = [0; 16];
    let (luma, first) = if to.luma == mode::SUBBLOCKS {
        (luma, 0)
    } else {
        let mut block = [0; 16];
        let context = around.context(SECOND_ORDER, SECOND_ORDER);
        let end = coefficients(decoder, second_order, context, quantizer.second_order, 0, &mut block);
        around.set(SECOND_ORDER, SECOND_ORDER, end > 0);
        if end > 0 {
            dc = inverse(&block);
        }
        (luma_behind_dc, 1)
    };
    let mut blocks = Blocks { place, used: 0, kinds: 0, shift: 0 };
    for (row, dc) in (0..).zip(dc.as_chunks::<4>().0) {
        for (column, dc) in (0..).zip(dc) {
            let context = around.context(column, row);
            let present = blocks.read(decoder, luma, context, quantizer.luma, first, *dc);
            around.set(column, row, present);
        }
    }
    for (base, row, column) in [U, V].into_iter().flat_map(|base| (0..4).map(move |i| (base, i / 2, i % 2))) {
        let context = around.context(base + column, base + row);
        let present = blocks.read(decoder, chroma, context, quantizer.chroma, 0, 0);
        around.set(base + column, base + row, present);
    }
    to.kinds = blocks.kinds;
    blocks.used
}
