//! Runs all inputs through the steps of a command, as many at a time as memory and threads allow.

use std::sync::Arc;
use std::time::Instant;

use photo_prep::Options;
use photo_upload::Intake;
use tokio::task::JoinSet;

use crate::args::Common;
use crate::cancellation::Cancellation;
use crate::console::Console;
use crate::failure::{Failure, Severity, UsageError};
use crate::inputs::{self, Input};
use crate::json::ms;
use crate::report::{Report, Tally};
use crate::worker_pool::WorkerPool;

/// What all work shares.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) options: Options,
    pub(crate) intake: Intake,
    pub(crate) pool: WorkerPool,
    pub(crate) cancellation: Cancellation,
    pub(crate) console: Console,
}

/// An input, the place among all that its outputs are numbered by, and where it goes.
#[derive(Debug)]
pub(crate) struct Job<T> {
    pub(crate) number: usize,
    pub(crate) input: Input,
    pub(crate) target: T,
}

/// The steps that a command takes with one input. They fill the report as far as they get.
pub(crate) trait Steps<T>: Send + Sync + 'static {
    fn run(
        &self,
        work: &Work,
        job: Job<T>,
        report: &mut Report,
    ) -> impl Future<Output = Result<(), Failure>> + Send;
}

impl Work {
    pub(crate) fn new(common: &Common, console: Console) -> Result<Self, UsageError> {
        let options = common.options();
        let pool = WorkerPool::new(common.threads(), options.input_limits.memory)?;
        let intake = inputs::intake(options.input_limits.bytes);
        Ok(Self { options, intake, pool, cancellation: Cancellation::on_ctrl_c(), console })
    }
}

/// Runs all jobs, at most `most` at a time, and reports the results as they finish, `misses` first. Returns
/// the severity of the worst failure.
pub(crate) async fn run<T: Send + 'static, S: Steps<T>>(
    work: Work,
    steps: S,
    targeted: impl IntoIterator<Item = (Input, T)>,
    misses: Vec<Report>,
    most: usize,
) -> Option<Severity> {
    let (work, steps) = (Arc::new(work), Arc::new(steps));
    let numbered = targeted.into_iter().enumerate();
    let jobs: Vec<_> = numbered.map(|(number, (input, target))| Job { number, input, target }).collect();
    let mut reported = Reported::default();
    work.console.begin(jobs.len().saturating_add(misses.len()));
    misses.iter().for_each(|report| reported.add(&work, report));
    let mut waiting = jobs.into_iter();
    let mut under_way = JoinSet::new();
    loop {
        while !reported.stdout_closed && under_way.len() < most {
            let Some(job) = waiting.next() else { break };
            under_way.spawn(one(Arc::clone(&work), Arc::clone(&steps), job));
        }
        match under_way.join_next().await {
            Some(Ok(report)) => reported.add(&work, &report),
            Some(Err(error)) => {
                let failure = Failure::internal(format!("the program failed: {error}; please report it"));
                reported.add(&work, &Report::failed("", failure));
            }
            None => break,
        }
    }
    work.console.end(&reported.tally);
    reported.tally.worst
}

/// All of one job.
async fn one<T, S: Steps<T>>(work: Arc<Work>, steps: Arc<S>, job: Job<T>) -> Report {
    let start = Instant::now();
    let mut report = Report::new(job.input.file.clone());
    if let Err(failure) = steps.run(&work, job, &mut report).await {
        (report.status, report.error) = (failure.status, Some(failure));
    }
    report.ms = ms(start.elapsed());
    report
}

/// What was reported so far.
#[derive(Default)]
struct Reported {
    tally: Tally,
    /// Nobody reads standard output any more, so that going on would be in vain.
    stdout_closed: bool,
}

impl Reported {
    fn add(&mut self, work: &Work, report: &Report) {
        self.tally.count(report);
        if let Err(error) = work.console.finished(report)
            && !self.stdout_closed
        {
            self.stdout_closed = true;
            self.tally.worst = self.tally.worst.max(Some(Severity::Permanent));
            work.console.line(&format!("failed: standard output: {error}; nothing new is begun"));
        }
    }
}
