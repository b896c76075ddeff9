//! What people type instead of a command: a prompt alone, nothing at all, names from other tools.

use serde_json::json;

use crate::support::Test;

#[test]
fn a_prompt_alone_is_run_with_the_options_around_it() {
    let test = Test::answering("done");
    assert_eq!(test.run(&["say done"]).exits(0).stdout, "done\n");
    assert_eq!(test.run(&["say", "done"]).exits(0).stdout, "done\n");
    let report = test
        .run(&["--effort", "low", "say done", "--json"])
        .exits(0)
        .json();
    assert_eq!(report["schema"], json!("turnwise.run/1"));
    let prompts = test
        .requests()
        .iter()
        .map(turnwise::demo::ModelRequest::prompt)
        .collect::<Vec<_>>();
    assert!(
        prompts.iter().all(|prompt| prompt.contains("say done")),
        "{prompts:?}"
    );
    test.nothing_is_left();
}

#[test]
fn a_pipe_alone_is_run() {
    let test = Test::answering("done");
    let outcome = test.run_with_stdin(&[], "from a pipe");
    assert_eq!(outcome.exits(0).stdout, "done\n");
    let outcome = test.run(&["-q"]);
    assert!(
        outcome.exits(2).stderr.contains("error: no prompt"),
        "{outcome:?}"
    );
}

#[test]
fn nothing_at_a_terminal_is_the_short_help() {
    let test = Test::answering("unused");
    let (screen, code) = test.at_terminal(80, 40, &[]).wait();
    assert!(screen.contains("Review and answer approval requests"), "{screen}");
    assert!(screen.lines().count() <= 40, "{screen}");
    assert_eq!(code, Some(0));
}

#[test]
fn a_single_word_is_never_run() {
    let test = Test::answering("unused");
    let (screen, code) = test.at_terminal(80, 40, &["sesion"]).wait();
    assert!(screen.contains("did you mean `turnwise session`?"), "{screen}");
    assert_eq!(code, Some(2));
    let outcome = test.run(&["hello"]);
    assert!(
        outcome.exits(2).stderr.contains("turnwise run hello"),
        "{outcome:?}"
    );
    let outcome = test.run(&["hello", "-o", "json"]);
    assert_eq!(outcome.exits(2).json()["message"], "unknown command `hello`");
    assert_eq!(test.requests().len(), 0);
}

#[test]
fn the_last_session_is_continued() {
    let test = Test::answering("done");
    let first = test.run(&["say first", "--json"]).exits(0).json();
    let second = test.run(&["--continue", "and now?", "--json"]).exits(0).json();
    assert_eq!(second["session_id"], first["session_id"]);
    assert_eq!(test.requests().last().unwrap().prompt(), "and now?");
}

#[test]
fn help_and_version_are_commands_too() {
    let test = Test::answering("unused").with_own_server("nothing is run");
    let same = |one: &[&str], other: &[&str]| {
        assert_eq!(test.run(one).exits(0).stdout, test.run(other).exits(0).stdout);
    };
    same(&["help"], &["--help"]);
    same(&["help", "approve", "list"], &["approve", "list", "--help"]);
    same(&["session", "help", "list"], &["session", "list", "--help"]);
    same(&["version"], &["--version"]);
    same(&["session", "ls", "--help"], &["session", "list", "--help"]);
    same(&["automate", "rm", "-h"], &["automate", "remove", "-h"]);
    let outcome = test.run(&["help", "nonsense"]);
    assert!(
        outcome.exits(2).stderr.contains("no command `nonsense`"),
        "{outcome:?}"
    );
}

#[test]
fn options_from_other_tools_name_the_right_one() {
    let test = Test::answering("unused").with_own_server("nothing is run");
    let outcome = test.run(&["-p", "say something"]);
    assert!(
        outcome
            .exits(2)
            .stderr
            .contains("`turnwise run PROMPT` prints the answer"),
        "{outcome:?}"
    );
    let outcome = test.run(&["session", "list", "--format", "json"]);
    assert!(outcome.exits(2).stderr.contains("--json"), "{outcome:?}");
}

#[test]
fn json_is_a_format_wherever_there_is_one() {
    let test = Test::answering("done");
    let record = test
        .run(&["run", "--format", "jsonl", "say done"])
        .exits(0)
        .stdout
        .clone();
    std::fs::write(test.work().join("run.jsonl"), record).unwrap();
    let report = test.run(&["replay", "run.jsonl", "--json"]).exits(0).json();
    assert_eq!(report["text"], "done");
    let outcome = test.run(&["session", "watch", "none", "--json"]);
    assert_eq!(outcome.exits(2).json()["type"], "error");
}
