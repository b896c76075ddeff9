//! The other end of a connection: a process of ours, or a server that somebody else started.

use crate::runtime::transport::process::ServerProcess;
#[cfg(feature = "remote")]
use crate::runtime::transport::remote::Link;
use crate::runtime::transport::stop_ladder::StopLadder;

/// Whoever answers.
#[derive(Debug)]
pub(crate) enum Peer {
    /// Ours, and ended with us.
    Process(ServerProcess),
    /// Somebody else's: only the connection is ours to end.
    #[cfg(feature = "remote")]
    Remote(Link),
}

impl Peer {
    /// Where it listens, if it is somebody else's.
    pub(crate) fn endpoint(&self) -> Option<&str> {
        match self {
            Self::Process(_) => None,
            #[cfg(feature = "remote")]
            Self::Remote(link) => Some(link.endpoint()),
        }
    }

    /// Whether somebody else started it, so that it continues after the connection ends.
    pub(crate) fn is_remote(&self) -> bool {
        self.endpoint().is_some()
    }

    /// How it ended, and the last of its stderr.
    pub(crate) fn exit_report(&self) -> (String, String) {
        match self {
            Self::Process(process) => process.exit_report(),
            #[cfg(feature = "remote")]
            Self::Remote(link) => (link.exit_report(), String::new()),
        }
    }

    /// What it has written to stderr lately.
    pub(crate) fn stderr_tail(&self) -> String {
        match self {
            Self::Process(process) => process.stderr_tail(),
            #[cfg(feature = "remote")]
            Self::Remote(_) => String::new(),
        }
    }

    /// Ends it in order; the way to it must have been closed.
    pub(crate) async fn stop(&self) {
        match self {
            Self::Process(process) => process.stop(StopLadder::ORDERLY).await,
            #[cfg(feature = "remote")]
            Self::Remote(link) => {
                link.stop().await;
            }
        }
    }

    /// Gives it a moment to end by itself, without waiting for it here.
    pub(crate) fn end_soon(&self) {
        match self {
            Self::Process(process) => process.end_soon(),
            // It ends with the pipes.
            #[cfg(feature = "remote")]
            Self::Remote(_) => {}
        }
    }

    /// Leaves its end to its guard, if it has one; the way to it must have been closed.
    pub(crate) fn leave(&self) -> bool {
        match self {
            Self::Process(process) => process.leave(),
            #[cfg(feature = "remote")]
            Self::Remote(_) => false,
        }
    }

    /// Ends it, and everything it started, at once.
    pub(crate) fn kill(&self) {
        match self {
            Self::Process(process) => process.kill(),
            #[cfg(feature = "remote")]
            Self::Remote(link) => {
                link.kill();
            }
        }
    }
}
