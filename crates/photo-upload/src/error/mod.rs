//! Errors, grouped by what the caller can do.

mod photo;
mod source;
mod token;

pub use photo::PhotoError;
pub use source::SourceError;
pub use token::TokenError;

use std::fmt;
use std::time::Duration;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::error_code::{Class, ErrorCode, Scope};
use crate::redact;
use crate::stop_reason::StopReason;

/// Why a photo is not on the record, grouped by what can be done about it.
///
/// [`Error::help`] says what to do, [`Error::stops`] whether it makes sense to go on with a batch, and
/// [`Error::failure`] gives the numbers: status, code, attempts, elapsed time, the first bytes of the answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The call or the configuration is wrong: change it. Nothing was sent.
    #[error("{0}")]
    Config(String),
    /// The picture cannot be accepted: prepare it again, or take another. Nothing was sent.
    #[error("the picture cannot be sent: {0}")]
    Photo(#[from] PhotoError),
    /// The picture could not be read or fetched from where it is. Nothing was sent.
    #[error("the picture could not be read: {0}")]
    Source(#[from] SourceError),
    /// There is no valid access token. Nothing was sent with the last attempt.
    #[error("no access token: {0}")]
    Token(#[from] TokenError),
    /// The endpoint will not accept anything from this token or user: stop, and change the rights.
    #[error("denied: {0}")]
    Denied(Box<Failure>),
    /// The endpoint refused this file, record or module for good.
    #[error("refused: {0}")]
    Refused(Box<Failure>),
    /// The record's state does not allow it now: somebody has to change the record first.
    #[error("not in the record's present state: {0}")]
    RecordState(Box<Failure>),
    /// The account's credits are used up: stop, go on later.
    #[error("out of credits: {0}")]
    OutOfCredits(Box<Failure>),
    /// All attempts failed for reasons that pass: try again later.
    #[error("temporary failure: {0}")]
    Temporary(Box<Failure>),
    /// An attempt may or may not have been carried out: the connection broke, or the answer could not be
    /// read. Uploading the same photo again does no harm to the picture.
    #[error("outcome unknown: {0}")]
    Ambiguous(Box<Failure>),
    /// The caller canceled it.
    #[error("canceled before it was done")]
    Canceled,
    /// Not attempted, because an earlier failure showed that it must fail as well.
    #[error("not attempted, since an earlier failure holds for this one too: {}", because.message)]
    Skipped {
        /// The earlier failure.
        because: Box<StopReason>,
    },
}

/// The facts of a request that failed. Serialized, times are in seconds.
#[derive(Clone, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct Failure {
    /// What it was about, such as `upload to Leads/3000000038009`.
    pub what: String,
    /// HTTP status of the last answer; `None` if there was none.
    pub status: Option<u16>,
    /// The endpoint's error code, if the answer had one.
    pub code: Option<ErrorCode>,
    /// The endpoint's own message, one line of at most 300 characters. For reading only.
    pub message: Option<String>,
    /// What can be done about it.
    pub class: Class,
    /// The first 200 characters of the answer's body, on one line.
    pub body_start: String,
    /// What broke below HTTP (connecting, sending, reading), if that is what happened.
    pub cause: Option<String>,
    /// How often a request was sent, the last one included.
    pub attempts: u32,
    /// From the first attempt to giving up.
    #[serde(serialize_with = "seconds")]
    pub elapsed: Duration,
    /// How long the server asked to wait.
    #[serde(serialize_with = "maybe_seconds")]
    pub retry_after: Option<Duration>,
    /// Whether any attempt may have been carried out although no success was seen.
    pub ambiguous: bool,
    /// Whether the server asked to slow down (HTTP 429).
    pub rate_limited: bool,
    /// The account's remaining API credits, if the answer told.
    pub credits_remaining: Option<u64>,
}

impl Error {
    pub(crate) fn config(text: impl Into<String>) -> Self {
        Self::Config(text.into())
    }

    /// A stable short name of the group, for logs and scripts.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Config(_) => "config",
            Self::Photo(_) => "photo",
            Self::Source(_) => "source",
            Self::Token(_) => "token",
            Self::Denied(_) => "denied",
            Self::Refused(_) => "refused",
            Self::RecordState(_) => "record_state",
            Self::OutOfCredits(_) => "out_of_credits",
            Self::Temporary(_) => "temporary",
            Self::Ambiguous(_) => "ambiguous",
            Self::Canceled => "canceled",
            Self::Skipped { .. } => "skipped",
        }
    }

    /// The facts of the request, if one was sent.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Denied(f)
            | Self::Refused(f)
            | Self::RecordState(f)
            | Self::OutOfCredits(f)
            | Self::Temporary(f)
            | Self::Ambiguous(f) => Some(f),
            _ => None,
        }
    }

    /// The endpoint's error code, if an answer had one.
    pub fn code(&self) -> Option<&ErrorCode> {
        match self {
            Self::Skipped { because } => because.code.as_ref(),
            _ => self.failure().and_then(|f| f.code.as_ref()),
        }
    }

    /// The HTTP status of the last answer, if there was one.
    pub fn status(&self) -> Option<u16> {
        self.failure().and_then(|f| f.status)
    }

    /// How often a request was sent; 0 if none was.
    pub fn attempts(&self) -> u32 {
        self.failure().map_or(0, |f| f.attempts)
    }

    /// From the first attempt to giving up; zero if nothing was sent.
    pub fn elapsed(&self) -> Duration {
        self.failure().map_or(Duration::ZERO, |f| f.elapsed)
    }

    /// Whether the same call may well succeed later without anybody changing anything.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Temporary(_) | Self::Ambiguous(_) | Self::OutOfCredits(_) => true,
            Self::Token(error) => error.is_temporary(),
            Self::Source(error) => error.is_temporary(),
            Self::Skipped { because } => because.temporary,
            _ => false,
        }
    }

    /// Whether the failure reaches beyond this photo and record: [`Scope::Module`] or [`Scope::Batch`] if
    /// further uploads are bound to fail too, `None` if they may succeed.
    pub fn stops(&self) -> Option<Scope> {
        match self {
            Self::OutOfCredits(_) => Some(Scope::Batch),
            Self::Token(error) if !error.is_temporary() => Some(Scope::Batch),
            Self::Denied(f) | Self::Refused(f) => match (f.class, &f.code) {
                // One of these alone may be about its own record or a gateway; a Breaker looks at several.
                (_, Some(ErrorCode::AuthorizationFailed | ErrorCode::InvalidUrlPattern)) => None,
                (Class::Permanent { .. }, None) if matches!(f.status, Some(403 | 404)) => None,
                (Class::Permanent { scope }, _) => Some(scope).filter(|scope| *scope >= Scope::Module),
                _ => Some(Scope::Batch),
            },
            _ => None,
        }
    }

    /// What to do about it, in one or two sentences.
    pub fn help(&self) -> &'static str {
        if let Some(code @ (ErrorCode::InvalidModule | ErrorCode::OauthScopeMismatch)) = self.code() {
            return code.help();
        }
        match self {
            Self::Config(_) => "Change the call or the configuration as the message says.",
            Self::Photo(_) => {
                "Prepare the picture for the limits first (the crate photo-prep does), or take another."
            }
            Self::Source(_) => "Check the path or URL, and that it can be read from here.",
            Self::Token(error) => error.help(),
            Self::Skipped { because } => because.help,
            Self::Canceled => "Start it again if it is still wanted.",
            Self::OutOfCredits(_) => {
                "Wait until the account has credits again, or buy more; then go on with the rest."
            }
            Self::Ambiguous(_) => {
                "Look at the record, or upload again: the same photo twice does it no harm."
            }
            Self::Temporary(f) if f.status.is_none() => {
                "Check the network, the api-domain and any proxy; try again later."
            }
            _ => self.code().map_or(HELP_WITHOUT_CODE, ErrorCode::help),
        }
    }
}

/// As an object with `kind`, `message`, `help`, `temporary`, `stops`, `code` and `failure`; the
/// last two are null where there is none.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Error", 7)?;
        object.serialize_field("kind", self.kind())?;
        object.serialize_field("message", &self.to_string())?;
        object.serialize_field("help", self.help())?;
        object.serialize_field("temporary", &self.is_temporary())?;
        object.serialize_field("stops", &self.stops())?;
        object.serialize_field("code", &self.code())?;
        object.serialize_field("failure", &self.failure())?;
        object.end()
    }
}

pub(crate) fn seconds<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(time.as_secs_f64())
}

fn maybe_seconds<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.as_secs_f64()).serialize(serializer)
}

impl Failure {
    /// Takes a secret out of everything that came from outside.
    pub(crate) fn redact(&mut self, secret: &str) {
        let clean = |text: &mut String| *text = redact::redact(std::mem::take(text), secret);
        clean(&mut self.body_start);
        self.message.iter_mut().chain(&mut self.cause).for_each(clean);
        if let Some(ErrorCode::Other(code)) = &mut self.code {
            clean(code);
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.what)?;
        match (self.status, &self.code, &self.cause) {
            (Some(status), Some(code), _) => write!(f, "{code} (HTTP {status})")?,
            (Some(status), None, _) => write!(f, "HTTP {status} without an error code")?,
            (None, _, _) => write!(f, "no answer")?,
        }
        if let Some(message) = &self.message {
            write!(f, ", \"{message}\"")?;
        } else if self.code.is_none() && !self.body_start.is_empty() {
            write!(f, ", the answer starts \"{}\"", self.body_start)?;
        }
        if let Some(cause) = &self.cause {
            write!(f, ", {cause}")?;
        }
        if let Some(wait) = self.retry_after {
            write!(f, ", asked to wait {} s", wait.as_secs_f64().ceil())?;
        }
        let s = if self.attempts == 1 { "" } else { "s" };
        write!(f, " (after {} attempt{s} in {:.1} s)", self.attempts, self.elapsed.as_secs_f64())
    }
}

const HELP_WITHOUT_CODE: &str = "The answer has no known error code: see its status and first bytes, and check the api-domain and any \
     proxy.";

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(class: Class, code: Option<ErrorCode>) -> Box<Failure> {
        Box::new(Failure {
            what: "upload to Leads/1".into(),
            status: Some(400),
            code,
            message: Some("no".into()),
            class,
            body_start: String::new(),
            cause: None,
            attempts: 2,
            elapsed: Duration::from_millis(1250),
            retry_after: None,
            ambiguous: false,
            rate_limited: false,
            credits_remaining: None,
        })
    }

    #[test]
    fn groups_say_how_far_they_reach() {
        let module = Class::Permanent { scope: Scope::Module };
        let record = Class::Permanent { scope: Scope::Record };
        let cases = [
            (Error::Denied(failure(Class::Token, None)), Some(Scope::Batch), false),
            (Error::Refused(failure(module, Some(ErrorCode::InvalidModule))), Some(Scope::Module), false),
            (Error::Refused(failure(record, Some(ErrorCode::InvalidData))), None, false),
            (Error::OutOfCredits(failure(Class::Temporary, None)), Some(Scope::Batch), true),
            (Error::Temporary(failure(Class::Temporary, None)), None, true),
            (Error::Photo(PhotoError::Empty), None, false),
            (Error::Canceled, None, false),
        ];
        for (error, stops, temporary) in cases {
            assert_eq!(error.stops(), stops, "{error}");
            assert_eq!(error.is_temporary(), temporary, "{error}");
            assert!(!error.help().is_empty());
        }
    }

    #[test]
    fn message_carries_the_facts() {
        let error =
            Error::Refused(failure(Class::Permanent { scope: Scope::Record }, Some(ErrorCode::InvalidData)));
        assert_eq!(
            error.to_string(),
            "refused: upload to Leads/1: INVALID_DATA (HTTP 400), \"no\" (after 2 attempts in 1.2 s)"
        );
        assert_eq!((error.status(), error.attempts()), (Some(400), 2));
    }
}
