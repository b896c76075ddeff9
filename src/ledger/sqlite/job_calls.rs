//! [`JobLedger`] of the SQLite ledger: each call is made on the ledger's thread.

use std::path::PathBuf;

use super::SqliteLedger;
use super::store::Store;
use crate::ledger::jobs::{
    Advance, Advanced, JobChange, JobLedger, JobRecord, JobRun, Lease, NewJob, Settlement,
};
use crate::ledger::runners::RunnerRecord;
use crate::ledger::{LedgerFuture, Millis};

impl SqliteLedger {
    /// Notices about jobs, with their names. Each is given once.
    pub fn take_job_notices(&self) -> LedgerFuture<Vec<(String, String)>> {
        self.worker.call(Store::take_job_notices)
    }
}

impl JobLedger for SqliteLedger {
    fn add_job(&self, job: &NewJob) -> LedgerFuture<bool> {
        let job = job.clone();
        self.worker.call(move |store| store.add_job(&job))
    }

    fn change_job(&self, job: &JobRecord, change: &JobChange) -> LedgerFuture<bool> {
        let (job, change) = (job.clone(), change.clone());
        self.worker.call(move |store| store.change_job(&job, &change))
    }

    fn remove_job(&self, id: i64) -> LedgerFuture<bool> {
        self.worker.call(move |store| store.remove_job(id))
    }

    fn job(&self, name: &str) -> LedgerFuture<Option<JobRecord>> {
        let name = name.to_owned();
        self.worker.call(move |store| store.job(&name))
    }

    fn jobs(&self) -> LedgerFuture<Vec<JobRecord>> {
        self.worker.call(Store::jobs)
    }

    fn jobs_to_poll(&self, now: Millis, most: usize) -> LedgerFuture<Vec<JobRecord>> {
        self.worker.call(move |store| store.jobs_to_poll(now, most))
    }

    fn next_poll(&self) -> LedgerFuture<Option<Millis>> {
        self.worker.call(Store::next_poll)
    }

    fn advance(&self, job: &JobRecord, advance: &Advance, lease: &Lease) -> LedgerFuture<Advanced> {
        let (job, advance, lease) = (job.clone(), advance.clone(), lease.clone());
        self.worker
            .call(move |store| store.advance(&job, &advance, &lease))
    }

    fn claim_now(&self, job_id: i64, lease: &Lease) -> LedgerFuture<bool> {
        let lease = lease.clone();
        self.worker.call(move |store| store.claim_now(job_id, &lease))
    }

    fn claim_retries(
        &self,
        by: Millis,
        lease: &Lease,
        most: usize,
    ) -> LedgerFuture<Vec<(JobRecord, JobRun)>> {
        let lease = lease.clone();
        self.worker
            .call(move |store| store.claim_retries(by, &lease, most))
    }

    fn renew(
        &self,
        job_id: i64,
        due_at: Millis,
        lease: &Lease,
        process: Option<(u32, PathBuf)>,
    ) -> LedgerFuture<bool> {
        let lease = lease.clone();
        self.worker
            .call(move |store| store.renew(job_id, due_at, &lease, process))
    }

    fn settle(&self, settlement: &Settlement) -> LedgerFuture<bool> {
        let settlement = settlement.clone();
        self.worker.call(move |store| store.settle(&settlement))
    }

    fn reap_expired(&self, now: Millis, spared: &[(i64, Millis)]) -> LedgerFuture<Vec<(JobRecord, JobRun)>> {
        let spared = spared.to_vec();
        self.worker.call(move |store| store.reap_expired(now, &spared))
    }

    fn stopped_at(&self) -> LedgerFuture<Option<Millis>> {
        self.worker.call(Store::stopped_at)
    }

    fn set_stopped_at(&self, stopped_at: Option<Millis>) -> LedgerFuture<()> {
        self.worker.call(move |store| store.set_stopped_at(stopped_at))
    }

    fn record_runner(&self, runner: &RunnerRecord) -> LedgerFuture<()> {
        let runner = runner.clone();
        self.worker.call(move |store| store.record_runner(&runner))
    }

    fn runners(&self) -> LedgerFuture<Vec<RunnerRecord>> {
        self.worker.call(Store::runners)
    }

    fn job_runs(&self, job_id: Option<i64>, most: usize) -> LedgerFuture<Vec<JobRun>> {
        self.worker.call(move |store| store.job_runs(job_id, most))
    }
}
