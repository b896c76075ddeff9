//! A server full of faults: after each, the right exit code and message, nothing lost, nothing left running.

use std::time::Duration;

use crate::support::hostile::{assert_no_trick, without_own_sequences};
use crate::support::{Outcome, Test};

/// Runs against a fault; whatever happens, nothing may stay behind.
fn run(fault: &str, arguments: &[&str]) -> Outcome {
    let test = Test::fault(fault);
    let outcome = test.run(&[&["run"], arguments, &["hello"]].concat());
    test.nothing_is_left();
    outcome
}

#[test]
fn a_healthy_server_and_a_late_one_are_served_alike() {
    for fault in [
        "",
        "late",
        "everything-twice",
        "answers-twice",
        "half-line",
        "flood-stderr",
    ] {
        let outcome = run(fault, &[]);
        outcome.exits(0);
        assert_eq!(outcome.stdout, "Hello, world.\n", "{fault}");
    }
}

#[test]
fn a_server_that_dies_is_told_from_a_turn_that_fails_wherever_it_dies() {
    for point in [
        "initialize",
        "thread/start",
        "turn/start",
        "delta",
        "item/completed",
    ] {
        let outcome = run(&format!("die-after:{point}"), &[]);
        outcome.exits(3);
        assert!(
            outcome.stderr.contains("exited with code 101"),
            "{point}: {outcome:?}"
        );
        assert!(
            outcome.stderr.contains("panicked"),
            "the last of its stderr is missing: {outcome:?}"
        );
    }
}

#[test]
fn half_a_surrogate_pair_costs_a_character_and_no_message() {
    let answer = "Hello, half a pair \u{fffd} here";
    let outcome = run("half-pair", &[]);
    assert_eq!(outcome.exits(0).stdout, format!("{answer}\n"));
    assert_eq!(outcome.progress(), "");
    assert_eq!(
        run("half-pair", &["--stream"]).exits(0).stdout,
        format!("{answer}\n")
    );
    assert_eq!(
        run("half-pair", &["--format", "json"]).exits(0).json()["text"],
        answer
    );
}

#[test]
fn a_message_without_text_is_no_answer_and_a_warning() {
    let outcome = run("empty-message", &["--format", "json"]);
    let report = outcome.exits(0).json();
    assert_eq!(report["text"], serde_json::Value::Null);
    assert!(outcome.stderr.contains("without a message"), "{outcome:?}");
}

#[test]
fn what_came_before_the_server_died_is_kept() {
    let outcome = run("die-after:item/completed", &["--format", "json"]);
    let report = outcome.exits(3).json();
    assert_eq!(report["text"], "Hello, world.");
    assert_eq!(report["error"]["kind"], "server_gone");
}

#[test]
fn a_server_that_never_answers_ends_with_the_timeout_and_not_later() {
    for fault in ["never-initialize", "deaf"] {
        let outcome = run(fault, &["--timeout", "1s"]);
        outcome.exits(124);
        assert!(
            outcome
                .stderr
                .contains("timeout of 1s reached while starting codex app-server"),
            "{outcome:?}"
        );
    }
}

#[test]
fn a_turn_that_goes_silent_ends_with_its_cap() {
    let outcome = run("silent", &["--timeout", "500ms", "--format", "json"]);
    let report = outcome.exits(124).json();
    assert_eq!(report["status"], "timed_out");
    assert_eq!(report["text"], "Hello, ", "what had come is kept");
    let outcome = run("silent", &["--idle-timeout", "500ms"]);
    outcome.exits(124);
    assert!(outcome.stderr.contains("idle timeout"), "{outcome:?}");
}

#[test]
fn a_turn_whose_end_is_never_confirmed_ends_all_the_same() {
    let outcome = run("interrupt-ignored", &["--timeout", "500ms"]);
    outcome.exits(124);
    assert!(outcome.stderr.contains("did not confirm"), "{outcome:?}");
}

#[test]
fn lines_that_are_no_messages_are_told_and_passed_over() {
    let outcome = run("garbage", &["--format", "json"]);
    let report = outcome.exits(0).json();
    assert_eq!(report["text"], "Hello, world.");
    assert!(
        report["warnings"][0]
            .as_str()
            .unwrap()
            .contains("this is no JSON"),
        "{report:#}"
    );
}

#[test]
fn broken_text_is_repaired_and_not_lost() {
    let outcome = run("invalid-utf8", &["--format", "jsonl"]);
    outcome.exits(0);
    let text = outcome
        .json_lines()
        .iter()
        .filter_map(|line| line["delta"].as_str())
        .collect::<String>();
    assert_eq!(text, "Hello, \u{fffd}\u{fffd}world.");
}

#[test]
fn a_long_line_passes_and_one_over_the_limit_fails_the_turn() {
    let outcome = run("giant-line:50000000", &["--format", "jsonl"]);
    outcome.exits(0);
    let length = outcome
        .json_lines()
        .iter()
        .filter_map(|line| line["delta"].as_str())
        .map(str::len)
        .sum::<usize>();
    assert_eq!(length, 50_000_000 + "Hello, world.".len());
    let outcome = run("giant-line:70000000", &[]);
    outcome.exits(1);
    assert!(
        outcome.stderr.contains("more than the frame limit"),
        "{outcome:?}"
    );
}

#[test]
fn what_the_server_invents_is_passed_on_and_harms_nothing() {
    let outcome = run("unknown", &["--format", "jsonl"]);
    outcome.exits(0);
    let lines = outcome.json_lines();
    assert!(
        lines
            .iter()
            .any(|line| line["type"] == "unknown" && line["method"] == "brand/new")
    );
    let kind = "hologram\u{1b}[2J\u{202e}";
    assert!(lines.iter().any(|line| line["item"]["kind"] == kind));
    assert_eq!(lines.last().unwrap()["type"], "turn.completed");
}

#[test]
fn an_item_of_an_unknown_kind_can_do_nothing_to_a_terminal() {
    let test = Test::fault("unknown");
    for arguments in [&["run", "x"][..], &["run", "--color", "never", "x"]] {
        let (screen, code) = test.at_terminal(80, 24, arguments).wait();
        assert_eq!(code, Some(0), "{screen}");
        let plain = without_own_sequences(&screen);
        assert!(plain.contains(r"hologram\x1b[2J<U+202E>"), "{plain}");
        // It came into the middle of the message, of which nothing is shown twice.
        assert_eq!(plain.matches("world.").count(), 1, "{plain}");
        assert_no_trick(&plain);
    }
}

#[test]
fn an_overloaded_server_is_asked_again_where_that_is_safe() {
    run("overloaded:3", &[]).exits(0);
    let outcome = run("turn-overloaded", &[]);
    outcome.exits(75);
    assert!(outcome.stderr.contains("try again later"), "{outcome:?}");
}

#[test]
fn a_request_that_the_server_refuses_is_an_error_with_its_words() {
    let outcome = run("turn-refused", &["--format", "json"]);
    let report = outcome.exits(1).json();
    assert!(
        report["error"]["message"]
            .as_str()
            .unwrap()
            .contains("no such thing")
    );
}

#[test]
fn a_missing_login_is_found_before_a_turn_is_spent() {
    let test = Test::fault("not-logged-in");
    let outcome = test.run(&["run", "hello"]);
    outcome.exits(4);
    assert!(outcome.stderr.contains("turnwise login"), "{outcome:?}");
    assert!(!test.fault_log().contains("turn/start"));
    test.nothing_is_left();
}

#[test]
fn an_old_codex_is_refused_and_a_new_one_is_warned_about_once() {
    let outcome = run("version:0.103.0", &[]);
    outcome.exits(3);
    assert!(
        outcome.stderr.contains("0.103.0") && outcome.stderr.contains("0.104.0"),
        "{outcome:?}"
    );
    let test = Test::fault("version:0.999.0");
    assert!(
        test.run(&["run", "hello"])
            .exits(0)
            .stderr
            .contains("newer than the newest tested")
    );
    assert_eq!(test.run(&["run", "hello"]).exits(0).progress(), "");
}

#[test]
fn every_request_of_the_server_gets_exactly_one_valid_answer() {
    let cases = [
        (
            "item/commandExecution/requestApproval",
            r#"{"decision":"cancel"}"#,
            r#"{"decision":"decline"}"#,
        ),
        (
            "item/fileChange/requestApproval",
            r#"{"decision":"cancel"}"#,
            r#"{"decision":"decline"}"#,
        ),
        (
            "execCommandApproval",
            r#"{"decision":"abort"}"#,
            r#"{"decision":"denied"}"#,
        ),
        (
            "applyPatchApproval",
            r#"{"decision":"abort"}"#,
            r#"{"decision":"denied"}"#,
        ),
        (
            "item/permissions/requestApproval",
            r#""permissions":{}"#,
            r#""permissions":{}"#,
        ),
        (
            "item/tool/requestUserInput",
            r#"{"answers":{}}"#,
            r#"{"answers":{}}"#,
        ),
        (
            "mcpServer/elicitation/request",
            r#""action":"cancel""#,
            r#""action":"decline""#,
        ),
        ("item/tool/call", r#""success":false"#, r#""success":false"#),
        ("something/new", r#""code":-32601"#, r#""code":-32601"#),
    ];
    for (method, when_failing, when_declining) in cases {
        for (how, expected, code) in [("fail", when_failing, 5), ("decline", when_declining, 0)] {
            // It comes twice, with the same id.
            let test = Test::fault(&format!("request:{method}+again"));
            let outcome = test.run(&["run", "--on-approval", how, "--format", "json", "hello"]);
            let report = outcome.exits(code).json();
            assert_eq!(report["approvals"].as_array().unwrap().len(), 1, "{method}");
            let log = test.fault_log();
            let answers = log
                .lines()
                .filter(|line| line.starts_with(r#"{"id":0,"#))
                .collect::<Vec<_>>();
            assert!(
                answers.len() == 1 && answers[0].contains(expected),
                "{method} {how}: {answers:?}"
            );
            test.nothing_is_left();
        }
    }
}

#[test]
fn requests_for_what_the_client_does_not_have_are_answered_without_asking_anybody() {
    for method in ["attestation/generate", "account/chatgptAuthTokens/refresh"] {
        let test = Test::fault(&format!("request:{method}"));
        let outcome = test.run(&["run", "--format", "json", "hello"]);
        assert_eq!(outcome.exits(0).json()["approvals"], serde_json::json!([]));
        assert!(test.fault_log().contains(r#"{"id":0,"error":{"code":-32601"#));
    }
}

#[test]
fn a_server_that_ignores_its_end_is_ended() {
    let started = std::time::Instant::now();
    run("stubborn", &[]).exits(0);
    assert!(
        started.elapsed() < Duration::from_secs(30),
        "the ladder has bounds"
    );
}

#[test]
fn a_process_that_left_the_group_is_ended_too() {
    run("stray", &[]).exits(0);
}

#[test]
fn half_a_million_deltas_arrive_complete_in_every_format() {
    let expected = (0..500_000)
        .map(|number| format!("w{number} "))
        .collect::<String>();
    let whole = format!("Hello, {expected}world.");
    let outcome = run("many-deltas:500000", &["--format", "jsonl"]);
    outcome.exits(0);
    let text = outcome
        .json_lines()
        .iter()
        .filter_map(|line| line["delta"].as_str().map(str::to_owned))
        .collect::<String>();
    assert!(text == whole);
    for arguments in [&["--stream"][..], &[]] {
        let outcome = run("many-deltas:500000", arguments);
        assert!(outcome.exits(0).stdout == format!("{whole}\n"), "{arguments:?}");
    }
    let report = run("many-deltas:500000", &["--format", "json"]).exits(0).json();
    assert!(report["text"] == whole);
}

#[test]
fn a_server_that_stops_reading_does_not_block_the_run() {
    let test = Test::fault("stops-reading");
    // More than the pipe holds.
    let outcome = test.run_with_stdin(&["run", "--timeout", "2s"], &"long ".repeat(100_000));
    outcome.exits(124);
    test.nothing_is_left();
}

#[test]
fn a_home_that_cannot_be_written_to_does_not_stop_a_run() {
    let mut test = Test::fault("version:0.999.0");
    test.set("TURNWISE_HOME", "/proc/nowhere");
    assert_eq!(test.run(&["run", "hello"]).exits(0).stdout, "Hello, world.\n");
}
