//! Notices that a person begins to type while a turn runs. The keys themselves are left to the line editor.

use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};

use crate::render::prompt::{CancelGuard, CancelSignal, cancel_pair};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use tokio::sync::Notify;

/// Notices typing while it lives.
#[derive(Debug)]
pub(super) struct Typing {
    /// Lets the thread look once more.
    look: SyncSender<()>,
    typed: Arc<Notify>,
    /// Ends the thread when dropped.
    _guard: CancelGuard,
}

impl Typing {
    /// Begins to look.
    pub(super) fn begin() -> io::Result<Self> {
        let (guard, cancel) = cancel_pair()?;
        // One look at most is waited for.
        let (look, looks) = sync_channel::<()>(1);
        let typed = Arc::new(Notify::new());
        let noticing = Arc::clone(&typed);
        std::thread::Builder::new()
            .name("turnwise-keys".to_owned())
            .spawn(move || {
                while looks.recv().is_ok() && has_typed(Some(&cancel)) {
                    noticing.notify_one();
                }
            })?;
        Ok(Self {
            look,
            typed,
            _guard: guard,
        })
    }

    /// Resolves when something was typed that nobody has read yet. Cancel-safe.
    pub(super) async fn began(&self) {
        loop {
            // It is looking already, or has ended with the terminal.
            let _ = self.look.try_send(());
            self.typed.notified().await;
            // Somebody else may have read it meanwhile.
            if has_typed(None) {
                return;
            }
        }
    }
}

/// Whether there is something to read: waits for it as long as somebody watches, or only looks.
fn has_typed(cancel: Option<&CancelSignal>) -> bool {
    loop {
        let stdin = rustix::stdio::stdin();
        let keys = PollFd::from_borrowed_fd(stdin, PollFlags::IN);
        let outcome = if let Some(cancel) = cancel {
            let mut polled = [keys, PollFd::from_borrowed_fd(cancel.as_fd(), PollFlags::IN)];
            poll(&mut polled, None).map(|_| polled[0].revents())
        } else {
            let mut polled = [keys];
            poll(&mut polled, Some(&Timespec::default())).map(|_| polled[0].revents())
        };
        match outcome {
            Err(Errno::INTR) => {}
            // A terminal that hung up has a signal for it.
            outcome => return outcome == Ok(PollFlags::IN),
        }
    }
}
