//! What helps a shell's user: completions and manual pages.

use std::io::Write;
use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Cli;
use crate::failure::{Outcome, UsageError};

/// Prints the completions for a shell.
pub(crate) fn completions(shell: Shell) -> Outcome {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "prep-and-upload", &mut text);
    let printed = std::io::stdout().write_all(&text);
    printed.map_err(|error| UsageError(format!("standard output: {error}")))?;
    Ok(None)
}

/// Writes a page for the program and one for each command.
pub(crate) fn manual(folder: &Path) -> Outcome {
    let written = clap_mangen::generate_to(Cli::command(), folder);
    written.map_err(|error| {
        UsageError(format!("--man {}: {error}; name an existing folder", folder.display()))
    })?;
    Ok(None)
}
