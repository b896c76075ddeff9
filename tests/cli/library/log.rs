//! Streams, numbered logs, and turns that are asked for while another one runs.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures_core::Stream;
use turnwise::demo::{Gate, Step};
use turnwise::runtime::approval::{ApprovalRequest, Decision, Verdict};
use turnwise::runtime::event::Event;
use turnwise::runtime::{
    ApprovalPolicy, Client, ErrorKind, EventStream, Frame, Keep, RunProfile, Seq, SessionConfig,
};

use super::{config, echo, session};
use crate::approvals::Kind;
use crate::support::{PATIENCE, Test};

async fn in_time<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.expect("in time")
}

/// Reads to the end of a turn: the numbers, and the last event.
async fn to_the_end(frames: &mut EventStream) -> (Vec<Seq>, Event) {
    let mut numbers = Vec::new();
    loop {
        let Some(Frame::Event { seq, event, .. }) = in_time(frames.next()).await else {
            panic!("the log has a gap, or ended");
        };
        numbers.push(seq);
        if matches!(event, Event::TurnCompleted(_) | Event::TurnFailed(_)) {
            return (numbers, event);
        }
    }
}

#[tokio::test]
async fn a_turn_that_is_asked_through_a_log_ends_although_nobody_reads_and_is_read_later() {
    let test = Test::responding(Arc::new(echo), "");
    let client = Client::start(config(&test)).await.unwrap();
    let session = session(&client, &test).await;
    let log = session.log(Keep::new());
    let turn_id = in_time(log.ask("one")).await.unwrap();
    // It waits for the end of the first, which nobody reads.
    assert_eq!(in_time(session.ask("two")).await.unwrap().text, "[two]");

    let mut frames = log.after(None);
    let (first, end) = to_the_end(&mut frames).await;
    assert!(matches!(end, Event::TurnCompleted(end) if end.turn_id == turn_id));
    let (second, _) = to_the_end(&mut frames).await;
    let numbers = first.iter().chain(&second).map(|seq| seq.n).collect::<Vec<_>>();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());

    // Whoever was cut off goes on where it was.
    let (again, _) = to_the_end(&mut log.after(first.last().copied())).await;
    assert_eq!(again, second);
    let (seq, transcript) = log.snapshot();
    assert_eq!((transcript.text(), Some(&seq)), ("[two]", second.last()));

    session.close().await;
    assert_eq!(in_time(frames.next()).await, Some(Frame::End));
    assert_eq!(in_time(frames.next()).await, None);
    client.close().await;
}

#[tokio::test]
async fn who_does_not_want_to_wait_is_told_that_a_turn_is_running() {
    let gate = Gate::default();
    let waiting = gate.clone();
    let test = Test::responding(
        Arc::new(move |_: &_| vec![Step::Gate(waiting.clone()), Step::text("done")]),
        "",
    );
    let client = Client::start(config(&test)).await.unwrap();
    let session = session(&client, &test).await;
    let log = session.log(Keep::new());
    let turn_id = in_time(log.ask("one")).await.unwrap();
    let error = in_time(session.try_ask_stream("two")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    assert!(error.is_retryable() && !error.is_timeout());
    assert!(
        matches!(&error, turnwise::runtime::RuntimeError::TurnRunning { turn_id: running, .. } if *running == turn_id)
    );
    assert_eq!(in_time(log.ask("two")).await.unwrap_err().kind(), ErrorKind::Busy);
    gate.open();
    to_the_end(&mut log.after(None)).await;
    // Its end has been delivered, so that the session is free.
    let turn = in_time(session.try_ask_stream("two")).await.unwrap();
    assert_eq!(in_time(turn.finish()).await.unwrap().text, "done");
    client.close().await;
}

#[tokio::test]
async fn a_turn_is_a_stream_and_keeps_what_its_events_came_to() {
    let test = Test::responding(Arc::new(echo), "");
    let client = Client::start(config(&test)).await.unwrap();
    let session = session(&client, &test).await;
    let mut turn = session.ask_stream(&"one".to_owned()).await.unwrap();
    let first = in_time(std::future::poll_fn(|context| {
        Pin::new(&mut turn).poll_next(context)
    }))
    .await;
    assert!(matches!(first, Some(Event::ThreadStarted(_))));
    assert_eq!(turn.transcript().text(), "");
    let mut last = None;
    while let Some(event) = in_time(turn.next()).await {
        last = Some(event);
    }
    assert!(matches!(last, Some(Event::TurnCompleted(_))));
    assert_eq!(turn.transcript().text(), "[one]");
    let after = Pin::new(&mut turn).poll_next(&mut Context::from_waker(Waker::noop()));
    assert_eq!(after, Poll::Ready(None));
    assert!(matches!(
        in_time(turn.steer("more")).await,
        Err(turnwise::runtime::RuntimeError::NoTurn)
    ));
    assert_eq!(turn.handle().id(), session.id());
    assert_eq!(turn.finish().await.unwrap().text, "[one]");
    client.close().await;
}

#[tokio::test]
async fn a_sessions_own_approver_answers_in_the_place_of_the_clients() {
    let test = Kind::Command.test(1);
    let refuse = |_: ApprovalRequest| async { Verdict::new(Decision::Decline, "client") };
    let accept = |_: ApprovalRequest| async { Verdict::new(Decision::Accept, "session") };
    let client = Client::start(config(&test).approver(refuse)).await.unwrap();
    let profile = RunProfile::new().approval(ApprovalPolicy::OnRequest);
    let of_its_own = SessionConfig::new(test.work()).profile(profile).approver(accept);
    let session = client.start_session(of_its_own).await.unwrap();
    let answer = in_time(session.ask("make it")).await.unwrap();
    let (_, resolution) = &answer.transcript.approvals()[0];
    assert_eq!(resolution.as_ref().unwrap().by.to_string(), "session");
    assert!(test.work().join("made").exists());
    client.close().await;
}
