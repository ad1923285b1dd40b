//! Many pictures at once, under one memory budget.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::memory_budget::MemoryBudget;
use crate::plan::{Plan, Resources};
use crate::prepared::Prepared;
use crate::read_bounded::read_bounded;
use crate::{Options, Result};

/// Prepares many pictures in parallel.
///
/// Pictures start in the order they are given, as long as their estimated memory fits the budget, and at most
/// one more than there are threads; results are handed out as they finish, or in order on request. One bad
/// picture never stops the rest.
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
    budget: MemoryBudget,
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
    pub fn is_canceled(&self) -> bool {
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
    /// Whether the batch was canceled before all inputs had begun.
    pub canceled: bool,
}

impl Batch {
    /// A batch with a memory budget of 1 GiB of estimated bytes, in the caller's rayon pool.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let (budget, cancel) = (MemoryBudget::new(1 << 30), CancelToken::default());
        Self { options, budget, threads: None, in_order: false, cancel }
    }

    /// Sets how many bytes of memory the pictures under way may need together, by their plans' estimates,
    /// inputs counted. A picture that needs more than all of it runs alone. All runs of a batch and of its
    /// clones share them.
    #[must_use]
    pub fn memory_budget(self, bytes: u64) -> Self {
        self.share_budget(&MemoryBudget::new(bytes))
    }

    /// Takes the memory from a budget that others take theirs from too. Batches that share one must be run
    /// from threads that have no share of it and are in no rayon pool, or in different pools.
    ///
    /// ```
    /// # let jpeg = include_bytes!("../doc/turned.jpg").to_vec();
    /// use photo_prep::{Batch, MemoryBudget, Options};
    ///
    /// let budget = MemoryBudget::new(512 << 20);
    /// let photos = Batch::new(Options::default()).share_budget(&budget);
    /// let previews = Batch::new(Options::default().max_pixels(10_000)).share_budget(&budget);
    /// std::thread::scope(|threads| {
    ///     threads.spawn(|| photos.run([jpeg.clone()], |_, photo| assert!(photo.is_ok())));
    ///     threads.spawn(|| previews.run([jpeg.clone()], |_, preview| assert!(preview.is_ok())));
    /// });
    /// ```
    #[must_use]
    pub fn share_budget(mut self, budget: &MemoryBudget) -> Self {
        self.budget = budget.clone();
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

    /// Prepares all inputs and hands each result to `each` with the index of its input; returns when all are
    /// done.
    ///
    /// This is [`run_keyed`](Self::run_keyed) with indices for keys.
    pub fn run<I>(&self, inputs: I, each: impl FnMut(usize, Result<Prepared<'static>>) + Send) -> BatchDone
    where
        I: IntoIterator<Item: Into<Input>>,
    {
        self.run_keyed(inputs.into_iter().enumerate(), each)
    }

    /// Prepares all inputs and hands each result to `each` with the key that its input came with; returns
    /// when all are done.
    ///
    /// `each` is called from several threads, but never twice at a time. A thread pool that can't be made
    /// leaves the work to the caller's.
    ///
    /// ```
    /// # let jpeg = include_bytes!("../doc/turned.jpg").to_vec();
    /// use std::collections::HashMap;
    /// use photo_prep::{Batch, Options};
    ///
    /// let mut photos = HashMap::new();
    /// Batch::new(Options::default()).run_keyed([("Ann", jpeg.clone()), ("Bob", jpeg)], |name, result| {
    ///     photos.insert(name, result);
    /// });
    /// assert!(photos["Ann"].is_ok() && photos["Bob"].is_ok());
    /// ```
    pub fn run_keyed<K: Send, T: Into<Input>>(
        &self,
        inputs: impl IntoIterator<Item = (K, T)>,
        each: impl FnMut(K, Result<Prepared<'static>>) + Send,
    ) -> BatchDone {
        let inputs = inputs.into_iter();
        let out = Mutex::new(Outlet::new(self.in_order, each));
        let pool = self.threads.and_then(|n| rayon::ThreadPoolBuilder::new().num_threads(n).build().ok());
        match pool {
            // From outside, so that waiting for memory never blocks a thread of the pool.
            Some(pool) => {
                let threads = pool.current_num_threads();
                pool.in_place_scope(|scope| self.feed(scope, threads, inputs, &out));
            }
            None => {
                let threads = rayon::current_num_threads();
                rayon::in_place_scope(|scope| self.feed(scope, threads, inputs, &out));
            }
        }
        out.into_inner().unwrap_or_else(PoisonError::into_inner).done
    }

    /// Reads and plans one input after the other, waits for its share of memory, and hands it to the pool.
    fn feed<'scope, K: Send + 'scope, T: Into<Input>>(
        &self,
        scope: &rayon::Scope<'scope>,
        threads: usize,
        inputs: impl Iterator<Item = (K, T)>,
        out: &'scope Mutex<Outlet<K, impl FnMut(K, Result<Prepared<'static>>) + Send>>,
    ) {
        // One more than are worked on: what waits only takes memory.
        let places = MemoryBudget::new(u64::MAX).max_pictures(threads + 1);
        for (index, (key, input)) in inputs.enumerate() {
            if self.cancel.is_canceled() {
                lock(out).done.canceled = true;
                break;
            }
            match self.planned(input.into(), threads) {
                Ok((bytes, plan)) => {
                    let shares = (places.acquire(0), self.budget.acquire(plan.estimate().peak_memory));
                    scope.spawn(move |_| {
                        let result = plan.execute(&bytes).map(Prepared::into_owned);
                        drop((bytes, shares));
                        lock(out).put(index, key, result);
                    });
                }
                Err(error) => lock(out).put(index, key, Err(error)),
            }
        }
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

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where results come out, in order if asked for.
struct Outlet<K, F> {
    each: F,
    in_order: bool,
    next: usize,
    waiting: BTreeMap<usize, (K, Result<Prepared<'static>>)>,
    done: BatchDone,
}

impl<K, F: FnMut(K, Result<Prepared<'static>>)> Outlet<K, F> {
    fn new(in_order: bool, each: F) -> Self {
        Self { each, in_order, next: 0, waiting: BTreeMap::new(), done: BatchDone::default() }
    }

    fn put(&mut self, index: usize, key: K, result: Result<Prepared<'static>>) {
        if !self.in_order {
            return self.hand_out(key, result);
        }
        self.waiting.insert(index, (key, result));
        while let Some((key, result)) = self.waiting.remove(&self.next) {
            self.hand_out(key, result);
            self.next += 1;
        }
    }

    fn hand_out(&mut self, key: K, result: Result<Prepared<'static>>) {
        self.done.finished += 1;
        self.done.failed += usize::from(result.is_err());
        (self.each)(key, result);
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
                assert_eq!(done, BatchDone { finished: 14, failed: 2, canceled: false });
            }
        }
    }

    #[test]
    fn results_come_with_their_keys() {
        let keys = || (0..14).map(|n| format!("{n}.png"));
        for in_order in [false, true] {
            let mut seen = Vec::new();
            let batch = Batch::new(Options::default()).in_order(in_order);
            batch.run_keyed(keys().zip(inputs()), |key, result| seen.push((key, result.is_ok())));
            seen.sort();
            let mut want: Vec<_> =
                keys().map(|key| (key.clone(), key != "3.png" && key != "7.png")).collect();
            want.sort();
            assert_eq!(seen, want);
        }
    }

    #[test]
    fn batches_share_a_budget_in_pools_and_outside() {
        for (bytes, threads) in [(1, None), (1, Some(2)), (1 << 30, None), (1 << 30, Some(1))] {
            let budget = MemoryBudget::new(bytes).max_pictures(2);
            let mut batch = Batch::new(Options::default()).share_budget(&budget);
            batch.threads = threads;
            let run = || batch.run(inputs(), |_, _| ());
            let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
            let all = std::thread::scope(|threads| {
                let all = [threads.spawn(run), threads.spawn(run), threads.spawn(|| pool.install(run))];
                all.map(|thread| thread.join().unwrap())
            });
            assert_eq!(all, [BatchDone { finished: 14, failed: 2, canceled: false }; 3]);
            assert!(budget.try_acquire(u64::MAX).is_some(), "all is given back");
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
        assert!(done.canceled);
        assert_eq!((done.finished, results), (19, 19));
    }
}
