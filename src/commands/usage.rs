//! The argument parser's output: help, version, and errors, which quote the arguments.

use std::ffi::OsString;
use std::io::Write;

use crate::exit::Exit;
use crate::render::output;
use crate::render::style::{Palette, Tone};
use crate::text::sanitize;
use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::failure::Failure;
use super::{Cli, help, plain_command, shorthand, without_variables};

/// Prints it, and gives the exit code.
pub(super) fn report(mut error: clap::Error, arguments: &[OsString], json: bool) -> Exit {
    let to_stderr = error.use_stderr();
    if to_stderr {
        forget_variables(&mut error, arguments);
        add_tip(&mut error);
    }
    let error = &error;
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
    let styled = help.then(|| help::arranged(Cli::command()).try_get_matches_from(arguments));
    let text = plain(error);
    let text = sanitize::text(&text);
    // A closed output is not an error, and there is no other place to report it.
    let _ = match styled {
        Some(Err(styled)) if styled.kind() == error.kind() => styled.print(),
        _ if to_stderr => write!(output::stderr(), "{}", labelled(&text)),
        _ => write!(output::stdout(), "{text}"),
    };
    if to_stderr { Exit::Usage } else { Exit::Success }
}

/// Removes options from the usage line that come from variables: clap treats them as typed.
fn forget_variables(error: &mut clap::Error, arguments: &[OsString]) {
    let command = without_variables(plain_command(), &|_| true);
    let without = command.try_get_matches_from(arguments).err();
    let usage = without
        .filter(|without| without.kind() == error.kind())
        .and_then(|without| without.get(ContextKind::Usage).cloned());
    if let Some(usage) = usage {
        error.insert(ContextKind::Usage, usage);
    }
}

/// Names the right option where one from another tool was typed.
fn add_tip(error: &mut clap::Error) {
    let option = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(option)) if error.kind() == ErrorKind::UnknownArgument => option,
        _ => return,
    };
    if let Some(tip) = shorthand::tip(option) {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
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

/// The text with escape sequences, which may come from an argument. Printing the error would drop them silently.
fn plain(error: &clap::Error) -> String {
    error.render().ansi().to_string()
}
