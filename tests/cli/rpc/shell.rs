//! `turnwise rpc` as a shell sees it: results, errors, listings, streams.

use std::sync::Arc;

use serde_json::{Value, json};
use turnwise::demo::{ModelRequest, Step};

use crate::support::{Test, codex, left_out};

/// A model that says hello to a hello, and otherwise asks for a command.
fn asking() -> Test {
    let answer = |request: &ModelRequest| match (request.prompt().as_str(), request.round()) {
        ("hello", _) => vec![Step::text("hello")],
        (_, 0) => vec![Step::escalated("echo made > made", "It has to be made.")],
        _ => vec![Step::text("done")],
    };
    Test::responding(Arc::new(answer), "")
}

/// A saved thread with a turn, of a server that has ended.
fn saved_thread(test: &Test) -> String {
    let run = test.run(&["run", "--format", "json", "--approval", "on-request", "hello"]);
    run.exits(0).json()["session_id"].as_str().unwrap().to_owned()
}

#[test]
fn a_result_is_one_line_of_json_on_stdout() {
    if codex::is_oldest() {
        return left_out("the oldest server cannot run a command outside of a turn");
    }
    let test = Test::answering("unused");
    let outcome = test.run(&["rpc", "command/exec", "command:=[\"echo\",\"hi\"]"]);
    assert_eq!(outcome.exits(0).json()["stdout"], "hi\n");
    assert_eq!(outcome.stdout.lines().count(), 1);
    assert_eq!(outcome.stderr, "");
    test.nothing_is_left();
}

#[test]
fn params_come_from_pairs_files_and_stdin() {
    if codex::is_oldest() {
        return left_out("the oldest server cannot run a command outside of a turn");
    }
    let test = Test::answering("unused");
    let expected = json!(["x"]);
    std::fs::write(test.work().join("p.json"), r#"{"command":["printf","x"]}"#).unwrap();
    for arguments in [
        &["rpc", "command/exec", "command.0=printf", "command.1=x"][..],
        &["rpc", "command/exec", r#"{"command":["printf","x"]}"#],
        &["rpc", "command/exec", "@p.json"],
    ] {
        assert_eq!(
            json!([test.run(arguments).exits(0).json()["stdout"]]),
            expected,
            "{arguments:?}"
        );
    }
    let piped = test.run_with_stdin(&["rpc", "command/exec", "-"], r#"{"command":["printf","x"]}"#);
    assert_eq!(piped.exits(0).json()["stdout"], "x");
}

#[test]
fn what_the_check_refuses_is_a_usage_error_that_names_the_place_and_what_was_meant() {
    let test = Test::answering("unused");
    for (arguments, said) in [
        (
            &["rpc", "thread/lst"][..],
            "codex has no method `thread/lst`; did you mean `thread/list`?",
        ),
        (&["rpc", "turn/started"], "it is a server-notification"),
        (
            &["rpc", "thread/list", "limt:=5"],
            "params.limt is unknown; did you mean `limit`?",
        ),
        (
            &["rpc", "thread/list", "limit=5"],
            "params.limit must be a whole number or null, not \"5\"",
        ),
        (
            &["rpc", "thread/start", "sandbox=read_only"],
            "params.sandbox must be one of `read-only`, `workspace-write`, `danger-full-access`; did you mean `read-only`?",
        ),
        (
            &["rpc", "turn/interrupt", "threadId=x"],
            "params.turnId is missing",
        ),
        (&["rpc", "thread/list", "x"], "`x`: expected JSON or a pair"),
    ] {
        let outcome = test.run(arguments);
        assert!(
            outcome.exits(2).stderr.contains(said),
            "{arguments:?}: {}",
            outcome.stderr
        );
        assert_eq!(outcome.stdout, "");
    }
    test.nothing_is_left();
}

#[test]
fn an_error_of_the_server_is_told_with_its_code_and_data_and_exits_1() {
    let test = Test::answering("unused");
    let refused = test.run(&["rpc", "--unchecked", "no/such/method"]);
    assert!(
        refused.exits(1).stderr.contains("(code -32600)"),
        "{}",
        refused.stderr
    );
    let arguments = [
        "rpc",
        "config/value/write",
        "keyPath=sandbox_mode",
        "value=nonsense",
        "mergeStrategy=replace",
    ];
    let with_data = test.run(&arguments);
    assert!(
        with_data.exits(1).stderr.contains("configValidationError"),
        "{}",
        with_data.stderr
    );
    assert_eq!(with_data.stdout, "");
}

#[test]
fn listings_show_the_methods_of_the_installed_codex() {
    let test = Test::answering("unused");
    let names = |arguments: &[&str]| {
        let document = test.run(arguments).exits(0).json();
        assert_eq!(document["schema"], "turnwise.methods/1");
        let methods = document["methods"].as_array().unwrap();
        methods
            .iter()
            .map(|method| method["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let stable = names(&["rpc", "list", "--json"]);
    assert!(stable.contains(&"thread/start".to_owned()) && stable.contains(&"turn/completed".to_owned()));
    let all = names(&["rpc", "list", "--experimental", "--json"]);
    assert!(all.len() > stable.len());
    let asked = names(&["rpc", "list", "--kind", "server-request", "--json"]);
    assert!(asked.contains(&"item/fileChange/requestApproval".to_owned()));
    assert!(!asked.contains(&"thread/start".to_owned()));
    let text = test.run(&["rpc", "list", "--kind", "request"]);
    assert!(
        text.exits(0)
            .stdout
            .lines()
            .any(|line| line.starts_with("thread/start "))
    );
}

#[test]
fn without_a_codex_the_known_methods_are_listed() {
    let mut test = Test::answering("unused");
    test.set("PATH", "/nowhere");
    let outcome = test.run_without_codex(&["rpc", "list"]);
    assert!(outcome.exits(0).stdout.contains("thread/start"));
    assert!(outcome.stderr.contains("Codex not found"));
}

#[test]
fn a_description_has_fields_values_and_an_example_that_works() {
    let test = Test::answering("unused");
    let text = test.run(&["rpc", "describe", "thread/name/set"]);
    let text = &text.exits(0).stdout;
    for line in ["threadId", "string, required", "turnwise rpc thread/name/set '{"] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let document = test.run(&["rpc", "describe", "thread/start", "--json"]);
    let document = document.exits(0).json();
    assert_eq!(document["schema"], "turnwise.method/1");
    let fields = document["fields"].as_array().unwrap();
    let sandbox = fields.iter().find(|field| field["path"] == "sandbox").unwrap();
    assert!(
        sandbox["values"]
            .as_array()
            .unwrap()
            .contains(&json!("read-only"))
    );
    let example = document["example"].to_string();
    test.run(&["rpc", "thread/start", &example]).exits(0);
    let unknown = test.run(&["rpc", "describe", "thread/strat"]);
    assert!(unknown.exits(2).stderr.contains("did you mean `thread/start`?"));
}

#[test]
fn an_experimental_method_is_called_without_further_ado() {
    if !codex::is_newest() {
        return left_out("older servers do not have the method");
    }
    let test = Test::answering("unused");
    assert!(test.run(&["rpc", "collaborationMode/list"]).exits(0).json()["data"].is_array());
    let described = test.run(&["rpc", "describe", "collaborationMode/list"]);
    assert!(described.exits(0).stdout.contains("experimental"));
}

#[test]
fn a_stream_ends_with_the_turn_and_has_the_reply_among_the_notifications() {
    let test = Test::answering("one");
    let thread = saved_thread(&test);
    let thread = format!("threadId={thread}");
    let arguments = [
        "rpc",
        "--stream",
        "--resume",
        "turn/start",
        &thread,
        "input.0.type=text",
        "input.0.text=hi",
    ];
    let lines = test.run(&arguments).exits(0).json_lines();
    let methods = lines
        .iter()
        .filter_map(|line| line["method"].as_str())
        .collect::<Vec<_>>();
    assert!(methods.contains(&"item/agentMessage/delta"), "{methods:?}");
    assert_eq!(methods.last(), Some(&"turn/completed"));
    let replies = lines
        .iter()
        .filter(|line| line["result"]["turn"]["id"].is_string());
    assert_eq!(replies.count(), 1);
    test.nothing_is_left();
}

#[test]
fn without_the_thread_taken_up_the_error_says_how() {
    let test = Test::answering("one").with_own_server("a server that runs on still has the thread");
    let thread = format!("threadId={}", saved_thread(&test));
    let outcome = test.run(&["rpc", "turn/start", &thread, "input:=[]"]);
    assert!(outcome.exits(1).stderr.contains("--resume"), "{}", outcome.stderr);
}

/// The arguments of a turn in a saved thread that may ask.
fn asking_turn<'a>(thread: &'a str, options: &[&'a str]) -> Vec<&'a str> {
    let call = [
        "turn/start",
        thread,
        r#"input:=[{"type":"text","text":"hi"}]"#,
        "approvalPolicy=on-request",
    ];
    [&["rpc", "--stream", "--resume"], options, &call].concat()
}

#[test]
fn requests_in_a_stream_are_answered_as_in_a_run() {
    let test = asking();
    let thread = format!("threadId={}", saved_thread(&test));
    std::fs::write(
        test.work().join("policy.toml"),
        "version = 1\n[[rule]]\ndecision = \"deny\"\ncommand = [\"echo\"]\n",
    )
    .unwrap();
    let arguments = asking_turn(&thread, &["--policy", "policy.toml"]);
    let lines = test.run(&arguments).exits(0).json_lines();
    assert!(
        codex::is_oldest()
            || lines
                .iter()
                .any(|line| line["method"] == "serverRequest/resolved")
    );
    assert!(!test.work().join("made").exists());
}

#[test]
fn a_request_that_nobody_answers_cancels_the_turn_of_a_stream_and_exits_5() {
    let test = asking();
    let thread = format!("threadId={}", saved_thread(&test));
    let arguments = asking_turn(&thread, &[]);
    let lines = test.run(&arguments).exits(5).json_lines();
    let last: &Value = lines.last().unwrap();
    assert_eq!(last["params"]["turn"]["status"], "interrupted");
    test.nothing_is_left();
}

#[test]
fn a_person_at_the_terminal_is_asked_between_the_lines_of_a_stream() {
    let test = asking();
    let thread = format!("threadId={}", saved_thread(&test));
    let arguments = asking_turn(&thread, &[]);
    let mut terminal = test.at_terminal(100, 40, &arguments);
    terminal.wait_for("Your answer");
    terminal.press("y\r");
    let (screen, exit) = terminal.wait();
    assert_eq!(exit, Some(0), "{screen}");
    assert!(test.work().join("made").exists());
    assert!(
        screen.rfind("turn/completed") > screen.rfind("Your answer"),
        "{screen}"
    );
}

#[test]
fn a_stream_waits_for_the_named_notification_and_not_longer_than_it_may() {
    let test = Test::answering("unused");
    let started = test.run(&["rpc", "thread/start", "--until", "thread/started"]);
    let lines = started.exits(0).json_lines();
    assert!(lines.iter().any(|line| line["method"] == "thread/started"));
    let never = test.run(&[
        "rpc",
        "model/list",
        "--until",
        "turn/completed",
        "--timeout",
        "1s",
    ]);
    assert!(
        never.exits(124).stderr.contains("waiting for turn/completed"),
        "{}",
        never.stderr
    );
    test.nothing_is_left();
}

#[test]
fn the_cache_of_the_schema_may_be_damaged_or_impossible() {
    let test = Test::answering("unused");
    test.run(&["rpc", "model/list", "limit:=1"]).exits(0);
    let cache = test.work().parent().unwrap().join("turnwise/cache/schemas");
    let kept = std::fs::read_dir(&cache)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect::<Vec<_>>();
    assert!(!kept.is_empty());
    for file in &kept {
        std::fs::write(file, "{\"key\"").unwrap();
    }
    test.run(&["rpc", "model/list", "limit:=1"]).exits(0);
    std::fs::remove_dir_all(&cache).unwrap();
    std::fs::write(&cache, "in the way").unwrap();
    test.run(&["rpc", "model/list", "limit:=1"]).exits(0);
}
