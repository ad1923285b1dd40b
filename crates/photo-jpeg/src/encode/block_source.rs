//! Where a component's blocks come from: samples or coefficients.

use fearless_simd::Simd;

use crate::dct::forward::QuantizedBlock;

/// The blocks of an upright component.
pub(crate) trait BlockSource: Sync {
    /// Whether a block, by its column and row, lies at least in part within the component.
    fn contains(&self, x: usize, y: usize) -> bool;

    /// Prepares for the `count` rows of blocks from `y` on.
    fn fetch(&self, y: usize, count: usize);

    /// The quantized coefficients of a block. Must be inlined into the code of its SIMD level.
    fn block<S: Simd>(&self, simd: S, x: usize, y: usize, out: &mut QuantizedBlock);
}
