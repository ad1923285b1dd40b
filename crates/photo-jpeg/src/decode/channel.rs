//! The way of one component from blocks to a plane: sizes, tables, and the weights of both passes of the
//! reduction.

use std::sync::Arc;

use crate::dct::inverse::{DequantizationFactors, LANES, PAIR};
use crate::header::{ColorModel, Header};
use crate::resize::horizontal::STEP;
use crate::resize::weights::{Axis, Reduction, ResampleWeights};
use crate::syntax::MaxSampling;

/// Chroma is decoded at half size where it is reduced to at most this share of its size, as when 12 MP in
/// 4:4:4 become 10 MP in 4:2:0. There this costs 0.03 to 0.06 points of SSIMULACRA2; halving twice would cost
/// 0.3.
const CHROMA_HALF: f64 = 0.46;

/// A component on its way from blocks to a plane.
#[derive(Debug)]
pub(super) struct Channel {
    /// Columns and rows of blocks in an MCU.
    pub(super) h: usize,
    pub(super) v: usize,
    /// Blocks in a row of the component.
    pub(super) blocks_wide: usize,
    /// Samples along a side of a decoded block: 8, 4, 2 or 1.
    pub(super) points: usize,
    pub(super) multipliers: DequantizationFactors,
    /// The channel whose strips hold this channel's samples, and the first row in them. Two channels with few
    /// rows share their strips.
    pub(super) strips_of: usize,
    pub(super) top: usize,
    /// Width and height that decoding gives, in samples.
    pub(super) from: (u32, u32),
    /// Width and height of the plane, in samples.
    pub(super) to: (u32, u32),
    /// The horizontal and vertical axis of the reduction.
    pub(super) axes: [Axis; 2],
    /// The horizontal and vertical reduction; `None` where nothing changes. Channels with the same axes share
    /// them.
    pub(super) reductions: Option<Arc<[Reduction; 2]>>,
}

/// The size of the result and the sampling factors of its components.
#[derive(Debug, Clone)]
pub(super) struct DecodeTarget {
    pub(super) size: (u32, u32),
    /// Whether the horizontal and the vertical axis will be mirrored afterward.
    pub(super) flips: (bool, bool),
    /// The size in pixels before it was rounded up. It may be fractional where only the scale is given.
    pub(super) extent: (f64, f64),
    pub(super) sampling: Vec<(u8, u8)>,
}

impl DecodeTarget {
    /// The bytes of all planes together.
    pub(super) fn bytes(&self) -> u64 {
        let max = MaxSampling::of(self.sampling.iter().copied());
        let sizes =
            self.sampling.iter().map(|&factors| max.component_size(self.size.0, self.size.1, factors));
        sizes.map(|(width, height)| u64::from(width) * u64::from(height)).sum()
    }
}

impl Channel {
    pub(super) fn new(header: &Header, index: usize, points: usize, target: &DecodeTarget) -> Option<Self> {
        let component = header.components.get(index)?;
        let &(h_out, v_out) = target.sampling.get(index)?;
        let single = header.components.len() == 1;
        let (h, v) = if single { (1, 1) } else { (component.h, component.v) };
        let max = MaxSampling::of_frame(header.components.iter().map(|c| (c.h, c.v)));
        let out_max = MaxSampling::of(target.sampling.iter().copied());
        let share = |part: u8, of: u8| f64::from(part) / f64::from(of);
        let axes = |points: usize| {
            let (wide, high) =
                (share(h, max.h()) * points as f64 / 8.0, share(v, max.v()) * points as f64 / 8.0);
            let across = axis(header.width, wide, target.extent.0, share(h_out, out_max.h()), target.flips.0);
            let down = axis(header.height, high, target.extent.1, share(v_out, out_max.v()), target.flips.1);
            (across, down)
        };
        let (mut points, mut sides) = (points, axes(points));
        let chroma = matches!(header.color, ColorModel::YCbCr | ColorModel::Ycck) && matches!(index, 1 | 2);
        if chroma && points == 8 && sides.0.scale() <= CHROMA_HALF && sides.1.scale() <= CHROMA_HALF {
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

    /// The number of rows of samples in a row of MCUs.
    pub(super) fn rows(&self) -> usize {
        self.v * self.points
    }

    /// The number of strips in a row of MCUs that belong to this channel.
    pub(super) fn strips(&self) -> usize {
        if self.top == 0 { self.rows().div_ceil(LANES) } else { 0 }
    }

    /// The horizontal weights, if the size changes.
    pub(super) fn across(&self) -> Option<&ResampleWeights> {
        self.reductions.as_ref().map(|r| r[0].weights())
    }

    /// The vertical weights, if the size changes.
    pub(super) fn down(&self) -> Option<&ResampleWeights> {
        self.reductions.as_ref().map(|r| r[1].weights())
    }

    pub(super) fn shares_weights(&self, other: &Self) -> bool {
        matches!((&self.reductions, &other.reductions), (Some(a), Some(b)) if Arc::ptr_eq(a, b))
    }

    /// Lets the second chroma channel share the weights of the first, and its strips where there is room.
    pub(super) fn share(channels: &mut [Self]) {
        if let [_, first, second] | [_, first, second, _] = channels {
            if first.axes == second.axes {
                second.reductions.clone_from(&first.reductions);
            }
            let alike = (first.from, first.to) == (second.from, second.to) && first.rows() == second.rows();
            if alike && 2 * first.rows() <= LANES {
                (second.strips_of, second.top) = (first.strips_of, first.rows());
            }
        }
    }

    /// The number of values in a strip, padded so that every window of weights lies inside.
    pub(super) fn strip_len(&self) -> usize {
        let pairs = (self.blocks_wide * self.points).div_ceil(2);
        pairs.max(self.across().map_or(0, |weights| weights.pairs)) * PAIR
    }

    /// The number of values in a pair of reduced rows.
    pub(super) fn stride(&self) -> usize {
        2 * (self.to.0 as usize).next_multiple_of(STEP)
    }

    /// The number of pairs of rows in a row of MCUs.
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
