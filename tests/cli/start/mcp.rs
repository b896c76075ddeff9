//! MCP servers that do not start, or not in time.

use std::time::Duration;

use serde_json::json;
use turnwise::runtime::{Client, McpStatus, SessionConfig};

use super::within;
use crate::support::{Test, codex, left_out};

const BROKEN: &str = "[mcp_servers.broken]\ncommand = \"/nowhere/mcp\"\n";
/// Starts, and never says anything.
const SLOW: &str = "[mcp_servers.slow]\ncommand = \"/bin/sleep\"\nargs = [\"600\"]\nenv_vars = [\"TURNWISE_TEST_RUN\"]\nstartup_timeout_sec = 40\n";

fn healthy() -> String {
    let server = std::path::Path::new(env!("CARGO_BIN_EXE_turnwise"))
        .with_file_name("examples")
        .join("mcp-server");
    format!(
        "[mcp_servers.tiny]\ncommand = {:?}\n",
        server.display().to_string()
    )
}

fn configure(test: &Test, servers: &str) {
    let path = test.codex_home().join("config.toml");
    let existing = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{existing}\n{servers}")).unwrap();
}

fn with_servers(servers: &str) -> Test {
    let test = Test::answering("the answer")
        .with_own_server("the configuration is changed under a server that listens already");
    configure(&test, servers);
    test
}

#[test]
fn a_server_that_does_not_start_is_warned_about_once_with_its_name_and_the_reason() {
    let test = with_servers(&format!("{BROKEN}{}", healthy()));
    let outcome = test.run(&["run", "hello"]);
    assert_eq!(outcome.exits(0).stdout, "the answer\n");
    assert_eq!(
        outcome.stderr.matches("MCP server broken did not start").count(),
        1,
        "{outcome:?}"
    );
    assert!(outcome.stderr.contains("No such file"), "{outcome:?}");
    assert!(!outcome.stderr.contains("tiny"), "{outcome:?}");

    let report = test.run(&["run", "--format", "json", "hello"]).exits(0).json();
    let warnings = report["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 1, "{report:#}");
    assert!(
        warnings[0].as_str().unwrap().contains("broken did not start"),
        "{report:#}"
    );

    let lines = test
        .run(&["run", "--format", "jsonl", "hello"])
        .exits(0)
        .json_lines();
    let said = |kind: &str| lines.iter().filter(|line| line["type"] == kind).count();
    assert_eq!((said("warning"), said("unknown")), (1, 0), "{lines:#?}");
    test.nothing_is_left();
}

#[test]
fn a_server_that_is_still_starting_when_the_turn_ends_is_warned_about() {
    // Some wait for it until it has failed, which is told just as well.
    let test = with_servers(&SLOW.replace("40", "3"));
    let report = test.run(&["run", "--format", "json", "hello"]).exits(0).json();
    let warnings = report["warnings"].to_string();
    assert!(
        warnings.contains("the MCP server slow did not start")
            || warnings.contains("before the MCP server slow had started"),
        "{report:#}"
    );
    test.nothing_is_left();
}

#[tokio::test]
async fn the_library_tells_it_in_the_answer_and_lists_the_servers() {
    let test = with_servers(&format!("{BROKEN}{}", healthy()));
    let client = Client::start(test.client()).await.unwrap();
    let session = client
        .start_session(SessionConfig::new(test.work()))
        .await
        .unwrap();
    let answer = session.ask("hello").await.unwrap();
    assert!(
        answer.transcript.warnings()[0].contains("broken did not start"),
        "{:?}",
        answer.transcript.warnings()
    );
    let again = session.ask("hello").await.unwrap();
    assert_eq!(again.transcript.warnings(), &[] as &[String], "told once");
    let servers = client
        .mcp_servers_started(&test.work(), Duration::from_secs(20))
        .await;
    let standing = servers
        .iter()
        .map(|server| (server.name.as_str(), server.status))
        .collect::<Vec<_>>();
    assert_eq!(
        standing,
        [("broken", McpStatus::Failed), ("tiny", McpStatus::Ready)]
    );
    assert!(servers[0].hint().unwrap().contains("[mcp_servers.broken]"));
    client.close().await;
}

#[test]
fn a_required_server_that_is_slow_does_not_outlast_the_timeout_and_is_named() {
    let test = with_servers(&format!("{SLOW}required = true\n"));
    let resumable = {
        std::fs::rename(test.codex_home().join("config.toml"), test.root().join("kept")).unwrap();
        let plain = std::fs::read_to_string(test.root().join("kept")).unwrap();
        let plain = plain.split("[mcp_servers.slow]").next().unwrap().to_owned();
        std::fs::write(test.codex_home().join("config.toml"), plain).unwrap();
        let report = test.run(&["run", "--format", "json", "hello"]).exits(0).json();
        std::fs::rename(test.root().join("kept"), test.codex_home().join("config.toml")).unwrap();
        report["session_id"].as_str().unwrap().to_owned()
    };
    let commands: [&[&str]; 3] = [
        &["run", "--timeout", "3s", "hello"],
        &["resume", &resumable, "--timeout", "3s", "hello"],
        &["session", "compact", &resumable, "--timeout", "3s"],
    ];
    for arguments in commands {
        let outcome = within(Duration::from_secs(3), || test.run(arguments));
        assert!(
            outcome
                .exits(124)
                .stderr
                .contains("waiting for the MCP server slow"),
            "{arguments:?}: {outcome:?}"
        );
        test.nothing_is_left();
    }
    for arguments in [["rpc", "thread/start"], ["session", "new"]] {
        let arguments = [arguments, ["--timeout", "3s"]].concat();
        let outcome = within(Duration::from_secs(3), || test.run(&arguments));
        assert!(
            outcome.exits(124).stderr.contains("the MCP server slow"),
            "{outcome:?}"
        );
        test.nothing_is_left();
    }
}

#[test]
fn a_chat_whose_start_waits_for_a_server_can_be_left_and_ends_by_its_timeout() {
    let test = with_servers(&format!("{SLOW}required = true\n"));
    let terminal = test.at_terminal(100, 24, &["session", "chat", "--timeout", "3s"]);
    let (screen, code) = within(Duration::from_secs(3), || terminal.wait());
    assert_eq!(code, Some(124), "{screen}");
    assert!(screen.contains("waiting for the MCP server slow"), "{screen}");
    let mut terminal = test.at_terminal(100, 24, &["session", "chat", "--timeout", "0"]);
    test.wait_for_process("sleep");
    terminal.press("\u{3}");
    let (screen, code) = within(Duration::from_secs(3), || terminal.wait());
    assert_eq!(code, Some(130), "{screen}");
    test.nothing_is_left();
}

#[test]
fn doctor_lists_the_servers_with_how_they_stand_and_what_to_do() {
    let test = with_servers(&format!("{BROKEN}{}{}", healthy(), SLOW.replace("40", "2")));
    let report = test.run(&["doctor", "--json"]).exits(0).json();
    let servers = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["name"] == "mcp")
        .map(|check| {
            (
                check["server"].as_str().unwrap(),
                check["status"].as_str().unwrap(),
            )
        })
        .collect::<Vec<_>>();
    assert_eq!(
        servers,
        [("broken", "warning"), ("slow", "warning"), ("tiny", "ok")],
        "{report:#}"
    );
    let screen = test.run(&["doctor"]).exits(0).stdout.clone();
    for part in [
        "broken did not start: No such file",
        "→ correct the command of [mcp_servers.broken]",
        "slow did not start: timed out",
        "→ raise startup_timeout_sec of [mcp_servers.slow]",
        "tiny is ready",
        "Ready.",
    ] {
        assert!(screen.contains(part), "{part}: {screen}");
    }
    test.nothing_is_left();
    let plain = Test::answering("x").with_own_server("it is about the configuration of one");
    let report = plain.run(&["doctor", "--json"]).exits(0).json();
    assert!(
        report["checks"]
            .as_array()
            .unwrap()
            .iter()
            .all(|check| check["name"] != "mcp")
    );
    assert_eq!(report["schema"], json!("turnwise.doctor/1"));
}

#[test]
fn a_required_server_that_does_not_start_fails_the_run_with_its_name() {
    let test = with_servers(&format!("{BROKEN}required = true\n"));
    let outcome = test.run(&["run", "hello"]);
    assert!(
        outcome.exits(1).stderr.contains("broken: No such file") && outcome.stderr.contains("hint: "),
        "{outcome:?}"
    );
    let screen = test.run(&["doctor"]).exits(1).stdout.clone();
    assert!(screen.contains("broken: No such file"), "{screen}");
    if codex::is_newest() {
        assert!(screen.contains("broken did not start"), "{screen}");
    } else {
        left_out("what `doctor` says of the server: older servers do not tell");
    }
}
