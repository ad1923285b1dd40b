//! One scope's circuit: closed, open with probes, or stopped. Times come from outside.

use std::time::Duration;

use tokio::time::Instant;

use super::signs::Sign;
use crate::stop_reason::StopReason;

#[derive(Debug, Default)]
pub(super) struct Circuit {
    row: Option<Row>,
    pub(super) open: Option<Open>,
    pub(super) stopped: Option<StopReason>,
}

/// Equal failures in a row.
#[derive(Debug)]
struct Row {
    sign: Sign,
    length: u32,
    first: String,
    /// Whether more than one record is among them.
    several: bool,
}

#[derive(Debug)]
pub(super) struct Open {
    pub(super) since: Instant,
    /// When the next probe may go.
    pub(super) next: Instant,
    pub(super) probing: bool,
    pub(super) probes: u32,
    pub(super) waiting: usize,
    /// Whose probe failed last: others go first.
    pub(super) last: Option<String>,
}

impl Circuit {
    /// Counts a failure, and says how many equal ones there are in a row. Where `of_several` is asked for,
    /// those of one record alone count as none.
    pub(super) fn count(&mut self, sign: &Sign, target: &str, of_several: bool) -> u32 {
        let row = self.row.get_or_insert_with(|| Row::new(sign, target));
        if row.sign != *sign {
            *row = Row::new(sign, target);
        }
        row.length = row.length.saturating_add(1);
        row.several |= row.first != target;
        if of_several && !row.several { 0 } else { row.length }
    }

    /// A success: everything is well. Says whether it was open.
    pub(super) fn close(&mut self) -> bool {
        self.row = None;
        self.open.take().is_some()
    }

    pub(super) fn open(&mut self, now: Instant, wait: Duration) {
        let (next, last) = (now + wait, None);
        self.open = Some(Open { since: now, next, probing: false, probes: 0, waiting: 0, last });
    }
}

impl Row {
    fn new(sign: &Sign, target: &str) -> Self {
        Self { sign: sign.clone(), length: 0, first: target.to_owned(), several: false }
    }
}

impl Open {
    /// The probe failed. Says how long it has been open.
    pub(super) fn probed(&mut self, target: &str, now: Instant, hint: Option<Duration>) -> Duration {
        self.probes = self.probes.saturating_add(1);
        self.last = Some(target.to_owned());
        let doubled = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(self.probes));
        self.next = now + hint.unwrap_or(doubled.min(LONGEST_WAIT));
        now.saturating_duration_since(self.since)
    }
}

/// Before the first probe.
pub(super) const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
