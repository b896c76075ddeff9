//! `turnwise automate install` and `uninstall`: lets systemd or cron run due jobs, or prints the unit or line.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::automation::jobs::schedule_overview;
use crate::environment::variable;
use crate::exit::Exit;
use crate::ledger::SqliteLedger;
use clap::Args;

use super::crontab::{self, Changed, Entry};
use super::systemd::{self, Service};
use super::unit_files::{self, Start, Value};
use super::wait::wait;
use crate::commands::context::Context;
use crate::commands::failure::Failure;

/// What to do where neither systemd nor cron is there.
const OTHERWISE: &str = "keep `turnwise automate daemon` running, or run `turnwise automate tick` every minute from another scheduler";

/// Run saved jobs automatically, through systemd or cron
///
/// Installs a systemd user service that runs `turnwise automate daemon`, or a crontab line that runs `turnwise automate tick` every
/// minute. Paths are absolute, and the variables that jobs need are set. Other crontab lines stay unchanged. Installing again
/// changes nothing, or updates what an older version wrote.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turnwise automate install\n  turnwise automate install --cron\n  turnwise automate install --systemd --print > turnwise.service"
)]
pub(super) struct InstallArgs {
    #[command(flatten)]
    kind: KindArgs,
    /// launchd agent (macOS); only with --print
    #[arg(long, requires = "print", group = "kind")]
    launchd: bool,
    /// Print the crontab line, unit or agent; change nothing
    #[arg(long)]
    print: bool,
}

/// Remove the systemd service and crontab line of `install`
///
/// Saved jobs stay; they run again when a scheduler is there.
#[derive(Debug, Args)]
pub(super) struct UninstallArgs {
    #[command(flatten)]
    kind: KindArgs,
}

#[derive(Debug, Args)]
struct KindArgs {
    /// systemd user service
    #[arg(long, group = "kind")]
    systemd: bool,
    /// Crontab line that runs due jobs every minute
    #[arg(long, group = "kind")]
    cron: bool,
}

/// A kind of scheduler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Systemd,
    Cron,
    Launchd,
}

/// An installed scheduler of this ledger.
pub(super) struct Installed {
    /// `systemd` or `cron`.
    pub(super) kind: &'static str,
    /// The unit, or `crontab`.
    pub(super) place: String,
    /// Whether it runs; none where that cannot be told.
    pub(super) active: Option<bool>,
    /// Whether it is what `install` would write now.
    pub(super) current: bool,
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

/// Installs or prints.
pub(super) fn install(args: &InstallArgs, context: &Context) -> Result<Exit, Failure> {
    let named = if args.launchd {
        Some(Kind::Launchd)
    } else {
        args.kind.named()
    };
    if args.print {
        return print(named, context);
    }
    let kind = match named {
        Some(kind) => kind,
        None => found(context)?,
    };
    let changed = match kind {
        Kind::Cron => install_cron(context)?,
        Kind::Systemd | Kind::Launchd => install_service(context)?,
    };
    context.note(match changed {
        Changed::No => "Nothing to change.",
        _ => "Remove it with `turnwise automate uninstall`; see `turnwise automate status`.",
    });
    Ok(Exit::Success)
}

/// Removes what `install` installed.
pub(super) fn uninstall(args: &UninstallArgs, context: &Context) -> Result<Exit, Failure> {
    let named = args.kind.named();
    let mut removed = false;
    if named != Some(Kind::Cron) {
        let service = service()?;
        if service.uninstall()? {
            removed = true;
            context.note(&format!("Removed {}.", service.path().display()));
        }
    }
    if named != Some(Kind::Systemd)
        && let Some(before) = crontab::read()?
        && let Some(after) = entry(context)?.take_out_of(&before)
    {
        crontab::write(&after)?;
        removed = true;
        context.note("Removed turnwise's line from your crontab.");
    }
    if !removed {
        context.note("Nothing is installed.");
    }
    Ok(Exit::Success)
}

/// The installed schedulers of this ledger.
pub(super) fn installed(context: &Context) -> Result<Vec<Installed>, Failure> {
    let mut all = Vec::new();
    let service = service()?;
    if let Some(unit) = service.unit()? {
        all.push(Installed {
            kind: "systemd",
            place: service.path().display().to_string(),
            active: service.is_active(),
            current: unit == unit_files::systemd(&start("daemon", context)?),
        });
    }
    let entry = entry(context)?;
    if let Some(crontab) = crontab::read()?
        && entry.is_in(&crontab)
    {
        all.push(Installed {
            kind: "cron",
            place: "crontab".to_owned(),
            active: None,
            current: entry.is_current(&crontab),
        });
    }
    Ok(all)
}

/// Whether one is installed, as far as that can be told.
pub(crate) fn is_installed(context: &Context) -> bool {
    installed(context).is_ok_and(|all| !all.is_empty())
}

impl KindArgs {
    fn named(&self) -> Option<Kind> {
        match (self.systemd, self.cron) {
            (true, _) => Some(Kind::Systemd),
            (_, true) => Some(Kind::Cron),
            _ => None,
        }
    }
}

/// The kind to use: the installed one, otherwise systemd, otherwise cron.
fn found(context: &Context) -> Result<Kind, Failure> {
    let crontab = crontab::read();
    let is_in_crontab = match &crontab {
        Ok(Some(crontab)) => entry(context)?.is_in(crontab),
        _ => false,
    };
    if is_in_crontab && service()?.unit()?.is_none() {
        return Ok(Kind::Cron);
    }
    if systemd::is_available()? {
        return Ok(Kind::Systemd);
    }
    match crontab? {
        Some(_) => Ok(Kind::Cron),
        None => Err(nothing("neither a systemd user manager nor crontab was found")),
    }
}

fn nothing(problem: &str) -> Failure {
    Failure::new(Exit::Usage, "no_scheduler", problem).hint(OTHERWISE)
}

fn install_service(context: &Context) -> Result<Changed, Failure> {
    if !systemd::is_available()? {
        return Err(nothing("--systemd: no systemd user manager answers"));
    }
    let service = service()?;
    let changed = service.install(&unit_files::systemd(&start("daemon", context)?))?;
    let path = service.path().display();
    context.note(&match changed {
        Changed::No => format!(
            "The systemd service {} is already running ({path}).",
            service.name()
        ),
        Changed::Added => format!("Started the systemd service {} ({path}).", service.name()),
        Changed::Replaced => format!(
            "Updated and restarted the systemd service {} ({path}).",
            service.name()
        ),
    });
    if changed == Changed::Added {
        context.note("It runs while you are logged in; for always: loginctl enable-linger");
    }
    Ok(changed)
}

fn install_cron(context: &Context) -> Result<Changed, Failure> {
    let Some(before) = crontab::read()? else {
        return Err(nothing("--cron: crontab was not found"));
    };
    let (after, changed) = entry(context)?.put_into(&before);
    if changed != Changed::No {
        crontab::write(&after)?;
    }
    context.note(match changed {
        Changed::No => "Your crontab has turnwise's line already.",
        Changed::Added => "Added a line to your crontab, which runs due jobs every minute.",
        Changed::Replaced => "Updated turnwise's line in your crontab.",
    });
    // Which jobs there are is another's business; a ledger that does not work is named by every other command.
    let path = SqliteLedger::path_in(&context.directories()?.state);
    if let Ok(Some(ledger)) = SqliteLedger::open_existing(&path)
        && let Ok(overview) = wait(schedule_overview(&ledger))
        && let Some(job) = overview.needs_daemon
    {
        context.note(&format!(
            "warning: {job} is due more than once a minute, and cron is not; use --systemd or `turnwise automate daemon`"
        ));
    }
    Ok(changed)
}

fn print(named: Option<Kind>, context: &Context) -> Result<Exit, Failure> {
    let kind = match named {
        Some(kind) => kind,
        None => found(context)?,
    };
    let (text, how) = match kind {
        Kind::Cron => (
            unit_files::cron(&start("tick", context)?),
            "Add it with `crontab -e`.",
        ),
        Kind::Systemd => (
            unit_files::systemd(&start("daemon", context)?),
            "Write it to ~/.config/systemd/user/turnwise.service, then:\n  systemctl --user daemon-reload\n  \
             systemctl --user enable --now turnwise\n  loginctl enable-linger   # to run while you are logged out",
        ),
        Kind::Launchd => (
            unit_files::launchd(&start("daemon", context)?),
            "Write it to ~/Library/LaunchAgents/turnwise.automate.plist, then:\n  \
             launchctl bootstrap gui/$(id -u) ~/Library/LaunchAgents/turnwise.automate.plist",
        ),
    };
    context.note(how);
    context.print(|out| out.write_all(text.as_bytes()))?;
    Ok(Exit::Success)
}

/// How a scheduler is started, with the global options that matter to it.
fn start(verb: &'static str, context: &Context) -> Result<Start, Failure> {
    let program =
        std::env::current_exe().map_err(|error| Failure::system("turnwise's own program", error))?;
    let mut words = vec![Value::path("turnwise's own program", &program)?];
    if let Some(config) = &context.global.config {
        words.extend([Value::word("--config"), Value::path("--config", config)?]);
    }
    if let Some(profile) = &context.global.profile {
        words.extend([Value::word("--profile"), Value::new("--profile", profile)?]);
    }
    words.extend([Value::word("automate"), Value::word(verb)]);
    Ok(Start {
        words,
        environment: environment(context)?,
    })
}

fn service() -> Result<Service, Failure> {
    let home = variable("TURNWISE_HOME").filter(|home| !home.is_empty());
    Service::new(home.as_deref().map(Path::new))
}

fn entry(context: &Context) -> Result<Entry, Failure> {
    let state = Value::path("the state directory", &context.directories()?.state)?;
    Entry::new(state.as_str(), &unit_files::cron(&start("tick", context)?))
}
