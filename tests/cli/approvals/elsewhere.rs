//! Answers from other processes: yes, no, cancel, for the session, for ever; one wins, and what does not fit is refused.

use serde_json::{Value, json};

use super::{Kind, approve, asked, is_one_of, kinds, waiting, waiting_ids};
use crate::support::{Running, left_out};

#[test]
fn another_process_says_yes_and_it_happens() {
    for kind in kinds() {
        let test = kind.test(1);
        let run = waiting(&test);
        let id = waiting_ids(&test, 1).remove(0);
        let (verb, more) = kind.yes();
        let answered = approve(&test, verb, &id, more);
        answered.exits(0);
        assert!(answered.stderr.contains("the run continues"), "{answered:?}");
        let outcome = run.wait();
        outcome.exits(0);
        kind.effect(&test, true);
        let resolved = outcome
            .json_lines()
            .into_iter()
            .find(|line| line["type"] == "approval.resolved")
            .unwrap();
        assert_ne!(resolved["by"], "flag");
        test.nothing_is_left();
    }
}

#[test]
fn another_process_says_no_and_the_turn_goes_on_without_it() {
    for kind in kinds() {
        let test = kind.test(1);
        let run = waiting(&test);
        let id = waiting_ids(&test, 1).remove(0);
        approve(&test, "decline", &id, &["--reason", "not on a Friday"]).exits(0);
        let outcome = run.wait();
        outcome.exits(0);
        kind.effect(&test, false);
        let told = test.requests().last().unwrap().body["input"].to_string();
        assert!(
            told.contains("not on a Friday"),
            "{kind:?}: the agent is told why: {told}"
        );
        let log = test.run(&["approve", "log", "--json"]).json();
        assert_eq!(log["approvals"][0]["answer"]["reason"], "not on a Friday");
    }
}

#[test]
fn another_process_cancels_and_the_run_exits_with_5() {
    for kind in kinds() {
        let test = kind.test(1);
        let run = waiting(&test);
        let id = waiting_ids(&test, 1).remove(0);
        approve(&test, "cancel", &id, &[]).exits(0);
        let outcome = run.wait();
        outcome.exits(5);
        kind.effect(&test, false);
        assert!(
            outcome.stderr.contains("approval request cancelled by"),
            "{outcome:?}"
        );
    }
}

#[test]
fn a_yes_for_the_session_is_not_asked_for_again() {
    for kind in [Kind::Command, Kind::FileChange, Kind::McpTool]
        .into_iter()
        .filter(|kind| kind.exists())
    {
        let test = kind.test(2);
        let run = waiting(&test);
        let id = waiting_ids(&test, 1).remove(0);
        approve(&test, "accept", &id, &["--for-session"]).exits(0);
        let outcome = run.wait();
        outcome.exits(0);
        assert_eq!(asked(&outcome.json_lines()), 1, "{kind:?}: {outcome:?}");
        kind.effect(&test, true);
    }
    // Permissions that were given are asked for again by the model, not by Codex: here what was given is looked at.
    if !Kind::Permission.exists() {
        return;
    }
    let test = Kind::Permission.test(1);
    let run = waiting(&test);
    let id = waiting_ids(&test, 1).remove(0);
    approve(&test, "accept", &id, &["--for-session"]).exits(0);
    run.wait().exits(0);
    let told = test.requests().last().unwrap().body["input"].to_string();
    assert!(told.contains(r#"scope\":\"session"#), "{told}");
}

#[test]
fn a_yes_for_ever_writes_what_show_said_it_would() {
    if is_one_of(&["0.104.0"]) {
        return left_out("the oldest server saves no rules");
    }
    let test = Kind::Command.test(1);
    let run = waiting(&test);
    let id = waiting_ids(&test, 1).remove(0);
    let shown = test.run(&["approve", "show", &id, "--json"]).json();
    let effects = shown["choices"].to_string();
    assert!(
        effects.contains("rules/default.rules") && effects.contains("prefix_rule"),
        "{effects}"
    );
    approve(&test, "accept", &id, &["--always"]).exits(0);
    run.wait().exits(0);
    let rules = std::fs::read_to_string(test.codex_home().join("rules/default.rules")).unwrap();
    assert!(rules.contains("echo made > made"), "{rules}");

    if !Kind::McpTool.exists() {
        return;
    }
    let test = Kind::McpTool.test(1);
    let run = waiting(&test);
    let id = waiting_ids(&test, 1).remove(0);
    let shown = test.run(&["approve", "show", &id]).exits(0).stdout.clone();
    assert!(
        shown.contains("tiny/echo") && shown.contains("\"text\": \"hello\""),
        "{shown}"
    );
    approve(&test, "accept", &id, &["--always"]).exits(0);
    run.wait().exits(0);
    let config = std::fs::read_to_string(test.codex_home().join("config.toml")).unwrap();
    assert!(config.contains("approval_mode = \"approve\""), "{config}");
}

#[test]
fn of_ten_who_answer_at_once_one_wins_and_nine_are_told_who() {
    let test = Kind::Command.test(1);
    let run = waiting(&test);
    let id = waiting_ids(&test, 1).remove(0);
    let answers = (0..10)
        .map(|_| test.spawn(&["approve", "accept", &id, "--json"]))
        .collect::<Vec<_>>();
    let outcomes = answers.into_iter().map(Running::wait).collect::<Vec<_>>();
    let won = outcomes
        .iter()
        .filter(|outcome| outcome.code == Some(0))
        .collect::<Vec<_>>();
    assert_eq!(won.len(), 1, "{outcomes:#?}");
    let winner = won[0].json();
    for lost in outcomes.iter().filter(|outcome| outcome.code != Some(0)) {
        lost.exits(5);
        let told = lost
            .stdout
            .lines()
            .next()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .unwrap();
        assert_eq!(told["outcome"], "already_answered");
        assert_eq!((&told["from"], &told["at"]), (&winner["from"], &winner["at"]));
        assert!(
            lost.stderr.contains("was already answered: approved by"),
            "{lost:?}"
        );
    }
    run.wait().exits(0);
    Kind::Command.effect(&test, true);
}

#[test]
fn a_run_that_died_leaves_nothing_that_looks_answerable() {
    let test = Kind::Command.test(1);
    let run = waiting(&test);
    let id = waiting_ids(&test, 1).remove(0);
    run.signal(rustix::process::Signal::KILL);
    run.wait();
    let late = approve(&test, "accept", &id, &[]);
    late.exits(5);
    assert!(late.stderr.contains("its run is no longer alive"), "{late:?}");
    assert_eq!(
        test.run(&["approve", "list", "--json"]).json()["approvals"],
        json!([])
    );
    Kind::Command.effect(&test, false);
}

#[test]
fn the_end_of_the_turn_closes_what_waits() {
    let test = Kind::Command.test(1);
    let run = waiting(&test);
    let id = waiting_ids(&test, 1).remove(0);
    run.signal(rustix::process::Signal::INT);
    run.wait().exits(130);
    let late = approve(&test, "accept", &id, &[]);
    late.exits(5);
    assert!(late.stderr.contains("the turn ended"), "{late:?}");
}

#[test]
fn an_answer_that_does_not_fit_is_refused_and_the_request_goes_on_waiting() {
    if !Kind::Form.exists() {
        return;
    }
    let test = Kind::Form.test(1);
    let run = waiting(&test);
    let id = waiting_ids(&test, 1).remove(0);
    for (verb, more, said) in [
        ("accept", &[][..], "does not fit"),
        ("answer", &["name=it"], "`size` is required"),
        ("answer", &["name=i", "size=3"], "`name`"),
        ("answer", &["name=it", "size=x"], "a whole number"),
        ("answer", &["name=it", "size=3", "colour=green"], "red, blue"),
        ("answer", &["name=it", "size=3", "other=1"], "unknown key `other`"),
        ("answer", &["name"], "expected KEY=VALUE"),
    ] {
        let outcome = approve(&test, verb, &id, more);
        outcome.exits(2);
        assert!(outcome.stderr.contains(said), "{said}: {outcome:?}");
    }
    approve(&test, "show", "zzzz", &[]).exits(2);
    approve(&test, "answer", &id, Kind::Form.yes().1).exits(0);
    run.wait().exits(0);
    Kind::Form.effect(&test, true);
}
