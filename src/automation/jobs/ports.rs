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
    /// Its specification.
    pub spec: JobSpec,
    /// Its run.
    pub run: JobRun,
}

/// How an attempt ended.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AttemptOutcome {
    /// The exit code. None if a signal ended it or it never began.
    pub exit_code: Option<i32>,
    /// The runner stopped it, because the runner itself had to stop.
    pub interrupted: bool,
    /// A word for the error.
    pub kind: Option<String>,
    /// The error.
    pub message: Option<String>,
    /// The session.
    pub session_id: Option<String>,
    /// The tokens that it used.
    pub tokens: Option<u64>,
    /// The report of the run, for hooks.
    pub report: String,
}

/// An attempt whose end is saved.
#[derive(Debug, Clone)]
pub struct AttemptEnd {
    /// The attempt.
    pub task: Task,
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// Its end as saved. None if its runner died and another runner reports it.
    pub settlement: Option<Settlement>,
}

/// Makes attempts.
pub trait Executor: Send + Sync + 'static {
    /// Makes an attempt. When `stop` is cancelled it has to come to an end soon. It may cancel that itself, when it
    /// finds that the run is no longer its own.
    fn execute(
        &self,
        task: &Task,
        lease: &RunLease,
        stop: CancellationToken,
    ) -> impl Future<Output = AttemptOutcome> + Send;
    /// Reports the end of an attempt, to a person and to hooks. When `stop` is cancelled, it has to end soon.
    fn report(&self, ended: &AttemptEnd, stop: CancellationToken) -> impl Future<Output = ()> + Send;
    /// Warns a person.
    fn warn(&self, message: &str);
}

/// Until when a runner works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Until all jobs that were due at its start have run.
    Idle,
    /// Until it receives [`RunnerSignal::Stop`].
    Stopped,
}

/// A message to a runner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunnerSignal {
    /// A job was changed: look for due jobs.
    Poll,
    /// Everything may have changed, including the rules of time zones.
    Reload,
    /// It has to stop.
    Stop,
}

/// Why a runner ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunnerEnd {
    /// Nothing is left to do.
    Idle,
    /// It received [`RunnerSignal::Stop`].
    Stopped,
}

/// The outcome of a manual run.
#[derive(Debug)]
pub enum ManualRun {
    /// It ended.
    Ended(Box<AttemptEnd>),
    /// Another run of this job is open.
    Busy,
    /// Another runner considered it dead.
    Lost,
}
