//! `turnwise completions`: a shell's completion script.

use crate::exit::Exit;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Cli;
use super::context::Context;
use super::failure::Failure;

/// Print a shell completion script
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  turnwise completions bash > ~/.local/share/bash-completion/completions/turnwise"
)]
pub(crate) struct CompletionsArgs {
    /// Shell
    shell: Shell,
}

/// Runs the command.
pub(crate) fn run(args: &CompletionsArgs, context: &Context) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "turnwise", &mut script);
    context.print(|out| out.write_all(&script))?;
    Ok(Exit::Success)
}
