//! Many uploads, one outcome after the other.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use photo_prep::Options;
use photo_upload::{Breaker, CancelToken, ClientBuilder, Error, Job, Photo};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator};
use tokio::sync::mpsc::Sender;

use super::errors::{internal, journal_error, journal_is_there, upload_error};
use super::jobs::{Jobs, send};
use super::journal::Run;
use super::outcome::{Outcome, Row, Told, What, tell};
use super::rows::{Rows, job};
use super::settings::RunSettings;
use crate::options::options;
use crate::threads::{POLL, lock, receive};

/// Pictures that are being prepared in one thread and uploaded in another. Few are in memory at a time: each
/// thread waits with what is done until it is taken.
#[pyclass(frozen, module = "photo_prep._native")]
pub(crate) struct Uploads {
    outcomes: Mutex<Receiver<Outcome>>,
    /// Outcomes that came while it was drained.
    drained: Mutex<VecDeque<Outcome>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    drain: CancelToken,
    cancel: CancelToken,
    /// How long what is under way may take to finish when it is drained.
    patience: Duration,
    raised: Arc<Mutex<Option<PyErr>>>,
}

#[pymethods]
impl Uploads {
    /// The next outcome that is there, waiting for it if need be; `None` at the end.
    ///
    /// What a signal's handler raises comes out when all that was under way has ended; its outcomes can still
    /// be taken then.
    fn next(&self, py: Python<'_>) -> PyResult<Option<Told>> {
        if let Some(outcome) = lock(&self.drained).pop_front() {
            return Ok(Some(outcome.told(py)));
        }
        match receive(py, &self.outcomes) {
            Ok(Some(outcome)) => match py.check_signals() {
                Ok(()) => Ok(Some(outcome.told(py))),
                Err(raised) => {
                    lock(&self.drained).push_back(outcome);
                    self.drain(py);
                    Err(raised)
                }
            },
            Ok(None) => self.end(py).map(|()| None),
            Err(raised) => {
                self.drain(py);
                Err(raised)
            }
        }
    }

    /// Begins nothing new, and waits for what is under way. It is abandoned when the time is up, or at a signal.
    fn drain(&self, py: Python<'_>) {
        self.drain.cancel();
        let mut abandon_at = Instant::now() + self.patience;
        let mut leave_at = None;
        while leave_at.is_none_or(|at| Instant::now() < at) {
            match py.detach(|| lock(&self.outcomes).recv_timeout(POLL)) {
                Ok(outcome) => lock(&self.drained).push_back(outcome),
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) if py.check_signals().is_err() => abandon_at = Instant::now(),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if leave_at.is_none() && Instant::now() >= abandon_at {
                self.cancel.cancel();
                leave_at = Some(Instant::now() + LEAVE);
            }
        }
    }
}

impl Uploads {
    /// Begins with rows, each of which `resolve` turns into a picture, its names and a record.
    pub(super) fn begin(
        py: Python<'_>,
        (builder, endpoint): (ClientBuilder, &str),
        (rows, resolve): (Bound<'_, PyIterator>, Py<PyAny>),
        settings: RunSettings,
        given: &Bound<'_, PyDict>,
    ) -> PyResult<Self> {
        let wrong = |error: Error| upload_error(py, &error);
        let options: Options = options(given)?;
        let breaker = Breaker::new(settings.breaker().map_err(wrong)?);
        let builder = settings.over(builder).map_err(wrong)?.breaker(&breaker);
        let client = builder.limits(options.requirements.into());
        let client = py.detach(|| client.build_blocking()).map_err(wrong)?;
        let run = Arc::new(opened(py, breaker, endpoint, &settings)?);
        let patience = settings.drain().map_err(wrong)?;
        let places = settings.transfers().map_err(wrong)?.most();
        let (sender, outcomes) = sync_channel(places);
        let (jobs, prepared) = tokio::sync::mpsc::channel(1);
        let uploads = client.upload_stream(Jobs { jobs: prepared, run: Arc::clone(&run) });
        let (drain, cancel) = (uploads.drain_token(), uploads.cancel_token());
        let raised = Arc::default();
        let rows = Rows {
            rows: rows.unbind(),
            resolve,
            next: 0,
            run: Arc::clone(&run),
            drain: drain.clone(),
            jobs: jobs.clone(),
            outcomes: sender.clone(),
            raised: Arc::clone(&raised),
        };
        let batch = photo_prep::Batch::new(options.sha256(settings.journal.is_some()))
            .threads(settings.threads)
            .memory_budget(settings.memory.unwrap_or(options.input_limits.memory));
        let feed = Feed { run: Arc::clone(&run), jobs, outcomes: sender.clone() };
        let threads = vec![
            thread("photo-upload-batch", move || send(uploads, &run, &sender))?,
            thread("photo-prep-batch", move || feed.all(&batch, rows))?,
        ];
        let (outcomes, threads) = (Mutex::new(outcomes), Mutex::new(threads));
        Ok(Self { outcomes, drained: Mutex::default(), threads, drain, cancel, patience, raised })
    }

    /// After the last outcome.
    ///
    /// # Errors
    /// What the iterator of rows raised, or a panic.
    fn end(&self, py: Python<'_>) -> PyResult<()> {
        let threads = std::mem::take(&mut *lock(&self.threads));
        // Both, whatever becomes of the first.
        let ended: Vec<_> = py.detach(|| threads.into_iter().map(JoinHandle::join).collect());
        if let Some(raised) = lock(&self.raised).take() {
            return Err(raised);
        }
        if ended.iter().all(Result::is_ok) { Ok(()) } else { Err(internal()) }
    }
}

impl Drop for Uploads {
    fn drop(&mut self) {
        self.drain.cancel();
    }
}

/// Where prepared pictures go.
struct Feed {
    run: Arc<Run>,
    jobs: Sender<Job<Row>>,
    outcomes: SyncSender<Outcome>,
}

impl Feed {
    fn all(&self, batch: &photo_prep::Batch, rows: Rows) {
        let drain = rows.drain.clone();
        batch.run_keyed(rows, |mut row, result| {
            let goes_on = match result {
                Ok(prepared) => {
                    row.entry.sha256 = prepared.report().output.sha256.map(|sha256| sha256.to_string());
                    let photo = Photo::from(prepared).named(&row.name);
                    self.jobs.blocking_send(job(row, photo)).is_ok()
                }
                Err(error) => {
                    self.run.note_unprepared(&row.entry, &error);
                    tell(&self.outcomes, row.came_to(What::Unprepared(error)))
                }
            };
            if !goes_on {
                drain.cancel();
            }
        });
    }
}

/// The run with its journal, if one is asked for.
fn opened(py: Python<'_>, breaker: Breaker, endpoint: &str, settings: &RunSettings) -> PyResult<Run> {
    let mut run = Run::new(breaker, settings.retry_failed);
    if let Some(path) = &settings.journal {
        let known = py.detach(|| run.open(path, endpoint)).map_err(|error| journal_error(py, &error))?;
        if let Some(stored) = known.filter(|_| !settings.resume && !settings.retry_failed) {
            return Err(journal_is_there(py, path, stored));
        }
    }
    Ok(run)
}

fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work)
}

/// How long abandoned uploads may take to come out.
const LEAVE: Duration = Duration::from_secs(2);
