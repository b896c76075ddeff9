//! The `codex app-server` process: started in its own group, watched, and stopped without leaving anything behind.
//!
//! Three plain threads serve a process for its life: one waits for its end, one drains its stderr, and the reader
//! (in `connection`) reads its stdout. No protocol here.

use std::ffi::OsString;
use std::io::Read;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tokio::sync::watch;
use tokio::time::timeout;

use super::error::RuntimeError;
use super::strays;

/// How much of the server's stderr is kept.
const STDERR_TAIL: usize = 16 * 1024;
/// What the pipe from the server is asked to hold, so that a busy server and a busy client switch less often.
const PIPE_SIZE: usize = 1 << 20;

/// How long each step of stopping may take before the next, harder one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StopLadder {
    /// After its stdin was closed; a healthy server needs about 20 ms.
    pub(crate) close: Duration,
    /// After SIGTERM to the group.
    pub(crate) term: Duration,
    /// After SIGKILL to the group.
    pub(crate) kill: Duration,
}

impl StopLadder {
    /// For an orderly end.
    pub(crate) const ORDERLY: Self = Self {
        close: Duration::from_secs(3),
        term: Duration::from_secs(1),
        kill: Duration::from_secs(2),
    };
}

/// What to start.
#[derive(Debug, Clone, Default)]
pub(crate) struct ServerCommand {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) environment: Vec<(OsString, OsString)>,
    /// On Linux: whether orphaned descendants become ours, so that they can be ended too.
    pub(crate) adopt_strays: bool,
}

/// A running (or ended) server.
#[derive(Debug)]
pub(crate) struct ServerProcess {
    group: Pid,
    exit: watch::Receiver<Option<ExitStatus>>,
    stderr: Arc<StderrTail>,
    adopt_strays: bool,
}

impl ServerProcess {
    /// Starts the program with pipes for stdin and stdout.
    pub(crate) fn start(command: &ServerCommand) -> Result<(Self, ChildStdin, ChildStdout), RuntimeError> {
        let spawn_error = |source| RuntimeError::Spawn {
            path: command.program.clone(),
            source,
        };
        if command.adopt_strays {
            strays::adopt();
        }
        let mut child = Command::new(&command.program)
            .args(&command.arguments)
            .envs(command.environment.iter().map(|(key, value)| (key, value)))
            // With it, Codex puts stack traces into error messages that the user and the model see.
            .env_remove("RUST_BACKTRACE")
            // The token for another server; commands of the agent could read it.
            .env_remove("TURNWISE_CONNECT_TOKEN")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A Ctrl-C at the terminal is for turnwise, which ends the turn in order.
            .process_group(0)
            .spawn()
            .map_err(spawn_error)?;
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(spawn_error(std::io::Error::other("the pipes are missing")));
        };
        #[cfg(target_os = "linux")]
        let _ = rustix::pipe::fcntl_setpipe_size(&stdout, PIPE_SIZE);
        strays::register(child.id());
        let group = Pid::from_child(&child);
        let tail = Arc::new(StderrTail::default());
        let (exit_sender, exit) = watch::channel(None);
        spawn_thread("turnwise-stderr", {
            let tail = Arc::clone(&tail);
            move || tail.drain(stderr)
        })
        .map_err(spawn_error)?;
        spawn_thread("turnwise-wait", move || wait(child, &exit_sender)).map_err(spawn_error)?;
        Ok((
            Self {
                group,
                exit,
                stderr: tail,
                adopt_strays: command.adopt_strays,
            },
            stdin,
            stdout,
        ))
    }

    /// How the server ended, for a message; waits a little for the exit status and the last of stderr.
    pub(crate) fn obituary(&self) -> (String, String) {
        let mut exit = self.exit.clone();
        // Called on the reader's thread after the end of stdout: the exit status follows at once, or never.
        for _ in 0..50 {
            if exit.borrow_and_update().is_some() {
                break;
            }
            thread::park_timeout(Duration::from_millis(10));
        }
        let reason = match *exit.borrow() {
            Some(status) => describe(status),
            None => "it closed its output but still runs".to_owned(),
        };
        (reason, self.stderr.complete(Duration::from_millis(200)))
    }

    /// What the server has written to stderr lately.
    pub(crate) fn stderr_tail(&self) -> String {
        self.stderr.text()
    }

    /// Waits until the server has ended and the rest of its group was killed.
    pub(crate) async fn ended(&self) {
        // An error means that the waiting thread is gone, and with it the process.
        let _ = self.exit.clone().wait_for(Option::is_some).await;
    }

    /// Ends the server and everything it started; its stdin must have been closed.
    pub(crate) async fn stop(&self, ladder: StopLadder) {
        let mut ended = timeout(ladder.close, self.ended()).await.is_ok();
        if !ended {
            tracing::warn!("codex ignores the end of its input; sending SIGTERM");
            let _ = kill_process_group(self.group, Signal::TERM);
            ended = timeout(ladder.term, self.ended()).await.is_ok();
        }
        if !ended {
            tracing::warn!("codex ignores SIGTERM; sending SIGKILL");
            self.kill();
            let _ = timeout(ladder.kill, self.ended()).await;
        }
        self.sweep();
    }

    /// Gives a server whose stdin was closed a moment to end by itself, without waiting for it here.
    pub(crate) fn end_soon(&self) {
        let (group, exit) = (self.group, self.exit.clone());
        if exit.borrow().is_some() {
            return;
        }
        let _ = spawn_thread("turnwise-end", move || {
            thread::sleep(StopLadder::ORDERLY.close);
            if exit.borrow().is_none() {
                let _ = kill_process_group(group, Signal::KILL);
            }
        });
    }

    /// Kills the server and its group at once.
    pub(crate) fn kill(&self) {
        if self.exit.borrow().is_none() {
            let _ = kill_process_group(self.group, Signal::KILL);
        }
    }

    /// Ends descendants that left the group, where they became ours.
    pub(crate) fn sweep(&self) {
        if self.adopt_strays {
            strays::sweep();
        }
    }
}

/// Waits for the end of the server. What is left of its group is killed before the id can be used again.
fn wait(mut child: Child, exit: &watch::Sender<Option<ExitStatus>>) {
    let pid = Pid::from_child(&child);
    while let Err(rustix::io::Errno::INTR) =
        waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)
    {}
    let _ = kill_process_group(pid, Signal::KILL);
    let status = child.wait().unwrap_or_else(|_| ExitStatus::from_raw(0));
    strays::unregister(child.id());
    exit.send_replace(Some(status));
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("it exited with code {code}"),
        (None, Some(signal)) => format!("it was killed by signal {signal}"),
        (None, None) => "it ended".to_owned(),
    }
}

/// Starts a named thread.
pub(crate) fn spawn_thread(name: &str, body: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    thread::Builder::new()
        .name(name.to_owned())
        .stack_size(512 * 1024)
        .spawn(body)
        .map(drop)
}

/// The end of what the server wrote to stderr.
#[derive(Debug, Default)]
struct StderrTail {
    state: Mutex<(Vec<u8>, bool)>,
    finished: Condvar,
}

impl StderrTail {
    fn drain(&self, mut stderr: ChildStderr) {
        let mut chunk = vec![0; 8 * 1024];
        loop {
            let read = match stderr.read(&mut chunk) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(_) => break,
            };
            tracing::debug!(target: "codex", "{}", String::from_utf8_lossy(&chunk[..read]).trim_end());
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.0.extend_from_slice(&chunk[..read]);
            let surplus = state.0.len().saturating_sub(STDERR_TAIL);
            state.0.drain(..surplus);
        }
        self.state.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
        self.finished.notify_all();
    }

    /// The tail once stderr is closed, or after `patience`: a stray may hold it open.
    fn complete(&self, patience: Duration) -> String {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (state, _) = self
            .finished
            .wait_timeout_while(state, patience, |state| !state.1)
            .unwrap_or_else(PoisonError::into_inner);
        tail_text(&state.0)
    }

    fn text(&self) -> String {
        tail_text(&self.state.lock().unwrap_or_else(PoisonError::into_inner).0)
    }
}

/// The last lines, without the colours that Codex writes even into a pipe.
fn tail_text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\u{1b}' {
            plain.push(character);
            continue;
        }
        if characters.next() == Some('[') {
            characters.by_ref().find(char::is_ascii_alphabetic);
        }
    }
    let lines = plain
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect::<Vec<_>>();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> ServerCommand {
        ServerCommand {
            program: "/bin/sh".into(),
            arguments: vec!["-c".into(), script.into()],
            ..ServerCommand::default()
        }
    }

    #[test]
    fn the_tail_of_stderr_has_no_colours_and_no_blank_lines() {
        assert_eq!(
            tail_text(b"\x1b[31mERROR\x1b[0m one\n\n two\n"),
            "ERROR one\n two"
        );
    }

    #[tokio::test]
    async fn an_exit_code_and_stderr_make_the_obituary() {
        let (process, _stdin, _stdout) = ServerProcess::start(&shell("echo broken >&2; exit 3")).unwrap();
        process.ended().await;
        assert_eq!(
            process.obituary(),
            ("it exited with code 3".into(), "broken".into())
        );
    }

    #[tokio::test]
    async fn a_server_that_ignores_everything_is_killed_with_its_group() {
        let script = "trap '' TERM; (trap '' TERM; exec sleep 100) & echo $!; while :; do sleep 100; done";
        let (process, stdin, mut stdout) = ServerProcess::start(&shell(script)).unwrap();
        let mut line = Vec::new();
        let mut byte = [0];
        while stdout.read(&mut byte).unwrap() == 1 && byte[0] != b'\n' {
            line.push(byte[0]);
        }
        let grandchild = String::from_utf8(line).unwrap().parse::<i32>().unwrap();
        drop(stdin);
        let quick = Duration::from_millis(50);
        process
            .stop(StopLadder {
                close: quick,
                term: quick,
                kill: Duration::from_secs(10),
            })
            .await;
        assert!(process.exit.borrow().is_some());
        // It was sent SIGKILL; whoever inherited it reaps it when it pleases.
        let stat = format!("/proc/{grandchild}/stat");
        let alive = || std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z "));
        let deadline = std::time::Instant::now() + Duration::from_secs(10);
        while alive() && std::time::Instant::now() < deadline {
            thread::yield_now();
        }
        assert!(!alive());
    }
}
