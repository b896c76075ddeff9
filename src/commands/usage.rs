//! What the argument parser has to say: help, version, and what is wrong with the arguments, which it quotes.

use std::ffi::OsString;
use std::io::Write;

use crate::exit::Exit;
use crate::render::output;
use crate::render::style::{Palette, Tone};
use crate::text::sanitize;
use clap::CommandFactory;
use clap::error::ErrorKind;

use super::Cli;
use super::failure::Failure;

/// Prints it, and gives the exit code.
pub(super) fn report(error: &clap::Error, arguments: &[OsString], json: bool) -> Exit {
    let to_stderr = error.use_stderr();
    if to_stderr && json {
        failure(error).print_json();
    }
    let help = matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    // Help and version quote nothing, so they keep their colours.
    let styled = help.then(|| Cli::command().try_get_matches_from(arguments));
    let text = plain(error);
    let text = sanitize::text(&text);
    // A closed output is no error, and there is nowhere left to complain to.
    let _ = match styled {
        Some(Err(styled)) if styled.kind() == error.kind() => styled.print(),
        _ if to_stderr => write!(output::stderr(), "{}", labelled(&text)),
        _ => write!(output::stdout(), "{text}"),
    };
    if to_stderr { Exit::Usage } else { Exit::Success }
}

/// With the label as other errors have it.
fn labelled(text: &str) -> String {
    match text.strip_prefix("error:") {
        Some(rest) => format!("{}{rest}", Palette::stderr().paint(Tone::Error, "error:")),
        None => text.to_owned(),
    }
}

/// What is wrong with the arguments, in its first line.
pub(super) fn failure(error: &clap::Error) -> Failure {
    let text = plain(error);
    let first = text.lines().next().unwrap_or_default();
    Failure::usage(first.trim_start_matches("error: "))
}

/// Every character of it: to print it as it is would leave out what looks like a colour, whoever wrote it.
fn plain(error: &clap::Error) -> String {
    error.render().ansi().to_string()
}
