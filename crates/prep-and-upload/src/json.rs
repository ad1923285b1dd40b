//! The inner objects of a JSON line.

use std::time::Duration;

use photo_prep::{ImageInfo, Prepared};
use photo_upload::{Error, Receipt};
use serde::{Serialize, Serializer};

/// What went in: size as stored, orientation as EXIF counts it.
#[derive(Debug, Serialize)]
pub(crate) struct Input {
    format: &'static str,
    width: u32,
    height: u32,
    bytes: u64,
    orientation: u8,
}

/// What came out; `path` is null where it was not kept in a file.
#[derive(Debug, Serialize)]
pub(crate) struct Output {
    pub(crate) path: Option<String>,
    format: &'static str,
    width: u32,
    height: u32,
    bytes: u64,
}

/// How the upload went.
#[derive(Debug, Serialize)]
pub(crate) struct Upload {
    status: UploadStatus,
    /// HTTP status of the last response.
    http: Option<u16>,
    /// The endpoint's code in the last response.
    code: Option<String>,
    /// Requests sent.
    attempts: u32,
    /// From the first attempt to the end.
    #[serde(rename = "ms", serialize_with = "as_ms")]
    elapsed: Duration,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UploadStatus {
    Ok,
    Refused,
    Failed,
    /// Not sent, since `--dry-run` was asked for.
    DryRun,
}

impl From<&ImageInfo> for Input {
    fn from(info: &ImageInfo) -> Self {
        Self {
            format: info.format.name(),
            width: info.size.width,
            height: info.size.height,
            bytes: info.bytes,
            orientation: info.orientation.to_exif(),
        }
    }
}

impl From<&Prepared<'_>> for Output {
    fn from(prepared: &Prepared<'_>) -> Self {
        Self {
            path: None,
            format: prepared.format().name(),
            width: prepared.size().width,
            height: prepared.size().height,
            bytes: prepared.bytes().len() as u64,
        }
    }
}

impl From<&Receipt> for Upload {
    fn from(receipt: &Receipt) -> Self {
        Self {
            status: UploadStatus::Ok,
            http: Some(receipt.http),
            code: Some(receipt.code.to_owned()),
            attempts: receipt.attempts,
            elapsed: receipt.elapsed,
        }
    }
}

impl Upload {
    /// Nothing was confirmed within this time.
    pub(crate) fn unconfirmed(status: UploadStatus, elapsed: Duration) -> Self {
        Self { status, http: None, code: None, attempts: 0, elapsed }
    }

    /// It ended with this error.
    pub(crate) fn ended(status: UploadStatus, error: &Error) -> Self {
        Self {
            status,
            http: error.status(),
            code: error.code().map(|code| code.as_str().to_owned()),
            attempts: error.attempts(),
            elapsed: error.elapsed(),
        }
    }
}

/// Milliseconds with three decimals.
pub(crate) fn ms(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

fn as_ms<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(ms(*time))
}
