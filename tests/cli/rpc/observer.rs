//! Turns that another client of the same server began, watched, steered and interrupted from here. The other client is a
//! turnwise with directories of its own, so that only the server knows of both.

use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};
use turnwise::demo::{Gate, Responder, Step, rounds};
use turnwise::runtime::event::Event;
use turnwise::runtime::{Client, ClientConfig, RuntimeError};

use super::in_time;
use crate::support::listening::Listening;
use crate::support::{Outcome, PATIENCE, Running, Test, codex};

/// A server for each kind of connection, with what opens its model's gate.
fn servers(model: impl Fn(Gate) -> Arc<Responder>) -> Vec<(Test, Listening, Gate)> {
    let start = |kind: &fn(&Test) -> Listening| {
        let gate = Gate::default();
        let mut test =
            Test::responding(model(gate.clone()), "").with_own_server("it says itself what it connects to");
        let server = kind(&test);
        test.set("TURNWISE_CONNECT", &server.url);
        (test, server, gate)
    };
    Listening::kinds_that_keep_turns().iter().map(start).collect()
}

/// A turnwise that shares nothing with the test's but the server.
fn elsewhere(test: &Test, arguments: &[&str]) -> Command {
    let mut command = test.command(arguments);
    command.env("TURNWISE_HOME", test.root().join("elsewhere"));
    command
}

fn run_elsewhere(test: &Test, arguments: &[&str]) -> Outcome {
    Running::start(elsewhere(test, arguments)).wait()
}

/// The request that waits there.
fn waiting_elsewhere(test: &Test) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < deadline, "nothing waits for an answer");
        let list = run_elsewhere(test, &["approve", "list", "--json"])
            .exits(0)
            .json();
        if let Some(id) = list["approvals"][0]["id"].as_str() {
            return id.to_owned();
        }
    }
}

#[test]
fn a_turn_is_watched_whose_request_is_left_to_whoever_began_it() {
    let command = || Step::escalated("echo made >> made", "It has to be made.");
    for (test, _server, _) in servers(|_| rounds(vec![vec![command()], vec![Step::text("done")]])) {
        let words = ["--approval=on-request", "--on-approval=wait", "--timeout=0", "go"];
        let words = [&["run", "--format=json"], &words[..]].concat();
        let run = Running::start(elsewhere(&test, &words));
        let id = waiting_elsewhere(&test);

        // Whoever stops looking has answered nothing and ended nothing.
        for _ in 0..2 {
            let watch = test.spawn(&["session", "watch", "--format=jsonl"]);
            watch.wait_for_stdout("approval.requested");
            watch.signal(rustix::process::Signal::INT);
            watch.wait().exits(130);
        }
        let at_terminal = test.at_terminal(60, 20, &["session", "watch"]);
        at_terminal.wait_for("· waiting for approval");
        let watch = test.spawn(&["session", "watch", "--format=jsonl"]);
        watch.wait_for_stdout("approval.requested");
        let list = run_elsewhere(&test, &["approve", "list", "--json"])
            .exits(0)
            .json();
        assert_eq!(list["approvals"][0]["id"], Value::String(id.clone()));
        assert!(!test.work().join("made").exists());
        run_elsewhere(&test, &["approve", "accept", &id]).exits(0);

        let report = run.wait().exits(0).json();
        assert_eq!(report["text"], "done");
        let (screen, exit) = at_terminal.wait();
        assert_eq!(exit, Some(0), "{screen}");
        assert!(screen.contains("done"), "{screen}");
        let seen = watch.wait().exits(0).json_lines();
        let of = |kind: &str| seen.iter().find(|event| event["type"] == kind).cloned();
        let asked = of("approval.requested").unwrap();
        assert!(
            asked["approval"]["command"]
                .as_str()
                .unwrap()
                .contains("echo made >> made"),
            "{asked}"
        );
        assert_eq!(of("approval.resolved").unwrap()["decision"], "closed");
        let end = of("turn.completed").unwrap();
        assert_eq!(end["turn_id"], report["turn_id"]);
        assert_eq!(
            std::fs::read_to_string(test.work().join("made")).unwrap(),
            "made\n"
        );
        // What is watched is no run of one's own.
        let own = test.run(&["approve", "list", "--all", "--json"]).exits(0).json();
        assert_eq!(own["approvals"], json!([]));

        let over = test.run(&["session", "watch"]);
        assert!(over.exits(1).stderr.contains("no turn is running"), "{over:?}");
    }
}

/// A turn elsewhere that has begun and goes on until the gate opens.
fn begun(test: &Test) -> (Running, String) {
    let run = Running::start(elsewhere(test, &["run", "--format=jsonl", "--timeout=0", "go"]));
    run.wait_for_stdout("item.delta");
    let loaded = test.run(&["rpc", "thread/loaded/list"]).exits(0).json();
    let id = loaded["data"][0].as_str().unwrap().to_owned();
    (run, id)
}

#[test]
fn a_turn_of_another_client_is_steered_and_interrupted() {
    let model = |gate: Gate| -> Arc<Responder> {
        Arc::new(move |request| {
            if request.prompt().contains("summary") {
                vec![Step::text("told"), Step::Hang]
            } else {
                vec![Step::text("first\n"), Step::Gate(gate.clone())]
            }
        })
    };
    for (test, _server, gate) in servers(model) {
        let (run, id) = begun(&test);
        let steer = test.run(&["session", "steer", &id[..20], "Only", "the", "summary"]);
        assert!(
            steer.exits(0).stderr.contains(&format!("Message sent to {id}")),
            "{steer:?}"
        );
        gate.open();
        run.wait_for_stdout("told");
        let last = test.requests().pop().unwrap();
        assert!(last.prompt().contains("Only the summary"), "{last:?}");

        let interrupt = test.run(&["session", "interrupt", &id]);
        assert!(
            interrupt.exits(0).stderr.contains(&format!("Interrupted {id}")),
            "{interrupt:?}"
        );
        let report = run.wait().exits(130).json_lines();
        assert_eq!(report.last().unwrap()["status"], "interrupted");

        for words in [&["interrupt", &id][..], &["steer", &id, "x"], &["watch", &id]] {
            let over = test.run(&[&["session"], words].concat());
            assert!(over.exits(1).stderr.contains("is not running"), "{over:?}");
        }
    }
}

#[tokio::test]
async fn a_client_that_would_answer_cannot_watch() {
    for (test, server, _) in servers(|_| rounds(vec![vec![Step::text("first"), Step::Hang]])) {
        let (run, id) = begun(&test);
        let config = || {
            ClientConfig::new()
                .codex(codex::binary())
                .connect(server.url.parse().unwrap(), None)
        };
        let answers = Client::start(config()).await.unwrap();
        let refused = answers.watch(&id).await.unwrap_err();
        assert!(matches!(refused, RuntimeError::InvalidInput { .. }), "{refused}");
        answers.close().await;

        let looks = Client::start(config().observe_only()).await.unwrap();
        assert_eq!(looks.running_threads().await.unwrap(), std::slice::from_ref(&id));
        let mut turn = looks.watch(&id).await.unwrap();
        let begun = in_time(turn.next()).await.unwrap();
        assert!(matches!(begun, Event::ThreadStarted(_)), "{begun:?}");
        // Not even when it is told to: it is another client's.
        turn.interrupt("no");
        drop(turn);
        assert_eq!(*looks.turn_handle(&id).await.unwrap().id(), id);
        looks.close().await;
        drop(run);
    }
}
