//! `upload`: prepare and put onto records, each picture as soon as it is ready.

use std::sync::Arc;
use std::time::Instant;

use photo_prep::Prepared;
use photo_sandbox::{Config, Sandbox};
use photo_upload::{Client, Error, Photo, Receipt, Target};
use tokio::sync::Semaphore;

use crate::args::{Common, UploadArgs};
use crate::connect;
use crate::console::Console;
use crate::failure::{Failure, Outcome, Status, UsageError};
use crate::inputs::{self, Input, Map};
use crate::json;
use crate::output::Outputs;
use crate::prepare::{keep, prepare};
use crate::report::Report;
use crate::runner::{self, Job, Steps, Work};

pub(crate) async fn run(args: UploadArgs, common: &Common) -> Outcome {
    let console = Console::new(common);
    let (targeted, misses) = targets(&args, &console)?;
    let endpoint = endpoint(&args, common)?;
    let kept = kept(&args, &targeted)?;
    // As many as can be prepared and uploaded at a time: this bounds the pictures in memory.
    let most = common.threads() + usize::from(args.transfers);
    Ok(runner::run(Work::new(common, console)?, Upload { endpoint, kept }, targeted, misses, most).await)
}

struct Upload {
    endpoint: Endpoint,
    kept: Option<Arc<Outputs>>,
}

enum Endpoint {
    /// Where it would go.
    Dry(String),
    Live(Uploader),
}

/// Uploads, so many at a time.
struct Uploader {
    client: Client,
    transfers: Semaphore,
    /// Stops when dropped.
    _sandbox: Option<Sandbox>,
}

impl Steps<Target> for Upload {
    async fn run(&self, work: &Work, job: Job<Target>, report: &mut Report) -> Result<(), Failure> {
        let Job { number, input, target } = job;
        work.cancellation.check_module(&target)?;
        let mut prepared = prepare(work, &input, report).await?;
        if let Some(outputs) = &self.kept {
            prepared = keep(outputs, number, prepared, report).await?;
        }
        match &self.endpoint {
            Endpoint::Dry(base) => {
                let (module, id) = (target.module(), target.record_id());
                report.story.push(format!("would go to {base}/crm/v2/{module}/{id}/photo"));
                report.upload = Some(json::Upload { status: "dry_run", ..Default::default() });
                Ok(())
            }
            Endpoint::Live(uploader) => {
                let name = input.stem.to_string_lossy();
                uploader.upload(work, &target, prepared, &name, report).await
            }
        }
    }
}

impl Uploader {
    async fn upload(
        &self,
        work: &Work,
        target: &Target,
        prepared: Prepared<'static>,
        name: &str,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let photo = Photo::from(prepared).named(name);
        let _place = work.cancellation.or_interrupted(self.transfers.acquire()).await?;
        work.cancellation.check_module(target)?;
        let start = Instant::now();
        match work.cancellation.or_interrupted(self.client.upload(target, &photo)).await {
            Ok(Ok(receipt)) => {
                succeed(target, &receipt, report);
                Ok(())
            }
            Ok(Err(error)) => {
                work.cancellation.note(target, &error);
                Err(fail(&error, report))
            }
            Err(interrupted) => {
                let elapsed = start.elapsed();
                report.upload = Some(json::Upload { status: "failed", elapsed, ..Default::default() });
                let message = format!(
                    "interrupted while uploading to {target}, so it may or may not be stored; upload again"
                );
                Err(Failure { message, ..interrupted })
            }
        }
    }
}

fn succeed(target: &Target, receipt: &Receipt, report: &mut Report) {
    let tries = match receipt.attempts {
        1 => String::new(),
        attempts => format!(" at attempt {attempts}"),
    };
    let seconds = receipt.elapsed.as_secs_f64();
    report.story.push(format!("stored on {target}{tries} in {seconds:.2} s"));
    if receipt.after_ambiguous {
        report.warn(
            "an earlier attempt may have been carried out too: the photo is the same, but workflows may \
             have run twice",
        );
    }
    report.upload = Some(receipt.into());
}

fn fail(error: &Error, report: &mut Report) -> Failure {
    let failure = Failure::from(error);
    let status = if failure.status == Status::Refused { "refused" } else { "failed" };
    report.upload = Some(json::Upload { status, ..error.into() });
    failure
}

type Targeted = Vec<(Input, Target)>;

/// Which input goes to which record.
fn targets(args: &UploadArgs, console: &Console) -> Result<(Targeted, Vec<Report>), UsageError> {
    let gathered = inputs::gather(&args.inputs, console)?;
    if let Some(file) = &args.map {
        let map = Map::read(file, args.module.as_deref())?;
        let (targeted, unknown) = map.assign(gathered.inputs, args.inputs.is_empty());
        return Ok((targeted, gathered.misses.into_iter().chain(unknown).collect()));
    }
    // The command line's rules see to it that both are there.
    let (module, record) = (args.module.as_deref(), args.record.as_deref());
    let target = Target::new(module.unwrap_or_default(), record.unwrap_or_default())
        .map_err(|error| UsageError(error.to_string()))?;
    let targeted = gathered.inputs.into_iter().map(|input| (input, target.clone()));
    Ok((targeted.collect(), gathered.misses))
}

fn endpoint(args: &UploadArgs, common: &Common) -> Result<Endpoint, UsageError> {
    if args.dry_run {
        return connect::check(args, common).map(Endpoint::Dry);
    }
    let start = || Sandbox::start(Config::default()).map_err(|error| UsageError(error.to_string()));
    let sandbox = args.sandbox.then(start).transpose()?;
    let client = match &sandbox {
        Some(sandbox) => connect::to_sandbox(sandbox, args, common)?,
        None => connect::real(args, common)?,
    };
    let transfers = Semaphore::new(usize::from(args.transfers));
    Ok(Endpoint::Live(Uploader { client, transfers, _sandbox: sandbox }))
}

/// Where `--keep-prepared` puts what is uploaded.
fn kept(args: &UploadArgs, targeted: &[(Input, Target)]) -> Result<Option<Arc<Outputs>>, UsageError> {
    let Some(folder) = &args.keep_prepared else { return Ok(None) };
    std::fs::create_dir_all(folder).map_err(|error| {
        UsageError(format!("--keep-prepared {}: {error}; name another folder", folder.display()))
    })?;
    let inputs: Vec<_> = targeted.iter().map(|(input, _)| input).collect();
    Ok(Some(Arc::new(Outputs::in_folder(folder, &inputs))))
}
