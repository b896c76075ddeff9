//! The ledger in one SQLite file: WAL, 0600 in a directory of 0700, migrated forwards, never overwritten.

mod approvals;
mod job_calls;
mod jobs;
mod runners;
mod store;
#[cfg(test)]
mod tests;
mod worker;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use store::Store;
use worker::Worker;

use super::{
    AddedRequest, ApprovalFilter, ApprovalRecord, ApprovalState, ApprovalSummary, Claim, Ledger, LedgerError,
    LedgerFuture, NewAnswer, NewRequest, Retention, RunRecord,
};

/// A ledger in a file.
///
/// Opening it blocks for some milliseconds, or for up to five seconds while another process makes or migrates the file. Calls
/// of [`Ledger`] and [`JobLedger`](super::JobLedger) are made on its own thread, and need no tokio runtime. Dropped, it first does
/// what was called for.
#[derive(Debug)]
pub struct SqliteLedger {
    store: Arc<Store>,
    worker: Worker,
}

impl SqliteLedger {
    /// The ledger's file in a state directory: `ledger/ledger.sqlite`.
    pub fn path_in(state: &Path) -> PathBuf {
        state.join("ledger").join("ledger.sqlite")
    }

    /// Opens the ledger, which is made if there is none. Blocks.
    ///
    /// # Errors
    /// [`LedgerError`]; whatever is wrong, the file is left as it is.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let store = Arc::new(Store::open(path)?);
        Ok(Self {
            worker: Worker::new(Arc::clone(&store)),
            store,
        })
    }

    /// Opens a ledger only if there is one. Blocks.
    ///
    /// # Errors
    /// As [`SqliteLedger::open`].
    pub fn open_existing(path: &Path) -> Result<Option<Self>, LedgerError> {
        match path.try_exists() {
            Ok(false) => Ok(None),
            _ => Self::open(path).map(Some),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.store.path()
    }

    /// Looks for damage.
    pub fn check(&self) -> LedgerFuture<()> {
        self.worker.call(Store::check)
    }
}

impl Ledger for SqliteLedger {
    fn register_run(&self, run: RunRecord) -> LedgerFuture<RunRecord> {
        self.worker.call(move |store| store.register_run(run))
    }

    fn add_request(&self, request: NewRequest) -> LedgerFuture<AddedRequest> {
        self.worker.call(move |store| store.add_request(request))
    }

    fn answer(&self, id: &str, digest: &str, answer: NewAnswer) -> LedgerFuture<Claim> {
        let (id, digest) = (id.to_owned(), digest.to_owned());
        self.worker.call(move |store| store.answer(&id, &digest, answer))
    }

    fn close(&self, id: &str, state: ApprovalState) -> LedgerFuture<Option<ApprovalState>> {
        let id = id.to_owned();
        self.worker.call(move |store| store.close(&id, state))
    }

    fn expire_overdue(&self) -> LedgerFuture<usize> {
        self.worker.call(Store::expire_overdue)
    }

    fn mark_delivered(&self, id: &str) -> LedgerFuture<()> {
        let id = id.to_owned();
        self.worker.call(move |store| store.mark_delivered(&id))
    }

    fn request(&self, id: &str) -> LedgerFuture<Option<ApprovalRecord>> {
        let id = id.to_owned();
        self.worker.call(move |store| store.request(&id))
    }

    fn list(&self, filter: ApprovalFilter) -> LedgerFuture<Vec<ApprovalSummary>> {
        self.worker.call(move |store| store.list(&filter))
    }

    fn prune(&self, retention: Retention) -> LedgerFuture<usize> {
        self.worker.call(move |store| store.prune(retention))
    }
}
