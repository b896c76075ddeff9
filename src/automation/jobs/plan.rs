//! The next step of a job: the due time to run, and the record of those that are skipped. Pure.

use jiff::{SignedDuration, Timestamp};

use super::spec::JobSpec;
use crate::automation::{DueProgress, Schedule, ScheduleError, due, wake};
use crate::ledger::Millis;
use crate::ledger::jobs::{Advance, JobRecord, JobRunState, SkippedRun};

/// More consecutive due times than this share one record.
const RECORDED_ALONE: u64 = 48;

/// The longest time between two polls of a job, because the rules of time zones change.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_hours(24);

/// A moment of the ledger.
fn timestamp(at: Millis) -> Timestamp {
    Timestamp::from_millisecond(at).unwrap_or(if at < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// The next step of a job. `None`: nothing is due, or only its [`JobRecord::wake_at`] was wrong.
///
/// `stopped`: all jobs are stopped, so that due times are skipped.
pub fn next_step(
    job: &JobRecord,
    spec: &JobSpec,
    now: Timestamp,
    stopped: bool,
) -> Result<Option<Advance>, ScheduleError> {
    let schedule = spec.schedule.schedule()?;
    let progress = progress(job);
    let Some(found) = due(&job.name, &schedule, progress, now, spec.policy()) else {
        return Ok(None);
    };
    let run = found.run && !stopped;
    let reason = |at: Timestamp| {
        if stopped {
            return (
                JobRunState::Skipped,
                "all jobs were stopped (stop-all)".to_owned(),
            );
        }
        if job.ended_at.is_some_and(|ended| at.as_millisecond() <= ended) {
            let reason = "the previous run was still running".to_owned();
            return (JobRunState::Skipped, reason);
        }
        let stands = if run {
            format!("; covered by the run of {}", found.at)
        } else {
            " at that time".to_owned()
        };
        (JobRunState::Missed, format!("no scheduler was running{stands}"))
    };
    let until = if run { just_before(found.at) } else { found.at };
    let handled = DueProgress {
        handled: found.at,
        runs: progress.runs + u64::from(run),
    };
    Ok(Some(Advance {
        handled_at: found.at.as_millisecond(),
        wake_at: wake_of(job, &schedule, handled, spec, now),
        skipped: skipped(&schedule, progress.handled, until, reason),
        run: run.then_some(found.at.as_millisecond()),
    }))
}

/// The time of a job's next poll.
pub fn next_wake(job: &JobRecord, spec: &JobSpec, now: Timestamp) -> Result<Option<Millis>, ScheduleError> {
    let schedule = spec.schedule.schedule()?;
    Ok(wake_of(job, &schedule, progress(job), spec, now))
}

/// Skips all due times up to now, for a reason. Gives the new [`JobRecord::handled_at`] and the skipped runs.
pub fn skip_until(
    job: &JobRecord,
    spec: &JobSpec,
    now: Timestamp,
    reason: &str,
) -> Result<(Millis, Vec<SkippedRun>), ScheduleError> {
    let schedule = spec.schedule.schedule()?;
    let handled = progress(job).handled;
    let skipped = skipped(&schedule, handled, now, |_| {
        (JobRunState::Skipped, reason.to_owned())
    });
    let last = skipped.iter().map(|run| run.due_at).max();
    Ok((last.unwrap_or(job.handled_at), skipped))
}

fn progress(job: &JobRecord) -> DueProgress {
    DueProgress {
        handled: timestamp(job.handled_at),
        runs: job.runs,
    }
}

fn wake_of(
    job: &JobRecord,
    schedule: &Schedule,
    progress: DueProgress,
    spec: &JobSpec,
    now: Timestamp,
) -> Option<Millis> {
    let wake = wake(&job.name, schedule, progress, spec.policy())?;
    let again = now.saturating_add(LOOK_AGAIN).unwrap_or(wake);
    Some(wake.min(again).as_millisecond())
}

fn just_before(at: Timestamp) -> Timestamp {
    at.saturating_sub(SignedDuration::from_nanos(1)).unwrap_or(at)
}

/// A skipped run for each due time after one and up to another; many are noted together, by the reason of the last.
fn skipped(
    schedule: &Schedule,
    after: Timestamp,
    until: Timestamp,
    reason: impl Fn(Timestamp) -> (JobRunState, String),
) -> Vec<SkippedRun> {
    let (Some(first), Some(last)) = (
        schedule.next_after(after).filter(|first| *first <= until),
        schedule.last_until(until),
    ) else {
        return Vec::new();
    };
    let skip = |first: Timestamp, at: Timestamp, due_times: u64| {
        let (state, reason) = reason(at);
        SkippedRun {
            due_at: at.as_millisecond(),
            first_due_at: first.as_millisecond(),
            due_times,
            state,
            reason,
        }
    };
    let count = schedule.count(after, until, due::MOST_COUNTED);
    if count > RECORDED_ALONE {
        return vec![skip(first, last, count)];
    }
    let times = schedule.all_times(after).take_while(|at| *at <= until);
    times.map(|at| skip(at, at, 1)).collect()
}
