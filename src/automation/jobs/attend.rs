//! One attempt from its claim to its kept end: its lease is renewed while it runs, and its end is written for certain.

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep};
use tokio_util::sync::CancellationToken;

use super::ports::{Clock, Ended, Executor, RunnerOptions, Task};
use super::runner::Parts;
use super::settle::{Outcome, settlement};
use crate::ledger::jobs::{JobLedger, Settlement};
use crate::ledger::{LedgerError, Millis};

/// How long the end of a run is tried to be written once the runner has been told to stop; until then, without end.
const SETTLE_LIMIT: Duration = Duration::from_secs(10);

/// The pause before it is tried again.
const SETTLE_PAUSE: Duration = Duration::from_secs(1);

/// A run that is held by a runner.
#[derive(Clone)]
pub struct Hold {
    ledger: Arc<dyn JobLedger>,
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

/// A place among the runs that go on here, given back when dropped.
struct Attended<'a, E> {
    parts: &'a Parts<E>,
    run: (i64, Millis),
}

impl Hold {
    /// Notes the process that makes the attempt, and where its log is. `false`: the run is no longer this runner's.
    pub fn started(&self, pid: u32, log: PathBuf) -> Result<bool, LedgerError> {
        self.renew(Some((pid, log)))
    }

    fn renew(&self, process: Option<(u32, PathBuf)>) -> Result<bool, LedgerError> {
        let lease = self.options.lease_from(self.clock.now());
        self.ledger.renew(self.job_id, self.due_at, &lease, process)
    }
}

impl<E> Drop for Attended<'_, E> {
    fn drop(&mut self) {
        self.parts.runs().retain(|run| *run != self.run);
    }
}

impl<E> Parts<E> {
    fn runs(&self) -> MutexGuard<'_, Vec<(i64, Millis)>> {
        self.attended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The runs that go on here, by job and due time.
    pub(super) fn attended(&self) -> Vec<(i64, Millis)> {
        self.runs().clone()
    }
}

impl<E: Executor> Parts<E> {
    /// Sees an attempt through to its end, and keeps its lease meanwhile. `None`: it was lost to another runner.
    pub(super) async fn attend(&self, task: Task, stop: CancellationToken) -> Option<Ended> {
        let hold = Hold {
            ledger: Arc::clone(&self.ledger),
            clock: Arc::clone(&self.clock),
            options: self.options.clone(),
            job_id: task.job.id,
            due_at: task.run.due_at,
        };
        let run = (hold.job_id, hold.due_at);
        self.runs().push(run);
        let _attended = Attended { parts: self, run };
        let name = &task.job.name;
        if !self.is_still_held(&task, &hold) {
            self.executor
                .say(&format!("{name}: run not started because its lease expired"));
            return None;
        }
        let stop = stop.child_token();
        let outcome = self.attempt(&task, &hold, &stop).await;
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
                    .say(&format!("{name}: run considered dead by another scheduler"));
                return None;
            }
            // Whoever finds it open will say that its runner died.
            Kept::No => return None,
        }
        let ended = Ended {
            task,
            outcome,
            settlement: Some(settlement),
        };
        self.executor.tell(&ended, stop).await;
        Some(ended)
    }

    /// Whether a run that was claimed may begin: a machine that slept right then finds it taken.
    fn is_still_held(&self, task: &Task, hold: &Hold) -> bool {
        let now = self.clock.now().as_millisecond();
        task.run.lease_expires_at.is_some_and(|until| now < until) || matches!(hold.renew(None), Ok(true))
    }

    /// Makes the attempt, and renews its lease meanwhile. A run that is lost is stopped.
    async fn attempt(&self, task: &Task, hold: &Hold, stop: &CancellationToken) -> Outcome {
        let every = (self.options.lease / 3).max(Duration::from_millis(1));
        let mut renewals = interval_at(Instant::now() + every, every);
        renewals.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut said = false;
        let executing = self.executor.execute(task, hold, stop.clone());
        tokio::pin!(executing);
        loop {
            tokio::select! {
                outcome = &mut executing => return outcome,
                _ = renewals.tick() => match hold.renew(None) {
                    Ok(true) => said = false,
                    Ok(false) => stop.cancel(),
                    Err(error) if !said => {
                        self.executor.say(&format!("{}: cannot renew the lease: {error}", task.job.name));
                        said = true;
                    }
                    Err(_) => {}
                }
            }
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
            match self.ledger.settle(settlement) {
                Ok(true) => return Kept::Yes,
                Ok(false) => return Kept::Lost,
                Err(error) => {
                    let name = &task.job.name;
                    if !said {
                        self.executor
                            .say(&format!("{name}: cannot save the result: {error}; retrying"));
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
        self.executor.say(&format!(
            "{name}: result not saved because the scheduler is stopping"
        ));
        Kept::No
    }
}
