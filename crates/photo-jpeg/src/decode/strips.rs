//! Transforms the blocks of a row of MCUs into strips of samples, and the strips into rows.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, i16x8};

use crate::simd::{Level, dispatch};

use crate::dct::inverse::{Cosines, LANES, PAIR, SampleStrip, full, half, half_of_two, reduced};
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

/// A block, and its column and row within its channel's part of a row of MCUs, in blocks.
#[derive(Debug, Clone, Copy)]
struct PlacedBlock<'a> {
    channel: &'a Channel,
    x: usize,
    y: usize,
    block: &'a [i16; 64],
    /// What is added to its DC.
    dc: i16,
}

/// The places of the blocks of a row of MCUs, in decoding order.
struct McuPlaces<'a> {
    mcu: &'a Mcu,
    channels: &'a [Channel],
    phase: usize,
    column: usize,
}

impl<'a> McuPlaces<'a> {
    /// The place of the next block. `base` is what must be added to the DC of each component.
    #[inline(always)]
    fn next(&mut self, block: &'a [i16; 64], base: [i16; 4]) -> PlacedBlock<'a> {
        let place = self.mcu.blocks[self.phase];
        let channel = &self.channels[place.component];
        let x = self.column * channel.h + place.x as usize;
        self.phase += 1;
        if self.phase == self.mcu.blocks.len() {
            (self.phase, self.column) = (0, self.column + 1);
        }
        PlacedBlock { channel, x, y: place.y as usize, block, dc: base[place.component] }
    }
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
        let mut places = McuPlaces { mcu, channels, phase: 0, column: 0 };
        for (blocks, base) in runs {
            dispatch!(level, simd => {
                for pair in blocks.chunks(2) {
                    let first = places.next(&pair[0], base);
                    let second = pair.get(1).map(|block| places.next(block, base));
                    self.put_pair(simd, first, second);
                }
            });
        }
    }

    /// Transforms a row of blocks of one channel into the strips. `y` is its row within the row of MCUs.
    pub(super) fn fill_row(&mut self, level: Level, channel: &Channel, y: usize, blocks: &[[i16; 64]]) {
        dispatch!(level, simd => {
            let place = |x, block| PlacedBlock { channel, x, y, block, dc: 0 };
            for (n, pair) in blocks.chunks(2).enumerate() {
                let second = pair.get(1).map(|block| place(2 * n + 1, block));
                self.put_pair(simd, place(2 * n, &pair[0]), second);
            }
        });
    }

    /// Transforms one or two blocks into their strips.
    #[inline(always)]
    fn put_pair<S: Simd>(&mut self, simd: S, a: PlacedBlock<'_>, b: Option<PlacedBlock<'_>>) {
        match b {
            Some(b) if a.channel.points == 4 && b.channel.points == 4 => {
                let tables = [&a.channel.multipliers, &b.channel.multipliers];
                let [first, second] = half_of_two(simd, [a.block, b.block], [a.dc, b.dc], tables);
                self.put_half(a, first);
                self.put_half(b, second);
            }
            // In a loop, so that there is one copy of the transforms.
            _ => {
                for at in [Some(a), b].into_iter().flatten() {
                    self.put(simd, at);
                }
            }
        }
    }

    /// Transforms a block into its strip.
    #[inline(always)]
    fn put<S: Simd>(&mut self, simd: S, at: PlacedBlock<'_>) {
        let PlacedBlock { channel, x, block, dc, .. } = at;
        let table = &channel.multipliers;
        if channel.points == 4 {
            return self.put_half(at, half(simd, block, &[dc, 0, 0, 0, 0, 0, 0, 0], table));
        }
        let Some((top, pairs)) = strip(&mut self.channels, at) else { return };
        match channel.points {
            8 => {
                let Some(pairs) = pairs.get_mut(4 * x..).and_then(|p| p.first_chunk_mut::<4>()) else {
                    return;
                };
                full(simd, block, &[dc, 0, 0, 0, 0, 0, 0, 0], table, pairs);
            }
            2 => place(pairs, x, top, &reduced(block, dc, table, &self.cosines2)),
            _ => {
                let [[sample]] = reduced(block, dc, table, &self.cosines1);
                if let Some(pair) = pairs.get_mut(x / 2) {
                    pair[2 * top + x % 2] = sample;
                }
            }
        }
    }

    /// Stores a block of four rows of two pairs of columns: the upper or the lower half of its strip.
    #[inline(always)]
    fn put_half<S: Simd>(&mut self, at: PlacedBlock<'_>, columns: [i16x8<S>; 2]) {
        let Some((top, pairs)) = strip(&mut self.channels, at) else { return };
        let Some(pairs) = pairs.get_mut(2 * at.x..).and_then(|p| p.first_chunk_mut::<2>()) else { return };
        let first = 2 * top;
        columns[0].store_slice(&mut pairs[0][first..first + LANES]);
        columns[1].store_slice(&mut pairs[1][first..first + LANES]);
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

/// The strip that a block goes to, and the block's first row in it.
#[inline(always)]
fn strip<'s>(
    strips: &'s mut [Vec<SampleStrip>],
    at: PlacedBlock<'_>,
) -> Option<(usize, &'s mut [[i16; PAIR]])> {
    let top = at.channel.top + at.y * at.channel.points;
    let strip = strips[at.channel.strips_of].get_mut(top / LANES)?;
    Some((top % LANES, strip.data.as_chunks_mut::<PAIR>().0))
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
