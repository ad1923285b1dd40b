//! Reading a journal.

use std::collections::HashMap;
use std::io::{self, BufRead, Read};

use super::line::{self, JobState, JournalEntry, JournalHead, Line};
use crate::target::Target;

/// What a journal says: the last known state of each job.
///
/// A line that is damaged is passed over, so that its job counts as in the state before; a job is only ever
/// told as stored where an undamaged line says so.
#[derive(Debug, Default)]
pub struct JournalContent {
    head: Option<JournalHead>,
    jobs: HashMap<String, JournalEntry>,
    damaged: u64,
    /// Bytes up to the end of the last whole line.
    pub(super) whole: u64,
}

impl JournalContent {
    /// Reads a journal to its end, whatever is in it. Memory is bounded by the number of jobs.
    ///
    /// # Errors
    /// Where reading fails.
    pub fn read(mut journal: impl BufRead) -> io::Result<Self> {
        let mut content = Self::default();
        let mut text = Vec::new();
        let mut before = 0;
        loop {
            text.clear();
            let read = journal.by_ref().take(MOST_LINE).read_until(b'\n', &mut text)?;
            if read == 0 {
                return Ok(content);
            }
            before += u64::try_from(read).unwrap_or(u64::MAX);
            let Some(bare) = text.strip_suffix(b"\n") else {
                // The rest of a line without an end, or the next part of one that is too long.
                content.damaged += 1;
                continue;
            };
            content.whole = before;
            match line::read(bare) {
                Some(Line::Head(head)) => {
                    content.head.get_or_insert(head);
                }
                Some(Line::Entry(entry)) => {
                    content.jobs.insert(key(&entry.module, &entry.record, &entry.source), entry);
                }
                Some(Line::Run(_)) => {}
                None => content.damaged += 1,
            }
        }
    }

    /// What it belongs to; `None` if that can't be read.
    pub fn head(&self) -> Option<&JournalHead> {
        self.head.as_ref()
    }

    /// What is known of a job: the picture from this source for this record.
    pub fn job(&self, target: &Target, source: &str) -> Option<&JournalEntry> {
        self.jobs.get(&key(target.module(), target.record_id(), source))
    }

    /// What became of a job that need not be done again: it is stored or, unless `retry_failed`, refused,
    /// and its file has not changed since.
    pub fn settled(&self, now: &JournalEntry, retry_failed: bool) -> Option<&JournalEntry> {
        let known = self.jobs.get(&key(&now.module, &now.record, &now.source))?;
        let settled = match known.state {
            JobState::Stored => true,
            JobState::Refused => !retry_failed,
            _ => false,
        };
        Some(known).filter(|known| settled && !now.is_changed_since(known))
    }

    /// All jobs it knows, in no order.
    pub fn jobs(&self) -> impl Iterator<Item = &JournalEntry> {
        self.jobs.values()
    }

    /// How many lines could not be read, a torn last one included.
    pub fn damaged_lines(&self) -> u64 {
        self.damaged
    }
}

fn key(module: &str, record: &str, source: &str) -> String {
    format!("{module}/{record} {source}")
}

const MOST_LINE: u64 = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(record: u32, state: JobState) -> JournalEntry {
        JournalEntry {
            state,
            line: Some(u64::from(record) + 1),
            module: "Leads".into(),
            record: record.to_string(),
            source: format!("in/{record}.jpg"),
            size: Some(15_000),
            modified: Some(1_700_000_000_000),
            sha256: Some("00ff".repeat(16)),
            code: None,
            attempts: 1,
        }
    }

    /// A journal of jobs of which every other one was stored.
    fn journal(jobs: u32) -> Vec<u8> {
        let mut bytes = line::write(&JournalHead::new("abc", "https://a.example")).expect("JSON");
        for record in 0..jobs {
            bytes.extend(line::write(&entry(record, JobState::Sending)).expect("JSON"));
            let end = if record % 2 == 0 { JobState::Stored } else { JobState::Failed };
            bytes.extend(line::write(&entry(record, end)).expect("JSON"));
        }
        bytes
    }

    fn stored(content: &JournalContent) -> Vec<u32> {
        let stored = content.jobs().filter(|job| job.state == JobState::Stored);
        stored.map(|job| job.record.parse().expect("a number")).collect()
    }

    #[test]
    fn what_was_written_is_read() {
        let content = JournalContent::read(&*journal(10)).expect("read");
        assert_eq!(content.head(), Some(&JournalHead::new("abc", "https://a.example")));
        assert_eq!((content.jobs().count(), stored(&content).len(), content.damaged_lines()), (10, 5, 0));
        let target = Target::new("Leads", "3").expect("good");
        assert_eq!(content.job(&target, "in/3.jpg"), Some(&entry(3, JobState::Failed)));
        assert_eq!(content.job(&target, "in/4.jpg"), None);
    }

    #[test]
    fn what_is_settled() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.jpg");
        std::fs::write(&file, "a picture").expect("written");
        let target = Target::new("Leads", "1").expect("good");
        let entry = |state| JournalEntry::new(&target, "a.jpg", state).of_file(&file);
        let (same, mut other) = (entry(JobState::Sending), entry(JobState::Sending));
        assert_eq!(same.size, Some(9));
        other.size = Some(8);
        for (state, settled) in [
            (JobState::Stored, [true, true]),
            (JobState::Refused, [true, false]),
            (JobState::Failed, [false, false]),
            (JobState::Sending, [false, false]),
        ] {
            let mut journal = line::write(&JournalHead::new("abc", "there")).expect("JSON");
            journal.extend(line::write(&entry(state)).expect("JSON"));
            let content = JournalContent::read(&*journal).expect("read");
            let found = |now: &JournalEntry, retry| content.settled(now, retry).is_some();
            assert_eq!([false, true].map(|retry| found(&same, retry)), settled, "{state:?}");
            assert!(!found(&other, false), "{state:?}");
            assert!(!found(&JournalEntry { source: "b.jpg".into(), ..same.clone() }, false), "{state:?}");
        }
        assert_eq!(
            JournalEntry::new(&target, "no", JobState::Sending).of_file(&folder.path().join("no")).size,
            None
        );
    }

    #[test]
    fn lines_without_end_are_bounded() {
        let endless = vec![b'x'; 300_000];
        let content = JournalContent::read(&*endless).expect("read");
        assert_eq!((content.head(), content.whole), (None, 0));
    }

    proptest! {
        #[test]
        fn damage_never_makes_a_job_stored(
            cut in 0.0..1.0_f64,
            flips in proptest::collection::vec((0.0..1.0_f64, 0_u8..8), 0..40),
        ) {
            let mut bytes = journal(20);
            let at = |share: f64, len: usize| ((len as f64) * share) as usize;
            bytes.truncate(at(1.0 - cut * cut, bytes.len()));
            for (share, bit) in flips {
                let place = at(share, bytes.len());
                if let Some(byte) = bytes.get_mut(place) {
                    *byte ^= 1 << bit;
                }
            }
            let content = JournalContent::read(&*bytes).expect("read");
            prop_assert!(content.whole <= bytes.len() as u64);
            for job in content.jobs() {
                // What is read is what was written.
                let record: u32 = job.record.parse().expect("a number");
                prop_assert_eq!(job, &entry(record, job.state));
                prop_assert!(job.state != JobState::Stored || record.is_multiple_of(2));
            }
        }

        #[test]
        fn any_bytes_are_read(bytes: Vec<u8>) {
            let content = JournalContent::read(&*bytes).expect("read");
            prop_assert!(content.head().is_none());
        }
    }
}
