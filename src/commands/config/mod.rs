//! `turnwise config`: the defaults of options, shown and changed. It works while `config.toml` is broken, to mend it.

mod change;
mod edit;
mod get;
mod list;

use std::path::PathBuf;

use crate::config::{self, Config, Flags};
use crate::exit::Exit;
use clap::{Args, CommandFactory, Subcommand};

use super::Cli;
use super::context::Context;
use super::failure::Failure;

/// Show and change the defaults of options
///
/// KEY is the long name of an option, such as model, or profile.NAME.KEY for a profile. The values are in config.toml, or in
/// the file of --config.
#[derive(Debug, Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Examples:\n  turnwise config set timeout 10m\n  turnwise config list\n  turnwise config edit"
)]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print the path of the configuration file
    #[command(after_help = "Example:\n  turnwise config path")]
    Path,
    List(list::ListArgs),
    Get(get::GetArgs),
    Set(change::SetArgs),
    Unset(change::UnsetArgs),
    /// Open the configuration in $VISUAL or $EDITOR, and check it
    #[command(after_help = "Example:\n  turnwise config edit")]
    Edit,
}

/// Runs the command.
pub(crate) fn run(args: &ConfigArgs, context: &Context) -> Result<Exit, Failure> {
    match &args.action {
        Action::Path => {
            let path = path(context)?;
            context.print(|out| writeln!(out, "{}", path.display()))?;
            Ok(Exit::Success)
        }
        Action::List(args) => list::run(args, context),
        Action::Get(args) => get::run(args, context),
        Action::Set(args) => change::set(args, context),
        Action::Unset(args) => change::unset(args, context),
        Action::Edit => edit::run(context),
    }
}

/// The file of the configuration, which may not exist.
fn path(context: &Context) -> Result<PathBuf, Failure> {
    let named = context.global.config.as_deref();
    let none = || Failure::usage("no home directory found").hint("set HOME or TURNWISE_HOME");
    config::path_of(named).ok_or_else(none)
}

/// The text of the file; `None` if there is none yet, also if it was named.
fn text(context: &Context) -> Result<Option<String>, Failure> {
    let named = context.global.config.as_deref();
    if named.is_some_and(|path| !path.exists()) {
        return Ok(None);
    }
    Ok(config::read(named, context.deadline.moment())?)
}

/// What is in the file, with what is wrong in it.
fn parsed(text: Option<&str>, flags: &Flags, context: &Context) -> Result<Config, Failure> {
    match text {
        Some(text) => Ok(Config::parse(&path(context)?, text, flags)?),
        None => Ok(Config::default()),
    }
}

/// The options that can be set.
fn flags() -> Flags {
    config::flags(&Cli::command())
}

/// Says what else is wrong in the file.
fn warn_of(config: &Config) {
    for problem in &config.problems {
        super::say(&format!("warning: {problem}"));
    }
}
