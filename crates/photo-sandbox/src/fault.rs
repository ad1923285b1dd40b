//! What can go wrong on request: one fault, written as a value or as a short text.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error_code::Code;

/// Something that goes wrong with one request.
///
/// Faults are queued with [`Sandbox::push_fault`](crate::Sandbox::push_fault), planned with a
/// [`Script`](crate::Script), or asked for by a client with the header `X-Sandbox-Fault`. All three
/// understand the same text, which [`FromStr`] reads and [`Display`](fmt::Display) prints:
///
/// | text | fault |
/// |---|---|
/// | `429`, `429:retry-after=2`, `429:details=2` | too many requests, with no hint, a header or `details.retry_after` (seconds) |
/// | `500` | the documented `INTERNAL_ERROR` |
/// | `502` | an HTML page with status 502 |
/// | `empty`, `empty:200` | no body at all, with status 500 or the given one (200 to 599) |
/// | `slow:250` | 250 ms pass, then the request is handled normally |
/// | `reset` | the connection is reset before the body is read |
/// | `reset-after-storing` | the request is handled, then the connection is reset without an answer |
/// | `truncate` | the request is handled, the answer breaks off in the middle |
/// | `expire-token` | every access token expires just before this request |
/// | a [label](Code::label), e.g. `RECORD_LOCKED` | that documented refusal |
/// | `wrapped:RECORD_LOCKED` | the same, wrapped in `{"data":[…]}` |
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum Fault {
    /// 429 `TOO_MANY_REQUESTS`, with or without a hint.
    TooManyRequests(RetryHint),
    /// A documented refusal.
    Refuse(Code),
    /// A documented refusal, wrapped in `{"data":[…]}`.
    Wrapped(Code),
    /// An HTML page with status 502, as a gateway in between would send.
    BadGateway,
    /// An answer with this status (200 to 599) and no body.
    Empty(u16),
    /// This time passes before the request is handled normally.
    Slow(Duration),
    /// The connection is reset before the body is read.
    ResetBeforeReading,
    /// The request is handled, then the connection is reset: the client can't know.
    ResetAfterStoring,
    /// The request is handled, but the answer has a larger `Content-Length` than bytes.
    TruncatedAnswer,
    /// Every access token expires just before this request is checked.
    ExpireToken,
}

/// How a 429 tells when to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryHint {
    /// Not at all.
    None,
    /// In the header `Retry-After`, in seconds.
    Header(u32),
    /// In the answer, as `details.retry_after`, in seconds.
    Details(u32),
}

impl Fault {
    /// The fault's kind without its numbers, as [`Stats`](crate::Stats) counts it: `429`, `500`, `slow`, …
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Fault::TooManyRequests(_) => "429",
            Fault::Refuse(Code::InternalError) => "500",
            Fault::Refuse(code) => code.label(),
            Fault::Wrapped(_) => "wrapped",
            Fault::BadGateway => "502",
            Fault::Empty(_) => "empty",
            Fault::Slow(_) => "slow",
            Fault::ResetBeforeReading => "reset",
            Fault::ResetAfterStoring => "reset-after-storing",
            Fault::TruncatedAnswer => "truncate",
            Fault::ExpireToken => "expire-token",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::TooManyRequests(RetryHint::Header(seconds)) => {
                write!(f, "429:retry-after={seconds}")
            }
            Fault::TooManyRequests(RetryHint::Details(seconds)) => {
                write!(f, "429:details={seconds}")
            }
            Fault::Wrapped(code) => write!(f, "wrapped:{code}"),
            Fault::Empty(status) => write!(f, "empty:{status}"),
            Fault::Slow(time) => write!(f, "slow:{}", time.as_millis()),
            plain => f.write_str(plain.kind()),
        }
    }
}

impl FromStr for Fault {
    type Err = FaultSyntax;

    fn from_str(text: &str) -> Result<Self, FaultSyntax> {
        let text = text.trim();
        let (name, value) = match text.split_once(':') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        let fault = match (name, value) {
            ("429", None) => Some(Fault::TooManyRequests(RetryHint::None)),
            ("429", Some(hint)) => parse_hint(hint).map(Fault::TooManyRequests),
            ("500", None) => Some(Fault::Refuse(Code::InternalError)),
            ("502", None) => Some(Fault::BadGateway),
            ("empty", None) => Some(Fault::Empty(500)),
            ("empty", Some(status)) => {
                status.parse().ok().filter(|s| (200..600).contains(s)).map(Fault::Empty)
            }
            ("slow", Some(millis)) => {
                millis.parse::<u32>().ok().map(|ms| Fault::Slow(Duration::from_millis(ms.into())))
            }
            ("reset", None) => Some(Fault::ResetBeforeReading),
            ("reset-after-storing", None) => Some(Fault::ResetAfterStoring),
            ("truncate", None) => Some(Fault::TruncatedAnswer),
            ("expire-token", None) => Some(Fault::ExpireToken),
            ("wrapped", Some(code)) => code.parse().ok().map(Fault::Wrapped),
            (code, None) => code.parse().ok().map(Fault::Refuse),
            _ => None,
        };
        fault.ok_or_else(|| FaultSyntax(text.chars().take(80).collect()))
    }
}

impl TryFrom<String> for Fault {
    type Error = FaultSyntax;

    fn try_from(text: String) -> Result<Self, FaultSyntax> {
        text.parse()
    }
}

impl From<Fault> for String {
    fn from(fault: Fault) -> String {
        fault.to_string()
    }
}

/// The text is neither a fault nor a script of faults; the table at [`Fault`] lists what is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a fault; write for example 429:retry-after=2, 500, slow:250, reset or RECORD_LOCKED")]
pub struct FaultSyntax(pub(crate) String);

fn parse_hint(text: &str) -> Option<RetryHint> {
    let (name, seconds) = text.split_once('=')?;
    let seconds = seconds.parse().ok()?;
    match name {
        "retry-after" => Some(RetryHint::Header(seconds)),
        "details" => Some(RetryHint::Details(seconds)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_read_back() {
        let texts = [
            "429",
            "429:retry-after=2",
            "429:details=0",
            "500",
            "502",
            "empty:200",
            "slow:250",
            "reset",
            "reset-after-storing",
            "truncate",
            "expire-token",
            "RECORD_LOCKED",
            "INVALID_DATA.file",
            "wrapped:NOT_APPROVED",
        ];
        for text in texts {
            let fault: Fault = text.parse().unwrap();
            assert_eq!(fault.to_string(), text);
            let json = serde_json::to_string(&fault).unwrap();
            assert_eq!(serde_json::from_str::<Fault>(&json).unwrap(), fault);
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            "429:",
            "429:later=2",
            "429:details=-1",
            "empty:9",
            "empty:99999",
            "slow",
            "slow:x",
            "wrapped",
            "reset:1",
            "RECORD",
        ] {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
    }
}
