//! The process's stdout and stderr, for everything that is written to them.
//!
//! In GitHub Actions, both go to a log whose lines can be commands to the runner. This module escapes such lines; turnwise's
//! own commands go through [`workflow_command`]. It does not make text safe for a terminal: that is `text::sanitize`.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use super::github::Neutraliser;
use crate::environment::variable;

/// Whether lines are kept from being workflow commands: in GitHub Actions, unless an option turns it off.
static GUARDED: LazyLock<AtomicBool> =
    LazyLock::new(|| AtomicBool::new(variable("GITHUB_ACTIONS").is_some_and(|value| value == "true")));

static LINES: Mutex<Lines> = Mutex::new(Lines {
    stdout: Neutraliser::new(),
    stderr: Neutraliser::new(),
    last: Stream::Stdout,
});

/// Where each stream is in its line. `2>&1` makes one log of both, so the end of one's line is the other's, too.
struct Lines {
    stdout: Neutraliser,
    stderr: Neutraliser,
    last: Stream,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    Stdout,
    Stderr,
}

/// One of the two streams.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output(Stream);

/// The standard output.
pub(crate) fn stdout() -> Output {
    Output(Stream::Stdout)
}

/// The standard error.
pub(crate) fn stderr() -> Output {
    Output(Stream::Stderr)
}

/// Switches the guard on or off, by an option.
pub(crate) fn guard(enabled: bool) {
    GUARDED.store(enabled, Ordering::Relaxed);
}

/// A reader that went away has seen enough: that is no error.
///
/// # Errors
/// Any other one.
pub(crate) fn unless_closed(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome,
    }
}

/// Writes a command to the runner, as a separate line on stderr.
///
/// # Errors
/// When stderr cannot be written to.
pub(crate) fn workflow_command(command: &str) -> io::Result<()> {
    let mut lines = lines();
    let line = lines.of(Stream::Stderr);
    let begin = if line.is_at_start() { "" } else { "\n" };
    *line = Neutraliser::new();
    Stream::Stderr.write_all(format!("{begin}{command}\n").as_bytes())
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !GUARDED.load(Ordering::Relaxed) {
            return self.0.write(bytes);
        }
        // Buffered until it is written, so that one write stays together.
        let mut lines = lines();
        let safe = lines.of(self.0).neutralised(bytes);
        self.0.write_all(&safe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0 {
            Stream::Stdout => raw_stdout().flush(),
            Stream::Stderr => raw_stderr().flush(),
        }
    }
}

impl Stream {
    fn write(self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout => raw_stdout().write(bytes),
            Self::Stderr => raw_stderr().write(bytes),
        }
    }

    fn write_all(self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Stdout => raw_stdout().write_all(bytes),
            Self::Stderr => raw_stderr().write_all(bytes),
        }
    }
}

impl Lines {
    fn of(&mut self, stream: Stream) -> &mut Neutraliser {
        let (own, other) = match stream {
            Stream::Stdout => (&mut self.stdout, &self.stderr),
            Stream::Stderr => (&mut self.stderr, &self.stdout),
        };
        if self.last != stream && other.is_at_start() {
            own.begin_line();
        }
        self.last = stream;
        own
    }
}

fn lines() -> MutexGuard<'static, Lines> {
    // Every statement leaves it valid, so a panic elsewhere does not spoil it.
    LINES.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(clippy::disallowed_methods, reason = "the one place that writes to it")]
fn raw_stdout() -> io::Stdout {
    io::stdout()
}

#[expect(clippy::disallowed_methods, reason = "the one place that writes to it")]
fn raw_stderr() -> io::Stderr {
    io::stderr()
}
