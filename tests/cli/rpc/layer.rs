//! Layer 5 against the real server: bursts, commands to talk with, the server's requests, notifications.

use std::time::Duration;

use serde_json::{Value, json};
use turnwise::app_server::{AppServer, ExecOptions, Filter, SubscriptionEnd};
use turnwise::demo::Step;
use turnwise::protocol::types::{CommandExecOutputStream, CommandExecParams};
use turnwise::runtime::{RequestId, RuntimeError};

use super::{connect, in_time, is_asked};
use crate::support::{Test, codex, is_outside_temporary, left_out, wait_until_async};

fn command(words: &[&str]) -> CommandExecParams {
    CommandExecParams {
        command: words.iter().map(ToString::to_string).collect(),
        ..CommandExecParams::default()
    }
}

#[tokio::test]
async fn a_thousand_requests_at_once_all_get_an_answer() {
    let test = Test::answering("unused");
    let server = connect(&test).await;
    let calls = (0..1_000).map(|number| {
        let server = server.clone();
        tokio::spawn(async move {
            let params = json!({ "limit": 1 + number % 3 });
            server.call_json("model/list", params).await
        })
    });
    let calls = calls.collect::<Vec<_>>();
    for (number, call) in calls.into_iter().enumerate() {
        let result = call.await.unwrap().unwrap();
        assert_eq!(result["data"].as_array().unwrap().len(), 1 + number % 3);
    }
    server.close().await;
}

#[tokio::test]
async fn a_command_is_talked_with_while_it_runs() {
    if codex::is_oldest() {
        return left_out("the oldest server has no input, output or terminal for commands");
    }
    let test = Test::answering("unused");
    let server = connect(&test).await;
    let options = ExecOptions::new().stdin();
    let mut cat = server.command_exec(&command(&["cat"]), options).unwrap();
    cat.write(b"one\n").await.unwrap();
    let first = in_time(cat.next()).await.unwrap();
    assert_eq!(first.stream, CommandExecOutputStream::Stdout);
    assert_eq!((first.bytes, first.cap_reached), (b"one\n".to_vec(), false));
    cat.write(b"two\n").await.unwrap();
    cat.close_stdin().await.unwrap();
    let mut rest = Vec::new();
    while let Some(output) = in_time(cat.next()).await {
        rest.extend(output.bytes);
    }
    assert_eq!(rest, b"two\n");
    assert_eq!(cat.wait().await.unwrap().exit_code, 0);
    server.close().await;
}

#[tokio::test]
async fn a_command_with_a_terminal_learns_of_its_new_size() {
    if codex::is_oldest() {
        return left_out("the oldest server has no input, output or terminal for commands");
    }
    if !is_outside_temporary("commands there get no terminal") {
        return;
    }
    let test = Test::answering("unused");
    let server = connect(&test).await;
    let options = ExecOptions::new().terminal(80, 24);
    let script = "stty size; read line; stty size";
    let mut shell = server
        .command_exec(&command(&["sh", "-c", script]), options)
        .unwrap();
    let mut seen = String::new();
    while !seen.contains("24 80") {
        seen.push_str(&String::from_utf8_lossy(
            &in_time(shell.next()).await.unwrap().bytes,
        ));
    }
    shell.resize(100, 40).await.unwrap();
    shell.write(b"\n").await.unwrap();
    while let Some(output) = in_time(shell.next()).await {
        seen.push_str(&String::from_utf8_lossy(&output.bytes));
    }
    assert!(seen.contains("40 100"), "{seen:?}");
    server.close().await;
}

#[tokio::test]
async fn a_command_ends_when_it_is_told_to_and_when_nobody_wants_it_any_longer() {
    if codex::is_oldest() {
        return left_out("the oldest server has no input, output or terminal for commands");
    }
    let test = Test::answering("unused");
    let server = connect(&test).await;
    let endless = command(&["sh", "-c", "echo up; sleep 1000"]);
    let mut told = server.command_exec(&endless, ExecOptions::default()).unwrap();
    in_time(told.next()).await.unwrap();
    told.kill().await.unwrap();
    assert_ne!(in_time(told.wait()).await.unwrap().exit_code, 0);

    let mut dropped = server.command_exec(&endless, ExecOptions::default()).unwrap();
    in_time(dropped.next()).await.unwrap();
    drop(dropped);
    let sleeps = || test.processes().iter().any(|line| line.contains("sleep 1000"));
    wait_until_async("the end of the command", || !sleeps()).await;
    server.close().await;
}

#[tokio::test]
async fn a_command_that_cannot_run_is_told_by_its_end() {
    if codex::is_oldest() {
        return left_out("the oldest server has no input, output or terminal for commands");
    }
    let test = Test::answering("unused");
    let server = connect(&test).await;
    let mut nowhere = command(&["true"]);
    nowhere.cwd = Some("/no/such/directory".into());
    let execution = server.command_exec(&nowhere, ExecOptions::default()).unwrap();
    assert!(matches!(
        in_time(execution.wait()).await,
        Err(RuntimeError::Server { .. })
    ));
    server.close().await;
}

#[tokio::test]
async fn a_request_of_the_server_waits_for_its_one_answer() {
    let steps = vec![
        vec![Step::escalated("echo made > made", "It has to be made.")],
        vec![Step::text("done")],
    ];
    let test = Test::rounds(steps);
    let server = connect(&test).await;
    let mut ends = server.subscribe(Filter::all().method("turn/completed"));
    let thread = is_asked(&server, &test).await;
    let request = in_time(server.next_request()).await.unwrap();
    assert_eq!(request.method, "item/commandExecution/requestApproval");
    let params: Value = serde_json::from_str(request.params.get()).unwrap();
    assert_eq!(params["threadId"], thread);
    assert!(ends.try_next().is_none() && !test.work().join("made").exists());
    assert!(server.respond_ok(&RequestId::Number(77), &json!({})).is_err());
    server
        .respond_ok(&request.id, &json!({ "decision": "accept" }))
        .unwrap();
    assert!(
        server
            .respond_ok(&request.id, &json!({ "decision": "cancel" }))
            .is_err()
    );
    in_time(ends.next()).await.unwrap();
    assert!(test.work().join("made").exists());
    server.close().await;
}

#[tokio::test]
async fn a_request_that_the_server_resolves_by_itself_can_no_longer_be_answered() {
    if codex::is_oldest() {
        return left_out("the oldest server does not say that it resolved a request");
    }
    let test = Test::rounds(vec![vec![Step::escalated(
        "echo made > made",
        "It has to be made.",
    )]]);
    let server = connect(&test).await;
    let mut resolved = server.subscribe(Filter::all().method("serverRequest/resolved"));
    let thread = is_asked(&server, &test).await;
    let request = in_time(server.next_request()).await.unwrap();
    let params: Value = serde_json::from_str(request.params.get()).unwrap();
    let stop = json!({ "threadId": thread, "turnId": params["turnId"] });
    server.call_json("turn/interrupt", stop).await.unwrap();
    in_time(resolved.next()).await.unwrap();
    let error = server.respond_error(&request.id, -1, "no").unwrap_err();
    assert!(matches!(error, RuntimeError::InvalidInput { .. }), "{error}");
    server.close().await;
}

#[tokio::test]
async fn the_end_of_the_server_reaches_everybody() {
    let test = Test::answering("unused");
    let server = connect(&test).await;
    let mut notifications = server.subscribe(Filter::all().method("never/sent"));
    let other = server.clone();
    let asked = tokio::spawn(async move { other.next_request().await.is_none() });
    server.kill();
    assert!(matches!(
        in_time(notifications.next()).await,
        Err(SubscriptionEnd::Closed(_))
    ));
    assert!(in_time(asked).await.unwrap());
    let error = server.call_json("model/list", Value::Null).await.unwrap_err();
    assert!(matches!(error, RuntimeError::Closed { .. }), "{error}");
}

#[tokio::test]
async fn a_request_that_is_not_answered_in_time_is_given_up() {
    let test = Test::answering("unused");
    let config = super::config(&test).request_timeout(Duration::from_millis(1));
    let server = AppServer::start(config).await.unwrap();
    let error = server
        .call_json_unchecked("thread/start", &json!({}))
        .await
        .unwrap_err();
    assert!(matches!(error, RuntimeError::RequestTimeout { .. }), "{error}");
    server.close().await;
}
