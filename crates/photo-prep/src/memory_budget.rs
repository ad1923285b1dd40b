//! Memory that pictures share, whoever works on them.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Bytes of estimated memory, and pictures, that may be under way at a time.
///
/// A [`Batch`](crate::Batch) takes its pictures' shares from one; programs that call
/// [`Plan::execute`](crate::Plan::execute) themselves can do the same, and let several batches share it with
/// [`Batch::share_budget`](crate::Batch::share_budget). Clones are the same budget.
///
/// ```
/// # fn main() -> Result<(), photo_prep::Error> {
/// # let bytes = include_bytes!("../doc/turned.jpg");
/// use photo_prep::{MemoryBudget, Options, Resources};
///
/// let budget = MemoryBudget::new(512 << 20).max_pictures(4);
/// let options = Options::default();
/// let plan = options.plan(&options.probe(bytes)?, Resources::of_current_pool())?;
/// let share = budget.acquire(plan.estimate().peak_memory); // waits for others to finish
/// assert!(budget.try_acquire(512 << 20).is_none());
/// let prepared = plan.execute(bytes)?;
/// drop(share);
/// assert!(budget.try_acquire(512 << 20).is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct MemoryBudget(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    bytes: u64,
    pictures: usize,
    used: Mutex<Used>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct Used {
    bytes: u64,
    pictures: usize,
    /// The number of the next thread that gets in line.
    line_end: u64,
    /// The number of the thread whose turn it is.
    turn: u64,
}

/// A part of a [`MemoryBudget`], given back when dropped.
#[must_use = "it is given back when dropped"]
#[derive(Debug)]
pub struct MemoryShare {
    budget: MemoryBudget,
    bytes: u64,
}

impl MemoryBudget {
    /// A budget of so many bytes, at least 1, for any number of pictures.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        Self::with(bytes.max(1), usize::MAX)
    }

    /// A new budget of as many bytes for at most so many pictures at a time, at least 1.
    #[must_use]
    pub fn max_pictures(self, pictures: usize) -> Self {
        Self::with(self.0.bytes, pictures.max(1))
    }

    fn with(bytes: u64, pictures: usize) -> Self {
        Self(Arc::new(Inner { bytes, pictures, used: Mutex::default(), freed: Condvar::new() }))
    }

    /// Takes a share for a picture that needs so many bytes, as soon as they are free. One that needs more
    /// than all of the budget gets all of it, and so runs alone.
    ///
    /// Blocks the thread: first come, first served. A thread of a rayon pool works on the pool's other tasks
    /// while it waits, since it may be them it waits for; it takes what is free without getting in line.
    ///
    /// Take the share before the work is handed to a pool, as [`Batch`](crate::Batch) does, not inside of the
    /// pool's tasks: a task that has a share may work on another one in between, which then waits for it in
    /// vain. A thread that takes a second share of the same budget can wait forever, too.
    pub fn acquire(&self, bytes: u64) -> MemoryShare {
        if rayon::current_thread_index().is_some() {
            loop {
                match self.try_acquire(bytes) {
                    Some(share) => return share,
                    None => work_on_others(),
                }
            }
        }
        let mut used = self.used();
        let place = used.line_end;
        used.line_end += 1;
        while used.turn != place || !self.has_room(&used, bytes) {
            used = self.0.freed.wait(used).unwrap_or_else(PoisonError::into_inner);
        }
        used.turn += 1;
        let share = self.take(used, bytes);
        // The next one in line may have room, too.
        self.0.freed.notify_all();
        share
    }

    /// Takes a share if so many bytes are free now.
    #[must_use]
    pub fn try_acquire(&self, bytes: u64) -> Option<MemoryShare> {
        let used = self.used();
        self.has_room(&used, bytes).then(|| self.take(used, bytes))
    }

    fn has_room(&self, used: &Used, bytes: u64) -> bool {
        used.bytes.saturating_add(bytes.min(self.0.bytes)) <= self.0.bytes && used.pictures < self.0.pictures
    }

    fn take(&self, mut used: MutexGuard<'_, Used>, bytes: u64) -> MemoryShare {
        let bytes = bytes.min(self.0.bytes);
        used.bytes += bytes;
        used.pictures += 1;
        MemoryShare { budget: self.clone(), bytes }
    }

    fn used(&self) -> MutexGuard<'_, Used> {
        self.0.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for MemoryShare {
    fn drop(&mut self) {
        let mut used = self.budget.used();
        used.bytes -= self.bytes;
        used.pictures -= 1;
        drop(used);
        self.budget.0.freed.notify_all();
    }
}

/// Lets the pool's other tasks go on, or other threads where there are none.
fn work_on_others() {
    if rayon::yield_now() != Some(rayon::Yield::Executed) {
        std::thread::yield_now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
    use std::time::Duration;

    #[test]
    fn shares_are_given_while_there_is_room() {
        // Bytes and pictures of the budget, shares that are held, and the one that is asked for.
        let cases: [(u64, usize, &[u64], u64, bool); 9] = [
            (100, 9, &[], 100, true),
            (100, 9, &[60], 40, true),
            (100, 9, &[60], 41, false),
            (100, 9, &[], 101, true),
            (100, 9, &[1], 101, false),
            (100, 9, &[u64::MAX], 0, true),
            (100, 2, &[1, 1], 0, false),
            (100, 0, &[], 1, true),
            (0, 9, &[5], 5, false),
        ];
        for (bytes, pictures, held, asked, given) in cases {
            let budget = MemoryBudget::new(bytes).max_pictures(pictures);
            let held: Vec<_> = held.iter().map(|&bytes| budget.acquire(bytes)).collect();
            assert_eq!(budget.try_acquire(asked).is_some(), given, "{bytes} {pictures} {held:?} {asked}");
            drop(held);
            assert!(budget.try_acquire(u64::MAX).is_some(), "all is given back");
        }
    }

    #[test]
    fn threads_never_have_more_than_the_budget() {
        let (budget, used) = (MemoryBudget::new(10), AtomicU64::new(0));
        let work = |n: u64| {
            let bytes = n % 13;
            let _share = budget.acquire(bytes);
            assert!(used.fetch_add(bytes.min(10), SeqCst) + bytes.min(10) <= 10);
            std::thread::yield_now();
            used.fetch_sub(bytes.min(10), SeqCst);
        };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        std::thread::scope(|threads| {
            for _ in 0..4 {
                threads.spawn(|| (0..100).for_each(work));
            }
            pool.scope(|scope| (0..100).for_each(|n| scope.spawn(move |_| work(n))));
        });
    }

    #[test]
    fn a_large_picture_is_not_passed_by() {
        let budget = MemoryBudget::new(10);
        let first = budget.acquire(6);
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::scope(|threads| {
            for (place, bytes) in [(1, 10), (2, 1)] {
                let (tell, budget) = (tell.clone(), &budget);
                threads.spawn(move || {
                    let _share = budget.acquire(bytes);
                    tell.send(bytes).unwrap();
                });
                while budget.used().line_end != place + 1 {
                    std::thread::yield_now();
                }
            }
            assert!(told.recv_timeout(Duration::from_millis(50)).is_err());
            drop(first);
        });
        assert_eq!(told.try_iter().collect::<Vec<_>>(), [10, 1]);
    }
}
