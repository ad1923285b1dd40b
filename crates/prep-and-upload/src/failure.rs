//! Why an input came to nothing.

use std::path::Path;

use crate::report::Status;

/// Why an input came to nothing, and what that means for the exit status.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: Status,
    /// A stable short name.
    pub(crate) kind: &'static str,
    /// What, where, and what to do.
    pub(crate) message: String,
    pub(crate) weight: Weight,
}

/// How far a failure reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// This input will fail again.
    ForGood,
    /// The same may succeed later.
    Passing,
    /// All inputs would fail.
    StopsAll,
    /// Ctrl-C.
    Interrupted,
}

impl Failure {
    /// The picture itself can't be taken.
    pub(crate) fn refused(kind: &'static str, message: impl Into<String>) -> Self {
        Self { status: Status::Refused, kind, message: message.into(), weight: Weight::ForGood }
    }

    /// Something around the picture failed.
    pub(crate) fn failed(kind: &'static str, message: impl Into<String>, weight: Weight) -> Self {
        Self { status: Status::Failed, kind, message: message.into(), weight }
    }

    /// A file or folder could not be read or written.
    pub(crate) fn io(doing: &str, path: &Path, error: &std::io::Error) -> Self {
        let help = match error.kind() {
            std::io::ErrorKind::NotFound => "check the path",
            std::io::ErrorKind::PermissionDenied => "check its permissions",
            std::io::ErrorKind::StorageFull => "make room on the disk",
            _ => "check the file system",
        };
        let message = format!("can't {doing} {}: {error}; {help}", path.display());
        Self::failed("io", message, Weight::ForGood)
    }

    pub(crate) fn interrupted() -> Self {
        Self::failed("interrupted", "not finished: interrupted; run the command again", Weight::Interrupted)
    }

    /// Not tried, since an earlier failure holds for this one too.
    pub(crate) fn stopped(because: &str) -> Self {
        let message = format!("not tried, since an earlier failure holds for this one too: {because}");
        Self::failed("stopped", message, Weight::StopsAll)
    }
}

impl From<photo_prep::Error> for Failure {
    fn from(error: photo_prep::Error) -> Self {
        let (kind, message) = (error.kind(), error.to_string());
        match error {
            photo_prep::Error::Io(_) | photo_prep::Error::PlanMismatch => {
                Self::failed(kind, message, Weight::ForGood)
            }
            _ => Self::refused(kind, message),
        }
    }
}

impl From<photo_upload::Error> for Failure {
    fn from(error: photo_upload::Error) -> Self {
        use photo_upload::{Error, Scope};
        let message = format!("{error}. {}", error.help());
        let kind = kind_of(&error);
        if error.stops() == Some(Scope::Batch) {
            return Self::failed(kind, message, Weight::StopsAll);
        }
        match error {
            Error::Canceled => Self::interrupted(),
            _ if error.is_temporary() => Self::failed(kind, message, Weight::Passing),
            _ => Self::refused(kind, message),
        }
    }
}

fn kind_of(error: &photo_upload::Error) -> &'static str {
    use photo_upload::Error;
    match error {
        Error::Config(_) => "config",
        Error::Photo(_) => "photo",
        Error::Source(_) => "source",
        Error::Token(_) => "token",
        Error::Denied(_) => "denied",
        Error::Refused(_) => "refused",
        Error::RecordState(_) => "record_state",
        Error::OutOfCredits(_) => "out_of_credits",
        Error::Temporary(_) => "temporary",
        Error::Ambiguous(_) => "ambiguous",
        Error::Canceled => "interrupted",
        Error::Skipped { .. } => "skipped",
        _ => "upload",
    }
}
