//! What is told of one input: the JSON line.

use serde::Serialize;

use crate::exit::Tally;
use crate::failure::{Failure, Weight};
use crate::json::{ErrorFacts, InFacts, OutFacts, UploadFacts};

/// What came of an input. Every field is always there in JSON, null where it doesn't apply; only `plan` is just for
/// `explain`.
#[derive(Debug, Serialize)]
pub(crate) struct Record {
    pub(crate) file: String,
    pub(crate) status: Status,
    pub(crate) route: Option<&'static str>,
    pub(crate) reasons: Vec<String>,
    pub(crate) lossless: Option<bool>,
    #[serde(rename = "in")]
    pub(crate) input: Option<InFacts>,
    pub(crate) out: Option<OutFacts>,
    pub(crate) upload: Option<UploadFacts>,
    pub(crate) warnings: Vec<String>,
    pub(crate) error: Option<ErrorFacts>,
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
    #[serde(skip)]
    weight: Option<Weight>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Ok,
    /// The picture or the endpoint says no for good.
    Refused,
    /// Reading, writing, the network, or something that holds for all inputs.
    Failed,
}

impl Record {
    pub(crate) fn new(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            status: Status::Ok,
            route: None,
            reasons: Vec::new(),
            lossless: None,
            input: None,
            out: None,
            upload: None,
            warnings: Vec::new(),
            error: None,
            ms: 0.0,
            plan: None,
            story: Vec::new(),
            stages: Vec::new(),
            weight: None,
        }
    }

    pub(crate) fn failed(file: impl Into<String>, failure: Failure) -> Self {
        let mut record = Self::new(file);
        record.fail(failure);
        record
    }

    pub(crate) fn fail(&mut self, failure: Failure) {
        self.status = failure.status;
        self.weight = Some(failure.weight);
        self.error = Some(ErrorFacts { kind: failure.kind, message: failure.message });
    }

    /// Adds a warning that the preparation's own report doesn't have.
    pub(crate) fn warn(&mut self, text: impl Into<String>) {
        let text = text.into();
        self.story.push(format!("note: {text}"));
        self.warnings.push(text);
    }

    pub(crate) fn count(&self, tally: &mut Tally) {
        match self.status {
            Status::Ok => tally.ok += 1,
            Status::Refused => tally.refused += 1,
            Status::Failed => tally.failed += 1,
        }
        if let Some(weight) = self.weight {
            tally.weigh(weight);
        }
    }
}
