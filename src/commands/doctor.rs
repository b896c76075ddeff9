//! `turnwise doctor`: whether a run would work, and what to do where it would not.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use crate::codex::{CodexError, Compatibility, Found, NEWEST_TESTED, OLDEST, reported_version};
use crate::exit::Exit;
use crate::ledger::{ApprovalFilter, ApprovalSummary, Ledger, LedgerError, SqliteLedger};
use crate::render::columns::{Cell, Columns};
use crate::render::style::{Palette, Tone};
use crate::runtime::remote::Endpoint;
use crate::runtime::{
    Client, ClientConfig, McpServer, McpStatus, Remedy, RuntimeError, SandboxProbe, SessionConfig,
    servers_ended,
};
use crate::text::sanitize;
use crate::text::words::count;
use clap::Args;
use serde::Serialize;

use super::automate::check;
use super::context::Context;
use super::failure::Failure;
use super::login_shell::LoginShell;
use super::policy;
use crate::commands::tokio_runtime::runtime;

/// How long the MCP servers may take to start.
const MCP_LIMIT: Duration = Duration::from_secs(60);

/// The check of the binary.
const CODEX: &str = "codex";

/// The width of the checks' names, in columns.
const NAMES: usize = 7;

/// Check your setup
///
/// Exits with 0 if a run would work.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  turnwise doctor\n  turnwise doctor --cron")]
pub(crate) struct DoctorArgs {
    /// Print JSON (`turnwise.doctor/1`)
    #[arg(long)]
    json: bool,
    /// Check with cron's minimal environment
    #[arg(long)]
    cron: bool,
}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    ok: bool,
    checks: Vec<Check>,
}

#[derive(Serialize)]
struct Check {
    name: &'static str,
    /// The MCP server that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<String>,
    status: Status,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
    /// The exit code that a run would end with because of it.
    #[serde(skip)]
    exit: Exit,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Ok,
    Warning,
    Failed,
}

impl Check {
    fn ok(name: &'static str, message: impl Display) -> Self {
        Self {
            name,
            server: None,
            status: Status::Ok,
            message: message.to_string(),
            remedy: None,
            exit: Exit::Success,
        }
    }

    fn warning(name: &'static str, message: impl Display, remedy: impl Into<String>) -> Self {
        Self {
            status: Status::Warning,
            remedy: Some(remedy.into()),
            ..Self::ok(name, message)
        }
    }

    fn failed(name: &'static str, failure: Failure) -> Self {
        Self {
            name,
            server: None,
            status: Status::Failed,
            message: failure.message,
            remedy: failure.hint,
            exit: failure.exit,
        }
    }
}

/// Runs the command.
pub(crate) fn run(args: &DoctorArgs, context: &Context) -> Result<Exit, Failure> {
    if args.cron {
        return check::as_from_cron(args.json, context);
    }
    let Ok(here) = std::env::current_dir() else {
        // Every command that needs it fails, and so would the checks.
        return Err(Failure::current_directory());
    };
    // A configuration that is wrong ends every command before it begins, so here it is right.
    let mut checks = vec![
        config_check(context),
        policy_check(&here, context),
        ledger_check(context)?,
        jobs_check(context),
    ];
    if context.endpoint().is_none()
        && let Ok(found) = context.codex()
    {
        checks.push(codex_check(&found));
    }
    let is_unusable = |check: &Check| check.name == CODEX && check.status == Status::Failed;
    match context.client() {
        // It would only fail again.
        Ok(_) if checks.iter().any(is_unusable) => {}
        Ok(client) => {
            let runtime = runtime()?;
            runtime.block_on(server_checks(client, context.endpoint(), &here, &mut checks));
            runtime.shutdown_background();
        }
        Err(failure) => checks.push(Check::failed(CODEX, failure)),
    }
    if context.endpoint().is_none() {
        checks.extend(runtime()?.block_on(shell_check()));
    }
    // A run would end with what goes wrong first.
    let exit = checks
        .iter()
        .find(|check| check.status == Status::Failed)
        .map_or(Exit::Success, |check| check.exit);
    let report = Report {
        schema: "turnwise.doctor/1",
        ok: exit == Exit::Success,
        checks,
    };
    if args.json {
        context.print_json(&report)?;
    } else {
        context.print(|out| print(&report, context.palette(), out))?;
    }
    Ok(exit)
}

fn print(report: &Report, palette: Palette, out: &mut dyn Write) -> io::Result<()> {
    let mut columns = Columns::at_least(&[1, NAMES]);
    for check in &report.checks {
        let (sign, tone) = match check.status {
            Status::Ok => ("✓", Tone::Good),
            Status::Warning => ("!", Tone::Warn),
            Status::Failed => ("✗", Tone::Bad),
        };
        let message = sanitize::text(&check.message).into_owned();
        let mut lines = message.lines();
        columns.row([
            Cell::toned(tone, sign),
            Cell::toned(Tone::Strong, check.name),
            Cell::plain(lines.next().unwrap_or_default().to_owned()),
        ]);
        let indent = " ".repeat(NAMES + 5);
        for line in lines {
            columns.line(format!("{indent}{line}"));
        }
        if let Some(remedy) = &check.remedy {
            columns.line(format!("{indent}→ {}", sanitize::line(remedy)));
        }
    }
    columns.write(palette, out)?;
    let verdict = if report.ok { "Ready." } else { "Not ready." };
    writeln!(out, "{verdict}")
}

fn config_check(context: &Context) -> Check {
    let named = context.global.config.clone();
    let path = named.or_else(|| {
        context
            .directories
            .as_ref()
            .map(|directories| directories.config.join("config.toml"))
    });
    match path.filter(|path| path.exists()) {
        Some(path) => Check::ok("config", format!("{} is valid", path.display())),
        None => Check::ok("config", "no configuration file; using defaults"),
    }
}

/// The ledger is needed only where requests wait, so one that does not work is no reason for a run not to work.
fn ledger_check(context: &Context) -> Result<Check, Failure> {
    const NAME: &str = "ledger";
    let Some(directories) = &context.directories else {
        return Ok(Check::warning(
            NAME,
            "no directory for it",
            "set HOME or TURNWISE_HOME",
        ));
    };
    let path = SqliteLedger::path_in(&directories.state);
    let found = match SqliteLedger::open_existing(&path) {
        Ok(None) => {
            return Ok(Check::ok(NAME, "not created yet"));
        }
        Ok(Some(ledger)) => runtime()?.block_on(waiting(&ledger)),
        Err(error) => Err(error),
    };
    Ok(match found {
        Ok(waiting) => Check::ok(
            NAME,
            format!(
                "{} works; approval requests waiting: {}",
                path.display(),
                waiting.len()
            ),
        ),
        Err(error) => Check::warning(NAME, &error, error.hint()),
    })
}

/// What waits in a ledger without damage.
async fn waiting(ledger: &SqliteLedger) -> Result<Vec<ApprovalSummary>, LedgerError> {
    ledger.check().await?;
    ledger.list(ApprovalFilter::Open).await
}

/// Jobs that do not run are no reason for a run not to work.
fn jobs_check(context: &Context) -> Check {
    const NAME: &str = "jobs";
    match check::jobs(context) {
        Ok((message, None)) => Check::ok(NAME, message),
        Ok((message, Some(remedy))) => Check::warning(NAME, message, remedy),
        Err(failure) => Check::warning(NAME, failure.message, failure.hint.unwrap_or_default()),
    }
}

/// A policy that is wrong stops every run.
fn policy_check(here: &Path, context: &Context) -> Check {
    const NAME: &str = "policy";
    match policy::load(None, here, context) {
        Ok(policy) if policy.is_empty() => Check::ok(NAME, "no rules; every request is asked"),
        Ok(policy) => Check::ok(NAME, count(policy.len(), "rule")),
        Err(failure) => Check::failed(NAME, failure),
    }
}

fn codex_check(found: &Found) -> Check {
    let place = format!("{} ({})", found.path.display(), found.origin.as_str());
    let version = match &found.version {
        Some(version) => Ok(version.clone()),
        None => reported_version(&found.path),
    };
    let version = match version {
        Ok(version) => version,
        Err(error) => return Check::failed(CODEX, error.into()),
    };
    match version.compatibility() {
        Compatibility::Supported => Check::ok(CODEX, format!("{version} at {place}")),
        Compatibility::Untested => Check::warning(
            CODEX,
            format!("{version} at {place} is newer than the newest tested version, {NEWEST_TESTED}"),
            format!("if something fails, run `turnwise codex install --version {NEWEST_TESTED}`"),
        ),
        Compatibility::TooOld => {
            let error = CodexError::TooOld {
                found: version.to_string(),
                needed: OLDEST,
                path: found.path.clone(),
            };
            Check::failed(CODEX, error.into())
        }
    }
}

/// What only a running server can tell: that it starts, who is logged in, whether its sandbox holds.
async fn server_checks(
    config: ClientConfig,
    endpoint: Option<&Endpoint>,
    here: &Path,
    checks: &mut Vec<Check>,
) {
    let client = match Client::start(config).await {
        Ok(client) => client,
        Err(error) => {
            let mut check = Check::failed("server", Failure::from_runtime(&error));
            if error.remedy() == Some(Remedy::CheckSetup) {
                // That would be to run this command.
                check.remedy = Some("see all that Codex prints with `turnwise doctor -vv`".to_owned());
            }
            checks.push(check);
            return servers_ended(Duration::from_secs(5)).await;
        }
    };
    let home = client
        .codex_home()
        .map(|home| format!(" with {}", home.display()))
        .unwrap_or_default();
    let server = match endpoint {
        Some(endpoint) => {
            let version = client
                .codex_version()
                .map_or(String::new(), |version| format!(", codex {version}"));
            format!("{endpoint} answers{version}{home}")
        }
        None => format!("codex app-server starts{home}"),
    };
    checks.push(Check::ok("server", server));
    // Starting a thread finds a broken configuration of Codex, which starting the server does not.
    let session = client.start_session(SessionConfig::new(here).ephemeral()).await;
    if let Err(error @ RuntimeError::CodexConfig { .. }) = session {
        // The server has put its defaults in place of the configuration: whatever else it says is about these.
        checks.push(Check::failed("session", error.into()));
        return client.close().await;
    }
    checks.push(match client.account().await {
        Ok(account) if account.is_missing() => Check::failed("account", RuntimeError::NotLoggedIn.into()),
        Ok(account) => Check::ok(
            "account",
            match account.kind {
                Some(kind) => format!("logged in ({kind})"),
                None => "not required by the model provider".to_owned(),
            },
        ),
        Err(error) => Check::failed("account", error.into()),
    });
    checks.push(match session {
        Ok(session) => {
            let info = session.info();
            let model = info.model.as_deref().unwrap_or("its default model");
            Check::ok(
                "session",
                format!(
                    "{model} through {}",
                    info.model_provider.as_deref().unwrap_or("its provider")
                ),
            )
        }
        Err(error) => Check::failed("session", error.into()),
    });
    let failed = |check: &Check| check.name == "session" && check.status == Status::Failed;
    let servers = if checks.iter().any(failed) {
        client.list_mcp_servers().await.unwrap_or_default()
    } else {
        client.mcp_servers_started(here, MCP_LIMIT).await
    };
    checks.extend(servers.iter().map(mcp_check));
    checks.push(sandbox_check(&client, here).await);
    client.close().await;
}

/// A session starts without a server that does not; one that is required has failed the session by then.
fn mcp_check(server: &McpServer) -> Check {
    const NAME: &str = "mcp";
    let name = &server.name;
    let check = match server.status {
        McpStatus::Ready => Check::ok(NAME, format!("{name} is ready")),
        McpStatus::Failed => {
            let reason = server.reason.as_deref().unwrap_or("Codex gives no reason");
            let message = format!("{name} did not start: {reason}");
            Check::warning(NAME, message, server.hint().unwrap_or_default())
        }
        _ => {
            let message = format!("{name} did not start within {} s", MCP_LIMIT.as_secs());
            Check::warning(NAME, message, "wait for it, or check its command")
        }
    };
    Check {
        server: Some(name.clone()),
        ..check
    }
}

/// A slow login shell is no reason for a run not to work.
async fn shell_check() -> Option<Check> {
    const NAME: &str = "shell";
    let shell = LoginShell::start().await?;
    let (program, took) = (shell.program.display(), shell.in_words());
    Some(if shell.is_slow() {
        Check::warning(
            NAME,
            format!("the login shell {program} takes {took} to start, and so does each command of the agent"),
            "look for slow commands in your shell's profile, such as ~/.profile or ~/.bash_profile",
        )
    } else {
        Check::ok(NAME, format!("the login shell {program} starts in {took}"))
    })
}

/// Whether commands run in the read-only sandbox, and cannot write.
async fn sandbox_check(client: &Client, here: &Path) -> Check {
    const NAME: &str = "sandbox";
    let failed = |message: String| {
        let failure = Failure::new(Exit::Failed, "sandbox", message);
        Check::failed(
            NAME,
            failure.hint("commands fail without a sandbox; see Codex's notes on sandbox prerequisites"),
        )
    };
    let directory = match tempfile::tempdir_in(crate::environment::temp_dir()) {
        Ok(directory) => directory,
        Err(error) => return failed(format!("no temporary directory for the check: {error}")),
    };
    match client.probe_sandbox(here, &directory.path().join("probe")).await {
        Ok(SandboxProbe::Holds) => Check::ok(NAME, "read-only sandbox works"),
        Ok(SandboxProbe::Fails(words)) => failed(format!("commands fail in the sandbox: {words}")),
        Ok(SandboxProbe::Leaks) => failed("a command could write a file in the read-only sandbox".to_owned()),
        // The oldest servers cannot run a command outside of a turn, though they can in one.
        Err(error) => {
            let message = format!("not checked: {error}");
            Check::warning(
                NAME,
                message,
                "run a prompt that runs a command, or install a newer codex",
            )
        }
    }
}
