//! The ledger of these tests. A clock of tokio that is paused advances whenever tokio has nothing to do, and does not know of the
//! ledger's thread: here its calls count as work. Some can be locked.

use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use crate::ledger::jobs::{
    Advance, Advanced, JobChange, JobLedger, JobRecord, JobRun, Lease, NewJob, Settlement,
};
use crate::ledger::runners::RunnerRecord;
use crate::ledger::{LedgerError, LedgerFuture, Millis, SqliteLedger};

/// How long something may take that has to happen.
const PATIENCE: Duration = Duration::from_secs(30);

/// A ledger that is locked for its next so many polls and ends.
pub(super) struct TestLedger {
    ledger: Arc<SqliteLedger>,
    polls: Mutex<u32>,
    ends: Mutex<u32>,
    /// The first end takes until leases were renewed so many times meanwhile.
    first_end_after: Mutex<u32>,
    renewed: Arc<(Mutex<u32>, Condvar)>,
}

impl TestLedger {
    pub(super) fn new(ledger: &Arc<SqliteLedger>, polls: u32, ends: u32) -> Self {
        Self {
            ledger: Arc::clone(ledger),
            polls: Mutex::new(polls),
            ends: Mutex::new(ends),
            first_end_after: Mutex::new(0),
            renewed: Arc::default(),
        }
    }
}

impl TestLedger {
    /// Lets the first end take until leases were renewed so many times meanwhile.
    pub(super) fn first_end_after(self, renewals: u32) -> Self {
        *self.first_end_after.lock().unwrap() = renewals;
        self
    }
}

fn is_locked(left: &Mutex<u32>) -> bool {
    let mut left = left.lock().unwrap();
    let is_locked = *left > 0;
    *left -= u32::from(is_locked);
    is_locked
}

fn locked<T: Send + 'static>() -> LedgerFuture<T> {
    Box::pin(async {
        Err(LedgerError::Busy {
            store: "/ledger".to_owned(),
        })
    })
}

/// Waits for a call as work of tokio's.
fn as_work<T: Send + 'static>(call: LedgerFuture<T>) -> LedgerFuture<T> {
    Box::pin(async {
        let tokio = Handle::current();
        spawn_blocking(move || tokio.block_on(call)).await.unwrap()
    })
}

impl JobLedger for TestLedger {
    fn add_job(&self, job: &NewJob) -> LedgerFuture<bool> {
        as_work(self.ledger.add_job(job))
    }

    fn change_job(&self, job: &JobRecord, change: &JobChange) -> LedgerFuture<bool> {
        as_work(self.ledger.change_job(job, change))
    }

    fn remove_job(&self, id: i64) -> LedgerFuture<bool> {
        as_work(self.ledger.remove_job(id))
    }

    fn job(&self, name: &str) -> LedgerFuture<Option<JobRecord>> {
        as_work(self.ledger.job(name))
    }

    fn jobs(&self) -> LedgerFuture<Vec<JobRecord>> {
        as_work(self.ledger.jobs())
    }

    fn jobs_to_poll(&self, now: Millis, most: usize) -> LedgerFuture<Vec<JobRecord>> {
        if is_locked(&self.polls) {
            return locked();
        }
        as_work(self.ledger.jobs_to_poll(now, most))
    }

    fn next_poll(&self) -> LedgerFuture<Option<Millis>> {
        as_work(self.ledger.next_poll())
    }

    fn advance(&self, job: &JobRecord, advance: &Advance, lease: &Lease) -> LedgerFuture<Advanced> {
        as_work(self.ledger.advance(job, advance, lease))
    }

    fn claim_now(&self, job_id: i64, lease: &Lease) -> LedgerFuture<bool> {
        as_work(self.ledger.claim_now(job_id, lease))
    }

    fn claim_retries(
        &self,
        by: Millis,
        lease: &Lease,
        most: usize,
    ) -> LedgerFuture<Vec<(JobRecord, JobRun)>> {
        as_work(self.ledger.claim_retries(by, lease, most))
    }

    fn renew(
        &self,
        job_id: i64,
        due_at: Millis,
        lease: &Lease,
        process: Option<(u32, PathBuf)>,
    ) -> LedgerFuture<bool> {
        let renewing = as_work(self.ledger.renew(job_id, due_at, lease, process));
        let renewed = Arc::clone(&self.renewed);
        Box::pin(async move {
            let outcome = renewing.await;
            *renewed.0.lock().unwrap() += 1;
            renewed.1.notify_all();
            outcome
        })
    }

    fn settle(&self, settlement: &Settlement) -> LedgerFuture<bool> {
        if is_locked(&self.ends) {
            return locked();
        }
        let (ledger, settlement) = (Arc::clone(&self.ledger), settlement.clone());
        let renewed = Arc::clone(&self.renewed);
        let until = *renewed.0.lock().unwrap() + std::mem::take(&mut *self.first_end_after.lock().unwrap());
        Box::pin(async move {
            let waiting = spawn_blocking(move || {
                let (renewed, changed) = &*renewed;
                let guard = renewed.lock().unwrap();
                let waited = changed.wait_timeout_while(guard, PATIENCE, |renewed| *renewed < until);
                assert!(!waited.unwrap().1.timed_out(), "nothing was renewed meanwhile");
            });
            waiting.await.unwrap();
            as_work(ledger.settle(&settlement)).await
        })
    }

    fn reap_expired(&self, now: Millis, spared: &[(i64, Millis)]) -> LedgerFuture<Vec<(JobRecord, JobRun)>> {
        as_work(self.ledger.reap_expired(now, spared))
    }

    fn stopped_at(&self) -> LedgerFuture<Option<Millis>> {
        as_work(self.ledger.stopped_at())
    }

    fn set_stopped_at(&self, stopped_at: Option<Millis>) -> LedgerFuture<()> {
        as_work(self.ledger.set_stopped_at(stopped_at))
    }

    fn record_runner(&self, runner: &RunnerRecord) -> LedgerFuture<()> {
        as_work(self.ledger.record_runner(runner))
    }

    fn runners(&self) -> LedgerFuture<Vec<RunnerRecord>> {
        as_work(self.ledger.runners())
    }

    fn job_runs(&self, job_id: Option<i64>, most: usize) -> LedgerFuture<Vec<JobRun>> {
        as_work(self.ledger.job_runs(job_id, most))
    }
}
