//! The next step of a job: what of its due times is run, and what becomes of the others. Pure.

use jiff::{SignedDuration, Timestamp};

use super::spec::JobSpec;
use crate::automation::{Progress, Schedule, ScheduleError, due, wake};
use crate::ledger::Millis;
use crate::ledger::jobs::{Advance, JobRecord, JobRunState, Note};

/// More due times in a row than this are noted together.
const NOTED_ALONE: u64 = 48;

/// A job is looked at this often even if nothing is due, because the rules of time zones change.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_hours(24);

/// A moment of the ledger.
fn timestamp(at: Millis) -> Timestamp {
    Timestamp::from_millisecond(at).unwrap_or(if at < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// What a job has to do by now. `None`: only its [`JobRecord::wake_at`] was wrong, or nothing at all.
///
/// `halted`: everything is stopped, so that what is due is left out.
pub fn next_step(
    job: &JobRecord,
    spec: &JobSpec,
    now: Timestamp,
    halted: bool,
) -> Result<Option<Advance>, ScheduleError> {
    let schedule = spec.schedule.schedule()?;
    let progress = progress(job);
    let Some(found) = due(&job.name, &schedule, progress, now, spec.policy()) else {
        return Ok(None);
    };
    let run = found.run && !halted;
    let reason = |at: Timestamp| {
        if halted {
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
    let handled = Progress {
        handled: found.at,
        runs: progress.runs + u64::from(run),
    };
    Ok(Some(Advance {
        handled_at: found.at.as_millisecond(),
        wake_at: wake_of(job, &schedule, handled, spec, now),
        notes: notes(&schedule, progress.handled, until, reason),
        run: run.then_some(found.at.as_millisecond()),
    }))
}

/// When a job has to be looked at next, as things are.
pub fn next_wake(job: &JobRecord, spec: &JobSpec, now: Timestamp) -> Result<Option<Millis>, ScheduleError> {
    let schedule = spec.schedule.schedule()?;
    Ok(wake_of(job, &schedule, progress(job), spec, now))
}

/// Passes over all that was due up to now, for a reason: the new [`JobRecord::handled_at`], and the notes.
pub fn pass_over(
    job: &JobRecord,
    spec: &JobSpec,
    now: Timestamp,
    reason: &str,
) -> Result<(Millis, Vec<Note>), ScheduleError> {
    let schedule = spec.schedule.schedule()?;
    let handled = progress(job).handled;
    let notes = notes(&schedule, handled, now, |_| {
        (JobRunState::Skipped, reason.to_owned())
    });
    let last = notes.iter().map(|note| note.due_at).max();
    Ok((last.unwrap_or(job.handled_at), notes))
}

fn progress(job: &JobRecord) -> Progress {
    Progress {
        handled: timestamp(job.handled_at),
        runs: job.runs,
    }
}

fn wake_of(
    job: &JobRecord,
    schedule: &Schedule,
    progress: Progress,
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

/// A note for each due time after one and up to another; many are noted together, by the reason of the last.
fn notes(
    schedule: &Schedule,
    after: Timestamp,
    until: Timestamp,
    reason: impl Fn(Timestamp) -> (JobRunState, String),
) -> Vec<Note> {
    let (Some(first), Some(last)) = (
        schedule.next_after(after).filter(|first| *first <= until),
        schedule.last_until(until),
    ) else {
        return Vec::new();
    };
    let note = |first: Timestamp, at: Timestamp, due_times: u64| {
        let (state, reason) = reason(at);
        Note {
            due_at: at.as_millisecond(),
            first_due_at: first.as_millisecond(),
            due_times,
            state,
            reason,
        }
    };
    let count = schedule.count(after, until, due::MOST_COUNTED);
    if count > NOTED_ALONE {
        return vec![note(first, last, count)];
    }
    let times = schedule.all_times(after).take_while(|at| *at <= until);
    times.map(|at| note(at, at, 1)).collect()
}
