//! Keys of the person at the terminal, read without echo, until a prompt is closed from outside.
//!
//! The terminal's own line editing is off meanwhile; Ctrl-C arrives as a key. It is as before when [`Keys`] is dropped.
//! Pasted text is told from typed text: by the marks that terminals put around it, and without them by lines that come
//! all at once.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use super::cancel::CancelSignal;
use super::key_bytes::{Decoder, Key};
use crate::environment::variable;

/// How long a prompt takes no answer after it was shown: nobody reads and answers faster.
const UNREAD: Duration = Duration::from_millis(300);
/// What follows an Enter this closely was not typed after it.
const TOGETHER: Duration = Duration::from_millis(50);
/// A paste, or a key's sequence, that stops for so long has ended without its end.
const STALLED: Duration = Duration::from_secs(1);

/// Asks the terminal to put marks around pasted text, and to leave them out.
const MARK_PASTES: &[u8] = b"\x1b[?2004h";
const LEAVE_PASTES: &[u8] = b"\x1b[?2004l";

/// The terminal marks pastes while one of these lives.
#[derive(Debug)]
pub(crate) struct PasteMarks {
    terminal: File,
}

/// How many want them.
static MARKED: AtomicUsize = AtomicUsize::new(0);

impl PasteMarks {
    /// Asks for them.
    ///
    /// # Errors
    /// When the process has no terminal.
    pub(crate) fn on() -> io::Result<Self> {
        let marks = Self {
            terminal: File::options().read(true).write(true).open("/dev/tty")?,
        };
        MARKED.fetch_add(1, Ordering::Relaxed);
        marks.again();
        Ok(marks)
    }

    /// Asks once more, after somebody else has left them out.
    pub(crate) fn again(&self) {
        write(&self.terminal, MARK_PASTES);
    }

    /// The terminal leaves them out while the process is stopped.
    pub(crate) fn pause() {
        Self::write_if_marked(LEAVE_PASTES);
    }

    /// The end of [`pause`](Self::pause).
    pub(crate) fn unpause() {
        Self::write_if_marked(MARK_PASTES);
    }

    fn write_if_marked(sequence: &[u8]) {
        if MARKED.load(Ordering::Relaxed) > 0
            && let Ok(terminal) = File::options().write(true).open("/dev/tty")
        {
            write(&terminal, sequence);
        }
    }
}

fn write(mut terminal: &File, sequence: &[u8]) {
    // A terminal that understands no sequences would show this one. Without marks, lines that come at once are told.
    if variable("TERM").is_some_and(|term| term != "dumb") {
        let _ = terminal.write_all(sequence);
    }
}

impl Drop for PasteMarks {
    fn drop(&mut self) {
        if MARKED.fetch_sub(1, Ordering::Relaxed) == 1 {
            write(&self.terminal, LEAVE_PASTES);
        }
    }
}

/// The keyboard of the controlling terminal.
#[derive(Debug)]
pub(crate) struct Keys {
    marks: PasteMarks,
    saved: Termios,
    decoder: Decoder,
    keys: VecDeque<Key>,
}

/// What came of waiting for bytes.
enum Came {
    Bytes,
    Nothing,
    Closed,
}

impl Keys {
    /// Takes the keyboard. What was typed before is forgotten.
    ///
    /// # Errors
    /// When the process has no terminal.
    pub(crate) fn take() -> io::Result<Self> {
        let marks = PasteMarks::on()?;
        let saved = tcgetattr(&marks.terminal)?;
        let mut raw = saved.clone();
        raw.local_modes
            .remove(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG | LocalModes::IEXTEN);
        tcsetattr(&marks.terminal, OptionalActions::Flush, &raw)?;
        Ok(Self {
            marks,
            saved,
            decoder: Decoder::default(),
            keys: VecDeque::new(),
        })
    }

    /// Forgets what came before a prompt was shown and before it could be read, and what is still coming then. What it
    /// gives is no answer: a Ctrl-C, the end of the prompt, or that text was pasted.
    ///
    /// # Errors
    /// When the terminal cannot be read.
    pub(crate) fn settle(&mut self, cancel: &CancelSignal) -> io::Result<Option<Key>> {
        let begun = Instant::now();
        let mut pasted = false;
        loop {
            let unread = UNREAD.saturating_sub(begun.elapsed());
            let patience = if self.decoder.is_within() {
                STALLED
            } else {
                unread.max(TOGETHER)
            };
            match self.read(cancel, Some(patience))? {
                Came::Closed => return Ok(Some(Key::Closed)),
                Came::Bytes => {}
                Came::Nothing => {
                    self.decoder.stop(&mut self.keys);
                    if begun.elapsed() >= UNREAD {
                        self.keys.clear();
                        return Ok(pasted.then(|| Key::Pasted(String::new())));
                    }
                }
            }
            // Among other keys it is part of a paste.
            if self.keys == [Key::Cancel] {
                self.keys.clear();
                return Ok(Some(Key::Cancel));
            }
            pasted |= self.keys.drain(..).any(|key| matches!(key, Key::Pasted(_)));
        }
    }

    /// Forgets what was typed so far.
    pub(crate) fn forget(&mut self, cancel: &CancelSignal) -> io::Result<()> {
        while matches!(self.read(cancel, Some(Duration::ZERO))?, Came::Bytes) {}
        self.keys.clear();
        Ok(())
    }

    /// The next key. An Enter with something close behind it is none: what came with it was pasted, and is forgotten. So is
    /// what comes with a paste, which may hold the mark of its own end.
    pub(crate) fn next(&mut self, cancel: &CancelSignal) -> io::Result<Key> {
        loop {
            match self.keys.pop_front() {
                Some(key @ (Key::Enter | Key::Pasted(_))) => return self.alone(key, cancel),
                Some(key) => return Ok(key),
                None => {}
            }
            let patience = self.decoder.is_within().then_some(STALLED);
            match self.read(cancel, patience)? {
                Came::Closed => return Ok(Key::Closed),
                Came::Bytes => {}
                Came::Nothing => self.decoder.stop(&mut self.keys),
            }
        }
    }

    /// This key, if nothing follows it closely; otherwise a paste that is no text, with all of it.
    fn alone(&mut self, key: Key, cancel: &CancelSignal) -> io::Result<Key> {
        let mut alone = self.keys.is_empty() && !self.decoder.is_within();
        loop {
            match self.read(cancel, Some(TOGETHER))? {
                Came::Closed => return Ok(Key::Closed),
                Came::Bytes => alone = false,
                Came::Nothing if alone => return Ok(key),
                Came::Nothing => {
                    self.decoder.stop(&mut self.keys);
                    self.keys.clear();
                    return Ok(Key::Pasted(String::new()));
                }
            }
        }
    }

    /// Reads what there is, at least one byte; waits for it as long as that. The end of the terminal is a Ctrl-C.
    fn read(&mut self, cancel: &CancelSignal, patience: Option<Duration>) -> io::Result<Came> {
        let patience = patience.map(Timespec::try_from).transpose().ok().flatten();
        loop {
            let mut polled = [
                PollFd::from_borrowed_fd(cancel.as_fd(), PollFlags::IN),
                PollFd::new(&self.marks.terminal, PollFlags::IN),
            ];
            match poll(&mut polled, patience.as_ref()) {
                Ok(0) => return Ok(Came::Nothing),
                Ok(_) => {}
                Err(Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            }
            if !polled[0].revents().is_empty() {
                return Ok(Came::Closed);
            }
            let mut bytes = [0; 4096];
            match rustix::io::read(&self.marks.terminal, &mut bytes) {
                Ok(0) | Err(Errno::IO) => self.keys.push_back(Key::Cancel),
                Ok(read) => self.decoder.decode(&bytes[..read], &mut self.keys),
                Err(Errno::INTR | Errno::AGAIN) => continue,
                Err(error) => return Err(error.into()),
            }
            return Ok(Came::Bytes);
        }
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        // A terminal that is gone needs no repair.
        let _ = tcsetattr(&self.marks.terminal, OptionalActions::Now, &self.saved);
    }
}
