//! Saved sessions: gone on with, listed, shown. Against the real server, and from the files alone.

use std::path::PathBuf;

use serde_json::{Value, json};
use turnwise::demo::{Gate, Step};

use crate::support::codex::is_newest;
use crate::support::{Outcome, Test};

/// Runs a prompt and gives the session's id.
fn begun(test: &Test, arguments: &[&str]) -> String {
    let mut all = vec!["run", "--format", "json"];
    all.extend(arguments);
    let report = test.run(&all).exits(0).json();
    report["session_id"].as_str().unwrap().to_owned()
}

fn resumed(test: &Test, arguments: &[&str]) -> Outcome {
    let mut all = vec!["resume", "--format", "json"];
    all.extend(arguments);
    test.run(&all)
}

/// What the model was last sent, as text.
fn last_input(test: &Test) -> String {
    test.requests().last().unwrap().body["input"].to_string()
}

/// The sandbox and approval policy of the last turn, as Codex wrote them down.
fn in_force(test: &Test, id: &str) -> (String, String) {
    let file = rollouts(test)
        .into_iter()
        .find(|path| path.to_string_lossy().contains(id))
        .unwrap();
    let text = std::fs::read_to_string(file).unwrap();
    let contexts = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let last = contexts
        .filter(|line| line["type"] == "turn_context")
        .last()
        .unwrap();
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    (
        word(&last["payload"]["sandbox_policy"]["type"]),
        word(&last["payload"]["approval_policy"]),
    )
}

/// All rollout files.
fn rollouts(test: &Test) -> Vec<PathBuf> {
    fn below(directory: &std::path::Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
            if entry.path().is_dir() {
                below(&entry.path(), found);
            } else {
                found.push(entry.path());
            }
        }
    }
    let mut found = Vec::new();
    below(&test.codex_home().join("sessions"), &mut found);
    found
}

#[test]
fn a_session_goes_on_by_id_by_its_start_by_name_and_as_the_last_one() {
    let test = Test::answering("an answer");
    let id = begun(&test, &["--name", "my review", "the first question"]);
    begun(&test, &["another session"]);
    for (session, prompt) in [
        (id.as_str(), "second"),
        (&id[..23], "third"),
        ("my review", "fourth"),
    ] {
        let report = resumed(&test, &[session, prompt]).exits(0).json();
        assert_eq!(
            (&report["session_id"], &report["text"]),
            (&json!(id), &json!("an answer")),
            "{session}"
        );
        let input = last_input(&test);
        assert!(
            input.contains("the first question") && input.contains(prompt),
            "{input}"
        );
    }
    let report = resumed(&test, &["--last", "and", "fifth"]).exits(0).json();
    assert_eq!(report["session_id"], json!(id), "it was used last");
    assert!(last_input(&test).contains("and fifth"));
    assert_eq!(rollouts(&test).len(), 2, "no session was begun by mistake");
}

#[test]
fn what_means_no_session_begins_none() {
    let test = Test::answering("x");
    let first = begun(&test, &["one"]);
    let second = begun(&test, &["two"]);
    let shared = first
        .chars()
        .zip(second.chars())
        .take_while(|(a, b)| a == b)
        .count();
    let ambiguous = resumed(&test, &[&first[..shared], "x"]);
    ambiguous.exits(2);
    assert!(
        ambiguous.stderr.contains(&first) && ambiguous.stderr.contains(&second),
        "{ambiguous:?}"
    );
    for word in [
        "nothing",
        "01",
        "00000000-0000-7000-8000-000000000000",
        "not-a-uuid",
    ] {
        let outcome = resumed(&test, &[word, "x"]);
        outcome.exits(2);
        assert!(outcome.stderr.contains("no saved session"), "{outcome:?}");
    }
    resumed(&test, &[]).exits(2);
    resumed(&test, &[&first, "--ephemeral", "x"]).exits(2);
    assert_eq!(rollouts(&test).len(), 2);
}

#[test]
fn the_last_one_is_this_directorys_unless_all_are_meant() {
    let test = Test::answering("x");
    let here = begun(&test, &["here"]);
    let elsewhere = test.work().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let there = begun(&test, &["--cd", "elsewhere", "there"]);
    assert_eq!(
        resumed(&test, &["--last", "x"]).exits(0).json()["session_id"],
        json!(here)
    );
    let report = resumed(&test, &["--last", "--cd", "elsewhere", "x"])
        .exits(0)
        .json();
    assert_eq!(report["session_id"], json!(there));
    let outcome = resumed(&test, &["--last", "--all", "x"]);
    assert_eq!(outcome.exits(0).json()["session_id"], json!(there));
    assert!(
        outcome.stderr.contains(&format!("in {}", elsewhere.display())),
        "it works where it worked: {outcome:?}"
    );
    std::fs::remove_dir(&elsewhere).unwrap();
    let outcome = resumed(&test, &[&there, "x"]);
    outcome.exits(2);
    assert!(outcome.stderr.contains("--cd"), "{outcome:?}");
}

#[test]
fn what_was_in_force_stays_in_force_and_is_shown() {
    let test = Test::answering("x");
    let id = begun(
        &test,
        &["--sandbox", "workspace-write", "--approval", "on-request", "x"],
    );
    let outcome = resumed(&test, &[&id, "x"]);
    outcome.exits(0);
    assert!(
        outcome
            .stderr
            .contains("sandbox workspace-write, approval on-request"),
        "{outcome:?}"
    );
    assert_eq!(
        in_force(&test, &id),
        ("workspace-write".to_owned(), "on-request".to_owned())
    );
    let narrower = resumed(
        &test,
        &[&id, "--sandbox", "read-only", "--approval", "never", "x"],
    );
    narrower.exits(0);
    assert_eq!(in_force(&test, &id), ("read-only".to_owned(), "never".to_owned()));
    resumed(&test, &[&id, "x"]).exits(0);
    assert_eq!(
        in_force(&test, &id),
        ("read-only".to_owned(), "never".to_owned()),
        "it does not grow back"
    );
}

#[test]
fn what_is_privileged_needs_the_opt_in_again() {
    let test = Test::answering("x");
    let id = begun(&test, &["--sandbox", "workspace-write", "--privileged", "x"]);
    let refused = resumed(&test, &[&id, "x"]);
    refused.exits(2);
    assert!(refused.stderr.contains("--privileged allows it"), "{refused:?}");
    resumed(&test, &[&id, "--privileged", "x"]).exits(0);
    assert_eq!(in_force(&test, &id).0, "workspace-write");
    resumed(&test, &[&id, "--sandbox", "read-only", "x"]).exits(0);
    assert_eq!(in_force(&test, &id).0, "read-only");
}

#[test]
fn a_session_that_is_in_use_says_by_whom() {
    if !is_newest() {
        return;
    }
    let gate = Gate::default();
    let test = Test::rounds(vec![vec![Step::text("begun"), Step::Gate(gate.clone())]]);
    let run = test.spawn(&["run", "--format", "jsonl", "--timeout", "0", "x"]);
    run.wait_for_stdout("begun");
    let outcome = resumed(&test, &["--last", "x"]);
    outcome.exits(75);
    assert!(
        outcome.stderr.contains("is in use by turnwise run, process"),
        "{outcome:?}"
    );
    gate.open();
    run.wait().exits(0);
    resumed(&test, &["--last", "x"]).exits(0);
}

#[test]
fn a_session_goes_on_after_its_run_was_killed() {
    let test = Test::rounds(vec![vec![Step::text("begun"), Step::Hang]]);
    let run = test.spawn(&["run", "--format", "jsonl", "--timeout", "0", "remember this"]);
    run.wait_for_stdout("begun");
    run.signal(rustix::process::Signal::KILL);
    run.wait();
    test.nothing_is_left();
    let run = test.spawn(&[
        "resume",
        "--last",
        "--format",
        "jsonl",
        "--timeout",
        "0",
        "and then",
    ]);
    run.wait_for_stdout("begun");
    assert!(last_input(&test).contains("remember this"));
    run.signal(rustix::process::Signal::INT);
    run.wait().exits(130);
    test.nothing_is_left();
}

#[test]
fn resume_has_the_options_and_outputs_of_run() {
    let test = Test::answering(r#"{"n":1}"#);
    let id = begun(&test, &["x"]);
    std::fs::write(
        test.work().join("schema.json"),
        r#"{"type":"object","required":["n"]}"#,
    )
    .unwrap();
    let schema = ["--output-schema", "schema.json", "-O", "answer.json", &id, "x"];
    assert_eq!(
        resumed(&test, &schema).exits(0).json()["structured"],
        json!({ "n": 1 })
    );
    assert_eq!(
        std::fs::read_to_string(test.work().join("answer.json"))
            .unwrap()
            .trim(),
        r#"{"n":1}"#
    );
    let piped = test.run_with_stdin(&["resume", &id, "-"], "from a pipe");
    assert_eq!(piped.exits(0).stdout, "{\"n\":1}\n");
    assert!(last_input(&test).contains("from a pipe"));
}
