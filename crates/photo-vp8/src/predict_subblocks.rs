//! Prediction of luma in subblocks of 4x4 (RFC 6386, section 12.3).

use fearless_simd::prelude::*;
use fearless_simd::{Simd, i16x8, u8x16};

use crate::parsed::mode;
use crate::residues::narrow;

/// The samples around a subblock, from the lower left over the corner to the upper right: the lowest to the
/// left twice, the other three to the left upwards, the corner, eight above, of which the last twice, and one
/// that doesn't matter.
#[derive(Clone, Copy)]
pub(crate) struct Edge {
    low: u64,
    high: u64,
}

/// Where the samples above begin in an [`Edge`].
const ABOVE: usize = 6;

impl Edge {
    /// `left` from top to bottom; `above` has its first sample in its lowest byte.
    #[inline(always)]
    pub(crate) fn new(left: [u8; 4], corner: u8, above: u64) -> Self {
        let [a, b, c, d] = left;
        let low = u64::from_le_bytes([d, d, c, b, a, corner, 0, 0]) | above << 48;
        Self { low, high: above >> 16 | above >> 56 << 48 }
    }

    #[inline(always)]
    fn bytes(self) -> [u8; 16] {
        (u128::from(self.low) | u128::from(self.high) << 64).to_le_bytes()
    }
}

/// For each directional mode and each sample: an average of two samples of the edge from the one of this
/// number on, or 16 more than the number of the middle of three that are averaged.
const SOURCES: [[u8; 16]; 8] = {
    let mut table = [[0; 16]; 8];
    let mut at = 0;
    while at < 16 {
        let (row, column) = ((at / 4) as u8, (at % 4) as u8);
        table[0][at] = 16 + 6 + column;
        table[1][at] = 16 + 4 - row;
        table[2][at] = 16 + 7 + row + column;
        table[3][at] = 16 + 5 - row + column;
        at += 1;
    }
    // Two samples: p. Three samples: 16 + p.
    table[4] = [5, 6, 7, 8, 21, 22, 23, 24, 20, 5, 6, 7, 19, 21, 22, 23];
    table[5] = [6, 7, 8, 9, 23, 24, 25, 26, 7, 8, 9, 27, 24, 25, 26, 28];
    table[6] = [4, 21, 22, 23, 3, 20, 4, 21, 2, 19, 3, 20, 1, 18, 2, 19];
    table[7] = [3, 19, 2, 18, 2, 18, 1, 17, 1, 17, 0, 0, 0, 0, 0, 0];
    table
};

/// Predicts a subblock, in raster order.
#[inline(always)]
pub(crate) fn predict<S: Simd>(simd: S, which: u8, edge: Edge) -> u8x16<S> {
    match which {
        mode::DC => u8x16::splat(simd, dc(edge)),
        mode::TRUE_MOTION => true_motion(simd, edge),
        _ => {
            let sources = &SOURCES[usize::from(which - mode::VERTICAL) & 7];
            directional(simd, edge, u8x16::from_slice(simd, sources))
        }
    }
}

#[inline(always)]
fn dc(edge: Edge) -> u8 {
    let bytes = edge.bytes();
    let sum: u16 = bytes[1..5].iter().chain(&bytes[ABOVE..ABOVE + 4]).map(|byte| u16::from(*byte)).sum();
    ((sum + 4) >> 3) as u8
}

#[inline(always)]
fn directional<S: Simd>(simd: S, edge: Edge, sources: u8x16<S>) -> u8x16<S> {
    let edge = u8x16::from_slice(simd, &edge.bytes());
    let before = u8x16::splat(simd, 0).slide::<15>(edge);
    let behind = edge.slide::<1>(edge);
    // Halves of sums, rounded up and down.
    let two = (edge | behind) - ((edge ^ behind) >> 1);
    let outer = (before & behind) + ((before ^ behind) >> 1);
    let three = (edge | outer) - ((edge ^ outer) >> 1);
    two.concat_swizzle_dyn(three, sources)
}

#[inline(always)]
fn true_motion<S: Simd>(simd: S, edge: Edge) -> u8x16<S> {
    let bytes = edge.bytes();
    let corner = i16::from(bytes[ABOVE - 1]);
    let above = i16x8::from_fn(simd, |at| i16::from(bytes[ABOVE + at % 4]) - corner);
    let rows = |row: usize| i16x8::from_fn(simd, |at| i16::from(bytes[4 - row - at / 4]));
    narrow([above + rows(0), above + rows(2)])
}
