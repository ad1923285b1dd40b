//! Why further uploads are not worth a try.

use std::fmt;

use serde::Serialize;

use crate::error_code::ErrorCode;

/// What stopped uploads: the first error that reaches beyond its own photo and record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StopReason {
    /// The endpoint's error code, if it gave one.
    pub code: Option<ErrorCode>,
    /// The error's text.
    pub message: String,
    /// What to do about it.
    pub help: &'static str,
    /// Whether the same may succeed later without anybody changing anything.
    pub temporary: bool,
}

impl StopReason {
    /// A reason of the caller's own.
    pub fn new(message: impl Into<String>, help: &'static str) -> Self {
        Self { code: None, message: message.into(), help, temporary: false }
    }

    /// The same, which may pass by itself.
    #[must_use]
    pub fn temporary(self) -> Self {
        Self { temporary: true, ..self }
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}. {}", self.message, self.help)
    }
}
