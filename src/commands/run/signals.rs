//! The signals that stop a run, as the exit codes they lead to.

use std::future::Future;
use std::io;

use crate::exit::Exit;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that stop a run. One that was ignored when turnwise started (`nohup`, a background job) stays ignored.
pub(crate) struct Signals {
    interrupt: Option<Signal>,
    terminate: Option<Signal>,
    hangup: Option<Signal>,
}

impl Signals {
    /// Begins to listen.
    pub(crate) fn listen() -> io::Result<Self> {
        let unless_ignored = |kind: SignalKind| {
            if is_ignored(kind) {
                Ok(None)
            } else {
                signal(kind).map(Some)
            }
        };
        Ok(Self {
            interrupt: unless_ignored(SignalKind::interrupt())?,
            terminate: unless_ignored(SignalKind::terminate())?,
            hangup: unless_ignored(SignalKind::hangup())?,
        })
    }

    /// One that has come already.
    pub(crate) fn pending(&mut self) -> Option<Exit> {
        let next = std::pin::pin!(self.next());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match next.poll(&mut context) {
            std::task::Poll::Ready(exit) => Some(exit),
            std::task::Poll::Pending => None,
        }
    }

    /// The next one, as the exit code it leads to.
    pub(crate) async fn next(&mut self) -> Exit {
        tokio::select! {
            () = received(&mut self.interrupt) => Exit::Interrupt,
            () = received(&mut self.terminate) => Exit::Terminate,
            () = received(&mut self.hangup) => Exit::Hangup,
        }
    }
}

/// Whether a signal was ignored when turnwise started, as far as that can be told.
pub(super) fn is_ignored(kind: SignalKind) -> bool {
    ignored_signals() & (1_u64 << (kind.as_raw_value() - 1)) != 0
}

/// The mask of ignored signals, from Linux's `/proc`; none where there is no such thing.
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default()
}

/// Waits for a signal; for ever for one that cannot be listened for.
pub(super) async fn received(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
    }
}
