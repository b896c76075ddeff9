//! The options of `turnwise run` as a job keeps them: what was given, under its long name, with absolute paths.
//!
//! They are taken from `run`'s own definition, so that a job knows every option that `run` has.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use crate::commands::failure::Failure;
use crate::commands::run::TurnArgs;

/// Options that have no meaning in a job, or are saved elsewhere in it.
const NOT_KEPT: [&str; 6] = ["cd", "format", "stream", "record", "github", "no_github"];

/// Where they are listed in the help: after everything else.
const FIRST: usize = 100;

/// The options of `run` that were given on the command line.
#[derive(Debug, Clone, Default)]
pub(super) struct RunOptions {
    /// Each option's values; none for one that takes none.
    pub(super) given: BTreeMap<String, Vec<String>>,
    /// `--cd`.
    pub(super) directory: Option<PathBuf>,
    /// Whether the configuration says who answers requests; then it says so at each run, too.
    pub(super) answers_configured: bool,
}

/// The arguments of a turn, without those that make no sense for a job.
fn arguments() -> Vec<Arg> {
    let command = TurnArgs::augment_args(Command::new("run"));
    let of_job = |argument: &&Arg| {
        let id = argument.get_id().as_str();
        id == "cd" || !NOT_KEPT.contains(&id)
    };
    let arguments = command.get_arguments().filter(of_job).enumerate();
    arguments
        .map(|(index, argument)| argument.clone().display_order(FIRST + index))
        .collect()
}

impl Args for RunOptions {
    fn augment_args(command: Command) -> Command {
        command.args(arguments())
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for RunOptions {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut options = Self::default();
        for argument in arguments() {
            let id = argument.get_id().as_str();
            let source = matches.value_source(id);
            if source != Some(ValueSource::CommandLine) {
                options.answers_configured |= id == "on_approval" && source.is_some();
                continue;
            }
            if id == "cd" {
                options.directory = matches.get_one::<PathBuf>(id).cloned();
                continue;
            }
            let is_path = argument.get_value_parser().type_id() == TypeId::of::<PathBuf>();
            let flag = matches!(argument.get_action(), ArgAction::SetTrue);
            let raw = matches.get_raw(id).filter(|_| !flag).into_iter().flatten();
            let values = raw.map(|value| {
                let value = if is_path {
                    std::path::absolute(value)?.into_os_string()
                } else {
                    value.to_owned()
                };
                value.into_string().map_err(|value| {
                    let text = format!("{}: a saved job needs UTF-8", value.to_string_lossy());
                    clap::Error::raw(ErrorKind::InvalidUtf8, format!("{text}\n"))
                })
            });
            let values = values.collect::<Result<Vec<_>, clap::Error>>()?;
            if let Some(long) = argument.get_long() {
                options.given.insert(long.to_owned(), values);
            }
        }
        Ok(options)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The long names of the options that a job takes.
#[cfg(test)]
pub(super) fn names() -> Vec<String> {
    let arguments = arguments();
    let names = arguments.iter().filter_map(|argument| argument.get_long());
    names.map(str::to_owned).collect()
}

/// The options as words of a command line.
pub(super) fn words(options: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut words = Vec::new();
    for (name, values) in options {
        if values.is_empty() {
            words.push(format!("--{name}"));
        }
        // With `=`, so that a value that begins with a dash stays a value.
        words.extend(values.iter().map(|value| format!("--{name}={value}")));
    }
    words
}

/// Takes an option away.
pub(super) fn unset(options: &mut BTreeMap<String, Vec<String>>, name: &str) -> Result<(), Failure> {
    let known = arguments()
        .iter()
        .any(|argument| argument.get_long() == Some(name));
    if !known {
        return Err(Failure::usage(format!("--unset {name}: not an option of a job")));
    }
    options.remove(name);
    Ok(())
}
