//! The inner objects of a JSON line.

use std::time::Duration;

use photo_prep::{ImageInfo, Prepared};
use serde::{Serialize, Serializer};

/// What went in: size as stored, orientation as EXIF counts it.
#[derive(Debug, Serialize)]
pub(crate) struct InFacts {
    format: &'static str,
    width: u32,
    height: u32,
    bytes: u64,
    orientation: u8,
}

/// What came out; `path` is null where it was not kept in a file.
#[derive(Debug, Serialize)]
pub(crate) struct OutFacts {
    pub(crate) path: Option<String>,
    format: &'static str,
    width: u32,
    height: u32,
    bytes: u64,
}

/// How the upload went.
#[derive(Debug, Serialize)]
pub(crate) struct UploadFacts {
    pub(crate) status: UploadStatus,
    /// HTTP status of the last answer.
    pub(crate) http: Option<u16>,
    /// The endpoint's code in the last answer.
    pub(crate) code: Option<String>,
    /// Requests sent.
    pub(crate) attempts: u32,
    /// From the first attempt to the end.
    #[serde(rename = "ms", serialize_with = "as_ms")]
    pub(crate) elapsed: Duration,
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

#[derive(Debug, Serialize)]
pub(crate) struct ErrorFacts {
    pub(crate) kind: &'static str,
    pub(crate) message: String,
}

impl From<&ImageInfo> for InFacts {
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

impl From<&Prepared<'_>> for OutFacts {
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

impl UploadFacts {
    /// Nothing was sent.
    pub(crate) fn unsent(status: UploadStatus) -> Self {
        Self { status, http: None, code: None, attempts: 0, elapsed: Duration::ZERO }
    }
}

/// Milliseconds with three decimals.
pub(crate) fn ms(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

fn as_ms<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(ms(*time))
}
