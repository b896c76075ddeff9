//! Reaching a turn that another process of the same user runs: to interrupt it, to steer it, to watch it.
//!
//! A process that runs a session listens on a socket named after its thread, in the directory of the ledger that only its
//! user can enter: [`host`] is its side, [`reach`] everyone else's. Nothing of it is kept: what outlives a run is in the
//! ledger and in Codex's own files. Requests for approval go their own way, through the ledger.

pub mod host;
pub mod reach;
mod record;

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::runtime::event::Event;

/// The longest line that is read from a socket, in bytes: a prompt of the greatest length, escaped.
const LONGEST_LINE: u64 = 16 << 20;

/// What a socket's name ends with.
const SUFFIX: &str = ".sock";

/// The longest path that fits into a socket's address.
const LONGEST_PATH: usize = 100;

/// What is asked of a run: one line of JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Request {
    Interrupt,
    Steer { text: String },
    Watch,
}

/// What it says to that: one line of JSON; to a watcher any number of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reply {
    /// It is done. `cut`: the message that was being written was cut off by it.
    Done { cut: bool },
    /// It is not done, and why.
    Refused { reason: String },
    /// Something that happened.
    Event(Box<Event>),
    /// No turn runs now; what follows is the next one.
    Idle,
    /// That was the end of the turn.
    Over,
}

fn directory(state: &Path) -> PathBuf {
    state.join("runs")
}

/// The socket of a thread. A path that does not fit into an address goes by way of its directory's descriptor; the
/// descriptor is given, and has to be kept until the address was used.
fn address(state: &Path, thread_id: &str) -> io::Result<(PathBuf, Option<std::fs::File>)> {
    // It becomes a file's name.
    if thread_id.is_empty() || !thread_id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Err(io::Error::other(format!("`{thread_id}` is no thread's id")));
    }
    let name = format!("{thread_id}{SUFFIX}");
    let path = directory(state).join(&name);
    if path.as_os_str().len() <= LONGEST_PATH {
        return Ok((path, None));
    }
    let opened = std::fs::File::open(directory(state))?;
    let number = std::os::fd::AsRawFd::as_raw_fd(&opened);
    Ok((
        PathBuf::from(format!("/proc/self/fd/{number}/{name}")),
        Some(opened),
    ))
}
