//! How far a run has come, for people who look at a terminal.

use std::collections::BTreeMap;
use std::fmt::{Display, Formatter, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::figures::{Bytes, Count};
use crate::report::Report;
use crate::terminal::visible;

/// Two lines at the bottom of the terminal: the bar with rate and time left; what came of the pictures so far,
/// and why uploads pause. Hidden unless somebody is looking.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    counts: Mutex<Counts>,
}

/// What came of the inputs so far.
#[derive(Debug, Default)]
struct Counts {
    ok: u64,
    /// Of the pictures that came out.
    bytes: u64,
    /// By kind.
    failures: BTreeMap<String, u64>,
    paused: Option<String>,
}

const BAR: &str = "{wide_bar} {human_pos}/{human_len}, {rate}, {eta_precise} left\n{wide_msg}";

impl Progress {
    pub(crate) fn hidden() -> Self {
        Self { bar: ProgressBar::hidden(), counts: Mutex::default() }
    }

    /// Shows itself on standard error: so many inputs are to be worked on.
    pub(crate) fn show(&self, inputs: usize) {
        if let Ok(style) = ProgressStyle::with_template(BAR) {
            let rate = |state: &ProgressState, out: &mut dyn Write| {
                // A terminal that is gone reads nothing.
                let _ = write!(out, "{:.1}/s", state.per_sec());
            };
            self.bar.set_style(style.with_key("rate", rate));
        }
        self.bar.set_length(inputs as u64);
        self.bar.reset();
        self.bar.set_draw_target(ProgressDrawTarget::stderr());
    }

    /// What is done so far took no work: rate and time left are counted from here.
    pub(crate) fn starts_here(&self) {
        self.bar.reset_eta();
    }

    /// One input has come to its end.
    pub(crate) fn add(&self, report: &Report) {
        self.tell(|counts| counts.add(report));
        self.bar.inc(1);
    }

    /// Uploads pause for this reason, or go on.
    pub(crate) fn paused(&self, reason: Option<String>) {
        self.tell(|counts| counts.paused = reason);
    }

    /// Where nobody looks, nothing is counted.
    fn tell(&self, change: impl FnOnce(&mut Counts)) {
        if self.bar.is_hidden() {
            return;
        }
        let text = {
            let mut counts = self.lock();
            change(&mut counts);
            counts.to_string()
        };
        self.bar.set_message(visible(&text));
    }

    pub(crate) fn hide(&self) {
        self.bar.finish_and_clear();
        self.bar.set_draw_target(ProgressDrawTarget::hidden());
    }

    /// Does something on the terminal that the bar must not overwrite.
    pub(crate) fn suspend<T>(&self, work: impl FnOnce() -> T) -> T {
        self.bar.suspend(work)
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn add(&mut self, report: &Report) {
        let Some(failure) = &report.error else {
            self.ok += 1;
            self.bytes += report.out.as_ref().map_or(0, |out| out.bytes as u64);
            return;
        };
        let code = report.upload.as_ref().and_then(|upload| upload.code.as_deref());
        let kind = if failure.not_tried { "not tried" } else { code.unwrap_or(failure.kind) };
        *self.failures.entry(kind.to_owned()).or_default() += 1;
    }
}

impl Display for Counts {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ok, {}", Count(self.ok), Bytes(self.bytes))?;
        for (kind, count) in &self.failures {
            write!(f, " · {kind} {}", Count(*count))?;
        }
        self.paused.as_ref().map_or(Ok(()), |reason| write!(f, " · paused: {reason}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Failure;
    use crate::report::Upload;

    #[test]
    fn the_second_line_tells_what_came_of_the_pictures() {
        let mut counts = Counts::default();
        let mut add = |report: Report| counts.add(&report);
        (0..1_200).for_each(|_| add(Report::new("a.jpg")));
        add(Report::new("b.jpg").failed(Failure::refused("cannot_fit", "too large")));
        let refused = Upload { code: Some("INVALID_DATA".to_owned()), ..Upload::default() };
        let refused = Report { upload: Some(refused), ..Report::new("c.jpg") };
        (0..2).for_each(|_| add(refused.clone().failed(Failure::refused("refused", "no such record"))));
        counts.paused = Some("the endpoint can't be reached".to_owned());
        assert_eq!(
            counts.to_string(),
            "1,200 ok, 0 bytes · INVALID_DATA 2 · cannot_fit 1 · paused: the endpoint can't be reached"
        );
    }
}
