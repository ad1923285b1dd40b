//! `upload`: prepare and put onto records, each picture as soon as it is ready.

use std::path::Path;
use std::sync::Arc;

use photo_sandbox::{Config, Sandbox};
use photo_upload::Target;
use tokio::sync::Semaphore;

use crate::args::{Common, UploadArgs};
use crate::connect;
use crate::console::Console;
use crate::exit::{Exit, Usage};
use crate::failure::Failure;
use crate::inputs::map_csv::Map;
use crate::inputs::{self, Input};
use crate::json::{UploadFacts, UploadStatus};
use crate::output::{Outputs, Place};
use crate::prepare;
use crate::report::Record;
use crate::runner::{self, Steps, Work};
use crate::upload_step::{Uploads, keep};

pub(crate) async fn run(args: UploadArgs, common: &Common) -> Result<Exit, Usage> {
    let console = Console::new(common);
    let (targeted, misses) = targets(&args, &console)?;
    let endpoint = endpoint(&args, common)?;
    let kept = kept(&args, &targeted)?;
    let jobs = targeted.into_iter().enumerate();
    let jobs = jobs.map(|(number, (input, target))| Job { number, input, target }).collect();
    // As many as can be prepared and uploaded at a time: this bounds the pictures in memory.
    let most = common.threads() + usize::from(args.transfers);
    Ok(runner::run(Work::new(common, console)?, Upload { endpoint, kept }, jobs, misses, most).await)
}

struct Job {
    number: usize,
    input: Input,
    target: Target,
}

struct Upload {
    endpoint: Endpoint,
    kept: Option<Arc<Outputs>>,
}

enum Endpoint {
    /// Where it would go.
    Dry(String),
    Real(Uploads),
    /// Stopped when dropped.
    Sandbox(Uploads, #[expect(dead_code, reason = "held to keep the server running")] Sandbox),
}

impl Steps for Upload {
    type Job = Job;

    fn input(job: &Self::Job) -> &Input {
        &job.input
    }

    async fn go(&self, work: &Work, job: &Self::Job, record: &mut Record) -> Result<(), Failure> {
        work.halt.check_module(&job.target)?;
        let mut prepared = prepare::prepare(work, &job.input, record).await?;
        if let Some(outputs) = &self.kept {
            prepared = keep(outputs, job.number, prepared, record).await?;
        }
        match &self.endpoint {
            Endpoint::Dry(base) => {
                let (module, id) = (job.target.module(), job.target.record_id());
                record.story.push(format!("would go to {base}/crm/v2/{module}/{id}/photo"));
                record.upload = Some(UploadFacts::unsent(UploadStatus::DryRun));
                Ok(())
            }
            Endpoint::Real(uploads) | Endpoint::Sandbox(uploads, _) => {
                let name = job.input.stem.to_string_lossy();
                uploads.upload(work, &job.target, prepared, &name, record).await
            }
        }
    }
}

type Targeted = Vec<(Input, Target)>;

/// Which input goes to which record.
fn targets(args: &UploadArgs, console: &Console) -> Result<(Targeted, Vec<Record>), Usage> {
    let gathered = inputs::gather(&args.inputs, console)?;
    if let Some(file) = &args.map {
        let map = Map::read(file, args.module.as_deref())?;
        let (targeted, unknown) = map.assign(gathered.inputs, args.inputs.is_empty());
        return Ok((targeted, gathered.misses.into_iter().chain(unknown).collect()));
    }
    // The command line's rules see to it that both are there.
    let (module, record) = (args.module.as_deref(), args.record.as_deref());
    let target = Target::new(module.unwrap_or_default(), record.unwrap_or_default())
        .map_err(|error| Usage::new(error.to_string()))?;
    let targeted = gathered.inputs.into_iter().map(|input| (input, target.clone()));
    Ok((targeted.collect(), gathered.misses))
}

fn endpoint(args: &UploadArgs, common: &Common) -> Result<Endpoint, Usage> {
    if args.dry_run {
        return connect::check(args, common).map(Endpoint::Dry);
    }
    let transfers = Semaphore::new(usize::from(args.transfers));
    if !args.sandbox {
        return Ok(Endpoint::Real(Uploads { client: connect::real(args, common)?, transfers }));
    }
    let sandbox = Sandbox::start(Config::default()).map_err(|error| Usage::new(error.to_string()))?;
    let client = connect::to_sandbox(&sandbox, args, common)?;
    Ok(Endpoint::Sandbox(Uploads { client, transfers }, sandbox))
}

/// Where `--keep-prepared` puts what is uploaded.
fn kept(args: &UploadArgs, targeted: &[(Input, Target)]) -> Result<Option<Arc<Outputs>>, Usage> {
    let Some(folder) = &args.keep_prepared else { return Ok(None) };
    make_folder(folder)?;
    let inputs = targeted.iter().map(|(input, _)| input);
    Ok(Some(Arc::new(Outputs::settle(&Place::Folder(folder.clone()), inputs))))
}

fn make_folder(folder: &Path) -> Result<(), Usage> {
    std::fs::create_dir_all(folder).map_err(|error| {
        Usage::new(format!("--keep-prepared {}: {error}; name another folder", folder.display()))
    })
}
