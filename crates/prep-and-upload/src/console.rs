//! What the user gets to see: JSON lines on standard output, text and a progress bar on standard error.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressStyle};
use photo_upload::Source;

use crate::args::Common;
use crate::failure::Status;
use crate::report::{Report, Tally};

#[derive(Debug)]
pub(crate) struct Console {
    json: bool,
    quiet: bool,
    verbose: bool,
    bar: Mutex<Option<ProgressBar>>,
}

impl Console {
    pub(crate) fn new(common: &Common) -> Self {
        let Common { json, quiet, verbose, .. } = *common;
        Self { json, quiet, verbose, bar: Mutex::new(None) }
    }

    /// Shows a progress bar if somebody is looking.
    pub(crate) fn begin(&self, inputs: usize) {
        if self.json || self.quiet || inputs < 2 || !std::io::stderr().is_terminal() {
            return;
        }
        let bar = ProgressBar::new(inputs as u64);
        if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos}/{len} {elapsed}") {
            bar.set_style(style);
        }
        *self.bar() = Some(bar);
    }

    /// One input is done.
    ///
    /// # Errors
    /// Standard output is closed.
    pub(crate) fn finished(&self, report: &Report) -> std::io::Result<()> {
        if let Some(bar) = &*self.bar() {
            bar.inc(1);
        }
        let name = visible(&Source::from_argument(&report.file).to_string());
        match &report.error {
            Some(error) => {
                let status = if report.status == Status::Refused { "refused" } else { "failed" };
                self.line(&format!("{status}: {name}: {}", error.message));
            }
            None if !self.json && !self.quiet => {
                self.line(&format!("ok: {name}: {}", report.story.join("; ")));
            }
            None => {}
        }
        for (stage, ms) in &report.stages {
            self.detail(&format!("  {stage}: {ms:.1} ms"));
        }
        if self.json { print_json(report) } else { Ok(()) }
    }

    /// All inputs are done.
    pub(crate) fn end(&self, tally: &Tally) {
        if let Some(bar) = self.bar().take() {
            bar.finish_and_clear();
        }
        if !self.json && !self.quiet && tally.total() > 1 {
            let Tally { ok, refused, failed, .. } = tally;
            self.line(&format!("{} inputs: {ok} ok, {refused} refused, {failed} failed", tally.total()));
        }
    }

    /// For those who want to know more (`-v`).
    pub(crate) fn detail(&self, text: &str) {
        if self.verbose {
            self.line(text);
        }
    }

    /// A line on standard error, whatever was asked for.
    pub(crate) fn line(&self, text: &str) {
        let print = || {
            let mut stderr = std::io::stderr().lock();
            for line in text.lines() {
                // Nobody reads it, then.
                let _ = writeln!(stderr, "{}", visible(line));
            }
        };
        match &*self.bar() {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    fn bar(&self) -> std::sync::MutexGuard<'_, Option<ProgressBar>> {
        self.bar.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn print_json(report: &Report) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(report)?;
    line.push(b'\n');
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(&line)?;
    stdout.flush()
}

/// One line without control characters, so that a file's name can't play tricks on a terminal.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}
