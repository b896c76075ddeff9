//! Keys of the person at the terminal, read without echo and one by one, until a prompt is closed from outside.
//!
//! The terminal's own line editing is off meanwhile; Ctrl-C arrives as a key. It is as before when [`Keys`] is dropped.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::termios::{LocalModes, OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr};

/// A key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A character.
    Char(char),
    /// Enter.
    Enter,
    /// Backspace.
    Backspace,
    /// Ctrl-U, Ctrl-W: the line anew.
    Clear,
    /// Ctrl-C, or the end of the terminal.
    Cancel,
    /// The prompt was closed from outside.
    Closed,
    /// Anything else.
    Other,
}

/// Closes a prompt when dropped.
#[derive(Debug)]
pub struct Closer {
    _end: OwnedFd,
}

/// The prompt's side of a [`Closer`].
#[derive(Debug)]
pub struct Watched {
    end: OwnedFd,
}

impl AsFd for Watched {
    /// Readable when it was closed.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.end.as_fd()
    }
}

/// A closer and what it closes.
pub fn closer() -> io::Result<(Closer, Watched)> {
    let (read, write) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
    Ok((Closer { _end: write }, Watched { end: read }))
}

/// The keyboard of the controlling terminal.
#[derive(Debug)]
pub struct Keys {
    terminal: File,
    saved: Termios,
}

impl Keys {
    /// Takes the keyboard.
    ///
    /// # Errors
    /// When the process has no terminal.
    pub fn take() -> io::Result<Self> {
        let terminal = File::options().read(true).write(true).open("/dev/tty")?;
        let saved = tcgetattr(&terminal)?;
        let mut raw = saved.clone();
        raw.local_modes
            .remove(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG | LocalModes::IEXTEN);
        tcsetattr(&terminal, OptionalActions::Now, &raw)?;
        Ok(Self { terminal, saved })
    }

    /// Forgets what was typed before anything was asked.
    pub fn forget(&self) {
        // What cannot be forgotten is read, and asks for a confirmation that it is not.
        let _ = tcflush(&self.terminal, QueueSelector::IFlush);
    }

    /// The next key.
    pub fn next(&self, watched: &Watched) -> io::Result<Key> {
        let Some(first) = self.byte(watched)? else {
            return Ok(Key::Closed);
        };
        Ok(match first {
            b'\r' | b'\n' => Key::Enter,
            0x03 | 0x04 => Key::Cancel,
            0x08 | 0x7f => Key::Backspace,
            0x15 | 0x17 => Key::Clear,
            0x1b => {
                self.skip_sequence(watched)?;
                Key::Other
            }
            0x20..=0x7e => Key::Char(char::from(first)),
            0xc2..=0xf4 => {
                let length = match first {
                    0xc2..=0xdf => 2,
                    0xe0..=0xef => 3,
                    _ => 4,
                };
                let mut bytes = vec![first];
                while bytes.len() < length {
                    match self.byte(watched)? {
                        Some(byte) => bytes.push(byte),
                        None => return Ok(Key::Closed),
                    }
                }
                std::str::from_utf8(&bytes)
                    .ok()
                    .and_then(|text| text.chars().next())
                    .map_or(Key::Other, Key::Char)
            }
            _ => Key::Other,
        })
    }

    /// Reads the rest of an escape sequence, which comes with its beginning, and nothing that follows it.
    fn skip_sequence(&self, watched: &Watched) -> io::Result<()> {
        if !self.has_more() {
            return Ok(());
        }
        let long = matches!(self.byte(watched)?, Some(b'[' | b'O'));
        while long && self.has_more() {
            if self
                .byte(watched)?
                .is_none_or(|byte| (0x40..=0x7e).contains(&byte))
            {
                break;
            }
        }
        Ok(())
    }

    fn has_more(&self) -> bool {
        let mut polled = [PollFd::new(&self.terminal, PollFlags::IN)];
        matches!(poll(&mut polled, Some(&rustix::time::Timespec::default())), Ok(1))
    }

    /// One byte; `None` when the prompt was closed. The end of the terminal is a Ctrl-C.
    fn byte(&self, watched: &Watched) -> io::Result<Option<u8>> {
        loop {
            let mut polled = [
                PollFd::from_borrowed_fd(watched.end.as_fd(), PollFlags::IN),
                PollFd::new(&self.terminal, PollFlags::IN),
            ];
            match poll(&mut polled, None) {
                Ok(_) => {}
                Err(Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            }
            if !polled[0].revents().is_empty() {
                return Ok(None);
            }
            if polled[1].revents().is_empty() {
                continue;
            }
            let mut byte = [0];
            return match rustix::io::read(&self.terminal, &mut byte) {
                Ok(0) | Err(Errno::IO) => Ok(Some(0x03)),
                Ok(_) => Ok(Some(byte[0])),
                Err(Errno::INTR | Errno::AGAIN) => continue,
                Err(error) => Err(error.into()),
            };
        }
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        // A terminal that is gone needs no repair.
        let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.saved);
    }
}
