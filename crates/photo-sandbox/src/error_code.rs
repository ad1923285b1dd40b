//! The documented answers of the endpoint, one variant each.

use std::fmt;
use std::str::FromStr;

/// One documented answer: the code on the wire, its HTTP status and its message.
///
/// Two codes stand for two things each on the wire (`INVALID_MODULE`, `INVALID_DATA`), so a code also has a
/// [label](Code::label) of its own, which is what [`FromStr`] reads and [`Display`](fmt::Display) prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Code {
    /// The module name is not a module's name.
    InvalidModule,
    /// The module exists, but has no photos.
    ModuleNotSupported,
    /// No such path.
    InvalidUrlPattern,
    /// The token lacks the scope for this module.
    OauthScopeMismatch,
    /// The user may not upload photos.
    NoPermission,
    /// A fault of the server.
    InternalError,
    /// A method other than POST, GET and DELETE.
    InvalidRequestMethod,
    /// The user's privilege is too small.
    AuthorizationFailed,
    /// The record id is wrong, or the form is malformed or without the part `file`.
    InvalidData,
    /// The part `file` is not a picture of a kind the endpoint takes.
    InvalidFileType,
    /// Too many bytes or pixels, as the older versions say it.
    FileSizeMoreThanAllowedSize,
    /// Too many bytes, as the newer versions say it.
    FileSizeExceeds,
    /// Too many pixels, as the newer versions say it.
    FileResolutionExceeds,
    /// The token is unknown or has expired.
    InvalidToken,
    /// No token came with the request.
    AuthenticationFailure,
    /// A third name for a stale token.
    InvalidOauthtoken,
    /// Too many calls at a time.
    TooManyRequests,
    /// The credits are used up.
    RateLimitExceeded,
    /// The record is locked.
    RecordLocked,
    /// The record waits for approval.
    NotApproved,
    /// The record waits for a review.
    NotReviewed,
    /// The record's state forbids it.
    CannotPerformAction,
    /// The client stopped sending in the middle of the body (not documented by the service).
    RequestTimeout,
    /// A code that no documentation names, to see what a client does with it.
    Undocumented,
}

impl Code {
    /// Every code, in the order of the table in the crate's documentation.
    pub const ALL: [Code; 24] = [
        Code::InvalidModule,
        Code::ModuleNotSupported,
        Code::InvalidUrlPattern,
        Code::OauthScopeMismatch,
        Code::NoPermission,
        Code::InternalError,
        Code::InvalidRequestMethod,
        Code::AuthorizationFailed,
        Code::InvalidData,
        Code::InvalidFileType,
        Code::FileSizeMoreThanAllowedSize,
        Code::FileSizeExceeds,
        Code::FileResolutionExceeds,
        Code::InvalidToken,
        Code::AuthenticationFailure,
        Code::InvalidOauthtoken,
        Code::TooManyRequests,
        Code::RateLimitExceeded,
        Code::RecordLocked,
        Code::NotApproved,
        Code::NotReviewed,
        Code::CannotPerformAction,
        Code::RequestTimeout,
        Code::Undocumented,
    ];

    /// The `code` of the answer, e.g. `INVALID_DATA`.
    #[must_use]
    pub fn wire(self) -> &'static str {
        self.facts().0
    }

    /// The HTTP status of the answer.
    #[must_use]
    pub fn status(self) -> u16 {
        self.facts().1
    }

    /// The `message` of the answer, as the documentation of versions v2 to v7 has it. Clients should not
    /// match on it.
    #[must_use]
    pub fn message(self) -> &'static str {
        self.facts().2
    }

    /// The `message` of the answer in this version of the API: v8 is documented in words of its own.
    #[must_use]
    pub fn message_in(self, version: u8) -> &'static str {
        match self {
            _ if version < 8 => self.message(),
            Code::InvalidRequestMethod => "The request method is incorrect.",
            Code::AuthorizationFailed => "User does not have sufficient privilege to upload photo.",
            Code::InvalidData => "You have specified an invalid record ID.",
            _ => self.message(),
        }
    }

    /// A name that is unique among the codes: the wire code, but `INVALID_MODULE.unsupported` and
    /// `INVALID_DATA.file` for the second meanings.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Code::ModuleNotSupported => "INVALID_MODULE.unsupported",
            Code::InvalidFileType => "INVALID_DATA.file",
            other => other.wire(),
        }
    }

    /// Wire code, HTTP status, message.
    fn facts(self) -> (&'static str, u16, &'static str) {
        match self {
            Code::InvalidModule => ("INVALID_MODULE", 400, "The module name given seems to be invalid"),
            Code::ModuleNotSupported => ("INVALID_MODULE", 400, "The given module is not supported in API"),
            Code::InvalidUrlPattern => {
                ("INVALID_URL_PATTERN", 404, "Please check if the URL trying to access is a correct one")
            }
            Code::OauthScopeMismatch => ("OAUTH_SCOPE_MISMATCH", 401, "Unauthorized"),
            Code::NoPermission => ("NO_PERMISSION", 403, "Permission denied to upload photo"),
            Code::InternalError => ("INTERNAL_ERROR", 500, "Internal Server Error"),
            Code::InvalidRequestMethod => {
                ("INVALID_REQUEST_METHOD", 400, "The http request method type is not a valid one")
            }
            Code::AuthorizationFailed => {
                ("AUTHORIZATION_FAILED", 400, "User does not have sufficient privilege to upload photo")
            }
            Code::InvalidData => ("INVALID_DATA", 400, "the related id given seems to be invalid"),
            Code::InvalidFileType => ("INVALID_DATA", 415, "invalid file type"),
            Code::FileSizeMoreThanAllowedSize => (
                "FILE_SIZE_MORE_THAN_ALLOWED_SIZE",
                415,
                "please check if the file size is in the correct range",
            ),
            Code::FileSizeExceeds => ("FILE_SIZE_EXCEEDS", 413, "the size of the photo exceeds the limit"),
            Code::FileResolutionExceeds => {
                ("FILE_RESOLUTION_EXCEEDS", 415, "the resolution of the photo exceeds the limit")
            }
            Code::InvalidToken => ("INVALID_TOKEN", 401, "invalid oauth token"),
            Code::AuthenticationFailure => ("AUTHENTICATION_FAILURE", 401, "authentication failure"),
            Code::InvalidOauthtoken => ("INVALID_OAUTHTOKEN", 401, "invalid oauth token"),
            Code::TooManyRequests => {
                ("TOO_MANY_REQUESTS", 429, "too many requests fired in a concurrent manner")
            }
            Code::RateLimitExceeded => ("RATE_LIMIT_EXCEEDED", 429, "the credits for api calls are used up"),
            Code::RecordLocked => {
                ("RECORD_LOCKED", 400, "You cannot perform this operation as the record is locked.")
            }
            Code::NotApproved => ("NOT_APPROVED", 400, "the record is not approved yet"),
            Code::NotReviewed => ("NOT_REVIEWED", 400, "the record is not reviewed yet"),
            Code::CannotPerformAction => {
                ("CANNOT_PERFORM_ACTION", 400, "the action cannot be performed on this record")
            }
            Code::RequestTimeout => ("REQUEST_TIMEOUT", 408, "the request body did not arrive in time"),
            Code::Undocumented => ("SANDBOX_UNDOCUMENTED", 400, "a code that no documentation names"),
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let found = Code::ALL.into_iter().find(|code| code.label() == text);
        found.ok_or_else(|| UnknownCode(text.chars().take(80).collect()))
    }
}

/// The text is no [label](Code::label) of a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a code of the photo endpoint; see photo_sandbox::Code::ALL for the labels")]
pub struct UnknownCode(String);

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn labels_are_unique_and_read_back() {
        let labels: BTreeSet<_> = Code::ALL.iter().map(|code| code.label()).collect();
        assert_eq!(labels.len(), Code::ALL.len());
        for code in Code::ALL {
            assert_eq!(code.to_string().parse(), Ok(code));
        }
        assert!("NOPE".parse::<Code>().is_err());
    }

    #[test]
    fn statuses_are_the_documented_ones() {
        let table = [
            (Code::InvalidModule, 400),
            (Code::InvalidUrlPattern, 404),
            (Code::OauthScopeMismatch, 401),
            (Code::NoPermission, 403),
            (Code::InternalError, 500),
            (Code::InvalidRequestMethod, 400),
            (Code::AuthorizationFailed, 400),
            (Code::InvalidData, 400),
            (Code::InvalidFileType, 415),
            (Code::FileSizeMoreThanAllowedSize, 415),
            (Code::FileSizeExceeds, 413),
            (Code::FileResolutionExceeds, 415),
            (Code::InvalidToken, 401),
            (Code::TooManyRequests, 429),
            (Code::RateLimitExceeded, 429),
            (Code::RecordLocked, 400),
        ];
        for (code, status) in table {
            assert_eq!(code.status(), status, "{code}");
        }
    }
}
