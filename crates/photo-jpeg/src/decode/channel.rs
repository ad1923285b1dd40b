//! What becomes of one component: its sizes, its tables, its way through the two passes of reducing.

use std::sync::Arc;

use crate::dct::inverse::{DequantizationFactors, LANES, PAIR};
use crate::geometry::component_side;
use crate::header::Header;
use crate::resize::horizontal::STEP;
use crate::resize::weights::{Axis, Reduction, ResampleWeights};

/// Chroma that is reduced to so little of its size (4:4:4 of 12 MP to 4:2:0 of 10 MP) is decoded at half of it. It cost
/// 0.03 to 0.06 points of SSIMULACRA2 there; a second halving, 0.3.
const CHROMA_HALF: f64 = 0.46;

/// A component on its way from blocks to a plane.
#[derive(Debug)]
pub(super) struct Channel {
    /// Blocks of an MCU, across and down.
    pub(super) h: usize,
    pub(super) v: usize,
    /// Blocks in a row.
    pub(super) blocks_wide: usize,
    /// Samples along a side of a block: 8, 4, 2 or 1.
    pub(super) points: usize,
    pub(super) multipliers: DequantizationFactors,
    /// Whose strips its samples are in, and from which row on: two channels of few rows share theirs.
    pub(super) strips_of: usize,
    pub(super) top: usize,
    /// Samples that decoding gives.
    pub(super) from: (u32, u32),
    /// Samples that come out.
    pub(super) to: (u32, u32),
    /// The same, as the weights have it: across and down.
    pub(super) axes: [Axis; 2],
    /// How to get from the one to the other, across and down; `None` where nothing changes. Channels of the same axes
    /// share it.
    pub(super) reductions: Option<Arc<[Reduction; 2]>>,
}

/// The size of the picture that comes out, and the sampling factors of its components.
#[derive(Debug, Clone)]
pub(super) struct DecodeTarget {
    pub(super) size: (u32, u32),
    /// Whether the axes will be mirrored.
    pub(super) flips: (bool, bool),
    /// The size before rounding: where only the scale is given, it need not be whole.
    pub(super) extent: (f64, f64),
    pub(super) sampling: Vec<(u8, u8)>,
}

impl DecodeTarget {
    /// Bytes of all planes.
    pub(super) fn bytes(&self) -> u64 {
        let (h_max, v_max) = maxima(self.sampling.iter().copied());
        let side = |size, factor, max| u64::from(component_side(size, factor, max));
        self.sampling.iter().map(|&(h, v)| side(self.size.0, h, h_max) * side(self.size.1, v, v_max)).sum()
    }
}

impl Channel {
    pub(super) fn new(header: &Header, index: usize, points: usize, target: &DecodeTarget) -> Option<Self> {
        let component = header.components.get(index)?;
        let &(h_out, v_out) = target.sampling.get(index)?;
        let single = header.components.len() == 1;
        let (h, v) = if single { (1, 1) } else { (component.h, component.v) };
        let (h_max, v_max) =
            if single { (1, 1) } else { maxima(header.components.iter().map(|c| (c.h, c.v))) };
        let (h_out_max, v_out_max) = maxima(target.sampling.iter().copied());
        let share = |part: u8, of: u8| f64::from(part) / f64::from(of.max(1));
        let axes = |points: usize| {
            let (wide, high) = (share(h, h_max) * points as f64 / 8.0, share(v, v_max) * points as f64 / 8.0);
            let across = axis(header.width, wide, target.extent.0, share(h_out, h_out_max), target.flips.0);
            let down = axis(header.height, high, target.extent.1, share(v_out, v_out_max), target.flips.1);
            (across, down)
        };
        let (mut points, mut sides) = (points, axes(points));
        if index > 0 && points == 8 && sides.0.scale() <= CHROMA_HALF && sides.1.scale() <= CHROMA_HALF {
            points = 4;
            sides = axes(points);
        }
        let (across, down) = sides;
        let same = across.is_identity() && down.is_identity();
        Some(Self {
            h: h.into(),
            v: v.into(),
            blocks_wide: component.blocks_wide as usize,
            points,
            multipliers: DequantizationFactors::new(&component.quant, 8 / points as u32),
            strips_of: index,
            top: 0,
            from: (across.from, down.from),
            to: (across.to, down.to),
            axes: [across, down],
            reductions: (!same).then(|| Arc::new([across, down].map(Reduction::new))),
        })
    }

    /// Rows of samples in a row of MCUs.
    pub(super) fn rows(&self) -> usize {
        self.v * self.points
    }

    /// Strips of its own in a row of MCUs.
    pub(super) fn strips(&self) -> usize {
        if self.top == 0 { self.rows().div_ceil(LANES) } else { 0 }
    }

    /// Weights across, where something changes.
    pub(super) fn across(&self) -> Option<&ResampleWeights> {
        self.reductions.as_ref().map(|r| r[0].weights())
    }

    /// Weights down, where something changes.
    pub(super) fn down(&self) -> Option<&ResampleWeights> {
        self.reductions.as_ref().map(|r| r[1].weights())
    }

    pub(super) fn shares_weights(&self, other: &Self) -> bool {
        matches!((&self.reductions, &other.reductions), (Some(a), Some(b)) if Arc::ptr_eq(a, b))
    }

    /// Lets the second chroma channel share the weights of the first one, and its strips where there is room.
    pub(super) fn share(channels: &mut [Self]) {
        if let [_, first, second] = channels {
            if first.axes == second.axes {
                second.reductions.clone_from(&first.reductions);
            }
            let alike = (first.from, first.to) == (second.from, second.to) && first.rows() == second.rows();
            if alike && 2 * first.rows() <= LANES {
                (second.strips_of, second.top) = (first.strips_of, first.rows());
            }
        }
    }

    /// Values of a strip; it is padded so that every window of weights lies inside.
    pub(super) fn strip_len(&self) -> usize {
        let pairs = (self.blocks_wide * self.points).div_ceil(2);
        pairs.max(self.across().map_or(0, |weights| weights.pairs)) * PAIR
    }

    /// Values of a pair of reduced rows.
    pub(super) fn stride(&self) -> usize {
        2 * (self.to.0 as usize).next_multiple_of(STEP)
    }

    /// Pairs of rows in a row of MCUs.
    pub(super) fn row_pairs(&self) -> usize {
        self.rows() / 2
    }
}

fn axis(from: u32, from_share: f64, to: f64, to_share: f64, flip: bool) -> Axis {
    let (from_extent, to_extent) = (f64::from(from) * from_share, to * to_share);
    let whole = |extent: f64| (extent - 1e-9).ceil().max(1.0) as u32;
    let to = whole(to_extent);
    let to_offset = if flip { f64::from(to) - to_extent } else { 0.0 };
    Axis { from: whole(from_extent), from_extent, to, to_extent, to_offset }
}

pub(super) fn maxima(factors: impl Iterator<Item = (u8, u8)>) -> (u8, u8) {
    factors.fold((1, 1), |most, (h, v)| (most.0.max(h), most.1.max(v)))
}
