//! The sections of a page.

use crate::remedy::Remedy;
use crate::report::Report;

/// In the page's order: failures by what is to be done about them, then what went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Section {
    Failed(Remedy),
    Stored,
    StoredEarlier,
    Rehearsed,
}

impl Section {
    pub(super) fn of(report: &Report) -> Self {
        let upload = report.upload.as_ref().map(|upload| upload.status);
        match (&report.error, upload) {
            (Some(failure), _) => Self::Failed(Remedy::of(failure)),
            (None, Some("stored_earlier")) => Self::StoredEarlier,
            (None, Some("dry_run")) => Self::Rehearsed,
            (None, _) => Self::Stored,
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Failed(remedy) => remedy.title(),
            Self::Stored => "Stored",
            Self::StoredEarlier => "Stored in an earlier run",
            Self::Rehearsed => "Ready to be sent",
        }
    }

    pub(super) fn help(self) -> &'static str {
        match self {
            Self::Failed(remedy) => remedy.help(),
            Self::Stored => "These are on their records.",
            Self::StoredEarlier => {
                "The journal knows these as stored and unchanged; they were not sent again."
            }
            Self::Rehearsed => "A dry run sends nothing.",
        }
    }

    /// The style of what is in it.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Failed(Remedy::SendAgain | Remedy::GoOn) => "later",
            Self::Failed(_) => "bad",
            _ => "good",
        }
    }
}
