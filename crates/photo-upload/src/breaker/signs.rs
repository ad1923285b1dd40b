//! What a failure says about uploads other than its own.

use crate::error::Failure;
use crate::error_code::{Class, ErrorCode, Scope};

/// What makes failures equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Code(ErrorCode),
    Status(u16),
    NoAnswer,
    NoToken,
}

/// What a failure means for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Nothing: the endpoint works, and has something against this picture or record.
    Own,
    /// All of this scope will fail.
    Certain(Scope),
    /// All of this scope may be failing.
    Suspected(Scope),
    /// The endpoint, or the way to it, may be out of order.
    Outage,
    /// Too many requests at a time, or too many today.
    Busy,
}

/// The sign of a failure, and what it means.
pub(super) fn read(failure: &Failure) -> (Sign, Meaning) {
    let sign = match (&failure.code, failure.status) {
        (Some(code), _) => Sign::Code(code.clone()),
        (None, Some(status)) => Sign::Status(status),
        (None, None) => Sign::NoAnswer,
    };
    (sign, meaning(failure))
}

fn meaning(failure: &Failure) -> Meaning {
    if failure.rate_limited {
        return match failure.credits_remaining {
            Some(0) => Meaning::Certain(Scope::Batch),
            _ => Meaning::Busy,
        };
    }
    match (failure.class, &failure.code) {
        (Class::Temporary, _) => Meaning::Outage,
        (_, Some(ErrorCode::AuthorizationFailed)) => Meaning::Suspected(Scope::Module),
        (_, Some(ErrorCode::InvalidUrlPattern)) => Meaning::Suspected(Scope::Batch),
        // A gateway or a login page rather than the endpoint.
        (Class::Permanent { .. }, None) if matches!(failure.status, Some(400..=499)) => {
            Meaning::Suspected(Scope::Batch)
        }
        (Class::Permanent { scope }, _) if scope >= Scope::Module => Meaning::Certain(scope),
        // The retry loop has renewed the token by then.
        (Class::Token, _) => Meaning::Certain(Scope::Batch),
        _ => Meaning::Own,
    }
}
