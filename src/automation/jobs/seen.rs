//! Keeps in the ledger when this runner last looked for due jobs, so that commands can warn when no runner does.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, timeout};

use super::ports::Until;
use crate::ledger::jobs::JobLedger;
use crate::ledger::runners::{RunnerKind, RunnerRecord};

/// A runner that looks more often keeps only one look of this time: each is a write to the disk.
const INTERVAL: Duration = Duration::from_secs(20);

/// The last look may delay the end of a runner for this long.
const LAST_LIMIT: Duration = Duration::from_secs(1);

/// A runner as the ledger remembers it.
pub(super) struct LastSeen {
    record: RunnerRecord,
    kept_at: Option<Instant>,
}

impl LastSeen {
    pub(super) fn new(until: Until, now: Timestamp) -> Self {
        let kind = match until {
            Until::Idle => RunnerKind::Tick,
            Until::Stopped => RunnerKind::Daemon,
        };
        Self {
            record: RunnerRecord::new(kind, now.as_millisecond()),
            kept_at: None,
        }
    }

    /// The runner has looked.
    pub(super) async fn keep(&mut self, ledger: &dyn JobLedger, now: Timestamp) {
        if self.kept_at.is_some_and(|at| at.elapsed() < INTERVAL) {
            return;
        }
        self.kept_at = Some(Instant::now());
        self.record.seen_at = now.as_millisecond();
        self.write(ledger).await;
    }

    /// The runner was stopped.
    pub(super) async fn stop(mut self, ledger: &dyn JobLedger, now: Timestamp) {
        let now = now.as_millisecond();
        (self.record.seen_at, self.record.stopped_at) = (now, Some(now));
        let _ = timeout(LAST_LIMIT, self.write(ledger)).await;
    }

    async fn write(&self, ledger: &dyn JobLedger) {
        if let Err(error) = ledger.record_runner(&self.record).await {
            // Jobs run nevertheless.
            tracing::warn!("the ledger does not know that this runner looked: {error}");
        }
    }
}
