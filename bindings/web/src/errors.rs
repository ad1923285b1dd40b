//! Errors as JSON objects: `code`, `message`, `help` and `details`.

use photo_prep::Error;
use serde_json::{Value, json};

/// The error of a picture.
pub(crate) fn error(error: &Error) -> String {
    let told = json!({
        "class": "PhotoPrepError",
        "code": error.kind(),
        "message": error.to_string(),
        "help": help(error),
        "details": details(error),
    });
    told.to_string()
}

/// A wrong option: `class` is `TypeError` or `RangeError`.
pub(crate) fn wrong(class: &'static str, message: &str) -> String {
    json!({ "class": class, "message": message }).to_string()
}

/// What the caller can do about it.
fn help(error: &Error) -> &'static str {
    match error {
        Error::UnknownFormat { .. } | Error::Unsupported { .. } => "Ask for another file.",
        Error::Malformed { .. } => "Ask for the file again: it is damaged.",
        Error::Truncated { .. } => {
            "Ask for the file again, or take the part that is there with tolerance: \"truncated\"."
        }
        Error::LimitExceeded { .. } | Error::MemoryExceeded { .. } => {
            "Ask for a smaller picture, or raise the option input... that the message names."
        }
        Error::CannotFit { .. } => "Allow more bytes (maxBytes) or a lower quality (qualityFloor).",
        Error::Unfixable { .. } => "Allow crop, pad or enlarge, or require less.",
        _ => "Please report it, with the file if others may see it.",
    }
}

fn details(error: &Error) -> Value {
    match error {
        Error::UnknownFormat { looks_like } => json!({ "looksLike": looks_like }),
        Error::Unsupported { format, feature } => json!({ "format": format.name(), "feature": feature }),
        Error::Malformed { format, offset, reason } => {
            json!({ "format": format.name(), "offset": offset, "reason": reason })
        }
        Error::Truncated { format, offset, decoded, total, unit } => json!({
            "format": format.name(), "offset": offset, "decoded": decoded, "total": total, "unit": unit,
        }),
        Error::LimitExceeded { what, actual, limit } => {
            json!({ "what": what, "actual": actual, "limit": limit })
        }
        Error::MemoryExceeded { limit } => json!({ "what": "memory", "limit": limit }),
        Error::CannotFit { best_bytes, limit } => json!({ "bestBytes": best_bytes, "limit": limit }),
        Error::Unfixable { violations } | Error::NotCompliant { violations } => {
            json!({ "violations": violations })
        }
        _ => json!({}),
    }
}
