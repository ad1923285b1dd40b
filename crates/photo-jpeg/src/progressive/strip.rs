//! Strips of MCU rows, into which the picture is divided so that scans can follow each other through it.

use std::sync::Mutex;

use crate::coefficients::Coefficients;

/// The blocks of a component in a strip, with `N` coefficients each.
pub(super) struct BlockStrip<'a, const N: usize> {
    pub(super) blocks: &'a mut [[i16; N]],
    pub(super) masks: &'a mut [u64],
    /// Blocks in a row.
    pub(super) blocks_wide: usize,
    /// Blocks in a row that hold samples.
    pub(super) coded_wide: usize,
    /// Rows of blocks that hold samples.
    pub(super) coded_high: usize,
    pub(super) mcu_rows: usize,
    pub(super) h: usize,
    pub(super) v: usize,
}

/// All strips of the picture, by component and then from top to bottom.
pub(super) type BlockStrips<'a, const N: usize> = Vec<Vec<Mutex<BlockStrip<'a, N>>>>;

/// The number of bytes of coefficients that a strip should have. Several strips fit into a second-level
/// cache.
const STRIP_BYTES: usize = 192 << 10;

/// Divides the picture into strips.
pub(super) fn divide<'a, const N: usize>(
    picture: &'a mut Coefficients,
    masks: &'a mut [Vec<u64>],
    mcus_high: usize,
) -> BlockStrips<'a, N> {
    let bytes: usize = picture.components.iter().map(|c| c.data.len() * 2).sum();
    // Where a file is only verified, strips are as high as for whole blocks. If several scans are damaged, it
    // depends on the strips which of them is reported.
    let bytes = if N == 1 { 64 * bytes } else { bytes };
    let rows = (STRIP_BYTES * mcus_high / bytes.max(1)).clamp(1, mcus_high.max(1));
    let components = picture.components.iter_mut().zip(masks);
    components
        .map(|(component, masks)| {
            let facts = &component.facts;
            let (h, v) = (usize::from(facts.h), usize::from(facts.v));
            let blocks_wide = facts.blocks_wide as usize;
            let coded_wide = facts.width.div_ceil(8) as usize;
            let coded_high = facts.height.div_ceil(8) as usize;
            let size = (rows * v * blocks_wide).max(1);
            let blocks = component.data.as_chunks_mut::<N>().0.chunks_mut(size);
            let strip = |(i, (blocks, masks)): (usize, (&'a mut [[i16; N]], &'a mut [u64]))| {
                let (top, mcu_rows) = (i * rows * v, blocks.len() / (v * blocks_wide).max(1));
                let coded_high = coded_high.saturating_sub(top).min(mcu_rows * v);
                Mutex::new(BlockStrip { blocks, masks, blocks_wide, coded_wide, coded_high, mcu_rows, h, v })
            };
            blocks.zip(masks.chunks_mut(size)).enumerate().map(strip).collect()
        })
        .collect()
}
