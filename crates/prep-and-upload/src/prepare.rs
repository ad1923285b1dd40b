//! The steps that commands share: from an input to a prepared picture, and to a file of it.

use std::sync::Arc;

use bytes::Bytes;
use photo_prep::{ImageInfo, Options, Plan, Prepared};

use crate::failure::Failure;
use crate::inputs::Input;
use crate::json::{self, ms};
use crate::output::Outputs;
use crate::report::Report;
use crate::runner::Work;

/// Reads an input and plans what to do with it. What is known goes into the report even if a later part
/// fails.
pub(crate) async fn plan(work: &Work, input: &Input, report: &mut Report) -> Result<(Bytes, Plan), Failure> {
    let cancellation = &work.cancellation;
    cancellation.check()?;
    let bytes = cancellation.or_interrupted(input.load(&work.intake)).await??;
    let (options, content) = (work.options, bytes.clone());
    let planned = work.pool.run(0, move || probe_and_plan(options, &content));
    let (info, plan) = cancellation.or_interrupted(planned).await???;
    report.input = Some(json::Input::from(&info));
    report.warnings = strings(&info.warnings);
    let plan = plan?;
    report.route = Some(plan.route().name());
    report.reasons = strings(&plan.reasons());
    Ok((bytes, plan))
}

/// Prepares an input: [`plan`] and its execution.
pub(crate) async fn prepare(
    work: &Work,
    input: &Input,
    report: &mut Report,
) -> Result<Prepared<'static>, Failure> {
    let (bytes, plan) = plan(work, input, report).await?;
    let memory = plan.estimate().peak_memory;
    let executed = work.pool.run(memory, move || plan.execute(&bytes).map(Prepared::into_owned));
    let prepared = work.cancellation.or_interrupted(executed).await???;
    let done = prepared.report();
    report.out = Some(json::Output::from(&prepared));
    report.route = Some(done.route.name());
    report.reasons = strings(&done.reasons);
    report.lossless = Some(done.lossless);
    report.warnings = strings(&done.warnings);
    report.stages = done.stages.iter().map(|(stage, time)| (stage.name(), ms(*time))).collect();
    report.story.push(done.to_string());
    Ok(prepared)
}

/// Writes the prepared picture. Once begun it is finished, so that no temporary file is left behind.
pub(crate) async fn keep(
    outputs: &Arc<Outputs>,
    number: usize,
    prepared: Prepared<'static>,
    report: &mut Report,
) -> Result<Prepared<'static>, Failure> {
    let outputs = Arc::clone(outputs);
    let format = prepared.format();
    let written = tokio::task::spawn_blocking(move || (outputs.write(number, &prepared), prepared)).await;
    let (path, prepared) =
        written.map_err(|error| Failure::internal(format!("writing broke off: {error}")))?;
    let path = path?;
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    if ![format.extension(), format.name()].contains(&extension.as_str()) {
        report.warn(format!("the content is {format}, whatever the name {} says", path.display()));
    }
    report.story.push(format!("written to {}", path.display()));
    if let Some(out) = &mut report.out {
        out.path = Some(path.to_string_lossy().into_owned());
    }
    Ok(prepared)
}

type Planned = photo_prep::Result<(ImageInfo, photo_prep::Result<Plan>)>;

fn probe_and_plan(options: Options, bytes: &[u8]) -> Planned {
    let info = options.probe(bytes)?;
    let plan = options.plan(&info, photo_prep::Resources::of_current_pool());
    Ok((info, plan))
}

fn strings(list: &[impl ToString]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}
