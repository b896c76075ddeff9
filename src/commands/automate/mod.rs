//! `turnwise automate`: prompts on a schedule. A file for each command or for a few that belong together.

mod add;
mod attempt;
pub(crate) mod check;
mod control;
mod crontab;
mod environment;
mod history;
pub(crate) mod install;
mod job_args;
mod jobs;
mod list;
mod logs;
mod next;
mod repeat;
mod run_form;
mod run_options;
pub(crate) mod scheduler;
pub(crate) mod status;
mod stop_all;
mod stop_file;
mod system_tool;
mod systemd;
mod tick;
mod time;
mod unit_files;
mod upcoming;
mod wait;
mod warning;
mod watch;

pub(crate) use attempt::arguments_of;

use crate::automation::ScheduleError;
use crate::exit::Exit;
use clap::{Args, Subcommand};

use super::context::Context;
use super::failure::Failure;

/// Run prompts on a schedule
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turnwise automate add nightly --cron \"0 3 * * *\" \"Check the links in docs\"\n  turnwise automate list\n  turnwise automate history nightly"
)]
pub(crate) struct AutomateArgs {
    #[command(subcommand)]
    command: AutomateCommand,
}

#[derive(Debug, Subcommand)]
enum AutomateCommand {
    Loop(Box<repeat::LoopArgs>),
    Add(Box<add::AddArgs>),
    #[command(after_help = "Examples:\n  turnwise automate list\n  turnwise automate list --json")]
    List(list::ListArgs),
    #[command(after_help = "Example:\n  turnwise automate show nightly")]
    Show(list::ShowArgs),
    #[command(
        after_help = "Examples:\n  turnwise automate edit nightly --cron \"0 4 * * *\"\n  turnwise automate edit nightly --unset model"
    )]
    Edit(Box<add::EditArgs>),
    /// Pause jobs; running ones finish
    #[command(after_help = "Example:\n  turnwise automate pause nightly")]
    Pause(control::NamesArgs),
    /// Unpause paused and stopped jobs; missed runs are skipped
    #[command(after_help = "Example:\n  turnwise automate unpause nightly")]
    Unpause(control::NamesArgs),
    /// Remove jobs, with their history and logs
    #[command(after_help = "Example:\n  turnwise automate remove nightly")]
    Remove(control::NamesArgs),
    #[command(after_help = "Example:\n  turnwise automate run nightly")]
    Run(tick::RunArgs),
    #[command(after_help = "Example:\n  turnwise automate history nightly -n 10")]
    History(history::HistoryArgs),
    Next(next::NextArgs),
    Tick(tick::TickArgs),
    #[command(after_help = "Example:\n  turnwise automate daemon --jobs 2")]
    Daemon(tick::DaemonArgs),
    #[command(after_help = "Examples:\n  turnwise automate stop-all\n  turnwise automate stop-all --release")]
    StopAll(stop_all::StopAllArgs),
    Install(install::InstallArgs),
    #[command(after_help = "Example:\n  turnwise automate uninstall")]
    Uninstall(install::UninstallArgs),
    #[command(after_help = "Examples:\n  turnwise automate status\n  turnwise automate status --json")]
    Status(status::StatusArgs),
    Logs(logs::LogsArgs),
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
        AutomateCommand::Install(args) => install::install(&args, context),
        AutomateCommand::Uninstall(args) => install::uninstall(&args, context),
        AutomateCommand::Status(args) => status::run(&args, context),
        AutomateCommand::Logs(args) => logs::run(&args, context),
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
