//! What differs from `codex exec`: each row of the README's table, run with both on the same scripted model.

use std::process::{Command, Stdio};

use rustix::process::Signal;
use serde_json::json;
use turnwise::demo::Step;

use crate::support::terminal::Terminal;
use crate::support::{Outcome, Running, Test, codex, left_out};

/// `codex exec` in the surroundings of a test, ready to be started.
fn exec(test: &Test, arguments: &[&str]) -> Command {
    let mut command = test.other(codex::binary());
    command.args(["exec", "--skip-git-repo-check"]).args(arguments);
    command
}

fn run_exec(test: &Test, arguments: &[&str]) -> Outcome {
    Running::start(exec(test, arguments)).wait()
}

/// The exit codes of `codex exec` and turnwise, each with a model of its own.
fn codes(model: impl Fn() -> Test, exec: &[&str], turnwise: &[&str]) -> (Option<i32>, Option<i32>) {
    let theirs = run_exec(&model(), exec);
    let ours = model().run(turnwise);
    (theirs.code, ours.code)
}

/// The table is about the newest version; older ones differ in details that it does not name.
fn is_compared() -> bool {
    let newest = codex::is_newest();
    if !newest {
        left_out("the comparison is with the newest codex exec");
    }
    newest
}

#[test]
fn an_open_stdin_holds_up_codex_exec_and_not_turnwise() {
    if !is_compared() {
        return;
    }
    let theirs = Test::answering("hello").with_own_server("it is about codex exec");
    let mut command = exec(&theirs, &["hi"]);
    command.stdin(Stdio::piped());
    let mut waiting = Running::start(command);
    waiting.wait_for_stderr("Reading additional input from stdin");

    let ours = Test::answering("hello");
    let mut command = ours.command(&["run", "hi"]);
    command.stdin(Stdio::piped());
    // Its stdin stays open until it has ended by itself.
    let outcome = Running::start(command).wait();
    assert_eq!(outcome.exits(0).stdout, "hello\n");

    assert!(theirs.requests().is_empty(), "it did not wait");
    waiting.close_stdin();
    assert_eq!(waiting.wait().exits(0).stdout, "hello\n");
}

#[test]
fn a_refused_request_for_more_is_success_to_codex_exec_and_exit_code_5_to_turnwise() {
    if !is_compared() {
        return;
    }
    let model = || {
        let asking = vec![Step::escalated("touch made", "please")];
        Test::rounds(vec![asking, vec![Step::text("done")]])
    };
    let asked = ["-c", "approval_policy=\"on-request\"", "hi"];
    let codes = codes(model, &asked, &["run", "--approval", "on-request", "hi"]);
    assert_eq!(codes, (Some(0), Some(5)));
}

#[test]
fn an_answer_that_does_not_match_its_schema_is_success_to_codex_exec_and_exit_code_6_to_turnwise() {
    if !is_compared() {
        return;
    }
    let model = || {
        let test = Test::answering("not JSON");
        let schema = json!({
            "type": "object", "properties": { "a": { "type": "string" } },
            "required": ["a"], "additionalProperties": false,
        });
        std::fs::write(test.work().join("schema.json"), schema.to_string()).unwrap();
        test
    };
    let schema = ["--output-schema", "schema.json", "hi"];
    let ours = [&["run"], &schema[..]].concat();
    assert_eq!(codes(model, &schema, &ours), (Some(0), Some(6)));
}

#[test]
fn refused_credentials_and_a_spent_quota_are_exit_code_1_to_codex_exec_and_4_and_75_to_turnwise() {
    if !is_compared() {
        return;
    }
    let refused = |status: u16, error: serde_json::Value| {
        move || Test::rounds(vec![vec![Step::Http(status, json!({ "error": error }))]; 8])
    };
    let credentials = refused(401, json!({ "message": "wrong key" }));
    assert_eq!(codes(credentials, &["hi"], &["run", "hi"]), (Some(1), Some(4)));
    let quota = refused(429, json!({ "type": "usage_limit_reached", "message": "spent" }));
    assert_eq!(codes(quota, &["hi"], &["run", "hi"]), (Some(1), Some(75)));
}

#[test]
fn an_interrupt_is_exit_code_1_to_codex_exec_and_130_to_turnwise() {
    if !is_compared() {
        return;
    }
    let hanging = || Test::rounds(vec![vec![Step::Hang]]);
    let interrupted = |test: &Test, running: Running| {
        test.wait_for_request();
        running.signal(Signal::INT);
        running.wait().code
    };
    let theirs = hanging();
    let running = Running::start(exec(&theirs, &["hi"]));
    assert_eq!(interrupted(&theirs, running), Some(1));
    let ours = hanging();
    let running = ours.spawn(&["run", "hi"]);
    assert_eq!(interrupted(&ours, running), Some(130));
}

#[test]
fn codex_exec_has_no_time_limit_and_turnwise_ends_with_exit_code_124() {
    if !is_compared() {
        return;
    }
    let limited = ["--timeout", "2s", "hi"];
    let theirs = run_exec(&Test::answering("unused"), &limited);
    assert!(
        theirs.exits(2).stderr.contains("unexpected argument"),
        "{theirs:?}"
    );
    let ours = Test::rounds(vec![vec![Step::Hang]]);
    ours.run(&["run", "--timeout", "2s", "hi"]).exits(124);
}

#[test]
fn escape_sequences_of_the_model_reach_the_terminal_from_codex_exec_and_not_from_turnwise() {
    if !is_compared() {
        return;
    }
    let model = || Test::answering("before \u{1b}]0;a new title\u{7} after");
    let theirs = model();
    let mut command = Command::new("setsid");
    let like = exec(&theirs, &["hi"]);
    command
        .arg("--ctty")
        .arg(like.get_program())
        .args(like.get_args());
    command.current_dir(theirs.work()).env_clear();
    command.envs(like.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let (screen, _) = Terminal::start(command, 100, 30).wait();
    assert!(screen.contains("\u{1b}]0;a new title"), "{screen:?}");
    let (screen, _) = model().at_terminal(100, 30, &["run", "hi"]).wait();
    assert!(!screen.contains("\u{1b}]0;a new title"), "{screen:?}");
    assert!(screen.contains("\\x1b]0;a new title"), "{screen:?}");
}
