//! The ledger as a runner calls it. Its calls block, for seconds if another process holds it: they are made on threads for
//! that, so that nothing of the runner waits for them that need not, and the renewing of leases waits for none of the others.

use std::future::pending;
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::task::spawn_blocking;

use crate::ledger::jobs::{JobLedger, Lease};
use crate::ledger::{LedgerError, Millis};

/// A ledger, and a second one for renewing leases: of the same jobs, but with a connection of its own.
#[derive(Clone)]
pub(super) struct JobStore {
    ledger: Arc<dyn JobLedger>,
    renewals: Arc<dyn JobLedger>,
}

impl JobStore {
    pub(super) fn new(ledger: Arc<dyn JobLedger>, renewals: Arc<dyn JobLedger>) -> Self {
        Self { ledger, renewals }
    }

    /// Makes one call, or several that belong together.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn JobLedger) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let ledger = Arc::clone(&self.ledger);
        off_thread(move || work(&*ledger)).await
    }

    /// See [`JobLedger::renew`].
    pub(super) async fn renew(
        &self,
        job_id: i64,
        due_at: Millis,
        lease: Lease,
        process: Option<(u32, PathBuf)>,
    ) -> Result<bool, LedgerError> {
        let ledger = Arc::clone(&self.renewals);
        off_thread(move || ledger.renew(job_id, due_at, &lease, process)).await
    }
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
        // The tokio runtime ends, and the caller with it.
        Err(_) => pending().await,
    }
}
