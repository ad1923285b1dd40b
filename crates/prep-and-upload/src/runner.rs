//! Runs all inputs through the steps of a command, as many at a time as memory and threads allow.

use std::sync::Arc;
use std::time::Instant;

use tokio::task::JoinSet;

use crate::console::Console;
use crate::failure::{Failure, Severity};
use crate::inputs::{Gathered, Input};
use crate::remaining::Remaining;
use crate::report::{Report, ms};
use crate::report_file::ReportFiles;
use crate::steps::Steps;
use crate::work::Work;

/// Takes the steps with all inputs, at most `most` at a time, and reports the results as they finish, misses
/// first. Returns the severity of the worst failure.
pub(crate) async fn run(
    work: Work,
    steps: Steps,
    gathered: Gathered,
    most: usize,
    remaining: Option<Remaining>,
    reports: ReportFiles,
) -> Option<Severity> {
    let shared = Arc::new((work, steps));
    let console = &shared.0.console;
    console.begin(gathered.inputs.len().saturating_add(gathered.misses.len()));
    let mut tally = Tally { remaining, reports, ..Tally::default() };
    gathered.misses.iter().for_each(|report| tally.add(console, report));
    console.work_begins();
    let mut waiting = gathered.inputs.into_iter();
    let mut under_way = JoinSet::new();
    loop {
        while !tally.stdout_closed && under_way.len() < most {
            let Some(input) = waiting.next() else { break };
            under_way.spawn(one(Arc::clone(&shared), input));
        }
        match under_way.join_next().await {
            Some(Ok(report)) => tally.add(console, &report),
            Some(Err(error)) => {
                let failure = Failure::internal(format!("the program failed: {error}; please report it"));
                tally.add(console, &Report::new("").failed(failure));
            }
            None => break,
        }
    }
    // Nobody reads standard output any more, but files have a row for each input.
    waiting.for_each(|input| tally.note(&input.report().failed(Failure::not_begun())));
    // The journal is complete from here on.
    let interrupted = shared.0.is_interrupted();
    tally.end(console, interrupted);
    tally.worst
}

async fn one(shared: Arc<(Work, Steps)>, input: Input) -> Report {
    let start = Instant::now();
    let (work, steps) = &*shared;
    let mut report = input.report();
    let result = steps.run(work, &input, &mut report).await;
    report.ms = ms(start.elapsed());
    match result {
        Ok(()) => report,
        Err(failure) => report.failed(failure),
    }
}

/// What came of the inputs so far.
#[derive(Default)]
struct Tally {
    ok: usize,
    refused: usize,
    failed: usize,
    not_tried: usize,
    remaining: Option<Remaining>,
    reports: ReportFiles,
    worst: Option<Severity>,
    /// Nobody reads standard output any more, so that going on would be in vain.
    stdout_closed: bool,
}

impl Tally {
    fn add(&mut self, console: &Console, report: &Report) {
        let severity = report.error.as_ref().map(|failure| failure.severity);
        *match severity {
            None => &mut self.ok,
            _ if report.status == "not_tried" => &mut self.not_tried,
            Some(Severity::Refused) => &mut self.refused,
            Some(_) => &mut self.failed,
        } += 1;
        self.worst = self.worst.max(severity);
        self.note(report);
        if let Err(error) = console.finished(report)
            && !self.stdout_closed
        {
            self.stdout_closed = true;
            self.worst = self.worst.max(Some(Severity::Permanent));
            console.line(&format!("failed: standard output: {error}; nothing new is begun"));
        }
    }

    /// Keeps it for the files that are written at the end.
    fn note(&mut self, report: &Report) {
        if let Some(remaining) = &mut self.remaining {
            remaining.add(report);
        }
        self.reports.add(report);
    }

    /// Says what came of it all.
    fn end(&mut self, console: &Console, interrupted: bool) {
        // A signal that comes between two inputs leaves nothing that failed.
        self.worst = self.worst.max(interrupted.then_some(Severity::Interrupted));
        console.end(&self.summary());
        let remaining = self.remaining.as_ref().map(Remaining::write);
        for written in remaining.into_iter().chain(std::mem::take(&mut self.reports).end()) {
            match written {
                Ok(told) => console.note(&told),
                Err(error) => {
                    console.line(&format!("failed: {error}"));
                    self.worst = self.worst.max(Some(Severity::Permanent));
                }
            }
        }
    }

    /// In words, where there is more than one.
    fn summary(&self) -> String {
        let Self { ok, refused, failed, not_tried, .. } = self;
        let left = if *not_tried > 0 { format!(", {not_tried} not tried") } else { String::new() };
        match ok + refused + failed + not_tried {
            0 | 1 => String::new(),
            total => format!("{total} inputs: {ok} ok, {refused} refused, {failed} failed{left}"),
        }
    }
}
