//! The `codex app-server` process: started in its own group, watched, and stopped without leaving anything behind.
//!
//! With a guard (see `guard`) the child is the guard, which is the server's parent and ends as it ends.
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

use crate::runtime::error::RuntimeError;
#[cfg(target_os = "linux")]
use crate::runtime::transport::guard::{Guard, GuardSpawn};
use crate::runtime::transport::started;
use crate::runtime::transport::stop_ladder::StopLadder;

/// How much of the server's stderr is kept.
const STDERR_TAIL: usize = 16 * 1024;
/// What Codex warns of at every start where its directory is below the temporary one, and nothing is the matter.
const NOISE: &str = "could not create PATH aliases";
/// What the pipe from the server is asked to target, so that a busy server and a busy client switch less often.
const PIPE_SIZE: usize = 1 << 20;

/// What to start.
#[derive(Debug, Clone, Default)]
pub(crate) struct ServerCommand {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) environment: Vec<(OsString, OsString)>,
    /// On Linux: whether a guard ends what the server leaves behind, also when this process is killed.
    pub(crate) guarded: bool,
}

/// A running (or ended) server.
#[derive(Debug)]
pub(crate) struct ServerProcess {
    /// The child's id: the server's, or its guard's.
    child: u32,
    target: Arc<KillTarget>,
    exit: watch::Receiver<Option<ExitStatus>>,
    stderr: Arc<StderrTail>,
}

/// What a signal to the server goes to.
#[derive(Debug)]
enum KillTarget {
    /// Its process group.
    Group(Pid),
    #[cfg(target_os = "linux")]
    Guard(Guard),
}

impl KillTarget {
    fn term(&self) {
        match self {
            Self::Group(group) => drop(kill_process_group(*group, Signal::TERM)),
            #[cfg(target_os = "linux")]
            Self::Guard(guard) => guard.term(),
        }
    }

    fn kill(&self) {
        match self {
            Self::Group(group) => drop(kill_process_group(*group, Signal::KILL)),
            #[cfg(target_os = "linux")]
            Self::Guard(guard) => guard.kill(),
        }
    }
}

impl ServerProcess {
    /// Starts the program with pipes for stdin and stdout.
    pub(crate) fn start(command: &ServerCommand) -> Result<(Self, ChildStdin, ChildStdout), RuntimeError> {
        let spawn_error = |source| RuntimeError::Spawn {
            path: command.program.clone(),
            source,
        };
        let mut program = Command::new(&command.program);
        program
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
            .process_group(0);
        #[cfg(target_os = "linux")]
        let guard_spawn = command
            .guarded
            .then(|| GuardSpawn::before(&mut program))
            .transpose()
            .map_err(spawn_error)?;
        let mut child = program.spawn().map_err(spawn_error)?;
        // With it goes this process's copy of the guard's end of the line.
        drop(program);
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(spawn_error(std::io::Error::other("the pipes are missing")));
        };
        #[cfg(target_os = "linux")]
        let _ = rustix::pipe::fcntl_setpipe_size(&stdout, PIPE_SIZE);
        let id = child.id();
        started::register(id);
        let target = KillTarget::Group(Pid::from_child(&child));
        #[cfg(target_os = "linux")]
        let target = match guard_spawn {
            Some(guard_spawn) => KillTarget::Guard(guard_spawn.finish().map_err(spawn_error)?),
            None => target,
        };
        let target = Arc::new(target);
        let tail = Arc::new(StderrTail::default());
        let (exit_sender, exit) = watch::channel(None);
        spawn_thread("turnwise-stderr", {
            let tail = Arc::clone(&tail);
            move || tail.drain(stderr)
        })
        .map_err(spawn_error)?;
        spawn_thread("turnwise-wait", {
            let target = Arc::clone(&target);
            move || wait(child, &target, &exit_sender)
        })
        .map_err(spawn_error)?;
        Ok((
            Self {
                child: id,
                target,
                exit,
                stderr: tail,
            },
            stdin,
            stdout,
        ))
    }

    /// How the server ended, for a message; waits a little for the exit status and the last of stderr.
    pub(crate) fn exit_report(&self) -> (String, String) {
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
            None => "it closed its output but is still running".to_owned(),
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
            self.target.term();
            ended = timeout(ladder.term, self.ended()).await.is_ok();
        }
        if !ended {
            tracing::warn!("codex ignores SIGTERM; sending SIGKILL");
            self.kill();
            let _ = timeout(ladder.kill, self.ended()).await;
        }
    }

    /// Gives a server whose stdin was closed a moment to end by itself, without waiting for it here.
    pub(crate) fn end_soon(&self) {
        let exit = self.exit.clone();
        if exit.borrow().is_some() {
            return;
        }
        #[cfg(target_os = "linux")]
        if let KillTarget::Guard(guard) = &*self.target {
            return guard.leave();
        }
        let target = Arc::clone(&self.target);
        let _ = spawn_thread("turnwise-end", move || {
            thread::sleep(StopLadder::ORDERLY.close);
            if exit.borrow().is_none() {
                target.kill();
            }
        });
    }

    /// Leaves the end of a server whose stdin was closed to its guard, so that nobody here waits for it; says whether there
    /// is a guard.
    pub(crate) fn leave(&self) -> bool {
        match &*self.target {
            KillTarget::Group(_) => false,
            #[cfg(target_os = "linux")]
            KillTarget::Guard(guard) => {
                guard.leave();
                started::unregister(self.child);
                true
            }
        }
    }

    /// Kills the server and its group at once.
    pub(crate) fn kill(&self) {
        if self.exit.borrow().is_none() {
            self.target.kill();
        }
    }
}

/// Waits for the end of the server, and of what is left of its group.
fn wait(mut child: Child, target: &KillTarget, exit: &watch::Sender<Option<ExitStatus>>) {
    let id = child.id();
    if let KillTarget::Group(group) = *target {
        while let Err(rustix::io::Errno::INTR) =
            waitid(WaitId::Pid(group), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)
        {}
        // Before the id can be used again.
        let _ = kill_process_group(group, Signal::KILL);
    }
    let status = child.wait().unwrap_or_else(|_| ExitStatus::from_raw(0));
    #[cfg(target_os = "linux")]
    if let KillTarget::Guard(guard) = target {
        guard.reap();
    }
    started::unregister(id);
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
        .filter(|line| !line.trim().is_empty() && !line.contains(NOISE))
        .collect::<Vec<_>>();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, guarded: bool) -> ServerCommand {
        ServerCommand {
            program: "/bin/sh".into(),
            arguments: vec!["-c".into(), script.into()],
            environment: Vec::new(),
            guarded,
        }
    }

    /// The process whose id the server prints first.
    fn printed(mut stdout: ChildStdout) -> i32 {
        let mut line = Vec::new();
        let mut byte = [0];
        while stdout.read(&mut byte).unwrap() == 1 && byte[0] != b'\n' {
            line.push(byte[0]);
        }
        String::from_utf8(line).unwrap().parse().unwrap()
    }

    /// Whether it runs: whoever inherited it reaps it when it pleases.
    fn alive(process: i32) -> bool {
        std::fs::read_to_string(format!("/proc/{process}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
    }

    #[test]
    fn the_tail_of_stderr_has_no_colours_and_no_blank_lines() {
        assert_eq!(
            tail_text(b"WARNING: we could not create PATH aliases: x\n\x1b[31mERROR\x1b[0m one\n\n two\n"),
            "ERROR one\n two"
        );
    }

    #[tokio::test]
    async fn an_exit_code_and_stderr_make_the_obituary() {
        for guarded in [false, true] {
            let command = shell("echo broken >&2; exit 3", guarded);
            let (process, _stdin, _stdout) = ServerProcess::start(&command).unwrap();
            process.ended().await;
            assert_eq!(
                process.exit_report(),
                ("it exited with code 3".into(), "broken".into())
            );
        }
    }

    #[tokio::test]
    async fn the_signal_that_killed_it_is_known() {
        for guarded in [false, true] {
            for signal in [6, 9, 15] {
                let command = shell(&format!("kill -{signal} $$"), guarded);
                let (process, _stdin, _stdout) = ServerProcess::start(&command).unwrap();
                process.ended().await;
                assert_eq!(
                    process.exit_report().0,
                    format!("it was killed by signal {signal}")
                );
            }
        }
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error_with_a_guard_too() {
        for guarded in [false, true] {
            let command = ServerCommand {
                program: "/nowhere/codex".into(),
                guarded,
                ..ServerCommand::default()
            };
            let error = ServerProcess::start(&command).unwrap_err();
            assert!(
                matches!(&error, RuntimeError::Spawn { source, .. } if source.kind() == std::io::ErrorKind::NotFound),
                "{error:?}"
            );
        }
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_guard_ends_what_the_server_left_behind_before_it_ends_itself() {
        let script = "setsid sh -c 'echo $$; trap \"\" TERM HUP; (setsid sleep 100 &) ; exec sleep 101' & read -r line";
        let (process, stdin, stdout) = ServerProcess::start(&shell(script, true)).unwrap();
        let daemon = printed(stdout);
        assert!(alive(daemon));
        drop(stdin);
        process.ended().await;
        assert!(!alive(daemon));
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_server_that_is_left_to_its_guard_is_ended_by_it() {
        let (process, stdin, stdout) = ServerProcess::start(&shell("echo $$; read -r line", true)).unwrap();
        let server = printed(stdout);
        drop(stdin);
        assert!(process.leave());
        process.ended().await;
        assert!(!alive(server));
        let (process, _stdin, _stdout) = ServerProcess::start(&shell("", false)).unwrap();
        assert!(!process.leave(), "nobody would end it");
    }

    #[tokio::test]
    async fn a_server_that_ignores_everything_is_killed_with_its_group() {
        let script = "trap '' TERM; (trap '' TERM; exec sleep 100) & echo $!; while :; do sleep 100; done";
        for guarded in [false, true] {
            let (process, stdin, stdout) = ServerProcess::start(&shell(script, guarded)).unwrap();
            let grandchild = printed(stdout);
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
            let deadline = std::time::Instant::now() + Duration::from_secs(10);
            while alive(grandchild) && std::time::Instant::now() < deadline {
                // The end of somebody else's child wakes nobody.
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            assert!(!alive(grandchild));
        }
    }
}
