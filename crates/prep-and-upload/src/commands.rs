//! The commands: what each does with its inputs.

use std::sync::Arc;

use photo_prep::Depth;
use photo_upload::Target;

use crate::args::{Command, Common, UploadArgs};
use crate::console::Console;
use crate::endpoint::Endpoint;
use crate::failure::{Outcome, UsageError};
use crate::inputs::{self, Gathered, map};
use crate::output::Outputs;
use crate::runner;
use crate::sandbox;
use crate::steps::Steps;
use crate::work::Work;

pub(crate) async fn run(command: Command, common: &Common) -> Outcome {
    let (console, options) = (Console::new(common), common.options()?);
    // One more than can be worked on, so that reading and writing keep no thread waiting.
    let mut most = common.threads() + 1;
    let (gathered, steps) = match command {
        Command::Sandbox(args) => return sandbox::run(&args).await,
        Command::Explain { inputs } => (inputs::gather(&inputs, &console)?, Steps::Explain),
        Command::Check { inputs, shallow } => {
            let depth = if shallow { Depth::Shallow } else { Depth::Deep };
            (inputs::gather(&inputs, &console)?, Steps::Check(depth))
        }
        Command::Prep { inputs, out } => {
            let mut gathered = inputs::gather(&inputs, &console)?;
            let single = matches!(&*inputs, [only] if !only.is_dir());
            let outputs = Outputs::new(&out, single, &mut gathered.inputs)?;
            (gathered, Steps::Prepare { keep: Some(Arc::new(outputs)), upload: None })
        }
        Command::Upload(args) => {
            let mut gathered = targeted(&args, &console)?;
            let endpoint = Endpoint::new(&args, &options)?;
            let keep = kept(&args, &mut gathered)?;
            // As many as can be prepared and uploaded at a time: this bounds the pictures in memory.
            most = common.threads() + usize::from(args.transfers);
            (gathered, Steps::Prepare { keep, upload: Some(endpoint) })
        }
    };
    Ok(runner::run(Work::new(common, options, console)?, steps, gathered, most).await)
}

/// The inputs of an upload, with the records that they go to.
fn targeted(args: &UploadArgs, console: &Console) -> Result<Gathered, UsageError> {
    let mut gathered = inputs::gather(&args.inputs, console)?;
    if let Some(file) = &args.map {
        let rows = map::read(file, args.module.as_deref())?;
        if args.inputs.is_empty() {
            gathered.inputs = rows;
        } else {
            map::assign(&mut gathered, &rows, file);
        }
        return Ok(gathered);
    }
    // The command line's rules see to it that both are there.
    let (module, record) = (args.module.as_deref(), args.record.as_deref());
    let target = Target::new(module.unwrap_or_default(), record.unwrap_or_default());
    let target = target.map_err(UsageError::new)?;
    gathered.inputs.iter_mut().for_each(|input| input.target = Some(target.clone()));
    Ok(gathered)
}

/// Where `--keep-prepared` puts what is uploaded.
fn kept(args: &UploadArgs, gathered: &mut Gathered) -> Result<Option<Arc<Outputs>>, UsageError> {
    let Some(folder) = &args.keep_prepared else { return Ok(None) };
    std::fs::create_dir_all(folder).map_err(|error| {
        UsageError(format!("--keep-prepared {}: {error}; name another folder", folder.display()))
    })?;
    Ok(Some(Arc::new(Outputs::in_folder(folder, &mut gathered.inputs))))
}
