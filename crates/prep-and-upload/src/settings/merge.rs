//! Which settings join the arguments, and where.

use std::collections::HashSet;
use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, Id};

use super::setting::{Arguments, Setting};
use crate::failure::UsageError;

/// What only makes sense when it is typed.
const TYPED_ONLY: [&str; 6] = ["config", "no-config", "completions", "man", "help", "version"];
/// Where the access token goes and what is overwritten is not for a file to say that merely lies in the
/// working directory.
const NAMED_ONLY: [&str; 5] = ["api-domain", "proxy", "root-certificate", "token-store", "write-remaining"];

/// What was typed, as far as it can be understood while options may be missing. `None` if it asks for help.
pub(super) fn typed(command: &Command, words: &[OsString]) -> Option<ArgMatches> {
    command.clone().ignore_errors(true).try_get_matches_from(words).ok()
}

/// The arguments with the settings of its subcommand that nothing before them excludes. What was typed comes
/// first, then the settings in their order.
pub(super) fn join(
    command: &Command,
    matches: &ArgMatches,
    mut words: Vec<OsString>,
    settings: &[Setting],
) -> Result<Arguments, UsageError> {
    let mut command = command.clone();
    command.build();
    settings.iter().try_for_each(|setting| check(&command, setting))?;
    let nothing = |words| Ok(Arguments { words, joined: String::new() });
    let Some((name, inner)) = matches.subcommand() else { return nothing(words) };
    let (Some(chosen), Some(place)) = (command.find_subcommand(name), after_name(&command, &words, name))
    else {
        return nothing(words);
    };
    let is_typed = |id: &&Id| inner.value_source(id.as_str()) == Some(ValueSource::CommandLine);
    let mut given: HashSet<Id> = inner.ids().filter(is_typed).cloned().collect();
    let (mut joining, mut told) = (Vec::new(), Vec::new());
    for setting in settings {
        let Some(arg) = option(chosen, &setting.option) else { continue };
        if given.iter().any(|id| id == arg.get_id() || excludes(chosen, id, arg)) {
            continue;
        }
        let added = as_words(arg, setting)?;
        if !added.is_empty() {
            given.insert(arg.get_id().clone());
            told.push(format!("{} ({})", added.join(" "), setting.from));
            joining.extend(added.into_iter().map(OsString::from));
        }
    }
    words.splice(place..place, joining);
    Ok(Arguments { words, joined: told.join(", ") })
}

/// Whether some subcommand has the option, and it may come from there.
fn check(command: &Command, setting: &Setting) -> Result<(), UsageError> {
    let Setting { option: name, from, found, .. } = setting;
    if TYPED_ONLY.contains(&name.as_str()) {
        return Err(UsageError(format!("{from}: {name} can only be given on the command line")));
    }
    if *found && NAMED_ONLY.contains(&name.as_str()) {
        return Err(UsageError(format!(
            "{from}: {name} decides where the access token goes or what is overwritten, so a file that merely lies \
             in the working directory can't set it: name the file with --config, or give --{name}"
        )));
    }
    let known = |command: &Command| option(command, name).is_some();
    if command.get_subcommands().any(known) {
        return Ok(());
    }
    let names = command.get_subcommands().flat_map(Command::get_arguments).filter_map(Arg::get_long);
    let nearest = names.min_by_key(|known| strsim::damerau_levenshtein(known, name));
    let hint = nearest.filter(|known| strsim::damerau_levenshtein(known, name) <= 2);
    let hint = hint.map_or_else(String::new, |known| format!("; {known} is meant?"));
    Err(UsageError(format!("{from}: there is no option --{name}{hint}")))
}

fn option<'a>(command: &'a Command, long: &str) -> Option<&'a Arg> {
    command.get_arguments().find(|arg| arg.get_long() == Some(long))
}

/// Whether an argument that is there already rules this one out: by its own word, by this one's, or since
/// both belong to a group of which only one can be.
fn excludes(command: &Command, there: &Id, arg: &Arg) -> bool {
    let Some(there) = command.get_arguments().find(|other| other.get_id() == there) else { return false };
    let names = |one: &Arg, other: &Arg| {
        command.get_arg_conflicts_with(one).iter().any(|arg| arg.get_id() == other.get_id())
    };
    let one_group = command.get_groups().any(|group| {
        let has = |arg: &Arg| group.get_args().any(|id| id == arg.get_id());
        !group.clone().is_multiple() && has(arg) && has(there)
    });
    names(arg, there) || names(there, arg) || one_group
}

/// The setting as it would be typed.
fn as_words(arg: &Arg, setting: &Setting) -> Result<Vec<String>, UsageError> {
    let Setting { option, values, from, .. } = setting;
    let takes_value = arg.get_action().takes_values();
    let may_be_bare = !takes_value || arg.get_num_args().is_some_and(|range| range.min_values() == 0);
    match values.as_slice() {
        [yes] if may_be_bare && yes == "true" => return Ok(vec![format!("--{option}")]),
        [no] if may_be_bare && no == "false" => return Ok(Vec::new()),
        _ if !takes_value => {
            return Err(UsageError(format!("{from}: {option} is true or false")));
        }
        [_, _, ..] if !matches!(arg.get_action(), ArgAction::Append) => {
            return Err(UsageError(format!("{from}: {option} takes one value")));
        }
        _ => {}
    }
    Ok(values.iter().map(|value| format!("--{option}={value}")).collect())
}

/// The place behind the subcommand's name, which is not the first word of that name where an option before it
/// has it for a value.
fn after_name(command: &Command, words: &[OsString], name: &str) -> Option<usize> {
    let is_it = |&end: &usize| {
        words[end - 1] == *name
            && typed(command, &words[..end]).is_some_and(|matches| matches.subcommand_name() == Some(name))
    };
    (2..=words.len()).find(is_it)
}
