//! How runs end, and who is told: failures, successes, approvals that nobody gives or somebody does.

use jiff::SignedDuration;
use serde_json::{Value, json};
use turnwise::demo::Step;

use super::{add_due, job, make_due, rewind, runs, state, tick};
use crate::support::{Test, until};

#[test]
fn a_failure_stops_the_job_tells_its_owner_and_is_no_success() {
    let test = Test::rounds(vec![vec![Step::Failed(
        "bad_request".into(),
        "it cannot be done".into(),
    )]]);
    add_due(
        &test,
        "broken",
        &[
            "--on-failure",
            "cat > told; echo $TURNWISE_JOB >> told",
            "--on-success",
            "touch never",
            "x",
        ],
    );
    let outcome = tick(&test);
    assert!(
        outcome.exits(1).stderr.starts_with("broken: failed, "),
        "{outcome:?}"
    );
    assert!(outcome.stderr.contains("it cannot be done") && outcome.stderr.contains("unpause broken"));
    let told = std::fs::read_to_string(test.work().join("told")).unwrap();
    let (document, name) = told.split_once('\n').unwrap();
    let document = serde_json::from_str::<Value>(document).unwrap();
    assert_eq!(
        (
            &document["schema"],
            &document["exit_code"],
            &document["job"]["name"],
            name
        ),
        (&json!("turnwise.run/1"), &json!(1), &json!("broken"), "broken\n")
    );
    assert!(!test.work().join("never").exists());
    let record = job(&test, "broken");
    assert_eq!(record["state"], "stopped");
    assert!(
        record["last_error"]
            .as_str()
            .unwrap()
            .contains("it cannot be done"),
        "{record}"
    );
    rewind(&test, "broken", SignedDuration::from_hours(2));
    tick(&test).exits(0);
    assert_eq!(runs(&test, "broken").len(), 1, "it is stopped");
    assert!(
        test.run(&["doctor"])
            .stdout
            .contains("stopped after an error: broken")
    );
    // It goes on, and what was due meanwhile is recorded and not caught up.
    test.run(&["automate", "unpause", "broken"]).exits(0);
    let states = runs(&test, "broken");
    assert_eq!(job(&test, "broken")["last_error"], Value::Null);
    assert!(states.iter().any(|run| run["state"] == "failed"), "{states:#?}");
    // Told to, it goes on by itself.
    test.run(&[
        "automate",
        "edit",
        "broken",
        "--on-error",
        "continue",
        "--unset",
        "on-failure",
    ])
    .exits(0);
    make_due(&test, "broken");
    tick(&test).exits(1);
    assert_eq!(job(&test, "broken")["state"], "active");
}

#[test]
fn success_is_told_to_whoever_wants_to_know() {
    let test = Test::answering("fine");
    add_due(
        &test,
        "good",
        &["--on-success", "cat > told", "--on-failure", "touch never", "x"],
    );
    // An answer that does not match its schema is a failure with its own exit code, which is the tick's.
    std::fs::write(test.work().join("schema.json"), "{\"type\": \"object\"}").unwrap();
    add_due(
        &test,
        "shape",
        &[
            "--output-schema",
            "schema.json",
            "--on-success",
            "touch never",
            "x",
        ],
    );
    let document = test.run(&["automate", "tick", "--json"]).exits(6).json();
    let mut ends = document["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| (run["job"].as_str().unwrap(), run["state"].as_str().unwrap()))
        .collect::<Vec<_>>();
    ends.sort_unstable();
    assert_eq!(ends, [("good", "ran"), ("shape", "failed")]);
    let told = std::fs::read_to_string(test.work().join("told")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&told).unwrap()["text"], "fine");
    assert!(!test.work().join("never").exists());
}

#[test]
fn an_approval_that_nobody_gives_is_a_failure() {
    let test = Test::rounds(vec![vec![Step::escalated(
        "echo made > made",
        "It has to be made.",
    )]]);
    add_due(&test, "asks", &["--approval", "on-request", "x"]);
    tick(&test).exits(5);
    assert_eq!(runs(&test, "asks")[0]["exit_code"], 5);
    assert!(!test.work().join("made").exists());
    test.nothing_is_left();
}

#[test]
fn a_job_waits_for_an_answer_where_somebody_is_told_and_says_so() {
    let test = Test::rounds(vec![
        vec![Step::escalated("echo made > made", "It has to be made.")],
        vec![Step::text("made it")],
    ]);
    let config = state(&test).with_file_name("config");
    std::fs::create_dir_all(&config).unwrap();
    std::fs::write(config.join("config.toml"), "notify = [\"true\"]\n").unwrap();
    add_due(&test, "asks", &["--approval", "on-request", "x"]);
    assert_eq!(job(&test, "asks")["options"]["on-approval"], json!(["wait"]));
    let ticking = test.spawn(&["automate", "tick"]);
    until(|| (runs(&test, "asks").first()?["state"] == "waiting").then_some(()));
    let waiting = test.run(&["approve", "list", "--json"]).json();
    let id = waiting["approvals"][0]["id"].as_str().unwrap().to_owned();
    test.run(&["approve", "accept", &id]).exits(0);
    ticking.wait().exits(0);
    assert_eq!(runs(&test, "asks")[0]["state"], "ran");
    assert!(test.work().join("made").exists());
}

#[test]
fn a_job_that_somebody_refused_an_approval_is_a_failure_though_its_turn_went_on() {
    let test = Test::rounds(vec![
        vec![Step::escalated("echo made > made", "It has to be made.")],
        vec![Step::text("then not")],
    ]);
    let asks = ["--approval", "on-request", "--on-failure", "cat > told", "x"];
    add_due(&test, "asks", &[&["--on-approval", "wait"], &asks[..]].concat());
    let ticking = test.spawn(&["automate", "tick"]);
    until(|| (runs(&test, "asks").first()?["state"] == "waiting").then_some(()));
    let waiting = test.run(&["approve", "list", "--json"]).json();
    let id = waiting["approvals"][0]["id"].as_str().unwrap().to_owned();
    test.run(&["approve", "decline", &id]).exits(0);
    ticking.wait().exits(5);
    let run = runs(&test, "asks").remove(0);
    assert_eq!((&run["state"], &run["exit_code"]), (&json!("failed"), &json!(5)));
    assert!(
        run["reason"]
            .as_str()
            .unwrap()
            .contains("declined an approval request")
    );
    let told = std::fs::read_to_string(test.work().join("told")).unwrap();
    let told = serde_json::from_str::<Value>(&told).unwrap();
    assert_eq!(
        (&told["text"], &told["exit_code"], &told["error"]["kind"]),
        (&json!("then not"), &json!(5), &json!("approval_refused"))
    );
    // Told to decline, it does what it was told.
    test.run(&["automate", "unpause", "asks"]).exits(0);
    test.run(&["automate", "edit", "asks", "--on-approval", "decline"])
        .exits(0);
    assert_eq!(
        test.run(&["automate", "run", "asks"]).exits(0).stdout,
        "then not\n"
    );
}
