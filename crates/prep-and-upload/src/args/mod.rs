//! The command line.

mod common;
mod frame;
mod network;
mod run;
mod upload;
mod values;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use clap_complete::Shell;

pub(crate) use self::common::Common;
pub(crate) use self::run::{Earlier, RunArgs};
pub(crate) use self::upload::UploadArgs;
use crate::sandbox_args::SandboxArgs;

/// What people do, as commands.
const THREE_RUNS: &str = "\
One photo onto one record:
  prep-and-upload upload portrait.jpg --dc eu --module Contacts --record 3000000038009

A folder, with a table (file,record_id) that says which photo goes to which record; look first, then send:
  prep-and-upload upload photos/ --map photos.csv --module Contacts --dc eu --dry-run
  prep-and-upload upload photos/ --map photos.csv --module Contacts --dc eu

Go on after a crash, Ctrl-C, an outage or credits that were used up; what is stored is not sent again:
  prep-and-upload upload photos/ --map photos.csv --module Contacts --dc eu --resume";

/// Any photo in, a compliant photo on the record.
///
/// An INPUT is a file, a folder (its own pictures, not those of its sub-folders), `-` for standard input, or
/// an http(s) URL. Secrets come from the environment: ZOHO_ACCESS_TOKEN, or ZOHO_CLIENT_ID,
/// ZOHO_CLIENT_SECRET, ZOHO_REFRESH_TOKEN and ZOHO_TOKEN_URL. Options may come from variables too, such as
/// PREP_AND_UPLOAD_MAX_PIXELS, and from a config file (--config).
///
/// Exit status: 0 all ok; 1 some inputs refused or failed permanently; 2 usage, nothing was sent; 5 some
/// failed for reasons that pass, so running it again (with --resume) helps; 7 stopped before the end
/// (authorization, scope, credits): mend what it says, then --resume; 130 interrupted.
#[derive(Parser, Debug)]
#[command(name = "prep-and-upload", version, arg_required_else_help = true, after_help = THREE_RUNS)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// Print what makes this shell complete the options, and end
    #[arg(long, value_name = "SHELL", exclusive = true)]
    pub(crate) completions: Option<Shell>,
    /// Write the manual pages into this folder, which must exist, and end
    #[arg(long, value_name = "DIR", exclusive = true)]
    pub(crate) man: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Prepare only
    Prep {
        /// Files, folders, `-` or URLs
        #[arg(value_name = "INPUT", required = true)]
        inputs: Vec<PathBuf>,
        /// An existing folder, or a file name, whose extension is added if it has none
        #[arg(long, value_name = "PATH")]
        out: PathBuf,
    },
    /// Print facts and plan, touch nothing
    Explain {
        /// Files, folders, `-` or URLs
        #[arg(value_name = "INPUT", required = true)]
        inputs: Vec<PathBuf>,
    },
    /// Tell of each picture whether it meets the requirements, and what it breaks; exit status 0 only if all
    /// do
    Check {
        /// Files, folders, `-` or URLs
        #[arg(value_name = "INPUT", required = true)]
        inputs: Vec<PathBuf>,
        /// Look at structure and headers alone, not at the picture data
        #[arg(long)]
        shallow: bool,
    },
    /// Prepare and upload
    #[command(after_help = THREE_RUNS)]
    Upload(Box<UploadArgs>),
    /// Serve a stand-in for the endpoint on loopback until Ctrl-C; the first line of standard output is JSON
    Sandbox(SandboxArgs),
}
