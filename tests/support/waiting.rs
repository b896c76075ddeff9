//! Waiting for what other processes bring about: files, sockets, processes, requests to the scripted model. None of them tells
//! anybody here, so they are looked for again and again, with a pause in between. Nothing else in the tests does that: what
//! runs in this process has channels, and the output of programs is waited for where it is collected (`running`, `terminal`).

use std::time::{Duration, Instant};

use super::PATIENCE;

/// The pause between two looks: short beside what is waited for, and long enough to leave the processor to it.
pub(crate) const PAUSE: Duration = Duration::from_millis(5);

/// Waits until something is there.
#[track_caller]
pub(crate) fn until<T>(mut there: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = there() {
            return found;
        }
        assert!(Instant::now() < deadline, "it does not come");
        std::thread::park_timeout(PAUSE);
    }
}

/// Waits until something is so.
#[track_caller]
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what} did not come");
        std::thread::park_timeout(PAUSE);
    }
}

/// Waits until something is so, while the tokio runtime goes on.
pub(crate) async fn wait_until_async(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what} did not come");
        tokio::time::sleep(PAUSE).await;
    }
}
