//! Decodes a JPEG file to planes, on all cores and in bounded memory.
//!
//! 1. [`crate::scan`] decodes the entropy-coded data in batches of blocks.
//! 2. [`strips`] transforms a row of MCUs into strips of samples, eight rows each.
//! 3. [`crate::resize`] reduces the samples, first in width and then in height.
//! 4. [`plane_builder`] lets these steps run at the same time on different parts of the picture.

mod channel;
mod options;
mod plane_builder;
mod strips;
#[cfg(test)]
mod tests;

use rayon::prelude::*;

use crate::simd::Level;

use crate::coefficients::ReadOptions;
use crate::error::{Error, Result};
use crate::header::Header;
use crate::low_coefficients::StoredCoefficients;
use crate::planes::Planes;
use crate::resize::weights::Reduction;
use crate::scan::{ChunkLayout, Mcu, Pipeline};
use crate::task_graph;
use channel::{Channel, DecodeTarget};
use plane_builder::{OutTask, PlaneBuilder, RowTask, UnwrittenPlanes, finished};

use options::MCU_ROWS_PER_PHASE;

pub use options::{DecodeOptions, Scale};

/// Decodes a JPEG to planes, at its own size or reduced.
///
/// The planes are as stored in the file and not turned. The threads of the current rayon pool share the work.
/// The samples depend neither on the number of threads nor on the machine.
///
/// # Errors
/// * [`Error::Malformed`] and [`Error::Truncated`] for damaged data;
/// * [`Error::Unsupported`] for a kind of JPEG that this crate does not read (see [`Header::read`]);
/// * [`Error::Memory`] if [`DecodeOptions::memory_needed`] is above the limit in the options;
/// * [`Error::Argument`] if a side or a sampling factor of the target is out of range, or if a target size
///   comes with [`Scale::Eighth`].
pub fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Planes> {
    let decoder = PlaneDecoder::new(bytes, options)?;
    task_graph::did("plan of the decoder");
    decoder.run(Level::new(), ChunkLayout::new(task_graph::threads(), decoder.row_blocks()))
}

/// Decodes as [`decode`] does, in batches of `chunks` chunks of about `target_blocks` blocks each. This is
/// for the fuzz targets.
///
/// # Errors
/// Returns the errors of [`decode`].
#[cfg(fuzzing)]
pub fn decode_in_chunks(
    bytes: &[u8],
    options: &DecodeOptions,
    chunks: usize,
    target_blocks: usize,
) -> Result<Planes> {
    let layout = ChunkLayout { target_blocks, max_blocks: 2 * target_blocks, min_bytes: 16, chunks };
    PlaneDecoder::new(bytes, options)?.run(Level::new(), layout)
}

/// A file and the checked description of the planes to be made from it.
struct PlaneDecoder<'a> {
    bytes: &'a [u8],
    header: Header,
    target: DecodeTarget,
    channels: Vec<Channel>,
    /// The limits for reading the coefficients of a file with several scans.
    reading: ReadOptions,
}

impl<'a> PlaneDecoder<'a> {
    fn new(bytes: &'a [u8], options: &DecodeOptions) -> Result<Self> {
        let header = Header::read(bytes)?;
        let needed = options.memory_needed(&header, task_graph::threads())?;
        if needed > options.memory_limit {
            return Err(Error::Memory { needed, limit: options.memory_limit });
        }
        let sampling: Vec<_> = header.components.iter().map(|c| (c.h, c.v)).collect();
        let target = options.target(header.width, header.height, &sampling)?;
        let points = options.scale.points();
        let mut channels = (0..header.components.len())
            .map(|index| Channel::new(&header, index, points, &target))
            .collect::<Option<Vec<_>>>()
            .ok_or(Error::Argument("sampling factors for each component are needed"))?;
        Channel::share(&mut channels);
        let reading = ReadOptions { memory_limit: options.memory_limit, scan_limit: options.scan_limit };
        Ok(Self { bytes, header, target, channels, reading })
    }

    /// The number of blocks in an interleaved row of MCUs.
    fn row_blocks(&self) -> usize {
        let per_mcu: usize = self.channels.iter().map(|c| c.h * c.v).sum();
        self.header.mcus_wide as usize * per_mcu
    }

    fn run(&self, level: Level, layout: ChunkLayout) -> Result<Planes> {
        let mut data = vec![Vec::new(); self.channels.len()];
        if self.header.is_one_scan() {
            self.run_stream(&mut data, level, layout)?;
            task_graph::did("freeing of batches");
        } else {
            self.run_coefficients(&mut data, level)?;
        }
        let (width, height) = self.target.size;
        let planes = finished(&self.channels, data).ok_or(Error::Argument("the planes are too large"))?;
        Ok(Planes { width, height, color: self.header.color, sampling: self.target.sampling.clone(), planes })
    }

    /// The weights and the empty planes, in `data`, which must exist before the first row of samples is made.
    fn preparations<'d>(&'d self, data: &'d mut [Vec<u8>]) -> Vec<Preparation<'d>> {
        let mut preparations: Vec<Preparation<'d>> = Vec::new();
        for (n, (channel, plane)) in self.channels.iter().zip(data).enumerate() {
            let shared =
                n > 0 && self.channels.get(n - 1).is_some_and(|before| before.shares_weights(channel));
            let own = channel.reductions.iter().filter(|_| !shared).flat_map(|r| r.iter());
            preparations.extend(own.map(Preparation::Weights));
            preparations.push(Preparation::Plane(plane, channel.to.0 as usize * channel.to.1 as usize));
        }
        preparations
    }

    fn run_stream(&self, data: &mut [Vec<u8>], level: Level, layout: ChunkLayout) -> Result<()> {
        let mcu = Mcu::of(&self.header)?;
        let mut pipeline = Pipeline::new(self.bytes, &self.header, &mcu, layout, level);
        pipeline.step(self.preparations(data), |_, preparation| preparation.run())?;
        let mut rest: UnwrittenPlanes<'_> = data.iter_mut().map(Vec::as_mut_slice).collect();
        let mut builder = PlaneBuilder::new(&self.channels, level);
        loop {
            task_graph::did("advance");
            let (rows, last) = (pipeline.rows(), pipeline.is_last());
            let mut buffers = builder.buffers(rows);
            let outs = builder.out_tasks(&mut rest);
            let tasks = builder.row_tasks(rows, &mut buffers, &mut rest);
            let first = tasks.first().map_or(0, |t| t.row);
            let tasks = in_order(tasks, outs);
            task_graph::did("plan of rows");
            let now = &builder;
            pipeline.step(tasks, |rows, task| match task {
                PhaseTask::Out(task) => {
                    now.run_out(task);
                    task_graph::did("output rows");
                }
                PhaseTask::Row(task) => {
                    let runs = rows.runs(task.row - first);
                    now.run_row(task, |strips| strips.fill(level, &self.channels, &mcu, runs));
                }
            })?;
            builder.advance(rows, buffers);
            task_graph::did("advance");
            if last {
                break;
            }
        }
        finish(&mut builder, &mut rest);
        Ok(())
    }

    /// Decodes a file with several scans: reads all coefficients first, then transforms them.
    fn run_coefficients(&self, data: &mut [Vec<u8>], level: Level) -> Result<()> {
        let low = self.channels.iter().all(|channel| channel.points <= 4);
        let coefficients = StoredCoefficients::read(self.bytes, &self.reading, low)?;
        self.preparations(data).into_par_iter().for_each(Preparation::run);
        let mut rest: UnwrittenPlanes<'_> = data.iter_mut().map(Vec::as_mut_slice).collect();
        let mut builder = PlaneBuilder::new(&self.channels, level);
        let all = self.header.mcus_high as usize;
        for start in (0..all).step_by(MCU_ROWS_PER_PHASE) {
            let rows = MCU_ROWS_PER_PHASE.min(all - start);
            let mut buffers = builder.buffers(rows);
            let outs = builder.out_tasks(&mut rest);
            let tasks = builder.row_tasks(rows, &mut buffers, &mut rest);
            phase(&builder, tasks, outs, &|strips, row| {
                for (index, channel) in self.channels.iter().enumerate() {
                    for y in 0..channel.v {
                        let from = (row * channel.v + y) * channel.blocks_wide;
                        let blocks = coefficients.blocks(index, from, channel.blocks_wide);
                        strips.fill_row(level, channel, y, &blocks);
                    }
                }
            });
            builder.advance(rows, buffers);
        }
        finish(&mut builder, &mut rest);
        Ok(())
    }
}

/// Something that other threads make while the first batch is decoded.
enum Preparation<'d> {
    Weights(&'d Reduction),
    Plane(&'d mut Vec<u8>, usize),
}

impl Preparation<'_> {
    fn run(self) {
        match self {
            Self::Weights(reduction) => _ = reduction.weights(),
            Self::Plane(plane, samples) => *plane = vec![0; samples],
        }
    }
}

/// A task of one phase.
enum PhaseTask<'a, 'p> {
    Out(OutTask<'p>),
    Row(RowTask<'a>),
}

/// Orders the tasks of a phase so that the small ones are left for the end. The thread that also stitches
/// takes tasks from the back, all others from the front. Two threads meet in the middle; with more, the
/// small ones at the back are also what lets the one that stitches come back soon.
fn in_order<'a, 'p>(rows: Vec<RowTask<'a>>, outs: Vec<OutTask<'p>>) -> Vec<PhaseTask<'a, 'p>> {
    let mut tasks: Vec<_> = rows.into_iter().map(PhaseTask::Row).collect();
    let before = if task_graph::threads() > 2 { tasks.len() } else { tasks.len() / 2 };
    tasks.splice(before..before, outs.into_iter().map(PhaseTask::Out));
    tasks
}

/// Makes the remaining rows of output when all rows of MCUs are done.
fn finish(builder: &mut PlaneBuilder<'_>, rest: &mut UnwrittenPlanes<'_>) {
    let last = builder.out_tasks(rest);
    phase(builder, Vec::new(), last, &|_, _| {});
}

/// Runs all tasks of a phase.
fn phase(
    builder: &PlaneBuilder<'_>,
    rows: Vec<RowTask<'_>>,
    outs: Vec<OutTask<'_>>,
    fill: &(dyn Fn(&mut strips::SampleStrips, usize) + Sync),
) {
    task_graph::section(|section| {
        rayon::scope(|scope| {
            for task in outs {
                let task = section.task("output rows", move || builder.run_out(task));
                scope.spawn(move |_| task());
            }
            for task in rows {
                let row = task.row;
                let task = section.task("rows", move || builder.run_row(task, |strips| fill(strips, row)));
                scope.spawn(move |_| task());
            }
        });
    });
}
