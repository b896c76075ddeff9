//! Long texts at a terminal, page by page: through the user's pager, as git does it.
//!
//! A pager passes colours on to the terminal, so the text must have been made safe for one.

use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use super::output::unless_closed;
use crate::environment::{is_empty, variable};

/// The variables that name a pager; the first that is set decides.
const VARIABLES: [&str; 2] = ["TURNWISE_PAGER", "PAGER"];

/// The pager where no variable names one.
const DEFAULT: &str = "less";

/// Settings of pagers, where the user has none: `less` quits if one screen is enough, keeps colours, and leaves the text on
/// the screen.
const SETTINGS: [(&str, &str); 3] = [("LESS", "FRX"), ("LV", "-c"), ("LESSCHARSET", "utf-8")];

/// A running pager.
#[derive(Debug)]
pub(crate) struct Pager {
    child: Child,
    stdin: ChildStdin,
}

impl Pager {
    /// Starts the user's pager. `None` if the user wants none (an empty variable, or `cat`), or has none.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn start() -> io::Result<Option<Self>> {
        let Some(mut command) = command() else {
            return Ok(None);
        };
        command.stdin(Stdio::piped());
        for (name, value) in SETTINGS {
            if variable(name).is_none() {
                command.env(name, value);
            }
        }
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(child.stdin.take().map(|stdin| Self { child, stdin }))
    }

    /// Writes a text to it, and waits until the person has left it. Leaving early is not an error.
    ///
    /// # Errors
    /// When the text cannot be written, or the pager fails.
    pub(crate) fn show(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let Self { mut child, stdin } = self;
        let mut out = BufWriter::new(stdin);
        let written = unless_closed(write(&mut out).and_then(|()| out.flush()));
        drop(out.into_parts());
        let status = child.wait()?;
        written?;
        match status.code() {
            Some(code @ (126 | 127)) => Err(io::Error::other(format!(
                "it could not be run (exit code {code})"
            ))),
            _ => Ok(()),
        }
    }
}

fn command() -> Option<Command> {
    for name in VARIABLES {
        if is_empty(name) {
            return None;
        }
        if let Some(line) = variable(name) {
            return (line.to_str().map(str::trim) != Some("cat")).then(|| shell(&line));
        }
    }
    Some(Command::new(DEFAULT))
}

/// A pager with its arguments, as the user wrote it.
fn shell(line: &OsString) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(line);
    command
}
