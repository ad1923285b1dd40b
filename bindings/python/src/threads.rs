//! Threads that pictures are worked on, and waiting for them without the GIL.

use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::errors::internal;

/// How long Ctrl-C may go unseen.
pub(crate) const POLL: Duration = Duration::from_millis(50);

/// The pool of the process that made it. A forked process has the pool, but none of its threads.
static POOL: Mutex<Option<(u32, &'static ThreadPool)>> = Mutex::new(None);

/// Runs `work` on the threads for pictures, as many as there are cores or `RAYON_NUM_THREADS`, while other
/// Python threads go on.
///
/// # Errors
/// What a signal's handler raises, such as `KeyboardInterrupt`; the work goes on to its end then, for nothing.
pub(crate) fn run<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce() -> T + Send + 'static,
) -> PyResult<T> {
    let (sender, receiver) = channel();
    pool(py)?.spawn(move || drop(sender.send(work())));
    receive(py, &Mutex::new(receiver))?.ok_or_else(internal)
}

/// [`run`] for work that mostly waits: in a thread of its own.
#[cfg(feature = "upload")]
pub(crate) fn run_on_its_own<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce() -> T + Send + 'static,
) -> PyResult<T> {
    let (sender, receiver) = channel();
    std::thread::Builder::new().spawn(move || drop(sender.send(work())))?;
    receive(py, &Mutex::new(receiver))?.ok_or_else(internal)
}

/// Waits for what comes next while other Python threads go on; `None` where nothing more will come.
///
/// # Errors
/// What a signal's handler raises.
pub(crate) fn receive<T: Send>(py: Python<'_>, receiver: &Mutex<Receiver<T>>) -> PyResult<Option<T>> {
    loop {
        // Not with the GIL: another thread may hold the lock while it waits.
        match py.detach(|| lock(receiver).recv_timeout(POLL)) {
            Ok(received) => return Ok(Some(received)),
            Err(RecvTimeoutError::Timeout) => py.check_signals()?,
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
        }
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// With the GIL held, so that no thread holds the lock while another one forks.
fn pool(_: Python<'_>) -> PyResult<&'static ThreadPool> {
    let mut known = lock(&POOL);
    let process = std::process::id();
    if let Some((owner, pool)) = *known
        && owner == process
    {
        return Ok(pool);
    }
    // Never dropped: a pool that came by forking has nobody to end.
    let pool: &'static ThreadPool = Box::leak(Box::new(build(0)?));
    *known = Some((process, pool));
    Ok(pool)
}

/// A pool of so many threads; 0 means one a core.
fn build(threads: usize) -> PyResult<ThreadPool> {
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|n| format!("photo-prep-{n}"))
        // Who waits for the work learns of it.
        .panic_handler(|_| ())
        .build()
        .map_err(|error| PyRuntimeError::new_err(format!("can't start threads: {error}")))
}
