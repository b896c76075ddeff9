//! What a runner and its attempts share.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::time::Instant;

use super::options::{Clock, RunnerOptions};
use crate::ledger::Millis;
use crate::ledger::jobs::JobLedger;

/// The parts of a runner.
pub(super) struct Parts<E> {
    pub(super) ledger: Arc<dyn JobLedger>,
    /// The same jobs through a second connection, so that renewing a lease waits for no other call.
    pub(super) renewals: Arc<dyn JobLedger>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) executor: E,
    pub(super) options: RunnerOptions,
    /// The runs of this runner, by job and due time.
    running: Mutex<Vec<(i64, Millis)>>,
    /// When it had to stop.
    pub(super) stopped_at: OnceLock<Instant>,
    /// Whether saving results failed for so long after that that it is not retried any more.
    pub(super) given_up: AtomicBool,
}

/// An entry among the runs of a runner, removed when dropped.
pub(super) struct RunEntry<'a, E> {
    parts: &'a Parts<E>,
    run: (i64, Millis),
}

impl<E> Drop for RunEntry<'_, E> {
    fn drop(&mut self) {
        self.parts.runs().retain(|run| *run != self.run);
    }
}

impl<E> Parts<E> {
    pub(super) fn new(
        ledger: Arc<dyn JobLedger>,
        renewals: Arc<dyn JobLedger>,
        clock: Arc<dyn Clock>,
        executor: E,
        options: RunnerOptions,
    ) -> Self {
        Self {
            ledger,
            renewals,
            clock,
            executor,
            options,
            running: Mutex::default(),
            stopped_at: OnceLock::new(),
            given_up: AtomicBool::new(false),
        }
    }

    /// Counts a run among those of this runner until the entry is dropped.
    pub(super) fn enter(&self, run: (i64, Millis)) -> RunEntry<'_, E> {
        self.runs().push(run);
        RunEntry { parts: self, run }
    }

    /// The runs of this runner, by job and due time.
    pub(super) fn running(&self) -> Vec<(i64, Millis)> {
        self.runs().clone()
    }

    fn runs(&self) -> MutexGuard<'_, Vec<(i64, Millis)>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
