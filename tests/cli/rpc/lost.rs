//! Connections that are lost while the agent waits for an answer, and turns that are taken up again, over each kind of
//! connection.

use serde_json::{Value, json};
use turnwise::app_server::{AppServer, AppServerConfig, Filter};
use turnwise::demo::Step;
use turnwise::runtime::approval::{Decision, FixedAnswer};
use turnwise::runtime::event::Event;
use turnwise::runtime::{Client, ClientConfig, RuntimeError, SessionConfig};

use super::{in_time, is_asked};
use crate::approvals::waiting_ids;
use crate::support::listening::Listening;
use crate::support::proxy::Proxy;
use crate::support::{Running, Test, codex};

/// A server that somebody else started, a way to it that can be cut, and a turn that waits there for an answer.
struct Waiting {
    test: Test,
    server: Listening,
    proxy: Proxy,
    session: String,
}

fn command() -> Step {
    Step::escalated("echo made >> made", "It has to be made.")
}

fn patch() -> Step {
    Step::command(
        "apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: made\n+exactly this\n*** End Patch\nEOF",
    )
}

/// A server for each kind of connection, with a way to it that can be cut.
fn servers(question: &Step) -> Vec<(Test, Listening, Proxy)> {
    let start = |kind: &fn(&Test) -> Listening| {
        let script = vec![vec![question.clone()], vec![Step::text("done")]];
        let test = Test::rounds(script).with_own_server("it says itself what it connects to");
        let server = kind(&test);
        let proxy = Proxy::before(&server.url);
        (test, server, proxy)
    };
    Listening::kinds_that_keep_turns().iter().map(start).collect()
}

/// Where the run lost its connection while its request waited in the ledger.
fn lost(question: &Step) -> Vec<Waiting> {
    let lose = |(test, server, proxy): (Test, Listening, Proxy)| {
        let run = test.spawn(&[
            "run",
            "--connect",
            &proxy.url,
            "--approval=on-request",
            "--on-approval=wait",
            "--format=json",
            "--timeout=0",
            "go",
        ]);
        waiting_ids(&test, 1);
        proxy.cut();
        let outcome = run.wait();
        let report = outcome.exits(3).json();
        let session = report["session_id"].as_str().unwrap().to_owned();
        let turn = report["turn_id"].as_str().unwrap();
        let message = report["error"]["message"].as_str().unwrap();
        for part in [
            &proxy.url,
            "lost the connection",
            &session,
            turn,
            "is waiting for approval",
        ] {
            assert!(message.contains(part), "{part}: {message}");
        }
        let how = format!("turnwise resume {session} --join --connect {}", proxy.url);
        assert!(outcome.stderr.contains(&how), "{outcome:?}");
        assert_eq!(report["approvals"][0]["decision"], Value::Null);
        Waiting {
            test,
            server,
            proxy,
            session,
        }
    };
    servers(question).into_iter().map(lose).collect()
}

impl Waiting {
    fn arguments<'a>(&'a self, words: &[&'a str]) -> Vec<&'a str> {
        let mut arguments = words.to_vec();
        arguments.extend(["--connect", &self.proxy.url]);
        arguments
    }

    /// Follows the turn, with its request in the ledger.
    fn joined(&self) -> Running {
        let words = [
            "resume",
            &self.session,
            "--join",
            "--on-approval=wait",
            "--format=json",
        ];
        self.test.spawn(&self.arguments(&words))
    }

    fn made(&self) -> Option<String> {
        std::fs::read_to_string(self.test.work().join("made")).ok()
    }
}

#[test]
fn a_turn_that_lost_its_run_is_taken_up_again_and_its_request_gets_one_answer() {
    for waiting in lost(&command()) {
        let test = &waiting.test;
        // Nobody can answer it where nobody would hear it.
        let log = test.run(&["approve", "list", "--all", "--json"]).exits(0).json();
        let id = log["approvals"][0]["id"].as_str().unwrap();
        let before = test.run(&["approve", "show", id, "--json"]).exits(0).json();
        assert_eq!(before["state"], "closed", "{log}");
        test.run(&["approve", "accept", id]).exits(5);

        // A prompt would only be said to the turn, and whoever is refused answers nothing.
        let words = ["resume", &waiting.session, "--on-approval=decline", "another"];
        let busy = test.run(&waiting.arguments(&words));
        assert!(busy.exits(75).stderr.contains("--join"), "{busy:?}");

        let run = waiting.joined();
        let id = waiting_ids(test, 1).remove(0);
        let shown = test.run(&["approve", "show", &id, "--json"]).exits(0).json();
        assert_eq!(shown["request"], before["request"]);
        let command = shown["request"]["command"].as_str().unwrap();
        assert!(command.contains("echo made >> made"), "{shown}");
        assert_eq!(waiting.made(), None);
        test.run(&["approve", "accept", &id]).exits(0);
        let report = run.wait().exits(0).json();
        assert_eq!(
            (&report["text"], &report["session_id"]),
            (&json!("done"), &json!(waiting.session))
        );
        assert_eq!(report["approvals"][0]["decision"], "accept");
        assert_eq!(waiting.made().unwrap(), "made\n");

        let over = test.run(&waiting.arguments(&["resume", &waiting.session, "--join"]));
        assert!(over.exits(1).stderr.contains("no turn is running"), "{over:?}");
    }
}

#[test]
fn a_file_change_that_waited_is_shown_again_with_all_that_it_would_do() {
    for waiting in lost(&patch()) {
        let run = waiting.joined();
        let id = waiting_ids(&waiting.test, 1).remove(0);
        let shown = waiting.test.run(&["approve", "show", &id]);
        assert!(shown.exits(0).stdout.contains("exactly this"), "{shown:?}");
        waiting.test.run(&["approve", "accept", &id]).exits(0);
        run.wait().exits(0);
        assert_eq!(waiting.made().unwrap(), "exactly this\n");
    }
}

#[test]
fn a_chat_goes_on_with_the_turn_that_runs_and_asks_what_it_waits_for() {
    for waiting in lost(&command()) {
        let arguments = waiting.arguments(&["resume", &waiting.session]);
        let mut chat = waiting.test.at_terminal(100, 40, &arguments);
        chat.wait_for("echo made >> made");
        chat.wait_for("Your answer");
        chat.press("y\r");
        chat.wait_for("done");
        chat.wait_for("› ");
        chat.press("\x04");
        let (screen, exit) = chat.wait();
        assert_eq!(exit, Some(0), "{screen}");
        assert_eq!(waiting.made().unwrap(), "made\n");
    }
}

#[test]
fn a_call_that_takes_the_thread_up_is_asked_what_waits_there() {
    for waiting in lost(&patch()) {
        let thread = format!("threadId={}", waiting.session);
        let words = [
            "rpc",
            "--resume",
            "--until=turn/completed",
            "--on-approval=wait",
            "thread/name/set",
            &thread,
            "name=x",
        ];
        let call = waiting.test.spawn(&waiting.arguments(&words));
        let id = waiting_ids(&waiting.test, 1).remove(0);
        let shown = waiting.test.run(&["approve", "show", &id]);
        assert!(shown.exits(0).stdout.contains("exactly this"), "{shown:?}");
        waiting.test.run(&["approve", "accept", &id]).exits(0);
        call.wait().exits(0);
        assert_eq!(waiting.made().unwrap(), "exactly this\n");
    }
}

#[test]
fn a_connection_that_is_cut_again_and_again_loses_no_request() {
    for waiting in lost(&command()) {
        for _ in 0..3 {
            let run = waiting.joined();
            waiting_ids(&waiting.test, 1);
            waiting.proxy.cut();
            run.wait().exits(3);
        }
        // A server that is gone takes the turn with it, and that is said.
        waiting.server.server.signal(rustix::process::Signal::KILL);
        let words = ["resume", &waiting.session, "--join"];
        let gone = waiting
            .test
            .run(&["--connect", &waiting.server.url, words[0], words[1], words[2]]);
        assert!(gone.exits(3).stderr.contains(&waiting.server.url), "{gone:?}");
    }
}

fn client(url: &str) -> ClientConfig {
    ClientConfig::new()
        .codex(codex::binary())
        .connect(url.parse().unwrap(), None)
}

#[tokio::test]
async fn layer_five_is_asked_again_what_waited_when_its_connection_was_lost() {
    for (test, _server, proxy) in servers(&command()) {
        let connect = || AppServer::start(AppServerConfig::new(client(&proxy.url)));
        let first = connect().await.unwrap();
        let thread = is_asked(&first, &test).await;
        let before = in_time(first.next_request()).await.unwrap();
        proxy.cut();
        assert!(in_time(first.next_request()).await.is_none());
        assert!(
            first
                .respond_ok(&before.id, &json!({ "decision": "accept" }))
                .is_err()
        );

        let second = connect().await.unwrap();
        let mut ends = second.subscribe(Filter::all().method("turn/completed"));
        second.resume_thread(thread.as_str().unwrap()).await.unwrap();
        let again = in_time(second.next_request()).await.unwrap();
        assert_eq!((again.params.get(), &again.id), (before.params.get(), &before.id));
        assert!(!test.work().join("made").exists());
        second
            .respond_ok(&again.id, &json!({ "decision": "accept" }))
            .unwrap();
        assert!(
            second
                .respond_ok(&again.id, &json!({ "decision": "cancel" }))
                .is_err()
        );
        in_time(ends.next()).await.unwrap();
        assert_eq!(
            std::fs::read_to_string(test.work().join("made")).unwrap(),
            "made\n"
        );
        second.close().await;
    }
}

#[tokio::test]
async fn a_session_with_a_turn_that_runs_takes_no_prompt_and_can_join_it() {
    for (test, _server, proxy) in servers(&command()) {
        let first = AppServer::start(AppServerConfig::new(client(&proxy.url)))
            .await
            .unwrap();
        let thread = is_asked(&first, &test).await;
        in_time(first.next_request()).await.unwrap();
        proxy.cut();

        let accept = std::sync::Arc::new(FixedAnswer::Decline);
        let second = Client::start(client(&proxy.url).approver(accept)).await.unwrap();
        let config = SessionConfig::new(test.work());
        let session = second
            .resume_session(thread.as_str().unwrap(), config)
            .await
            .unwrap();
        let turn_id = session.running_turn().unwrap();
        let refused = session.ask("another").await.unwrap_err();
        assert!(
            matches!(&refused, RuntimeError::TurnRunning { turn_id: running, .. } if *running == turn_id),
            "{refused}"
        );
        let mut turn = session.attach().await.unwrap();
        assert_eq!(turn.id(), &turn_id);
        let mut declined = false;
        while let Some(event) = in_time(turn.next()).await {
            declined |= matches!(&event, Event::ApprovalResolved(resolution)
                if resolution.decision == Decision::Decline.as_str());
        }
        assert!(declined && !test.work().join("made").exists());
        drop(turn);
        assert!(matches!(session.attach().await, Err(RuntimeError::NoTurn)));
        assert_eq!(session.ask("another").await.unwrap().text, "done");
        second.close().await;
    }
}
