//! Errors of photo-prep as exceptions of `photo_prep.errors`.

use photo_prep::Error;
use pyo3::prelude::*;
use serde_json::{Value, json};

/// The exception for an error: its class by the variant's name, with the variant's fields for attributes.
pub(crate) fn exception(py: Python<'_>, error: &Error) -> PyErr {
    let (class, fields) = class_and_fields(error);
    let made = py.import("photo_prep.errors").and_then(|module| {
        module.getattr("_error")?.call1((class, error.to_string(), error.kind(), fields.to_string()))
    });
    made.map_or_else(|failure| failure, PyErr::from_value)
}

/// A fault of this package, such as a panic.
pub(crate) fn internal() -> PyErr {
    pyo3::exceptions::PyRuntimeError::new_err(
        "photo_prep failed on this picture by a fault of its own: please report it with the file",
    )
}

fn class_and_fields(error: &Error) -> (&'static str, Value) {
    match error {
        Error::UnknownFormat { looks_like } => ("UnknownFormatError", json!({ "looks_like": looks_like })),
        Error::Unsupported { format, feature } => {
            ("UnsupportedError", json!({ "format": format.name(), "feature": feature }))
        }
        Error::Malformed { format, offset, reason } => {
            ("MalformedError", json!({ "format": format.name(), "offset": offset, "reason": reason }))
        }
        Error::Truncated { format, offset, decoded, total, unit } => {
            let mut fields = json!({ "decoded": decoded, "total": total, "unit": unit });
            fields["format"] = format.name().into();
            fields["offset"] = json!(offset);
            fields["reason"] = "the file was cut off".into();
            ("TruncatedError", fields)
        }
        Error::LimitExceeded { what, actual, limit } => {
            ("LimitExceededError", json!({ "what": what, "actual": actual, "limit": limit }))
        }
        Error::MemoryExceeded { limit } => {
            ("MemoryExceededError", json!({ "what": "memory", "actual": null, "limit": limit }))
        }
        Error::CannotFit { best_bytes, limit } => {
            ("CannotFitError", json!({ "best_bytes": best_bytes, "limit": limit }))
        }
        Error::Unfixable { violations } => ("UnfixableError", json!({ "violations": violations })),
        Error::NotCompliant { violations } => ("NotCompliantError", json!({ "violations": violations })),
        Error::PlanMismatch => ("PlanMismatchError", json!({})),
        Error::Io { path, error } => (
            "IoError",
            json!({
                "filename": path.to_string_lossy(),
                "errno": error.raw_os_error(),
                "strerror": error.to_string(),
            }),
        ),
        _ => ("PhotoPrepError", json!({})),
    }
}
