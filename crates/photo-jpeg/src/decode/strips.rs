//! Transforms the blocks of a row of MCUs into strips of samples, and the strips into rows.

use fearless_simd::Simd;
use fearless_simd::prelude::*;

use crate::simd::{Level, dispatch};

use crate::dct::inverse::{Cosines, LANES, PAIR, SampleStrip, full, half, reduced};
use crate::resize::horizontal;
use crate::scan::Mcu;

use super::channel::Channel;

/// The strips of all channels, which is what one thread needs for a row of MCUs.
#[derive(Debug)]
pub(super) struct SampleStrips {
    channels: Vec<Vec<SampleStrip>>,
    cosines2: Cosines<2>,
    cosines1: Cosines<1>,
}

/// The column and row of a block within its channel's part of a row of MCUs, in blocks.
#[derive(Debug, Clone, Copy)]
struct BlockPosition {
    x: usize,
    y: usize,
}

/// Where the rows of a channel go.
pub(super) enum RowTarget<'a> {
    /// Straight into the plane.
    Plane(&'a mut [u8]),
    /// Reduced in width, into pairs of rows.
    Pairs(&'a mut Vec<i16>),
}

impl SampleStrips {
    pub(super) fn new(channels: &[Channel]) -> Self {
        let strip = |c: &Channel| SampleStrip { data: vec![0; c.strip_len()] };
        let strips = |c: &Channel| (0..c.strips()).map(|_| strip(c)).collect();
        Self {
            channels: channels.iter().map(strips).collect(),
            cosines2: Cosines::new(),
            cosines1: Cosines::new(),
        }
    }

    /// Transforms the blocks of an interleaved row of MCUs into the strips. `runs` gives the blocks in
    /// decoding order, in runs; each run comes with what must be added to the DC of each component.
    pub(super) fn fill<'b>(
        &mut self,
        level: Level,
        channels: &[Channel],
        mcu: &Mcu,
        runs: impl Iterator<Item = (&'b [[i16; 64]], [i16; 4])>,
    ) {
        let (mut phase, mut column) = (0, 0);
        for (blocks, base) in runs {
            dispatch!(level, simd => {
                for block in blocks {
                    let place = mcu.blocks[phase];
                    let channel = &channels[place.component];
                    let x = column * channel.h + place.x as usize;
                    let at = BlockPosition { x, y: place.y as usize };
                    self.put(simd, channel, at, block, base[place.component]);
                    phase += 1;
                    if phase == mcu.blocks.len() {
                        (phase, column) = (0, column + 1);
                    }
                }
            });
        }
    }

    /// Transforms a row of blocks of one channel into the strips. `y` is its row within the row of MCUs.
    pub(super) fn fill_row(&mut self, level: Level, channel: &Channel, y: usize, blocks: &[[i16; 64]]) {
        dispatch!(level, simd => {
            for (x, block) in blocks.iter().enumerate() {
                self.put(simd, channel, BlockPosition { x, y }, block, 0);
            }
        });
    }

    /// Transforms a block into its strip. `dc` is added to the DC.
    #[inline(always)]
    fn put<S: Simd>(&mut self, simd: S, channel: &Channel, at: BlockPosition, block: &[i16; 64], dc: i16) {
        let (x, top) = (at.x, channel.top + at.y * channel.points);
        let Some(strip) = self.channels[channel.strips_of].get_mut(top / LANES) else { return };
        let pairs = strip.data.as_chunks_mut::<PAIR>().0;
        match channel.points {
            8 => {
                let Some(pairs) = pairs.get_mut(4 * x..).and_then(|p| p.first_chunk_mut::<4>()) else {
                    return;
                };
                full(simd, block, &[dc, 0, 0, 0, 0, 0, 0, 0], &channel.multipliers, pairs);
            }
            4 => {
                let columns = half(simd, block, &[dc, 0, 0, 0, 0, 0, 0, 0], &channel.multipliers);
                let Some(pairs) = pairs.get_mut(2 * x..).and_then(|p| p.first_chunk_mut::<2>()) else {
                    return;
                };
                // The block fills four rows of two values each: the upper or the lower half of the strip.
                let first = 2 * (top % LANES);
                columns[0].store_slice(&mut pairs[0][first..first + LANES]);
                columns[1].store_slice(&mut pairs[1][first..first + LANES]);
            }
            2 => place(pairs, x, top % LANES, &reduced(block, dc, &channel.multipliers, &self.cosines2)),
            _ => {
                let [[sample]] = reduced(block, dc, &channel.multipliers, &self.cosines1);
                if let Some(pair) = pairs.get_mut(x / 2) {
                    pair[2 * (top % LANES) + x % 2] = sample;
                }
            }
        }
    }

    /// Moves the rows of all channels to their targets.
    pub(super) fn drain(&self, level: Level, channels: &[Channel], targets: Vec<RowTarget<'_>>) {
        let mut reduced: Vec<Vec<&mut [i16]>> = channels.iter().map(|_| Vec::new()).collect();
        for (channel, rows) in channels.iter().zip(targets) {
            let (strips, reduced) =
                (self.channels.get(channel.strips_of), reduced.get_mut(channel.strips_of));
            let (Some(strips), Some(reduced)) = (strips, reduced) else { return };
            match rows {
                RowTarget::Plane(plane) => to_plane(strips, channel, plane),
                RowTarget::Pairs(pairs) => {
                    // New buffers are empty: their memory is touched here, on many threads at once.
                    pairs.resize(channel.row_pairs() * channel.stride(), 0);
                    reduced.extend(pairs.chunks_exact_mut(channel.stride()));
                }
            }
        }
        for ((strips, channel), mut rows) in self.channels.iter().zip(channels).zip(reduced) {
            let Some(across) = channel.across() else { continue };
            for (strip, rows) in strips.iter().zip(rows.chunks_mut(LANES / 2)) {
                horizontal::reduce(level, strip, across, rows);
            }
        }
    }
}

/// Stores a block of `N` by `N` samples in the pairs of columns that it covers, from row `top` on.
#[inline(always)]
fn place<const N: usize>(pairs: &mut [[i16; PAIR]], x: usize, top: usize, samples: &[[i16; N]; N]) {
    let Some(pairs) = pairs.get_mut(x * N / 2..) else { return };
    for (pair, columns) in pairs.iter_mut().zip(samples.as_chunks::<2>().0) {
        for y in 0..N {
            for (side, column) in columns.iter().enumerate() {
                if let Some(value) = pair.get_mut(2 * (top + y) + side) {
                    *value = column[y];
                }
            }
        }
    }
}

fn to_plane(strips: &[SampleStrip], channel: &Channel, plane: &mut [u8]) {
    let width = channel.to.0 as usize;
    for (y, row) in plane.chunks_exact_mut(width).enumerate() {
        let Some(strip) = strips.get((channel.top + y) / LANES) else { return };
        let lane = 2 * ((channel.top + y) % LANES);
        for (to, pair) in row.chunks_mut(2).zip(strip.data.as_chunks::<PAIR>().0) {
            to.iter_mut().zip(&pair[lane..lane + 2]).for_each(|(to, from)| *to = *from as u8);
        }
    }
}
