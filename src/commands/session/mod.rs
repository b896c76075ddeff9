//! `turnwise session`: saved sessions, listed, shown and looked after.

mod at_server;
mod list;
mod manage;
mod reach;
mod show;
mod show_item;
mod which;

use crate::exit::Exit;
use clap::{Args, Subcommand};

use super::chat;
use super::context::Context;
use super::failure::Failure;

/// Manage saved sessions
///
/// SESSION is an ID, the start of an ID, or a name; without one you choose from a list. `list`, `show` and `export` read Codex's files without starting Codex.
#[derive(Debug, Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Examples:\n  turnwise session list\n  turnwise session export 01a1fc41 --html -O review.html\n  turnwise session rename 01a1fc41 \"my review\""
)]
pub(crate) struct SessionArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    #[command(
        after_help = "Examples:\n  turnwise session list\n  turnwise session list --all --search flaky --limit 10"
    )]
    List(list::ListArgs),
    #[command(
        after_help = "Examples:\n  turnwise session show 01a1fc41\n  turnwise session show 01a1fc41 --json"
    )]
    Show(show::ShowArgs),
    #[command(
        after_help = "Examples:\n  turnwise session export 01a1fc41 --markdown\n  turnwise session export 01a1fc41 --html -O review.html"
    )]
    Export(show::ExportArgs),
    #[command(after_help = "Example:\n  turnwise session new --name review")]
    New(manage::NewArgs),
    Chat(Box<chat::ChatArgs>),
    #[command(after_help = "Example:\n  turnwise session fork review --name \"another way\"")]
    Fork(manage::ForkArgs),
    #[command(after_help = "Example:\n  turnwise session rename 01a1fc41 \"my review\"")]
    Rename(manage::RenameArgs),
    #[command(after_help = "Example:\n  turnwise session archive 01a1fc41")]
    Archive(manage::ArchiveArgs),
    #[command(after_help = "Example:\n  turnwise session unarchive 01a1fc41")]
    Unarchive(manage::UnarchiveArgs),
    #[command(after_help = "Example:\n  turnwise session delete 01a1fc41 --yes")]
    Delete(manage::DeleteArgs),
    #[command(after_help = "Example:\n  turnwise session compact review")]
    Compact(manage::CompactArgs),
    #[command(after_help = "Example:\n  turnwise session interrupt 01a1fc41")]
    Interrupt(reach::InterruptArgs),
    #[command(after_help = "Example:\n  turnwise session steer 01a1fc41 \"Skip the generated files\"")]
    Steer(reach::SteerArgs),
    #[command(
        after_help = "Examples:\n  turnwise session watch\n  turnwise session watch 01a1fc41 --format jsonl"
    )]
    Watch(reach::WatchArgs),
}

/// Runs the command.
pub(crate) fn run(args: SessionArgs, context: &Context) -> Result<Exit, Failure> {
    match args.action {
        Action::List(args) => list::run(&args, context),
        Action::Show(args) => show::show(&args, context),
        Action::Export(args) => show::export(&args, context),
        Action::Chat(args) => chat::run(&args, context),
        Action::New(args) => manage::new(&args, context),
        Action::Fork(args) => manage::fork(&args, context),
        Action::Rename(args) => manage::rename(&args, context),
        Action::Archive(args) => manage::archive(&args, context),
        Action::Unarchive(args) => manage::unarchive(&args, context),
        Action::Delete(args) => manage::delete(&args, context),
        Action::Compact(args) => manage::compact(&args, context),
        Action::Interrupt(args) => reach::interrupt(&args, context),
        Action::Steer(args) => reach::steer(&args, context),
        Action::Watch(args) => reach::watch(&args, context),
    }
}
