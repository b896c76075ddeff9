//! The notifier: a program of the user's that learns that a request waits, as JSON on its stdin.
//!
//! It is started and left alone: what it does, how long it takes and whether it works changes nothing about the run. What
//! still runs when the run ends is ended, too.

use std::collections::BTreeSet;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use serde::Serialize;

use crate::codex::{named, search_path};
use crate::ledger::Millis;
use crate::runtime::approval::PendingRequest;

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
    pub asked: &'a PendingRequest,
}

/// A moment as RFC 3339.
pub fn rfc3339(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at).map_or_else(|_| at.to_string(), |time| time.to_string())
}

/// The notifier of a run. What it started and what still runs is ended when it is dropped.
pub struct Notifier {
    command: Vec<String>,
    running: Arc<Mutex<BTreeSet<i32>>>,
}

impl Notifier {
    /// A program and its arguments; none if there is no notifier.
    pub fn new(command: Vec<String>) -> Option<Self> {
        let running = Arc::default();
        (!command.is_empty()).then_some(Self { command, running })
    }

    /// Starts it with a document. Nothing waits for it.
    pub fn tell(&self, document: Vec<u8>) {
        let Some((program, arguments)) = self.command.split_first() else {
            return;
        };
        let program = match named(program) {
            Ok(program) => program,
            Err(error) => return tracing::warn!("the notifier could not be started: {error}"),
        };
        let mut command = Command::new(&program);
        command
            .args(arguments)
            .env("PATH", search_path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A Ctrl-C at the terminal is not meant for it.
            .process_group(0);
        let running = Arc::clone(&self.running);
        let mut child = {
            let mut running = lock(&running);
            match command.spawn() {
                Ok(child) => {
                    running.insert(Pid::from_child(&child).as_raw_nonzero().get());
                    child
                }
                Err(error) => {
                    let program = program.display();
                    return tracing::warn!("the notifier {program} could not be started: {error}");
                }
            }
        };
        let watching = std::thread::Builder::new()
            .name("turnwise-notify".to_owned())
            .spawn(move || {
                let stdin = child.stdin.take();
                // Written on a thread of its own: a notifier that does not read must not hold up its own end.
                let writing =
                    std::thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&document)).transpose());
                watch(&mut child, &running);
                drop(writing);
            });
        if let Err(error) = watching {
            tracing::warn!("the notifier cannot be watched: {error}");
        }
    }
}

impl Drop for Notifier {
    fn drop(&mut self) {
        for process in &*lock(&self.running) {
            if let Some(group) = Pid::from_raw(*process) {
                let _ = kill_process_group(group, Signal::KILL);
            }
        }
    }
}

/// The processes that were not reaped, so that their ids are theirs. Any statement leaves the set valid.
fn lock(running: &Mutex<BTreeSet<i32>>) -> MutexGuard<'_, BTreeSet<i32>> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for its end, and ends it when it takes too long.
fn watch(child: &mut Child, running: &Mutex<BTreeSet<i32>>) {
    let deadline = Instant::now() + LIMIT;
    let group = Pid::from_child(child);
    loop {
        {
            let mut running = lock(running);
            if Instant::now() > deadline {
                tracing::warn!("the notifier took too long and was ended");
                let _ = kill_process_group(group, Signal::KILL);
            }
            match child.try_wait() {
                Ok(None) => {}
                Ok(Some(status)) => {
                    running.remove(&group.as_raw_nonzero().get());
                    if !status.success() {
                        tracing::warn!("the notifier ended with {status}");
                    }
                    return;
                }
                Err(_) => return,
            }
        }
        std::thread::sleep(LOOK);
    }
}
