//! The shell lines that a job's owner is told by: the run's JSON on stdin, a bound on their time.

use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use turnwise::automation::jobs::JobSpec;
use turnwise::ledger::jobs::JobRun;

use super::execute::dress;

/// How long one may take.
const LIMIT: Duration = Duration::from_secs(60);

/// Tells one of a run.
///
/// # Errors
/// A sentence about what went wrong; the run itself is not changed by it.
pub(super) async fn tell(line: &str, spec: &JobSpec, run: &JobRun, document: Vec<u8>) -> Result<(), String> {
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(line);
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
        .map_err(|error| format!("`{line}` could not be started: {error}"))?;
    let group = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
    let stdin = child.stdin.take();
    let work = async {
        let writing = async {
            if let Some(mut stdin) = stdin {
                // It may not want to know.
                let _ = stdin.write_all(&document).await;
            }
        };
        tokio::join!(writing, child.wait()).1
    };
    match tokio::time::timeout(LIMIT, work).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(format!("`{line}` ended with {status}")),
        Ok(Err(error)) => Err(format!("`{line}`: {error}")),
        Err(_) => {
            if let Some(group) = group {
                // What it started goes with it.
                let _ = kill_process_group(group, Signal::KILL);
            }
            Err(format!(
                "`{line}` took longer than {} s and was ended",
                LIMIT.as_secs()
            ))
        }
    }
}
