//! `turnwise man`: the manual page.

use std::io::Write;

use crate::exit::Exit;
use clap::{Args, CommandFactory};

use super::Cli;
use super::context::Context;
use super::failure::Failure;

/// Print the manual page
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  turnwise man | man -l -")]
pub(crate) struct ManArgs {}

/// Runs the command.
pub(crate) fn run(_args: &ManArgs, context: &Context) -> Result<Exit, Failure> {
    let failed = |error| Failure::system("the manual page", error);
    let mut page = Vec::new();
    let mut command = Cli::command();
    command.build();
    let manual = clap_mangen::Man::new(command.clone());
    manual.render(&mut page).map_err(failed)?;
    // One page for all: each command's options follow.
    for subcommand in command
        .get_subcommands()
        .filter(|subcommand| !subcommand.is_hide_set())
    {
        let title = format!("turnwise {}", subcommand.get_name());
        writeln!(page, ".SH {}", title.to_uppercase().replace('-', "\\-")).map_err(failed)?;
        let manual = clap_mangen::Man::new(subcommand.clone().bin_name(title));
        manual.render_synopsis_section(&mut page).map_err(failed)?;
        manual.render_description_section(&mut page).map_err(failed)?;
        manual.render_options_section(&mut page).map_err(failed)?;
    }
    context.print(|out| out.write_all(&page))?;
    Ok(Exit::Success)
}
