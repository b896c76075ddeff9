//! Plans and ends: what is next, and what the end of an attempt means.

use jiff::tz::TimeZone;

use super::{at, hourly};
use crate::automation::jobs::settle::settlement;
use crate::automation::jobs::{AttemptOutcome, JobSpec, SessionUse, Task, next_step, skip_until};
use crate::ledger::jobs::{JobRecord, JobRun, JobRunState, JobState};

fn record(handled: &str) -> JobRecord {
    JobRecord {
        id: 1,
        name: "job".to_owned(),
        spec: String::new(),
        state: JobState::Active,
        revision: 1,
        last_error: None,
        session_id: Some("before".to_owned()),
        created_at: 0,
        handled_at: at(handled).as_millisecond(),
        runs: 0,
        wake_at: None,
        ended_at: None,
        last_run: None,
    }
}

#[test]
fn what_is_kept_of_a_job_is_read_back() {
    let spec = hourly();
    assert_eq!(spec.run.cwd(), std::path::Path::new("/"));
    assert_eq!(JobSpec::from_json(&spec.to_json().unwrap()).unwrap(), spec);
    assert!(JobSpec::from_json("{}").unwrap_err().contains("cannot read"));
}

#[test]
fn due_times_before_the_run_are_noted_with_the_reason_that_is_true() {
    let mut job = record("2026-01-01T00:00:00Z");
    job.ended_at = Some(at("2026-01-01T02:30:00Z").as_millisecond());
    let step = next_step(&job, &hourly(), at("2026-01-01T04:10:00Z"), false)
        .unwrap()
        .unwrap();
    let skipped = step
        .skipped
        .iter()
        .map(|note| (note.state, note.reason.as_str()))
        .collect::<Vec<_>>();
    let busy = (JobRunState::Skipped, "the previous run was still running");
    let missed = "no scheduler was running; covered by the run of 2026-01-01T04:00:00Z";
    assert_eq!(skipped, [busy, busy, (JobRunState::Missed, missed)]);
    assert_eq!(step.run, Some(at("2026-01-01T04:00:00Z").as_millisecond()));
    assert_eq!(step.wake_at, Some(at("2026-01-01T05:00:00Z").as_millisecond()));
    // While everything is stopped, nothing is run and all of it is noted.
    let step = next_step(&job, &hourly(), at("2026-01-01T04:10:00Z"), true)
        .unwrap()
        .unwrap();
    assert_eq!((step.run, step.skipped.len()), (None, 4));
}

#[test]
fn very_many_missed_due_times_are_one_note() {
    let job = record("2026-01-01T00:00:00Z");
    let step = next_step(&job, &hourly(), at("2026-01-11T00:00:00Z"), false)
        .unwrap()
        .unwrap();
    let [note] = &step.skipped[..] else {
        panic!("{step:#?}")
    };
    assert_eq!(note.due_times, 239);
    assert_eq!(note.first_due_at, at("2026-01-01T01:00:00Z").as_millisecond());
    assert_eq!(note.due_at, at("2026-01-10T23:00:00Z").as_millisecond());
    let (handled, skipped) = skip_until(&job, &hourly(), at("2026-01-01T02:30:00Z"), "paused").unwrap();
    assert_eq!(
        (handled, skipped.len()),
        (at("2026-01-01T02:00:00Z").as_millisecond(), 2)
    );
}

fn task(spec: JobSpec, attempt: u32, manual: bool) -> Task {
    Task {
        job: record("2026-01-01T00:00:00Z"),
        spec,
        run: JobRun {
            job_id: 1,
            job: "job".to_owned(),
            due_at: 0,
            first_due_at: 0,
            due_times: 1,
            manual,
            state: JobRunState::Claimed,
            reason: None,
            attempt,
            holder: None,
            lease_expires_at: None,
            retry_at: None,
            pid: None,
            host: None,
            started_at: None,
            ended_at: None,
            exit_code: None,
            tokens: None,
            session_id: None,
            log: None,
        },
    }
}

#[test]
fn only_what_passes_is_tried_again_ever_later_and_not_for_ever() {
    let now = at("2026-01-01T00:00:00Z");
    let mut spec = hourly();
    spec.retries = 3;
    let settled = |attempt, code, message: &str| {
        let outcome = AttemptOutcome {
            exit_code: Some(code),
            message: Some(message.to_owned()),
            ..AttemptOutcome::default()
        };
        let settled = settlement(
            &task(spec.clone(), attempt, false),
            &outcome,
            "me",
            now,
            &TimeZone::UTC,
        );
        let pause = settled
            .retry_at
            .map(|again| (again - now.as_millisecond()) / 1_000);
        (settled.state, pause, settled.stop)
    };
    assert_eq!(settled(1, 75, "busy"), (JobRunState::Retry, Some(30), false));
    assert_eq!(settled(3, 75, "busy"), (JobRunState::Retry, Some(120), false));
    assert_eq!(settled(4, 75, "busy"), (JobRunState::Failed, None, true));
    assert_eq!(settled(1, 1, "wrong"), (JobRunState::Failed, None, true));
    let reset = settled(1, 75, "Limit. Try again at 3:00 AM.");
    assert_eq!(reset, (JobRunState::Retry, Some(3 * 3_600 + 5), false));
}

#[test]
fn stopping_a_runner_stops_no_job_and_a_lost_session_is_not_reused() {
    let now = at("2026-01-01T00:00:00Z");
    let mut spec = hourly();
    spec.session = SessionUse::Reuse;
    let settled = |outcome: &AttemptOutcome, manual| {
        settlement(&task(spec.clone(), 1, manual), outcome, "me", now, &TimeZone::UTC)
    };
    let interrupted = AttemptOutcome {
        exit_code: Some(130),
        interrupted: true,
        ..AttemptOutcome::default()
    };
    let end = settled(&interrupted, false);
    assert_eq!(
        (end.state, end.stop, end.error),
        (JobRunState::Interrupted, false, None)
    );
    assert_eq!(end.keep_session.as_deref(), Some("before"));
    let gone = AttemptOutcome {
        exit_code: Some(2),
        kind: Some("session_missing".to_owned()),
        ..AttemptOutcome::default()
    };
    let end = settled(&gone, false);
    assert_eq!((end.keep_session, end.stop), (None, true));
    assert!(!settled(&gone, true).stop, "whoever ran it by hand knows");
}
