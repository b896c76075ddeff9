//! The executor that a runner is given, the tasks that it makes attempts of, and how they and the runner end. Nothing is done
//! here.

use std::future::Future;

use tokio_util::sync::CancellationToken;

use super::lease::RunLease;
use super::spec::JobSpec;
use crate::ledger::jobs::{JobRecord, JobRun, Settlement};

/// One attempt to make.
#[derive(Debug, Clone)]
pub struct Task {
    /// The job.
    pub job: JobRecord,
    /// What it does.
    pub spec: JobSpec,
    /// Its run.
    pub run: JobRun,
}

/// How an attempt ended.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AttemptOutcome {
    /// The exit code; none if ended by a signal or never began.
    pub exit_code: Option<i32>,
    /// The runner was told to stop, and stopped it.
    pub interrupted: bool,
    /// A word for the error.
    pub kind: Option<String>,
    /// The error.
    pub message: Option<String>,
    /// The session.
    pub session_id: Option<String>,
    /// The tokens that it used.
    pub tokens: Option<u64>,
    /// The document of the run, for whoever is told of it.
    pub report: String,
}

/// An attempt that is over, and whose end is kept.
#[derive(Debug, Clone)]
pub struct AttemptEnd {
    /// What was to be done.
    pub task: Task,
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// What it came to; none if its runner died and this is told by another.
    pub settlement: Option<Settlement>,
}

/// Whatever makes attempts.
pub trait Executor: Send + Sync + 'static {
    /// Makes an attempt. When `stop` is cancelled it has to come to an end soon. It may cancel that itself, when it
    /// finds that the run is no longer its own.
    fn execute(
        &self,
        task: &Task,
        lease: &RunLease,
        stop: CancellationToken,
    ) -> impl Future<Output = AttemptOutcome> + Send;
    /// Reports that an attempt is over, to whoever wants to know. When `stop` is cancelled it has to come to an end soon.
    fn report(&self, ended: &AttemptEnd, stop: CancellationToken) -> impl Future<Output = ()> + Send;
    /// Something that a person should know.
    fn warn(&self, message: &str);
}

/// Until when a runner works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Until what is due when it begins has been run.
    Idle,
    /// Until it is told to stop.
    Stopped,
}

/// What a runner is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunnerSignal {
    /// A job was changed: look at what is due.
    Poll,
    /// Everything may have changed, the rules of time zones too.
    Reload,
    /// It has to stop.
    Stop,
}

/// How a runner came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunnerEnd {
    /// There is nothing left to do.
    Idle,
    /// It was told to stop.
    Stopped,
}

/// What became of a run out of turn.
#[derive(Debug)]
pub enum ManualRun {
    /// It is over.
    Ended(Box<AttemptEnd>),
    /// A run of this job is open already.
    Busy,
    /// Another runner considered it dead.
    Lost,
}
