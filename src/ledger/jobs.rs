//! Saved jobs and their runs, as the ledger keeps them: [`JobLedger`] says what can be done with them.
//!
//! Schedules and specifications are not interpreted here. Due times are whole milliseconds.

use std::path::PathBuf;

use super::runners::RunnerRecord;
use super::{LedgerFuture, Millis};

/// Whether a job runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// It runs when it is due.
    Active,
    /// A person paused it.
    Paused,
    /// An error stopped it.
    Stopped,
    /// It has no more due times.
    Finished,
}

impl JobState {
    /// The word in the file and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
            Self::Finished => "finished",
        }
    }

    pub(super) fn parse(word: &str) -> Self {
        match word {
            "active" => Self::Active,
            "stopped" => Self::Stopped,
            "finished" => Self::Finished,
            // A job in an unknown state does not run.
            _ => Self::Paused,
        }
    }
}

/// The state of a due time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobRunState {
    /// A runner holds it and has not started it yet.
    Claimed,
    /// It runs.
    Running,
    /// It waits for an answer of `turnwise approve`. Derived from the requests, never stored.
    Waiting,
    /// It failed for a temporary reason and will be retried.
    Retry,
    /// It ran and succeeded.
    Ran,
    /// It failed.
    Failed,
    /// It was interrupted from outside: scheduler stopped.
    Interrupted,
    /// It was skipped on purpose.
    Skipped,
    /// No scheduler was running.
    Missed,
}

impl JobRunState {
    /// The word in the file and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Retry => "retry",
            Self::Ran => "ran",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
            Self::Skipped => "skipped",
            Self::Missed => "missed",
        }
    }

    pub(super) fn parse(word: &str) -> Self {
        match word {
            "claimed" => Self::Claimed,
            "running" => Self::Running,
            "waiting" => Self::Waiting,
            "retry" => Self::Retry,
            "ran" => Self::Ran,
            "interrupted" => Self::Interrupted,
            "skipped" => Self::Skipped,
            "missed" => Self::Missed,
            _ => Self::Failed,
        }
    }

    /// Whether it is not over.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Claimed | Self::Running | Self::Waiting | Self::Retry)
    }
}

/// A saved job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRecord {
    /// Never used again, also when the job is removed.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its specification, as JSON.
    pub spec: String,
    /// Whether it runs.
    pub state: JobState,
    /// Counts its changes.
    pub revision: i64,
    /// Its last error.
    pub last_error: Option<String>,
    /// The session that its runs share.
    pub session_id: Option<String>,
    /// When it was added.
    pub created_at: Millis,
    /// The last due time that was handled; before the first, when it was added.
    pub handled_at: Millis,
    /// The number of due times that ran.
    pub runs: u64,
    /// When to poll it next.
    pub wake_at: Option<Millis>,
    /// When its last run ended.
    pub ended_at: Option<Millis>,
    /// The state of its latest run with an attempt.
    pub last_run: Option<JobRunState>,
}

/// A due time and its run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRun {
    /// The job.
    pub job_id: i64,
    /// Its name.
    pub job: String,
    /// The due time; of several the last.
    pub due_at: Millis,
    /// The first due time of this record.
    pub first_due_at: Millis,
    /// The number of due times of this record.
    pub due_times: u64,
    /// Started by a person (`automate run`).
    pub manual: bool,
    /// Its state.
    pub state: JobRunState,
    /// Why.
    pub reason: Option<String>,
    /// The number of the last attempt; 0 without one.
    pub attempt: u32,
    /// The runner that holds it.
    pub holder: Option<String>,
    /// When the lease expires unless it is renewed.
    pub lease_expires_at: Option<Millis>,
    /// When it is retried.
    pub retry_at: Option<Millis>,
    /// The process that runs it.
    pub pid: Option<u32>,
    /// The machine of that process.
    pub host: Option<String>,
    /// When the last attempt began.
    pub started_at: Option<Millis>,
    /// When it ended.
    pub ended_at: Option<Millis>,
    /// The exit code of the last attempt.
    pub exit_code: Option<i32>,
    /// The tokens of the last attempt.
    pub tokens: Option<u64>,
    /// Its session.
    pub session_id: Option<String>,
    /// The path of its log.
    pub log: Option<PathBuf>,
}

impl JobRun {
    /// A run that was just claimed, as the ledger has it.
    pub fn claimed(job: &JobRecord, due_at: Millis, manual: bool, lease: &Lease) -> Self {
        Self {
            job_id: job.id,
            job: job.name.clone(),
            due_at,
            first_due_at: due_at,
            due_times: 1,
            manual,
            state: JobRunState::Claimed,
            reason: None,
            attempt: 1,
            holder: Some(lease.holder.clone()),
            lease_expires_at: Some(lease.expires_at),
            retry_at: None,
            pid: None,
            host: Some(lease.host.clone()),
            started_at: Some(lease.now),
            ended_at: None,
            exit_code: None,
            tokens: None,
            session_id: None,
            log: None,
        }
    }
}

/// A job to save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// Its name.
    pub name: String,
    /// Its specification, as JSON.
    pub spec: String,
    /// When it was added.
    pub created_at: Millis,
    /// When to poll it first.
    pub wake_at: Option<Millis>,
}

/// Due times that are not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedRun {
    /// The last of them.
    pub due_at: Millis,
    /// The first of them.
    pub first_due_at: Millis,
    /// How many.
    pub due_times: u64,
    /// [`JobRunState::Skipped`] or [`JobRunState::Missed`].
    pub state: JobRunState,
    /// Why.
    pub reason: String,
}

/// Who takes a run, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The runner, unique for all times.
    pub holder: String,
    /// The machine it is on.
    pub host: String,
    /// Now.
    pub now: Millis,
    /// Until when, unless it is renewed.
    pub expires_at: Millis,
}

/// A step in a job's due times: the skipped ones, and the one to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advance {
    /// The new [`JobRecord::handled_at`].
    pub handled_at: Millis,
    /// The new [`JobRecord::wake_at`].
    pub wake_at: Option<Millis>,
    /// Due times that are skipped.
    pub skipped: Vec<SkippedRun>,
    /// The due time to run. The caller claims it with the step.
    pub run: Option<Millis>,
}

/// The outcome of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advanced {
    /// It was taken, and the run with it if there is one.
    Taken,
    /// Another runner was faster, or the job was changed.
    Overtaken,
}

/// The end of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The job.
    pub job_id: i64,
    /// The due time.
    pub due_at: Millis,
    /// The runner that held it. A run of another runner is not settled.
    pub holder: String,
    /// How it ended; [`JobRunState::Retry`] if another attempt follows.
    pub state: JobRunState,
    /// Why.
    pub reason: Option<String>,
    /// When.
    pub ended_at: Millis,
    /// When it is retried.
    pub retry_at: Option<Millis>,
    /// Its exit code.
    pub exit_code: Option<i32>,
    /// Its tokens.
    pub tokens: Option<u64>,
    /// Its session.
    pub session_id: Option<String>,
    /// The session for the job's next run.
    pub keep_session: Option<String>,
    /// The job's new error. None leaves the last one.
    pub error: Option<String>,
    /// Whether it stops the job.
    pub stop: bool,
}

/// A person's change of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobChange {
    /// Its specification.
    pub spec: String,
    /// Whether it runs.
    pub state: JobState,
    /// The new [`JobRecord::handled_at`].
    pub handled_at: Millis,
    /// The new [`JobRecord::wake_at`].
    pub wake_at: Option<Millis>,
    /// Due times that it skips.
    pub skipped: Vec<SkippedRun>,
    /// Whether the last error is forgotten.
    pub forget_error: bool,
    /// Whether the next run starts a new session.
    pub forget_session: bool,
}

/// Stores saved jobs and their runs. Each call is one transaction, and durable when its future resolves.
///
/// A call never blocks its thread. It begins when it is made, in the order in which calls are made; its future only waits for
/// the outcome, so that dropping it cancels nothing.
pub trait JobLedger: Send + Sync {
    /// Saves a new job. `false`: the name is taken.
    fn add_job(&self, job: &NewJob) -> LedgerFuture<bool>;
    /// Changes a job. `false`: it was changed, or its due times advanced, since it was read.
    fn change_job(&self, job: &JobRecord, change: &JobChange) -> LedgerFuture<bool>;
    /// Removes a job with its runs. `false`: one of them is running.
    fn remove_job(&self, id: i64) -> LedgerFuture<bool>;
    /// One job.
    fn job(&self, name: &str) -> LedgerFuture<Option<JobRecord>>;
    /// All jobs by name.
    fn jobs(&self) -> LedgerFuture<Vec<JobRecord>>;
    /// Active jobs to poll by then, without those that have an open run, the longest due first.
    fn jobs_to_poll(&self, now: Millis, most: usize) -> LedgerFuture<Vec<JobRecord>>;
    /// When to poll next: for a job, for another attempt, for a lease that expires.
    fn next_poll(&self) -> LedgerFuture<Option<Millis>>;
    /// Takes a step, unless the job is no longer as it was read or one of its runs is open.
    fn advance(&self, job: &JobRecord, advance: &Advance, lease: &Lease) -> LedgerFuture<Advanced>;
    /// Claims a run now, regardless of the job's state and schedule. `false`: a run is open.
    fn claim_now(&self, job_id: i64, lease: &Lease) -> LedgerFuture<bool>;
    /// Claims runs of active jobs whose retry is due by then.
    fn claim_retries(&self, by: Millis, lease: &Lease, most: usize)
    -> LedgerFuture<Vec<(JobRecord, JobRun)>>;
    /// Renews a lease, and records the process and log. `false`: the run is no longer the holder's.
    fn renew(
        &self,
        job_id: i64,
        due_at: Millis,
        lease: &Lease,
        process: Option<(u32, PathBuf)>,
    ) -> LedgerFuture<bool>;
    /// Saves the end of an attempt. `false`: the run is no longer the holder's.
    fn settle(&self, settlement: &Settlement) -> LedgerFuture<bool>;
    /// Ends runs whose lease has expired, because their runner died, and gives them. `spared` are runs, by job and due time, that
    /// the caller knows to be running.
    fn reap_expired(&self, now: Millis, spared: &[(i64, Millis)]) -> LedgerFuture<Vec<(JobRecord, JobRun)>>;
    /// Since when all jobs are stopped. None if they are not.
    fn stopped_at(&self) -> LedgerFuture<Option<Millis>>;
    /// Stops all jobs, or lets them run again. Runners see it when they next look.
    fn set_stopped_at(&self, stopped_at: Option<Millis>) -> LedgerFuture<()>;
    /// Keeps when a runner last looked for due jobs.
    fn record_runner(&self, runner: &RunnerRecord) -> LedgerFuture<()>;
    /// The known runners, the one seen last first.
    fn runners(&self) -> LedgerFuture<Vec<RunnerRecord>>;
    /// The latest runs of one job or of all, newest first.
    fn job_runs(&self, job_id: Option<i64>, most: usize) -> LedgerFuture<Vec<JobRun>>;
}
