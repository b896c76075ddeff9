//! Turns that recur on a session: how they end, and what is known of them meanwhile.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use turnwise::automation::{AutomationError, AutomationSpec, AutomationState, OnFailure, spawn};
use turnwise::demo::{Gate, Step};
use turnwise::runtime::event::Event;
use turnwise::runtime::{Client, RuntimeError};

use super::{config, echo, session};
use crate::support::{Test, wait_until_async};

fn recurring(every: Duration) -> AutomationSpec {
    AutomationSpec::new("Anything new?", every)
}

#[tokio::test]
async fn recurring_turns_share_a_session_one_at_a_time_and_end_when_all_are_done() {
    let test = Test::responding(Arc::new(echo), "");
    let client = Client::start(config(&test)).await.unwrap();
    let runs = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&runs);
    // Much shorter than a turn, so that ticks are missed.
    let spec = recurring(Duration::from_millis(1))
        .max_runs(3)
        .on_run(move |run| seen.lock().unwrap().push((run.number, run.answer.text.clone())));
    let mut handle = spawn(session(&client, &test).await, spec).unwrap();
    let status = handle.wait().await;
    assert_eq!((status.state, status.runs), (AutomationState::Finished, 3));
    assert!(status.last_error.is_none());
    let expected = (1..=3).map(|number| (number, "[Anything new?]".to_owned()));
    assert_eq!(*runs.lock().unwrap(), expected.collect::<Vec<_>>());
    // The third turn's request holds the two before it.
    let body = test.requests()[2].body.to_string();
    assert_eq!(body.matches("[Anything new?]").count(), 2);
    client.close().await;
}

#[tokio::test]
async fn an_error_ends_recurring_turns_and_is_kept() {
    let count = Arc::new(Mutex::new(0));
    let test = Test::responding(
        Arc::new(move |_| {
            let mut count = count.lock().unwrap();
            *count += 1;
            match *count {
                1 => vec![Step::text("fine")],
                _ => vec![Step::Failed("bad_request".into(), "it cannot be done".into())],
            }
        }),
        "",
    );
    let client = Client::start(config(&test)).await.unwrap();
    let mut handle = spawn(session(&client, &test).await, recurring(Duration::from_millis(1))).unwrap();
    let status = handle.wait().await;
    assert_eq!((status.state, status.runs), (AutomationState::Failed, 2));
    let error = status.last_error.unwrap().to_string();
    assert!(error.contains("it cannot be done"), "{error}");
    client.close().await;
}

#[tokio::test]
async fn recurring_turns_that_are_stopped_interrupt_the_one_that_runs() {
    let gate = Gate::default();
    let at = gate.clone();
    let test = Test::responding(
        Arc::new(move |_| vec![Step::Gate(at.clone()), Step::text("late")]),
        "",
    );
    let client = Client::start(config(&test)).await.unwrap();
    let mut handle = spawn(
        session(&client, &test).await,
        recurring(Duration::from_secs(3_600)),
    )
    .unwrap();
    wait_until_async("a turn", || !test.requests().is_empty()).await;
    assert_eq!(handle.status().state, AutomationState::Running);
    let status = handle.stop().await;
    assert_eq!((status.state, status.runs), (AutomationState::Stopped, 1));
    // One that has not begun is stopped as well.
    let later = SystemTime::now() + Duration::from_secs(3_600);
    let spec = recurring(Duration::from_secs(1)).start_at(later);
    let mut handle = spawn(session(&client, &test).await, spec).unwrap();
    assert_eq!(handle.status().state, AutomationState::Waiting);
    let status = handle.stop().await;
    assert_eq!((status.state, status.runs), (AutomationState::Stopped, 0));
    client.close().await;
}

/// A model whose second answer fails.
fn failing_once() -> Test {
    let count = Mutex::new(0);
    let respond = move |_: &_| {
        let mut count = count.lock().unwrap();
        *count += 1;
        match *count {
            2 => vec![Step::Failed("bad_request".into(), "it cannot be done".into())],
            _ => vec![Step::text("fine")],
        }
    };
    Test::responding(Arc::new(respond), "")
}

#[tokio::test]
async fn a_panic_of_the_observer_ends_recurring_turns_as_failed() {
    let test = Test::responding(Arc::new(echo), "");
    let client = Client::start(config(&test)).await.unwrap();
    let spec = recurring(Duration::from_millis(1)).on_run(|run| panic!("no run {}", run.number));
    let mut handle = spawn(session(&client, &test).await, spec).unwrap();
    let status = handle.wait().await;
    assert_eq!((status.state, status.runs), (AutomationState::Failed, 1));
    let error = status.last_error.unwrap();
    assert!(matches!(*error, RuntimeError::Panicked { .. }), "{error:?}");
    assert!(error.to_string().contains("no run 1"), "{error}");
    client.close().await;
}

#[test]
fn recurring_turns_are_over_when_the_tokio_runtime_is() {
    let test = Test::rounds(vec![vec![Step::Hang]]);
    let tokio = tokio::runtime::Runtime::new().unwrap();
    let mut handle = tokio.block_on(async {
        let client = Client::start(config(&test)).await.unwrap();
        let spec = recurring(Duration::from_secs(3_600));
        let handle = spawn(session(&client, &test).await, spec).unwrap();
        wait_until_async("a turn", || !test.requests().is_empty()).await;
        handle
    });
    drop(tokio);
    let after = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert_eq!(after.block_on(handle.wait()).state, AutomationState::Failed);
}

#[tokio::test]
async fn a_specification_that_is_refused_gives_the_session_back() {
    let test = Test::responding(Arc::new(echo), "");
    let client = Client::start(config(&test)).await.unwrap();
    let session = session(&client, &test).await;
    let id = session.id().to_owned();
    let refused = spawn(session, recurring(Duration::ZERO)).unwrap_err();
    assert_eq!(refused.error, AutomationError::Interval);
    assert_eq!(refused.session.id(), &id);
    assert_eq!(refused.session.ask("on").await.unwrap().text, "[on]");
    client.close().await;
}

#[tokio::test]
async fn the_status_tells_the_last_turn_the_failures_and_the_next_due_time() {
    let test = failing_once();
    let client = Client::start(config(&test)).await.unwrap();
    let hour = Duration::from_secs(3_600);
    let began = SystemTime::now();
    let mut handle = spawn(session(&client, &test).await, recurring(hour).max_runs(2)).unwrap();
    assert!(handle.status().next_due.is_some() && handle.status().last_run.is_none());
    wait_until_async("the end of a turn", || {
        let status = handle.status();
        status.state == AutomationState::Waiting && status.last_run.is_some()
    })
    .await;
    let status = handle.status();
    let last = status.last_run.unwrap();
    assert!(last.completed && last.number == 1 && last.started_at >= began && !last.duration.is_zero());
    let due = status.next_due.unwrap().duration_since(began).unwrap();
    assert!(due >= hour && due < hour * 2, "{due:?}");
    assert_eq!((status.failures, status.runs), (0, 1));
    let over = handle.stop().await;
    assert_eq!((over.state, over.next_due), (AutomationState::Stopped, None));
    client.close().await;
}

#[tokio::test]
async fn recurring_turns_may_go_on_after_one_that_failed() {
    let test = failing_once();
    let client = Client::start(config(&test)).await.unwrap();
    let spec = recurring(Duration::from_millis(1))
        .on_failure(OnFailure::Continue)
        .max_runs(3);
    let mut handle = spawn(session(&client, &test).await, spec).unwrap();
    let status = handle.wait().await;
    assert_eq!(
        (status.state, status.runs, status.failures),
        (AutomationState::Finished, 3, 1)
    );
    assert!(status.last_run.unwrap().completed);
    let error = status.last_error.unwrap().to_string();
    assert!(error.contains("it cannot be done"), "{error}");
    // What no turn can mend ends it nevertheless.
    let spec = recurring(Duration::from_millis(1)).on_failure(OnFailure::Continue);
    let session = session(&client, &test).await;
    client.close().await;
    let status = spawn(session, spec).unwrap().wait().await;
    assert_eq!((status.state, status.runs), (AutomationState::Failed, 1));
}

#[tokio::test]
async fn recurring_turns_show_their_events_in_order() {
    let test = Test::responding(Arc::new(echo), "");
    let client = Client::start(config(&test)).await.unwrap();
    let events = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&events);
    let spec = recurring(Duration::from_millis(1))
        .max_runs(2)
        .on_event(move |event| {
            let name = match event {
                Event::TurnStarted { .. } => "started",
                Event::TurnCompleted(_) => "ended",
                _ => return,
            };
            seen.lock().unwrap().push(name);
        });
    let status = spawn(session(&client, &test).await, spec).unwrap().wait().await;
    assert_eq!(status.state, AutomationState::Finished);
    assert_eq!(*events.lock().unwrap(), ["started", "ended", "started", "ended"]);
    let spec = recurring(Duration::from_millis(1)).on_event(|_| panic!("not this one"));
    let mut handle = spawn(session(&client, &test).await, spec).unwrap();
    let status = handle.wait().await;
    assert_eq!((status.state, status.failures), (AutomationState::Failed, 1));
    let error = status.last_error.unwrap().to_string();
    assert!(error.contains("on_event panicked: not this one"), "{error}");
    client.close().await;
}

#[tokio::test]
async fn a_turn_that_failed_is_repeated_as_often_as_asked_for() {
    // The second turn fails, and not the third.
    let test = failing_once();
    let client = Client::start(config(&test)).await.unwrap();
    let retry = |times| OnFailure::Retry {
        times,
        backoff: Duration::from_millis(1),
    };
    let spec = recurring(Duration::from_millis(1))
        .on_failure(retry(1))
        .max_runs(2);
    let status = spawn(session(&client, &test).await, spec).unwrap().wait().await;
    assert_eq!(
        (status.state, status.runs, status.failures),
        (AutomationState::Finished, 2, 1)
    );
    assert_eq!(test.requests().len(), 3);
    client.close().await;
    let test = Test::responding(
        Arc::new(|_: &_| vec![Step::Failed("bad_request".into(), "it cannot be done".into())]),
        "",
    );
    let client = Client::start(config(&test)).await.unwrap();
    let spec = recurring(Duration::from_millis(1)).on_failure(retry(2));
    let status = spawn(session(&client, &test).await, spec).unwrap().wait().await;
    assert_eq!(
        (status.state, status.runs, status.failures),
        (AutomationState::Failed, 1, 3)
    );
    client.close().await;
}

#[tokio::test]
async fn the_session_of_recurring_turns_comes_back_when_they_are_stopped() {
    let test = Test::responding(Arc::new(echo), "");
    let client = Client::start(config(&test)).await.unwrap();
    let session = session(&client, &test).await;
    let id = session.id().to_owned();
    let mut handle = spawn(session, recurring(Duration::from_millis(1)).max_runs(1)).unwrap();
    handle.wait().await;
    let session = handle.into_session().await;
    assert_eq!(*session.id(), id);
    assert_eq!(session.ask("on").await.unwrap().text, "[on]");
    // While it waits for its next turn, too.
    let handle = spawn(session, recurring(Duration::from_secs(3_600))).unwrap();
    assert_eq!(*handle.into_session().await.id(), id);
    client.close().await;
}
