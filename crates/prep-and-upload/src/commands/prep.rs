//! `prep`: prepare only.

use std::sync::Arc;

use crate::args::{Common, PrepArgs};
use crate::console::Console;
use crate::exit::{Exit, Usage};
use crate::failure::Failure;
use crate::inputs::{self, Input};
use crate::output::{Outputs, Place};
use crate::prepare;
use crate::report::Record;
use crate::runner::{self, Steps, Work};
use crate::upload_step::keep;

pub(crate) async fn run(args: PrepArgs, common: &Common) -> Result<Exit, Usage> {
    let console = Console::new(common);
    let gathered = inputs::gather(&args.inputs, &console)?;
    let single = args.inputs.len() == 1 && !gathered.from_folder;
    let place = Place::from_out(&args.out, single)?;
    let outputs = Arc::new(Outputs::settle(&place, gathered.inputs.iter()));
    let jobs = gathered.inputs.into_iter().enumerate().collect();
    // One more than can be worked on, so that reading and writing keep no thread waiting.
    let most = common.threads() + 1;
    Ok(runner::run(Work::new(common, console)?, Prep { outputs }, jobs, gathered.misses, most).await)
}

struct Prep {
    outputs: Arc<Outputs>,
}

impl Steps for Prep {
    type Job = (usize, Input);

    fn input(job: &Self::Job) -> &Input {
        &job.1
    }

    async fn go(&self, work: &Work, job: &Self::Job, record: &mut Record) -> Result<(), Failure> {
        let (number, input) = job;
        let prepared = prepare::prepare(work, input, record).await?;
        keep(&self.outputs, *number, prepared, record).await?;
        Ok(())
    }
}
