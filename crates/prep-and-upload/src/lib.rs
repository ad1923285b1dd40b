//! Prepares pictures for a CRM's photo endpoint and uploads them. `prep-and-upload --help` lists the
//! commands and exit statuses.
//!
//! Standard output carries data only (`--json`, and the first line of `sandbox`); text for people goes to
//! standard error.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod args;
mod commands;
mod console;
mod endpoint;
mod failure;
mod figures;
mod inputs;
mod journaling;
mod output;
mod progress;
mod remaining;
mod remedy;
mod report;
mod report_file;
mod runner;
mod sandbox;
mod sandbox_args;
mod settings;
mod shared_work;
mod shell_help;
mod signals;
mod steps;
mod terminal;
mod thumbnail;
mod token_store;
mod user_folders;
mod work;

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use crate::args::{Cli, Command, Common};
use crate::failure::{Outcome, Severity, UsageError};
use crate::settings::Arguments;

/// Runs the program with the arguments of this process, and returns its exit status. Ends the process itself
/// only for `--help`, `--version`, arguments that can't be parsed, and a second Ctrl-C.
pub fn run() -> i32 {
    let outcome = parse(std::env::args_os().collect()).and_then(|(cli, joined)| {
        let Cli { command, common, completions, man } = cli;
        match (command, completions, man) {
            (Some(command), ..) => carry_out(command, &common, &joined),
            (None, Some(shell), _) => shell_help::completions(shell),
            (None, None, Some(folder)) => shell_help::manual(&folder),
            (None, None, None) => Cli::command()
                .error(
                    ErrorKind::MissingSubcommand,
                    "say what to do: prep, check, explain, upload or sandbox",
                )
                .exit(),
        }
    });
    match outcome {
        Ok(worst) => worst.map_or(0, Severity::exit_code),
        Err(UsageError(usage)) => {
            eprintln!("error: {usage}");
            2
        }
    }
}

/// The command line with what the environment and the config file add, and that in words.
fn parse(typed: Vec<OsString>) -> Result<(Cli, String), UsageError> {
    let Arguments { words, joined } = Arguments::complete(&Cli::command(), typed)?;
    let cli = Cli::try_parse_from(words).unwrap_or_else(|error| {
        // Its message names options that the user may not have typed.
        let _ = error.print();
        if error.use_stderr() && !joined.is_empty() {
            eprintln!("\nThese options were added: {joined}");
        }
        std::process::exit(error.exit_code())
    });
    Ok((cli, joined))
}

fn carry_out(command: Command, common: &Common, joined: &str) -> Outcome {
    quiet_caught_panics(common.verbose);
    photo_prep::raise_glibc_mmap_threshold();
    // Pictures are worked on elsewhere, so two threads are plenty for reading, sending and printing.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime =
        runtime.map_err(|error| UsageError(format!("the system refuses threads: {error}; try again")))?;
    let outcome = runtime.block_on(commands::run(command, common, joined));
    runtime.shutdown_background();
    outcome
}

/// Decoders of odd formats panic on odd files; photo-prep catches that and returns an error, so the usual
/// text about a panic would only mislead, unless details are wanted. All other panics are printed as usual.
fn quiet_caught_panics(details: bool) {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !photo_prep::catching_panics() {
            usual(info);
        } else if details {
            eprintln!("caught, to become an error: {info}");
        }
    }));
}
