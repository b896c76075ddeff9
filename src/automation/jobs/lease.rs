//! The lease of a run: as long as it is renewed, no other runner takes the run.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;

use super::options::{Clock, RunnerOptions};
use crate::ledger::jobs::JobLedger;
use crate::ledger::{LedgerError, Millis};

/// The lease of a run that this runner has.
#[derive(Clone)]
pub struct RunLease {
    pub(super) ledger: Arc<dyn JobLedger>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) options: RunnerOptions,
    pub(super) job_id: i64,
    pub(super) due_at: Millis,
}

impl RunLease {
    /// Records the process that makes the attempt, and where its log is. `false`: the run is no longer this runner's.
    pub async fn started(&self, pid: u32, log: PathBuf) -> Result<bool, LedgerError> {
        self.renew(Some((pid, log))).await
    }

    /// Renews it once. `false`: the run is no longer this runner's.
    pub(super) async fn renew(&self, process: Option<(u32, PathBuf)>) -> Result<bool, LedgerError> {
        let lease = self.options.lease_from(self.clock.now());
        let renewing = self.ledger.renew(self.job_id, self.due_at, &lease, process);
        renewing.await
    }

    /// Renews it until dropped; cancels `stop` when the run is another runner's. Warns once of each row of errors.
    pub(super) async fn keep(self, stop: CancellationToken, warn: impl Fn(&LedgerError)) -> Infallible {
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
