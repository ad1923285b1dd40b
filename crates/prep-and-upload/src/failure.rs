//! Why an input came to nothing, and what that means for the exit status.

use std::path::Path;

use photo_prep::LimitKind;
use photo_upload::{Scope, SourceError};
use serde::Serialize;

/// What a command comes to: the severity of its worst failure, if there was any.
pub(crate) type Outcome = Result<Option<Severity>, UsageError>;

/// Why an input came to nothing; the fields of `error` in a JSON line.
#[derive(Debug, Serialize)]
pub(crate) struct Failure {
    #[serde(skip)]
    pub(crate) status: Status,
    /// A stable short name.
    pub(crate) kind: &'static str,
    /// What, where, and what to do.
    pub(crate) message: String,
    #[serde(skip)]
    pub(crate) severity: Severity,
}

/// How an input ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    #[default]
    Ok,
    /// The picture or the endpoint says no, and always will.
    Refused,
    /// Reading, writing, the network, or something that holds for all inputs.
    Failed,
}

/// How far a failure reaches. The worst one, which comes last here, decides how the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    /// The same may succeed later.
    Temporary,
    /// This input will fail again.
    Permanent,
    /// All inputs would fail: authorization, scope, credits.
    StopsAll,
    /// Ctrl-C.
    Interrupted,
}

impl Severity {
    /// The exit status of a program whose worst failure is of this severity.
    pub(crate) fn exit_code(self) -> i32 {
        match self {
            Self::Temporary => 5,
            Self::Permanent => 1,
            Self::StopsAll => 7,
            // 128 and the number of SIGINT, as shells have it.
            Self::Interrupted => 130,
        }
    }
}

/// The exit status after a [`UsageError`].
pub(crate) const USAGE_EXIT_CODE: i32 = 2;

/// The command can't be carried out as it was given; nothing was done.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct UsageError(pub(crate) String);

impl From<photo_upload::Error> for UsageError {
    fn from(error: photo_upload::Error) -> Self {
        Self(format!("{error}. {}", error.help()))
    }
}

impl Failure {
    /// The picture itself can't be taken.
    pub(crate) fn refused(kind: &'static str, message: impl Into<String>) -> Self {
        Self { status: Status::Refused, kind, message: message.into(), severity: Severity::Permanent }
    }

    /// Something around the picture failed.
    pub(crate) fn failed(kind: &'static str, message: impl Into<String>, severity: Severity) -> Self {
        Self { status: Status::Failed, kind, message: message.into(), severity }
    }

    /// A mistake of this program.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::failed("internal", message, Severity::Permanent)
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
        Self::failed("io", message, Severity::Permanent)
    }

    pub(crate) fn interrupted() -> Self {
        Self::failed("interrupted", "not finished: interrupted; run the command again", Severity::Interrupted)
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        let severity = if error.is_temporary() { Severity::Temporary } else { Severity::Permanent };
        let message = match error {
            SourceError::File { path, error } => return Self::io("read", &path, &error),
            SourceError::TooLarge { actual, limit } => {
                return photo_prep::Error::LimitExceeded { what: LimitKind::InputBytes, actual, limit }
                    .into();
            }
            SourceError::Status { host, status } => {
                let help = if severity == Severity::Temporary { "try again later" } else { "check the URL" };
                format!("can't fetch it: {host} answered with HTTP {status}; {help}")
            }
            SourceError::Network { host, cause } => {
                format!("can't fetch it from {host}: {cause}; check the URL and the network")
            }
            SourceError::Url(why) => format!("can't fetch it: {why}; check the URL"),
            error => format!("can't fetch it: {error}; check the URL and the network"),
        };
        Self::failed("source", message, severity)
    }
}

impl From<photo_prep::Error> for Failure {
    fn from(error: photo_prep::Error) -> Self {
        let (kind, message) = (error.kind(), error.to_string());
        match error {
            photo_prep::Error::Io { .. } | photo_prep::Error::PlanMismatch => {
                Self::failed(kind, message, Severity::Permanent)
            }
            _ => Self::refused(kind, message),
        }
    }
}

impl From<&photo_upload::Error> for Failure {
    fn from(error: &photo_upload::Error) -> Self {
        let message = format!("{error}. {}", error.help());
        match error {
            photo_upload::Error::Canceled => Self::interrupted(),
            error if error.stops() == Some(Scope::Batch) => {
                Self::failed(error.kind(), message, Severity::StopsAll)
            }
            error if error.is_temporary() => Self::failed(error.kind(), message, Severity::Temporary),
            error => Self::refused(error.kind(), message),
        }
    }
}
