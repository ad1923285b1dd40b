//! Options that are not on the command line: from the environment and from a config file. They join the
//! arguments as if they had been typed, unless what was typed says otherwise.

mod environment;
mod file;
mod merge;
mod setting;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{ArgMatches, Args, Command, FromArgMatches};

pub(crate) use self::setting::Arguments;
use crate::failure::UsageError;
use crate::user_folders;

/// The name of a config file where no other is given.
const FILE_NAME: &str = "prep-and-upload.toml";

/// Where options come from besides the command line.
#[derive(Args, Debug, Default)]
pub(crate) struct ConfigArgs {
    /// Take options from this TOML file, whose keys are the long options [default: prep-and-upload.toml here,
    /// else in $XDG_CONFIG_HOME/prep-and-upload]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Read no config file
    #[arg(long, global = true, conflicts_with = "config")]
    no_config: bool,
}

impl Arguments {
    /// These arguments, the program's name first, with the settings of the environment and the config file.
    ///
    /// # Errors
    /// Settings that can't be read, that no option has the name of, or that may not come from there.
    pub(crate) fn complete(command: &Command, typed: Vec<OsString>) -> Result<Self, UsageError> {
        let Some(matches) = merge::typed(command, &typed) else {
            // It asks for help, or can't be parsed: to be said without settings.
            return Ok(Self { words: typed, joined: String::new() });
        };
        let mut settings = environment::settings(std::env::vars_os())?;
        let place = settings.iter().position(|setting| setting.option == "config");
        let named = place.map(|place| settings.remove(place).values.concat().into());
        if let Some((path, found)) = config_file(&matches, named) {
            settings.extend(file::settings(&path, found)?);
        }
        merge::join(command, &matches, typed, &settings)
    }
}

/// The config file, and whether it merely lies in the working directory.
fn config_file(matches: &ArgMatches, from_environment: Option<PathBuf>) -> Option<(PathBuf, bool)> {
    let inner = matches.subcommand().map_or(matches, |(_, inner)| inner);
    let args = ConfigArgs::from_arg_matches(inner).unwrap_or_default();
    if args.no_config {
        return None;
    }
    if let Some(path) = args.config.or(from_environment) {
        return Some((path, false));
    }
    if Path::new(FILE_NAME).is_file() {
        return Some((FILE_NAME.into(), true));
    }
    let path = user_folders::config()?.join(FILE_NAME);
    path.is_file().then_some((path, false))
}
