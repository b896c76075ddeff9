//! The environment variables of a job's processes.

use tokio::process::Command;

use crate::automation::jobs::JobSpec;
use crate::codex::{search_path, search_path_of};
use crate::environment::variable;
use crate::ledger::Millis;
use crate::ledger::jobs::JobRun;

/// Sets the environment of a job's process: of an attempt or of a hook.
pub(super) fn set_job_env(command: &mut Command, spec: &JobSpec, run: &JobRun) {
    let environment = &spec.environment;
    // The job decides the server of its runs, not the runner.
    command.env_remove("TURNWISE_CONNECT");
    if let Some(home) = &environment.turnwise_home {
        command.env("TURNWISE_HOME", home);
    }
    // Without the entries that would let the job's directory choose the programs that are named in it.
    command.env(
        "PATH",
        match &environment.path {
            Some(path) => search_path_of(path.as_ref()),
            None => search_path(),
        },
    );
    if let Some(home) = environment.home.as_ref().filter(|_| variable("HOME").is_none()) {
        command.env("HOME", home);
    }
    command
        .env("TURNWISE_JOB", &run.job)
        .env("TURNWISE_JOB_DUE", rfc3339(run.due_at))
        .env("TURNWISE_JOB_ATTEMPT", run.attempt.to_string());
}

fn rfc3339(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at)
        .unwrap_or_default()
        .to_string()
}
