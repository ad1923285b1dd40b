//! Runs the batches of a scan, one after the other. While some threads decode the next batch, others work on
//! the rows of the last one.

use crate::error::Result;
use crate::header::Header;
use crate::simd::Level;
use crate::task_graph;

use super::batch::{Batch, ChunkLayout, ScanReader};
use super::block::Mcu;

/// The batches of a file's first scan, which must hold all components.
#[derive(Debug)]
pub(crate) struct Pipeline<'a> {
    reader: ScanReader<'a>,
    /// The number of blocks in a row of MCUs.
    row_blocks: usize,
    /// The batch whose rows are worked on, and the batch that is being decoded.
    batch: Batch,
    next: Batch,
    /// The last blocks of `batch`, which are not a whole row.
    rest: Vec<[i16; 64]>,
}

impl<'a> Pipeline<'a> {
    pub(crate) fn new(
        bytes: &'a [u8],
        header: &Header,
        mcu: &'a Mcu,
        layout: ChunkLayout,
        level: Level,
    ) -> Self {
        let row_blocks = (header.mcus_wide as usize * mcu.blocks.len()).max(1);
        let reader = ScanReader::of(bytes, header, mcu, layout, level);
        Self { reader, row_blocks, batch: Batch::default(), next: Batch::default(), rest: Vec::new() }
    }

    /// The number of rows of MCUs that the next [`step`](Self::step) works on.
    pub(crate) fn rows(&self) -> usize {
        self.batch.len / self.row_blocks
    }

    /// Whether the next step decodes nothing.
    pub(crate) fn is_last(&self) -> bool {
        self.reader.is_done()
    }

    /// Runs `run` with each task on the rows at hand, and decodes the next batch meanwhile. Decoding comes
    /// first, so that one thread can do its serial part, stitching, while others have tasks left.
    ///
    /// # Errors
    /// Returns the errors of [`ScanReader::stitch`].
    pub(crate) fn step<T: Send>(
        &mut self,
        tasks: Vec<T>,
        run: impl Fn(&BatchRows<'_>, T) + Sync,
    ) -> Result<()> {
        let Self { reader, row_blocks, batch, next, rest } = self;
        let rows = BatchRows { batch, row_blocks: *row_blocks };
        let (rows, run) = (&rows, &run);
        let mut result = Ok(());
        task_graph::section(|section| {
            rayon::scope(|scope| {
                let tasks = tasks.into_iter().map(|task| section.task("rows", move || run(rows, task)));
                let spawn = || tasks.for_each(|task| scope.spawn(move |_| task()));
                if reader.is_done() {
                    return spawn();
                }
                reader.plan_batch(next, rest);
                task_graph::did("plan of a batch");
                decode(reader, next, spawn);
                result = reader.stitch(next);
                task_graph::did("stitch");
                let whole = next.len / *row_blocks;
                next.copy(whole * *row_blocks, reader.mcu, rest);
                task_graph::did("copy of the rest");
            });
        });
        task_graph::did("end of a batch");
        std::mem::swap(&mut self.batch, &mut self.next);
        result
    }
}

/// Decodes the chunks of a batch. Calls `spawn` when other threads have been asked to help.
pub(super) fn decode(reader: &ScanReader<'_>, batch: &mut Batch, spawn: impl FnOnce() + Send) {
    let others = batch.jobs().min(task_graph::threads()).saturating_sub(1);
    // In a recording, two chunks are a task, because a thread decodes two in turn.
    let (others, most) = if task_graph::is_recording() { (batch.jobs(), 2) } else { (others, usize::MAX) };
    let queue = batch.queue();
    let work = || queue.work(reader, most);
    // Other threads take the jobs that were spawned first, and this thread, while it waits, takes the last
    // ones.
    task_graph::section(|section| {
        rayon::scope(|scope| {
            for _ in 0..others {
                let task = section.task("decoding of chunks", work);
                scope.spawn(|_| task());
            }
            spawn();
            if !task_graph::is_recording() {
                work();
            }
        });
    });
}

/// The whole rows of MCUs in a batch.
pub(crate) struct BatchRows<'a> {
    batch: &'a Batch,
    row_blocks: usize,
}

impl BatchRows<'_> {
    /// The blocks of a row of MCUs, counted from the first row at hand. They come in decoding order, in runs;
    /// each run comes with what must be added to its DCs.
    pub(crate) fn runs(&self, row: usize) -> impl Iterator<Item = (&[[i16; 64]], [i16; 4])> {
        self.batch.runs(row * self.row_blocks, self.row_blocks)
    }
}
