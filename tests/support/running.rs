//! A program that runs: its output is collected as it comes, and it can be waited for, stopped and fed.

use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};

use super::waiting::PAUSE;
use super::{Outcome, PATIENCE};

/// Growing output that tests can wait for.
#[derive(Default)]
pub(crate) struct Collected {
    state: Mutex<(Vec<u8>, bool)>,
    grown: Condvar,
}

impl Collected {
    /// Collects on a thread.
    pub(crate) fn from(mut source: impl Read + Send + 'static) -> (Arc<Self>, JoinHandle<()>) {
        let collected = Arc::new(Self::default());
        let collecting = Arc::clone(&collected);
        let thread = std::thread::spawn(move || {
            let mut chunk = vec![0; 64 * 1024];
            // A terminal ends with an error instead of an end.
            while let Ok(read @ 1..) = source.read(&mut chunk) {
                collecting
                    .state
                    .lock()
                    .unwrap()
                    .0
                    .extend_from_slice(&chunk[..read]);
                collecting.grown.notify_all();
            }
            collecting.state.lock().unwrap().1 = true;
            collecting.grown.notify_all();
        });
        (collected, thread)
    }

    /// The bytes so far.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.state.lock().unwrap().0.clone()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.state.lock().unwrap().0).into_owned()
    }

    /// Waits until the output holds something.
    #[track_caller]
    pub(crate) fn wait_for(&self, what: &str) {
        self.wait_until(&format!("{what:?}"), |text| text.contains(what));
    }

    /// Waits until the output is such.
    #[track_caller]
    pub(crate) fn wait_until(&self, what: &str, is_so: impl Fn(&str) -> bool) {
        let holds = |bytes: &[u8]| is_so(&String::from_utf8_lossy(bytes));
        let state = self.state.lock().unwrap();
        let (state, _) = self
            .grown
            .wait_timeout_while(state, PATIENCE, |state| !holds(&state.0) && !state.1)
            .unwrap();
        assert!(
            holds(&state.0),
            "{what} did not come: {:?}",
            String::from_utf8_lossy(&state.0)
        );
    }
}

/// A program that runs. Killed when dropped.
pub(crate) struct Running {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Option<(Arc<Collected>, JoinHandle<()>)>,
    stderr: (Arc<Collected>, JoinHandle<()>),
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        command.stdout(Stdio::piped());
        Self::start_with_stdout(command)
    }

    /// Starts it with the stdout set before.
    pub(crate) fn start_with_stdout(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        Self {
            stdin: child.stdin.take(),
            stdout: child.stdout.take().map(Collected::from),
            stderr: Collected::from(child.stderr.take().unwrap()),
            child,
        }
    }

    /// Writes to stdin and closes it.
    pub(crate) fn write_stdin(&mut self, text: &str) {
        // The program may have ended without reading it.
        let _ = self.stdin.take().unwrap().write_all(text.as_bytes());
    }

    /// Writes to stdin and leaves it open.
    pub(crate) fn say(&mut self, text: &str) {
        self.stdin.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// What came on stdout so far.
    pub(crate) fn stdout_so_far(&self) -> String {
        self.stdout.as_ref().unwrap().0.text()
    }

    #[track_caller]
    pub(crate) fn wait_for_stdout(&self, what: &str) -> &Self {
        self.stdout.as_ref().unwrap().0.wait_for(what);
        self
    }

    #[track_caller]
    pub(crate) fn wait_for_stderr(&self, what: &str) -> &Self {
        self.stderr.0.wait_for(what);
        self
    }

    /// Waits until stderr holds something, and gives what follows it up to `end`.
    #[track_caller]
    pub(crate) fn stderr_after(&self, what: &str, end: &str) -> String {
        let after = |text: &str| {
            let (_, rest) = text.split_once(what)?;
            rest.split_once(end).map(|(found, _)| found.to_owned())
        };
        let stderr = &self.stderr.0;
        stderr.wait_until(&format!("{what:?} and {end:?}"), |text| after(text).is_some());
        after(&stderr.text()).unwrap()
    }

    /// The process.
    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    #[track_caller]
    pub(crate) fn wait_until_stdout(&self, what: &str, is_so: impl Fn(&str) -> bool) {
        self.stdout.as_ref().unwrap().0.wait_until(what, is_so);
    }

    /// Ends its stdin.
    pub(crate) fn close_stdin(&mut self) {
        self.stdin = None;
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn wait(mut self) -> Outcome {
        let status = self.wait_for_exit();
        let mut text = |collected: (Arc<Collected>, JoinHandle<()>)| {
            collected.1.join().unwrap();
            collected.0.text()
        };
        let stdout = self.stdout.take().map(&mut text).unwrap_or_default();
        let (collected, collecting) = std::mem::replace(&mut self.stderr, Collected::from(std::io::empty()));
        collecting.join().unwrap();
        let stderr = collected.text();
        Outcome {
            stdout,
            stderr,
            code: status.code().or(status.signal().map(|signal| -signal)),
        }
    }

    #[track_caller]
    fn wait_for_exit(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            let said = || {
                (
                    self.stdout.as_ref().map(|stdout| stdout.0.text()),
                    self.stderr.0.text(),
                )
            };
            assert!(Instant::now() < deadline, "it does not end: {:#?}", said());
            // A child's end wakes nobody but a blocking wait, which knows no deadline.
            std::thread::park_timeout(PAUSE);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
