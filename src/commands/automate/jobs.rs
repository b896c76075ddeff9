//! Saved jobs for commands: finds them by name, changes them without losing others' changes, wakes daemons.

use std::path::PathBuf;
use std::sync::Arc;

use crate::automation::jobs::{JobSpec, next_wake, skip_until};
use crate::exit::Exit;
use crate::ledger::jobs::{JobChange, JobRecord, JobRun, JobState};
use crate::ledger::{JobLedger, PipeWake, SqliteLedger};
use crate::text::sanitize;
use jiff::Timestamp;

use super::job_args;
use super::stop_file::take_stop_file;
use super::wait::wait;
use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::say;

/// Maximum number of attempts to change a job that others change at the same time.
const TRIES: usize = 8;

/// Prefix of the names under which daemons are woken.
pub(super) const DAEMON: &str = "daemon-";

/// The saved jobs.
pub(super) struct Jobs {
    pub(super) ledger: Arc<SqliteLedger>,
    pub(super) state: PathBuf,
}

/// A person's change of a job.
pub(super) struct Change {
    pub(super) spec: JobSpec,
    pub(super) state: JobState,
    /// Why due times up to now are skipped. None if they stay due.
    pub(super) skip_reason: Option<&'static str>,
    pub(super) forget_error: bool,
    pub(super) forget_session: bool,
}

impl Jobs {
    /// Opens the ledger; creates it if it does not exist.
    pub(super) fn open(context: &Context) -> Result<Self, Failure> {
        let state = context.directories()?.state.clone();
        let ledger = SqliteLedger::open(&SqliteLedger::path_in(&state))?;
        for (name, notice) in wait(ledger.take_job_notices())? {
            say(&format!(
                "warning: {name}: {}; see `turnwise automate show {name}`",
                sanitize::line(&notice)
            ));
        }
        take_stop_file(&state, &ledger)?;
        Ok(Self {
            ledger: Arc::new(ledger),
            state,
        })
    }

    /// Whether all jobs are stopped.
    pub(super) fn are_stopped(&self) -> Result<bool, Failure> {
        Ok(wait(self.ledger.stopped_at())?.is_some())
    }

    /// A job and its specification.
    pub(super) fn named(&self, name: &str) -> Result<(JobRecord, JobSpec), Failure> {
        let job = self.record(name)?;
        let spec =
            JobSpec::from_json(&job.spec).map_err(|error| Failure::usage(format!("{name}: {error}")))?;
        Ok((job, spec))
    }

    /// A job, whether or not its specification can be read.
    pub(super) fn record(&self, name: &str) -> Result<JobRecord, Failure> {
        match wait(self.ledger.job(name))? {
            Some(job) => Ok(job),
            None => Err(Failure::usage(format!("job {name} not found"))
                .hint("list all jobs with `turnwise automate list`")),
        }
    }

    /// Changes a job and gives its new state.
    pub(super) fn change(
        &self,
        name: &str,
        change: impl Fn(&JobRecord, JobSpec) -> Result<Change, Failure>,
    ) -> Result<(JobRecord, JobSpec), Failure> {
        for _ in 0..TRIES {
            let (job, spec) = self.named(name)?;
            let before = spec.clone();
            let change = change(&job, spec)?;
            // Not before the change: an interval that begins with it would be due at its very beginning.
            let now = job_args::now();
            let kept = kept(&job, &before, &change, now)?;
            if wait(self.ledger.change_job(&job, &kept))? {
                self.ring();
                return self.named(name);
            }
        }
        Err(Failure::new(
            Exit::Temporary,
            "busy",
            format!("{name} is being changed by another process"),
        )
        .hint("try again"))
    }

    /// Wakes every daemon on this machine.
    pub(super) fn ring(&self) {
        PipeWake::new(&self.state).notify_all(DAEMON);
    }

    /// The open run of a job.
    pub(super) fn open_run(&self, job: &JobRecord) -> Result<Option<JobRun>, Failure> {
        let runs = wait(self.ledger.job_runs(Some(job.id), 20))?;
        Ok(runs.into_iter().find(|run| run.state.is_open()))
    }
}

/// A change as the ledger takes it.
fn kept(job: &JobRecord, before: &JobSpec, change: &Change, now: Timestamp) -> Result<JobChange, Failure> {
    let (handled_at, skipped) = match change.skip_reason {
        Some(reason) => {
            let (_, skipped) = skip_until(job, before, now, reason)?;
            // Up to the present, also where the old schedule had no due time.
            (now.as_millisecond().max(job.handled_at), skipped)
        }
        None => (job.handled_at, Vec::new()),
    };
    let changed = JobRecord {
        handled_at,
        ..job.clone()
    };
    Ok(JobChange {
        spec: change.spec.to_json().map_err(Failure::usage)?,
        state: change.state,
        handled_at,
        wake_at: next_wake(&changed, &change.spec, now)?,
        skipped,
        forget_error: change.forget_error,
        forget_session: change.forget_session,
    })
}

/// Names that can be typed, and be directories.
pub(super) fn checked_name(name: &str) -> Result<&str, Failure> {
    let fits = |character: char| character.is_ascii_alphanumeric() || "._-".contains(character);
    let begins_well = name.starts_with(|first: char| first.is_ascii_alphanumeric());
    if begins_well && name.len() <= 64 && name.chars().all(fits) {
        return Ok(name);
    }
    Err(Failure::usage(format!("`{name}` is not a valid job name"))
        .hint("use up to 64 letters, digits, `.`, `_` and `-`, starting with a letter or digit"))
}
