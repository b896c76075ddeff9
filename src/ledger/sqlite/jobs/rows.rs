//! Rows of jobs and runs, read.

use std::path::PathBuf;

use rusqlite::types::FromSql;
use rusqlite::{Connection, Params, Row};

use crate::ledger::jobs::{JobRecord, JobRun, JobRunState, JobState};

/// A run that is not over, as the partial index has it.
pub(super) const OPEN: &str = "job_runs.state IN ('claimed', 'running', 'retry')";

/// The state of a run as people see it: one whose process asked something waits.
const STATE: &str = "CASE WHEN job_runs.state = 'running' AND EXISTS (
    SELECT 1 FROM requests CROSS JOIN runs ON runs.id = requests.run_id WHERE requests.state = 'open'
    AND runs.pid = job_runs.pid AND runs.host = job_runs.host AND runs.started_at >= job_runs.started_at)
    THEN 'waiting' ELSE job_runs.state END";

pub(super) fn select_jobs(rest: &str) -> String {
    format!(
        "SELECT id, name, spec, state, revision, last_error, session_id, created_at, handled_at, runs, wake_at, ended_at,
         (SELECT {STATE} FROM job_runs WHERE job_id = jobs.id AND attempt > 0 ORDER BY due_at DESC LIMIT 1)
         FROM jobs {rest}"
    )
}

pub(super) fn select_runs(rest: &str) -> String {
    format!(
        "SELECT job_id, jobs.name, due_at, first_due_at, due_times, manual, {STATE}, reason, attempt, holder,
         lease_expires_at, retry_at, pid, host, started_at, job_runs.ended_at, exit_code, tokens, job_runs.session_id, log
         FROM job_runs JOIN jobs ON jobs.id = job_runs.job_id {rest}"
    )
}

/// The columns of a row, one after another. Finding each by its name costs more than reading it.
struct Columns<'r, 'statement> {
    row: &'r Row<'statement>,
    next: usize,
}

impl<'r, 'statement> Columns<'r, 'statement> {
    fn of(row: &'r Row<'statement>) -> Self {
        Self { row, next: 0 }
    }

    fn take<T: FromSql>(&mut self) -> rusqlite::Result<T> {
        let place = self.next;
        self.next += 1;
        self.row.get(place)
    }
}

/// Reads what [`select_jobs`] selects, in its order.
pub(super) fn job_of(row: &Row<'_>) -> rusqlite::Result<JobRecord> {
    let mut columns = Columns::of(row);
    Ok(JobRecord {
        id: columns.take()?,
        name: columns.take()?,
        spec: columns.take()?,
        state: JobState::parse(&columns.take::<String>()?),
        revision: columns.take()?,
        last_error: columns.take()?,
        session_id: columns.take()?,
        created_at: columns.take()?,
        handled_at: columns.take()?,
        runs: count(columns.take()?),
        wake_at: columns.take()?,
        ended_at: columns.take()?,
        last_run: columns
            .take::<Option<String>>()?
            .map(|word| JobRunState::parse(&word)),
    })
}

/// Reads what [`select_runs`] selects, in its order.
pub(super) fn run_of(row: &Row<'_>) -> rusqlite::Result<JobRun> {
    let mut columns = Columns::of(row);
    Ok(JobRun {
        job_id: columns.take()?,
        job: columns.take()?,
        due_at: columns.take()?,
        first_due_at: columns.take()?,
        due_times: count(columns.take()?),
        manual: columns.take()?,
        state: JobRunState::parse(&columns.take::<String>()?),
        reason: columns.take()?,
        attempt: columns.take()?,
        holder: columns.take()?,
        lease_expires_at: columns.take()?,
        retry_at: columns.take()?,
        pid: columns.take()?,
        host: columns.take()?,
        started_at: columns.take()?,
        ended_at: columns.take()?,
        exit_code: columns.take()?,
        tokens: columns.take::<Option<i64>>()?.map(count),
        session_id: columns.take()?,
        log: columns.take::<Option<String>>()?.map(PathBuf::from),
    })
}

pub(super) fn all<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    of: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    connection.prepare(sql)?.query_map(parameters, of)?.collect()
}

pub(super) fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

/// SQLite's integers are signed.
pub(super) fn integer(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn count(integer: i64) -> u64 {
    integer.unsigned_abs()
}
