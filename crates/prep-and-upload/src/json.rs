//! The inner objects of a JSON line.

use std::time::Duration;

use photo_prep::{ImageInfo, Prepared};
use photo_upload::{Error, Receipt};
use serde::{Serialize, Serializer};

/// What went in: size as stored, orientation as EXIF counts it.
#[derive(Debug, Serialize)]
pub(crate) struct Input {
    #[serde(flatten)]
    file: File,
    orientation: u8,
}

/// What came out; `path` is null where it was not kept in a file.
#[derive(Debug, Serialize)]
pub(crate) struct Output {
    pub(crate) path: Option<String>,
    #[serde(flatten)]
    file: File,
}

#[derive(Debug, Serialize)]
struct File {
    format: &'static str,
    width: u32,
    height: u32,
    bytes: u64,
}

/// How the upload went.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Upload {
    /// `ok`, `refused`, `failed` or `dry_run`.
    pub(crate) status: &'static str,
    /// HTTP status of the last response.
    pub(crate) http: Option<u16>,
    /// The endpoint's code in the last response.
    pub(crate) code: Option<String>,
    /// Requests sent.
    pub(crate) attempts: u32,
    /// From the first attempt to the end.
    #[serde(rename = "ms", serialize_with = "as_ms")]
    pub(crate) elapsed: Duration,
}

impl From<&ImageInfo> for Input {
    fn from(info: &ImageInfo) -> Self {
        let (width, height) = (info.size.width, info.size.height);
        let file = File { format: info.format.name(), width, height, bytes: info.bytes };
        Self { file, orientation: info.orientation.to_exif() }
    }
}

impl From<&Prepared<'_>> for Output {
    fn from(prepared: &Prepared<'_>) -> Self {
        let (size, bytes) = (prepared.size(), prepared.bytes().len() as u64);
        let format = prepared.format().name();
        Self { path: None, file: File { format, width: size.width, height: size.height, bytes } }
    }
}

impl From<&Receipt> for Upload {
    fn from(receipt: &Receipt) -> Self {
        let Receipt { http, code, attempts, elapsed, .. } = *receipt;
        Self { status: "ok", http: Some(http), code: Some(code.to_owned()), attempts, elapsed }
    }
}

impl From<&Error> for Upload {
    fn from(error: &Error) -> Self {
        let code = error.code().map(|code| code.as_str().to_owned());
        let (http, attempts, elapsed) = (error.status(), error.attempts(), error.elapsed());
        Self { status: "failed", http, code, attempts, elapsed }
    }
}

/// Milliseconds with three decimals.
pub(crate) fn ms(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

fn as_ms<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(ms(*time))
}
