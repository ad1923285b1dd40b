//! A journal of uploads: what was begun and what became of it, so that a run that was cut off can go on.
//!
//! One JSON object a line, only ever appended to, each with a checksum of its own. A line is handed to the
//! system before [`Journal::record`] returns, so that it outlives the process; the disk has it within 100 ms.
//! A power cut can lose what was written in that time: those pictures are sent again, which replaces them by
//! themselves.

mod content;
mod line;
mod writer;

pub use content::JournalContent;
pub use line::{JobState, JournalEntry, JournalHead};
pub use writer::{Journal, JournalError};
