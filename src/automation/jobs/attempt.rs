//! One attempt from its claim to its kept end: its lease is renewed while it runs, and its end is written for certain.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep};
use tokio_util::sync::CancellationToken;

use super::ports::{AttemptEnd, Clock, Executor, RunnerOptions, Task};
use super::runner::Parts;
use super::settle::{AttemptOutcome, settlement};
use super::store::JobStore;
use crate::ledger::jobs::Settlement;
use crate::ledger::{LedgerError, Millis};

/// How long the end of a run is tried to be written once the runner has been told to stop; until then, without end.
const SETTLE_LIMIT: Duration = Duration::from_secs(10);

/// The pause before it is tried again.
const SETTLE_PAUSE: Duration = Duration::from_secs(1);

/// The lease of a run that this runner has.
#[derive(Clone)]
pub struct RunLease {
    store: JobStore,
    clock: Arc<dyn Clock>,
    options: RunnerOptions,
    job_id: i64,
    due_at: Millis,
}

/// What became of the end of a run.
#[derive(PartialEq, Eq)]
enum Kept {
    Yes,
    /// Another runner has ended it.
    Lost,
    /// The ledger did not take it.
    No,
}

/// An entry among the runs that go on here, removed when dropped.
struct RunningHere<'a, E> {
    parts: &'a Parts<E>,
    run: (i64, Millis),
}

impl RunLease {
    /// Records the process that makes the attempt, and where its log is. `false`: the run is no longer this runner's.
    pub async fn started(&self, pid: u32, log: PathBuf) -> Result<bool, LedgerError> {
        self.renew(Some((pid, log))).await
    }

    async fn renew(&self, process: Option<(u32, PathBuf)>) -> Result<bool, LedgerError> {
        let lease = self.options.lease_from(self.clock.now());
        let renewing = self.store.renew(self.job_id, self.due_at, lease, process);
        renewing.await
    }

    /// Renews it until dropped; cancels `stop` when the run is another's. Says once what keeps it from renewing.
    async fn keep(self, stop: CancellationToken, warn: impl Fn(&LedgerError)) -> Infallible {
        let every = (self.options.lease / 3).max(Duration::from_millis(1));
        let mut renewals = interval_at(Instant::now() + every, every);
        renewals.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut warned = false;
        loop {
            renewals.tick().await;
            match self.renew(None).await {
                Ok(true) => warned = false,
                Ok(false) => stop.cancel(),
                Err(error) => {
                    if !warned {
                        warn(&error);
                    }
                    warned = true;
                }
            }
        }
    }
}

impl<E> Drop for RunningHere<'_, E> {
    fn drop(&mut self) {
        self.parts.runs().retain(|run| *run != self.run);
    }
}

impl<E> Parts<E> {
    fn runs(&self) -> MutexGuard<'_, Vec<(i64, Millis)>> {
        self.running_here.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The runs that go on here, by job and due time.
    pub(super) fn running_here(&self) -> Vec<(i64, Millis)> {
        self.runs().clone()
    }
}

impl<E: Executor> Parts<E> {
    /// Sees an attempt through to its end, and keeps its lease meanwhile. `None`: it was lost to another runner.
    pub(super) async fn run_attempt(&self, task: Task, stop: CancellationToken) -> Option<AttemptEnd> {
        let lease = RunLease {
            store: self.store.clone(),
            clock: Arc::clone(&self.clock),
            options: self.options.clone(),
            job_id: task.job.id,
            due_at: task.run.due_at,
        };
        let run = (lease.job_id, lease.due_at);
        self.runs().push(run);
        let _entry = RunningHere { parts: self, run };
        let name = &task.job.name;
        if !self.is_still_held(&task, &lease).await {
            self.executor
                .warn(&format!("{name}: run not started because its lease expired"));
            return None;
        }
        let stop = stop.child_token();
        let outcome = self.attempt(&task, &lease, &stop).await;
        let settlement = settlement(
            &task,
            &outcome,
            &self.options.holder,
            self.clock.now(),
            &self.options.zone,
        );
        match self.settle(&task, &settlement, &stop).await {
            Kept::Yes => {}
            Kept::Lost => {
                self.executor
                    .warn(&format!("{name}: run considered dead by another scheduler"));
                return None;
            }
            // Whoever finds it open will say that its runner died.
            Kept::No => return None,
        }
        let ended = AttemptEnd {
            task,
            outcome,
            settlement: Some(settlement),
        };
        self.executor.report(&ended, stop).await;
        Some(ended)
    }

    /// Whether a run that was claimed may begin: a machine that slept right then finds it taken.
    async fn is_still_held(&self, task: &Task, lease: &RunLease) -> bool {
        let now = self.clock.now().as_millisecond();
        task.run.lease_expires_at.is_some_and(|until| now < until)
            || matches!(lease.renew(None).await, Ok(true))
    }

    /// Makes the attempt, and renews its lease meanwhile. A run that is lost is stopped.
    async fn attempt(&self, task: &Task, lease: &RunLease, stop: &CancellationToken) -> AttemptOutcome {
        let warn = |error: &LedgerError| {
            let name = &task.job.name;
            self.executor
                .warn(&format!("{name}: cannot renew the lease: {error}"));
        };
        tokio::select! {
            outcome = self.executor.execute(task, lease, stop.clone()) => outcome,
            never = lease.clone().keep(stop.clone(), warn) => match never {},
        }
    }

    /// Keeps the end of an attempt, also if the ledger is locked or its disk full for a while.
    async fn settle(&self, task: &Task, settlement: &Settlement, stop: &CancellationToken) -> Kept {
        let began = Instant::now();
        let mut said = false;
        loop {
            if self.given_up.load(Ordering::Relaxed) {
                return self.not_kept(&task.job.name);
            }
            let settlement = settlement.clone();
            let settled = self.store.call(move |ledger| ledger.settle(&settlement));
            match settled.await {
                Ok(true) => return Kept::Yes,
                Ok(false) => return Kept::Lost,
                Err(error) => {
                    let name = &task.job.name;
                    if !said {
                        self.executor
                            .warn(&format!("{name}: cannot save the result: {error}; retrying"));
                        said = true;
                    }
                    let stopped_at = self.stopped_at.get().copied();
                    let since = stopped_at.unwrap_or(began);
                    if stop.is_cancelled() && since.elapsed() >= SETTLE_LIMIT {
                        // Each try may take seconds, and many runs would take theirs one after another.
                        self.given_up.store(stopped_at.is_some(), Ordering::Relaxed);
                        return self.not_kept(name);
                    }
                    sleep(SETTLE_PAUSE).await;
                }
            }
        }
    }

    fn not_kept(&self, name: &str) -> Kept {
        self.executor.warn(&format!(
            "{name}: result not saved because the scheduler is stopping"
        ));
        Kept::No
    }
}
