//! What can be done about failures: the groups of a report, and the help where a failure has none of its own.

use crate::failure::{Failure, Severity};

/// What to do about a failure. Reports have the groups in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Remedy {
    /// All the rest waits for this to be mended.
    MendTheRun,
    SendAgain,
    CorrectTheRecord,
    TakeAnotherPicture,
    FindTheFile,
    /// It failed for good before, and was not tried again.
    RetryFailed,
    ReportTheFault,
    /// Nothing is known to be wrong with it.
    GoOn,
}

impl Remedy {
    pub(crate) fn of(failure: &Failure) -> Self {
        if failure.not_tried {
            return Self::GoOn;
        }
        match (failure.severity, failure.kind) {
            (Severity::StopsAll, _) => Self::MendTheRun,
            (Severity::Temporary | Severity::Interrupted, _) => Self::SendAgain,
            (_, "failed_earlier") => Self::RetryFailed,
            (_, "internal" | "plan_mismatch" | "not_compliant") => Self::ReportTheFault,
            (_, "io" | "missing" | "source" | "no_pictures" | "would_overwrite") => Self::FindTheFile,
            (_, "refused" | "record_state" | "config" | "not_in_map") => Self::CorrectTheRecord,
            _ => Self::TakeAnotherPicture,
        }
    }

    /// In a few words, as a heading.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::MendTheRun => "Mend what stopped the run",
            Self::SendAgain => "Send again",
            Self::CorrectTheRecord => "Correct the record or the map",
            Self::TakeAnotherPicture => "Take another picture",
            Self::FindTheFile => "Look for the file",
            Self::RetryFailed => "Failed for good in an earlier run",
            Self::ReportTheFault => "Report a fault of the program",
            Self::GoOn => "Not tried",
        }
    }

    /// In whole sentences.
    pub(crate) fn help(self) -> &'static str {
        match self {
            Self::MendTheRun => "Mend what the reason says, then run the command again with --resume.",
            Self::SendAgain => {
                "It failed for a reason that passes: run the command again, with --resume if it has a journal."
            }
            Self::CorrectTheRecord => {
                "Look at the record: its id, its module, its state, and its row of the map."
            }
            Self::TakeAnotherPicture => {
                "No compliant picture can be made of it: take another, or allow what the reason names."
            }
            Self::FindTheFile => {
                "See to it that the file or URL is there, that it can be read, and that outputs go elsewhere."
            }
            Self::RetryFailed => "Mend what the reason says, then try it again with --retry-failed.",
            Self::ReportTheFault => "Please report it, with the file if others may see it.",
            Self::GoOn => {
                "Nothing is known to be wrong with it: when what stopped the run is mended, run the command again, \
                 with --resume if it has a journal."
            }
        }
    }
}
