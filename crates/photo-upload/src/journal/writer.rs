//! Writing a journal.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::content::JournalContent;
use super::line::{self, JournalEntry, JournalHead, Run};

/// A journal that is written to. The file is locked as long as this lives (where the file system has locks);
/// a process that dies leaves no lock behind.
///
/// ```
/// use photo_upload::{JobState, Journal, JournalEntry, JournalHead, Target};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("photos.journal");
/// let head = JournalHead::new("a hash of the list", "https://www.zohoapis.com");
/// let (journal, before) = Journal::open(&path, &head)?;
/// assert_eq!(before.jobs().count(), 0);
/// let mut entry = JournalEntry::new(&Target::new("Leads", "1")?, "me.jpg", JobState::Sending);
/// journal.record(&entry)?; // … here it is uploaded …
/// entry.state = JobState::Stored;
/// journal.record(&entry)?;
/// drop(journal);
/// let (_journal, before) = Journal::open(&path, &head)?;
/// assert_eq!(before.job(&Target::new("Leads", "1")?, "me.jpg"), Some(&entry));
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Journal {
    shared: Arc<Shared>,
    syncer: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    file: File,
    /// Bytes of whole lines.
    len: u64,
    /// Whether there is something that the disk may not have.
    dirty: bool,
    closing: bool,
    failed: Option<io::ErrorKind>,
}

/// Why a journal can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// Reading or writing failed.
    #[error("the journal {}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Another process writes to it.
    #[error("the journal {} is in use by another run: wait for it to end", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// It is for other jobs or another endpoint.
    #[error("the journal {} is {what}", path.display())]
    Other {
        /// The file.
        path: PathBuf,
        /// In which way.
        what: &'static str,
    },
}

impl Journal {
    /// Opens a journal, or begins one, and reads what it says. A torn last line is taken off.
    ///
    /// # Errors
    /// [`JournalError`]: [`Other`](JournalError::Other) unless it has this head.
    pub fn open(path: impl AsRef<Path>, head: &JournalHead) -> Result<(Self, JournalContent), JournalError> {
        let path = path.as_ref();
        let failed = |error| JournalError::Io { path: path.to_owned(), error };
        let mut options = OpenOptions::new();
        // Sources may be URLs with signatures.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file =
            options.read(true).write(true).create(true).truncate(false).open(path).map_err(failed)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(JournalError::InUse { path: path.to_owned() }),
            // A file system without locks is no reason to do without a journal.
            Err(TryLockError::Error(_)) | Ok(()) => {}
        }
        let content = JournalContent::read(BufReader::new(&file)).map_err(failed)?;
        let len = content.whole;
        let other = |what| JournalError::Other { path: path.to_owned(), what };
        match content.head() {
            Some(found) if found == head => {}
            Some(found) if found.jobs != head.jobs => return Err(other("of another list of jobs")),
            Some(_) => return Err(other("of uploads to another endpoint")),
            // Nothing, or a first line that was never finished.
            None if len == 0 && is_beginning(&file, head).map_err(failed)? => {}
            None => return Err(other("no journal, or its first line is damaged")),
        }
        file.set_len(len).and_then(|()| file.seek(SeekFrom::Start(len))).map_err(failed)?;
        let state = State { file, len, dirty: false, closing: false, failed: None };
        let shared = Shared { path: path.to_owned(), state: Mutex::new(state), changed: Condvar::new() };
        let journal = Self::begin(Arc::new(shared)).map_err(failed)?;
        if len == 0 {
            journal.write(head)?;
        }
        journal.write(&Run { run: format!("{:016x}", fastrand::u64(..)), process: std::process::id() })?;
        Ok((journal, content))
    }

    /// Notes where a job stands. The system has it when this returns; the disk has it within 100 ms.
    ///
    /// # Errors
    /// [`JournalError::Io`], also for what the disk did not take earlier: nothing more should be begun then.
    pub fn record(&self, entry: &JournalEntry) -> Result<(), JournalError> {
        self.write(entry)
    }

    fn begin(shared: Arc<Shared>) -> io::Result<Self> {
        let on_disk = shared.lock().file.try_clone()?;
        let work = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("journal".to_owned());
        let syncer = thread.spawn(move || work.sync(&on_disk))?;
        Ok(Self { shared, syncer: Some(syncer) })
    }

    fn write(&self, content: &impl serde::Serialize) -> Result<(), JournalError> {
        let failed = |error| JournalError::Io { path: self.shared.path.clone(), error };
        let line = line::write(content).map_err(|error| failed(error.into()))?;
        let mut state = self.shared.lock();
        if let Some(kind) = state.failed {
            return Err(failed(kind.into()));
        }
        if let Err(error) = state.file.write_all(&line) {
            state.failed = Some(error.kind());
            // Half a line must not spoil the next one; if that fails too, it is taken off when it is opened.
            let len = state.len;
            let _ = state.file.set_len(len);
            return Err(failed(error));
        }
        state.len += u64::try_from(line.len()).unwrap_or(u64::MAX);
        if !std::mem::replace(&mut state.dirty, true) {
            self.shared.changed.notify_one();
        }
        Ok(())
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings what was written to the disk, some time after it was written, so that many lines go at once.
    fn sync(&self, file: &File) {
        let mut state = self.lock();
        loop {
            while !state.dirty && !state.closing {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            if !state.closing {
                let waited = self.changed.wait_timeout_while(state, GATHER, |state| !state.closing);
                state = waited.unwrap_or_else(PoisonError::into_inner).0;
            }
            let last = state.closing;
            if std::mem::take(&mut state.dirty) {
                drop(state);
                let synced = file.sync_data();
                state = self.lock();
                if let Err(error) = synced {
                    state.failed.get_or_insert(error.kind());
                }
            }
            if last {
                return;
            }
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.shared.lock().closing = true;
        self.shared.changed.notify_one();
        if let Some(syncer) = self.syncer.take() {
            // A thread that panicked has nothing more to bring.
            let _ = syncer.join();
        }
    }
}

/// Whether a file without a whole line is the beginning of a journal with this head, or empty.
fn is_beginning(mut file: &File, head: &JournalHead) -> io::Result<bool> {
    let mut start = vec![0; 4096];
    file.seek(SeekFrom::Start(0))?;
    let read = io::Read::read(&mut file, &mut start)?;
    let line = line::write(head)?;
    Ok(start.get(..read).is_some_and(|start| line.starts_with(start)))
}

/// Together with the time that the disk takes, within 100 ms.
const GATHER: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::super::line::JobState;
    use super::*;
    use crate::target::Target;

    fn entry(record: &str, state: JobState) -> JournalEntry {
        JournalEntry::new(&Target::new("Leads", record).expect("good"), "a.jpg", state)
    }

    #[test]
    fn a_torn_line_is_taken_off_wherever_it_is_torn() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, head) = (folder.path().join("j"), JournalHead::new("jobs", "there"));
        let (journal, _) = Journal::open(&path, &head).expect("begun");
        journal.record(&entry("1", JobState::Stored)).expect("written");
        journal.record(&entry("2", JobState::Stored)).expect("written");
        drop(journal);
        let whole = std::fs::read(&path).expect("read");
        for len in 0..whole.len() {
            std::fs::write(&path, &whole[..len]).expect("written");
            let (journal, before) = Journal::open(&path, &head).expect("opened");
            let known = before.jobs().count();
            journal.record(&entry("3", JobState::Sending)).expect("written");
            drop(journal);
            let (_journal, after) = Journal::open(&path, &head).expect("opened again");
            assert_eq!((after.jobs().count(), after.damaged_lines()), (known + 1, 0), "cut at {len}");
        }
    }

    #[test]
    fn others_journals_and_files_are_refused_and_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, head) = (folder.path().join("j"), JournalHead::new("jobs", "there"));
        drop(Journal::open(&path, &head).expect("begun"));
        let written = std::fs::read(&path).expect("read");
        for other in [JournalHead::new("more", "there"), JournalHead::new("jobs", "elsewhere")] {
            assert!(matches!(Journal::open(&path, &other), Err(JournalError::Other { .. })));
        }
        assert_eq!(std::fs::read(&path).expect("read"), written);
        for text in ["file,record_id\n", "a picture?", "{\"journal\":2}\n"] {
            std::fs::write(&path, text).expect("written");
            assert!(matches!(Journal::open(&path, &head), Err(JournalError::Other { .. })));
            assert_eq!(std::fs::read_to_string(&path).expect("read"), text);
        }
        assert!(matches!(Journal::open(folder.path(), &head), Err(JournalError::Io { .. })));
    }

    #[test]
    fn two_at_a_time_are_kept_apart() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, head) = (folder.path().join("j"), JournalHead::new("jobs", "there"));
        let (journal, _) = Journal::open(&path, &head).expect("begun");
        assert!(matches!(Journal::open(&path, &head), Err(JournalError::InUse { .. })));
        drop(journal);
        assert!(Journal::open(&path, &head).is_ok());
    }
}
