//! The endpoint's documented error codes, what they mean here, and what to do about them.

use std::fmt;

use serde::{Serialize, Serializer};

/// An error code of the endpoint.
///
/// Decided by the `code` of the answer alone, never by its message; [`ErrorCode::InvalidFileType`] is
/// `INVALID_DATA` with HTTP status 415.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// `INVALID_MODULE`: no such module, or one without photos.
    InvalidModule,
    /// `INVALID_URL_PATTERN`: the URL is not one of the API's.
    InvalidUrlPattern,
    /// `OAUTH_SCOPE_MISMATCH`: the token lacks the scope.
    OauthScopeMismatch,
    /// `NO_PERMISSION`: the user may not upload photos.
    NoPermission,
    /// `INTERNAL_ERROR`: the server failed.
    InternalError,
    /// `INVALID_REQUEST_METHOD`: the URL does not take this method.
    InvalidRequestMethod,
    /// `AUTHORIZATION_FAILED`: the user's privilege is missing; the token is fine.
    AuthorizationFailed,
    /// `INVALID_DATA`, not with status 415: the record id is wrong.
    InvalidData,
    /// `INVALID_DATA` with status 415: the file is not a picture the endpoint takes.
    InvalidFileType,
    /// `FILE_SIZE_MORE_THAN_ALLOWED_SIZE`: too many bytes or pixels.
    FileTooLarge,
    /// `FILE_SIZE_EXCEEDS`: too many bytes (later API versions).
    FileSizeExceeds,
    /// `FILE_RESOLUTION_EXCEEDS`: too many pixels (later API versions).
    FileResolutionExceeds,
    /// `INVALID_TOKEN`: the access token is stale.
    InvalidToken,
    /// `AUTHENTICATION_FAILURE`: the access token was not accepted.
    AuthenticationFailure,
    /// `INVALID_OAUTHTOKEN`: the access token is stale.
    InvalidOauthToken,
    /// `TOO_MANY_REQUESTS`: too many calls at a time, or the credits are used up.
    TooManyRequests,
    /// `RATE_LIMIT_EXCEEDED`: too many calls in a time.
    RateLimitExceeded,
    /// `RECORD_LOCKED`: the record is locked.
    RecordLocked,
    /// `NOT_APPROVED`: the record waits for approval.
    NotApproved,
    /// `NOT_REVIEWED`: the record waits for review.
    NotReviewed,
    /// `CANNOT_PERFORM_ACTION`: the record's state does not allow it.
    CannotPerformAction,
    /// Any other code, as received (shortened to 100 characters, control characters replaced).
    Other(String),
}

/// What can be done about a failure. Serialized as an object with `kind`, and `scope` for permanent ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Class {
    /// The same request will fail again; `scope` says what else is bound to fail with it.
    Permanent {
        /// How far the failure reaches.
        scope: Scope,
    },
    /// Trying again later may succeed.
    Temporary,
    /// The access token is stale: a fresh one may succeed.
    Token,
    /// The record's present state forbids it: somebody has to change the record first.
    RecordState,
}

/// How far a permanent failure reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Scope {
    /// This picture, on any record.
    File,
    /// This record, with any picture.
    Record,
    /// Every record of this module.
    Module,
    /// Everything: a batch should stop.
    Batch,
}

impl ErrorCode {
    /// The typed code for an answer's `code` and HTTP status. Upper and lower case do not matter.
    pub fn from_response(code: &str, status: u16) -> Self {
        let upper = code.trim().to_ascii_uppercase();
        if upper == "INVALID_DATA" && status == 415 {
            return Self::InvalidFileType;
        }
        match KNOWN.iter().find(|(name, _)| *name == upper) {
            Some((_, known)) => known.clone(),
            None => Self::Other(crate::redact::one_line(code.trim(), 100)),
        }
    }

    /// The code as it stands in the answer.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Other(code) => code,
            Self::InvalidFileType => "INVALID_DATA",
            known => KNOWN.iter().find(|(_, k)| k == known).map_or("", |(name, _)| name),
        }
    }

    /// What can be done, given the HTTP status the code came with (it decides for [`ErrorCode::Other`]).
    pub fn class(&self, status: u16) -> Class {
        let permanent = |scope| Class::Permanent { scope };
        match self {
            Self::InvalidFileType
            | Self::FileTooLarge
            | Self::FileSizeExceeds
            | Self::FileResolutionExceeds => permanent(Scope::File),
            Self::InvalidData | Self::InvalidRequestMethod => permanent(Scope::Record),
            Self::InvalidModule
            | Self::OauthScopeMismatch
            | Self::NoPermission
            | Self::AuthorizationFailed => permanent(Scope::Module),
            Self::InvalidUrlPattern => permanent(Scope::Batch),
            Self::InvalidToken | Self::AuthenticationFailure | Self::InvalidOauthToken => Class::Token,
            Self::InternalError | Self::TooManyRequests | Self::RateLimitExceeded => Class::Temporary,
            Self::RecordLocked | Self::NotApproved | Self::NotReviewed | Self::CannotPerformAction => {
                Class::RecordState
            }
            Self::Other(_) => class_of_status(status),
        }
    }

    /// What to do about it, in one or two sentences.
    pub fn help(&self) -> &'static str {
        HELP.iter().find(|(codes, _)| codes.contains(self)).map_or(HELP_FOR_OTHERS, |(_, help)| help)
    }

    /// Every documented code, without [`ErrorCode::Other`].
    pub fn all() -> impl Iterator<Item = ErrorCode> {
        KNOWN.iter().map(|(_, code)| code.clone()).chain([Self::InvalidFileType])
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// As the code stands in the answer.
impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What can be done about a failure of which only the HTTP status is known.
pub(crate) fn class_of_status(status: u16) -> Class {
    match status {
        401 => Class::Token,
        408 | 425 | 429 => Class::Temporary,
        501 | 505 => Class::Permanent { scope: Scope::Record },
        500..=599 => Class::Temporary,
        413 | 415 | 422 => Class::Permanent { scope: Scope::File },
        // A redirect is never followed, since the token would go with it: the api-domain is wrong for every
        // record.
        300..=399 | 402 | 407 => Class::Permanent { scope: Scope::Batch },
        // A gateway or a login page: the endpoint itself sends a code.
        403 | 404 => Class::Permanent { scope: Scope::Batch },
        _ => Class::Permanent { scope: Scope::Record },
    }
}

const KNOWN: [(&str, ErrorCode); 20] = [
    ("INVALID_MODULE", ErrorCode::InvalidModule),
    ("INVALID_URL_PATTERN", ErrorCode::InvalidUrlPattern),
    ("OAUTH_SCOPE_MISMATCH", ErrorCode::OauthScopeMismatch),
    ("NO_PERMISSION", ErrorCode::NoPermission),
    ("INTERNAL_ERROR", ErrorCode::InternalError),
    ("INVALID_REQUEST_METHOD", ErrorCode::InvalidRequestMethod),
    ("AUTHORIZATION_FAILED", ErrorCode::AuthorizationFailed),
    ("INVALID_DATA", ErrorCode::InvalidData),
    ("FILE_SIZE_MORE_THAN_ALLOWED_SIZE", ErrorCode::FileTooLarge),
    ("FILE_SIZE_EXCEEDS", ErrorCode::FileSizeExceeds),
    ("FILE_RESOLUTION_EXCEEDS", ErrorCode::FileResolutionExceeds),
    ("INVALID_TOKEN", ErrorCode::InvalidToken),
    ("AUTHENTICATION_FAILURE", ErrorCode::AuthenticationFailure),
    ("INVALID_OAUTHTOKEN", ErrorCode::InvalidOauthToken),
    ("TOO_MANY_REQUESTS", ErrorCode::TooManyRequests),
    ("RATE_LIMIT_EXCEEDED", ErrorCode::RateLimitExceeded),
    ("RECORD_LOCKED", ErrorCode::RecordLocked),
    ("NOT_APPROVED", ErrorCode::NotApproved),
    ("NOT_REVIEWED", ErrorCode::NotReviewed),
    ("CANNOT_PERFORM_ACTION", ErrorCode::CannotPerformAction),
];

/// What to do about each code.
const HELP: [(&[ErrorCode], &str); 16] = [
    (
        &[ErrorCode::InvalidModule],
        "Check the module's API name (Leads, Contacts, Accounts, Products, Vendors or a custom \
         module; Deals in later API versions). Modules without record photos cannot take one.",
    ),
    (
        &[ErrorCode::InvalidUrlPattern],
        "Check the api-domain and the API version: the endpoint is \
         {api-domain}/crm/{version}/{module}/{record}/photo.",
    ),
    (
        &[ErrorCode::OauthScopeMismatch],
        "Make a new refresh token whose scope includes ZohoCRM.modules.ALL, or \
         ZohoCRM.modules.{module}.CREATE. Refreshing the present one does not help.",
    ),
    (
        &[ErrorCode::NoPermission],
        "The token's user may not upload photos to this module. Ask an administrator for the \
         permission.",
    ),
    (
        &[ErrorCode::InternalError],
        "The server failed. Try again later; tell the vendor's support if it goes on.",
    ),
    (
        &[ErrorCode::InvalidRequestMethod],
        "The URL does not take this method: check the api-domain, and any proxy that may change \
         requests.",
    ),
    (
        &[ErrorCode::AuthorizationFailed],
        "The token is fine, but its user lacks the privilege for this record. Ask an administrator.",
    ),
    (&[ErrorCode::InvalidData], "No such record in this module: check the record's id."),
    (
        &[ErrorCode::InvalidFileType],
        "Send a PNG, JPEG, GIF or BMP picture; other formats have to be converted first.",
    ),
    (
        &[ErrorCode::FileTooLarge, ErrorCode::FileSizeExceeds, ErrorCode::FileResolutionExceeds],
        "Prepare the picture again, smaller: at most 10 MB and 10 megapixels.",
    ),
    (
        &[ErrorCode::InvalidToken, ErrorCode::AuthenticationFailure, ErrorCode::InvalidOauthToken],
        "The access token has expired or belongs to another data center. Get a new one, and check \
         that token URL and api-domain are of the same data center.",
    ),
    (
        &[ErrorCode::TooManyRequests, ErrorCode::RateLimitExceeded],
        "Send fewer requests at a time, or wait until the account has credits again.",
    ),
    (&[ErrorCode::RecordLocked], "The record is locked. Unlock it, or wait until whoever locked it is done."),
    (&[ErrorCode::NotApproved], "The record waits for approval. Approve it, then upload again."),
    (&[ErrorCode::NotReviewed], "The record waits for review. Review it, then upload again."),
    (
        &[ErrorCode::CannotPerformAction],
        "The record's state (an approval or a process it is in) does not allow this now. Finish \
         that first.",
    ),
];
const HELP_FOR_OTHERS: &str =
    "This code is not documented for photos: see the message and status, and the vendor's list.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_round_trips_and_has_help() {
        for code in ErrorCode::all() {
            let status = if code == ErrorCode::InvalidFileType { 415 } else { 400 };
            assert_eq!(ErrorCode::from_response(code.as_str(), status), code);
            assert!(code.help().len() > 20, "{code}");
        }
        assert_eq!(ErrorCode::all().count(), 21);
        assert_eq!(ErrorCode::from_response(" invalid_token ", 401), ErrorCode::InvalidToken);
        assert_eq!(ErrorCode::from_response("NEW\nONE", 400), ErrorCode::Other("NEW_ONE".to_owned()));
        assert_eq!(ErrorCode::from_response(&"x".repeat(5000), 400).as_str().chars().count(), 100);
    }

    #[test]
    fn classes() {
        let permanent = |scope| Class::Permanent { scope };
        let cases = [
            (ErrorCode::InvalidModule, 400, permanent(Scope::Module)),
            (ErrorCode::OauthScopeMismatch, 401, permanent(Scope::Module)),
            (ErrorCode::NoPermission, 403, permanent(Scope::Module)),
            (ErrorCode::AuthorizationFailed, 400, permanent(Scope::Module)),
            (ErrorCode::InvalidUrlPattern, 404, permanent(Scope::Batch)),
            (ErrorCode::InternalError, 500, Class::Temporary),
            (ErrorCode::InvalidData, 400, permanent(Scope::Record)),
            (ErrorCode::InvalidFileType, 415, permanent(Scope::File)),
            (ErrorCode::FileTooLarge, 415, permanent(Scope::File)),
            (ErrorCode::InvalidToken, 401, Class::Token),
            (ErrorCode::TooManyRequests, 429, Class::Temporary),
            (ErrorCode::RecordLocked, 400, Class::RecordState),
            (ErrorCode::Other("X".into()), 503, Class::Temporary),
            (ErrorCode::Other("X".into()), 429, Class::Temporary),
            (ErrorCode::Other("X".into()), 401, Class::Token),
            (ErrorCode::Other("X".into()), 302, permanent(Scope::Batch)),
            (ErrorCode::Other("X".into()), 413, permanent(Scope::File)),
            (ErrorCode::Other("X".into()), 400, permanent(Scope::Record)),
        ];
        for (code, status, class) in cases {
            assert_eq!(code.class(status), class, "{code} {status}");
        }
    }
}
