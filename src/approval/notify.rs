//! The notifier: a program of the user that gets each waiting request as JSON on its stdin.
//!
//! The run does not wait for it, and its result changes nothing. Notifiers that are still running when the run ends are
//! ended, too.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use crate::codex::{named, search_path};
use crate::ledger::Millis;
use crate::runtime::approval::PendingRequest;
use crate::user_program::{ProgramGroup, ProgramLimits, UserProgram};

/// How long a notifier may run. Nothing asks it to stop: when the run ends, it is killed.
const LIMITS: ProgramLimits = ProgramLimits {
    run: Duration::from_secs(30),
    stopping: Duration::ZERO,
};

/// The document that the notifier reads.
#[derive(Debug, Serialize)]
pub(crate) struct Notice<'a> {
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
pub(crate) fn rfc3339(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at).map_or_else(|_| at.to_string(), |time| time.to_string())
}

/// The notifier of a run. Programs that still run are killed when it is dropped.
pub(crate) struct Notifier {
    command: Vec<String>,
    running: Mutex<Vec<ProgramGroup>>,
}

impl Notifier {
    /// A program and its arguments; none if there is no notifier.
    pub(crate) fn new(command: Vec<String>) -> Option<Self> {
        let running = Mutex::default();
        (!command.is_empty()).then_some(Self { command, running })
    }

    /// Starts it with a document. Nothing waits for it. Must be called within a tokio runtime.
    pub(crate) fn tell(&self, document: Vec<u8>) {
        let Some((program, arguments)) = self.command.split_first() else {
            return;
        };
        let program = match named(program) {
            Ok(program) => program,
            Err(error) => return tracing::warn!("the notifier could not be started: {error}"),
        };
        let mut command = Command::new(&program);
        command.args(arguments).env("PATH", search_path());
        let started = match UserProgram::start(command) {
            Ok(started) => started,
            Err(error) => {
                let program = program.display();
                return tracing::warn!("the notifier {program} could not be started: {error}");
            }
        };
        {
            let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            running.retain(|group| !group.has_ended());
            running.push(started.group());
        }
        tokio::spawn(async move {
            let end = started.finish(document, LIMITS, CancellationToken::new()).await;
            if let Err(error) = end.outcome {
                tracing::warn!("the notifier {error}");
            }
        });
    }
}

impl Drop for Notifier {
    fn drop(&mut self) {
        // Not left to the tasks: the process may end before they are dropped.
        for group in &*self.running.lock().unwrap_or_else(PoisonError::into_inner) {
            group.kill();
        }
    }
}
