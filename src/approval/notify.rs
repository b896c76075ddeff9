//! The notifier: a program of the user's that learns that a request waits, as JSON on its stdin.
//!
//! It is started and left alone: what it does, how long it takes and whether it works changes nothing about the run.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::ask::Asked;
use crate::ledger::Millis;

/// How long a notifier may run.
const LIMIT: Duration = Duration::from_secs(30);

/// How often it is looked whether it has ended.
const LOOK: Duration = Duration::from_millis(100);

/// The document that the notifier reads.
#[derive(Debug, Serialize)]
pub struct Notice<'a> {
    /// `turnwise.approval/1`.
    pub schema: &'static str,
    /// What to type to answer it.
    pub id: &'a str,
    /// What it asks, in one line.
    pub summary: &'a str,
    /// When it was asked, RFC 3339.
    pub requested_at: String,
    /// Until when it can be answered, RFC 3339.
    pub expires_at: Option<String>,
    /// How to see it whole.
    pub show: String,
    /// The request and its run.
    #[serde(flatten)]
    pub asked: &'a Asked,
}

/// A moment as RFC 3339.
pub fn rfc3339(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at).map_or_else(|_| at.to_string(), |time| time.to_string())
}

/// Starts the notifier with a document. Nothing waits for it.
pub fn notify(command: &[String], document: Vec<u8>) {
    let Some((program, arguments)) = command.split_first() else {
        return;
    };
    let started = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // A Ctrl-C at the terminal is not meant for it.
        .process_group(0)
        .spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(error) => return tracing::warn!("the notifier {program} could not be started: {error}"),
    };
    let watching = std::thread::Builder::new()
        .name("turnwise-notify".to_owned())
        .spawn(move || {
            let stdin = child.stdin.take();
            // Written on a thread of its own: a notifier that does not read must not hold up its own end.
            let writing =
                std::thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&document)).transpose());
            watch(&mut child);
            drop(writing);
        });
    if let Err(error) = watching {
        tracing::warn!("the notifier cannot be watched: {error}");
    }
}

/// Waits for its end, and ends it when it takes too long.
fn watch(child: &mut Child) {
    let deadline = Instant::now() + LIMIT;
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return,
            Ok(Some(status)) => return tracing::warn!("the notifier ended with {status}"),
            Ok(None) if Instant::now() < deadline => std::thread::sleep(LOOK),
            Ok(None) | Err(_) => {
                tracing::warn!("the notifier took too long and was ended");
                // It may have ended in between.
                let _ = child.kill();
                let _ = child.wait();
                return;
            }
        }
    }
}
