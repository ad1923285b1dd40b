//! Why an input came to nothing, and what that means for the exit status.

use std::path::Path;

use photo_prep::{LimitKind, Verdict};
use photo_upload::{SourceError, StopReason};
use serde::Serialize;

/// What a command comes to: the severity of its worst failure, if there was any.
pub(crate) type Outcome = Result<Option<Severity>, UsageError>;

/// Why an input came to nothing; the fields of `error` in a JSON line.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Failure {
    /// A stable short name.
    pub(crate) kind: &'static str,
    /// What, where, and what to do.
    pub(crate) message: String,
    /// What to do, whatever the picture. A report has it always.
    pub(crate) help: Option<&'static str>,
    #[serde(skip)]
    pub(crate) severity: Severity,
    /// Whether it was not even begun.
    #[serde(skip)]
    pub(crate) not_tried: bool,
}

/// How far a failure reaches. The worst one, which comes last here, decides how the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    /// The picture or the endpoint says no, and always will.
    Refused,
    /// Something around the picture failed, and will fail again.
    Permanent,
    /// The same may succeed later: whatever else failed, it is worth running again.
    Temporary,
    /// All inputs would fail: authorization, scope, credits.
    StopsAll,
    /// Ctrl-C, SIGTERM or SIGHUP.
    Interrupted,
}

impl Severity {
    /// The exit status of a program whose worst failure is of this severity.
    pub(crate) fn exit_code(self) -> i32 {
        match self {
            Self::Temporary => 5,
            Self::Refused | Self::Permanent => 1,
            Self::StopsAll => 7,
            // 128 and the number of SIGINT, as shells have it.
            Self::Interrupted => 130,
        }
    }
}

/// The command can't be carried out as it was given; nothing was done.
#[derive(Debug)]
pub(crate) struct UsageError(pub(crate) String);

impl UsageError {
    pub(crate) fn new(error: impl ToString) -> Self {
        Self(error.to_string())
    }
}

impl From<photo_upload::Error> for UsageError {
    fn from(error: photo_upload::Error) -> Self {
        Self(format!("{error}. {}", error.help()))
    }
}

impl Failure {
    pub(crate) fn new(severity: Severity, kind: &'static str, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), help: None, severity, not_tried: false }
    }

    /// How an input ended, in one word.
    pub(crate) fn status(&self) -> &'static str {
        match self.severity {
            _ if self.not_tried => "not_tried",
            Severity::Refused => "refused",
            _ => "failed",
        }
    }

    /// Nothing was sent, since an earlier failure holds for this one too.
    pub(crate) fn stopped(because: &StopReason) -> Self {
        let severity = if because.temporary { Severity::Temporary } else { Severity::StopsAll };
        let message = format!("not tried, since an earlier failure holds for this one too: {because}");
        Self { not_tried: true, help: Some(because.help), ..Self::new(severity, "stopped", message) }
    }

    /// Nothing was sent, since nobody reads standard output any more.
    pub(crate) fn not_begun() -> Self {
        let message = "not tried, since standard output was closed";
        Self { not_tried: true, ..Self::new(Severity::Permanent, "stopped", message) }
    }

    pub(crate) fn refused(kind: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Refused, kind, message)
    }

    /// A mistake of this program.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(Severity::Permanent, "internal", message)
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
        Self::new(Severity::Permanent, "io", message)
    }

    pub(crate) fn interrupted() -> Self {
        let message = "not finished: interrupted; run the command again (with --resume if it has a journal)";
        Self::new(Severity::Interrupted, "interrupted", message)
    }
}

/// A picture that does not meet the requirements as it is.
impl From<&Verdict> for Failure {
    fn from(verdict: &Verdict) -> Self {
        Self::refused(verdict.status.name(), verdict.to_string())
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        let severity = if error.is_temporary() { Severity::Temporary } else { Severity::Permanent };
        let message = match &error {
            SourceError::File { path, error } => return Self::io("read", path, error),
            &SourceError::TooLarge { actual, limit } => {
                let what = LimitKind::InputBytes;
                return photo_prep::Error::LimitExceeded { what, actual, limit }.into();
            }
            SourceError::Status { .. } if error.is_temporary() => {
                format!("can't fetch it: {error}; try again later")
            }
            SourceError::Status { .. } => format!("can't fetch it: {error}; check the URL"),
            SourceError::Url(why) => format!("can't fetch it: {why}; check the URL"),
            SourceError::Network { .. } => {
                format!("can't fetch it from {error}; check the URL and the network")
            }
            _ => format!("can't fetch it: {error}; check the URL and the network"),
        };
        Self::new(severity, "source", message)
    }
}

impl From<photo_prep::Error> for Failure {
    fn from(error: photo_prep::Error) -> Self {
        use photo_prep::Error::{Io, PlanMismatch};
        let around = matches!(error, Io { .. } | PlanMismatch);
        let severity = if around { Severity::Permanent } else { Severity::Refused };
        Self::new(severity, error.kind(), error.to_string())
    }
}

impl From<&photo_upload::Error> for Failure {
    fn from(error: &photo_upload::Error) -> Self {
        let severity = match error {
            photo_upload::Error::Canceled => return Self::interrupted(),
            photo_upload::Error::Skipped { because } => return Self::stopped(because),
            photo_upload::Error::Denied(_) | photo_upload::Error::OutOfCredits(_) => Severity::StopsAll,
            photo_upload::Error::Token(error) if !error.is_temporary() => Severity::StopsAll,
            error if error.is_temporary() => Severity::Temporary,
            _ => Severity::Refused,
        };
        let help = error.help();
        Self { help: Some(help), ..Self::new(severity, error.kind(), format!("{error}. {help}")) }
    }
}
