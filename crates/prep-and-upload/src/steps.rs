//! The steps that an input goes through. They fill its report as far as they get.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use photo_prep::{Compliance, Depth, Plan, Prepared, Resources, Route};
use photo_upload::Photo;

use crate::endpoint::Endpoint;
use crate::failure::Failure;
use crate::inputs::Input;
use crate::output::Outputs;
use crate::report::{Report, strings};
use crate::work::Work;

#[derive(Debug)]
pub(crate) enum Steps {
    Explain,
    Check(Depth),
    Prepare { keep: Option<Arc<Outputs>>, upload: Option<Endpoint> },
}

impl Steps {
    pub(crate) async fn run(&self, work: &Work, input: &Input, report: &mut Report) -> Result<(), Failure> {
        work.check(input.target.as_ref())?;
        if let Self::Check(depth) = self {
            return check(work, input, *depth, report).await;
        }
        let (bytes, plan) = read_and_plan(work, input, report).await?;
        let Self::Prepare { keep, upload } = self else {
            // What the other routes lose is known when they have been taken.
            report.lossless = matches!(plan.route(), Route::PassThrough | Route::Rewrite).then_some(true);
            report.story.push(plan.to_string().trim_end().to_owned());
            let memory = plan.estimate().peak_memory;
            report.plan = Some(Box::new(plan.clone()));
            // Damage is seen where the picture data is gone through; the file that comes of it is not kept.
            work.in_pool(memory, move || plan.execute(&bytes).map(drop)).await??;
            return Ok(());
        };
        let memory = plan.estimate().peak_memory;
        let executed = work.in_pool(memory, move || plan.execute(&bytes).map(Prepared::into_owned));
        let mut prepared = executed.await??;
        report.prepared(&prepared);
        if let Some(outputs) = keep {
            prepared = write(Arc::clone(outputs), input.out.clone(), prepared, report).await?;
        }
        if let (Some(endpoint), Some(target)) = (upload, &input.target) {
            let photo = Photo::from(prepared).named(input.stem.to_string_lossy());
            endpoint.upload(work, target, &photo, report).await?;
        }
        Ok(())
    }
}

/// Says whether the file meets the requirements.
async fn check(work: &Work, input: &Input, depth: Depth, report: &mut Report) -> Result<(), Failure> {
    let bytes = work.or_interrupted(input.load(&work.intake)).await??;
    let (options, content) = (work.options, bytes.clone());
    let planned = work.in_pool(0, move || {
        let plan = options.probe(&content).and_then(|info| options.plan(&info, Resources::of_current_pool()));
        plan.map_or(0, |plan| plan.estimate().peak_memory)
    });
    let memory = if depth == Depth::Deep { planned.await? } else { 0 };
    let verdict = work.in_pool(memory, move || options.check(&bytes, depth)).await?;
    report.judged(&verdict);
    if verdict.status == Compliance::Compliant { Ok(()) } else { Err((&verdict).into()) }
}

async fn read_and_plan(work: &Work, input: &Input, report: &mut Report) -> Result<(Bytes, Plan), Failure> {
    let bytes = work.or_interrupted(input.load(&work.intake)).await??;
    let (options, content) = (work.options, bytes.clone());
    let planned = work.in_pool(0, move || {
        let info = options.probe(&content)?;
        Ok::<_, photo_prep::Error>((options.plan(&info, Resources::of_current_pool()), info))
    });
    let (plan, info) = planned.await??;
    report.input = Some((&info).into());
    report.warnings = strings(&info.warnings);
    let plan = plan?;
    report.planned(&plan);
    Ok((bytes, plan))
}

/// Writes the prepared picture. Once begun it is finished, so that no temporary file is left behind.
async fn write(
    outputs: Arc<Outputs>,
    path: PathBuf,
    prepared: Prepared<'static>,
    report: &mut Report,
) -> Result<Prepared<'static>, Failure> {
    let written = tokio::task::spawn_blocking(move || (outputs.write(path, &prepared), prepared)).await;
    let (path, prepared) =
        written.map_err(|error| Failure::internal(format!("writing broke off: {error}")))?;
    let (path, format) = (path?, prepared.format());
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
