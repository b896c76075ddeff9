//! One thread and many who hold it: sessions, clones, feeds, turns that are dropped, and a server that dies. Each turn ends.

use std::sync::Arc;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::test_runner::{Config, TestRunner};
use rustix::process::{Signal, kill_process};
use turnwise::demo::Step;
use turnwise::runtime::event::Event;
use turnwise::runtime::{
    Client, ErrorKind, NotificationStream, RunProfile, RuntimeError, Session, SessionConfig, SessionEvents,
};

use super::{config, echo, session, until};
use crate::support::{PATIENCE, Test};

/// Turns without a limit of their own: what does not end hangs.
fn endless(test: &Test) -> SessionConfig {
    SessionConfig::new(test.work()).profile(RunProfile::new().timeout(None))
}

async fn in_time<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.expect("in time")
}

/// A client, and a session with a turn behind it, so that it can be resumed.
async fn opened(test: &Test) -> (Client, Session) {
    let client = Client::start(config(test)).await.unwrap();
    let session = client.start_session(endless(test)).await.unwrap();
    in_time(session.ask("first")).await.unwrap();
    (client, session)
}

fn kill_servers(test: &Test) {
    for server in test.servers() {
        kill_process(server, Signal::KILL).unwrap();
    }
}

#[tokio::test]
async fn a_session_that_is_resumed_over_itself_still_hears_its_turns() {
    let test = Test::responding(Arc::new(echo), "").with_own_server("its server is killed");
    let (client, mut session) = opened(&test).await;
    let id = session.id().to_owned();
    // The old one is dropped after the new one exists.
    session = client.resume_session(&id, endless(&test)).await.unwrap();
    assert_eq!(in_time(session.ask("second")).await.unwrap().text, "[second]");
    let other = client.resume_session(&id, endless(&test)).await.unwrap();
    drop(session);
    assert_eq!(in_time(other.ask("third")).await.unwrap().text, "[third]");
    // It hears of the server's death, too.
    kill_servers(&test);
    let error = in_time(other.ask("fourth")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Gone, "{error}");
}

#[tokio::test]
async fn a_turn_ends_with_its_server_although_other_sessions_of_its_thread_are_gone() {
    let hang = |request: &turnwise::demo::ModelRequest| match request.prompt().as_str() {
        "hang" => vec![Step::text("begun"), Step::Hang],
        _ => echo(request),
    };
    let test = Test::responding(Arc::new(hang), "").with_own_server("its server is killed");
    let (client, session) = opened(&test).await;
    let other = client.resume_session(session.id(), endless(&test)).await.unwrap();
    let mut turn = session.ask_stream("hang").await.unwrap();
    until(&mut turn, |event| matches!(event, Event::ItemDelta(_))).await;
    drop((other, session));
    kill_servers(&test);
    let error = in_time(turn.finish()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Gone, "{error}");
}

#[tokio::test]
async fn a_feed_takes_nothing_from_a_session_and_its_end_ends_nothing() {
    let test = Test::responding(Arc::new(echo), "");
    let (client, session) = opened(&test).await;
    let mut feed = client.runtime().notifications(session.id());
    assert_eq!(in_time(session.ask("one")).await.unwrap().text, "[one]");
    // All of the turn is in the feed as well.
    let mut methods = Vec::new();
    while methods.last().is_none_or(|method| method != "turn/completed") {
        methods.push(in_time(feed.next()).await.unwrap().method);
    }
    assert!(
        methods.iter().any(|method| method == "turn/started"),
        "{methods:?}"
    );
    drop(feed);
    assert_eq!(in_time(session.ask("two")).await.unwrap().text, "[two]");
    client.close().await;
}

#[tokio::test]
async fn sessions_of_one_thread_that_ask_at_once_both_get_their_answers() {
    let test = Test::responding(Arc::new(echo), "");
    let (client, session) = opened(&test).await;
    let other = client.resume_session(session.id(), endless(&test)).await.unwrap();
    let clone = session.clone();
    let (one, two, three) = in_time(Box::pin(async {
        tokio::join!(session.ask("one"), other.ask("two"), clone.ask("three"))
    }))
    .await;
    let answers = [one, two, three].map(|answer| answer.unwrap().text);
    assert_eq!(answers, ["[one]", "[two]", "[three]"]);
    client.close().await;
}

#[tokio::test]
async fn a_thread_that_two_resume_at_once_is_one_session() {
    let test = Test::responding(Arc::new(echo), "");
    let (client, session) = opened(&test).await;
    let id = session.id().to_owned();
    drop(session);
    let (one, two) = tokio::join!(
        client.resume_session(&id, endless(&test)),
        client.resume_session(&id, endless(&test))
    );
    let (one, two) = (one.unwrap(), two.unwrap());
    let mut heard = two.events();
    in_time(one.ask("told to both")).await.unwrap();
    assert!(matches!(
        in_time(heard.next()).await,
        Some(Event::ThreadStarted(_))
    ));
    client.close().await;
}

#[tokio::test]
async fn an_open_session_is_not_resumed_with_what_it_could_not_have() {
    let test = Test::responding(Arc::new(echo), "");
    let (client, session) = opened(&test).await;
    let elsewhere = test.work().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let others = [
        SessionConfig::new(&elsewhere),
        SessionConfig::new(test.work()).codex_config("tools.web_search", false.into()),
    ];
    for other in others {
        let refused = client.resume_session(session.id(), other).await.unwrap_err();
        assert!(
            matches!(refused, RuntimeError::InvalidInput { .. }),
            "{refused:?}"
        );
        assert!(refused.to_string().contains("close it first"), "{refused}");
    }
    // Once it is closed, it can be had in another way.
    session.close().await;
    let error = in_time(session.ask("closed")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed, "{error}");
    let moved = client
        .resume_session(session.id(), SessionConfig::new(&elsewhere))
        .await
        .unwrap();
    assert_eq!(in_time(moved.ask("moved")).await.unwrap().text, "[moved]");
    client.close().await;
}

#[tokio::test]
async fn a_turn_that_has_ended_and_is_still_held_does_not_block_its_session() {
    let test = Test::responding(Arc::new(echo), "");
    let (client, session) = opened(&test).await;
    let mut turn = session.ask_stream("one").await.unwrap();
    until(&mut turn, |event| matches!(event, Event::TurnCompleted(_))).await;
    assert_eq!(in_time(session.ask("two")).await.unwrap().text, "[two]");
    assert!(turn.next().await.is_none());
    client.close().await;
}

#[tokio::test]
async fn a_turn_whose_start_nobody_waits_for_is_interrupted_and_the_next_is_its_own() {
    let hang = |request: &turnwise::demo::ModelRequest| match request.prompt().as_str() {
        "hang" => vec![Step::Hang],
        _ => echo(request),
    };
    let test = Test::responding(Arc::new(hang), "");
    let (client, session) = opened(&test).await;
    for _ in 0..3 {
        let asked = test.requests().len();
        {
            let asking = session.ask_stream("hang");
            tokio::pin!(asking);
            // Dropped at some point of its start.
            let _ = tokio::time::timeout(Duration::from_millis(2), &mut asking).await;
        }
        assert_eq!(in_time(session.ask("next")).await.unwrap().text, "[next]");
        assert!(test.requests().len() > asked);
    }
    client.close().await;
}

#[tokio::test]
async fn after_our_own_close_an_ask_says_so() {
    let test = Test::responding(Arc::new(echo), "");
    let (client, session) = opened(&test).await;
    let clone = client.clone();
    tokio::join!(client.close(), clone.close());
    let error = session.ask("late").await.unwrap_err();
    assert!(matches!(error, RuntimeError::Closed { .. }), "{error:?}");
    assert_eq!(error.to_string(), "the client is closed");
    let error = clone.start_session(endless(&test)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed, "{error}");
    clone.close().await;
}

#[tokio::test]
async fn a_turn_that_runs_when_its_client_is_closed_is_interrupted() {
    let test = Test::rounds(vec![vec![Step::text("begun"), Step::Hang]]);
    let client = Client::start(config(&test)).await.unwrap();
    let session = client.start_session(endless(&test)).await.unwrap();
    let mut turn = session.ask_stream("x").await.unwrap();
    until(&mut turn, |event| matches!(event, Event::ItemDelta(_))).await;
    client.close().await;
    let error = in_time(turn.finish()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}");
    assert!(error.to_string().contains("closed"), "{error}");
}

#[tokio::test]
async fn a_turn_that_began_while_its_session_was_closed_is_interrupted() {
    let test = Test::rounds(vec![vec![Step::Hang]]);
    let client = Client::start(config(&test)).await.unwrap();
    for _ in 0..3 {
        let session = client.start_session(endless(&test)).await.unwrap();
        let (outcome, ()) = in_time(async { tokio::join!(session.ask("x"), session.close()) }).await;
        let kind = outcome.unwrap_err().kind();
        assert!(
            matches!(kind, ErrorKind::Interrupted | ErrorKind::Closed),
            "{kind:?}"
        );
    }
    client.close().await;
}

#[tokio::test]
async fn a_session_that_is_closed_twice_closes_no_later_one() {
    let test = Test::responding(Arc::new(echo), "");
    let (client, old) = opened(&test).await;
    old.close().await;
    let new = client.resume_session(old.id(), endless(&test)).await.unwrap();
    assert_eq!(in_time(new.ask("new")).await.unwrap().text, "[new]");
    // Closed a second time, the old one takes nothing from the new one.
    old.close().await;
    let again = client.resume_session(old.id(), endless(&test)).await.unwrap();
    let mut heard = new.events();
    in_time(again.ask("again")).await.unwrap();
    assert!(matches!(
        in_time(heard.next()).await,
        Some(Event::ThreadStarted(_))
    ));
    client.close().await;
}

async fn all(mut events: SessionEvents) -> Vec<Event> {
    let mut all = Vec::new();
    while let Some(event) = in_time(events.next()).await {
        all.push(event);
    }
    all
}

#[tokio::test]
async fn the_events_of_a_session_end_with_its_close_although_handles_live() {
    let test = Test::responding(Arc::new(echo), "");
    let (client, session) = opened(&test).await;
    let (events, handle) = (session.events(), session.handle());
    in_time(session.ask("one")).await.unwrap();
    session.close().await;
    assert!(matches!(all(events).await.last(), Some(Event::TurnCompleted(_))));
    assert!(all(session.events()).await.is_empty());
    drop(handle);
    client.close().await;
}

#[tokio::test]
async fn the_events_of_a_session_end_with_its_server_and_not_before_its_turn() {
    let test =
        Test::rounds(vec![vec![Step::text("begun"), Step::Hang]]).with_own_server("its server is killed");
    let client = Client::start(config(&test)).await.unwrap();
    let (session, idle) = (session(&client, &test).await, session(&client, &test).await);
    let (events, none) = (session.events(), idle.events());
    let mut turn = session.ask_stream("x").await.unwrap();
    until(&mut turn, |event| matches!(event, Event::ItemDelta(_))).await;
    kill_servers(&test);
    assert!(all(none).await.is_empty());
    let consuming = async { while turn.next().await.is_some() {} };
    let (heard, ()) = tokio::join!(all(events), in_time(consuming));
    assert!(matches!(heard.last(), Some(Event::TurnFailed(_))), "{heard:?}");
    assert!(all(session.events()).await.is_empty());
}

#[derive(Debug, Clone)]
enum Deed {
    Resume,
    Clone,
    Drop(usize),
    Watch,
    Unwatch,
    Ask(usize),
    /// Asks, and stops waiting.
    Abandon(usize),
    /// Begins a turn and drops it.
    Begin(usize),
    Kill,
}

fn deed() -> impl Strategy<Value = Deed> {
    let which = || 0..4_usize;
    prop_oneof![
        4 => Just(Deed::Resume),
        2 => Just(Deed::Clone),
        4 => which().prop_map(Deed::Drop),
        2 => Just(Deed::Watch),
        2 => Just(Deed::Unwatch),
        6 => which().prop_map(Deed::Ask),
        2 => which().prop_map(Deed::Abandon),
        1 => which().prop_map(Deed::Begin),
        1 => Just(Deed::Kill),
    ]
}

/// Plays deeds, and waits for every turn that somebody still waits for.
async fn play(deeds: &[Deed]) {
    let test = Test::responding(Arc::new(echo), "").with_own_server("its server is killed");
    let (client, session) = opened(&test).await;
    let id = session.id().to_owned();
    let (mut sessions, mut feeds, mut asked) = (vec![session], Vec::<NotificationStream>::new(), Vec::new());
    let mut killed = false;
    for (number, deed) in deeds.iter().enumerate() {
        let nth = |which: &usize| sessions.get(which % sessions.len().max(1)).cloned();
        match deed {
            Deed::Resume => match in_time(client.resume_session(&id, endless(&test))).await {
                Ok(session) => sessions.push(session),
                Err(error) => assert!(killed, "{error}"),
            },
            Deed::Clone => sessions.extend(nth(&0)),
            Deed::Drop(which) if !sessions.is_empty() => {
                let _ = sessions.remove(which % sessions.len());
            }
            Deed::Watch => feeds.push(client.runtime().notifications(&id)),
            Deed::Unwatch => drop(feeds.pop()),
            Deed::Ask(which) => {
                if let Some(session) = nth(which) {
                    let prompt = format!("number {number}");
                    asked.push((
                        killed,
                        tokio::spawn(async move {
                            let answer = session.ask(prompt.as_str()).await;
                            (prompt, answer.map(|answer| answer.text))
                        }),
                    ));
                }
            }
            Deed::Abandon(which) => {
                if let Some(session) = nth(which) {
                    let asking = async move { session.ask("abandoned").await.map(drop) };
                    let _ = tokio::time::timeout(Duration::from_millis(number as u64), asking).await;
                }
            }
            Deed::Begin(which) => {
                if let Some(session) = nth(which) {
                    drop(in_time(session.ask_stream("dropped")).await);
                }
            }
            Deed::Kill if !killed && number > 4 => {
                kill_servers(&test);
                killed = true;
            }
            Deed::Kill | Deed::Drop(_) => {}
        }
    }
    drop((sessions, feeds));
    for (_, asking) in asked {
        let (prompt, outcome) = in_time(asking).await.unwrap();
        match outcome {
            Ok(text) => assert_eq!(text, format!("[{prompt}]")),
            Err(error) => assert!(killed && error.kind() == ErrorKind::Gone, "{prompt}: {error}"),
        }
    }
    client.close().await;
}

/// `PROPTEST_CASES` tries so many sequences.
#[test]
fn whatever_is_done_to_the_sessions_of_a_thread_each_turn_ends() {
    let cases = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    let mut runner = TestRunner::new(Config {
        cases: cases.unwrap_or(8),
        max_shrink_iters: 20,
        failure_persistence: None,
        ..Config::default()
    });
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let outcome = runner.run(&vec(deed(), 6..24), |deeds| {
        tokio.block_on(play(&deeds));
        Ok(())
    });
    outcome.unwrap();
}
