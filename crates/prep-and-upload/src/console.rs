//! What the user gets to see: JSON lines on standard output, text and progress on standard error.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use photo_upload::Source;
use serde::Serialize;

use crate::args::Common;
use crate::progress::Progress;
use crate::report::Report;
use crate::terminal::visible;

#[derive(Debug)]
pub(crate) struct Console {
    json: bool,
    quiet: bool,
    /// Whether text is wanted for what went well, too.
    talks: bool,
    verbose: bool,
    progress: Progress,
}

impl Console {
    pub(crate) fn new(common: &Common) -> Self {
        let Common { json, quiet, verbose, .. } = *common;
        Self { json, quiet, talks: !json && !quiet, verbose, progress: Progress::hidden() }
    }

    /// So many inputs are to be worked on.
    pub(crate) fn begin(&self, inputs: usize) {
        if !self.talks || inputs < 2 || !std::io::stderr().is_terminal() {
            return;
        }
        self.progress.show(inputs);
    }

    /// Those that need no work are told.
    pub(crate) fn work_begins(&self) {
        self.progress.starts_here();
    }

    /// One input is done. Fails if standard output is closed.
    pub(crate) fn finished(&self, report: &Report) -> std::io::Result<()> {
        self.progress.add(report);
        // A table says it all.
        let told = if report.table.is_empty() { self.talks || report.error.is_some() } else { self.json };
        let told = told && !report.quiet;
        if told {
            let story = || report.story.join("; ");
            let text = report.error.as_ref().map_or_else(story, |error| error.message.clone());
            let name = visible(&Source::from_argument(&report.file).to_string());
            let line = report.line.map_or_else(String::new, |line| format!("line {line}: "));
            self.line(&format!("{}: {line}{name}: {text}", report.status));
        }
        if !self.json && !self.quiet {
            print_table(report)?;
        }
        for (stage, ms) in &report.stages {
            self.detail(&format!("  {stage}: {ms:.1} ms"));
        }
        if self.json { print_json(report) } else { Ok(()) }
    }

    /// All inputs are done.
    pub(crate) fn end(&self, summary: &str) {
        self.progress.hide();
        if self.talks {
            self.line(summary);
        }
    }

    /// Uploads pause.
    pub(crate) fn paused(&self, reason: &str, wait: Duration) {
        self.progress.paused(Some(reason.to_owned()));
        self.note(&format!("paused: {reason}; next try in {:.1} s", wait.as_secs_f64()));
    }

    /// Uploads go on.
    pub(crate) fn resumed(&self) {
        self.progress.paused(None);
        self.note("goes on");
    }

    /// What is worth knowing before the end.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            self.line(&format!("note: {text}"));
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
        self.progress.suspend(|| {
            let mut stderr = std::io::stderr().lock();
            for line in text.lines() {
                // Nobody reads it, then.
                let _ = writeln!(stderr, "{}", visible(line));
            }
        });
    }
}

/// A report's table, on standard output: it is what was asked for.
fn print_table(report: &Report) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    report.table.iter().try_for_each(|line| writeln!(stdout, "{}", visible(line)))?;
    stdout.flush()
}

/// A line on standard output, which others read as soon as it is there.
pub(crate) fn print_json(value: &impl Serialize) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(&line)?;
    stdout.flush()
}
