//! Rows from Python, in a thread of their own: those that are to be prepared come out, all others go their way.

use std::path::PathBuf;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex};

use photo_prep::Input;
use photo_upload::{CancelToken, Job, JobState, JournalEntry, Photo, Target};
use pyo3::prelude::*;
use pyo3::types::PyIterator;
use tokio::sync::mpsc::Sender;

use super::errors::upload_error;
use super::journal::Run;
use super::outcome::{Outcome, Row, What, tell};
use crate::prepared::Prepared;
use crate::source::Source;
use crate::threads::lock;

pub(super) struct Rows {
    pub(super) rows: Py<PyIterator>,
    /// Makes a [`Resolved`] of a row.
    pub(super) resolve: Py<PyAny>,
    pub(super) next: usize,
    pub(super) run: Arc<Run>,
    pub(super) drain: CancelToken,
    pub(super) jobs: Sender<Job<Row>>,
    pub(super) outcomes: SyncSender<Outcome>,
    /// What the iterator of rows raised.
    pub(super) raised: Arc<Mutex<Option<PyErr>>>,
}

/// The picture, its name, what the journal calls it, its file, module and record id.
type Resolved = (Picture, String, String, Option<PathBuf>, String, String);

#[derive(FromPyObject)]
enum Picture {
    #[pyo3(transparent)]
    Prepared(Py<Prepared>),
    #[pyo3(transparent)]
    Source(Source),
}

/// A row that is ready to be sent, or is to be prepared first.
enum Taken {
    Ready(Row, Photo),
    Unprepared(Row, Input),
    Done(Outcome),
}

impl Iterator for Rows {
    type Item = (Row, Input);

    /// Nothing more where the interpreter is about to end, the run is drained, or the iterator raises.
    fn next(&mut self) -> Option<Self::Item> {
        while !self.drain.is_canceled() {
            // Nothing is waited for with the GIL: who takes what is sent may need it.
            let taken = Python::try_attach(|py| self.take(py))??;
            let goes_on = match taken {
                Taken::Unprepared(row, input) => return Some((row, input)),
                Taken::Ready(row, photo) => self.jobs.blocking_send(job(row, photo)).is_ok(),
                Taken::Done(outcome) => tell(&self.outcomes, outcome),
            };
            if !goes_on {
                return None;
            }
        }
        None
    }
}

impl Rows {
    fn take(&mut self, py: Python<'_>) -> Option<Taken> {
        let given = match self.rows.bind(py).clone().next()? {
            Ok(given) => given,
            Err(raised) => {
                *lock(&self.raised) = Some(raised);
                return None;
            }
        };
        let index = self.next;
        self.next += 1;
        let resolved = self.resolve.bind(py).call1((&given,)).and_then(|row| row.extract::<Resolved>());
        let given = given.unbind();
        let (picture, name, source, path, module, record) = match resolved {
            Ok(resolved) => resolved,
            Err(wrong) => return Some(Taken::Done(Outcome::new(index, given, What::Wrong(wrong)))),
        };
        let target = match Target::new(module, record) {
            Ok(target) => target,
            Err(error) => {
                let wrong = What::Wrong(upload_error(py, &error));
                return Some(Taken::Done(Outcome::new(index, given, wrong)));
            }
        };
        let entry = JournalEntry::new(&target, source, JobState::Sending);
        let entry = path.map_or(entry.clone(), |path| entry.of_file(&path));
        Some(self.sorted(Row { index, given, target, name, entry }, picture))
    }

    fn sorted(&self, row: Row, picture: Picture) -> Taken {
        if let Some(known) = self.run.settled(&row.entry) {
            return Taken::Done(row.came_to(What::Settled(known.clone())));
        }
        if let Some(skipped) = self.run.stopped(&row.target) {
            return Taken::Done(row.came_to(What::Uploaded(Err(skipped))));
        }
        match picture {
            Picture::Source(source) => Taken::Unprepared(row, source.into()),
            Picture::Prepared(prepared) => {
                let photo = Photo::from(prepared.get().inner().clone()).named(&row.name);
                Taken::Ready(row, photo)
            }
        }
    }
}

pub(super) fn job(row: Row, photo: Photo) -> Job<Row> {
    let target = row.target.clone();
    Job::new(row, target, photo)
}
