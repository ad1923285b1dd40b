//! Takes blocks from samples, by the forward DCT.

use fearless_simd::Simd;

use crate::dct::forward::{QuantizationFactors, QuantizedBlock, forward};
use crate::encode::block_source::BlockSource;
use crate::encode::tiles::Tiles;
use crate::orientation::Orientation;
use crate::planes::Plane;
use crate::quant::QuantTable;

/// A plane, and the factors with which its coefficients are quantized.
#[derive(Debug)]
pub(crate) struct SampleSource<'a> {
    tiles: Tiles<'a>,
    multipliers: QuantizationFactors,
}

impl<'a> SampleSource<'a> {
    pub(crate) fn new(plane: &'a Plane, orientation: Orientation, table: &QuantTable) -> Self {
        Self { tiles: Tiles::new(plane, orientation), multipliers: QuantizationFactors::new(table) }
    }

    /// The same source, with bits of fraction in the coefficients.
    pub(crate) fn with_fraction(self) -> Self {
        Self { multipliers: self.multipliers.with_fraction(), ..self }
    }
}

impl BlockSource for SampleSource<'_> {
    #[inline(always)]
    fn contains(&self, x: usize, y: usize) -> bool {
        self.tiles.contains(x, y)
    }

    fn fetch(&self, y: usize, count: usize) {
        self.tiles.fetch(y, count);
    }

    #[inline(always)]
    fn block<S: Simd>(&self, simd: S, x: usize, y: usize, out: &mut QuantizedBlock) {
        forward(simd, &self.tiles.tile(x, y), &self.multipliers, out);
    }
}
