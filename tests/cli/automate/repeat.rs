//! `automate loop`: a prompt repeated in the foreground, of which nothing is saved.

use rustix::process::Signal;
use serde_json::json;
use turnwise::demo::Step;

use super::gated;
use crate::support::Test;

#[test]
fn a_loop_repeats_a_prompt_on_one_session_in_the_foreground() {
    let test = Test::answering("still green");
    let repeat = ["automate", "loop", "--every", "10ms", "--max-runs", "3"];
    let outcome = test.run(&[&repeat[..], &["Is it green?"]].concat());
    assert_eq!(outcome.exits(0).stdout, "still green\n".repeat(3));
    let lines = test.run(&[&repeat[..], &["--format", "json", "--ephemeral", "x"]].concat());
    let documents = lines.exits(0).json_lines();
    assert_eq!(documents.len(), 3);
    for document in &documents {
        assert_eq!(
            (&document["schema"], &document["text"]),
            (&json!("turnwise.run/1"), &json!("still green"))
        );
        assert_eq!(document["session_id"], documents[0]["session_id"]);
    }
    // Nothing of it is a saved job.
    assert_eq!(
        test.run(&["automate", "list", "--json"]).json()["jobs"],
        json!([])
    );
    let zero = test.run(&["automate", "loop", "--every", "0", "x"]);
    assert!(zero.exits(2).stderr.contains("greater than zero"), "{zero:?}");
    test.nothing_is_left();
}

#[test]
fn a_loop_whose_answer_misses_its_schema_shows_it_and_ends() {
    let test = Test::answering("no JSON");
    std::fs::write(test.work().join("schema.json"), r#"{"type":"object"}"#).unwrap();
    let repeat = [
        "automate",
        "loop",
        "--every",
        "10ms",
        "--output-schema",
        "schema.json",
    ];
    let outcome = test.run(&[&repeat[..], &["x"]].concat());
    assert_eq!(outcome.exits(6).stdout, "no JSON\n");
    let reports = test.run(&[&repeat[..], &["--format", "json", "x"]].concat());
    let reports = reports.exits(6).json_lines();
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert_eq!(reports[0]["text"], "no JSON");
    assert_eq!(reports[0]["error"]["kind"], "schema_mismatch");
    assert!(reports[0]["session_id"].is_string());
    test.nothing_is_left();
}

#[test]
fn a_loop_ends_with_its_first_error_or_its_first_signal() {
    let test = Test::rounds(vec![vec![Step::escalated(
        "echo made > made",
        "It has to be made.",
    )]]);
    let repeat = [
        "automate",
        "loop",
        "--every",
        "10ms",
        "--approval",
        "on-request",
        "x",
    ];
    let outcome = test.run(&[&repeat[..], &["--format", "json"]].concat());
    assert_eq!(outcome.exits(5).json_lines().last().unwrap()["exit_code"], 5);
    test.nothing_is_left();
    let (_gate, responder) = gated();
    let test = Test::responding(responder, "");
    let looping = test.spawn(&["automate", "loop", "--every", "1h", "x"]);
    test.wait_for_request();
    looping.signal(Signal::INT);
    looping.wait().exits(130);
    test.nothing_is_left();
}
