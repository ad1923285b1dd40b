//! The lines of a journal, and their checksums.

use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use crate::target::Target;

/// What a journal belongs to: it is refused where this differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalHead {
    /// The version of the format.
    journal: u32,
    /// Tells the list of jobs from others, such as a hash of it.
    pub jobs: String,
    /// Where the uploads go, such as the api-domain.
    pub endpoint: String,
}

impl JournalHead {
    /// The head of a journal in the present format.
    pub fn new(jobs: impl Into<String>, endpoint: impl Into<String>) -> Self {
        Self { journal: VERSION, jobs: jobs.into(), endpoint: endpoint.into() }
    }
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JobState {
    /// About to be sent. Left so by a crash, the picture may or may not be stored.
    Sending,
    /// The endpoint confirmed it.
    Stored,
    /// The endpoint refused it, or it can't be sent: it will fail again as it is.
    Refused,
    /// It failed for reasons that pass.
    Failed,
}

/// One job and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// Where it stands.
    pub state: JobState,
    /// Its line in the list of jobs, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The module's API name.
    pub module: String,
    /// The record's id.
    pub record: String,
    /// Where the picture comes from.
    pub source: String,
    /// The source's size in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// When the source was changed last, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<u64>,
    /// SHA-256 of what is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The endpoint's code, or the kind of failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Requests sent.
    #[serde(default)]
    pub attempts: u32,
}

impl JournalEntry {
    /// A job of which no more is known.
    pub fn new(target: &Target, source: impl Into<String>, state: JobState) -> Self {
        Self {
            state,
            line: None,
            module: target.module().to_owned(),
            record: target.record_id().to_owned(),
            source: source.into(),
            size: None,
            modified: None,
            sha256: None,
            code: None,
            attempts: 0,
        }
    }

    /// With the size of the file that the picture comes from and when it was changed last, by which a later
    /// run sees that it is another. Without them where the file can't be asked.
    #[must_use]
    pub fn of_file(mut self, path: &Path) -> Self {
        (self.size, self.modified) = facts(path).unzip();
        self
    }

    /// Whether the file is another now than it was then, as far as size and time tell.
    pub fn is_changed_since(&self, then: &Self) -> bool {
        (self.size, self.modified) != (then.size, then.modified)
    }
}

/// Size and time of the last change in milliseconds.
fn facts(path: &Path) -> Option<(u64, u64)> {
    let about = std::fs::metadata(path).ok()?;
    let modified = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some((about.len(), u64::try_from(modified.as_millis()).ok()?))
}

/// A run begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Run {
    /// Tells runs apart.
    pub(super) run: String,
    /// The process, for people.
    pub(super) process: u32,
}

/// Any line.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(super) enum Line {
    Head(JournalHead),
    Entry(JournalEntry),
    Run(Run),
}

/// A line with its checksum and its end.
pub(super) fn write(content: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(content)?;
    let checksum = crc32fast::hash(&line);
    // It stands in the object itself, so that the line stays JSON.
    line.pop();
    line.extend_from_slice(format!("{CHECKSUM}{checksum:08x}\"}}\n").as_bytes());
    Ok(line)
}

/// Reads a line without its end. `None` if it is not as it was written.
pub(super) fn read(line: &[u8]) -> Option<Line> {
    let (content, end) = line.split_at_checked(line.len().checked_sub(CHECKSUM.len() + 10)?)?;
    let checksum = end.strip_prefix(CHECKSUM.as_bytes())?.strip_suffix(b"\"}")?;
    let mut content = content.to_vec();
    content.push(b'}');
    if format!("{:08x}", crc32fast::hash(&content)).as_bytes() != checksum {
        return None;
    }
    match serde_json::from_slice(&content).ok()? {
        Line::Head(head) if head.journal != VERSION => None,
        line => Some(line),
    }
}

const VERSION: u32 = 1;
const CHECKSUM: &str = ",\"crc\":\"";
