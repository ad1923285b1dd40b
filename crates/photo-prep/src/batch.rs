//! Many pictures at once, under one memory budget.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::plan::{Plan, Resources};
use crate::prepare::read_bounded;
use crate::prepared::Prepared;
use crate::{Options, Result};

/// Prepares many pictures in parallel.
///
/// Pictures start in the order they are given, as long as their estimated memory fits the budget, and at most one more than
/// there are threads; results are handed out as they finish, or in order on request. One bad picture never stops the rest.
///
/// Work runs in the rayon pool the caller is in, or in one of [`threads`](Self::threads) threads.
///
/// ```
/// use photo_prep::{Batch, Options};
/// # let jpeg = include_bytes!("../doc/turned.jpg").to_vec();
/// let mut good = 0;
/// let done = Batch::new(Options::default()).run([jpeg, b"not a picture".to_vec()], |index, result| {
///     match result {
///         Ok(prepared) => good += prepared.bytes().len().min(1),
///         Err(error) => println!("picture {index}: {error}"),
///     }
/// });
/// assert_eq!((good, done.finished, done.failed), (1, 2, 1));
/// ```
#[derive(Debug, Clone)]
pub struct Batch {
    options: Options,
    memory: u64,
    threads: Option<usize>,
    in_order: bool,
    cancel: CancelToken,
}

/// A picture to prepare: its bytes or its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The content of a file.
    Bytes(Vec<u8>),
    /// A file to read when its turn comes.
    Path(PathBuf),
}

impl From<Vec<u8>> for Input {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<PathBuf> for Input {
    fn from(path: PathBuf) -> Self {
        Self::Path(path)
    }
}

/// Stops a batch from another thread: what has begun is finished, nothing new is begun.
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// Stops every batch that holds this token.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether [`cancel`](Self::cancel) was called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// How a batch ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BatchDone {
    /// Pictures whose result was handed out, good or bad.
    pub finished: usize,
    /// How many of them failed.
    pub failed: usize,
    /// Whether the batch was cancelled before all inputs had begun.
    pub cancelled: bool,
}

impl Batch {
    /// A batch with a memory budget of 1 GiB of estimated bytes, in the caller's rayon pool.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self { options, memory: 1 << 30, threads: None, in_order: false, cancel: CancelToken::default() }
    }

    /// Sets how many bytes of memory the pictures under way may need together, by their plans' estimates, inputs
    /// counted. A picture that needs more than all of it runs alone.
    #[must_use]
    pub fn memory_budget(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }

    /// Uses a pool of its own with so many threads; 0 means one a core.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Hands results out in the order of the inputs. Finished ones wait in memory for those before them.
    #[must_use]
    pub fn in_order(mut self, in_order: bool) -> Self {
        self.in_order = in_order;
        self
    }

    /// Lets `token` stop the batch.
    #[must_use]
    pub fn cancel_with(mut self, token: &CancelToken) -> Self {
        self.cancel = token.clone();
        self
    }

    /// Prepares all inputs and hands each result to `each` with the index of its input; returns when all are done.
    ///
    /// `each` is called from several threads, but never twice at a time. A thread pool that can't be made leaves
    /// the work to the caller's.
    pub fn run<I>(&self, inputs: I, each: impl FnMut(usize, Result<Prepared<'static>>) + Send) -> BatchDone
    where
        I: IntoIterator<Item: Into<Input>>,
        I::IntoIter: Send,
    {
        let inputs = inputs.into_iter();
        let pool = self.threads.and_then(|n| rayon::ThreadPoolBuilder::new().num_threads(n).build().ok());
        match pool {
            // From outside, so that waiting for memory never blocks a thread of the pool.
            Some(pool) => {
                pool.in_place_scope(|scope| self.feed(scope, pool.current_num_threads(), inputs, each))
            }
            None => {
                rayon::in_place_scope(|scope| self.feed(scope, rayon::current_num_threads(), inputs, each))
            }
        }
    }

    /// Reads and plans one input after the other, waits for its share of memory, and hands it to the pool.
    fn feed<'scope, I>(
        &self,
        scope: &rayon::Scope<'scope>,
        threads: usize,
        inputs: I,
        each: impl FnMut(usize, Result<Prepared<'static>>) + Send + 'scope,
    ) -> BatchDone
    where
        I: Iterator<Item: Into<Input>>,
    {
        // One more than are worked on: what waits only takes memory.
        let budget = Arc::new(Budget::new(self.memory, threads + 1));
        let out = Arc::new(Mutex::new(Outlet::new(self.in_order, each)));
        for (index, input) in inputs.enumerate() {
            if self.cancel.is_cancelled() {
                lock(&out).done.cancelled = true;
                break;
            }
            match self.planned(input.into(), threads) {
                Ok((bytes, plan)) => {
                    let share = budget.wait_for(plan.estimate().peak_memory);
                    let out = Arc::clone(&out);
                    scope.spawn(move |_| {
                        let result = plan.execute(&bytes).map(Prepared::into_owned);
                        drop((bytes, share));
                        lock(&out).put(index, result);
                    });
                }
                Err(error) => lock(&out).put(index, Err(error)),
            }
        }
        budget.wait_for_all();
        // Every share is given back before its result is handed out: the last results may still be on their way.
        while Arc::strong_count(&out) > 1 {
            pause();
        }
        lock(&out).done
    }

    fn planned(&self, input: Input, threads: usize) -> Result<(Vec<u8>, Plan)> {
        let bytes = match input {
            Input::Bytes(bytes) => bytes,
            Input::Path(path) => read_bounded(&path, self.options.input_limits.bytes)?,
        };
        let plan = self.options.plan(&self.options.probe(&bytes)?, Resources::threads(threads))?;
        Ok((bytes, plan))
    }
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets others work: the pool's other tasks, where the caller is one of its threads.
fn pause() {
    if rayon::yield_now().is_none() {
        std::thread::yield_now();
    }
}

/// Where results come out, in order if asked for.
struct Outlet<F> {
    each: F,
    in_order: bool,
    next: usize,
    waiting: BTreeMap<usize, Result<Prepared<'static>>>,
    done: BatchDone,
}

impl<F: FnMut(usize, Result<Prepared<'static>>)> Outlet<F> {
    fn new(in_order: bool, each: F) -> Self {
        Self { each, in_order, next: 0, waiting: BTreeMap::new(), done: BatchDone::default() }
    }

    fn put(&mut self, index: usize, result: Result<Prepared<'static>>) {
        if !self.in_order {
            return self.hand_out(index, result);
        }
        self.waiting.insert(index, result);
        while let Some(result) = self.waiting.remove(&self.next) {
            self.hand_out(self.next, result);
            self.next += 1;
        }
    }

    fn hand_out(&mut self, index: usize, result: Result<Prepared<'static>>) {
        self.done.finished += 1;
        self.done.failed += usize::from(result.is_err());
        (self.each)(index, result);
    }
}

/// Bytes of memory, and pictures, that may be under way.
struct Budget {
    total: u64,
    pictures: usize,
    used: Mutex<Used>,
    freed: Condvar,
}

#[derive(Debug, Clone, Copy, Default)]
struct Used {
    bytes: u64,
    pictures: usize,
}

impl Budget {
    fn new(total: u64, pictures: usize) -> Self {
        Self { total: total.max(1), pictures, used: Mutex::default(), freed: Condvar::new() }
    }

    /// Waits until `bytes` are free, or until nothing else is in use.
    fn wait_for(self: &Arc<Self>, bytes: u64) -> Share {
        let bytes = bytes.min(self.total);
        self.wait_until(|used| {
            used.bytes.saturating_add(bytes) <= self.total && used.pictures < self.pictures
        });
        let mut used = lock(&self.used);
        used.bytes += bytes;
        used.pictures += 1;
        Share { budget: Arc::clone(self), bytes }
    }

    fn wait_for_all(&self) {
        self.wait_until(|used| used.pictures == 0);
    }

    /// A thread of the pool must go on working while it waits, or it may wait for itself. Only the feeding thread
    /// takes shares, so what it has seen free stays free.
    fn wait_until(&self, ready: impl Fn(Used) -> bool) {
        if rayon::current_thread_index().is_some() {
            while !ready(*lock(&self.used)) {
                pause();
            }
            return;
        }
        let mut used = lock(&self.used);
        while !ready(*used) {
            used = self.freed.wait(used).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// A part of the budget, given back when dropped.
struct Share {
    budget: Arc<Budget>,
    bytes: u64,
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut used = lock(&self.budget.used);
        used.bytes -= self.bytes;
        used.pictures -= 1;
        drop(used);
        self.budget.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use photo_testkit::fixtures;

    fn inputs() -> Vec<Input> {
        let good = fixtures::folder().join("png_rgb_8.png");
        let mut all = vec![Input::Path(good); 12];
        all.insert(3, Input::Bytes(b"nothing".to_vec()));
        all.insert(7, Input::Path("does/not/exist".into()));
        all
    }

    #[test]
    fn every_input_gets_its_own_result_whatever_the_budget_and_pool() {
        for threads in [None, Some(1), Some(4)] {
            for memory in [1, 1 << 30] {
                let mut seen = Vec::new();
                let mut batch = Batch::new(Options::default()).memory_budget(memory).in_order(true);
                batch.threads = threads;
                let done = batch.run(inputs(), |i, r| seen.push((i, r.is_ok())));
                let want: Vec<_> = (0..14).map(|i| (i, i != 3 && i != 7)).collect();
                assert_eq!(seen, want);
                assert_eq!(done, BatchDone { finished: 14, failed: 2, cancelled: false });
            }
        }
    }

    #[test]
    fn works_from_inside_a_pool_of_one_thread() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let done = pool.install(|| Batch::new(Options::default()).memory_budget(1).run(inputs(), |_, _| ()));
        assert_eq!((done.finished, done.failed), (14, 2));
    }

    #[test]
    fn cancelling_stops_what_has_not_begun() {
        let token = CancelToken::default();
        let mut count = 0;
        let inputs = inputs().into_iter().cycle().take(10_000).inspect(|_| {
            count += 1;
            if count == 20 {
                token.cancel();
            }
        });
        let mut results = 0;
        let done = Batch::new(Options::default()).cancel_with(&token).run(inputs, |_, _| results += 1);
        assert!(done.cancelled);
        assert_eq!((done.finished, results), (19, 19));
    }
}
