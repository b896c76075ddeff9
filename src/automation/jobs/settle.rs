//! The end of an attempt and its consequences for the run and the job. Pure.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::ports::{AttemptOutcome, Task};
use super::reset::reset_time;
use super::spec::{JobSpec, OnError, SessionUse};
use crate::exit::Exit;
use crate::ledger::jobs::{JobRecord, JobRunState, Settlement};

/// The pause before the second attempt. Each further pause is twice as long.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// The longest such pause.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// After a usage limit's end, so that clocks that differ do not cost an attempt.
const AFTER_RESET: SignedDuration = SignedDuration::from_secs(5);

/// The end as the ledger saves it.
pub(super) fn settlement(
    task: &Task,
    outcome: &AttemptOutcome,
    holder: &str,
    now: Timestamp,
    zone: &TimeZone,
) -> Settlement {
    let Task { job, spec, run } = task;
    let well = outcome.exit_code == Some(0) && !outcome.interrupted;
    let reason = (!well).then(|| reason(outcome));
    let retry_at = (!well && !outcome.interrupted && run.attempt <= spec.retries)
        .then(|| retry_at(outcome, run.attempt, now, zone))
        .flatten();
    let state = match (well, outcome.interrupted, retry_at) {
        (true, ..) => JobRunState::Ran,
        (_, true, _) => JobRunState::Interrupted,
        (.., Some(_)) => JobRunState::Retry,
        (.., None) => JobRunState::Failed,
    };
    // The person who started a manual run sees its failure; it does not stop the job.
    let failed = state == JobRunState::Failed;
    Settlement {
        job_id: job.id,
        due_at: run.due_at,
        holder: holder.to_owned(),
        state,
        ended_at: now.as_millisecond(),
        retry_at: retry_at.map(Timestamp::as_millisecond),
        exit_code: outcome.exit_code,
        tokens: outcome.tokens,
        session_id: outcome.session_id.clone(),
        keep_session: kept_session(job, spec, outcome),
        error: reason.clone().filter(|_| failed),
        reason,
        stop: failed && !run.manual && spec.on_error == OnError::Stop,
    }
}

fn reason(outcome: &AttemptOutcome) -> String {
    if outcome.interrupted {
        return "scheduler stopped".to_owned();
    }
    match (&outcome.message, outcome.exit_code) {
        (Some(message), _) => message.clone(),
        (None, Some(code)) => format!("exit code {code}"),
        (None, None) => "ended by a signal".to_owned(),
    }
}

/// The time of the next attempt. None if the failure is permanent.
fn retry_at(outcome: &AttemptOutcome, attempt: u32, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    if outcome.exit_code != Some(i32::from(Exit::Temporary.code())) {
        return None;
    }
    let doubled = 1_i32.checked_shl(attempt.saturating_sub(1).min(16)).unwrap_or(1);
    let pause = FIRST_PAUSE.saturating_mul(doubled).min(LONGEST_PAUSE);
    let again = now.saturating_add(pause).unwrap_or(now);
    let reset = outcome
        .message
        .as_deref()
        .and_then(|message| reset_time(message, now, zone))
        .and_then(|reset| reset.checked_add(AFTER_RESET).ok());
    Some(reset.map_or(again, |reset| reset.max(again)))
}

/// The session of the job's next run.
fn kept_session(job: &JobRecord, spec: &JobSpec, outcome: &AttemptOutcome) -> Option<String> {
    let gone = matches!(
        outcome.kind.as_deref(),
        Some("session_missing" | "session_archived")
    );
    if spec.session == SessionUse::Fresh || gone {
        return None;
    }
    outcome.session_id.clone().or_else(|| job.session_id.clone())
}
