//! `--timeout` covers everything from the beginning of a command, whatever it waits for.

use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

use turnwise::demo::Step;

use super::within;
use crate::support::{Running, Test};

/// A run against a server that never answers one method.
fn never_answered(method: &str, arguments: &[&str]) {
    let test = Test::fault(&format!("never-answers:{method}"));
    let arguments = [
        &["run", "--timeout", "2s", "--format", "json"],
        arguments,
        &["hello"],
    ]
    .concat();
    let outcome = within(Duration::from_secs(2), || test.run(&arguments));
    let report = outcome.exits(124).json();
    assert_eq!(report["status"], "timed_out", "{method}");
    let message = report["error"]["message"].as_str().unwrap();
    assert!(
        message.starts_with("timeout of 2s reached"),
        "{method}: {message}"
    );
    assert_eq!(report["error"]["hint"], "raise it with --timeout", "{method}");
    test.nothing_is_left();
}

#[test]
fn a_run_ends_by_its_timeout_whichever_reply_does_not_come() {
    never_answered("initialize", &[]);
    never_answered("thread/start", &[]);
    never_answered("thread/name/set", &["--name", "x"]);
    never_answered(
        "config/read",
        &["--sandbox", "workspace-write", "--approval", "on-request"],
    );
    never_answered("account/read", &[]);
    never_answered("skills/list", &["--skill", "x"]);
    never_answered("turn/start", &[]);
}

#[test]
fn the_parts_of_a_start_share_one_timeout() {
    // Each would be in time alone.
    let test = Test::fault("slow-start:1500");
    let outcome = within(Duration::from_secs(2), || {
        test.run(&["run", "--timeout", "2s", "hello"])
    });
    let message = "timeout of 2s reached";
    assert!(outcome.exits(124).stderr.contains(message), "{outcome:?}");
    assert!(!test.fault_log().contains("turn/start"), "{}", test.fault_log());
    test.nothing_is_left();
}

#[test]
fn a_pipe_that_stays_open_does_not_hold_a_run_beyond_its_timeout() {
    let test = Test::answering("unused");
    let mut command = test.command(&["run", "--timeout", "2s", "hello"]);
    command.stdin(Stdio::piped());
    let mut running = Running::start(command);
    running.say("something");
    let outcome = within(Duration::from_secs(2), || running.wait());
    assert!(
        outcome
            .exits(124)
            .stderr
            .contains("stdin: timed out before its end"),
        "{outcome:?}"
    );
    test.nothing_is_left();
}

#[test]
fn a_person_who_types_a_prompt_has_as_long_as_it_takes() {
    let test = Test::fault("many-deltas:3");
    let began = Instant::now();
    let mut terminal = test.at_terminal(80, 24, &["run", "--timeout", "4s", "-"]);
    test.wait_for_fault_log("thread/start");
    while began.elapsed() < Duration::from_secs(5) {
        std::thread::park_timeout(Duration::from_millis(100));
    }
    terminal.press("hello\r\u{4}");
    let (screen, code) = terminal.wait();
    assert_eq!(code, Some(0), "{screen}");
    test.nothing_is_left();
}

#[test]
fn an_output_that_nobody_reads_does_not_hold_a_run_beyond_its_timeout() {
    let test = Test::fault("many-deltas:100000");
    for format in ["text", "json", "jsonl", "markdown"] {
        let (reader, writer) = std::io::pipe().unwrap();
        let mut command = test.command(&["run", "--timeout", "4s", "--format", format, "hello"]);
        command.stdin(Stdio::null()).stdout(writer);
        let outcome = within(Duration::from_secs(4), || {
            Running::start_with_stdout(command).wait()
        });
        drop(reader);
        assert!(
            outcome.exits(124).stderr.contains("writing the output"),
            "{format}: {outcome:?}"
        );
        test.nothing_is_left();
    }
}

#[test]
fn a_server_that_ignores_the_end_of_a_run_is_killed_when_the_timeout_is_over() {
    let test = Test::fault("interrupt-ignored");
    let outcome = within(Duration::from_secs(4), || {
        test.run(&["run", "--timeout", "1s", "hello"])
    });
    assert!(
        outcome.exits(124).stderr.contains("did not confirm"),
        "{outcome:?}"
    );
    test.nothing_is_left();
}

#[test]
fn a_call_ends_by_its_timeout_while_codex_is_asked_for_its_schema() {
    let test = Test::fault("schema-hangs");
    let outcome = within(Duration::from_secs(2), || {
        test.run(&["rpc", "thread/list", "--timeout", "2s"])
    });
    assert!(
        outcome.exits(124).stderr.contains("checking the params"),
        "{outcome:?}"
    );
    test.nothing_is_left();
}

#[test]
fn a_call_ends_by_its_timeout_while_its_params_or_the_server_do_not_come() {
    let test = Test::fault("");
    let mut open = test.command(&["rpc", "thread/list", "-", "--timeout", "2s"]);
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(b"{").unwrap();
    open.stdin(reader);
    let outcome = within(Duration::from_secs(2), || Running::start(open).wait());
    assert!(
        outcome.exits(124).stderr.contains("stdin: timed out"),
        "{outcome:?}"
    );
    drop(writer);
    for fault in ["never-initialize", "never-answers:thread/list"] {
        for stream in [&[][..], &["--stream"]] {
            let test = Test::fault(fault);
            let arguments = [
                &["rpc", "thread/list", "--unchecked", "{}", "--timeout", "2s"],
                stream,
            ]
            .concat();
            let outcome = within(Duration::from_secs(2), || test.run(&arguments));
            assert!(
                outcome.exits(124).stderr.contains("within 2 s") || outcome.stderr.contains("timeout of 2s"),
                "{outcome:?}"
            );
            test.nothing_is_left();
        }
    }
}

#[test]
fn a_session_command_ends_by_its_timeout() {
    let cases = [
        ("never-answers:thread/start", &["session", "new"][..]),
        ("never-initialize", &["session", "new"]),
    ];
    for (fault, arguments) in cases {
        let test = Test::fault(fault);
        let arguments = [arguments, &["--timeout", "2s"]].concat();
        let outcome = within(Duration::from_secs(2), || test.run(&arguments));
        assert!(outcome.exits(124).stderr.contains("timeout of 2s"), "{outcome:?}");
        test.nothing_is_left();
    }
}

#[test]
fn a_compaction_whose_model_does_not_answer_ends_by_its_timeout() {
    let script = |request: &turnwise::demo::ModelRequest| {
        if request.prompt() == "first" {
            vec![Step::text("answer")]
        } else {
            vec![Step::Hang]
        }
    };
    let test = Test::responding(std::sync::Arc::new(script), "");
    let first = test.run(&["run", "--format", "json", "first"]).exits(0).json();
    let id = first["session_id"].as_str().unwrap();
    // The compaction is asked for in the user's name, or with the same last message: it hangs either way.
    let outcome = within(Duration::from_secs(3), || {
        test.run(&["session", "compact", id, "--timeout", "3s"])
    });
    if outcome.code != Some(0) {
        assert!(outcome.exits(124).stderr.contains("timeout of 3s"), "{outcome:?}");
    }
    test.nothing_is_left();
}
