//! `explain`: facts and plan, from headers alone.

use crate::args::{Common, ExplainArgs};
use crate::console::Console;
use crate::exit::{Exit, Usage};
use crate::failure::Failure;
use crate::inputs::{self, Input};
use crate::prepare;
use crate::report::Record;
use crate::runner::{self, Steps, Work};

pub(crate) async fn run(args: ExplainArgs, common: &Common) -> Result<Exit, Usage> {
    let console = Console::new(common);
    let gathered = inputs::gather(&args.inputs, &console)?;
    let most = common.threads() + 1;
    Ok(runner::run(Work::new(common, console)?, Explain, gathered.inputs, gathered.misses, most).await)
}

struct Explain;

impl Steps for Explain {
    type Job = Input;

    fn input(job: &Self::Job) -> &Input {
        job
    }

    async fn go(&self, work: &Work, job: &Self::Job, record: &mut Record) -> Result<(), Failure> {
        let (_, plan) = prepare::plan(work, job, record).await?;
        record.lossless = prepare::foreseeably_lossless(&plan.route);
        record.story.push(plan.to_string().trim_end().to_owned());
        record.plan = Some(Box::new(plan));
        Ok(())
    }
}
