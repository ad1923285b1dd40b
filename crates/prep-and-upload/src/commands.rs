//! The commands: what each does with its inputs.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use photo_prep::{Depth, Options};
use photo_upload::{Breaker, JournalHead, Target};

use crate::args::{Command, Common, UploadArgs};
use crate::console::Console;
use crate::endpoint::Endpoint;
use crate::failure::{Outcome, Severity, UsageError};
use crate::inputs::map::{self, Reading};
use crate::inputs::{self, Gathered, Input, files};
use crate::journaling::Journaling;
use crate::output::Outputs;
use crate::remaining::Remaining;
use crate::report_file::ReportFiles;
use crate::runner;
use crate::sandbox;
use crate::shared_work::SharedWork;
use crate::steps::Steps;
use crate::work::Work;

/// Carries out a command. `joined`: the options that were not typed, in words.
pub(crate) async fn run(command: Command, common: &Common, joined: &str) -> Outcome {
    let (console, options) = (Arc::new(Console::new(common)), common.options()?);
    if !joined.is_empty() {
        console.note(&format!("with {joined}"));
    }
    // One more than can be worked on, so that reading and writing keep no thread waiting.
    let most = common.threads() + 1;
    let (gathered, steps) = match command {
        Command::Sandbox(args) => return sandbox::run(&args).await,
        Command::Upload(args) => return upload(*args, common, console, options).await,
        Command::Explain { inputs } => (inputs::gather(&inputs, &console)?, Steps::Explain),
        Command::Check { inputs, shallow } => {
            let depth = if shallow { Depth::Shallow } else { Depth::Deep };
            (inputs::gather(&inputs, &console)?, Steps::Check(depth))
        }
        Command::Prep { inputs, out } => {
            let mut gathered = inputs::gather(&inputs, &console)?;
            let single = matches!(&*inputs, [only] if !only.is_dir());
            let outputs = Outputs::new(&out, single, &mut gathered.inputs)?;
            (gathered, Steps::Prepare { keep: Some(Arc::new(outputs)) })
        }
    };
    let work = Work::new(common, options, console, &Breaker::default(), Duration::ZERO)?;
    Ok(runner::run(work, steps, gathered, most, None, ReportFiles::default()).await)
}

async fn upload(args: UploadArgs, common: &Common, console: Arc<Console>, options: Options) -> Outcome {
    let (mut gathered, jobs) = targeted(&args, &console)?;
    let breaker = args.run.breaker();
    // One picture alone tells nothing of others: it fails or not.
    let several = gathered.inputs.len() > 1;
    let path = args.run.journal(args.map.as_deref(), args.sandbox || args.dry_run);
    let reports = reports(&args, path.as_deref(), &gathered)?;
    let options = options.sha256(common.json || path.is_some() || reports.wants_checksums());
    let mut endpoint = Endpoint::new(&args, common, &options, several.then_some(&breaker))?;
    if let (Some(path), Endpoint::Live(live)) = (&path, &mut endpoint) {
        let head = JournalHead::new(jobs, live.name.clone());
        let earlier = args.run.earlier();
        live.journal = Some(Journaling::open(path, &head, earlier, &mut gathered, &console)?);
    }
    let keep = kept(&args, &mut gathered)?;
    let shared = SharedWork::new(&gathered.inputs);
    // As many as can be prepared and uploaded at a time: this bounds the pictures in memory.
    let most = common.threads() + args.transfers.most();
    let remaining = args.run.write_remaining.as_deref().map(Remaining::new);
    let work = Work::new(common, options, Arc::clone(&console), &breaker, args.run.drain)?
        .thumbnails(args.run.thumbnails());
    let steps = Steps::Upload { keep, endpoint, shared };
    let worst = runner::run(work, steps, gathered, most, remaining, reports).await;
    if worst >= Some(Severity::Temporary) && path.is_some() {
        console.note(&format!("go on with: {}", next_command(std::env::args().skip(1))));
    }
    Ok(worst)
}

/// The reports asked for. None takes the place of a file that the run reads or writes.
fn reports(
    args: &UploadArgs,
    journal: Option<&Path>,
    gathered: &Gathered,
) -> Result<ReportFiles, UsageError> {
    let others =
        [args.map.as_deref(), journal, args.run.write_remaining.as_deref(), args.token_store.as_deref()];
    let inputs = gathered.inputs.iter().filter_map(Input::path);
    ReportFiles::begin(&args.run.reports, others.into_iter().flatten().chain(inputs))
}

/// The command that goes on with a run of these arguments, as a shell takes it.
fn next_command(arguments: impl Iterator<Item = String>) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:,=+@%".contains(c);
    let quoted = |word: String| match !word.is_empty() && word.chars().all(plain) {
        true => word,
        false => format!("'{}'", word.replace('\'', "'\\''")),
    };
    let how = ["--resume", "--restart"];
    let kept = arguments.filter(|word| !how.contains(&word.as_str())).map(quoted);
    let words: Vec<_> = ["prep-and-upload".to_owned()].into_iter().chain(kept).collect();
    format!("{} --resume", words.join(" "))
}

/// The inputs of an upload, with the records that they go to, and what tells this list from others. All is
/// checked before anything is sent.
fn targeted(args: &UploadArgs, console: &Console) -> Result<(Gathered, String), UsageError> {
    let mut gathered = inputs::gather(&args.inputs, console)?;
    let Some(file) = &args.map else {
        to_one_record(args, &mut gathered, console)?;
        return Ok((gathered, "one record".to_owned()));
    };
    let reading = Reading { module: args.module.as_deref(), allow_duplicates: args.allow_duplicates };
    let map = map::read(file, reading, console)?;
    if args.inputs.is_empty() {
        gathered.inputs = map.rows;
    } else {
        map::assign(&mut gathered, &map.rows, file);
    }
    files::check(&mut gathered, &format!("--map {}", file.display()), args.skip_missing)?;
    files::neighbors(&mut gathered.inputs);
    Ok((gathered, map.fingerprint))
}

/// All inputs go to one record, which keeps one picture: so there must be one, or the last one counts.
fn to_one_record(args: &UploadArgs, gathered: &mut Gathered, console: &Console) -> Result<(), UsageError> {
    // The command line's rules see to it that both are there.
    let (module, record) = (args.module.as_deref(), args.record.as_deref());
    let target = Target::new(module.unwrap_or_default(), record.unwrap_or_default());
    let target = target.map_err(UsageError::new)?;
    let count = gathered.inputs.len();
    // The sandbox keeps nothing: there a folder is a rehearsal of its pictures.
    if count > 1 && args.sandbox {
        console.note(&format!("{count} pictures go to {target}: only the sandbox takes that"));
    } else if count > 1 && args.allow_duplicates {
        gathered.inputs.drain(..count - 1);
        console.note(&format!("{target} keeps one picture: {} are left out, the last one goes", count - 1));
    } else if count > 1 {
        return Err(UsageError(format!(
            "{count} pictures for {target}, which keeps one: name one picture, say with --map which goes to \
             which record, or take the last with --allow-duplicates"
        )));
    }
    gathered.inputs.iter_mut().for_each(|input| input.target = Some(target.clone()));
    Ok(())
}

/// Where `--keep-prepared` puts what is uploaded.
fn kept(args: &UploadArgs, gathered: &mut Gathered) -> Result<Option<Arc<Outputs>>, UsageError> {
    let Some(folder) = &args.keep_prepared else { return Ok(None) };
    std::fs::create_dir_all(folder).map_err(|error| {
        UsageError(format!("--keep-prepared {}: {error}; name another folder", folder.display()))
    })?;
    Ok(Some(Arc::new(Outputs::in_folder(folder, &mut gathered.inputs))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_command_is_one_for_a_shell() {
        let words = ["upload", "my photos", "--restart", "it's", "--map", "a/b.csv"].map(str::to_owned);
        let command = next_command(words.into_iter());
        assert_eq!(command, r"prep-and-upload upload 'my photos' 'it'\''s' --map a/b.csv --resume");
    }
}
