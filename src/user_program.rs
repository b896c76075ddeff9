//! Programs of the user that are given a document: the notifier of approvals and the hooks of jobs. Each has its own process
//! group, a time limit and bounded output. What a program is for, and how its end is worded, is not known here.

use std::future::poll_fn;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio_util::sync::CancellationToken;

/// How much of a program's stderr is kept, in bytes. The rest is read and dropped.
const KEPT_OUTPUT: u64 = 16 * 1024;
/// How much of its stdout is kept, where that is wanted: a byte more than any result may have.
#[cfg(feature = "hooks")]
const KEPT_RESULT: u64 = 1024 * 1024 + 1;

/// How long output is waited for after the end of a program, if another process holds its pipe open.
const OUTPUT_GRACE: Duration = Duration::from_millis(100);

/// How long a program may run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProgramLimits {
    /// From its start.
    pub(crate) run: Duration,
    /// From the moment at which it is asked to stop.
    pub(crate) stopping: Duration,
}

/// How a program that did not succeed ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProgramError {
    /// It ended with an error.
    #[error("ended with {0}")]
    Failed(ExitStatus),
    /// It reached its time limit, and was killed with its group.
    #[error("stopped after {} s", .0.as_secs_f32())]
    TimedOut(Duration),
    /// Its end could not be waited for.
    #[error("no exit status: {0}")]
    Wait(io::Error),
}

/// How a program ended, and what it wrote.
#[derive(Debug)]
pub(crate) struct ProgramEnd {
    /// Whether it succeeded.
    pub(crate) outcome: Result<(), ProgramError>,
    /// The beginning of its stderr.
    pub(crate) stderr: Vec<u8>,
    /// The beginning of its stdout, if that is read.
    #[cfg(feature = "hooks")]
    pub(crate) stdout: Vec<u8>,
}

/// A program that was started. Dropped before its end, it is killed with its process group.
#[derive(Debug)]
pub(crate) struct UserProgram {
    child: Child,
    group: ProgramGroup,
}

/// The process group of a program, as long as the program was not reaped: until then its id cannot be another's.
#[derive(Debug, Clone)]
pub(crate) struct ProgramGroup(Arc<Mutex<Option<Pid>>>);

impl ProgramGroup {
    /// Kills the program and its group, unless the program has ended.
    pub(crate) fn kill(&self) {
        if let Some(group) = *self.pid() {
            // It may be a zombie already.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }

    #[cfg(feature = "cli")]
    /// Whether the program has ended.
    pub(crate) fn has_ended(&self) -> bool {
        self.pid().is_none()
    }

    fn pid(&self) -> MutexGuard<'_, Option<Pid>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the end of the program. The lock is held while it is reaped.
    async fn wait(&self, child: &mut Child) -> io::Result<ExitStatus> {
        let waiting = child.wait();
        tokio::pin!(waiting);
        poll_fn(|context| {
            let mut pid = self.pid();
            let polled = waiting.as_mut().poll(context);
            if polled.is_ready() {
                *pid = None;
            }
            polled
        })
        .await
    }
}

impl UserProgram {
    #[cfg(feature = "cli")]
    /// Starts a program. Must be called within a tokio runtime.
    pub(crate) fn start(command: Command) -> io::Result<Self> {
        Self::start_with_stdout(command, Stdio::null())
    }

    /// Starts a program whose stdout is read.
    #[cfg(feature = "hooks")]
    pub(crate) fn start_reading(command: Command) -> io::Result<Self> {
        Self::start_with_stdout(command, Stdio::piped())
    }

    fn start_with_stdout(mut command: Command, stdout: Stdio) -> io::Result<Self> {
        let child = command
            .stdin(Stdio::piped())
            .stdout(stdout)
            .stderr(Stdio::piped())
            // A Ctrl-C at the terminal is not meant for it.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let pid = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        let group = ProgramGroup(Arc::new(Mutex::new(pid)));
        Ok(Self { child, group })
    }

    #[cfg(feature = "cli")]
    /// Its process group.
    pub(crate) fn group(&self) -> ProgramGroup {
        self.group.clone()
    }

    /// Writes its input and waits for its end. When a limit is reached, it is killed with its group.
    pub(crate) async fn finish(
        mut self,
        input: Vec<u8>,
        limits: ProgramLimits,
        stop: CancellationToken,
    ) -> ProgramEnd {
        let (stdin, stderr) = (self.child.stdin.take(), self.child.stderr.take());
        #[cfg(feature = "hooks")]
        let stdout = self.child.stdout.take();
        let mut said = Vec::new();
        #[cfg(feature = "hooks")]
        let mut result = Vec::new();
        let exchange = async {
            let writing = async {
                if let Some(mut stdin) = stdin {
                    // It may not want to know.
                    let _ = stdin.write_all(&input).await;
                }
            };
            let reading = async {
                if let Some(mut stderr) = stderr {
                    read_at_most(&mut stderr, KEPT_OUTPUT, &mut said).await;
                    // A full pipe would hold it up.
                    let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
                }
            };
            #[cfg(feature = "hooks")]
            let reading = async {
                let result = async {
                    if let Some(mut stdout) = stdout {
                        read_at_most(&mut stdout, KEPT_RESULT, &mut result).await;
                        let _ = tokio::io::copy(&mut stdout, &mut tokio::io::sink()).await;
                    }
                };
                tokio::join!(reading, result)
            };
            tokio::join!(writing, reading)
        };
        let ending = self.group.wait(&mut self.child);
        let too_long = async {
            if tokio::time::timeout(limits.run, stop.cancelled()).await.is_ok() {
                tokio::time::sleep(limits.stopping).await;
                return limits.stopping;
            }
            limits.run
        };
        let ended = tokio::select! {
            biased;
            ended = wait_with_io(ending, exchange, OUTPUT_GRACE) => Ok(ended),
            limit = too_long => Err(limit),
        };
        let outcome = match ended {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(status)) => Err(ProgramError::Failed(status)),
            Ok(Err(error)) => Err(ProgramError::Wait(error)),
            Err(limit) => {
                self.group.kill();
                let _ = self.group.wait(&mut self.child).await;
                Err(ProgramError::TimedOut(limit))
            }
        };
        ProgramEnd {
            outcome,
            stderr: said,
            #[cfg(feature = "hooks")]
            stdout: result,
        }
    }
}

impl Drop for UserProgram {
    fn drop(&mut self) {
        self.group.kill();
    }
}

/// Reads what comes, up to a number of bytes.
pub(crate) async fn read_at_most(from: impl AsyncRead + Unpin, most: u64, into: &mut Vec<u8>) {
    // What came before an error stays.
    let _ = from.take(most).read_to_end(into).await;
}

/// Waits for the end of a process while data moves through its pipes. Another process may hold these open after the end;
/// that is waited for no longer than `grace`.
pub(crate) async fn wait_with_io<T>(
    ending: impl Future<Output = T>,
    exchange: impl Future,
    grace: Duration,
) -> T {
    tokio::pin!(ending, exchange);
    tokio::select! {
        ended = &mut ending => {
            // What has not arrived by then is left out.
            let _ = tokio::time::timeout(grace, exchange).await;
            ended
        }
        _ = &mut exchange => ending.await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(1_000);

    fn start(line: &str) -> UserProgram {
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(line);
        UserProgram::start(command).unwrap()
    }

    async fn finish(line: &str, run: Duration, stop: CancellationToken) -> ProgramEnd {
        let limits = ProgramLimits {
            run,
            stopping: Duration::from_millis(50),
        };
        // More than fits into a pipe.
        start(line).finish(vec![b' '; 1 << 20], limits, stop).await
    }

    async fn wait_until_dead(pid: &str) {
        let stat = format!("/proc/{}/stat", pid.trim());
        // Its own parent is gone, so that it may be a zombie until somebody else has seen its end.
        let is_dead = || std::fs::read_to_string(&stat).map_or(true, |stat| stat.contains(") Z "));
        while !is_dead() {
            // The end of somebody else's child wakes nobody.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    #[tokio::test]
    async fn a_program_that_hangs_is_killed_with_everything_it_started() {
        // It ignores whatever can be ignored, and so does its child.
        let line = "trap '' INT TERM HUP; sleep 1000 & echo $! >&2; cat > /dev/null; wait";
        let end = finish(line, Duration::from_secs(1), CancellationToken::new()).await;
        let problem = end.outcome.unwrap_err().to_string();
        assert_eq!(problem, "stopped after 1 s");
        wait_until_dead(&String::from_utf8(end.stderr).unwrap()).await;
    }

    #[tokio::test]
    async fn a_program_that_hangs_does_not_delay_a_stop() {
        let stop = CancellationToken::new();
        stop.cancel();
        let end = finish("sleep 1000", LONG, stop).await;
        assert!(
            end.outcome
                .unwrap_err()
                .to_string()
                .contains("stopped after 0.05 s")
        );
    }

    #[tokio::test]
    async fn unread_input_and_processes_left_behind_are_not_waited_for() {
        let end = finish("exit 0", LONG, CancellationToken::new()).await;
        assert!(end.outcome.is_ok());
        // The one in the background holds its stdin and its stderr open.
        let end = finish("sleep 5 <&0 & exit 3", LONG, CancellationToken::new()).await;
        assert!(end.outcome.unwrap_err().to_string().contains("exit status: 3"));
    }

    #[tokio::test]
    async fn a_flood_of_output_is_cut_and_does_not_hold_up_the_program() {
        let line = "head -c 1000000 /dev/zero | tr '\\0' x >&2; echo end >&2";
        let end = finish(line, LONG, CancellationToken::new()).await;
        assert!(end.outcome.is_ok());
        assert_eq!(end.stderr.len() as u64, KEPT_OUTPUT);
    }

    #[tokio::test]
    async fn a_program_is_killed_with_its_group_when_its_group_is_or_it_is_dropped() {
        let directory = tempfile::tempdir().unwrap();
        for drops in [true, false] {
            let pid = directory.path().join(format!("pid-{drops}"));
            let line = format!(
                "sleep 1000 & echo $! > {0}.part; mv {0}.part {0}; wait",
                pid.display()
            );
            let program = start(&line);
            while !pid.exists() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            if drops {
                drop(program);
            } else {
                let group = program.group();
                group.kill();
                let limits = ProgramLimits {
                    run: LONG,
                    stopping: LONG,
                };
                let end = program.finish(Vec::new(), limits, CancellationToken::new()).await;
                assert!(matches!(end.outcome, Err(ProgramError::Failed(_))));
                assert!(group.has_ended());
            }
            wait_until_dead(&std::fs::read_to_string(&pid).unwrap()).await;
        }
    }
}
