//! What a runner is given and what it gives: the clock, the executor, tasks and their ends. Nothing is done here.

use std::future::Future;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::attempt::RunLease;
use super::settle::AttemptOutcome;
use super::spec::JobSpec;
use crate::ledger::jobs::{JobRecord, JobRun, Lease, Settlement};

/// What time it is.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

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

/// How a runner works.
#[derive(Debug, Clone)]
pub struct RunnerOptions {
    /// How many jobs run at once; at least one does.
    pub at_once: usize,
    /// How long a run is kept by a runner that is not heard of.
    pub lease: Duration,
    /// Unique for all times.
    pub holder: String,
    /// The machine.
    pub host: String,
    /// Its time zone.
    pub zone: TimeZone,
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

impl RunnerOptions {
    /// A lease that begins now.
    pub(super) fn lease_from(&self, now: Timestamp) -> Lease {
        let length = SignedDuration::try_from(self.lease).unwrap_or(SignedDuration::MAX);
        Lease {
            holder: self.holder.clone(),
            host: self.host.clone(),
            now: now.as_millisecond(),
            expires_at: now
                .saturating_add(length)
                .unwrap_or(Timestamp::MAX)
                .as_millisecond(),
        }
    }
}
