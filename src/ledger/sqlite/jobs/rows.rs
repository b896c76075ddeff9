//! Rows of jobs and runs, read.

use std::path::PathBuf;

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
        "SELECT jobs.*, (SELECT {STATE} FROM job_runs WHERE job_id = jobs.id AND attempt > 0
         ORDER BY due_at DESC LIMIT 1) AS last_run FROM jobs {rest}"
    )
}

pub(super) fn select_runs(rest: &str) -> String {
    format!(
        "SELECT job_runs.*, {STATE} AS seen, jobs.name FROM job_runs JOIN jobs ON jobs.id = job_runs.job_id {rest}"
    )
}

pub(super) fn job_of(row: &Row<'_>) -> rusqlite::Result<JobRecord> {
    let last_run: Option<String> = row.get("last_run")?;
    Ok(JobRecord {
        id: row.get("id")?,
        name: row.get("name")?,
        spec: row.get("spec")?,
        state: JobState::from_word(&row.get::<_, String>("state")?),
        revision: row.get("revision")?,
        last_error: row.get("last_error")?,
        session_id: row.get("session_id")?,
        created_at: row.get("created_at")?,
        handled_at: row.get("handled_at")?,
        runs: count(row.get("runs")?),
        wake_at: row.get("wake_at")?,
        ended_at: row.get("ended_at")?,
        last_run: last_run.as_deref().map(JobRunState::from_word),
    })
}

pub(super) fn run_of(row: &Row<'_>) -> rusqlite::Result<JobRun> {
    Ok(JobRun {
        job_id: row.get("job_id")?,
        job: row.get("name")?,
        due_at: row.get("due_at")?,
        first_due_at: row.get("first_due_at")?,
        due_times: count(row.get("due_times")?),
        manual: row.get("manual")?,
        state: JobRunState::from_word(&row.get::<_, String>("seen")?),
        reason: row.get("reason")?,
        attempt: row.get("attempt")?,
        holder: row.get("holder")?,
        lease_expires_at: row.get("lease_expires_at")?,
        retry_at: row.get("retry_at")?,
        pid: row.get("pid")?,
        host: row.get("host")?,
        started_at: row.get("started_at")?,
        ended_at: row.get("ended_at")?,
        exit_code: row.get("exit_code")?,
        tokens: row.get::<_, Option<i64>>("tokens")?.map(count),
        session_id: row.get("session_id")?,
        log: row.get::<_, Option<String>>("log")?.map(PathBuf::from),
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
