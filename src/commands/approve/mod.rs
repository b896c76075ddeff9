//! `turnwise approve`: waiting requests, shown in full and answered once, from any terminal of the same user.

mod answer;
mod check;
mod inbox;
mod list;
mod show;
mod suggest;
mod watch;

use crate::approval::{ApprovalError, ApprovalService};
use crate::exit::Exit;
use crate::ledger::LedgerError;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::context::Context;
use super::failure::Failure;

/// Review and answer approval requests
///
/// Without a subcommand it opens the inbox, which shows one waiting request after another.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  turnwise approve\n  turnwise approve list\n  turnwise approve accept k7mq\n  turnwise approve decline k7mq --reason \"use the test database\"\n  turnwise approve check -- \"git status && rm -rf build\""
)]
pub(crate) struct ApproveArgs {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    #[command(after_help = "Examples:\n  turnwise approve list\n  turnwise approve list --all --json")]
    List(list::ListArgs),
    #[command(after_help = "Example:\n  turnwise approve show k7mq")]
    Show(show::ShowArgs),
    #[command(
        after_help = "Examples:\n  turnwise approve accept k7mq\n  turnwise approve accept k7mq --for-session"
    )]
    Accept(answer::AcceptArgs),
    #[command(after_help = "Example:\n  turnwise approve decline k7mq --reason \"use the test database\"")]
    Decline(answer::DeclineArgs),
    #[command(after_help = "Example:\n  turnwise approve cancel k7mq")]
    Cancel(answer::CancelArgs),
    Answer(answer::AnswerArgs),
    #[command(after_help = "Example:\n  turnwise approve watch")]
    Watch(watch::WatchArgs),
    #[command(after_help = "Example:\n  turnwise approve log --limit 20")]
    Log(list::LogArgs),
    #[command(after_help = "Example:\n  turnwise approve suggest --min 5")]
    Suggest(suggest::SuggestArgs),
    Check(check::CheckArgs),
}

/// Runs the command.
pub(crate) fn run(args: ApproveArgs, context: &Context) -> Result<Exit, Failure> {
    match args.action {
        None => inbox::run(context),
        Some(Action::List(args)) => list::list(&args, context),
        Some(Action::Show(args)) => show::run(&args, context),
        Some(Action::Accept(args)) => answer::accept(&args, context),
        Some(Action::Decline(args)) => answer::decline(&args, context),
        Some(Action::Cancel(args)) => answer::cancel(&args, context),
        Some(Action::Answer(args)) => answer::answer(&args, context),
        Some(Action::Watch(args)) => watch::run(&args, context),
        Some(Action::Log(args)) => list::log(&args, context),
        Some(Action::Suggest(args)) => suggest::run(&args, context),
        Some(Action::Check(args)) => check::run(&args, context),
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        Self::new(Exit::Failed, "ledger", error.to_string()).hint(error.hint())
    }
}

impl From<ApprovalError> for Failure {
    fn from(error: ApprovalError) -> Self {
        match error {
            ApprovalError::Ledger(error) => error.into(),
            ApprovalError::Missing { .. } => {
                Self::usage(error.to_string()).hint("list waiting requests with `turnwise approve list`")
            }
            ApprovalError::Unfit(_) => Self::usage(error.to_string()),
            ApprovalError::Undeliverable(_) => Self::new(Exit::Failed, "system", error.to_string()),
        }
    }
}

fn service(context: &Context) -> Result<ApprovalService, Failure> {
    Ok(ApprovalService::open(&context.directories()?.state)?)
}

fn print(context: &Context, text: &[u8]) -> Result<Exit, Failure> {
    context.print(|out| out.write_all(text))?;
    Ok(Exit::Success)
}

fn print_json(context: &Context, document: &impl Serialize) -> Result<Exit, Failure> {
    context.print_json(document)?;
    Ok(Exit::Success)
}
