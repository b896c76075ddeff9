//! A turn that one process runs, reached from others: watched, steered, interrupted. Against the real server.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use turnwise::demo::{Gate, ModelRequest, Step};

use crate::support::codex::{is_newest, waits_for_slow_clients};
use crate::support::{PATIENCE, Running, Test};

/// The socket of the one session that runs, once there is one.
pub(crate) fn door(test: &Test) -> PathBuf {
    let directory = test.work().parent().unwrap().join("turnwise/state/runs");
    let deadline = Instant::now() + PATIENCE;
    loop {
        let entries = std::fs::read_dir(&directory).into_iter().flatten().flatten();
        let door = entries
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|end| end == "sock"));
        if let Some(door) = door {
            return door;
        }
        assert!(Instant::now() < deadline, "no session runs");
        std::thread::yield_now();
    }
}

/// The session that runs.
fn session(test: &Test) -> String {
    door(test).file_stem().unwrap().to_str().unwrap().to_owned()
}

/// What is kept of a conversation, as (who, text).
pub(crate) fn said(test: &Test, id: &str) -> Vec<(String, String)> {
    let document = test.run(&["session", "show", id, "--json"]).exits(0).json();
    let entries = document["entries"].as_array().unwrap().clone();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    entries
        .iter()
        .filter(|entry| entry["text"].is_string())
        .map(|entry| (word(&entry["type"]), word(&entry["text"])))
        .collect()
}

/// Answers `first` to the first request of a turn and `then` to the next ones.
fn test_with(first: Vec<Step>, then: Vec<Step>) -> Test {
    let responder = move |request: &ModelRequest| {
        if request.prompt().contains("begin") {
            first.clone()
        } else {
            then.clone()
        }
    };
    Test::responding(Arc::new(responder), "")
}

/// So long that nobody waits for its end, where nobody has to: older servers let a message finish before they tell the
/// agent anything.
fn written_for_long() -> Vec<Step> {
    let words = if is_newest() { 2_000 } else { 100 };
    vec![
        Step::text("before"),
        Step::streamed("word ".repeat(words), words, Duration::from_millis(30)),
    ]
}

#[test]
fn a_turn_is_interrupted_from_another_process() {
    let test = test_with(written_for_long(), vec![]);
    let run = test.spawn(&["run", "--format", "jsonl", "begin"]);
    run.wait_for_stdout("word");
    let id = session(&test);
    let interrupt = test.run(&["session", "interrupt", &id[..20]]);
    interrupt.exits(0);
    assert!(
        interrupt.stderr.contains(&id) && interrupt.stderr.contains("is not kept"),
        "{interrupt:?}"
    );
    let run = run.wait();
    run.exits(130);
    assert!(run.stderr.contains("interrupted by "), "{run:?}");
    let end = run.json_lines().pop().unwrap();
    assert_eq!(
        (&end["type"], &end["error"]["kind"]),
        (&"turn.failed".into(), &"interrupted".into())
    );
    test.nothing_is_left();
    let again = test.run(&["session", "interrupt", &id]);
    again.exits(1);
    assert!(again.stderr.contains("turnwise resume"), "{again:?}");
}

#[test]
fn a_turn_is_steered_from_another_process_and_its_runner_sees_by_whom() {
    let test = test_with(written_for_long(), vec![Step::text("changed my mind")]);
    let run = test.spawn(&["run", "--format", "jsonl", "begin"]);
    run.wait_for_stdout("word");
    let id = session(&test);
    let steer = test.run(&["session", "steer", &id, "do", "something else"]);
    steer.exits(0);
    assert_eq!(steer.stderr.contains("was cut off"), is_newest(), "{steer:?}");
    let run = run.wait();
    run.exits(0);
    let warning = run
        .json_lines()
        .into_iter()
        .find(|event| event["type"] == "warning")
        .unwrap();
    let warning = warning["message"].as_str().unwrap();
    assert!(
        warning.contains("(process ") && warning.ends_with("said: do something else"),
        "{warning}"
    );
    let kept = said(&test, &id);
    let has = |text: &str| kept.iter().filter(|(_, kept)| kept.contains(text)).count();
    assert_eq!(
        (has("begin"), has("do something else"), has("changed my mind")),
        (1, 1, 1),
        "{kept:?}"
    );
    assert_eq!(
        has("word"),
        usize::from(!is_newest()),
        "what was cut off is not kept: {kept:?}"
    );
    test.nothing_is_left();
}

#[test]
fn watchers_see_the_turn_from_its_beginning_and_end_as_it_ends() {
    let gate = Gate::default();
    let first = vec![Step::text("before "), Step::command("echo from-a-command")];
    let script = vec![first, vec![Step::Gate(gate.clone()), Step::text("the answer")]];
    let test = Test::rounds(script);
    let run = test.spawn(&["run", "--format", "jsonl", "begin"]);
    run.wait_for_stdout("from-a-command");
    let watchers = [
        &["session", "watch", "--format", "jsonl"][..],
        &["session", "watch"],
        &["session", "watch", &session(&test), "--format", "json"],
    ]
    .map(|arguments| test.spawn(arguments));
    watchers[0].wait_for_stdout("from-a-command");
    gate.open();
    let run = run.wait();
    run.exits(0);
    let [lines, text, json] = watchers.map(Running::wait);
    let without_joins = |lines: &[Value]| {
        // Deltas may arrive joined; everything else is the same, in the same order.
        let events = lines.iter().filter(|event| event["type"] != "item.delta");
        events.cloned().collect::<Vec<_>>()
    };
    assert_eq!(
        without_joins(&lines.exits(0).json_lines()),
        without_joins(&run.json_lines())
    );
    assert_eq!(text.exits(0).stdout, "the answer\n");
    let json = json.exits(0).json();
    assert_eq!(json["text"], "the answer");
    assert_eq!(json["items"].as_array().unwrap().len(), 4, "{json}");
    test.nothing_is_left();
}

#[test]
fn a_watcher_that_stalls_slows_nobody_and_one_that_goes_on_reading_loses_nothing() {
    let mut test = Test::rounds(vec![vec![Step::Words(100_000), Step::text("done")]]);
    if !waits_for_slow_clients() {
        test = test.with_own_server("this server cuts a client off in such a flood over a WebSocket");
    }
    let run = test.spawn(&["run", "--format", "jsonl", "-O", "answer", "begin"]);
    let door = door(&test);
    let mut stalled = UnixStream::connect(&door).unwrap();
    stalled.write_all(b"\"watch\"\n").unwrap();
    let mut reading = UnixStream::connect(&door).unwrap();
    reading.write_all(b"\"watch\"\n").unwrap();
    let reading = std::thread::spawn(move || {
        let mut text = String::new();
        let mut over = false;
        for line in BufReader::new(reading).lines() {
            let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
            text.push_str(line["event"]["delta"].as_str().unwrap_or_default());
            over = line == "over";
        }
        (text, over)
    });
    let run = run.wait();
    run.exits(0);
    let said: String = run
        .json_lines()
        .iter()
        .filter_map(|event| event["delta"].as_str())
        .collect();
    let (text, over) = reading.join().unwrap();
    assert!(over && text == said, "{} of {}", text.len(), said.len());
    // It still has what the system kept for it, and then the end.
    stalled.read_to_end(&mut Vec::new()).unwrap();
    test.nothing_is_left();
}

#[test]
fn what_a_killed_run_left_is_cleared_away_and_other_users_stay_out() {
    let test = test_with(vec![Step::text("x"), Step::Hang], vec![])
        .with_own_server("a server that goes on still runs the turn, which can be watched");
    let run = test.spawn(&["run", "--format", "jsonl", "begin"]);
    run.wait_for_stdout("turn.started");
    let path = door(&test);
    let mode = |path: &std::path::Path| {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    run.signal(rustix::process::Signal::KILL);
    run.wait();
    assert!(path.exists(), "nobody could remove it");
    let outcome = test.run(&["session", "watch"]);
    outcome.exits(1);
    assert!(
        outcome.stderr.contains("no turnwise process of yours"),
        "{outcome:?}"
    );
    assert!(!path.exists());
}

#[test]
fn a_visitor_that_talks_nonsense_is_told_so_and_harms_nothing() {
    let gate = Gate::default();
    let test = Test::rounds(vec![vec![Step::Gate(gate.clone()), Step::text("fine")]]);
    let run = test.spawn(&["run", "begin"]);
    let door = door(&test);
    for nonsense in [
        "\n",
        "{}\n",
        "{\"steer\":{\"text\":\"\"}}\n",
        "\u{1b}[2J\n",
        "\"watch",
        "",
    ] {
        let mut visitor = UnixStream::connect(&door).unwrap();
        visitor.write_all(nonsense.as_bytes()).unwrap();
        visitor.shutdown(std::net::Shutdown::Write).unwrap();
        let mut reply = String::new();
        visitor.read_to_string(&mut reply).unwrap();
        assert!(reply.contains("refused"), "{nonsense:?}: {reply}");
    }
    gate.open();
    let run = run.wait();
    assert_eq!(run.exits(0).stdout, "fine\n");
}
