//! The servers that this process started and that have not ended: for a caller that wants to leave nothing behind.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Their processes.
static SERVERS: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

pub(crate) fn register(server: u32) {
    SERVERS
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(server);
}

pub(crate) fn unregister(server: u32) {
    SERVERS
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .remove(&server);
}

/// Waits until every server that this process started has ended, at most `limit`: also those whose [`Runtime`] was
/// dropped, which end by themselves soon after.
///
/// [`Runtime`]: crate::runtime::Runtime
#[cfg(feature = "cli")]
pub(crate) async fn servers_ended(limit: std::time::Duration) {
    use std::time::Duration;

    use crate::runtime::retry::{Retry, retry_until};

    /// The end of a process is noticed on another thread, which wakes nobody.
    const LOOK: Duration = Duration::from_millis(2);
    let running = || !SERVERS.lock().unwrap_or_else(PoisonError::into_inner).is_empty();
    retry_until(Retry::every(LOOK, limit), |running| !running, async || running()).await;
}
