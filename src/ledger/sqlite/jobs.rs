//! Saved jobs and their runs in the SQLite ledger. Each step is taken by comparing and setting within one transaction. These
//! calls block; `job_calls` makes them on the ledger's thread.

mod rows;

use std::path::PathBuf;

use rusqlite::{OptionalExtension, Transaction, params};

use rows::{OPEN, all, integer, job_of, limit, run_of, select_jobs, select_runs};

use super::store::Store;
use crate::ledger::jobs::{
    Advance, Advanced, JobChange, JobRecord, JobRun, JobRunState, Lease, NewJob, Settlement, SkippedRun,
};
use crate::ledger::{LedgerError, Millis};

/// The number of records that are kept of a job.
const KEPT: i64 = 1_000;

fn insert_skipped(
    transaction: &Transaction<'_>,
    job_id: i64,
    skipped: &[SkippedRun],
) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare(
        "INSERT INTO job_runs (job_id, due_at, first_due_at, due_times, state, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT DO NOTHING",
    )?;
    for run in skipped {
        let SkippedRun {
            due_at,
            first_due_at,
            due_times,
            state,
            reason,
        } = run;
        statement.execute(params![
            job_id,
            due_at,
            first_due_at,
            integer(*due_times),
            state.as_str(),
            reason
        ])?;
    }
    Ok(())
}

/// Claims a due time that has no record yet.
fn claim(
    transaction: &Transaction<'_>,
    job_id: i64,
    due_at: Millis,
    manual: bool,
    lease: &Lease,
) -> rusqlite::Result<bool> {
    let inserted = transaction.execute(
        "INSERT INTO job_runs (job_id, due_at, first_due_at, manual, state, attempt, holder, host, lease_expires_at,
         started_at) VALUES (?1, ?2, ?2, ?3, 'claimed', 1, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
        params![
            job_id,
            due_at,
            manual,
            lease.holder,
            lease.host,
            lease.expires_at,
            lease.now
        ],
    )?;
    Ok(inserted == 1)
}

fn has_open_run(transaction: &Transaction<'_>, job_id: i64) -> rusqlite::Result<bool> {
    transaction
        .prepare(&format!("SELECT 1 FROM job_runs WHERE job_id = ?1 AND {OPEN}"))?
        .exists([job_id])
}

/// A job of which nothing is due any more, and nothing is open, is finished.
fn finish(transaction: &Transaction<'_>, job_id: i64) -> rusqlite::Result<()> {
    transaction
        .execute(
            &format!(
                "UPDATE jobs SET state = 'finished' WHERE id = ?1 AND state = 'active' AND wake_at IS NULL
                 AND NOT EXISTS (SELECT 1 FROM job_runs WHERE job_id = ?1 AND {OPEN})"
            ),
            [job_id],
        )
        .map(drop)
}

/// Drops the oldest records of a job beyond `KEPT`.
fn tidy(transaction: &Transaction<'_>, job_id: i64) -> rusqlite::Result<()> {
    transaction
        .execute(
            &format!(
                "DELETE FROM job_runs WHERE job_id = ?1 AND due_at <
                 (SELECT due_at FROM job_runs WHERE job_id = ?1 ORDER BY due_at DESC LIMIT 1 OFFSET ?2)
                 AND NOT ({OPEN})"
            ),
            params![job_id, KEPT - 1],
        )
        .map(drop)
}

impl Store {
    /// Notices about jobs, with their names. Each is given once.
    pub(super) fn take_job_notices(&self) -> Result<Vec<(String, String)>, LedgerError> {
        let is_there = "SELECT 1 FROM jobs WHERE notice IS NOT NULL";
        let there = self
            .lock()
            .prepare(is_there)
            .and_then(|mut query| query.exists([]));
        if !self.told(there)? {
            return Ok(Vec::new());
        }
        self.exclusively(|transaction| {
            let notices = transaction
                .prepare("SELECT name, notice FROM jobs WHERE notice IS NOT NULL ORDER BY name")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            transaction.execute("UPDATE jobs SET notice = NULL WHERE notice IS NOT NULL", [])?;
            Ok(notices)
        })
    }

    pub(super) fn add_job(&self, job: &NewJob) -> Result<bool, LedgerError> {
        let outcome = self.lock().execute(
            "INSERT INTO jobs (name, spec, state, created_at, handled_at, wake_at) VALUES (?1, ?2, 'active', ?3, ?3, ?4)
             ON CONFLICT DO NOTHING",
            params![job.name, job.spec, job.created_at, job.wake_at],
        );
        self.told(outcome).map(|added| added == 1)
    }

    pub(super) fn change_job(&self, job: &JobRecord, change: &JobChange) -> Result<bool, LedgerError> {
        self.exclusively(|transaction| {
            let changed = transaction.execute(
                "UPDATE jobs SET spec = ?4, state = ?5, handled_at = ?6, wake_at = ?7, revision = revision + 1,
                 last_error = CASE WHEN ?8 THEN NULL ELSE last_error END,
                 session_id = CASE WHEN ?9 THEN NULL ELSE session_id END
                 WHERE id = ?1 AND revision = ?2 AND handled_at = ?3",
                params![
                    job.id,
                    job.revision,
                    job.handled_at,
                    change.spec,
                    change.state.as_str(),
                    change.handled_at,
                    change.wake_at,
                    change.forget_error,
                    change.forget_session
                ],
            )?;
            if changed == 1 {
                insert_skipped(transaction, job.id, &change.skipped)?;
            }
            Ok(changed == 1)
        })
    }

    pub(super) fn remove_job(&self, id: i64) -> Result<bool, LedgerError> {
        let outcome = self.lock().execute(
            "DELETE FROM jobs WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM job_runs WHERE job_id = ?1
             AND state IN ('claimed', 'running'))",
            [id],
        );
        self.told(outcome).map(|removed| removed == 1)
    }

    pub(super) fn job(&self, name: &str) -> Result<Option<JobRecord>, LedgerError> {
        let sql = select_jobs("WHERE name = ?1");
        let outcome = self.lock().query_row(&sql, [name], job_of).optional();
        self.told(outcome)
    }

    pub(super) fn jobs(&self) -> Result<Vec<JobRecord>, LedgerError> {
        let outcome = all(&self.lock(), &select_jobs("ORDER BY name"), [], job_of);
        self.told(outcome)
    }

    pub(super) fn jobs_to_poll(&self, now: Millis, most: usize) -> Result<Vec<JobRecord>, LedgerError> {
        let sql = select_jobs(&format!(
            "WHERE state = 'active' AND wake_at <= ?1
             AND NOT EXISTS (SELECT 1 FROM job_runs WHERE job_id = jobs.id AND {OPEN}) ORDER BY wake_at LIMIT ?2"
        ));
        let outcome = all(&self.lock(), &sql, params![now, limit(most)], job_of);
        self.told(outcome)
    }

    pub(super) fn next_poll(&self) -> Result<Option<Millis>, LedgerError> {
        let sql = format!(
            "SELECT min(at) FROM (
             SELECT * FROM (SELECT wake_at AS at FROM jobs WHERE state = 'active' AND wake_at IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM job_runs WHERE job_id = jobs.id AND {OPEN}) ORDER BY wake_at LIMIT 1)
             UNION ALL SELECT min(CASE WHEN job_runs.state = 'retry' THEN retry_at ELSE lease_expires_at END)
                FROM job_runs JOIN jobs ON jobs.id = job_id
                WHERE {OPEN} AND (job_runs.state <> 'retry' OR jobs.state = 'active'))"
        );
        let outcome = self.lock().query_row(&sql, [], |row| row.get(0));
        self.told(outcome)
    }

    pub(super) fn advance(
        &self,
        job: &JobRecord,
        advance: &Advance,
        lease: &Lease,
    ) -> Result<Advanced, LedgerError> {
        self.exclusively(|transaction| {
            if has_open_run(transaction, job.id)? {
                return Ok(Advanced::Overtaken);
            }
            let changed = transaction.execute(
                "UPDATE jobs SET handled_at = ?4, wake_at = ?5, runs = runs + ?6
                 WHERE id = ?1 AND revision = ?2 AND handled_at = ?3 AND state = 'active'",
                params![
                    job.id,
                    job.revision,
                    job.handled_at,
                    advance.handled_at,
                    advance.wake_at,
                    advance.run.is_some()
                ],
            )?;
            if changed == 0 {
                return Ok(Advanced::Overtaken);
            }
            if !advance.skipped.is_empty() {
                insert_skipped(transaction, job.id, &advance.skipped)?;
                tidy(transaction, job.id)?;
            }
            if let Some(due_at) = advance.run
                && !claim(transaction, job.id, due_at, false, lease)?
            {
                // A person ran it in this very millisecond; one run is enough.
                finish(transaction, job.id)?;
                return Ok(Advanced::Overtaken);
            }
            finish(transaction, job.id)?;
            Ok(Advanced::Taken)
        })
    }

    pub(super) fn claim_now(&self, job_id: i64, lease: &Lease) -> Result<bool, LedgerError> {
        self.exclusively(|transaction| {
            Ok(!has_open_run(transaction, job_id)? && claim(transaction, job_id, lease.now, true, lease)?)
        })
    }

    pub(super) fn claim_retries(
        &self,
        by: Millis,
        lease: &Lease,
        most: usize,
    ) -> Result<Vec<(JobRecord, JobRun)>, LedgerError> {
        let sql = select_runs(&format!(
            "WHERE job_runs.state = 'retry' AND {OPEN} AND retry_at <= ?1 AND jobs.state = 'active' LIMIT ?2"
        ));
        // Looked at first without keeping others out: mostly there is nothing.
        let outcome = all(&self.lock(), &sql, params![by, limit(most)], run_of);
        if self.told(outcome)?.is_empty() {
            return Ok(Vec::new());
        }
        self.exclusively(|transaction| {
            let mut claimed = Vec::new();
            for run in all(transaction, &sql, params![by, limit(most)], run_of)? {
                transaction.execute(
                    "UPDATE job_runs SET state = 'claimed', attempt = attempt + 1, holder = ?3, host = ?4,
                     lease_expires_at = ?5, started_at = ?6, retry_at = NULL WHERE job_id = ?1 AND due_at = ?2",
                    params![
                        run.job_id,
                        run.due_at,
                        lease.holder,
                        lease.host,
                        lease.expires_at,
                        lease.now
                    ],
                )?;
                let job = transaction.query_row(&select_jobs("WHERE id = ?1"), [run.job_id], job_of)?;
                let run = JobRun {
                    attempt: run.attempt + 1,
                    ..run
                };
                claimed.push((job, run));
            }
            Ok(claimed)
        })
    }

    pub(super) fn renew(
        &self,
        job_id: i64,
        due_at: Millis,
        lease: &Lease,
        process: Option<(u32, PathBuf)>,
    ) -> Result<bool, LedgerError> {
        let (pid, log) = process.unzip();
        let outcome = self.lock().execute(
            "UPDATE job_runs SET lease_expires_at = ?4, pid = coalesce(?5, pid), log = coalesce(?6, log),
             state = CASE WHEN ?5 IS NULL THEN state ELSE 'running' END
             WHERE job_id = ?1 AND due_at = ?2 AND holder = ?3 AND state IN ('claimed', 'running')",
            params![
                job_id,
                due_at,
                lease.holder,
                lease.expires_at,
                pid,
                log.map(|log| log.to_string_lossy().into_owned())
            ],
        );
        self.told(outcome).map(|renewed| renewed == 1)
    }

    pub(super) fn settle(&self, settlement: &Settlement) -> Result<bool, LedgerError> {
        let Settlement { job_id, due_at, .. } = settlement;
        self.exclusively(|transaction| {
            let settled = transaction.execute(
                "UPDATE job_runs SET state = ?4, reason = ?5, ended_at = ?6, retry_at = ?7, exit_code = ?8,
                 tokens = ?9, session_id = ?10, lease_expires_at = NULL
                 WHERE job_id = ?1 AND due_at = ?2 AND holder = ?3 AND state IN ('claimed', 'running')",
                params![
                    job_id,
                    due_at,
                    settlement.holder,
                    settlement.state.as_str(),
                    settlement.reason,
                    settlement.ended_at,
                    settlement.retry_at,
                    settlement.exit_code,
                    settlement.tokens.map(integer),
                    settlement.session_id
                ],
            )?;
            if settled == 0 {
                return Ok(false);
            }
            transaction.execute(
                "UPDATE jobs SET session_id = ?2, last_error = coalesce(?3, last_error), ended_at = ?4,
                 state = CASE WHEN ?5 AND state = 'active' THEN 'stopped' ELSE state END WHERE id = ?1",
                params![
                    job_id,
                    settlement.keep_session,
                    settlement.error,
                    settlement.ended_at,
                    settlement.stop
                ],
            )?;
            finish(transaction, *job_id)?;
            tidy(transaction, *job_id)?;
            Ok(true)
        })
    }

    pub(super) fn reap_expired(
        &self,
        now: Millis,
        spared: &[(i64, Millis)],
    ) -> Result<Vec<(JobRecord, JobRun)>, LedgerError> {
        let is_dead = |run: &JobRun| !spared.contains(&(run.job_id, run.due_at));
        let condition = "WHERE job_runs.state IN ('claimed', 'running') AND lease_expires_at <= ?1";
        // Looked at first without keeping others out: mostly there is nothing.
        let sql = select_runs(&format!("{condition} AND {OPEN}"));
        let outcome = all(&self.lock(), &sql, [now], run_of);
        if !self.told(outcome)?.iter().any(is_dead) {
            return Ok(Vec::new());
        }
        self.exclusively(|transaction| {
            let mut buried = Vec::new();
            let dead = all(transaction, &sql, [now], run_of)?;
            for mut run in dead.into_iter().filter(is_dead) {
                let machine = run.host.as_deref().unwrap_or("an unknown machine");
                let reason = format!("the scheduler on {machine} died or lost contact");
                transaction.execute(
                    "UPDATE job_runs SET state = 'failed', reason = ?3, ended_at = ?4, lease_expires_at = NULL
                     WHERE job_id = ?1 AND due_at = ?2",
                    params![run.job_id, run.due_at, reason, now],
                )?;
                transaction.execute(
                    "UPDATE jobs SET last_error = ?2, ended_at = ?3 WHERE id = ?1",
                    params![run.job_id, reason, now],
                )?;
                finish(transaction, run.job_id)?;
                (run.state, run.reason, run.ended_at) = (JobRunState::Failed, Some(reason), Some(now));
                let job = transaction.query_row(&select_jobs("WHERE id = ?1"), [run.job_id], job_of)?;
                buried.push((job, run));
            }
            Ok(buried)
        })
    }

    pub(super) fn stopped_at(&self) -> Result<Option<Millis>, LedgerError> {
        let outcome = self
            .lock()
            .query_row("SELECT min(stopped_at) FROM stop_all", [], |row| row.get(0));
        self.told(outcome)
    }

    pub(super) fn set_stopped_at(&self, stopped_at: Option<Millis>) -> Result<(), LedgerError> {
        self.exclusively(|transaction| {
            match stopped_at {
                // Stopping again changes nothing.
                Some(at) => transaction.execute(
                    "INSERT INTO stop_all (id, stopped_at) VALUES (1, ?1) ON CONFLICT DO NOTHING",
                    [at],
                )?,
                None => transaction.execute("DELETE FROM stop_all", [])?,
            };
            Ok(())
        })
    }

    pub(super) fn job_runs(&self, job_id: Option<i64>, most: usize) -> Result<Vec<JobRun>, LedgerError> {
        let outcome = match job_id {
            Some(id) => all(
                &self.lock(),
                &select_runs("WHERE job_id = ?1 ORDER BY due_at DESC LIMIT ?2"),
                params![id, limit(most)],
                run_of,
            ),
            None => all(
                &self.lock(),
                &select_runs("ORDER BY due_at DESC, jobs.name LIMIT ?1"),
                [limit(most)],
                run_of,
            ),
        };
        self.told(outcome)
    }
}

#[cfg(test)]
mod tests;
