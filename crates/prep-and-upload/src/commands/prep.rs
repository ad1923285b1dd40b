//! `prep`: prepare only.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::args::Common;
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::inputs;
use crate::output::Outputs;
use crate::prepare::{keep, prepare};
use crate::report::Report;
use crate::runner::{self, Job, Steps, Work};

pub(crate) async fn run(inputs: &[PathBuf], out: &Path, common: &Common) -> Outcome {
    let console = Console::new(common);
    let gathered = inputs::gather(inputs, &console)?;
    let single = inputs.len() == 1 && !gathered.from_folder;
    let outputs = Arc::new(Outputs::new(out, single, &gathered.inputs.iter().collect::<Vec<_>>())?);
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
