//! The steps that an input goes through. They fill its report as far as they get.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use photo_prep::{Compliance, Depth, Plan, Prepared, Resources, Route};
use photo_upload::Photo;

use crate::endpoint::{Endpoint, UploadJob};
use crate::failure::{Failure, Severity};
use crate::inputs::Input;
use crate::journaling::Journaling;
use crate::output::Outputs;
use crate::report::{Report, strings};
use crate::shared_work::{Ready, SharedWork};
use crate::thumbnail::{self, Thumbnail};
use crate::work::Work;

#[derive(Debug)]
pub(crate) enum Steps {
    Explain,
    Check(Depth),
    Prepare { keep: Option<Arc<Outputs>> },
    Upload { keep: Option<Arc<Outputs>>, endpoint: Endpoint, shared: SharedWork },
}

impl Steps {
    pub(crate) async fn run(&self, work: &Work, input: &Input, report: &mut Report) -> Result<(), Failure> {
        work.check(input.target.as_ref())?;
        match self {
            Self::Explain => explain(work, input, report).await,
            Self::Check(depth) => check(work, input, *depth, report).await,
            Self::Prepare { keep } => prepare(work, input, keep.as_ref(), report).await.map(drop),
            Self::Upload { keep, endpoint, shared } => {
                // Its facts as they are before it is read: a change from now on is seen the next time.
                let entry = Journaling::entry(input);
                let uploaded = async {
                    let photo = photo(work, input, keep.as_ref(), shared, report).await?;
                    let Some(target) = &input.target else { return Ok(()) };
                    let job = UploadJob { target, photo: &photo, entry: entry.as_ref() };
                    endpoint.upload(work, job, report).await
                };
                let uploaded = uploaded.await;
                // What a signal cut off before it was sent counts as not begun.
                let unsent = report.upload.is_none();
                let uploaded = uploaded.map_err(|failure| {
                    let cut = unsent && failure.severity == Severity::Interrupted;
                    Failure { not_tried: failure.not_tried || cut, ..failure }
                });
                endpoint.ended(work, entry, report, uploaded.as_ref().err())?;
                uploaded
            }
        }
    }
}

async fn explain(work: &Work, input: &Input, report: &mut Report) -> Result<(), Failure> {
    let (bytes, plan) = read_and_plan(work, input, report).await?;
    // What the other routes lose is known when they have been taken.
    report.lossless = matches!(plan.route(), Route::PassThrough | Route::Rewrite).then_some(true);
    report.story.push(plan.to_string().trim_end().to_owned());
    let memory = plan.estimate().peak_memory;
    report.plan = Some(Box::new(plan.clone()));
    // Damage is seen where the picture data is gone through; the file that comes of it is not kept.
    work.in_pool(memory, move || plan.execute(&bytes).map(drop)).await??;
    Ok(())
}

async fn prepare(
    work: &Work,
    input: &Input,
    keep: Option<&Arc<Outputs>>,
    report: &mut Report,
) -> Result<Prepared<'static>, Failure> {
    let (bytes, plan) = read_and_plan(work, input, report).await?;
    let memory = plan.estimate().peak_memory;
    let executed = work.in_pool(memory, move || plan.execute(&bytes).map(Prepared::into_owned));
    let prepared = executed.await??;
    report.prepared(&prepared);
    if report.thumbnails[0].is_some() {
        let bytes = Bytes::copy_from_slice(prepared.bytes());
        report.thumbnails[1] = thumbnail(work, bytes).await?;
    }
    match keep {
        Some(outputs) => write(Arc::clone(outputs), input.out.clone(), prepared, report).await,
        None => Ok(prepared),
    }
}

/// The prepared photo, which may be there already.
async fn photo(
    work: &Work,
    input: &Input,
    keep: Option<&Arc<Outputs>>,
    shared: &SharedWork,
    report: &mut Report,
) -> Result<Photo, Failure> {
    let made_here = AtomicBool::new(false);
    let make = async || {
        made_here.store(true, Ordering::Relaxed);
        let mut report = input.report();
        let prepared = prepare(work, input, keep, &mut report).await;
        let photo = prepared.map(|prepared| Photo::from(prepared).named(input.stem.to_string_lossy()));
        Ready { photo, report }
    };
    let mut ready = match shared.of(input) {
        Some(cell) => cell.get_or_init(make).await.clone(),
        None => make().await,
    };
    if !made_here.into_inner() && !work.thumbnails.take() {
        // It may be shared by any number of rows; the page shows only so many.
        ready.report.thumbnails = Default::default();
    }
    *report = Report {
        line: report.line,
        module: report.module.take(),
        record: report.record.take(),
        ..ready.report
    };
    ready.photo
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
    if work.thumbnails.take() {
        report.thumbnails[0] = thumbnail(work, bytes.clone()).await?;
    }
    report.input = Some((&info).into());
    report.warnings = strings(&info.warnings);
    let plan = plan?;
    report.planned(&plan);
    Ok((bytes, plan))
}

/// The thumbnail of a file. `None` if it can't be read: the picture's own failure tells why.
async fn thumbnail(work: &Work, bytes: Bytes) -> Result<Option<Thumbnail>, Failure> {
    let (options, content) = (thumbnail::options(&work.options), bytes.clone());
    let plan = work.in_pool(0, move || {
        let info = options.probe(&content).ok()?;
        options.plan(&info, Resources::of_current_pool()).ok()
    });
    let Some(plan) = plan.await? else { return Ok(None) };
    let memory = plan.estimate().peak_memory;
    let made = work.in_pool(memory, move || {
        let prepared = plan.execute(&bytes).ok()?;
        let (format, size) = (prepared.format(), prepared.size());
        Some(Thumbnail { format, size, bytes: prepared.bytes().into() })
    });
    made.await
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
