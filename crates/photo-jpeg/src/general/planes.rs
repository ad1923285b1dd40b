//! Planes of samples, and how blocks of coefficients become them.

use fearless_simd::Simd;
use rayon::prelude::*;

use super::sample::Sample;
use crate::dct::inverse::{Cosines, DequantizationFactors, SampleRange, full_in, reduced_in};
use crate::header::{Component, Header};
use crate::simd::{Level, dispatch};
use crate::syntax::MaxSampling;

/// The size at which a component is decoded.
#[derive(Debug, Clone)]
pub(super) struct ComponentScale {
    /// Samples along a side of a decoded block: 8, 4, 2 or 1.
    pub(super) points: usize,
    /// The number of samples in a row, and the number of rows.
    pub(super) size: (usize, usize),
    /// How many pixels there are for how many samples, in a row and in a column.
    pub(super) ratio: [(usize, usize); 2],
}

impl ComponentScale {
    /// The scale of a component in a picture that is decoded with so many points a block.
    pub(super) fn new(header: &Header, index: usize, picture_points: usize) -> Self {
        let component = &header.components[index];
        let max = MaxSampling::of_frame(header.components.iter().map(|c| (c.h, c.v)));
        let points = points_of(max, (component.h, component.v), picture_points);
        let side = |samples: u32| (samples as usize * points).div_ceil(8);
        let ratio = |max: u8, own: u8| (usize::from(max) * picture_points, usize::from(own) * points);
        Self {
            points,
            size: (side(component.width), side(component.height)),
            ratio: [ratio(max.h(), component.h), ratio(max.v(), component.v)],
        }
    }
}

/// The points of a component's blocks. As in libjpeg, subsampled components are reduced less than the picture,
/// as long as they don't become larger than it.
pub(super) fn points_of(max: MaxSampling, (h, v): (u8, u8), picture_points: usize) -> usize {
    let fits = |max: u8, own: u8, points: usize| {
        (usize::from(max) * picture_points).is_multiple_of(usize::from(own) * points)
    };
    let mut points = picture_points;
    while points < 8 && fits(max.h(), h, 2 * points) && fits(max.v(), v, 2 * points) {
        points *= 2;
    }
    points
}

/// A component as samples.
#[derive(Debug)]
pub(super) struct SamplePlane<S> {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) ratio: [(usize, usize); 2],
    pub(super) data: Vec<S>,
    points: usize,
    blocks_wide: usize,
    multipliers: DequantizationFactors,
    range: SampleRange,
}

impl<S: Sample> SamplePlane<S> {
    /// An empty plane for samples of 8 or 12 bits.
    pub(super) fn new(scale: &ComponentScale, facts: &Component, bits: u8) -> Self {
        let (width, height) = scale.size;
        Self {
            width,
            height,
            ratio: scale.ratio,
            data: vec![S::default(); width * height],
            points: scale.points,
            blocks_wide: facts.blocks_wide as usize,
            multipliers: DequantizationFactors::new(&facts.quant, 8 / scale.points as u32),
            range: SampleRange::of_bits(bits),
        }
    }

    /// A plane of samples that are there already, as many as the picture has pixels.
    pub(super) fn of_samples(width: usize, height: usize, data: Vec<S>, facts: &Component) -> Self {
        let multipliers = DequantizationFactors::new(&facts.quant, 1);
        let (ratio, range) = ([(1, 1); 2], SampleRange::of_bits(8));
        Self { width, height, ratio, data, points: 8, blocks_wide: 0, multipliers, range }
    }

    /// Transforms whole rows of blocks, from row `first` of the component on.
    pub(super) fn fill(&mut self, level: Level, first: usize, blocks: &[[i16; 64]]) {
        let (width, points) = (self.width, self.points);
        let (multipliers, range) = (&self.multipliers, self.range);
        let rows = self.data.par_chunks_mut(points * width).skip(first);
        rows.zip(blocks.par_chunks(self.blocks_wide)).for_each(|(out, blocks)| {
            let target = BlockRow { out, width, points };
            dispatch!(level, simd => target.fill(simd, blocks, multipliers, range));
        });
    }

    /// The samples of row `y`; below the plane those of its last row.
    pub(super) fn row(&self, y: usize) -> &[S] {
        let y = y.min(self.height - 1);
        &self.data[y * self.width..(y + 1) * self.width]
    }
}

/// The rows of samples that a row of blocks becomes.
struct BlockRow<'a, S> {
    out: &'a mut [S],
    width: usize,
    points: usize,
}

impl<S: Sample> BlockRow<'_, S> {
    #[inline(always)]
    fn fill<D: Simd>(
        mut self,
        simd: D,
        blocks: &[[i16; 64]],
        multipliers: &DequantizationFactors,
        range: SampleRange,
    ) {
        let (four, two, one) = (Cosines::<4>::new(), Cosines::<2>::new(), Cosines::<1>::new());
        // Blocks behind the last column are padding.
        for (x, block) in blocks.iter().take(self.width.div_ceil(self.points)).enumerate() {
            match self.points {
                8 => {
                    let pairs = full_in(simd, block, multipliers, range);
                    self.put(x, |column, y| pairs[column / 2][2 * y + column % 2]);
                }
                4 => {
                    let samples = reduced_in(block, 0, multipliers, &four, range);
                    self.put(x, |column, y| samples[column][y]);
                }
                2 => {
                    let samples = reduced_in(block, 0, multipliers, &two, range);
                    self.put(x, |column, y| samples[column][y]);
                }
                _ => {
                    let samples = reduced_in(block, 0, multipliers, &one, range);
                    self.put(x, |column, y| samples[column][y]);
                }
            }
        }
    }

    /// Stores the samples of block `x`, as far as they lie inside.
    #[inline(always)]
    fn put(&mut self, x: usize, sample: impl Fn(usize, usize) -> i16) {
        let left = x * self.points;
        let right = (left + self.points).min(self.width);
        for (y, row) in self.out.chunks_exact_mut(self.width).enumerate() {
            for (column, to) in row[left..right].iter_mut().enumerate() {
                *to = S::of(sample(column, y) as u16);
            }
        }
    }
}
