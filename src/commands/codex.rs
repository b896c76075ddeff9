//! `turnwise codex`: the codex binary that turnwise uses.

use crate::codex::{Compatibility, Found, NEWEST_TESTED, install, installable, reported_version};
use crate::exit::Exit;
use crate::text::sanitize;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::context::Context;
use super::failure::Failure;

/// Install Codex, or show which one is used
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  turnwise codex install\n  turnwise codex which")]
pub(crate) struct CodexArgs {
    #[command(subcommand)]
    command: CodexCommand,
}

#[derive(Debug, Subcommand)]
enum CodexCommand {
    Install(InstallArgs),
    #[command(after_help = "Example:\n  turnwise codex which")]
    Which(WhichArgs),
}

/// Install a version of Codex for turnwise, with npm
///
/// It is installed in turnwise's data directory. Your own codex is not changed.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  turnwise codex install --version 0.169.0")]
struct InstallArgs {
    /// Version to install
    #[arg(long, value_name = "V", default_value = NEWEST_TESTED)]
    version: String,
}

/// Show which codex is used, and why
#[derive(Debug, Args)]
struct WhichArgs {
    /// Print JSON (`turnwise.codex/1`)
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(crate) fn run(args: &CodexArgs, context: &Context) -> Result<Exit, Failure> {
    match &args.command {
        CodexCommand::Install(args) => {
            install_codex(&args.version, context)?;
        }
        CodexCommand::Which(args) => which(args, context)?,
    }
    Ok(Exit::Success)
}

/// Installs a version, with its progress on stderr.
pub(crate) fn install_codex(version: &str, context: &Context) -> Result<Found, Failure> {
    let directories = context.directories()?;
    installable(version)?;
    let say = |text: String| context.note(&text);
    let place = directories.data.join("codex").join(version);
    say(format!(
        "Installing codex {version} with npm into {} (about 400 MB)",
        place.display()
    ));
    let installed = install(directories, version)?;
    say(if installed.already {
        format!(
            "Already installed; turnwise uses {}",
            installed.found.path.display()
        )
    } else {
        format!("Installed; turnwise uses {}", installed.found.path.display())
    });
    Ok(installed.found)
}

#[derive(Serialize)]
struct Which {
    schema: &'static str,
    path: String,
    origin: &'static str,
    version: Option<String>,
    /// `supported`, `too_old`, `untested`, or none when the version is not known.
    compatibility: Option<&'static str>,
    wrapper: Option<String>,
}

fn which(args: &WhichArgs, context: &Context) -> Result<(), Failure> {
    let found = context.codex()?;
    let version = found
        .version
        .clone()
        .or_else(|| reported_version(&found.path).ok());
    let which = Which {
        schema: "turnwise.codex/1",
        path: found.path.display().to_string(),
        origin: found.origin.as_str(),
        compatibility: version.as_ref().map(|version| word(version.compatibility())),
        version: version.map(|version| version.to_string()),
        wrapper: found.wrapper.map(|wrapper| wrapper.display().to_string()),
    };
    if args.json {
        return context.print_json(&which);
    }
    let details = [
        Some(which.origin.to_owned()),
        which.version.map(|version| format!("version {version}")),
        which.compatibility.map(str::to_owned),
        which.wrapper.map(|wrapper| format!("through {wrapper}")),
    ];
    let details = details.into_iter().flatten().collect::<Vec<_>>().join(", ");
    super::say(&sanitize::line(&details));
    // A script gets the path as it is.
    let path = if context.stdout.terminal {
        sanitize::line(&which.path)
    } else {
        which.path.as_str().into()
    };
    context.print(|out| writeln!(out, "{path}"))
}

pub(super) fn word(compatibility: Compatibility) -> &'static str {
    match compatibility {
        Compatibility::TooOld => "too_old",
        Compatibility::Supported => "supported",
        Compatibility::Untested => "untested",
    }
}
