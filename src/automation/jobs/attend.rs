//! One attempt from its claim to its kept end: its lease is renewed while it runs, and its end is written for certain.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep};
use tokio_util::sync::CancellationToken;

use super::ports::{Clock, Ended, Executor, RunnerOptions, Task};
use super::runner::Parts;
use super::settle::settlement;
use crate::ledger::jobs::{JobLedger, Settlement};
use crate::ledger::{LedgerError, Millis};

/// How long the end of a run is tried to be written.
const SETTLE_LIMIT: Duration = Duration::from_secs(600);

/// The same when the runner has been told to stop.
const SETTLE_LIMIT_STOPPING: Duration = Duration::from_secs(10);

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

impl Hold {
    /// Notes the process that makes the attempt, and where its log is.
    pub fn started(&self, pid: u32, log: PathBuf) -> Result<bool, LedgerError> {
        self.renew(Some((pid, log)))
    }

    fn renew(&self, process: Option<(u32, PathBuf)>) -> Result<bool, LedgerError> {
        let lease = self.options.lease_from(self.clock.now());
        self.ledger.renew(self.job_id, self.due_at, &lease, process)
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
        let stop = stop.child_token();
        let every = (self.options.lease / 3).max(Duration::from_millis(1));
        let mut renewals = interval_at(Instant::now() + every, every);
        renewals.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut lost = false;
        let outcome = {
            let executing = self.executor.execute(&task, &hold, stop.clone());
            tokio::pin!(executing);
            loop {
                tokio::select! {
                    outcome = &mut executing => break outcome,
                    _ = renewals.tick(), if !lost => match hold.renew(None) {
                        Ok(true) => {}
                        Ok(false) => {
                            lost = true;
                            stop.cancel();
                        }
                        Err(error) => self.executor.say(&format!("{}: its lease is not renewed: {error}", task.job.name)),
                    }
                }
            }
        };
        let settlement = settlement(
            &task,
            &outcome,
            &self.options.holder,
            self.clock.now(),
            &self.options.zone,
        );
        if lost || !self.settle(&task, &settlement, &stop).await {
            let name = &task.job.name;
            self.executor
                .say(&format!("{name}: another runner took this run for dead"));
            return None;
        }
        let ended = Ended {
            task,
            outcome,
            settlement: Some(settlement),
        };
        self.executor.tell(&ended).await;
        Some(ended)
    }

    /// Keeps the end of an attempt, also if the ledger is locked or its disk full for a while.
    async fn settle(&self, task: &Task, settlement: &Settlement, stop: &CancellationToken) -> bool {
        let began = Instant::now();
        let mut said = false;
        loop {
            match self.ledger.settle(settlement) {
                Ok(kept) => return kept,
                Err(error) => {
                    let limit = if stop.is_cancelled() {
                        SETTLE_LIMIT_STOPPING
                    } else {
                        SETTLE_LIMIT
                    };
                    if !said {
                        let name = &task.job.name;
                        self.executor.say(&format!(
                            "{name}: its end cannot be kept: {error}; it is tried again"
                        ));
                        said = true;
                    }
                    if began.elapsed() >= limit {
                        return false;
                    }
                    sleep(SETTLE_PAUSE).await;
                }
            }
        }
    }
}
