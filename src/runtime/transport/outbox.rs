//! Lines to the server's stdin: written at once where the pipe has room, by a helper thread where it has not.
//!
//! A caller never blocks. Lines leave in the order of the calls.

use std::collections::VecDeque;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

use crate::runtime::transport::process::spawn_thread;

/// What may wait for a server that does not read.
const BACKLOG_LIMIT: usize = 64 << 20;

/// Why a line was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    #[error("its input is closed")]
    Closed,
    #[error("it does not read its input; {BACKLOG_LIMIT} bytes are waiting")]
    Full,
}

/// The way to the server.
#[derive(Debug, Clone)]
pub(crate) struct Outbox {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    pipe: Option<Arc<OwnedFd>>,
    backlog: VecDeque<u8>,
    draining: bool,
}

impl Outbox {
    /// Takes over the write end of a pipe.
    pub(crate) fn new(pipe: OwnedFd) -> io::Result<Self> {
        fcntl_setfl(&pipe, fcntl_getfl(&pipe)? | OFlags::NONBLOCK)?;
        let state = State {
            pipe: Some(Arc::new(pipe)),
            backlog: VecDeque::new(),
            draining: false,
        };
        Ok(Self {
            state: Arc::new(Mutex::new(state)),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every statement leaves the state valid, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a line; it must end in a newline.
    pub(crate) fn send(&self, line: &[u8]) -> Result<(), SendError> {
        let mut state = self.lock();
        let pipe = state.pipe.clone().ok_or(SendError::Closed)?;
        if state.backlog.len() + line.len() > BACKLOG_LIMIT {
            return Err(SendError::Full);
        }
        let written = if state.backlog.is_empty() {
            write_some(&pipe, line)
        } else {
            Ok(0)
        };
        let Ok(written) = written else {
            state.pipe = None;
            return Err(SendError::Closed);
        };
        state.backlog.extend(&line[written..]);
        if !state.backlog.is_empty() && !state.draining {
            let outbox = self.clone();
            state.draining = spawn_thread("turnwise-write", move || outbox.drain()).is_ok();
        }
        Ok(())
    }

    /// Closes the server's stdin, which asks it to end. What was not yet written is given up.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.pipe = None;
        state.backlog.clear();
    }

    /// Writes the backlog as the server reads it, and ends when there is none.
    fn drain(&self) {
        /// How often a closed outbox is noticed while the server does not read.
        const LOOK: Timespec = Timespec {
            tv_sec: 0,
            tv_nsec: 50_000_000,
        };
        loop {
            let pipe = {
                let mut state = self.lock();
                let Some(pipe) = state.pipe.clone() else { return };
                let (front, _) = state.backlog.as_slices();
                let Ok(written) = write_some(&pipe, front) else {
                    state.pipe = None;
                    return;
                };
                state.backlog.drain(..written);
                if state.backlog.is_empty() {
                    state.draining = false;
                    state.backlog.shrink_to_fit();
                    return;
                }
                pipe
            };
            let _ = poll(&mut [PollFd::new(&pipe, PollFlags::OUT)], Some(&LOOK));
        }
    }
}

/// Writes what fits now.
fn write_some(pipe: &OwnedFd, bytes: &[u8]) -> io::Result<usize> {
    let mut written = 0;
    while written < bytes.len() {
        match rustix::io::write(pipe, &bytes[written..]) {
            Ok(count) => written += count,
            Err(rustix::io::Errno::INTR) => {}
            Err(rustix::io::Errno::AGAIN) => break,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn pipe() -> (std::fs::File, Outbox) {
        let (read, write) = rustix::pipe::pipe().unwrap();
        (read.into(), Outbox::new(write).unwrap())
    }

    #[test]
    fn more_than_the_pipe_holds_arrives_whole_and_in_order() {
        let (mut read, outbox) = pipe();
        let mut expected = Vec::new();
        for number in 0..200 {
            let line = format!("{number}{}\n", "x".repeat(5_000));
            expected.extend_from_slice(line.as_bytes());
            outbox.send(line.as_bytes()).unwrap();
        }
        let mut received = vec![0; expected.len()];
        read.read_exact(&mut received).unwrap();
        assert!(received == expected);
    }

    #[test]
    fn closing_ends_the_input_even_when_nobody_reads() {
        let (mut read, outbox) = pipe();
        outbox.send(&vec![b'x'; 1 << 20]).unwrap();
        outbox.close();
        assert!(matches!(outbox.send(b"\n"), Err(SendError::Closed)));
        let mut rest = Vec::new();
        read.read_to_end(&mut rest).unwrap();
        assert!(rest.len() < 1 << 20);
    }

    #[test]
    fn a_server_that_never_reads_is_an_error_not_a_leak() {
        let (_read, outbox) = pipe();
        let megabyte = vec![b'x'; 1 << 20];
        let refused = (0..80).find_map(|_| outbox.send(&megabyte).err());
        assert!(matches!(refused, Some(SendError::Full)));
    }
}
