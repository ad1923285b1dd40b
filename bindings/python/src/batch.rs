//! Many pictures at once, one result after the other.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use photo_prep::{CancelToken, Input, Options};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator};

use crate::errors::{exception, internal};
use crate::options::options;
use crate::prepared::Prepared;
use crate::source::Source;
use crate::threads::{POLL, lock};

/// Pictures that are being prepared. A thread takes them from an iterator as their turn comes, and waits with
/// those that are done until they are taken, so that few are in memory at a time.
#[pyclass(frozen, module = "photo_prep._native")]
pub(crate) struct Batch {
    results: Mutex<Option<Receiver<Done>>>,
    feeder: Mutex<Option<JoinHandle<()>>>,
    cancel: CancelToken,
    /// What the iterator raised.
    raised: Arc<Mutex<Option<PyErr>>>,
}

/// An item and what came of it.
type Done = (Item, photo_prep::Result<photo_prep::Prepared<'static>>);
/// The same for Python: the place among the items, the item, what was made of it, and why nothing was.
type Row = (usize, Py<PyAny>, Option<Py<Prepared>>, Option<PyErr>);

/// What was given.
struct Item {
    index: usize,
    given: Py<PyAny>,
    /// Why it is no picture at all.
    wrong: Option<PyErr>,
}

#[pymethods]
impl Batch {
    /// Begins with `items`, each of which `resolve` turns into bytes or a path.
    ///
    /// `threads` are at least 1, or 0 for one a core; `memory` is in bytes.
    #[new]
    fn new(
        items: &Bound<'_, PyAny>,
        resolve: Py<PyAny>,
        given: &Bound<'_, PyDict>,
        threads: usize,
        memory: Option<u64>,
        ordered: bool,
    ) -> PyResult<Self> {
        let options: Options = options(given)?;
        let (cancel, raised) = (CancelToken::default(), Arc::default());
        let batch = photo_prep::Batch::new(options)
            .threads(threads)
            .memory_budget(memory.unwrap_or(options.input_limits.memory))
            .in_order(ordered)
            .cancel_with(&cancel);
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let (sender, results) = sync_channel(if threads == 0 { cores() } else { threads });
        let items =
            Items { items: items.try_iter()?.unbind(), resolve, next: 0, raised: Arc::clone(&raised) };
        let token = cancel.clone();
        let feeder = std::thread::Builder::new()
            .name("photo-prep-batch".to_owned())
            .spawn(move || feed(&batch, items, &sender, &token))?;
        Ok(Self { results: Mutex::new(Some(results)), feeder: Mutex::new(Some(feeder)), cancel, raised })
    }

    /// The next result that is there, waiting for it if need be; `None` at the end.
    fn next(&self, py: Python<'_>) -> PyResult<Option<Row>> {
        loop {
            // Not with the GIL: another thread may hold the lock while it waits.
            let received = py.detach(|| match &*lock(&self.results) {
                Some(results) => results.recv_timeout(POLL),
                None => Err(RecvTimeoutError::Disconnected),
            });
            match received {
                Ok(done) => return row(py, done).map(Some),
                Err(RecvTimeoutError::Timeout) => py.check_signals().inspect_err(|_| self.cancel(py))?,
                Err(RecvTimeoutError::Disconnected) => return self.end(py).map(|()| None),
            }
        }
    }

    /// Begins nothing new; what is under way is thrown away when it is done.
    fn cancel(&self, py: Python<'_>) {
        self.cancel.cancel();
        let results = py.detach(|| lock(&self.results).take());
        drop(results);
    }

    /// Waits until nothing is under way any more.
    fn join(&self, py: Python<'_>) {
        py.detach(|| lock(&self.feeder).take().map(JoinHandle::join));
    }
}

impl Batch {
    /// After the last result.
    ///
    /// # Errors
    /// What the iterator of items raised, or a panic.
    fn end(&self, py: Python<'_>) -> PyResult<()> {
        let ended = py.detach(|| lock(&self.feeder).take().map_or(Ok(()), JoinHandle::join));
        if let Some(raised) = lock(&self.raised).take() {
            return Err(raised);
        }
        ended.map_err(|_| internal())
    }
}

/// Prepares all items; ends early when nobody takes results any more.
fn feed(batch: &photo_prep::Batch, items: Items, sender: &SyncSender<Done>, cancel: &CancelToken) {
    batch.run_keyed(items, |item, result| {
        if sender.send((item, result)).is_err() {
            cancel.cancel();
        }
    });
}

fn row(py: Python<'_>, (item, result): Done) -> PyResult<Row> {
    let Item { index, given, wrong } = item;
    match (wrong, result) {
        (Some(wrong), _) => Ok((index, given, None, Some(wrong))),
        (None, Ok(prepared)) => Ok((index, given, Some(Py::new(py, Prepared::new(prepared))?), None)),
        (None, Err(error)) => Ok((index, given, None, Some(exception(py, &error)))),
    }
}

/// Items from Python, in a thread of their own.
struct Items {
    items: Py<PyIterator>,
    resolve: Py<PyAny>,
    next: usize,
    raised: Arc<Mutex<Option<PyErr>>>,
}

impl Iterator for Items {
    type Item = (Item, Input);

    /// Nothing more where the interpreter is about to end, or the iterator raises.
    fn next(&mut self) -> Option<Self::Item> {
        Python::try_attach(|py| {
            let given = match self.items.bind(py).clone().next()? {
                Ok(given) => given,
                Err(raised) => {
                    *lock(&self.raised) = Some(raised);
                    return None;
                }
            };
            let index = self.next;
            self.next += 1;
            let source = self.resolve.bind(py).call1((&given,));
            let source = source.and_then(|source| source.extract::<Source>());
            let (input, wrong) = match source {
                Ok(source) => (source.into(), None),
                Err(wrong) => (Input::Bytes(Vec::new()), Some(wrong)),
            };
            Some((Item { index, given: given.unbind(), wrong }, input))
        })?
    }
}
