//! A runner in trouble: ledgers that do not answer, runners that died, clocks that jump.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::ledger::TestLedger;
use super::{Place, Turns, at, done};
use crate::automation::jobs::{RunnerEnd, RunnerSignal, Until};
use crate::ledger::JobLedger;
use crate::ledger::jobs::{JobRunState, JobState};

#[tokio::test(start_paused = true)]
async fn a_ledger_that_is_locked_for_a_while_costs_time_and_nothing_else() {
    let place = Place::at("2026-01-01T01:10:00Z");
    place.add("a", "2026-01-01T00:30:00Z");
    let locked = || TestLedger::new(&place.ledger, 3, 5);
    // A tick has nobody to wait for, so it says so and ends.
    let (sender, mut wakes) = mpsc::channel(2);
    let tick = place.runner_on(Arc::new(locked()), Turns::default());
    assert!(tick.serve(Until::Idle, &mut wakes).await.is_err());
    let daemon = place.runner_on(Arc::new(locked()), Turns::default());
    let stopping = async {
        while place.states() != [JobRunState::Ran] {
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        }
        sender.send(RunnerSignal::Stop).await.unwrap();
    };
    let (served, ()) = tokio::join!(daemon.serve(Until::Stopped, &mut wakes), stopping);
    assert_eq!(served.unwrap(), RunnerEnd::Stopped);
    assert_eq!(daemon.executor().began.lock().unwrap().len(), 1);
    // Each trouble is said once.
    let said = daemon.executor().said.lock().unwrap();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said.iter().all(|said| said.contains("locked by another process")));
}

#[tokio::test(start_paused = true)]
async fn whoever_finds_a_run_whose_runner_died_tells_of_it() {
    let place = Place::at("2026-01-01T01:10:00Z");
    place.add("a", "2026-01-01T00:30:00Z");
    let dead = place.runner(Turns {
        hang: true,
        ..Turns::default()
    });
    let (_sender, mut wakes) = mpsc::channel(1);
    // Dropped in the middle, it settles nothing.
    let working = dead.serve(Until::Stopped, &mut wakes);
    tokio::select! {
        _ = working => panic!("it cannot end"),
        () = dead.executor().until_begun() => {}
    }
    let finder = place.runner(Turns::default());
    let (_sender, mut wakes) = mpsc::channel(1);
    finder.serve(Until::Idle, &mut wakes).await.unwrap();
    assert_eq!(*finder.executor().told.lock().unwrap(), [], "its lease stands");
    *place.clock.0.lock().unwrap() = at("2026-01-01T01:12:00Z");
    finder.serve(Until::Idle, &mut wakes).await.unwrap();
    let died = (JobRunState::Failed, Some("runner_died".to_owned()));
    assert_eq!(*finder.executor().told.lock().unwrap(), [died]);
    assert_eq!(place.states(), [JobRunState::Failed]);
    assert_eq!(
        done(place.ledger.job("a")).unwrap().unwrap().state,
        JobState::Active
    );
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_slept_takes_none_of_its_own_runs_for_dead() {
    let place = Place::at("2026-01-01T01:10:00Z");
    place.add("a", "2026-01-01T00:30:00Z");
    let runner = place.runner(Turns {
        hang: true,
        ..Turns::default()
    });
    let (sender, mut wakes) = mpsc::channel(2);
    let sleeping = async {
        runner.executor().until_begun().await;
        // The clock on the wall goes on, and timers do not.
        *place.clock.0.lock().unwrap() = at("2026-01-01T01:50:00Z");
        sender.send(RunnerSignal::Poll).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_secs(21)).await;
        assert_eq!(place.states(), [JobRunState::Claimed]);
        sender.send(RunnerSignal::Stop).await.unwrap();
    };
    let (served, ()) = tokio::join!(runner.serve(Until::Stopped, &mut wakes), sleeping);
    assert_eq!(served.unwrap(), RunnerEnd::Stopped);
    assert_eq!(place.states(), [JobRunState::Interrupted]);
    let said = runner.executor().said.lock().unwrap();
    assert_eq!(*said, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_runner_that_has_to_end_does_not_wait_for_a_ledger_for_ever() {
    let place = Place::at("2026-01-01T01:10:00Z");
    for name in ["a", "b"] {
        place.add(name, "2026-01-01T00:30:00Z");
    }
    let locked = TestLedger::new(&place.ledger, 0, u32::MAX);
    let runner = place.runner_on(Arc::new(locked), Turns::default());
    let (sender, mut wakes) = mpsc::channel(2);
    let stopping = async {
        let said = || runner.executor().said.lock().unwrap().len();
        runner.executor().until(|_| said() >= 2).await;
        // However long it lasts, nothing is given up before.
        tokio::time::sleep(std::time::Duration::from_secs(86_400)).await;
        assert_eq!(said(), 2);
        sender.send(RunnerSignal::Stop).await.unwrap();
    };
    let (served, ()) = tokio::join!(runner.serve(Until::Stopped, &mut wakes), stopping);
    assert_eq!(served.unwrap(), RunnerEnd::Stopped);
    let said = runner.executor().said.lock().unwrap();
    let not_kept = said
        .iter()
        .filter(|said| said.ends_with("result not saved because the scheduler is stopping"));
    assert_eq!((said.len(), not_kept.count()), (4, 2), "{said:?}");
    assert_eq!(*runner.executor().told.lock().unwrap(), []);
    // Whoever comes later finds them open, and runs neither again.
    assert_eq!(place.states(), [JobRunState::Claimed; 2]);
}

#[tokio::test]
async fn leases_are_renewed_while_the_ledger_is_slow_to_take_an_end() {
    let place = Place::at("2026-01-01T01:10:00Z");
    // The first hangs, so that its lease is renewed; the second ends, and its end takes long.
    for name in ["hangs", "ends"] {
        place.add(name, "2026-01-01T00:30:00Z");
    }
    let slow = Arc::new(TestLedger::new(&place.ledger, 0, 0).first_end_after(3));
    let turns = Turns {
        hangs: Some("hangs"),
        ..Turns::default()
    };
    let runner = place.runner_with(slow, turns, Duration::from_millis(30));
    let (sender, mut wakes) = mpsc::channel(1);
    let stopping = async {
        while !place.states().contains(&JobRunState::Ran) {
            tokio::task::yield_now().await;
        }
        sender.send(RunnerSignal::Stop).await.unwrap();
    };
    let (served, ()) = tokio::join!(runner.serve(Until::Stopped, &mut wakes), stopping);
    assert_eq!(served.unwrap(), RunnerEnd::Stopped);
}

#[tokio::test(start_paused = true)]
async fn stopping_all_jobs_interrupts_what_runs_and_skips_what_is_due() {
    let place = Place::at("2026-01-01T01:10:00Z");
    place.add("a", "2026-01-01T00:30:00Z");
    let runner = place.runner(Turns {
        hang: true,
        ..Turns::default()
    });
    let (sender, mut wakes) = mpsc::channel(2);
    let stopping = async {
        while runner.executor().began.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        done(place.ledger.set_stopped_at(Some(1))).unwrap();
        sender.send(RunnerSignal::Poll).await.unwrap();
        while place.states() != [JobRunState::Interrupted] {
            tokio::task::yield_now().await;
        }
        *place.clock.0.lock().unwrap() = at("2026-01-01T02:10:00Z");
        sender.send(RunnerSignal::Poll).await.unwrap();
        while place.states().len() < 2 {
            tokio::task::yield_now().await;
        }
        sender.send(RunnerSignal::Stop).await.unwrap();
    };
    let (served, ()) = tokio::join!(runner.serve(Until::Stopped, &mut wakes), stopping);
    assert_eq!(served.unwrap(), RunnerEnd::Stopped);
    assert_eq!(place.states(), [JobRunState::Skipped, JobRunState::Interrupted]);
    // Who stops what is stopped changes nothing, and a release ends it.
    done(place.ledger.set_stopped_at(Some(2))).unwrap();
    assert_eq!(done(place.ledger.stopped_at()).unwrap(), Some(1));
    done(place.ledger.set_stopped_at(None)).unwrap();
    assert_eq!(done(place.ledger.stopped_at()).unwrap(), None);
}
