//! Saved sessions: gone on with, listed, shown. Against the real server, and from the files alone.

use std::path::PathBuf;

use serde_json::{Value, json};
use turnwise::demo::{Gate, Step};

use crate::support::codex::{is_newest, version};
use crate::support::{Outcome, Test, left_out};

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
    let mut contexts = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let last = contexts.rfind(|line| line["type"] == "turn_context").unwrap();
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
        assert!(outcome.stderr.contains("not found in"), "{outcome:?}");
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
    assert!(refused.stderr.contains("add --privileged"), "{refused:?}");
    resumed(&test, &[&id, "--privileged", "x"]).exits(0);
    assert_eq!(in_force(&test, &id).0, "workspace-write");
    resumed(&test, &[&id, "--sandbox", "read-only", "x"]).exits(0);
    assert_eq!(in_force(&test, &id).0, "read-only");
}

#[test]
fn a_session_that_is_in_use_says_by_whom() {
    if !is_newest() {
        return left_out("older servers do not lock sessions");
    }
    let gate = Gate::default();
    let test = Test::rounds(vec![vec![Step::text("begun"), Step::Gate(gate.clone())]]);
    let run = test.spawn(&["run", "--format", "jsonl", "--timeout", "0", "x"]);
    run.wait_for_stdout("begun");
    let outcome = resumed(&test, &["--last", "x"]);
    outcome.exits(75);
    let said = if test.is_connected() {
        "a turn runs in the session"
    } else {
        "is in use by turnwise run, process"
    };
    assert!(outcome.stderr.contains(said), "{outcome:?}");
    gate.open();
    run.wait().exits(0);
    resumed(&test, &["--last", "x"]).exits(0);
}

#[test]
fn a_session_goes_on_after_its_run_was_killed() {
    let test = Test::rounds(vec![vec![Step::text("begun"), Step::Hang]])
        .with_own_server("a turn elsewhere goes on when its client is killed");
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

#[test]
fn sessions_are_listed_by_directory_searched_and_limited() {
    let test = Test::answering("x");
    let first = begun(&test, &["--name", "my review", "the first words"]);
    let second = begun(&test, &["about pears"]);
    std::fs::create_dir(test.work().join("elsewhere")).unwrap();
    let third = begun(&test, &["--cd", "elsewhere", "third"]);
    let ids = |arguments: &[&str]| {
        let mut all = vec!["session", "list", "--json"];
        all.extend(arguments);
        let listed = test.run(&all).exits(0).json();
        assert_eq!(listed["schema"], "turnwise.sessions/1");
        let sessions = listed["sessions"].as_array().unwrap().clone();
        sessions
            .iter()
            .map(|session| session["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&[]), [second.clone(), first.clone()]);
    assert_eq!(ids(&["--all"]), [third, second.clone(), first.clone()]);
    assert_eq!(ids(&["--limit", "1"]), std::slice::from_ref(&second));
    assert_eq!(ids(&["--search", "PEARS"]), [second]);
    assert_eq!(ids(&["--search", "my rev"]), [first]);
    let lines = test.run(&["session", "list"]).exits(0).stdout.clone();
    assert!(
        lines.contains("my review") && lines.contains("about pears"),
        "{lines}"
    );
    let nothing = test.run(&["session", "list", "--archived"]);
    assert_eq!(
        (nothing.exits(0).stdout.as_str(), nothing.stderr.as_str()),
        (
            "",
            "No saved sessions in this directory (--all includes all directories).\n"
        )
    );
}

#[test]
fn lists_and_documents_work_without_codex_and_name_what_is_damaged() {
    let mut test = Test::answering("x");
    let id = begun(&test, &["hello"]);
    let damaged = rollouts(&test)[0]
        .with_file_name("rollout-2026-01-01T00-00-00-00000000-0000-7000-8000-000000000000.jsonl");
    std::fs::write(&damaged, "this is no session\n").unwrap();
    let file = rollouts(&test)
        .into_iter()
        .find(|path| path.to_string_lossy().contains(&id))
        .unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(
        &file,
        format!("{text}{{\"half\": \n{{\"type\":\"brand_new\",\"payload\":{{\"x\":1}}}}\n"),
    )
    .unwrap();
    test.set("TURNWISE_CODEX", "/nonexistent/codex");
    let listed = test.run(&["session", "list", "--json"]).exits(0).json();
    assert_eq!(listed["sessions"][0]["id"], json!(id));
    assert_eq!(listed["problems"][0]["path"], json!(damaged));
    let shown = test.run(&["session", "show", &id, "--json"]).exits(0).json();
    let entries = shown["entries"].as_array().unwrap();
    assert!(entries.iter().any(|entry| entry["type"] == "damaged"), "{shown}");
    assert!(
        entries
            .iter()
            .any(|entry| entry["type"] == "unknown" && entry["payload"]["x"] == 1),
        "{shown}"
    );
    let damaged = test.run(&["session", "show", "00000000-0000-7000-8000-000000000000"]);
    damaged.exits(1);
    assert!(damaged.stderr.contains("not a session's"), "{damaged:?}");
}

#[test]
fn a_session_is_shown_and_exported_with_what_was_said_and_done() {
    let test = Test::rounds(vec![
        vec![
            Step::Reasoning(vec!["a thought".to_owned()]),
            Step::command("echo 'from the <command>'; exit 3"),
        ],
        vec![Step::text("the <b>answer</b>")],
    ]);
    let id = begun(&test, &["the question"]);
    let markdown = test.run(&["session", "show", &id]).exits(0).stdout.clone();
    for part in [
        "## You\n\nthe question",
        "echo 'from the <command>'; exit 3",
        "exit 3",
        "from the <command>",
        // It is not HTML in the document.
        "the &lt;b>answer&lt;/b>",
    ] {
        assert!(markdown.contains(part), "{part}: {markdown}");
    }
    let export = ["session", "export", &id, "--html", "-O", "out/page.html"];
    assert!(test.run(&export).exits(2).stderr.contains("add --mkdir"));
    test.run(&[&export[..], &["--mkdir"]].concat()).exits(0);
    let page = std::fs::read_to_string(test.work().join("out/page.html")).unwrap();
    assert!(
        page.contains("the &lt;b&gt;answer&lt;/b&gt;") && page.contains("from the &lt;command&gt;"),
        "{page}"
    );
    let json = test.run(&["session", "export", &id, "--json"]).exits(0).json();
    let kinds = json["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["type"].as_str().unwrap());
    let kinds = kinds
        .filter(|kind| !matches!(*kind, "usage" | "turn" | "reasoning"))
        .collect::<Vec<_>>();
    assert_eq!(kinds, ["user", "command", "output", "agent"], "{json}");
}

#[test]
fn sessions_are_named_copied_put_away_and_deleted() {
    let test = Test::answering("an answer");
    let id = begun(&test, &["remember the number 42"]);
    test.run(&["session", "rename", &id, "a name"]).exits(0);
    let copy = test
        .run(&["session", "fork", "a name", "--name", "a copy"])
        .exits(0)
        .stdout
        .trim()
        .to_owned();
    assert_ne!(copy, id);
    resumed(&test, &["a copy", "go on"]).exits(0);
    assert!(last_input(&test).contains("remember the number 42"));
    test.run(&["session", "archive", &id]).exits(0);
    let refused = resumed(&test, &[&id, "x"]);
    refused.exits(2);
    assert!(
        refused
            .stderr
            .contains(&format!("turnwise session unarchive {id}")),
        "{refused:?}"
    );
    let archived = test.run(&["session", "list", "--archived", "--json"]).json();
    assert_eq!(archived["sessions"][0]["id"], json!(id));
    test.run(&["session", "show", &id]).exits(0);
    test.run(&["session", "unarchive", &id]).exits(0);
    resumed(&test, &[&id, "x"]).exits(0);
    // The copy: Codex keeps what another session was copied from.
    let unsure = test.run(&["session", "delete", &copy]);
    unsure.exits(2);
    assert!(unsure.stderr.contains("--yes"), "{unsure:?}");
    if matches!(version().as_str(), "0.104.0" | "0.125.0") {
        let lacking = test.run(&["session", "delete", &copy, "--yes"]);
        lacking.exits(1);
        assert!(
            lacking.stderr.contains("no thread/delete; codex 0.145.0 has it"),
            "{lacking:?}"
        );
    } else {
        test.run(&["session", "delete", &copy, "--yes"]).exits(0);
        test.run(&["session", "show", &copy]).exits(2);
        let kept = test.run(&["session", "show", &id]);
        kept.exits(0);
    }
    test.nothing_is_left();
}

#[test]
fn a_session_is_deleted_by_a_typed_yes_and_by_no_pasted_one() {
    if matches!(version().as_str(), "0.104.0" | "0.125.0") {
        return left_out("this server cannot delete a session");
    }
    let test = Test::answering("an answer");
    let id = begun(&test, &["x"]);
    for (answer, left) in [("", true), ("n", true), ("y", false)] {
        let mut terminal = test.at_terminal(80, 24, &["session", "delete", &id]);
        terminal.wait_for("Your answer [y/N]");
        terminal.press("\u{1b}[200~y\r\u{1b}[201~");
        terminal.wait_for("Pasted text is ignored");
        terminal.press("y\ry\r");
        terminal.wait_for_count("Pasted text is ignored", 2);
        terminal.enter(&[answer]);
        let (screen, code) = terminal.wait();
        assert_eq!(code, Some(0), "{screen}");
        let shown = test.run(&["session", "show", &id]);
        shown.exits(if left { 0 } else { 2 });
    }
}

#[test]
fn joiners_of_words_and_emoji_are_text_in_lists_answers_and_exports() {
    let written = "می\u{200c}خواهم क\u{94d}\u{200d}ष 👩\u{200d}💻 ❤\u{fe0f}";
    let test = Test::answering(written);
    let id = begun(&test, &[written, "--name", written]);
    for arguments in [
        &["session", "list"][..],
        &["session", "show", &id, "--no-pager"],
        &["session", "export", &id, "--html"],
        &["run", "--color", "never", "x"],
        &["run", "--format", "markdown", "x"],
    ] {
        let (screen, code) = test.at_terminal(200, 40, arguments).wait();
        assert_eq!(code, Some(0), "{screen}");
        assert!(screen.contains(written), "{arguments:?}: {screen}");
        assert!(!screen.contains("<U+"), "{arguments:?}: {screen}");
    }
}

#[test]
fn a_session_begins_without_a_prompt_and_is_compacted() {
    let test = Test::answering("a summary");
    let id = begun(&test, &["a long story"]);
    test.run(&["session", "compact", &id]).exits(0);
    let shown = test.run(&["session", "show", &id, "--json"]).exits(0).json();
    assert!(
        shown["entries"]
            .as_array()
            .unwrap()
            .iter()
            .any(|entry| entry["type"] == "compacted"),
        "{shown}"
    );
    let fresh = test
        .run(&["session", "new", "--name", "fresh"])
        .exits(0)
        .stdout
        .trim()
        .to_owned();
    assert_eq!(fresh.len(), 36);
    test.nothing_is_left();
}
