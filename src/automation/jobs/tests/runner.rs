//! The runner's loop: what it takes, what it leaves, and how it ends.

use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use tokio::sync::mpsc;

use super::{Place, Turns, at, done, hourly};
use crate::automation::jobs::{RunnerEnd, RunnerSignal, SavedTrigger, Until, schedule_overview};
use crate::ledger::jobs::{JobLedger, JobRunState, NewJob};
use crate::ledger::runners::RunnerKind;

#[tokio::test(start_paused = true)]
async fn what_falls_due_while_a_tick_runs_is_left_to_the_next() {
    let place = Place::at("2026-01-01T01:10:00Z");
    for name in ["a", "b", "c"] {
        place.add(name, "2026-01-01T00:30:00Z");
    }
    let runner = place.runner(Turns {
        // Each takes an hour, so that each is due again when it ends.
        clock: Some((Arc::clone(&place.clock), SignedDuration::from_hours(1))),
        ..Turns::default()
    });
    let (_sender, mut wakes) = mpsc::channel(1);
    assert_eq!(
        runner.serve(Until::Idle, &mut wakes).await.unwrap(),
        RunnerEnd::Idle
    );
    let first = at("2026-01-01T01:00:00Z").as_millisecond();
    let began = runner.executor().began.lock().unwrap().clone();
    assert_eq!(began.len(), 3);
    assert!(began.iter().all(|(_, due)| *due == first), "{began:?}");
    assert_eq!(place.states(), [JobRunState::Ran; 3]);
}

#[tokio::test(start_paused = true)]
async fn a_runner_that_is_told_to_stop_leaves_nothing_open() {
    let place = Place::at("2026-01-01T01:10:00Z");
    place.add("a", "2026-01-01T00:30:00Z");
    let runner = place.runner(Turns {
        hang: true,
        ..Turns::default()
    });
    let (sender, mut wakes) = mpsc::channel(2);
    sender.send(RunnerSignal::Poll).await.unwrap();
    let stopping = async {
        runner.executor().until_begun().await;
        sender.send(RunnerSignal::Stop).await.unwrap();
    };
    let (served, ()) = tokio::join!(runner.serve(Until::Stopped, &mut wakes), stopping);
    assert_eq!(served.unwrap(), RunnerEnd::Stopped);
    assert_eq!(place.states(), [JobRunState::Interrupted]);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_cannot_be_read_holds_up_no_other() {
    let place = Place::at("2026-01-01T01:10:00Z");
    place.add("a", "2026-01-01T00:30:00Z");
    let strange = NewJob {
        name: "strange".to_owned(),
        spec: "{}".to_owned(),
        created_at: 0,
        wake_at: Some(0),
    };
    assert!(done(place.ledger.add_job(&strange)).unwrap());
    let runner = place.runner(Turns::default());
    let (sender, mut wakes) = mpsc::channel(2);
    let stopping = async {
        // It is told of the end once that is kept.
        let turns = runner.executor();
        turns.until(|turns| !turns.told.lock().unwrap().is_empty()).await;
        assert_eq!(place.states(), [JobRunState::Ran]);
        sender.send(RunnerSignal::Reload).await.unwrap();
        sender.send(RunnerSignal::Stop).await.unwrap();
    };
    let (served, ()) = tokio::join!(runner.serve(Until::Stopped, &mut wakes), stopping);
    assert_eq!(served.unwrap(), RunnerEnd::Stopped);
    let said = runner.executor().said.lock().unwrap();
    assert!(said[0].starts_with("strange: cannot read the job"), "{said:?}");
}

#[tokio::test(start_paused = true)]
async fn another_attempt_is_made_when_its_time_has_come_and_before_the_next_due_time() {
    let place = Place::at("2026-01-01T01:10:00Z");
    let mut spec = hourly();
    spec.retries = 1;
    place.add_spec("a", "2026-01-01T00:30:00Z", &spec);
    let runner = place.runner(Turns {
        codes: Mutex::new(vec![75]),
        ..Turns::default()
    });
    let (_sender, mut wakes) = mpsc::channel(1);
    runner.serve(Until::Idle, &mut wakes).await.unwrap();
    assert_eq!(place.states(), [JobRunState::Retry]);
    runner.serve(Until::Idle, &mut wakes).await.unwrap();
    assert_eq!(place.states(), [JobRunState::Retry], "its time has not come");
    *place.clock.0.lock().unwrap() = at("2026-01-01T02:10:00Z");
    runner.serve(Until::Idle, &mut wakes).await.unwrap();
    assert_eq!(place.states(), [JobRunState::Ran; 2]);
    let due = |time: &str| ("a".to_owned(), at(time).as_millisecond());
    let (first, second) = (due("2026-01-01T01:00:00Z"), due("2026-01-01T02:00:00Z"));
    assert_eq!(
        *runner.executor().began.lock().unwrap(),
        [first.clone(), first, second]
    );
    assert_eq!(done(place.ledger.job("a")).unwrap().unwrap().runs, 2);
}

#[tokio::test(start_paused = true)]
async fn a_runner_leaves_in_the_ledger_when_it_last_looked_and_that_it_was_stopped() {
    let place = Place::at("2026-01-01T01:10:00Z");
    let runner = place.runner(Turns::default());
    let (sender, mut wakes) = mpsc::channel(1);
    let seen = || {
        let runners = done(place.ledger.runners()).unwrap();
        let [runner] = &runners[..] else {
            panic!("{runners:?}")
        };
        (runner.kind, runner.seen_at, runner.stopped_at)
    };
    runner.serve(Until::Idle, &mut wakes).await.unwrap();
    let first = at("2026-01-01T01:10:00Z").as_millisecond();
    assert_eq!(seen(), (RunnerKind::Tick, first, None));
    let overview = schedule_overview(&*place.ledger).await.unwrap();
    assert!(overview.runner(at("2026-01-01T01:11:00Z")).is_some());
    assert!(overview.runner(at("2026-01-01T02:11:00Z")).is_none());
    let later = at("2026-01-01T02:10:00Z");
    *place.clock.0.lock().unwrap() = later;
    sender.send(RunnerSignal::Stop).await.unwrap();
    runner.serve(Until::Stopped, &mut wakes).await.unwrap();
    let latest = done(place.ledger.runners()).unwrap().remove(0);
    assert_eq!(
        (latest.kind, latest.seen_at, latest.stopped_at),
        (
            RunnerKind::Daemon,
            later.as_millisecond(),
            Some(later.as_millisecond())
        )
    );
}

#[tokio::test]
async fn the_next_due_time_is_the_earliest_of_the_active_jobs() {
    let place = Place::at("2026-01-01T01:10:00Z");
    place.add("a", "2026-01-01T00:30:00Z");
    let mut often = hourly();
    often.schedule.trigger = SavedTrigger::Every {
        interval_ms: 30_000,
        created: at("2026-01-01T00:00:00Z"),
    };
    place.add_spec("often", "2026-01-01T00:40:00Z", &often);
    let overview = schedule_overview(&*place.ledger).await.unwrap();
    let next = overview.next_due.unwrap();
    assert_eq!((&*next.job, next.at), ("often", at("2026-01-01T00:40:30Z")));
    assert_eq!(
        (overview.saved, overview.active, overview.needs_daemon.as_deref()),
        (2, 2, Some("often"))
    );
}
