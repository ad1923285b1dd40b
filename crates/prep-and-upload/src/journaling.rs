//! The journal of a run, and what it means for the inputs of the next one.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use photo_upload::{JobState, Journal, JournalContent, JournalEntry, JournalError, JournalHead};

use crate::args::Earlier;
use crate::console::Console;
use crate::failure::{Failure, Severity, UsageError};
use crate::inputs::{Gathered, Input};
use crate::report::{Report, Upload};

#[derive(Debug)]
pub(crate) struct Journaling {
    journal: Journal,
}

impl Journaling {
    /// Opens the journal, and takes out of the inputs what need not be done again. Their reports are misses.
    pub(crate) fn open(
        path: &Path,
        head: &JournalHead,
        earlier: Earlier,
        gathered: &mut Gathered,
        console: &Console,
    ) -> Result<Self, UsageError> {
        if earlier == Earlier::Restart {
            put_aside(path)?;
        }
        let (journal, before) = Journal::open(path, head).map_err(usage)?;
        if before.jobs().next().is_none() {
            return Ok(Self { journal });
        }
        if earlier == Earlier::Refuse {
            let stored = before.jobs().filter(|job| job.state == JobState::Stored).count();
            return Err(UsageError(format!(
                "{} is the journal of an earlier run, which stored {stored} pictures: go on with --resume, or send \
                 all of them again with --restart",
                path.display()
            )));
        }
        let found = sort_out(gathered, &before, earlier == Earlier::RetryFailed);
        console.note(&format!("{}: {found}", path.display()));
        if before.damaged_lines() > 0 {
            let lines = before.damaged_lines();
            console.note(&format!(
                "{lines} damaged lines of the journal are passed over; their pictures may be sent again"
            ));
        }
        Ok(Self { journal })
    }

    /// The input as the journal has it, with the facts by which a change of its file is seen.
    pub(crate) fn entry(input: &Input) -> Option<JournalEntry> {
        let mut entry = JournalEntry::new(input.target.as_ref()?, input.file.clone(), JobState::Sending);
        entry.line = input.line;
        Some(match input.path() {
            Some(path) => entry.of_file(path),
            None => entry,
        })
    }

    /// Notes where an input stands.
    pub(crate) fn note(&self, entry: &JournalEntry) -> Result<(), Failure> {
        let failed = |error: JournalError| {
            let message = format!("{error}; make room, or name another place with --journal");
            Failure::new(Severity::StopsAll, "journal", message)
        };
        self.journal.record(entry).map_err(failed)
    }

    /// Notes what became of an input. One that was not tried, or left in the middle, stays as it is.
    pub(crate) fn ended(
        &self,
        mut entry: JournalEntry,
        report: &Report,
        failure: Option<&Failure>,
    ) -> Result<(), Failure> {
        entry.state = match failure.map(|failure| (failure.not_tried, failure.severity)) {
            None => JobState::Stored,
            Some((true, _) | (_, Severity::Interrupted)) => return Ok(()),
            Some((_, Severity::Refused | Severity::Permanent)) => JobState::Refused,
            Some((_, Severity::Temporary | Severity::StopsAll)) => JobState::Failed,
        };
        let told = report.upload.as_ref();
        entry.attempts = told.map_or(0, |upload| upload.attempts);
        entry.sha256 = report.sent();
        let kind = failure.map(|failure| failure.kind.to_owned());
        entry.code = told.and_then(|upload| upload.code.clone()).filter(|_| failure.is_some()).or(kind);
        self.note(&entry)
    }
}

/// What the journal says of the inputs, counted.
#[derive(Default)]
struct Found {
    stored: usize,
    changed: usize,
    under_way: usize,
    temporary: usize,
    permanent: usize,
    fresh: usize,
}

fn sort_out(gathered: &mut Gathered, before: &JournalContent, retry_failed: bool) -> Found {
    let mut found = Found::default();
    for input in std::mem::take(&mut gathered.inputs) {
        let now = Journaling::entry(&input);
        let settled = now.as_ref().and_then(|now| before.settled(now, retry_failed));
        match settled.map(|known| (known.state, known)) {
            Some((JobState::Stored, known)) => {
                found.stored += 1;
                gathered.misses.push(stored_earlier(&input, known));
            }
            Some((_, known)) => {
                found.permanent += 1;
                gathered.misses.push(failed_earlier(&input, known));
            }
            None => {
                let known = input.target.as_ref().and_then(|target| before.job(target, &input.file));
                let changed = now.zip(known).is_some_and(|(now, known)| now.is_changed_since(known));
                *match known.map(|known| known.state) {
                    Some(JobState::Sending) => &mut found.under_way,
                    Some(JobState::Failed) => &mut found.temporary,
                    Some(_) if changed => &mut found.changed,
                    _ => &mut found.fresh,
                } += 1;
                gathered.inputs.push(input);
            }
        }
    }
    found
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { stored, changed, under_way, temporary, permanent, fresh } = self;
        write!(f, "{stored} stored already, {fresh} not tried yet")?;
        for (count, what) in [
            (under_way, "under way when the earlier run ended, and sent again"),
            (temporary, "failed for a while, and tried again"),
            (changed, "changed since, and sent again"),
            (permanent, "failed for good (--retry-failed tries them again)"),
        ] {
            if *count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        Ok(())
    }
}

fn stored_earlier(input: &Input, known: &JournalEntry) -> Report {
    let upload = Upload { status: "stored_earlier", attempts: known.attempts, ..Upload::default() };
    Report { upload: Some(upload), quiet: true, ..input.report() }
}

fn failed_earlier(input: &Input, known: &JournalEntry) -> Report {
    let code = known.code.as_deref().unwrap_or("no code");
    let message =
        format!("failed for good in an earlier run: {code}; mend it, then --retry-failed tries it again");
    let upload = Upload {
        status: "refused_earlier",
        code: known.code.clone(),
        attempts: known.attempts,
        ..Upload::default()
    };
    Report { upload: Some(upload), ..input.report() }.failed(Failure::refused("failed_earlier", message))
}

/// An earlier journal keeps its content under another name.
fn put_aside(path: &Path) -> Result<(), UsageError> {
    let failed = |error: std::io::Error| UsageError(format!("the journal {}: {error}", path.display()));
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        return Err(usage(JournalError::InUse { path: path.to_owned() }));
    }
    std::fs::rename(path, with_ending(path, ".old")).map_err(failed)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn usage(error: JournalError) -> UsageError {
    let help = match &error {
        JournalError::Io { .. } => "; name another place with --journal, or do without: --no-journal",
        JournalError::Other { .. } => ": name another with --journal, or begin anew with --restart",
        _ => "",
    };
    UsageError(format!("{error}{help}"))
}
