//! How a server is ended: the steps and how long each may take. Shared with the guard, which takes the same steps.

use std::ffi::CStr;
use std::time::Duration;

/// What the system calls a guard; it takes 15 bytes.
pub(in crate::runtime) const GUARD_NAME: &CStr = c"turnwise-guard";

/// How long each step of stopping may take before the next, harder one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StopLadder {
    /// After its stdin was closed; a healthy server needs about 20 ms.
    pub(crate) close: Duration,
    /// After SIGTERM to the group.
    pub(crate) term: Duration,
    /// After SIGKILL to the group.
    pub(crate) kill: Duration,
}

impl StopLadder {
    /// For an orderly end.
    pub(crate) const ORDERLY: Self = Self {
        close: Duration::from_secs(3),
        term: Duration::from_secs(1),
        kill: Duration::from_secs(2),
    };
}
