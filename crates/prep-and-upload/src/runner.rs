//! Runs all inputs through the steps of a command, as many at a time as memory and threads allow.

use std::sync::Arc;
use std::time::Instant;

use photo_prep::Options;
use tokio::task::JoinSet;

use crate::args::Common;
use crate::cancellation::Halt;
use crate::console::Console;
use crate::exit::{Exit, Tally, Usage};
use crate::failure::{Failure, Weight};
use crate::inputs::Input;
use crate::json::ms;
use crate::report::Record;
use crate::worker_pool::Crew;

/// What all work shares.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) options: Options,
    pub(crate) crew: Crew,
    pub(crate) halt: Halt,
    pub(crate) console: Console,
}

/// The steps a command takes with one input. They fill the record as far as they get.
pub(crate) trait Steps: Send + Sync + 'static {
    /// What is worked on.
    type Job: Send + 'static;

    fn input(job: &Self::Job) -> &Input;

    fn go(
        &self,
        work: &Work,
        job: &Self::Job,
        record: &mut Record,
    ) -> impl Future<Output = Result<(), Failure>> + Send;
}

impl Work {
    pub(crate) fn new(common: &Common, console: Console) -> Result<Self, Usage> {
        let options = common.options();
        let crew = Crew::new(common.threads(), options.input_limits.memory)?;
        Ok(Self { options, crew, halt: Halt::on_ctrl_c(), console })
    }
}

/// Runs all jobs, at most `most` at a time, and tells the results as they finish, `misses` first.
pub(crate) async fn run<S: Steps>(
    work: Work,
    steps: S,
    jobs: Vec<S::Job>,
    misses: Vec<Record>,
    most: usize,
) -> Exit {
    let (work, steps) = (Arc::new(work), Arc::new(steps));
    let mut told = Told::default();
    work.console.begin(jobs.len().saturating_add(misses.len()));
    for record in misses {
        told.tell(&work, &record);
    }
    let mut waiting = jobs.into_iter();
    let mut under_way = JoinSet::new();
    loop {
        while !told.deaf && under_way.len() < most {
            let Some(job) = waiting.next() else { break };
            under_way.spawn(one(Arc::clone(&work), Arc::clone(&steps), job));
        }
        match under_way.join_next().await {
            Some(Ok(record)) => told.tell(&work, &record),
            Some(Err(error)) => {
                let text = format!("the program failed: {error}; please report it");
                told.tell(&work, &Record::failed("", Failure::failed("internal", text, Weight::ForGood)));
            }
            None => break,
        }
    }
    work.console.end(&told.tally);
    told.tally.exit()
}

/// All of one job.
async fn one<S: Steps>(work: Arc<Work>, steps: Arc<S>, job: S::Job) -> Record {
    let start = Instant::now();
    let mut record = Record::new(S::input(&job).file.clone());
    if let Err(failure) = steps.go(&work, &job, &mut record).await {
        record.fail(failure);
    }
    record.ms = ms(start.elapsed());
    record
}

/// What was told so far.
#[derive(Default)]
struct Told {
    tally: Tally,
    /// Nobody reads standard output any more, so that going on would be in vain.
    deaf: bool,
}

impl Told {
    fn tell(&mut self, work: &Work, record: &Record) {
        record.count(&mut self.tally);
        if let Err(error) = work.console.finished(record)
            && !self.deaf
        {
            self.deaf = true;
            self.tally.weigh(Weight::ForGood);
            work.console.line(&format!("failed: standard output: {error}; nothing new is begun"));
        }
    }
}
