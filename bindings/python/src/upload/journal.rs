//! What the threads of a run share: the breaker, and the journal if there is one.

use std::path::Path;

use photo_upload::{
    Breaker, Error, JobState, Journal, JournalContent, JournalEntry, JournalError, JournalHead, StopReason,
    Target,
};

pub(super) struct Run {
    pub(super) breaker: Breaker,
    journal: Option<(Journal, JournalContent)>,
    retry_failed: bool,
}

impl Run {
    pub(super) fn new(breaker: Breaker, retry_failed: bool) -> Self {
        Self { breaker, journal: None, retry_failed }
    }

    /// Opens the journal, and gives how many pictures are stored by it, or `None` if it is new. Jobs are known by
    /// record and picture alone: rows come one by one, so nobody knows the list.
    pub(super) fn open(&mut self, path: &Path, endpoint: &str) -> Result<Option<usize>, JournalError> {
        let (journal, before) = Journal::open(path, &JournalHead::new("photo_prep.upload", endpoint))?;
        let stored = before.jobs().filter(|job| job.state == JobState::Stored).count();
        let known = before.jobs().next().map(|_| stored);
        self.journal = Some((journal, before));
        Ok(known)
    }

    /// What an earlier run knows of a job that need not be done again.
    pub(super) fn settled(&self, entry: &JournalEntry) -> Option<&JournalEntry> {
        self.journal.as_ref()?.1.settled(entry, self.retry_failed)
    }

    /// Why the upload need not be tried.
    pub(super) fn stopped(&self, target: &Target) -> Option<Error> {
        let because = self.breaker.batch().or_else(|| self.breaker.module(target))?;
        Some(Error::Skipped { because: Box::new(because) })
    }

    /// Notes where a job stands. What can't be noted stops the run.
    pub(super) fn note(&self, entry: &JournalEntry) {
        let Some((journal, _)) = &self.journal else { return };
        if let Err(error) = journal.record(entry) {
            self.breaker.stop(StopReason::new(error.to_string(), JOURNAL_HELP));
        }
    }

    /// Notes what became of an upload. One that was not tried, or left in the middle, stays as it is.
    pub(super) fn note_ended(&self, entry: &JournalEntry, attempts: u32, error: Option<&Error>) {
        let state = match error {
            None => JobState::Stored,
            Some(Error::Canceled | Error::Skipped { .. }) => return,
            Some(Error::Denied(_) | Error::OutOfCredits(_)) => JobState::Failed,
            Some(Error::Token(error)) if !error.is_temporary() => JobState::Failed,
            Some(error) if error.is_temporary() => JobState::Failed,
            Some(_) => JobState::Refused,
        };
        let code = error.map(|error| error.code().map_or(error.kind(), |code| code.as_str()).to_owned());
        self.note(&JournalEntry { state, code, attempts, ..entry.clone() });
    }

    /// Notes that nothing could be made of a picture.
    pub(super) fn note_unprepared(&self, entry: &JournalEntry, error: &photo_prep::Error) {
        let code = Some(error.kind().to_owned());
        self.note(&JournalEntry { state: JobState::Refused, code, ..entry.clone() });
    }
}

const JOURNAL_HELP: &str = "Make room for the journal, then go on with resume=True.";
