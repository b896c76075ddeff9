//! The modes of the controlling terminal while turnwise draws on it: typed keys are not echoed into the display.
//!
//! The modes from before are restored when the guard is dropped, when the process panics, and while it is stopped by Ctrl-Z.
//! Reading keys is not done here: see `prompt::keys` and the line editor of a chat.

use std::fs::File;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Signal, getpgrp, getpid, getsid, kill_process};
use rustix::termios::{InputModes, LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};

use super::prompt::PasteMarks;

/// The modes from before the first guard was made; what a shell has to find again.
static ORIGINAL: Mutex<Option<Termios>> = Mutex::new(None);

/// How long a stop takes at most to reach all threads; it is a matter of microseconds.
const STOPPING: Duration = Duration::from_millis(50);

/// How keys are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TypedKeys {
    /// By lines, which stay for whoever reads the terminal next.
    ByLine,
    /// One by one, with marks around pasted text: a chat looks for them while a turn runs.
    OneByOne,
}

/// The terminal does not echo while this lives. Ctrl-C and Ctrl-Z are still signals.
#[derive(Debug)]
pub(crate) struct QuietTerminal {
    terminal: File,
    before: Termios,
    keys: TypedKeys,
    /// Whether these are the modes from before all guards.
    outermost: bool,
    marks: Option<PasteMarks>,
}

impl QuietTerminal {
    /// Stops the echo.
    ///
    /// # Errors
    /// When the process has no terminal, or is in the background of one.
    pub(crate) fn take(keys: TypedKeys) -> io::Result<Self> {
        let terminal = File::options().read(true).write(true).open("/dev/tty")?;
        // Changing the modes from the background would stop the process.
        if !is_foreground(&terminal) {
            return Err(io::Error::other("in the background"));
        }
        let before = tcgetattr(&terminal)?;
        let mut original = original();
        let outermost = original.is_none();
        original.get_or_insert_with(|| before.clone());
        drop(original);
        let marks = (keys == TypedKeys::OneByOne).then(PasteMarks::on).transpose()?;
        let quiet = Self {
            terminal,
            before,
            keys,
            outermost,
            marks,
        };
        quiet.take_again();
        Ok(quiet)
    }

    /// Stops the echo again, after somebody else used the terminal.
    pub(crate) fn take_again(&self) {
        let quiet = |mut modes: Termios| {
            modes.local_modes.remove(LocalModes::ECHO);
            if self.keys == TypedKeys::OneByOne {
                modes.local_modes.remove(LocalModes::ICANON);
                // Enter stays what it is, for whoever reads it later.
                modes.input_modes.remove(InputModes::ICRNL);
            }
            tcsetattr(&self.terminal, OptionalActions::Now, &modes)
        };
        // With echo, the display is disturbed by typing, and that is all.
        if let Err(error) = tcgetattr(&self.terminal).and_then(quiet) {
            tracing::debug!("the terminal's modes stay as they are: {error}");
        }
        if let Some(marks) = &self.marks {
            marks.again();
        }
    }
}

impl Drop for QuietTerminal {
    fn drop(&mut self) {
        // A terminal that is gone needs no repair, and one that others use now is theirs.
        if is_foreground(&self.terminal) {
            let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
        }
        if self.outermost {
            *original() = None;
        }
    }
}

/// Restores the modes from before, for a process that may not get as far as dropping its guards.
pub(crate) fn restore() {
    let Some(modes) = original().clone() else {
        return;
    };
    if let Ok(terminal) = File::options().read(true).write(true).open("/dev/tty") {
        // There is nothing else to try.
        let _ = tcsetattr(&terminal, OptionalActions::Now, &modes);
    }
}

/// Stops this process, as Ctrl-Z does, with the terminal as it was found. Returns when it is continued.
///
/// The display has to be cleared before.
pub(crate) fn suspend() {
    // Nobody could continue the leader of a session: it has no shell above it.
    if getsid(None).is_ok_and(|session| session == getpid()) {
        return;
    }
    let terminal = File::options().read(true).write(true).open("/dev/tty").ok();
    let modes = terminal.as_ref().and_then(|terminal| tcgetattr(terminal).ok());
    PasteMarks::pause();
    restore();
    // A process may always stop itself.
    let _ = kill_process(getpid(), Signal::STOP);
    // Another thread may take the signal, and this one runs on until the stop reaches it.
    std::thread::sleep(STOPPING);
    resume(terminal.as_ref(), modes.as_ref());
}

fn resume(terminal: Option<&File>, modes: Option<&Termios>) {
    let (Some(terminal), Some(modes)) = (terminal, modes) else {
        return;
    };
    // Continued by `bg`: the terminal is the shell's.
    if is_foreground(terminal) {
        let _ = tcsetattr(terminal, OptionalActions::Now, modes);
        PasteMarks::unpause();
    }
}

/// Whether this process may draw on its terminal: it is not a background job of it.
pub(crate) fn may_draw() -> bool {
    is_foreground(rustix::stdio::stderr())
}

/// Whether this process is in the foreground of a terminal. One that is not its controlling terminal has no foreground.
fn is_foreground(terminal: impl std::os::fd::AsFd) -> bool {
    tcgetpgrp(terminal).map_or(true, |group| group == getpgrp())
}

fn original() -> MutexGuard<'static, Option<Termios>> {
    // Every statement leaves it valid, so a panic elsewhere does not spoil it.
    ORIGINAL.lock().unwrap_or_else(PoisonError::into_inner)
}
