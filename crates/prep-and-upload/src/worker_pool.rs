//! The threads that work on pictures, and the memory they share.

use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::failure::{Failure, UsageError};

/// A rayon pool that takes as many pictures at a time as it has threads, and only while their estimated
/// memory together stays within a budget. A picture that needs more than the whole budget runs alone.
#[derive(Debug)]
pub(crate) struct WorkerPool {
    pool: ThreadPool,
    places: Arc<Semaphore>,
    budget: Arc<Semaphore>,
    /// In [`UNIT`]s.
    whole_budget: u32,
}

impl WorkerPool {
    pub(crate) fn new(threads: usize, memory: u64) -> Result<Self, UsageError> {
        let refused = |error| UsageError(format!("can't start {threads} threads: {error}; ask for fewer"));
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|n| format!("picture-{n}"))
            // The one who waits for the result notices, and the panic hook has printed it.
            .panic_handler(|_| {})
            .build()
            .map_err(refused)?;
        let whole_budget = units(memory).max(1);
        let budget = Arc::new(Semaphore::new(usize::try_from(whole_budget).unwrap_or(usize::MAX >> 4)));
        Ok(Self { pool, places: Arc::new(Semaphore::new(threads)), budget, whole_budget })
    }

    /// Runs `work`, which is estimated to need so many bytes at most.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        memory: u64,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let needed = units(memory).clamp(1, self.whole_budget);
        let share = Arc::clone(&self.budget).acquire_many_owned(needed).await.ok();
        let place = Arc::clone(&self.places).acquire_owned().await.ok();
        let (result, finished) = oneshot::channel();
        self.pool.spawn(move || {
            // Given back when the work is done, even if nobody waits for it any more.
            let _held: [Option<OwnedSemaphorePermit>; 2] = [share, place];
            // Nobody waits if the program was interrupted.
            let _ = result.send(work());
        });
        let lost = "the program failed on this picture: please report it with the file";
        finished.await.map_err(|_| Failure::internal(lost))
    }
}

/// Rounded up.
fn units(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX >> 4)
}

/// Memory is counted in pieces of 64 KiB.
const UNIT: u64 = 64 << 10;
