//! `prep`: prepare only.

use std::sync::Arc;

use crate::args::{Common, PrepArgs};
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::inputs;
use crate::output::{Outputs, Place};
use crate::prepare::{keep, prepare};
use crate::report::Report;
use crate::runner::{self, Job, Steps, Work};

pub(crate) async fn run(args: PrepArgs, common: &Common) -> Outcome {
    let console = Console::new(common);
    let gathered = inputs::gather(&args.inputs, &console)?;
    let single = args.inputs.len() == 1 && !gathered.from_folder;
    let place = Place::from_out(&args.out, single)?;
    let outputs = Arc::new(Outputs::settle(&place, gathered.inputs.iter()));
    // One more than can be worked on, so that reading and writing keep no thread waiting.
    let most = common.threads() + 1;
    let inputs = gathered.inputs.into_iter().map(|input| (input, ()));
    Ok(runner::run(Work::new(common, console)?, Prep { outputs }, inputs, gathered.misses, most).await)
}

struct Prep {
    outputs: Arc<Outputs>,
}

impl Steps<()> for Prep {
    async fn run(&self, work: &Work, job: Job<()>, report: &mut Report) -> Result<(), Failure> {
        let prepared = prepare(work, &job.input, report).await?;
        keep(&self.outputs, job.number, prepared, report).await?;
        Ok(())
    }
}
