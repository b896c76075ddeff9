//! The library against the real codex: sessions side by side, steering, interrupting, dropping, and the approvals' port.

mod answers;
mod examples;
mod input;
mod log;
mod outcomes;
mod recurring;
mod sharing;
mod shown;

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use turnwise::demo::{Gate, ModelRequest, Step, loopback_without_proxy};
use turnwise::runtime::approval::{ApprovalKind, ApprovalRequest, Approver, Decision, Verdict};
use turnwise::runtime::event::{Event, TurnErrorKind};
use turnwise::runtime::exec_events::ExecEvents;
use turnwise::runtime::{
    ApprovalPolicy, Client, ClientConfig, RunProfile, RuntimeError, Sandbox, Session, SessionConfig,
    ThreadQuery, Transcript, Turn,
};
use turnwise::{Workflow, WorkflowConfig};

use crate::support::{PATIENCE, Test, codex};

/// The last prompt, quoted.
fn echo(request: &ModelRequest) -> Vec<Step> {
    vec![Step::text(format!("[{}]", request.prompt()))]
}

fn config(test: &Test) -> ClientConfig {
    test.client()
}

async fn session(client: &Client, test: &Test) -> Session {
    client
        .start_session(SessionConfig::new(test.work()))
        .await
        .unwrap()
}

/// Consumes a turn until an event of a kind.
async fn until(turn: &mut Turn, wanted: impl Fn(&Event) -> bool) -> Event {
    loop {
        let event = tokio::time::timeout(PATIENCE, turn.next())
            .await
            .expect("in time")
            .expect("before the end");
        if wanted(&event) {
            return event;
        }
    }
}

#[tokio::test]
async fn sessions_on_one_client_run_side_by_side_and_do_not_mix() {
    let test = Test::responding(Arc::new(echo), "");
    let client = Client::start(config(&test)).await.unwrap();
    let sessions = [
        session(&client, &test).await,
        session(&client, &test).await,
        session(&client, &test).await,
    ];
    let (one, two, three) = tokio::join!(
        sessions[0].ask("one"),
        sessions[1].ask("two"),
        sessions[2].ask("three")
    );
    let answers = [one, two, three].map(|answer| answer.unwrap().text);
    assert_eq!(answers, ["[one]", "[two]", "[three]"]);
    // A session remembers: the second turn's request holds the first.
    sessions[0].ask("again").await.unwrap();
    let body = test.requests().last().unwrap().body.to_string();
    assert!(body.contains("[one]") && !body.contains("[two]"));
    client.close().await;
}

#[tokio::test]
async fn a_workflow_runs_prompts_one_after_another_and_at_once() {
    let test = Test::responding(Arc::new(echo), "");
    let workflow = Workflow::start(
        WorkflowConfig::new(test.work())
            .client(config(&test))
            .disposable(),
    )
    .await
    .unwrap();
    assert_eq!(workflow.run("first").await.unwrap().text, "[first]");
    let (a, b) = tokio::join!(workflow.run("a"), workflow.run("b"));
    assert_eq!([a.unwrap().text, b.unwrap().text], ["[a]", "[b]"]);
    workflow.close().await;
}

#[tokio::test]
async fn a_turn_can_be_steered() {
    let gate = Gate::default();
    let waiting = gate.clone();
    let test = Test::responding(
        Arc::new(move |request| match request.prompt().as_str() {
            "start" => vec![Step::text("begun"), Step::Gate(waiting.clone())],
            _ => echo(request),
        }),
        "",
    );
    let client = Client::start(config(&test)).await.unwrap();
    let session = session(&client, &test).await;
    let mut turn = session.ask_stream("start").await.unwrap();
    until(&mut turn, |event| matches!(event, Event::ItemDelta(_))).await;
    session.steer("go left").await.unwrap();
    gate.open();
    assert_eq!(turn.finish().await.unwrap().text, "[go left]");
    client.close().await;
}

#[tokio::test]
async fn an_interrupt_from_elsewhere_ends_the_turn_and_the_session_goes_on() {
    let test = Test::responding(
        Arc::new(|request| match request.prompt().as_str() {
            "hang" => vec![Step::text("begun"), Step::Hang],
            _ => echo(request),
        }),
        "",
    );
    let client = Client::start(config(&test)).await.unwrap();
    let session = session(&client, &test).await;
    let mut turn = session.ask_stream("hang").await.unwrap();
    until(&mut turn, |event| matches!(event, Event::ItemDelta(_))).await;
    let (outcome, ()) = tokio::join!(turn.finish(), session.interrupt());
    let Err(RuntimeError::Turn(error)) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(error.error.kind, TurnErrorKind::Interrupted);
    assert_eq!(session.ask("next").await.unwrap().text, "[next]");
    client.close().await;
}

#[tokio::test]
async fn a_turn_that_is_dropped_is_interrupted_and_does_not_swallow_the_next_prompt() {
    let test = Test::responding(
        Arc::new(|request| match request.prompt().as_str() {
            "hang" => vec![Step::text("begun"), Step::Hang],
            _ => echo(request),
        }),
        "",
    );
    let client = Client::start(config(&test)).await.unwrap();
    let session = session(&client, &test).await;
    drop(session.ask_stream("hang").await.unwrap());
    assert_eq!(session.ask("next").await.unwrap().text, "[next]");
    client.close().await;
}

#[tokio::test]
async fn a_timeout_of_the_profile_ends_the_turn() {
    let test = Test::rounds(vec![vec![Step::Hang]]);
    let client = Client::start(config(&test)).await.unwrap();
    let profile = RunProfile::new().timeout(Some(Duration::from_secs(2)));
    let session = client
        .start_session(SessionConfig::new(test.work()).profile(profile))
        .await
        .unwrap();
    let Err(RuntimeError::Turn(error)) = session.ask("x").await else {
        panic!("it did not end")
    };
    assert_eq!(error.error.kind, TurnErrorKind::Timeout);
    client.close().await;
}

#[tokio::test]
async fn privileged_profiles_are_refused_in_the_library_too() {
    let test = Test::answering("x");
    let client = Client::start(config(&test)).await.unwrap();
    let profile = RunProfile::new().sandbox(Sandbox::DangerFullAccess);
    let outcome = client
        .start_session(SessionConfig::new(test.work()).profile(profile))
        .await;
    assert!(matches!(outcome, Err(RuntimeError::Privileged { .. })));
    client.close().await;
}

/// Says yes after a while, and remembers what it was asked.
#[derive(Default)]
struct Slowly(Mutex<Vec<ApprovalRequest>>);

impl Approver for Slowly {
    fn decide(&self, request: ApprovalRequest) -> Pin<Box<dyn Future<Output = Verdict> + Send + '_>> {
        self.0.lock().unwrap().push(request);
        Box::pin(async {
            // Longer than the turn's timeout, which stands still meanwhile.
            tokio::time::sleep(Duration::from_secs(8)).await;
            Verdict::new(Decision::Accept, "test")
        })
    }
}

#[tokio::test]
async fn whoever_answers_may_take_longer_than_the_timeout() {
    let test = Test::rounds(vec![
        vec![Step::escalated("touch made", "because")],
        vec![Step::text("made it")],
    ]);
    let approver = Arc::new(Slowly::default());
    let client = Client::start(config(&test).approver(approver.clone()))
        .await
        .unwrap();
    let profile = RunProfile::new()
        .sandbox(Sandbox::WorkspaceWrite)
        .approval(ApprovalPolicy::OnRequest)
        .timeout(Some(Duration::from_secs(7)));
    let session = client
        .start_session(SessionConfig::new(test.work()).profile(profile))
        .await
        .unwrap();
    let answer = session.ask("make it").await.unwrap();
    assert_eq!(answer.text, "made it");
    assert!(test.work().join("made").exists());
    let asked = approver.0.lock().unwrap().clone();
    assert_eq!(
        (asked.len(), asked[0].kind, asked[0].reason.as_deref()),
        (1, ApprovalKind::Command, Some("because"))
    );
    client.close().await;
}

/// Never answers.
struct Absent;

impl Approver for Absent {
    fn decide(&self, _: ApprovalRequest) -> Pin<Box<dyn Future<Output = Verdict> + Send + '_>> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn a_request_that_nobody_answers_is_closed_with_its_turn() {
    let test = Test::rounds(vec![vec![Step::escalated("touch made", "because")]]);
    let client = Client::start(config(&test).approver(Arc::new(Absent)))
        .await
        .unwrap();
    let profile = RunProfile::new().approval(ApprovalPolicy::OnRequest);
    let session = client
        .start_session(SessionConfig::new(test.work()).profile(profile))
        .await
        .unwrap();
    let mut turn = session.ask_stream("make it").await.unwrap();
    until(&mut turn, |event| {
        matches!(event, Event::ApprovalRequested { .. })
    })
    .await;
    session.interrupt().await;
    let closed = until(&mut turn, |event| matches!(event, Event::ApprovalResolved(_))).await;
    assert!(matches!(closed, Event::ApprovalResolved(resolution) if resolution.decision == "closed"));
    let Err(RuntimeError::Turn(error)) = turn.finish().await else {
        panic!("it completed")
    };
    assert_eq!(error.error.kind, TurnErrorKind::Interrupted);
    assert!(!test.work().join("made").exists());
    client.close().await;
}

#[tokio::test]
async fn any_method_can_be_called_and_errors_keep_their_code() {
    let test = Test::answering("x");
    let client = Client::start(config(&test)).await.unwrap();
    let models: serde_json::Value = client
        .runtime()
        .call("model/list", &serde_json::json!({}))
        .await
        .unwrap();
    assert!(models["data"].is_array());
    let outcome = client
        .runtime()
        .call_raw("no/such/method", &serde_json::json!({}))
        .await;
    let Err(RuntimeError::Server { method, code, .. }) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!((method.as_str(), code), ("no/such/method", -32600));
    client.close().await;
}

#[tokio::test]
async fn threads_are_listed_page_by_page_and_read() {
    let test = Test::responding(Arc::new(echo), "");
    let client = Client::start(config(&test)).await.unwrap();
    let mut ids = Vec::new();
    for prompt in ["one", "two", "three"] {
        let session = session(&client, &test).await;
        session.ask(prompt).await.unwrap();
        ids.push(session.id().to_owned());
    }
    let mut listed = Vec::new();
    let mut query = ThreadQuery::new().limit(2);
    loop {
        let page = client.list_threads(&query).await.unwrap();
        listed.extend(page.data);
        match page.next_cursor {
            Some(next) => query = query.after(next),
            None => break,
        }
    }
    let mut found = listed.iter().map(|thread| thread.id.clone()).collect::<Vec<_>>();
    found.sort();
    ids.sort();
    assert_eq!(found, ids);
    let elsewhere = ThreadQuery::new().cwd("/somewhere/else");
    assert!(client.list_threads(&elsewhere).await.unwrap().data.is_empty());
    let thread = client.read_thread(&ids[0], true).await.unwrap();
    assert_eq!((thread.preview.as_str(), thread.turns.len()), ("one", 1));
    let missing = client
        .read_thread("01a10000-0000-7000-8000-000000000000", false)
        .await;
    assert!(
        matches!(missing, Err(RuntimeError::SessionMissing { .. })),
        "{missing:?}"
    );
    client.close().await;
}

#[tokio::test]
async fn what_codex_exec_writes_is_read_and_replayed() {
    let script = vec![vec![Step::command("echo hi")], vec![Step::text("The answer.")]];
    let test = Test::rounds(script);
    let mut command = std::process::Command::new(codex::binary());
    command
        .args(["exec", "--json", "--skip-git-repo-check", "hello"])
        .current_dir(test.work())
        .env("CODEX_HOME", test.codex_home())
        .env("HOME", test.work())
        .envs(loopback_without_proxy())
        .stdin(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .unwrap()
        .unwrap();
    std::fs::write(test.work().join("exec.jsonl"), &output.stdout).unwrap();
    let events = ExecEvents::open(&test.work().join("exec.jsonl")).unwrap();
    let mut transcript = Transcript::default();
    for event in events {
        let event = event.unwrap();
        assert!(!matches!(event.event, Event::Unknown { .. }), "{:?}", event.raw);
        transcript.observe(&event.event);
    }
    assert_eq!(transcript.text(), "The answer.");
    assert!(transcript.usage().total() > 0 && transcript.thread().is_some() && transcript.end().is_some());
    let replayed = test.run(&["replay", "exec.jsonl"]);
    assert_eq!(replayed.exits(0).stdout, "The answer.\n");
    // Older ones do not wait for the end of a command that the turn did not wait for.
    let written = String::from_utf8_lossy(&output.stdout);
    let command_ended = written
        .lines()
        .any(|line| line.contains("item.completed") && line.contains("command_execution"));
    assert!(command_ended || !codex::is_newest(), "{written}");
    if !command_ended {
        eprintln!("left out by codex exec: {written}");
    }
    assert_eq!(
        replayed.stderr.contains("Ran echo hi"),
        command_ended,
        "{replayed:?}{written}"
    );
}

#[tokio::test]
async fn others_hear_the_events_of_a_session_and_it_is_copied_named_and_put_away() {
    let test = Test::responding(Arc::new(echo), "");
    let client = Client::start(config(&test)).await.unwrap();
    let session = session(&client, &test).await;
    let mut heard = session.events();
    let mut turn = session.ask_stream("hello").await.unwrap();
    let mut consumed = Vec::new();
    while let Some(event) = turn.next().await {
        consumed.push(event);
    }
    let copy = session.fork().await.unwrap();
    session.rename("mine").await.unwrap();
    let id = session.id().to_owned();
    session.archive().await.unwrap();
    let mut others = Vec::new();
    while let Some(event) = heard.next().await {
        others.push(event);
    }
    let whole = |events: &[Event]| {
        let whole = events
            .iter()
            .filter(|event| !matches!(event, Event::ItemDelta(_)));
        whole.cloned().collect::<Vec<_>>()
    };
    assert_eq!(whole(&others), whole(&consumed));
    let archived = client.list_threads(&ThreadQuery::new().archived()).await.unwrap();
    let ids = archived.data.iter().map(|thread| thread.id.as_str());
    assert_eq!(ids.collect::<Vec<_>>(), [id.as_str()]);
    if codex::is_newest() {
        let name = archived.data[0].name.as_deref();
        assert_eq!(name, Some("mine"), "older servers do not list names");
    }
    assert_ne!(copy, id);
    client.close().await;
}
