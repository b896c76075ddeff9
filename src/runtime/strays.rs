//! Descendants that left the server's process group: on Linux they can be made ours, and ended.
//!
//! A command may start a daemon in a session of its own, which outlives the server. As a "child subreaper" this
//! process inherits such orphans instead of init, and a sweep kills every child that it did not start itself.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The servers that this process started: children that are no strays.
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
/// [`Runtime`]: super::Runtime
pub async fn servers_ended(limit: Duration) {
    /// The end of a process is noticed on another thread, which wakes nobody.
    const LOOK: Duration = Duration::from_millis(2);
    let running = || !SERVERS.lock().unwrap_or_else(PoisonError::into_inner).is_empty();
    let give_up = Instant::now() + limit;
    while running() && Instant::now() < give_up {
        tokio::time::sleep(LOOK).await;
    }
}

/// Makes orphaned descendants children of this process. Does nothing where the system cannot.
pub(crate) fn adopt() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::set_child_subreaper(Some(rustix::process::getpid())) {
        tracing::warn!("cannot become a child subreaper, strays may stay behind: {error}");
    }
}

/// Kills and reaps every adopted child, and theirs, until none is left.
#[cfg(target_os = "linux")]
pub(crate) fn sweep() {
    use std::thread;

    use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

    /// A killed process that does not go away is stuck in the kernel; waiting longer would not help.
    const BOUND: Duration = Duration::from_secs(2);
    let deadline = Instant::now() + BOUND;
    loop {
        // The lock keeps a server from being started between the look and the kill.
        let servers = SERVERS.lock().unwrap_or_else(PoisonError::into_inner);
        let strays = children()
            .into_iter()
            .filter(|child| !servers.contains(child))
            .collect::<Vec<_>>();
        if strays.is_empty() || Instant::now() > deadline {
            return;
        }
        for stray in strays {
            let Some(pid) = i32::try_from(stray).ok().and_then(Pid::from_raw) else {
                continue;
            };
            tracing::info!(stray, "ending a process that codex left behind");
            let _ = kill_process(pid, Signal::KILL);
            let _ = waitpid(Some(pid), WaitOptions::NOHANG);
        }
        drop(servers);
        // Nothing announces the death of a child that is not ours to block on.
        thread::sleep(Duration::from_millis(1));
    }
}

/// Nothing was adopted, so there is nothing to end.
#[cfg(not(target_os = "linux"))]
pub(crate) fn sweep() {}

/// The ids of this process's children, dead ones that were not reaped included.
#[cfg(target_os = "linux")]
fn children() -> Vec<u32> {
    let own = std::process::id();
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .filter(|pid| parent(*pid) == Some(own))
        .collect()
}

/// The parent's id, from `/proc/PID/stat`: `pid (name) state ppid …`, where the name may hold anything.
#[cfg(target_os = "linux")]
fn parent(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}
