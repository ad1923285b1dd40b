//! The source of a component's blocks: samples or coefficients.

use fearless_simd::Simd;

use crate::dct::forward::QuantizedBlock;

/// The blocks of an upright component.
pub(crate) trait BlockSource: Sync {
    /// Whether at least a part of the block in column `x` and row `y` lies within the component.
    fn contains(&self, x: usize, y: usize) -> bool;

    /// Prepares for reading `count` rows of blocks from row `y` on.
    fn fetch(&self, y: usize, count: usize);

    /// Stores the quantized coefficients of the block in column `x` and row `y` in `out`. Must be inlined
    /// into the code of its SIMD level.
    fn block<S: Simd>(&self, simd: S, x: usize, y: usize, out: &mut QuantizedBlock);
}
