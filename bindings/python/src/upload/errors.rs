//! Errors of photo-upload as exceptions of `photo_prep.upload`.

use photo_upload::{Error, JournalError};
use pyo3::prelude::*;
use serde_json::{Value, json};

pub(super) use crate::errors::internal;

/// The exception for an error: its class by its kind, with its fields for attributes.
pub(super) fn upload_error(py: Python<'_>, error: &Error) -> PyErr {
    made(py, &serde_json::to_value(error).unwrap_or_default())
}

pub(super) fn journal_error(py: Python<'_>, error: &JournalError) -> PyErr {
    let help = match error {
        JournalError::InUse { .. } => "Wait for the other run to end.",
        JournalError::Other { .. } => "Name another journal, or move this one away.",
        _ => "Make room, or name another place for the journal.",
    };
    made(py, &of_this_package("journal", error.to_string(), help))
}

/// An earlier run stored pictures, and it was not asked to go on.
pub(super) fn journal_is_there(py: Python<'_>, path: &std::path::Path, stored: usize) -> PyErr {
    let message =
        format!("{} is the journal of an earlier run, which stored {stored} pictures", path.display());
    let help = "Go on with resume=True, or name another journal.";
    made(py, &of_this_package("journal", message, help))
}

/// It failed for good, and the journal knows.
pub(super) fn failed_earlier(py: Python<'_>, code: Option<&str>) -> PyErr {
    let message = format!("failed for good in an earlier run: {}", code.unwrap_or("no code"));
    let help = "Mend it, then retry_failed=True tries it again.";
    let mut told = of_this_package("failed_earlier", message, help);
    told["code"] = code.into();
    made(py, &told)
}

fn of_this_package(kind: &str, message: String, help: &str) -> Value {
    json!({ "kind": kind, "message": message, "help": help, "temporary": false })
}

fn made(py: Python<'_>, error: &Value) -> PyErr {
    let made = py
        .import("photo_prep._upload_errors")
        .and_then(|module| module.getattr("_error")?.call1((error.to_string(),)));
    made.map_or_else(|failure| failure, PyErr::from_value)
}
