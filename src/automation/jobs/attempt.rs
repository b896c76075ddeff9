//! One attempt from its claim to its kept end: its lease is renewed while it runs, and its end is written for certain.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::lease::RunLease;
use super::parts::Parts;
use super::ports::{AttemptEnd, AttemptOutcome, Executor, Task};
use super::settle::settlement;
use crate::ledger::LedgerError;
use crate::ledger::jobs::Settlement;
use crate::runtime::retry::{Retry, retry_until};

/// How long to retry saving the end of a run once the runner has to stop. Until then, without a limit.
const SETTLE_LIMIT: Duration = Duration::from_secs(10);

/// The pause between two attempts to save it.
const SETTLE_PAUSE: Duration = Duration::from_secs(1);

/// Whether the end of a run was saved.
#[derive(PartialEq, Eq)]
enum Kept {
    Yes,
    /// Another runner has ended it.
    Lost,
    /// The ledger did not take it.
    No,
}

impl<E: Executor> Parts<E> {
    /// Makes an attempt and saves its end; renews its lease until then. `None`: another runner took the run.
    pub(super) async fn run_attempt(&self, task: Task, stop: CancellationToken) -> Option<AttemptEnd> {
        let lease = RunLease {
            ledger: Arc::clone(&self.renewals),
            clock: Arc::clone(&self.clock),
            options: self.options.clone(),
            job_id: task.job.id,
            due_at: task.run.due_at,
        };
        let _entry = self.enter((lease.job_id, lease.due_at));
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
            // The next runner finds it open and reports that this one died.
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

    /// Whether a claimed run may begin. After a sleep of the machine, another runner may have it.
    async fn is_still_held(&self, task: &Task, lease: &RunLease) -> bool {
        let now = self.clock.now().as_millisecond();
        task.run.lease_expires_at.is_some_and(|until| now < until)
            || matches!(lease.renew(None).await, Ok(true))
    }

    /// Makes the attempt and renews its lease until it ends. Stops a run that another runner took.
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

    /// Saves the end of an attempt. Retries while the ledger is locked or its disk full.
    async fn settle(&self, task: &Task, settlement: &Settlement, stop: &CancellationToken) -> Kept {
        let (name, began, warned) = (&task.job.name, Instant::now(), AtomicBool::new(false));
        let attempt = async || {
            if self.given_up.load(Ordering::Relaxed) {
                return None;
            }
            let settled = self.ledger.settle(settlement).await;
            if let Err(error) = &settled
                && !warned.swap(true, Ordering::Relaxed)
            {
                self.executor
                    .warn(&format!("{name}: cannot save the result: {error}; retrying"));
            }
            Some(settled)
        };
        let is_enough = |settled: &Option<Result<bool, LedgerError>>| match settled {
            Some(Err(_)) => self.is_too_late(began, stop),
            _ => true,
        };
        match retry_until(Retry::every(SETTLE_PAUSE, Duration::MAX), is_enough, attempt).await {
            Some(Ok(true)) => Kept::Yes,
            Some(Ok(false)) => Kept::Lost,
            _ => self.not_kept(name),
        }
    }

    /// Whether it is too late to retry: `SETTLE_LIMIT` passed since this runner, or this run alone, had to stop.
    fn is_too_late(&self, began: Instant, stop: &CancellationToken) -> bool {
        let stopped_at = self.stopped_at.get().copied();
        let is_late = stop.is_cancelled() && stopped_at.unwrap_or(began).elapsed() >= SETTLE_LIMIT;
        if is_late && stopped_at.is_some() {
            // Each attempt may take seconds, and many runs would take theirs one after another.
            self.given_up.store(true, Ordering::Relaxed);
        }
        is_late
    }

    fn not_kept(&self, name: &str) -> Kept {
        self.executor.warn(&format!(
            "{name}: result not saved because the scheduler is stopping"
        ));
        Kept::No
    }
}
