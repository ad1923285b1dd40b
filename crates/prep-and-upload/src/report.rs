//! What is reported of the inputs: a JSON line for each, and the tally of all.

use serde::Serialize;

use crate::failure::{Failure, Severity, Status};
use crate::json;

/// What came of an input. Every field is always there in JSON, null where it doesn't apply; only `plan` is
/// just for `explain`.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    pub(crate) file: String,
    pub(crate) status: Status,
    pub(crate) route: Option<&'static str>,
    pub(crate) reasons: Vec<String>,
    pub(crate) lossless: Option<bool>,
    #[serde(rename = "in")]
    pub(crate) input: Option<json::Input>,
    pub(crate) out: Option<json::Output>,
    pub(crate) upload: Option<json::Upload>,
    pub(crate) warnings: Vec<String>,
    pub(crate) error: Option<Failure>,
    /// Milliseconds from taking up the input to its end, waits included.
    pub(crate) ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) plan: Option<Box<photo_prep::Plan>>,
    /// What was done, in words.
    #[serde(skip)]
    pub(crate) story: Vec<String>,
    /// The stages of the preparation with their milliseconds.
    #[serde(skip)]
    pub(crate) stages: Vec<(&'static str, f64)>,
}

impl Report {
    pub(crate) fn new(file: impl Into<String>) -> Self {
        Self { file: file.into(), ..Self::default() }
    }

    pub(crate) fn failed(file: impl Into<String>, failure: Failure) -> Self {
        Self { status: failure.status, error: Some(failure), ..Self::new(file) }
    }

    /// Adds a warning that the preparation's own report doesn't have.
    pub(crate) fn warn(&mut self, text: impl Into<String>) {
        let text = text.into();
        self.story.push(format!("note: {text}"));
        self.warnings.push(text);
    }
}

/// What came of the inputs so far.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) ok: usize,
    pub(crate) refused: usize,
    pub(crate) failed: usize,
    pub(crate) worst: Option<Severity>,
}

impl Tally {
    pub(crate) fn count(&mut self, report: &Report) {
        match report.status {
            Status::Ok => self.ok += 1,
            Status::Refused => self.refused += 1,
            Status::Failed => self.failed += 1,
        }
        self.worst = self.worst.max(report.error.as_ref().map(|failure| failure.severity));
    }

    pub(crate) fn total(&self) -> usize {
        self.ok + self.refused + self.failed
    }
}
