//! Inflating ahead of the one who undoes filters: inflating is the longest of a PNG's steps and can't be
//! divided, so that it should never wait for another.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rayon::Scope;

use super::inflate::{FilteredRows, Inflater, WINDOW};

/// Bytes that are inflated at once, which a processor's cache holds, and bytes that may wait to be taken.
const AT_ONCE: usize = 1 << 18;
const WAITING: usize = 1 << 22;

/// The most bytes of a row. Wider ones are for the `png` crate, which has a limit for its memory.
pub(super) const MAX_ROW: usize = 1 << 22;

/// Rows that are inflated by whichever thread has time for it.
pub(super) struct InflateAhead<'a> {
    /// Rows that are inflated at once, and how many times that may wait.
    rows: usize,
    most: usize,
    state: Mutex<State<'a>>,
    /// Told when rows are ready or nobody inflates any more.
    changed: Condvar,
}

struct State<'a> {
    /// `None` while a thread has it.
    inflater: Option<Inflater<'a>>,
    ready: VecDeque<FilteredRows>,
    spare: Vec<Vec<u8>>,
    /// Whether a thread has been asked to inflate.
    asked: bool,
    broken: bool,
}

/// Bytes that [`InflateAhead`] takes for rows of so many bytes, on so many threads.
pub(crate) fn memory_for(row: u64, threads: usize) -> u64 {
    let row = row.min(MAX_ROW as u64);
    let waiting = if threads < 2 { 0 } else { WAITING as u64 + 2 * row };
    waiting + waiting / 8 + 3 * (AT_ONCE as u64 + row + WINDOW as u64)
}

impl<'a> InflateAhead<'a> {
    /// `row` is the number of bytes of a filtered row.
    pub(super) fn new(inflater: Inflater<'a>, row: usize) -> Self {
        let rows = (AT_ONCE / row.max(1)).max(1);
        let most = (WAITING / (rows * row).max(1)).max(2);
        let state = State {
            inflater: Some(inflater),
            ready: VecDeque::new(),
            spare: Vec::new(),
            asked: false,
            broken: false,
        };
        Self { rows, most, state: Mutex::new(state), changed: Condvar::new() }
    }

    /// The next rows, in the file's order; `None` where the data are broken or there are no more. Other
    /// threads are asked to inflate what follows.
    pub(super) fn next<'s>(&'s self, scope: &Scope<'s>) -> Option<FilteredRows> {
        let mut state = self.lock();
        loop {
            if let Some(rows) = state.ready.pop_front() {
                self.ask(state, scope);
                return Some(rows);
            }
            if state.broken {
                return None;
            }
            state = match Inflating::begin(self, state) {
                // Nobody has begun yet.
                Ok(mut inflating) => {
                    let rows = if inflating.is_done() { None } else { inflating.rows() };
                    drop(inflating);
                    self.ask(self.lock(), scope);
                    return rows;
                }
                Err(state) => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Takes back the memory of rows that are used up.
    pub(super) fn give_back(&self, rows: FilteredRows) {
        self.lock().spare.push(rows.into_buffer());
    }

    /// Asks another thread to inflate, if there is one and something to do.
    fn ask<'s>(&'s self, mut state: MutexGuard<'_, State<'a>>, scope: &Scope<'s>) {
        let wanted = !state.asked && state.ready.len() < self.most && !state.broken;
        if wanted && rayon::current_num_threads() > 1 {
            state.asked = true;
            drop(state);
            scope.spawn(move |_| self.work());
        }
    }

    /// Inflates until enough is ready.
    fn work(&self) {
        let mut state = self.lock();
        state.asked = false;
        while state.ready.len() < self.most && !state.broken {
            let Ok(mut inflating) = Inflating::begin(self, state) else { return };
            if inflating.is_done() {
                return;
            }
            let rows = inflating.rows();
            // Before another thread could inflate what follows.
            self.lock().ready.extend(rows);
            drop(inflating);
            state = self.lock();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to inflate, which one thread has. It is given back even if that thread panics, so that nobody
/// waits for it forever.
struct Inflating<'q, 'a> {
    ahead: &'q InflateAhead<'a>,
    inflater: Option<Inflater<'a>>,
    buffer: Option<Vec<u8>>,
}

impl<'q, 'a> Inflating<'q, 'a> {
    /// The lock again where another thread has the right.
    fn begin(
        ahead: &'q InflateAhead<'a>,
        mut state: MutexGuard<'q, State<'a>>,
    ) -> Result<Self, MutexGuard<'q, State<'a>>> {
        match state.inflater.take() {
            Some(inflater) => {
                let buffer = state.spare.pop();
                Ok(Self { ahead, inflater: Some(inflater), buffer })
            }
            None => Err(state),
        }
    }

    fn is_done(&self) -> bool {
        self.inflater.as_ref().is_none_or(Inflater::is_done)
    }

    fn rows(&mut self) -> Option<FilteredRows> {
        let buffer = self.buffer.take().unwrap_or_default();
        let rows = self.inflater.as_mut().and_then(|inflater| inflater.rows(self.ahead.rows, buffer));
        if rows.is_none() {
            self.ahead.lock().broken = true;
        }
        rows
    }
}

impl Drop for Inflating<'_, '_> {
    fn drop(&mut self) {
        let mut state = self.ahead.lock();
        state.broken |= std::thread::panicking();
        state.inflater = self.inflater.take();
        self.ahead.changed.notify_all();
    }
}
