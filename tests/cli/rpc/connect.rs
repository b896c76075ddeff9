//! `--connect`: every command with a server that runs already, over a socket and over a WebSocket.

use rustix::process::Signal;
use serde_json::json;
use turnwise::app_server::{AppServer, AppServerConfig};
use turnwise::demo::{Gate, Step};
use turnwise::runtime::ClientConfig;
use turnwise::runtime::remote::{BearerToken, Endpoint};

use crate::support::listening::Listening;
use crate::support::{Test, codex, left_out};

const ITS_OWN: &str = "it says itself what it connects to";

fn test_with(answer: &str) -> Test {
    Test::answering(answer).with_own_server(ITS_OWN)
}

#[test]
fn a_run_works_over_a_socket_and_leaves_the_server_running() {
    if !codex::has_socket() {
        return left_out("this server cannot be reached at a socket");
    }
    let test = test_with("from afar");
    let listening = Listening::unix(&test);
    for _ in 0..2 {
        let outcome = test.run(&["--connect", &listening.url, "run", "hello"]);
        assert_eq!(outcome.exits(0).stdout, "from afar\n");
    }
    let doctor = test.run(&["doctor", "--connect", &listening.url, "--json"]);
    let checks = doctor.exits(0).json()["checks"].to_string();
    assert!(checks.contains(&format!("{} answers", listening.url)), "{checks}");
}

#[test]
fn a_token_comes_from_a_file_or_the_environment_and_is_never_shown() {
    if codex::is_oldest() {
        return left_out("the oldest server asks for no token");
    }
    let mut test = test_with("from afar");
    let (listening, file) = Listening::with_token(&test);
    let refused = test.run(&["--connect", &listening.url, "run", "hello"]);
    assert!(refused.exits(4).stderr.contains("401"), "{}", refused.stderr);
    assert!(refused.stderr.contains("--connect-token-file"));
    let arguments = [
        "-vv",
        "--connect",
        &listening.url,
        "--connect-token-file",
        &file,
        "run",
        "hello",
    ];
    let with_file = test.run(&arguments);
    assert_eq!(with_file.exits(0).stdout, "from afar\n");
    assert!(!with_file.stderr.contains("the-secret"));
    test.set("TURNWISE_CONNECT_TOKEN", "the-secret");
    test.run(&["--connect", &listening.url, "run", "hello"]).exits(0);
    test.set("TURNWISE_CONNECT_TOKEN", "another");
    test.run(&["--connect", &listening.url, "run", "hello"]).exits(4);
    let exposed = test.run(&["--connect", "ws://192.0.2.1:1", "run", "hello"]);
    assert!(
        exposed.exits(2).stderr.contains("unencrypted"),
        "{}",
        exposed.stderr
    );
}

#[test]
fn calls_pipes_and_streams_work_over_a_websocket() {
    let test = test_with("from afar");
    let listening = Listening::websocket(&test, &[]);
    let connect = ["rpc", "--connect", &listening.url];
    let call = |arguments: &[&str]| test.run(&[&connect, arguments].concat());
    let started = call(&["thread/start"]);
    let thread = format!(
        "threadId={}",
        started.exits(0).json()["thread"]["id"].as_str().unwrap()
    );
    // The server goes on, and with it the thread: nothing has to be taken up again.
    let said = r#"input:=[{"type":"text","text":"hi"}]"#;
    call(&["turn/start", &thread, said]).exits(0);
    let lines = "{\"id\":1,\"method\":\"thread/loaded/list\",\"params\":{}}\n";
    let piped = test.run_with_stdin(&["rpc", "pipe", "--connect", &listening.url], lines);
    let reply = piped
        .exits(0)
        .json_lines()
        .into_iter()
        .find(|line| line["id"] == 1)
        .unwrap();
    assert!(
        thread.contains(reply["result"]["data"][0].as_str().unwrap()),
        "{reply}"
    );
}

#[test]
fn a_connection_that_is_lost_ends_a_run_with_what_is_known() {
    let gate = Gate::default();
    let test = Test::rounds(vec![vec![Step::text("first\n"), Step::Gate(gate)]]).with_own_server(ITS_OWN);
    let listening = Listening::websocket(&test, &[]);
    let run = test.spawn(&[
        "--connect",
        &listening.url,
        "run",
        "--stream",
        "--format",
        "jsonl",
        "hello",
    ]);
    run.wait_for_stdout("first");
    listening.server.signal(Signal::KILL);
    let outcome = run.wait();
    let error = outcome.exits(3).json_lines().pop().unwrap().to_string();
    for part in [
        "server_gone",
        &listening.url,
        "lost the connection",
        "may continue there",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
}

#[test]
fn nobody_listening_is_told_with_the_address() {
    let test = test_with("unused");
    let nobody = format!("unix://{}", test.work().join("none.sock").display());
    let outcome = test.run(&["run", "--connect", &nobody, "hello"]);
    assert!(outcome.exits(3).stderr.contains(&nobody), "{}", outcome.stderr);
    for wrong in ["http://x", "localhost:1", "wss://user:secret@host"] {
        test.run(&["run", "--connect", wrong, "hello"]).exits(2);
    }
}

#[tokio::test]
async fn layer_five_works_over_a_websocket_at_full_load() {
    if codex::is_oldest() {
        return left_out("the oldest server asks for no token");
    }
    let test = test_with("unused");
    let (listening, _) = Listening::with_token(&test);
    let endpoint: Endpoint = listening.url.parse().unwrap();
    let token = BearerToken::new("the-secret").unwrap();
    let client = ClientConfig::new()
        .codex(codex::binary())
        .connect(endpoint, Some(token));
    let server = AppServer::start(AppServerConfig::new(client)).await.unwrap();
    let calls = (0..500).map(|number| {
        let server = server.clone();
        tokio::spawn(async move {
            // Long lines in both directions.
            let words = json!({ "command": ["echo", "x".repeat(number * 100)] });
            let method = if number % 50 == 0 {
                "command/exec"
            } else {
                "model/list"
            };
            let params = if number % 50 == 0 {
                words
            } else {
                json!({ "limit": 1 })
            };
            (number, server.call_json_unchecked(method, &params).await)
        })
    });
    for call in calls.collect::<Vec<_>>() {
        let (number, result) = call.await.unwrap();
        let result = result.unwrap();
        if number % 50 == 0 {
            assert_eq!(result["stdout"].as_str().unwrap().len(), number * 100 + 1);
        }
    }
    server.close().await;
}

#[tokio::test]
async fn a_message_that_is_too_long_for_one_frame_goes_in_pieces() {
    if !codex::has_socket() {
        return left_out("this server cannot be reached at a socket");
    }
    let test = test_with("unused");
    let listening = Listening::unix(&test);
    let client = ClientConfig::new()
        .codex(codex::binary())
        .connect(listening.url.parse().unwrap(), None);
    let server = AppServer::start(AppServerConfig::new(client)).await.unwrap();
    let file = test.work().join("long");
    let params = json!({ "path": file, "dataBase64": "AAAA".repeat(5 << 20) });
    server.call_json_unchecked("fs/writeFile", &params).await.unwrap();
    assert_eq!(file.metadata().unwrap().len(), 15 << 20);
    server.close().await;
}
