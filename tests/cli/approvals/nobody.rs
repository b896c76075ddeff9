//! Nobody answers: there is nobody to ask, or not in time.

use super::{Kind, approve, kinds};

#[test]
fn without_anybody_to_ask_the_run_exits_with_5_in_every_format() {
    for format in ["text", "markdown", "json", "jsonl"] {
        let test = Kind::Command.test(1);
        let outcome = test.run(&["run", "--approval", "on-request", "--format", format, "x"]);
        outcome.exits(5);
        Kind::Command.effect(&test, false);
    }
    for kind in kinds() {
        let test = kind.test(1);
        let outcome = test.run(&["run", "--approval", "on-request", "x"]);
        outcome.exits(5);
        kind.effect(&test, false);
        // A note of it stays.
        let log = test.run(&["approve", "log", "--json"]).json();
        assert_eq!(log["approvals"][0]["answer"]["by"], "flag", "{log}");
    }
}

#[test]
fn nobody_answers_in_time_and_the_run_exits_with_5() {
    let test = Kind::Command.test(1);
    let arguments = [
        "run",
        "--approval",
        "on-request",
        "--on-approval",
        "wait=1s",
        "--format",
        "json",
        "x",
    ];
    let outcome = test.run(&arguments);
    outcome.exits(5);
    assert!(outcome.stderr.contains("nobody answered in time"), "{outcome:?}");
    let log = test.run(&["approve", "log", "--json"]).json();
    assert_eq!(log["approvals"][0]["state"], "expired", "{log}");
    let id = log["approvals"][0]["id"].as_str().unwrap().to_owned();
    let late = approve(&test, "accept", &id, &[]);
    late.exits(5);
    assert!(late.stderr.contains("expired without an answer"), "{late:?}");
    Kind::Command.effect(&test, false);
}
