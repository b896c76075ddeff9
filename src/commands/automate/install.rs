//! `turnwise automate install`: prints what makes a machine run jobs by itself. It changes nothing.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::environment::variable;
use crate::exit::Exit;
use clap::Args;

use super::unit_files::{Start, Value, cron, launchd, systemd};
use crate::commands::context::Context;
use crate::commands::failure::Failure;

/// Print a crontab line, systemd unit or launchd agent that runs saved jobs
///
/// Paths are absolute, and it sets the variables that jobs need. Instructions for installing it are printed to stderr.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  (crontab -l; turnwise automate install --cron) | crontab -\n  turnwise automate install --systemd > ~/.config/systemd/user/turnwise.service"
)]
#[group(required = true, multiple = false)]
pub(super) struct InstallArgs {
    /// Crontab line that runs due jobs every minute
    #[arg(long)]
    cron: bool,
    /// systemd user unit
    #[arg(long)]
    systemd: bool,
    /// launchd agent (macOS)
    #[arg(long)]
    launchd: bool,
}

/// The variables that a job's runner needs, as they are here. Paths are absolute.
pub(crate) fn environment(context: &Context) -> Result<Vec<(&'static str, Value)>, Failure> {
    let mut environment = Vec::new();
    for name in ["HOME", "TURNWISE_HOME", "CODEX_HOME"] {
        let value = match name {
            "CODEX_HOME" => context.global.codex_home.clone().map(PathBuf::into_os_string),
            _ => variable(name),
        };
        if let Some(value) = value.filter(|value: &OsString| !value.is_empty()) {
            environment.push((name, Value::path(name, Path::new(&value))?));
        }
    }
    Ok(environment)
}

/// Runs the command.
pub(super) fn run(args: &InstallArgs, context: &Context) -> Result<Exit, Failure> {
    let program =
        std::env::current_exe().map_err(|error| Failure::system("turnwise's own program", error))?;
    let mut words = vec![Value::path("turnwise's own program", &program)?];
    if let Some(config) = &context.global.config {
        words.extend([Value::word("--config"), Value::path("--config", config)?]);
    }
    if let Some(profile) = &context.global.profile {
        words.extend([Value::word("--profile"), Value::new("--profile", profile)?]);
    }
    words.push(Value::word("automate"));
    words.push(Value::word(if args.cron { "tick" } else { "daemon" }));
    let start = Start {
        words,
        environment: environment(context)?,
    };
    let (text, how) = if args.cron {
        (cron(&start), "Add it with `crontab -e`.")
    } else if args.systemd {
        (
            systemd(&start),
            "Write it to ~/.config/systemd/user/turnwise.service, then:\n  systemctl --user daemon-reload\n  \
             systemctl --user enable --now turnwise\n  loginctl enable-linger   # to run while you are logged out",
        )
    } else {
        (
            launchd(&start),
            "Write it to ~/Library/LaunchAgents/turnwise.automate.plist, then:\n  \
             launchctl bootstrap gui/$(id -u) ~/Library/LaunchAgents/turnwise.automate.plist",
        )
    };
    context.note(how);
    context.print(|out| out.write_all(text.as_bytes()))?;
    Ok(Exit::Success)
}
