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
mod inputs;
mod journaling;
mod output;
mod remaining;
mod remedy;
mod report;
mod report_file;
mod runner;
mod sandbox;
mod sandbox_args;
mod shared_work;
mod signals;
mod steps;
mod token_store;
mod work;

use clap::Parser;

use crate::args::Cli;
use crate::failure::{Severity, UsageError};

/// Runs the program with the arguments of this process, and returns its exit status. Ends the process itself
/// only for `--help`, `--version`, arguments that can't be parsed, and a second Ctrl-C.
pub fn run() -> i32 {
    let Cli { command, common } = Cli::parse();
    quiet_caught_panics(common.verbose);
    photo_prep::raise_glibc_mmap_threshold();
    // Pictures are worked on elsewhere, so two threads are plenty for reading, sending and printing.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => {
            let outcome = runtime.block_on(commands::run(command, &common));
            runtime.shutdown_background();
            outcome
        }
        Err(error) => Err(UsageError(format!("the system refuses threads: {error}; try again"))),
    };
    match outcome {
        Ok(worst) => worst.map_or(0, Severity::exit_code),
        Err(UsageError(usage)) => {
            eprintln!("error: {usage}");
            2
        }
    }
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
