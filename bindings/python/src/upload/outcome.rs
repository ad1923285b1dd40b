//! What came of a row.

use std::sync::mpsc::SyncSender;

use photo_upload::{Error, JobState, JournalEntry, Receipt, Target};
use pyo3::prelude::*;

use super::errors::{failed_earlier, upload_error};
use crate::errors::exception;
use crate::prepared::json;

/// A row on its way.
pub(super) struct Row {
    pub(super) index: usize,
    pub(super) given: Py<PyAny>,
    pub(super) target: Target,
    /// The name that the picture is sent by, without an extension.
    pub(super) name: String,
    /// The row as the journal has it.
    pub(super) entry: JournalEntry,
}

pub(super) struct Outcome {
    index: usize,
    given: Py<PyAny>,
    what: What,
}

pub(super) enum What {
    /// An earlier run settled it.
    Settled(JournalEntry),
    /// It is no row at all.
    Wrong(PyErr),
    Unprepared(photo_prep::Error),
    Uploaded(Result<Receipt, Error>),
}

/// The same for Python: the place among the rows, the row, how it ended, the receipt as JSON, and the error.
pub(super) type Told = (usize, Py<PyAny>, &'static str, Option<String>, Option<PyErr>);

impl Row {
    pub(super) fn came_to(self, what: What) -> Outcome {
        Outcome::new(self.index, self.given, what)
    }
}

impl Outcome {
    pub(super) fn new(index: usize, given: Py<PyAny>, what: What) -> Self {
        Self { index, given, what }
    }

    pub(super) fn told(self, py: Python<'_>) -> Told {
        let (status, receipt, error) = match self.what {
            What::Settled(known) if known.state == JobState::Stored => ("stored_earlier", None, None),
            What::Settled(known) => ("failed_earlier", None, Some(failed_earlier(py, known.code.as_deref()))),
            What::Wrong(error) => ("failed", None, Some(error)),
            What::Unprepared(error) => ("failed", None, Some(exception(py, &error))),
            What::Uploaded(Ok(receipt)) => ("stored", Some(json(&receipt)), None),
            What::Uploaded(Err(error)) => (status(&error), None, Some(upload_error(py, &error))),
        };
        (self.index, self.given, status, receipt, error)
    }
}

fn status(error: &Error) -> &'static str {
    match error {
        Error::Skipped { .. } => "not_tried",
        Error::Canceled => "interrupted",
        _ => "failed",
    }
}

/// Where outcomes go. `false` where nobody takes them any more.
pub(super) fn tell(outcomes: &SyncSender<Outcome>, outcome: Outcome) -> bool {
    outcomes.send(outcome).is_ok()
}
