//! Builds the planes of the result while the file is decoded. In each phase some threads decode the next
//! batch of blocks, others transform the last batch into rows reduced in width, and others reduce the rows
//! before in height. The memory is bounded by two batches and by the rows that the next row of output needs.

use std::collections::VecDeque;
use std::sync::Mutex;

use crate::simd::Level;

use crate::planes::Plane;
use crate::resize::vertical;

use super::channel::Channel;
use super::strips::{RowTarget, SampleStrips};

/// The number of rows of output that one task makes.
const ROWS: usize = 16;

/// Planes under construction.
pub(super) struct PlaneBuilder<'c> {
    channels: &'c [Channel],
    level: Level,
    scratch: Mutex<Vec<SampleStrips>>,
    /// For each channel that is reduced, the pairs of rows that are still needed.
    pub(super) windows: Vec<Window>,
    /// The number of rows of MCUs that have been transformed into rows of samples.
    done: usize,
    /// For each channel, the buffers that are free again.
    spare: Vec<Vec<Vec<i16>>>,
}

/// The rows of a channel, reduced in width. Each row of MCUs has a buffer.
#[derive(Debug, Default)]
pub(super) struct Window {
    /// The row of MCUs that the first buffer belongs to.
    first: usize,
    buffers: VecDeque<Vec<i16>>,
    /// The number of rows of output that have been made.
    pub(super) made: usize,
}

/// The task of transforming a row of MCUs into samples.
pub(super) struct RowTask<'a> {
    /// Index of the row of MCUs.
    pub(super) row: usize,
    /// For each channel, where its rows go.
    pub(super) targets: Vec<RowTarget<'a>>,
}

/// The task of making rows of output from rows reduced in width.
pub(super) struct OutTask<'a> {
    channel: usize,
    first: usize,
    out: &'a mut [u8],
}

/// The unfinished part of each plane.
pub(super) type UnwrittenPlanes<'p> = Vec<&'p mut [u8]>;

impl<'c> PlaneBuilder<'c> {
    pub(super) fn new(channels: &'c [Channel], level: Level) -> Self {
        let windows = channels.iter().map(|_| Window::default()).collect();
        let spare = channels.iter().map(|_| Vec::new()).collect();
        Self { channels, level, scratch: Mutex::default(), windows, done: 0, spare }
    }

    /// Creates the tasks for all rows of output that the rows in the windows suffice for.
    pub(super) fn out_tasks<'p>(&mut self, rest: &mut UnwrittenPlanes<'p>) -> Vec<OutTask<'p>> {
        let mut tasks = Vec::new();
        for (index, (channel, window)) in self.channels.iter().zip(&mut self.windows).enumerate() {
            let Some(down) = channel.down() else { continue };
            let at_hand = (window.first + window.buffers.len()) * channel.row_pairs();
            let end = (window.made..channel.to.1 as usize)
                .find(|y| down.window(*y).1 > at_hand.min((channel.from.1 as usize).div_ceil(2)))
                .unwrap_or(channel.to.1 as usize);
            let width = channel.to.0 as usize;
            let Some(rest) = rest.get_mut(index) else { continue };
            while window.made < end {
                let count = ROWS.min(end - window.made);
                let (out, after) = std::mem::take(rest).split_at_mut(count * width);
                *rest = after;
                tasks.push(OutTask { channel: index, first: window.made, out });
                window.made += count;
            }
        }
        tasks
    }

    /// Creates the tasks for the next `count` rows of MCUs. They write to `buffers`, which
    /// [`buffers`](Self::buffers) has made, or straight to the planes in `rest`.
    pub(super) fn row_tasks<'a, 'p: 'a>(
        &self,
        count: usize,
        buffers: &'a mut [Vec<Vec<i16>>],
        rest: &mut UnwrittenPlanes<'p>,
    ) -> Vec<RowTask<'a>> {
        let mut buffers: Vec<_> = buffers.iter_mut().map(|b| b.iter_mut()).collect();
        (self.done..self.done + count)
            .map(|row| {
                let targets = self.channels.iter().enumerate().map(|(index, channel)| {
                    if channel.reductions.is_some() {
                        let next = buffers.get_mut(index).and_then(Iterator::next);
                        return next.map_or(RowTarget::Plane(&mut []), RowTarget::Pairs);
                    }
                    let (top, height) = (row * channel.rows(), channel.to.1 as usize);
                    let rows = channel.rows().min(height.saturating_sub(top));
                    let Some(rest) = rest.get_mut(index) else { return RowTarget::Plane(&mut []) };
                    let (now, after) = std::mem::take(rest).split_at_mut(rows * channel.to.0 as usize);
                    *rest = after;
                    RowTarget::Plane(now)
                });
                RowTask { row, targets: targets.collect() }
            })
            .collect()
    }

    /// For each channel, the buffers for the next `count` rows of MCUs.
    pub(super) fn buffers(&mut self, count: usize) -> Vec<Vec<Vec<i16>>> {
        let of = |(channel, spare): (&Channel, &mut Vec<Vec<i16>>)| {
            let count = if channel.reductions.is_some() { count } else { 0 };
            let new = || Vec::with_capacity(channel.row_pairs() * channel.stride());
            (0..count).map(|_| spare.pop().unwrap_or_else(new)).collect()
        };
        self.channels.iter().zip(&mut self.spare).map(of).collect()
    }

    /// Adds the buffers that the row tasks have filled to the windows, and frees those that no row of output
    /// needs any more.
    pub(super) fn advance(&mut self, count: usize, buffers: Vec<Vec<Vec<i16>>>) {
        self.done += count;
        let windows = self.windows.iter_mut().zip(&mut self.spare);
        for ((channel, (window, spare)), buffers) in self.channels.iter().zip(windows).zip(buffers) {
            window.buffers.extend(buffers);
            let Some(down) = channel.down() else { continue };
            let needed = down.window(window.made).0 / channel.row_pairs().max(1);
            while window.first < needed.min(self.done) {
                spare.extend(window.buffers.pop_front());
                window.first += 1;
            }
        }
    }

    /// Runs the task of a row of MCUs. `fill` puts the blocks of that row into the strips.
    pub(super) fn run_row(&self, task: RowTask<'_>, fill: impl FnOnce(&mut SampleStrips)) {
        let spare = self.scratch.lock().ok().and_then(|mut s| s.pop());
        let mut strips = spare.unwrap_or_else(|| SampleStrips::new(self.channels));
        fill(&mut strips);
        strips.drain(self.level, self.channels, task.targets);
        if let Ok(mut scratch) = self.scratch.lock() {
            scratch.push(strips);
        }
    }

    /// Runs the task of some rows of output.
    pub(super) fn run_out(&self, task: OutTask<'_>) {
        let (Some(channel), Some(window)) = (self.channels.get(task.channel), self.windows.get(task.channel))
        else {
            return;
        };
        let Some(down) = channel.down() else { return };
        let mut pairs: Vec<&[i16]> = Vec::with_capacity(down.pairs);
        for (n, out) in task.out.chunks_exact_mut(channel.to.0 as usize).enumerate() {
            let (first, end) = down.window(task.first + n);
            pairs.clear();
            pairs.extend((first..end).filter_map(|pair| window.pair(channel, pair)));
            let taps = down.taps(task.first + n);
            vertical::reduce(self.level, &pairs, taps, out);
        }
    }
}

impl Window {
    fn pair(&self, channel: &Channel, pair: usize) -> Option<&[i16]> {
        let (row, inside) = (pair / channel.row_pairs(), pair % channel.row_pairs());
        let buffer = self.buffers.get(row.checked_sub(self.first)?)?;
        buffer.get(inside * channel.stride()..)?.get(..channel.stride())
    }
}

/// The finished planes; `None` if one is too large.
pub(super) fn finished(channels: &[Channel], data: Vec<Vec<u8>>) -> Option<Vec<Plane>> {
    channels.iter().zip(data).map(|(c, data)| Plane::new(c.to.0, c.to.1, data)).collect()
}
