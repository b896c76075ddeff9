//! `turnwise session`: saved sessions, listed, shown and looked after.

mod at_server;
mod list;
mod manage;
mod reach;
mod show;
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
    List(list::ListArgs),
    Show(show::ShowArgs),
    Export(show::ExportArgs),
    New(manage::NewArgs),
    Chat(Box<chat::ChatArgs>),
    Fork(manage::ForkArgs),
    Rename(manage::RenameArgs),
    Archive(manage::ArchiveArgs),
    Unarchive(manage::UnarchiveArgs),
    Delete(manage::DeleteArgs),
    Compact(manage::CompactArgs),
    Interrupt(reach::InterruptArgs),
    Steer(reach::SteerArgs),
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
