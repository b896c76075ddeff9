//! Closes a prompt from outside: dropping the guard makes the signal's descriptor readable, which a poll notices.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// Closes a prompt when dropped.
#[derive(Debug)]
pub(crate) struct CancelGuard {
    _end: OwnedFd,
}

/// The prompt's side of a [`CancelGuard`].
#[derive(Debug)]
pub(crate) struct CancelSignal {
    end: OwnedFd,
}

impl AsFd for CancelSignal {
    /// Readable once the guard was dropped.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.end.as_fd()
    }
}

/// A guard, and the signal that it gives when it is dropped.
///
/// # Errors
/// When the process has no descriptors left.
pub(crate) fn cancel_pair() -> io::Result<(CancelGuard, CancelSignal)> {
    let (read, write) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
    Ok((CancelGuard { _end: write }, CancelSignal { end: read }))
}
