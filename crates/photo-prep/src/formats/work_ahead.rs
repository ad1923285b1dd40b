//! Working ahead of the one who uses what comes out: the longest of a decoder's steps, if it can't be divided, should
//! never wait for another.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rayon::Scope;

/// Work that can't be divided: makes one thing after the other.
pub(super) trait SerialWork: Send {
    /// What is made.
    type Item: Send;

    /// The next one, in the memory of one that is used up if there is any. `None` at the end.
    fn next(&mut self, spare: Option<Self::Item>) -> Option<Self::Item>;
}

/// Serial work, done by whichever thread has time for it.
pub(super) struct WorkAhead<W: SerialWork> {
    /// How many that are made may wait.
    most: usize,
    state: Mutex<State<W>>,
    /// Told when some are ready or nobody works any more.
    changed: Condvar,
}

struct State<W: SerialWork> {
    /// `None` while a thread has it.
    work: Option<W>,
    ready: VecDeque<W::Item>,
    spare: Vec<W::Item>,
    /// Whether a thread has been asked to work.
    asked: bool,
    at_end: bool,
}

impl<W: SerialWork> WorkAhead<W> {
    pub(super) fn new(work: W, most: usize) -> Self {
        let (ready, spare) = (VecDeque::new(), Vec::new());
        let state = State { work: Some(work), ready, spare, asked: false, at_end: false };
        Self { most, state: Mutex::new(state), changed: Condvar::new() }
    }

    /// The next one; `None` at the end. Other threads are asked to make those that follow.
    pub(super) fn next<'s>(&'s self, scope: &Scope<'s>) -> Option<W::Item> {
        let mut state = self.lock();
        loop {
            if let Some(item) = state.ready.pop_front() {
                self.ask(state, scope);
                return Some(item);
            }
            if state.at_end {
                return None;
            }
            state = match Working::begin(self, state) {
                // Nobody has begun yet.
                Ok(mut working) => {
                    let item = working.next();
                    drop(working);
                    self.ask(self.lock(), scope);
                    return item;
                }
                Err(state) => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Takes back the memory of one that is used up.
    pub(super) fn give_back(&self, item: W::Item) {
        self.lock().spare.push(item);
    }

    /// Asks another thread to work, if there is one and something to do.
    fn ask<'s>(&'s self, mut state: MutexGuard<'_, State<W>>, scope: &Scope<'s>) {
        let wanted = !state.asked && state.ready.len() < self.most && !state.at_end;
        if wanted && rayon::current_num_threads() > 1 {
            state.asked = true;
            drop(state);
            scope.spawn(move |_| self.work());
        }
    }

    /// Works until enough is ready.
    fn work(&self) {
        let mut state = self.lock();
        state.asked = false;
        while state.ready.len() < self.most && !state.at_end {
            let Ok(mut working) = Working::begin(self, state) else { return };
            let item = working.next();
            // Before another thread could make the one that follows.
            self.lock().ready.extend(item);
            drop(working);
            state = self.lock();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to work, which one thread has. It is given back even if that thread panics, so that nobody waits
/// for it forever.
struct Working<'q, W: SerialWork> {
    ahead: &'q WorkAhead<W>,
    work: Option<W>,
    spare: Option<W::Item>,
}

impl<'q, W: SerialWork> Working<'q, W> {
    /// The lock again where another thread has the right.
    fn begin(
        ahead: &'q WorkAhead<W>,
        mut state: MutexGuard<'q, State<W>>,
    ) -> Result<Self, MutexGuard<'q, State<W>>> {
        match state.work.take() {
            Some(work) => Ok(Self { ahead, work: Some(work), spare: state.spare.pop() }),
            None => Err(state),
        }
    }

    fn next(&mut self) -> Option<W::Item> {
        let spare = self.spare.take();
        let item = self.work.as_mut().and_then(|work| work.next(spare));
        if item.is_none() {
            self.ahead.lock().at_end = true;
        }
        item
    }
}

impl<W: SerialWork> Drop for Working<'_, W> {
    fn drop(&mut self) {
        let mut state = self.ahead.lock();
        state.at_end |= std::thread::panicking();
        state.work = self.work.take();
        self.ahead.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Numbers(u32);

    impl SerialWork for Numbers {
        type Item = u32;

        fn next(&mut self, _: Option<u32>) -> Option<u32> {
            assert_ne!(self.0, 900, "the work panics");
            self.0 += 1;
            (self.0 <= 500 || self.0 > 800).then_some(self.0)
        }
    }

    fn made(from: u32, threads: usize) -> Vec<u32> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let ahead = WorkAhead::new(Numbers(from), 3);
        pool.install(|| {
            rayon::scope(|scope| {
                let mut made = Vec::new();
                while let Some(number) = ahead.next(scope) {
                    made.push(number);
                    ahead.give_back(number);
                }
                made
            })
        })
    }

    #[test]
    fn what_is_made_comes_in_order_and_ends() {
        for threads in 1..4 {
            assert_eq!(made(0, threads), (1..=500).collect::<Vec<_>>(), "{threads} threads");
        }
    }

    #[test]
    fn a_panic_reaches_the_caller_and_nobody_waits() {
        for threads in 1..4 {
            assert!(std::panic::catch_unwind(|| made(850, threads)).is_err(), "{threads} threads");
        }
    }
}
