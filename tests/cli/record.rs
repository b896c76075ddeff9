//! `--record FILE`: the events of a run in a private file, whatever the output is and however the run ends.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use rustix::process::Signal;
use turnwise::demo::{Gate, Step};

use crate::chat::{chat, say};
use crate::support::Test;

/// The recorded events.
fn recorded(test: &Test, file: &str) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(test.work().join(file)).unwrap();
    assert!(text.ends_with('\n'), "{text}");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn types(events: &[serde_json::Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect()
}

#[test]
fn a_recording_has_the_events_of_jsonl_whatever_the_format() {
    let test = Test::rounds(vec![
        vec![Step::command("echo hi")],
        vec![Step::text("the answer")],
    ]);
    for format in ["text", "json", "markdown", "jsonl"] {
        let outcome = test.run(&["run", "--record", "run.jsonl", "--format", format, "x"]);
        assert!(outcome.exits(0).stdout.contains("the answer"), "{outcome:?}");
        let events = recorded(&test, "run.jsonl");
        let types = types(&events);
        assert_eq!(types.first(), Some(&"thread.started"), "{types:?}");
        assert_eq!(types.last(), Some(&"turn.completed"), "{types:?}");
        if format == "jsonl" {
            // Deltas of one item may be joined in one output and not in the other.
            let ends = |text: &str| text.lines().filter(|line| !line.contains("delta")).count();
            let file = fs::read_to_string(test.work().join("run.jsonl")).unwrap();
            assert_eq!(ends(&outcome.stdout), ends(&file));
        }
        let replayed = test.run(&["replay", "run.jsonl"]);
        assert_eq!(replayed.exits(0).stdout, "the answer\n");
    }
    let mode = test
        .work()
        .join("run.jsonl")
        .metadata()
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    test.nothing_is_left();
}

#[test]
fn a_resumed_session_is_recorded_too() {
    let test = Test::answering("the answer");
    let first = test.run(&["run", "--json", "x"]).exits(0).json();
    test.run(&["resume", "--last", "--record", "again.jsonl", "y"])
        .exits(0);
    let events = recorded(&test, "again.jsonl");
    assert_eq!(events[0]["thread_id"], first["session_id"]);
    assert_eq!(types(&events).last(), Some(&"turn.completed"));
}

#[test]
fn a_file_that_cannot_be_written_is_an_error_before_anything_is_spent() {
    let test = Test::answering("unused");
    for path in ["none/run.jsonl", "."] {
        let outcome = test.run(&["run", "--record", path, "x"]);
        assert!(
            outcome.exits(2).stderr.contains(&format!("--record {path}: ")),
            "{outcome:?}"
        );
    }
    assert_eq!(test.requests().len(), 0);
    // A run that does not begin leaves an older recording as it was.
    fs::write(test.work().join("old.jsonl"), "kept\n").unwrap();
    test.run(&["run", "--record", "old.jsonl", "--image", "none.png", "x"])
        .exits(2);
    assert_eq!(
        fs::read_to_string(test.work().join("old.jsonl")).unwrap(),
        "kept\n"
    );
}

#[test]
fn an_interrupted_run_is_recorded_to_its_end() {
    let gate = Gate::default();
    let test = Test::rounds(vec![vec![Step::text("half "), Step::Gate(gate.clone())]]);
    let running = test.spawn(&["run", "--record", "run.jsonl", "x"]);
    let file = test.work().join("run.jsonl");
    crate::support::wait_until("the first text in the recording", || {
        fs::read_to_string(&file).is_ok_and(|text| text.contains("half "))
    });
    running.signal(Signal::INT);
    running.wait().exits(130);
    let events = recorded(&test, "run.jsonl");
    let last = events.last().unwrap();
    assert!(
        ["turn.failed", "error"].contains(&last["type"].as_str().unwrap()),
        "{last:#}"
    );
    assert!(last.to_string().contains("interrupted"), "{last:#}");
    test.nothing_is_left();
}

#[test]
fn a_closed_output_does_not_cut_the_recording_off() {
    let test = Test::rounds(vec![vec![Step::streamed(
        "word ".repeat(2_000),
        400,
        Duration::from_millis(1),
    )]]);
    let mut command = test.other("/bin/sh");
    let program = env!("CARGO_BIN_EXE_turnwise");
    command.args([
        "-c",
        &format!("'{program}' run --record run.jsonl --stream x | head -c 5"),
    ]);
    let outcome = crate::support::Running::start(command).wait();
    assert_eq!(outcome.exits(0).stdout, "word ");
    let events = recorded(&test, "run.jsonl");
    assert!(
        types(&events)
            .last()
            .is_some_and(|last| last.starts_with("turn.")),
        "{:?}",
        types(&events)
    );
    test.nothing_is_left();
}

#[test]
fn a_run_that_fails_to_start_says_so_in_its_recording() {
    let test = Test::fault("exit-at-start");
    test.run(&["run", "--record", "run.jsonl", "x"]).exits(3);
    let events = recorded(&test, "run.jsonl");
    assert_eq!(types(&events), ["error"]);
    assert_eq!(events[0]["exit_code"], 3);
}

#[test]
fn a_chat_is_one_recording() {
    let test = Test::answering("the answer");
    let mut terminal = chat(&test, 80, &["--record", "chat.jsonl"]);
    say(&mut terminal, "hello", "the answer");
    say(&mut terminal, "again", "the answer");
    terminal.press("\u{4}");
    assert_eq!(terminal.wait().1, Some(0));
    let events = recorded(&test, "chat.jsonl");
    assert_eq!(
        types(&events)
            .iter()
            .filter(|kind| **kind == "turn.completed")
            .count(),
        2
    );
    assert_eq!(types(&events).last(), Some(&"turn.completed"));
    test.run(&["replay", "chat.jsonl"]).exits(0);
}

#[test]
fn a_loop_is_not_recorded_and_says_so() {
    let test = Test::answering("unused");
    let outcome = test.run(&["automate", "loop", "--every", "1s", "--record", "x.jsonl", "x"]);
    assert!(
        outcome
            .exits(2)
            .stderr
            .contains("--record: a loop is not recorded"),
        "{outcome:?}"
    );
}
