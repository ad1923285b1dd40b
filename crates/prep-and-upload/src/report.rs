//! What is reported of each input, as a JSON line or in words.

use std::time::Duration;

use photo_prep::{Compliance, ImageInfo, Plan, Prepared, Rung, Sha256, Verdict, Violation};
use photo_upload::{Error, Receipt, Source};
use serde::Serialize;

use crate::failure::Failure;
use crate::remedy::Remedy;
use crate::thumbnail::Thumbnail;

/// The version of the lines' fields: it grows when one goes or changes its meaning.
const SCHEMA: u32 = 3;

/// What came of an input. Every field is always there in JSON, null where it doesn't apply; only `plan` is
/// just for `explain`.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Report {
    pub(crate) schema: u32,
    pub(crate) file: String,
    /// The line of the map that it comes from, from 1.
    pub(crate) line: Option<u64>,
    /// Where it goes.
    pub(crate) module: Option<String>,
    pub(crate) record: Option<String>,
    /// `ok`, `refused`, `failed` or `not_tried`.
    pub(crate) status: &'static str,
    pub(crate) route: Option<&'static str>,
    pub(crate) verdict: Verdicts,
    /// The attempt whose file came out.
    pub(crate) attempt: Option<Rung>,
    /// Quality of a new JPEG.
    pub(crate) quality: Option<u8>,
    /// Files that were written to hold the byte limit.
    pub(crate) encodes: Option<u32>,
    pub(crate) lossless: Option<bool>,
    #[serde(rename = "in")]
    pub(crate) input: Option<Input>,
    pub(crate) out: Option<Output>,
    pub(crate) upload: Option<Upload>,
    pub(crate) warnings: Vec<String>,
    pub(crate) error: Option<Failure>,
    /// Milliseconds from taking up the input to its end, waits included.
    pub(crate) ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) plan: Option<Box<photo_prep::Plan>>,
    /// Nobody need read of it but in JSON.
    #[serde(skip)]
    pub(crate) quiet: bool,
    /// Lines for people, where a table is what was asked for.
    #[serde(skip)]
    pub(crate) table: Vec<String>,
    /// What was done, in words.
    #[serde(skip)]
    pub(crate) story: Vec<String>,
    /// What came in and what came out, in small.
    #[serde(skip)]
    pub(crate) thumbnails: [Option<Thumbnail>; 2],
    /// The stages of the preparation with their milliseconds.
    #[serde(skip)]
    pub(crate) stages: Vec<(&'static str, f64)>,
}

/// What went in: size as stored, orientation as EXIF counts it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Input {
    pub(crate) format: &'static str,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) bytes: u64,
    orientation: u8,
    pub(crate) sha256: Option<Sha256>,
}

/// Whether the file that came in met the requirements, with all that it broke, and whether the one that came
/// out does.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Verdicts {
    pub(crate) before: Option<Compliance>,
    pub(crate) violations: Vec<Violation>,
    pub(crate) after: Option<Compliance>,
}

/// What came out; `path` is null where it was not kept in a file.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Output {
    pub(crate) path: Option<String>,
    pub(crate) format: &'static str,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) bytes: usize,
    sha256: Option<Sha256>,
}

/// How the upload went.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Upload {
    /// `ok`, `refused`, `failed` or `dry_run`.
    pub(crate) status: &'static str,
    /// HTTP status of the last response.
    pub(crate) http: Option<u16>,
    /// The endpoint's code in the last response.
    pub(crate) code: Option<String>,
    /// Requests sent.
    pub(crate) attempts: u32,
    /// The account's credits left, if the last answer told.
    pub(crate) credits: Option<u64>,
    /// From the first attempt to the end.
    pub(crate) ms: f64,
}

impl Report {
    pub(crate) fn new(file: impl Into<String>) -> Self {
        Self { schema: SCHEMA, file: file.into(), status: "ok", ..Self::default() }
    }

    pub(crate) fn failed(self, mut failure: Failure) -> Self {
        failure.help = failure.help.or_else(|| Some(Remedy::of(&failure).help()));
        Self { status: failure.status(), error: Some(failure), ..self }
    }

    /// Takes over what the preparation says.
    pub(crate) fn prepared(&mut self, prepared: &Prepared<'_>) {
        let (format, size, bytes) = (prepared.format().name(), prepared.size(), prepared.bytes().len());
        let done = prepared.report();
        let sha256 = done.output.sha256;
        self.out = Some(Output { path: None, format, width: size.width, height: size.height, bytes, sha256 });
        if let Some(input) = &mut self.input {
            input.sha256 = done.input.sha256;
        }
        self.route = Some(done.route.name());
        self.verdict.after = Some(Compliance::Compliant);
        (self.attempt, self.quality, self.encodes) = (Some(done.rung()), done.quality, Some(done.encodes));
        self.lossless = Some(done.lossless);
        self.warnings = strings(&done.warnings);
        self.stages = done.stages.iter().map(|(stage, time)| (stage.name(), ms(*time))).collect();
        self.story.push(done.to_string());
    }

    /// Takes over what a plan says of the file.
    pub(crate) fn planned(&mut self, plan: &Plan) {
        self.route = Some(plan.route().name());
        self.verdict.violations = plan.violations().to_vec();
        let compliant = plan.violations().is_empty();
        self.verdict.before = Some(if compliant { Compliance::Compliant } else { Compliance::Fixable });
    }

    /// Takes over a verdict, also as a table.
    pub(crate) fn judged(&mut self, verdict: &Verdict) {
        self.input = verdict.info.as_ref().map(Input::from);
        self.warnings = verdict.info.as_ref().map_or_else(Vec::new, |info| strings(&info.warnings));
        self.verdict.before = Some(verdict.status);
        self.verdict.violations.clone_from(&verdict.violations);
        self.table = vec![format!("{:<11} {}", verdict.status.name(), Source::from_argument(&self.file))];
        self.table.extend(verdict.violations.iter().map(|violation| {
            let mended = if violation.fixable { "preparing mends it" } else { "can't be mended" };
            let (code, found, allowed) = (violation.code(), violation.found(), violation.allowed());
            format!("  {code:<24} {found:<44} allowed: {allowed:<28} {mended}")
        }));
    }

    /// SHA-256 of what came out.
    pub(crate) fn sent(&self) -> Option<String> {
        Some(self.out.as_ref()?.sha256?.to_string())
    }

    /// Adds a warning that the preparation's own report doesn't have.
    pub(crate) fn warn(&mut self, text: impl Into<String>) {
        let text = text.into();
        self.story.push(format!("note: {text}"));
        self.warnings.push(text);
    }
}

impl From<&ImageInfo> for Input {
    fn from(info: &ImageInfo) -> Self {
        let (format, size, orientation) = (info.format.name(), info.size, info.orientation.to_exif());
        Self { format, width: size.width, height: size.height, bytes: info.bytes, orientation, sha256: None }
    }
}

impl From<&Receipt> for Upload {
    fn from(receipt: &Receipt) -> Self {
        let Receipt { http, code, attempts, elapsed, credits_remaining: credits, .. } = *receipt;
        Self {
            status: "ok",
            http: Some(http),
            code: Some(code.to_owned()),
            attempts,
            credits,
            ms: ms(elapsed),
        }
    }
}

impl From<&Error> for Upload {
    fn from(error: &Error) -> Self {
        let code = error.code().map(|code| code.as_str().to_owned());
        let (http, attempts, elapsed) = (error.status(), error.attempts(), error.elapsed());
        let credits = error.failure().and_then(|failure| failure.credits_remaining);
        Self { status: Failure::from(error).status(), http, code, attempts, credits, ms: ms(elapsed) }
    }
}

/// Milliseconds with three decimals.
pub(crate) fn ms(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

pub(crate) fn strings(list: &[impl ToString]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}
