//! Prediction of whole macroblocks (RFC 6386, sections 12.2 and 12.3) and of their subblocks, and the
//! addition of residues. A vector holds a row of luma, or one of U and one of V.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, i16x8, u8x16};

use crate::halves::{both, put};
use crate::parsed::mode;
use crate::plane::{MARGIN, Plane};
use crate::predict_subblocks::{Edge, predict};
use crate::residues::{Residues, add};

/// Which neighbors of a macroblock are in the picture.
#[derive(Clone, Copy)]
pub(crate) struct Neighbors {
    pub(crate) above: bool,
    pub(crate) left: bool,
}

/// Predicts the luma of the macroblock in column `x` and adds its residues, if it has any.
#[inline(always)]
pub(crate) fn luma<S: Simd>(
    simd: S,
    plane: &mut Plane,
    x: usize,
    which: u8,
    neighbors: Neighbors,
    residues: Option<&Residues>,
) {
    let stride = plane.stride;
    let column = MARGIN + 16 * x;
    let above: &[u8; 17] = plane.above[column - 1..].first_chunk().unwrap_or(&[0; 17]);
    let kept = plane.kept() * stride;
    let rows = &mut plane.samples[kept..];
    let left: [u8; 16] = std::array::from_fn(|y| rows[y * stride + column - 1]);
    let top = u8x16::from_slice(simd, &above[1..]);
    let predictor = match which {
        mode::DC => Predictor::Same(u8x16::splat(simd, dc(&above[1..], &left, neighbors))),
        mode::VERTICAL => Predictor::Same(top),
        mode::HORIZONTAL => Predictor::Left,
        _ => Predictor::TrueMotion(differences(simd, top, [above[0]; 2])),
    };
    for (y, left) in left.into_iter().enumerate() {
        let predicted = predictor.row(simd, u8x16::splat(simd, left));
        let samples = match residues {
            None => predicted,
            Some(residues) => {
                let blocks = &residues[y / 4 * 4..][..4];
                let row = |block: usize| &blocks[block][y % 4 * 4..][..4];
                add(predicted, [pair(simd, row(0), row(1)), pair(simd, row(2), row(3))])
            }
        };
        samples.store_slice(&mut rows[y * stride + column..][..16]);
    }
}

/// Predicts the chroma of the macroblock in column `x` and adds its residues, if it has any.
#[inline(always)]
pub(crate) fn chroma<S: Simd>(
    simd: S,
    planes: [&mut Plane; 2],
    x: usize,
    which: u8,
    neighbors: Neighbors,
    residues: Option<&Residues>,
) {
    let stride = planes[0].stride;
    let column = MARGIN + 8 * x;
    let kept = planes[0].kept() * stride;
    let [(u_above, u), (v_above, v)] =
        planes.map(|plane| (&plane.above[column - 1..][..9], &mut plane.samples[kept..]));
    let column_left = |rows: &[u8]| -> [u8; 8] { std::array::from_fn(|y| rows[y * stride + column - 1]) };
    let (u_left, v_left) = (column_left(u), column_left(v));
    let top = both(simd, &u_above[1..], &v_above[1..]);
    let predictor = match which {
        mode::DC => {
            let [u, v] = [dc(&u_above[1..], &u_left, neighbors), dc(&v_above[1..], &v_left, neighbors)];
            Predictor::Same(both(simd, &[u; 8], &[v; 8]))
        }
        mode::VERTICAL => Predictor::Same(top),
        mode::HORIZONTAL => Predictor::Left,
        _ => Predictor::TrueMotion(differences(simd, top, [u_above[0], v_above[0]])),
    };
    for (y, (u_left, v_left)) in u_left.into_iter().zip(v_left).enumerate() {
        let predicted = predictor.row(simd, both(simd, &[u_left; 8], &[v_left; 8]));
        let samples = match residues {
            None => predicted,
            Some(residues) => {
                let row = |block: usize| &residues[block + y / 4 * 2][y % 4 * 4..][..4];
                add(predicted, [pair(simd, row(16), row(17)), pair(simd, row(20), row(21))])
            }
        };
        put(samples, &mut u[y * stride + column..], &mut v[y * stride + column..]);
    }
}

/// How the rows of a macroblock are predicted.
enum Predictor<S: Simd> {
    /// All rows are the same.
    Same(u8x16<S>),
    /// The sample to the left goes on.
    Left,
    /// The sample to the left, and the differences of the row above to its first neighbor.
    TrueMotion([i16x8<S>; 2]),
}

impl<S: Simd> Predictor<S> {
    #[inline(always)]
    fn row(&self, simd: S, left: u8x16<S>) -> u8x16<S> {
        let _ = simd;
        match self {
            Self::Same(row) => *row,
            Self::Left => left,
            Self::TrueMotion(differences) => add(left, *differences),
        }
    }
}

#[inline(always)]
fn differences<S: Simd>(simd: S, top: u8x16<S>, corners: [u8; 2]) -> [i16x8<S>; 2] {
    let (low, high) = top.widen();
    let (low, high): (i16x8<S>, i16x8<S>) = (low.bitcast(), high.bitcast());
    [low - i16x8::splat(simd, i16::from(corners[0])), high - i16x8::splat(simd, i16::from(corners[1]))]
}

/// The mean of the neighbors in the picture.
#[inline(always)]
fn dc(above: &[u8], left: &[u8], neighbors: Neighbors) -> u8 {
    let sum = |samples: &[u8]| samples.iter().map(|sample| u32::from(*sample)).sum::<u32>();
    let count = above.len() as u32;
    let mean = match (neighbors.above, neighbors.left) {
        (true, true) => (sum(above) + sum(left) + count) / (2 * count),
        (true, false) => (sum(above) + count / 2) / count,
        (false, true) => (sum(left) + count / 2) / count,
        (false, false) => 128,
    };
    mean as u8
}

#[inline(always)]
fn pair<S: Simd>(simd: S, first: &[i16], second: &[i16]) -> i16x8<S> {
    let mut both = [0; 8];
    both[..4].copy_from_slice(first);
    both[4..].copy_from_slice(second);
    i16x8::from_slice(simd, &both)
}

/// Predicts the luma of the macroblock in column `x` subblock by subblock, each with its residues: their
/// `kinds` are as in [`Macroblock`](crate::parsed::Macroblock).
#[inline(always)]
pub(crate) fn subblocks<S: Simd>(
    simd: S,
    plane: &mut Plane,
    x: usize,
    modes: &[u8; 16],
    kinds: u64,
    residues: &Residues,
) {
    let stride = plane.stride;
    let column = MARGIN + 16 * x;
    let kept = plane.kept() * stride;
    // The last subblocks of all rows have the samples of the macroblock above to their upper right.
    let (_, far) = eight(&plane.above[column + 12..]);
    for (at, which) in modes.iter().enumerate() {
        let (row, column) = (kept + at / 4 * 4 * stride, column + at % 4 * 4);
        let (before, rows) = plane.samples.split_at_mut(row);
        let above = if at < 4 { &plane.above[column - 1..] } else { &before[row - stride + column - 1..] };
        let corner = above[0];
        let (near, right) = eight(&above[1..]);
        let right = if at % 4 == 3 { far } else { right };
        let left = std::array::from_fn(|y| rows[y * stride + column - 1]);
        let edge = Edge::new(left, corner, u64::from(near) | u64::from(right) << 32);
        let predicted = predict(simd, *which, edge);
        let samples = if kinds >> (2 * at) & 3 == 0 {
            predicted
        } else {
            let (low, high) = residues[at].split_at(8);
            add(predicted, [i16x8::from_slice(simd, low), i16x8::from_slice(simd, high)])
        };
        for (y, samples) in samples.to_array().as_chunks::<4>().0.iter().enumerate() {
            rows[y * stride + column..][..4].copy_from_slice(samples);
        }
    }
}

/// Two times four samples.
#[inline(always)]
fn eight(samples: &[u8]) -> (u32, u32) {
    let eight = samples.first_chunk().map_or(0, |eight| u64::from_le_bytes(*eight));
    (eight as u32, (eight >> 32) as u32)
}
