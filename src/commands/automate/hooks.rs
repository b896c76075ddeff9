//! The shell lines that a job's owner is told by: the run's JSON on stdin, a bound on their time. A line may hold a token, and
//! is neither in the list of processes nor in what is said of it.

use std::process::Stdio;
use std::time::Duration;

use crate::automation::jobs::JobSpec;
use crate::ledger::jobs::{JobRun, JobRunState};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use super::bounds::{Bounds, beside};
use super::execute::dress;

/// Runs the line in this variable, which only this user can read, instead of one in its arguments, which everybody can.
const SCRIPT: &str = "line=$TURNWISE_HOOK; unset TURNWISE_HOOK; eval \"$line\"";

/// Tells one of a run.
///
/// # Errors
/// A sentence about what went wrong; the run itself is not changed by it.
pub(super) async fn tell(
    line: &str,
    spec: &JobSpec,
    run: &JobRun,
    document: Vec<u8>,
    bounds: Bounds,
    stop: CancellationToken,
) -> Result<(), String> {
    let hook = if run.state == JobRunState::Ran {
        "--on-success"
    } else {
        "--on-failure"
    };
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(SCRIPT).env("TURNWISE_HOOK", line);
    if spec.cwd.is_dir() {
        command.current_dir(&spec.cwd);
    }
    dress(&mut command, spec, run);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("cannot start {hook}: {error}"))?;
    let group = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
    let stdin = child.stdin.take();
    let writing = async {
        if let Some(mut stdin) = stdin {
            // It may not want to know.
            let _ = stdin.write_all(&document).await;
        }
    };
    // What it leaves behind may hold its stdin, and is not waited for.
    let work = beside(child.wait(), writing, Duration::ZERO);
    let mut bound = bounds.hook;
    let too_long = async {
        let asked_to_stop = tokio::time::timeout(bounds.hook, stop.cancelled()).await.is_ok();
        if asked_to_stop {
            tokio::time::sleep(bounds.hook_stopping).await;
            bound = bounds.hook_stopping;
        }
    };
    let ended = tokio::select! {
        biased;
        ended = work => Some(ended),
        () = too_long => None,
    };
    match ended {
        Some(Ok(status)) if status.success() => Ok(()),
        Some(Ok(status)) => Err(format!("{hook} ended with {status}")),
        Some(Err(error)) => Err(format!("{hook}: {error}")),
        None => {
            if let Some(group) = group {
                // What it started goes with it.
                let _ = kill_process_group(group, Signal::KILL);
            }
            let _ = child.wait().await;
            Err(format!("{hook} stopped after {} s", bound.as_secs_f32()))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::automation::jobs::{JobPrompt, SavedSchedule, SavedTrigger};
    use crate::ledger::jobs::{JobRecord, JobState, Lease};
    use jiff::Timestamp;

    use super::*;

    fn job() -> (JobSpec, JobRun) {
        let schedule = SavedSchedule {
            trigger: SavedTrigger::At(Timestamp::UNIX_EPOCH),
            zone: "UTC".to_owned(),
            start_at: None,
            stop_at: None,
            max_runs: None,
        };
        let spec = serde_json::json!({
            "prompt": JobPrompt::Text("x".to_owned()), "schedule": schedule, "cwd": "/", "surroundings": {},
        });
        let record = JobRecord {
            id: 1,
            name: "job".to_owned(),
            spec: spec.to_string(),
            state: JobState::Active,
            revision: 1,
            last_error: None,
            session_id: None,
            created_at: 0,
            handled_at: 0,
            runs: 0,
            wake_at: None,
            ended_at: None,
            last_run: None,
        };
        let lease = Lease {
            holder: "me".to_owned(),
            host: "here".to_owned(),
            now: 0,
            expires_at: 1,
        };
        let run = JobRun::claimed(&record, 0, false, &lease);
        (JobSpec::from_json(&record.spec).unwrap(), run)
    }

    async fn told(line: &str, hook: Duration, stop: CancellationToken) -> Result<(), String> {
        let (spec, run) = job();
        let bounds = Bounds {
            hook,
            hook_stopping: Duration::from_millis(50),
            ..Bounds::USUAL
        };
        // More than fits into a pipe.
        tell(line, &spec, &run, vec![b' '; 1 << 20], bounds, stop).await
    }

    #[tokio::test]
    async fn a_hook_that_hangs_is_ended_with_all_that_it_started() {
        let directory = tempfile::tempdir().unwrap();
        let pid = directory.path().join("pid");
        // It ignores whatever can be ignored, and so does its child.
        let line = format!(
            "trap '' INT TERM HUP; sleep 1000 & echo $! > {}; cat > /dev/null; wait",
            pid.display()
        );
        let problem = told(&line, Duration::from_secs(1), CancellationToken::new())
            .await
            .unwrap_err();
        assert!(problem.ends_with("stopped after 1 s"), "{problem}");
        let child = std::fs::read_to_string(pid).unwrap();
        let stat = format!("/proc/{}/stat", child.trim());
        // Its own parent is gone, so that it may be a zombie until somebody else has seen its end.
        let is_over = || std::fs::read_to_string(&stat).map_or(true, |stat| stat.contains(") Z "));
        while !is_over() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_hook_that_hangs_does_not_hold_up_a_runner_that_has_to_end() {
        let stop = CancellationToken::new();
        stop.cancel();
        let problem = told("sleep 1000", Duration::from_secs(1_000), stop).await;
        assert!(problem.unwrap_err().contains("stopped after 0.05 s"));
    }

    #[tokio::test]
    async fn what_a_hook_does_not_read_or_leaves_behind_is_not_waited_for() {
        let stop = CancellationToken::new();
        let long = Duration::from_secs(1_000);
        assert_eq!(told("exit 0", long, stop.clone()).await, Ok(()));
        // The one in the background holds the hook's stdin open.
        let left = told("sleep 5 <&0 & exit 3", long, stop).await;
        assert!(left.unwrap_err().contains("exit status: 3"));
    }
}
