//! Prepares pictures for a CRM's photo endpoint and uploads them. `prep-and-upload --help` lists the
//! commands.
//!
//! Standard output carries data only (`--json`, and the first line of `sandbox`); text for people goes to
//! standard error. Exit status: 0 all went well, 1 some inputs were refused or failed permanently, 2 wrong
//! usage, 5 only temporary failures are left, 7 stopped for all (authorization, scope, credits), 130
//! interrupted.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod args;
mod cancellation;
mod commands;
mod connect;
mod console;
mod failure;
mod inputs;
mod json;
mod output;
mod prepare;
mod report;
mod runner;
mod worker_pool;

use clap::Parser;

use crate::args::Cli;
use crate::failure::{Outcome, Severity, USAGE_EXIT_CODE, UsageError};

/// Runs the program with the arguments of this process, and returns its exit status. Ends the process itself
/// only for `--help`, `--version`, arguments that can't be parsed, and a second Ctrl-C.
pub fn run() -> i32 {
    let cli = Cli::parse();
    quiet_caught_panics(cli.common.verbose);
    photo_prep::raise_glibc_mmap_threshold();
    match run_command(cli) {
        Ok(worst) => worst.map_or(0, Severity::exit_code),
        Err(usage) => {
            eprintln!("error: {usage}");
            USAGE_EXIT_CODE
        }
    }
}

fn run_command(cli: Cli) -> Outcome {
    // Pictures are worked on elsewhere, so two threads are plenty for reading, sending and printing.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| UsageError(format!("the system refuses threads: {error}; try again")))?;
    let outcome = runtime.block_on(commands::run(cli.command, &cli.common));
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
