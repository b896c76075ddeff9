//! Reaching a turn that another process of the same user runs: to interrupt it, to steer it, to watch it.
//!
//! A process that runs a session listens on a socket named after its thread, in a directory that only its user can enter:
//! [`server`] is its side, [`reach`] everyone else's. Both check the directory, and who is at the other end. Nothing of it is kept:
//! what outlives a run is in the ledger and in Codex's own files. Requests for approval go their own way, through the ledger.

mod place;
pub(crate) mod reach;
pub(crate) mod server;

use serde::{Deserialize, Serialize};

use crate::runtime::event::Event;

/// The longest line that is read from a socket, in bytes: a prompt of the greatest length, escaped.
const LONGEST_LINE: u64 = 16 << 20;

/// The suffix of a socket's name.
const SUFFIX: &str = ".sock";

/// A request to a run: one line of JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Request {
    Interrupt,
    Steer { text: String },
    Watch,
}

/// The reply: one line of JSON; for a watcher any number of lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reply {
    /// It is done. `cut`: the message that was being written was cut off by it.
    Done { cut: bool },
    /// It is not done, and why.
    Refused { reason: String },
    /// Something that happened.
    Event(Box<Event>),
    /// No turn is running; the next one follows.
    Idle,
    /// That was the end of the turn.
    Over,
}
