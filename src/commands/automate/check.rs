//! The checks of `turnwise doctor` that concern jobs, and its run in cron's environment.

use std::process::{Command, Stdio};

use crate::automation::jobs::{JobSpec, schedule_overview};
use crate::exit::Exit;
use crate::ledger::jobs::{JobRecord, JobState};
use crate::ledger::{JobLedger, SqliteLedger};
use jiff::Timestamp;

use super::install;
use super::scheduler::{self, Trouble};
use super::wait::wait;
use crate::commands::context::Context;
use crate::commands::failure::Failure;

/// Cron's `PATH`.
const CRON_PATH: &str = "/usr/bin:/bin";

/// The state of the saved jobs, and a remedy.
pub(crate) fn jobs(context: &Context) -> Result<(String, Option<String>), Failure> {
    let none = || ("none saved".to_owned(), None);
    let Some(directories) = &context.directories else {
        return Ok(none());
    };
    let Some(ledger) = SqliteLedger::open_existing(&SqliteLedger::path_in(&directories.state))? else {
        return Ok(none());
    };
    let overview = wait(schedule_overview(&ledger))?;
    if overview.stopped_at.is_some() {
        let remedy = "run `turnwise automate stop-all --release` to release them";
        return Ok(("all stopped (stop-all)".to_owned(), Some(remedy.to_owned())));
    }
    let jobs = wait(ledger.jobs())?;
    if jobs.is_empty() {
        return Ok(none());
    }
    let count = |state| jobs.iter().filter(|job| job.state == state).count();
    let message = format!("{} saved, {} active", jobs.len(), count(JobState::Active));
    let with_trouble = |trouble: &dyn Fn(&JobRecord) -> bool| {
        let names = jobs
            .iter()
            .filter(|job| trouble(job))
            .map(|job| job.name.as_str());
        names.take(5).collect::<Vec<_>>().join(", ")
    };
    let waiting = with_trouble(&|job| {
        let spec = JobSpec::from_json(&job.spec).ok();
        spec.is_some_and(|spec| !spec.environment.removed_settings.is_empty())
    });
    if !waiting.is_empty() {
        let remedy = "run `turnwise automate show NAME` for what was removed and what to do";
        return Ok((
            format!("{message}; possible secrets removed from the settings of: {waiting}"),
            Some(remedy.to_owned()),
        ));
    }
    let stopped = with_trouble(&|job| job.state == JobState::Stopped);
    if !stopped.is_empty() {
        let remedy = "run `turnwise automate show NAME` for the error, then `turnwise automate unpause NAME`";
        return Ok((
            format!("{message}; stopped after an error: {stopped}"),
            Some(remedy.to_owned()),
        ));
    }
    let lost = with_trouble(&|job| {
        let spec = JobSpec::from_json(&job.spec).ok();
        let codex = spec.and_then(|spec| spec.environment.codex);
        job.state == JobState::Active && codex.is_some_and(|codex| !codex.exists())
    });
    if !lost.is_empty() {
        let remedy = "run `turnwise automate edit NAME --here` to use the codex found now";
        return Ok((
            format!("{message}; codex not found: {lost}"),
            Some(remedy.to_owned()),
        ));
    }
    let now = Timestamp::now();
    if let Some(Trouble { problem, remedy }) =
        scheduler::trouble(&overview, now, || install::is_installed(context))
    {
        return Ok((format!("{message}; {problem}"), Some(remedy.to_owned())));
    }
    let seen = overview.runner(now).map(|runner| scheduler::seen(runner, now));
    let seen = seen.map_or(String::new(), |seen| format!("; scheduler last seen: {seen}"));
    Ok((format!("{message}{seen}"), None))
}

/// Checks everything as from a crontab line: with the variables that `install` writes, the codex that a job would keep,
/// and nothing else.
pub(crate) fn as_from_cron(json: bool, context: &Context) -> Result<Exit, Failure> {
    let program =
        std::env::current_exe().map_err(|error| Failure::system("turnwise's own program", error))?;
    let mut command = Command::new(program);
    command.arg("doctor").args(json.then_some("--json"));
    if let Ok(found) = context.codex() {
        command.arg("--codex").arg(found.wrapper.unwrap_or(found.path));
    }
    if let Some(config) = &context.global.config {
        command.arg("--config").arg(config);
    }
    if let Some(profile) = &context.global.profile {
        command.arg("--profile").arg(profile);
    }
    let environment = install::environment(context)?;
    let status = command
        .env_clear()
        .env("PATH", CRON_PATH)
        .env("SHELL", "/bin/sh")
        .envs(environment.iter().map(|(name, value)| (name, value.as_str())))
        .stdin(Stdio::null())
        .status()
        .map_err(|error| Failure::system("turnwise's own program", error))?;
    let code = status.code().unwrap_or(1);
    Ok(super::tick::exit_of(code))
}
