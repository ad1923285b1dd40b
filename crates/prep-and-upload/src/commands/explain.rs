//! `explain`: facts and plan, from headers alone.

use std::path::PathBuf;

use photo_prep::Route;

use crate::args::Common;
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::inputs;
use crate::prepare;
use crate::report::Report;
use crate::runner::{self, Job, Steps, Work};

pub(crate) async fn run(inputs: &[PathBuf], common: &Common) -> Outcome {
    let console = Console::new(common);
    let gathered = inputs::gather(inputs, &console)?;
    let most = common.threads() + 1;
    let inputs = gathered.inputs.into_iter().map(|input| (input, ()));
    Ok(runner::run(Work::new(common, console)?, Explain, inputs, gathered.misses, most).await)
}

struct Explain;

impl Steps<()> for Explain {
    async fn run(&self, work: &Work, job: Job<()>, report: &mut Report) -> Result<(), Failure> {
        let (_, plan) = prepare::plan(work, &job.input, report).await?;
        // What the other routes lose is known when they have been taken.
        report.lossless = matches!(plan.route(), Route::PassThrough | Route::Rewrite).then_some(true);
        report.story.push(plan.to_string().trim_end().to_owned());
        report.plan = Some(Box::new(plan));
        Ok(())
    }
}
