//! `turnwise rpc`: any method of the app-server from a shell. One file for each subcommand.

mod call;
mod describe;
mod list;
mod method;
mod pipe;
mod stream;

use crate::codex::{Api, CodexError, Found, installed_schema};
use crate::exit::Exit;
use crate::protocol::schema::Schema;
use clap::{Args, Subcommand};

use super::context::Context;
use super::failure::Failure;

/// Call any method of Codex's app-server
///
/// Checks the params against the installed Codex's schema, sends them, and prints the result as JSON.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    arg_required_else_help = true,
    after_help = "Examples:\n  turnwise rpc thread/list limit:=5 searchTerm=bug\n  turnwise rpc command/exec '{\"command\":[\"ls\"]}'"
)]
pub(crate) struct RpcArgs {
    #[command(subcommand)]
    command: Option<RpcCommand>,
    #[command(flatten)]
    call: call::CallArgs,
}

#[derive(Debug, Subcommand)]
enum RpcCommand {
    #[command(after_help = "Example:\n  turnwise rpc list --kind request")]
    List(list::ListArgs),
    #[command(after_help = "Example:\n  turnwise rpc describe thread/start")]
    Describe(describe::DescribeArgs),
    #[command(after_help = "Example:\n  turnwise rpc pipe < requests.jsonl")]
    Pipe(pipe::PipeArgs),
}

/// Runs the command.
pub(crate) fn run(args: RpcArgs, context: &Context) -> Result<Exit, Failure> {
    match args.command {
        Some(RpcCommand::List(args)) => list::run(&args, context),
        Some(RpcCommand::Describe(args)) => describe::run(&args, context),
        Some(RpcCommand::Pipe(args)) => pipe::run(&args, context),
        None => call::run(&args.call, context),
    }
}

/// The schema of the installed Codex.
fn schema(found: &Found, api: Api, context: &Context) -> Result<Schema, CodexError> {
    installed_schema(found, context.directories.as_ref(), api)
}
