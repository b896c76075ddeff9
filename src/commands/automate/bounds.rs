//! Processes that may not end: how their end is waited for, and what is done when it does not come. What they are for is
//! not known here.

use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::AsyncReadExt;
use tokio::process::{Child, ChildStdout};
use tokio_util::sync::CancellationToken;

/// The longest document that a run may write.
const LONGEST: u64 = 256 * 1024 * 1024;

/// How long things may take that are not this program's own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// An interrupted run, until it is killed; its own bounds are shorter.
    pub(super) interrupted: Duration,
    /// What is left of a run's output after its end, if something holds it open.
    pub(super) output: Duration,
    /// A hook.
    pub(super) hook: Duration,
    /// A hook when the runner has been told to stop.
    pub(super) hook_stopping: Duration,
}

impl Bounds {
    pub(super) const USUAL: Self = Self {
        interrupted: Duration::from_secs(20),
        output: Duration::from_secs(5),
        hook: Duration::from_secs(60),
        hook_stopping: Duration::from_secs(10),
    };
}

/// Reads what a process writes, as it comes.
pub(super) async fn read(stdout: Option<ChildStdout>, document: &mut Vec<u8>) {
    if let Some(stdout) = stdout {
        // What is cut off is no JSON any more, and said to be none.
        let _ = stdout.take(LONGEST).read_to_end(document).await;
    }
}

/// The end of a process, and what goes through its pipes meanwhile. Somebody else may hold those open after its end; that
/// is waited for only so long.
pub(super) async fn beside<T>(ending: impl Future<Output = T>, exchange: impl Future, after: Duration) -> T {
    tokio::pin!(ending, exchange);
    tokio::select! {
        ended = &mut ending => {
            // What is not there by then does not come.
            let _ = tokio::time::timeout(after, exchange).await;
            ended
        }
        _ = &mut exchange => ending.await,
    }
}

/// Waits for the end; interrupts it when told to, and kills it when that does not help.
pub(super) async fn end(
    child: &mut Child,
    stop: &CancellationToken,
    bound: Duration,
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
    if let Ok(status) = tokio::time::timeout(bound, child.wait()).await {
        return (status.ok(), true);
    }
    // It is gone, or it is not; there is nothing more to do about it.
    let _ = child.kill().await;
    (child.wait().await.ok(), true)
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;

    use tokio::process::Command;

    use super::*;

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
        let (status, interrupted) = end(&mut child, &stop, Duration::from_millis(50)).await;
        let signal = std::os::unix::process::ExitStatusExt::signal(&status.unwrap());
        assert_eq!((signal, interrupted), (Some(9), true));
    }

    #[tokio::test]
    async fn output_that_somebody_else_holds_open_is_not_waited_for() {
        // The one in the background keeps stdout until the test ends it.
        let mut child = shell("sleep 1000 & echo $!");
        let (stdout, mut document) = (child.stdout.take(), Vec::new());
        let exchange = read(stdout, &mut document);
        let status = beside(child.wait(), exchange, Duration::from_millis(50)).await;
        assert!(status.unwrap().success());
        let left = String::from_utf8(document).unwrap().trim().parse().unwrap();
        kill_process(Pid::from_raw(left).unwrap(), Signal::KILL).unwrap();
    }
}
