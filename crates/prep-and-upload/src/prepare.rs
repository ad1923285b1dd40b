//! Step one: from bytes to a prepared picture.

use bytes::Bytes;
use photo_prep::{ImageInfo, Options, Plan, Prepared, Route};

use crate::failure::Failure;
use crate::inputs::Input;
use crate::json::{InFacts, OutFacts, ms};
use crate::report::Record;
use crate::runner::Work;

/// Reads an input and plans what to do with it. What is known goes into the record even if a later part fails.
pub(crate) async fn plan(work: &Work, input: &Input, record: &mut Record) -> Result<(Bytes, Plan), Failure> {
    work.halt.check()?;
    let limit = work.options.input_limits.bytes;
    let bytes = work.halt.or_interrupted(input.load(limit)).await??;
    let (options, content) = (work.options, bytes.clone());
    let planned = work.crew.run(0, move || probe_and_plan(options, &content));
    let (info, plan) = work.halt.or_interrupted(planned).await???;
    record.input = Some(InFacts::from(&info));
    record.warnings = info.warnings.iter().map(ToString::to_string).collect();
    let plan = plan?;
    record.route = Some(plan.route.name());
    record.reasons = plan.reasons.iter().map(ToString::to_string).collect();
    Ok((bytes, plan))
}

/// Prepares an input: [`plan`] and its execution.
pub(crate) async fn prepare(
    work: &Work,
    input: &Input,
    record: &mut Record,
) -> Result<Prepared<'static>, Failure> {
    let (bytes, plan) = plan(work, input, record).await?;
    let executed =
        work.crew.run(plan.estimate.peak_memory, move || plan.execute(&bytes).map(Prepared::into_owned));
    let prepared = work.halt.or_interrupted(executed).await???;
    let report = prepared.report();
    record.out = Some(OutFacts::from(&prepared));
    record.route = Some(report.route);
    record.reasons = report.reasons.iter().map(ToString::to_string).collect();
    record.lossless = Some(report.lossless);
    record.warnings = report.warnings.iter().map(ToString::to_string).collect();
    record.stages = report.stages.iter().map(|(stage, time)| (stage.name(), ms(*time))).collect();
    record.story.push(report.to_string());
    Ok(prepared)
}

/// Whether a route is known to lose nothing before it is taken.
pub(crate) fn foreseeably_lossless(route: &Route) -> Option<bool> {
    matches!(route, Route::PassThrough | Route::Rewrite).then_some(true)
}

type Planned = photo_prep::Result<(ImageInfo, photo_prep::Result<Plan>)>;

fn probe_and_plan(options: Options, bytes: &[u8]) -> Planned {
    let info = options.probe(bytes)?;
    let plan = options.plan(&info);
    Ok((info, plan))
}
