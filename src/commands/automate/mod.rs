//! `turnwise automate`: prompts on a schedule. A file for each command or for a few that belong together.

mod add;
mod attempt;
pub(crate) mod check;
mod control;
mod environment;
mod history;
pub(crate) mod install;
mod job_args;
mod jobs;
mod list;
mod next;
mod repeat;
mod run_form;
mod run_options;
mod scheduler;
mod stop_all;
mod tick;
mod time;
mod unit_files;
mod upcoming;
mod watch;

use crate::automation::ScheduleError;
use crate::exit::Exit;
use clap::{Args, Subcommand};

use super::context::Context;
use super::failure::Failure;

/// Run prompts on a schedule
#[derive(Debug, Args)]
pub(crate) struct AutomateArgs {
    #[command(subcommand)]
    command: AutomateCommand,
}

#[derive(Debug, Subcommand)]
enum AutomateCommand {
    Loop(Box<repeat::LoopArgs>),
    Add(Box<add::AddArgs>),
    List(list::ListArgs),
    Show(list::ShowArgs),
    Edit(Box<add::EditArgs>),
    /// Pause jobs; running ones finish
    Pause(control::NamesArgs),
    /// Unpause paused and stopped jobs; missed runs are skipped
    Unpause(control::NamesArgs),
    /// Remove jobs, with their history and logs
    Remove(control::NamesArgs),
    Run(tick::RunArgs),
    History(history::HistoryArgs),
    Next(next::NextArgs),
    Tick(tick::TickArgs),
    Daemon(tick::DaemonArgs),
    StopAll(stop_all::StopAllArgs),
    Install(install::InstallArgs),
}

/// Runs the command.
pub(crate) fn run(args: AutomateArgs, context: &Context) -> Result<Exit, Failure> {
    match args.command {
        AutomateCommand::Loop(args) => repeat::run(*args, context),
        AutomateCommand::Add(args) => add::add(&args, context),
        AutomateCommand::List(args) => list::list(&args, context),
        AutomateCommand::Show(args) => list::show(&args, context),
        AutomateCommand::Edit(args) => add::edit(*args, context),
        AutomateCommand::Pause(args) => control::pause(&args, context),
        AutomateCommand::Unpause(args) => control::unpause(&args, context),
        AutomateCommand::Remove(args) => control::remove(&args, context),
        AutomateCommand::Run(args) => tick::run_now(&args, context),
        AutomateCommand::History(args) => history::run(&args, context),
        AutomateCommand::Next(args) => next::run(&args, context),
        AutomateCommand::Tick(args) => tick::tick(&args, context),
        AutomateCommand::Daemon(args) => tick::daemon(&args, context),
        AutomateCommand::StopAll(args) => stop_all::run(&args, context),
        AutomateCommand::Install(args) => install::run(&args, context),
    }
}

impl From<ScheduleError> for Failure {
    fn from(error: ScheduleError) -> Self {
        let failure = Self::usage(error.to_string());
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}
