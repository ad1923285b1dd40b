//! The paved path: one call from any picture to one that fits.

mod check;
mod later_frame;
mod recover;

use std::path::Path;

pub use check::check;
use later_frame::Look;

use crate::formats::opened::OpenedFile;
use crate::info::{ImageInfo, fingerprint};
use crate::plan::{Plan, Resources};
use crate::prepared::Prepared;
use crate::read_bounded::read_bounded;
use crate::task_graph;
use crate::verdict::{Compliance, Depth};
use crate::{Error, InputLimits, Options, Result, Sha256, Warning, execute};

/// Prepares a picture with the default [`Options`].
///
/// # Errors
/// See [`Error`](crate::Error).
pub fn prepare(bytes: &[u8]) -> Result<Prepared<'_>> {
    Options::default().prepare(bytes)
}

/// Prepares the picture in a file with the default [`Options`]. The file's name plays no part.
///
/// # Errors
/// See [`Error`](crate::Error); [`Error::Io`](crate::Error::Io) where the file can't be read.
pub fn prepare_file(path: impl AsRef<Path>) -> Result<Prepared<'static>> {
    Options::default().prepare_file(path)
}

/// The facts of a picture, from its headers alone.
///
/// # Errors
/// [`Error::UnknownFormat`](crate::Error::UnknownFormat), [`Error::Unsupported`](crate::Error::Unsupported),
/// [`Error::Malformed`](crate::Error::Malformed) or [`Error::LimitExceeded`](crate::Error::LimitExceeded).
pub fn probe(bytes: &[u8]) -> Result<ImageInfo> {
    crate::formats::probe::probe(&OpenedFile::open(bytes), &InputLimits::default())
}

impl Options {
    /// The facts of a picture, under these options' [`InputLimits`].
    ///
    /// # Errors
    /// As [`probe`].
    pub fn probe(&self, bytes: &[u8]) -> Result<ImageInfo> {
        crate::formats::probe::probe(&OpenedFile::open(bytes), &self.input_limits)
    }

    /// Probes, plans for the rayon pool of the caller, and executes.
    ///
    /// # Errors
    /// See [`Error`](crate::Error).
    pub fn prepare<'a>(&self, bytes: &'a [u8]) -> Result<Prepared<'a>> {
        let file = OpenedFile::open(bytes);
        let info = crate::formats::probe::probe(&file, &self.input_limits)?;
        task_graph::did("probe");
        let plan = self.plan(&info, Resources::of_current_pool())?;
        task_graph::did("plan");
        execute_opened(&plan, &file)
    }

    /// Reads a file and prepares it.
    ///
    /// # Errors
    /// See [`Error`](crate::Error); [`Error::Io`](crate::Error::Io) where the file can't be read.
    pub fn prepare_file(&self, path: impl AsRef<Path>) -> Result<Prepared<'static>> {
        let bytes = read_bounded(path.as_ref(), self.input_limits.bytes)?;
        self.prepare(&bytes).map(Prepared::into_owned)
    }
}

impl Plan {
    /// Runs the plan on the bytes it was made for.
    ///
    /// Work inside a picture is spread over the rayon pool that the caller is in. A file that turns out to be
    /// cut off is completed as far as the options allow, and an animation that begins with frames that show
    /// nothing is shown by the first that does; the file that is made for it then takes its own way.
    ///
    /// # Errors
    /// [`Error::PlanMismatch`] for other bytes, [`Error::Malformed`] or [`Error::Unsupported`] where decoding
    /// finds what the header did not tell, [`Error::CannotFit`] where the byte limit can't be held.
    pub fn execute<'a>(&self, bytes: &'a [u8]) -> Result<Prepared<'a>> {
        if fingerprint(bytes) != self.info().fingerprint {
            return Err(Error::PlanMismatch);
        }
        execute_opened(self, &OpenedFile::open(bytes))
    }
}

/// The picture, once it is known to meet the requirements.
fn execute_opened<'a>(plan: &Plan, file: &OpenedFile<'a>) -> Result<Prepared<'a>> {
    let mut prepared = run_or_recover(plan, file)?;
    if plan.options().sha256 {
        let output = Sha256::of(prepared.bytes());
        let input = if prepared.is_borrowed() { output } else { Sha256::of(file.bytes()) };
        let report = prepared.report_mut();
        (report.input.sha256, report.output.sha256) = (Some(input), Some(output));
    }
    if prepared.is_borrowed() {
        return Ok(prepared);
    }
    let verdict = plan.options().check(prepared.bytes(), Depth::Shallow);
    task_graph::did("check of the result");
    match verdict.status {
        Compliance::Compliant => Ok(prepared),
        _ => Err(Error::NotCompliant { violations: verdict.violations }),
    }
}

/// The picture; a file that turned out to be cut off is completed, as far as the options allow.
fn run_or_recover<'a>(plan: &Plan, file: &OpenedFile<'a>) -> Result<Prepared<'a>> {
    match run(plan, file) {
        Err(error @ (Error::Malformed { .. } | Error::Truncated { .. })) => {
            let (whole, coverage) = recover::recovered(plan, file.bytes(), error)?;
            let warning = (!coverage.is_all()).then(|| coverage.warning());
            let mut prepared = of_another_file(plan, &whole, warning)?;
            prepared.report_mut().lossless &= coverage.is_all();
            Ok(prepared)
        }
        done => done,
    }
}

/// The picture, or a later frame of it.
fn run<'a>(plan: &Plan, file: &OpenedFile<'a>) -> Result<Prepared<'a>> {
    match later_frame::of_png(plan, file)? {
        Look::Shown => execute::run(plan, file),
        Look::Later(frame, skipped) => {
            let warning = execute::later_frame::skipped(skipped);
            let mut prepared = of_another_file(plan, &frame, Some(warning))?;
            prepared.report_mut().lossless = false;
            Ok(prepared)
        }
        Look::Nothing(warning) => {
            let mut prepared = execute::run(plan, file)?;
            prepared.report_mut().warnings.push(warning);
            Ok(prepared)
        }
    }
}

/// A file that was made from the one that came in, on its own way; the report tells of the one that came in.
fn of_another_file(plan: &Plan, bytes: &[u8], warning: Option<Warning>) -> Result<Prepared<'static>> {
    let options = plan.options();
    let file = OpenedFile::open(bytes);
    let info = crate::formats::probe::probe(&file, &options.input_limits)?;
    let other = options.plan(&info, Resources::of_current_pool())?;
    let mut prepared = run(&other, &file)?.into_owned();
    let report = prepared.report_mut();
    report.input.bytes = plan.info().bytes;
    report.violations = plan.violations().to_vec();
    let mut warnings = plan.info().warnings.clone();
    warnings.extend(warning);
    warnings.append(&mut report.warnings);
    for warning in warnings {
        if !report.warnings.contains(&warning) {
            report.warnings.push(warning);
        }
    }
    Ok(prepared)
}
