//! What a run came to as a whole.

use crate::report::Report;

#[derive(Debug, Default)]
pub(super) struct Totals {
    pub(super) ok: u64,
    pub(super) refused: u64,
    pub(super) failed: u64,
    pub(super) not_tried: u64,
    /// Of the pictures that came out: bytes before.
    pub(super) bytes_before: u64,
    /// And after.
    pub(super) bytes_after: u64,
    /// As the last answer told that told it.
    pub(super) credits: Option<u64>,
}

impl Totals {
    pub(super) fn add(&mut self, report: &Report) {
        *match report.status {
            "ok" => &mut self.ok,
            "refused" => &mut self.refused,
            "not_tried" => &mut self.not_tried,
            _ => &mut self.failed,
        } += 1;
        if let (Some(before), Some(after)) = (&report.input, &report.out) {
            self.bytes_before = self.bytes_before.saturating_add(before.bytes);
            self.bytes_after = self.bytes_after.saturating_add(after.bytes as u64);
        }
        self.credits = report.upload.as_ref().and_then(|upload| upload.credits).or(self.credits);
    }

    pub(super) fn all(&self) -> u64 {
        self.ok + self.refused + self.failed + self.not_tried
    }
}
