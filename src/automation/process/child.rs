//! Child processes that may not end: interrupted when they have to, and killed when that does not help.

use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Child;
use tokio_util::sync::CancellationToken;

use crate::user_program::ProgramLimits;

/// The longest report that an attempt may write, in bytes. One that is cut is no JSON, and is reported as that.
pub(super) const LONGEST_REPORT: u64 = 256 * 1024 * 1024;

/// How long other programs may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timeouts {
    /// An interrupted attempt, until it is killed; its own limits are shorter.
    pub(super) interrupted: Duration,
    /// The rest of an attempt's output after its end, if another process holds it open.
    pub(super) output: Duration,
    /// A hook.
    pub(super) hook: ProgramLimits,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            interrupted: Duration::from_secs(20),
            output: Duration::from_secs(5),
            hook: ProgramLimits {
                run: Duration::from_secs(60),
                stopping: Duration::from_secs(10),
            },
        }
    }
}

/// Waits for the end of a child; interrupts it when `stop` is cancelled, and kills it when that takes too long. Gives whether
/// it was interrupted.
pub(super) async fn interrupt_or_wait(
    child: &mut Child,
    stop: &CancellationToken,
    limit: Duration,
) -> (Option<ExitStatus>, bool) {
    tokio::select! {
        biased;
        status = child.wait() => return (status.ok(), false),
        () = stop.cancelled() => {}
    }
    let pid = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
    if let Some(pid) = pid {
        // It may have ended in between. Not SIGINT, which it ignores if its runner was started in a script's background.
        let _ = kill_process(pid, Signal::TERM);
    }
    if let Ok(status) = tokio::time::timeout(limit, child.wait()).await {
        return (status.ok(), true);
    }
    // It is gone, or it is not; there is nothing more to do about it.
    let _ = child.kill().await;
    (child.wait().await.ok(), true)
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;

    use tokio::io::AsyncReadExt;
    use tokio::process::Command;

    use super::*;
    use crate::user_program::{read_at_most, wait_with_io};

    fn shell(line: &str) -> Child {
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(line).kill_on_drop(true);
        command.stdout(Stdio::piped()).spawn().unwrap()
    }

    #[tokio::test]
    async fn a_process_that_ignores_its_interruption_is_killed() {
        let mut child = shell("trap '' INT TERM; echo ready; while :; do sleep 0.05; done");
        let mut stdout = child.stdout.take().unwrap();
        // It has set its trap.
        stdout.read_u8().await.unwrap();
        let stop = CancellationToken::new();
        stop.cancel();
        let (status, interrupted) = interrupt_or_wait(&mut child, &stop, Duration::from_millis(50)).await;
        let signal = std::os::unix::process::ExitStatusExt::signal(&status.unwrap());
        assert_eq!((signal, interrupted), (Some(9), true));
    }

    #[tokio::test]
    async fn output_that_another_process_holds_open_is_not_waited_for() {
        // The one in the background keeps stdout until the test ends it.
        let mut child = shell("sleep 1000 & echo $!");
        let (stdout, mut report) = (child.stdout.take().unwrap(), Vec::new());
        let exchange = read_at_most(stdout, LONGEST_REPORT, &mut report);
        let status = wait_with_io(child.wait(), exchange, Duration::from_millis(50)).await;
        assert!(status.unwrap().success());
        let left = String::from_utf8(report).unwrap().trim().parse().unwrap();
        kill_process(Pid::from_raw(left).unwrap(), Signal::KILL).unwrap();
    }
}
