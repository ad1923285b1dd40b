//! Decodes files of one sequential scan to coefficients, on all cores. While a batch is decoded, other
//! threads copy the blocks of the previous batch to their places.

use crate::coefficients::{CodedComponent, Coefficients, ReadOptions};
use crate::error::Result;
use crate::header::Header;
use crate::scan::{ChunkLayout, Mcu, Pipeline};
use crate::simd::Level;

/// Reads the only scan of a file, divided as `layout` says.
pub(crate) fn read(
    bytes: &[u8],
    header: &Header,
    options: &ReadOptions,
    level: Level,
    layout: ChunkLayout,
) -> Result<Coefficients> {
    let mut picture = Coefficients::empty::<64>(header, Coefficients::bytes_needed(header), options)?;
    let mut rows = UnfilledRows::of(&mut picture);
    let mcu = Mcu::of(header)?;
    let mut pipeline = Pipeline::new(bytes, header, &mcu, layout, level);
    loop {
        let last = pipeline.is_last();
        let tasks = rows.take(pipeline.rows()).into_iter().enumerate().collect();
        pipeline.step(tasks, |rows, (index, mut row): (usize, UnfilledRow<'_>)| {
            row.put(&mcu, rows.runs(index))
        })?;
        if last {
            return Ok(picture);
        }
    }
}

/// The rows of MCUs that have not been filled yet.
struct UnfilledRows<'a> {
    components: Vec<UnfilledBlocks<'a>>,
}

/// The blocks of a component that have not been filled yet.
struct UnfilledBlocks<'a> {
    blocks: &'a mut [[i16; 64]],
    /// Blocks in a row of the component.
    wide: usize,
    /// Columns and rows of blocks in an MCU.
    h: usize,
    v: usize,
}

/// A row of MCUs: the blocks of each component, row by row.
struct UnfilledRow<'a>(Vec<UnfilledBlocks<'a>>);

impl<'a> UnfilledRows<'a> {
    fn of(picture: &'a mut Coefficients) -> Self {
        let component = |c: &'a mut CodedComponent| {
            let (wide, h, v) = (c.facts.blocks_wide as usize, c.facts.h.into(), c.facts.v.into());
            UnfilledBlocks { blocks: c.blocks_mut(), wide, h, v }
        };
        Self { components: picture.components.iter_mut().map(component).collect() }
    }

    fn take(&mut self, count: usize) -> Vec<UnfilledRow<'a>> {
        let mut first = |c: &mut UnfilledBlocks<'a>| {
            let (wide, h, v) = (c.wide, c.h, c.v);
            let all = std::mem::take(&mut c.blocks);
            let (blocks, rest) = all.split_at_mut((wide * v).min(all.len()));
            c.blocks = rest;
            UnfilledBlocks { blocks, wide, h, v }
        };
        (0..count).map(|_| UnfilledRow(self.components.iter_mut().map(&mut first).collect())).collect()
    }
}

impl UnfilledRow<'_> {
    /// Copies blocks, which come in decoding order, to their places. Each run comes with what must be added
    /// to the DC of each component.
    fn put<'b>(&mut self, mcu: &Mcu, runs: impl Iterator<Item = (&'b [[i16; 64]], [i16; 4])>) {
        let (mut phase, mut column) = (0, 0);
        for (blocks, base) in runs {
            for block in blocks {
                let place = mcu.blocks[phase];
                if let Some(c) = self.0.get_mut(place.component) {
                    let at = place.y as usize * c.wide + column * c.h + place.x as usize;
                    if let Some(to) = c.blocks.get_mut(at) {
                        *to = *block;
                        to[0] = to[0].wrapping_add(base[place.component]);
                    }
                }
                phase += 1;
                if phase == mcu.blocks.len() {
                    (phase, column) = (0, column + 1);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progressive::{self, Damage};
    use crate::reference::samples::any_sample;
    use proptest::prelude::*;

    fn in_chunks(bytes: &[u8], chunks: usize, target_blocks: usize) -> Result<Coefficients> {
        let header = Header::read(bytes)?;
        let layout = ChunkLayout { target_blocks, max_blocks: 2 * target_blocks, min_bytes: 16, chunks };
        read(bytes, &header, &ReadOptions::default(), Level::new(), layout)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn batches_give_what_one_block_after_the_other_gives(
            sample in any_sample(), chunks in 1usize..6, target_blocks in 5usize..200,
            end in any::<proptest::sample::Index>(),
        ) {
            let bytes = sample.encode();
            prop_assume!(Header::read(&bytes).is_ok_and(|header| header.is_one_scan()));
            let slow = |bytes: &[u8]| {
                let read = progressive::read::<64>(bytes, &ReadOptions::default(), Damage::Refuse);
                read.map(|(picture, _)| picture)
            };
            prop_assert!(in_chunks(&bytes, chunks, target_blocks) == slow(&bytes));
            let cut_off = &bytes[..end.index(bytes.len())];
            prop_assert_eq!(in_chunks(cut_off, chunks, target_blocks).is_ok(), slow(cut_off).is_ok());
        }
    }
}
