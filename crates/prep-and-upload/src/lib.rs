//! Prepares pictures for a CRM's photo endpoint and uploads them. `prep-and-upload --help` tells the commands.
//!
//! Standard output carries data only (`--json`, and the first line of `sandbox`); text for people goes to standard error.
//! Exit status: 0 all went well, 1 some inputs were refused or failed for good, 2 wrong usage, 5 only temporary failures
//! are left, 7 stopped for all (authorisation, scope, credits), 130 interrupted.

mod args;
mod cancellation;
mod commands;
mod connect;
mod console;
mod exit;
mod failure;
mod inputs;
mod json;
mod output;
mod panic_hook;
mod prepare;
mod report;
mod runner;
mod text;
mod upload_step;
mod worker_pool;

use clap::Parser;

use crate::args::{Cli, Command};
use crate::exit::{Exit, Usage};

/// Runs the program.
pub fn main() {
    let cli = Cli::parse();
    panic_hook::install(cli.common.verbose);
    photo_prep::keep_freed_memory();
    let exit = run(cli).unwrap_or_else(|usage| {
        eprintln!("error: {usage}");
        Exit::Usage
    });
    // Not a return: a thread that still reads standard input or decodes must not hold the program back.
    std::process::exit(exit.code());
}

fn run(cli: Cli) -> Result<Exit, Usage> {
    // Pictures are worked on elsewhere, so two threads are plenty for reading, sending and printing.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Usage::new(format!("the system refuses threads: {error}; try again")))?;
    let exit = runtime.block_on(async {
        let common = cli.common;
        match cli.command {
            Command::Prep(args) => commands::prep::run(args, &common).await,
            Command::Explain(args) => commands::explain::run(args, &common).await,
            Command::Upload(args) => commands::upload::run(args, &common).await,
            Command::Sandbox(args) => commands::sandbox::run(args).await,
        }
    });
    runtime.shutdown_background();
    exit
}
