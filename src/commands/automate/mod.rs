//! `turnwise automate`: prompts on a schedule. A file for each command; what they share is how times are read and shown.

mod next;
mod time;

use clap::{Args, Subcommand};
use turnwise::automation::ScheduleError;
use turnwise::exit::Exit;

use super::context::Context;
use super::failure::Failure;

/// Prompts on a schedule
#[derive(Debug, Args)]
pub(crate) struct AutomateArgs {
    #[command(subcommand)]
    command: AutomateCommand,
}

#[derive(Debug, Subcommand)]
enum AutomateCommand {
    Next(next::NextArgs),
}

/// Runs the command.
pub(crate) fn run(args: &AutomateArgs, context: &Context) -> Result<Exit, Failure> {
    match &args.command {
        AutomateCommand::Next(args) => next::run(args, context),
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
