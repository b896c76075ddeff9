//! The shell lines of a job that run after its runs, with the run's JSON on stdin. A line may hold a token: it is neither in
//! the list of processes nor in an error.

use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use super::environment::set_job_env;
use crate::automation::jobs::JobSpec;
use crate::ledger::jobs::{JobRun, JobRunState};
use crate::user_program::{ProgramLimits, UserProgram};

/// Runs the line in this variable, which only this user can read, instead of one in its arguments, which everybody can.
const SCRIPT: &str = "line=$TURNWISE_HOOK; unset TURNWISE_HOOK; eval \"$line\"";

/// How a hook ended.
pub(super) struct HookEnd {
    /// A sentence about a problem. The run itself is not changed by it.
    pub(super) outcome: Result<(), String>,
    /// The beginning of its stderr.
    pub(super) output: String,
}

/// Runs one.
pub(super) async fn run(
    line: &str,
    spec: &JobSpec,
    run: &JobRun,
    document: Vec<u8>,
    limits: ProgramLimits,
    stop: CancellationToken,
) -> HookEnd {
    let hook = if run.state == JobRunState::Ran {
        "--on-success"
    } else {
        "--on-failure"
    };
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(SCRIPT).env("TURNWISE_HOOK", line);
    if spec.run.cwd().is_dir() {
        command.current_dir(spec.run.cwd());
    }
    set_job_env(&mut command, spec, run);
    let program = match UserProgram::start(command) {
        Ok(program) => program,
        Err(error) => {
            return HookEnd {
                outcome: Err(format!("cannot start {hook}: {error}")),
                output: String::new(),
            };
        }
    };
    let end = program.finish(document, limits, stop).await;
    HookEnd {
        outcome: end.outcome.map_err(|error| format!("{hook} {error}")),
        output: String::from_utf8_lossy(&end.stderr).into_owned(),
    }
}
