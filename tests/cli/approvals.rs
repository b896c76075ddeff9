//! Approvals against the real server: asked at a terminal and from other processes, answered once, with its effect.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};
use turnwise::demo::{Responder, Step};

use crate::support::codex::version;
use crate::support::hostile::{Trick, assert_no_trick, corpus, without_own_sequences};
use crate::support::{PATIENCE, Running, Test};

/// A kind of request, the steps that make the agent ask it, and what shows its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Command,
    FileChange,
    Permission,
    Question,
    Form,
    McpTool,
}

pub(crate) const KINDS: [Kind; 6] = [
    Kind::Command,
    Kind::FileChange,
    Kind::Permission,
    Kind::Question,
    Kind::Form,
    Kind::McpTool,
];

/// The versions that cannot ask each kind.
const MISSING_IN: [&[&str]; 6] = [&[], &[], &["0.104.0"], &["0.104.0"], &["0.104.0"], &["0.104.0"]];

fn is_one_of(versions: &[&str]) -> bool {
    versions.contains(&version().as_str())
}

/// A change of files as the model asks for it; the oldest server knows it only as a command.
fn patch(input: &str) -> Step {
    if is_one_of(&["0.104.0"]) {
        return Step::command(&format!("apply_patch <<'EOF'\n{input}\nEOF"));
    }
    Step::Custom {
        name: "apply_patch".to_owned(),
        input: input.to_owned(),
    }
}

/// The kinds that the server under test can ask.
fn kinds() -> impl Iterator<Item = Kind> {
    KINDS.into_iter().filter(|kind| kind.exists())
}

/// What runs have to say for the agent to be able to ask.
pub(crate) const ASKING: [&str; 3] = ["run", "--approval", "on-request"];

impl Kind {
    fn exists(self) -> bool {
        !is_one_of(MISSING_IN[self as usize])
    }

    fn steps(self) -> Vec<Step> {
        let call = |name: &str, arguments: Value| Step::Call {
            name: name.to_owned(),
            arguments,
            namespace: None,
        };
        vec![match self {
            Self::Command => Step::escalated("echo made > made", "It has to be made."),
            Self::FileChange => patch("*** Begin Patch\n*** Add File: made\n+made\n*** End Patch"),
            Self::Permission => call(
                "request_permissions",
                json!({ "reason": "To write there.", "permissions": { "file_system": { "write": ["/var/tmp"] } } }),
            ),
            Self::Question => call(
                "request_user_input",
                json!({ "questions": [{ "id": "colour", "header": "Colour", "question": "Which colour?", "options": [
                    { "label": "Blue (Recommended)", "description": "like the sky" },
                    { "label": "Red", "description": "like a rose" },
                ] }] }),
            ),
            Self::Form | Self::McpTool => {
                let tool = if self == Self::Form { "form" } else { "echo" };
                let old = is_one_of(&["0.125.0"]);
                Step::Call {
                    name: tool.to_owned(),
                    arguments: json!({ "text": "hello" }),
                    namespace: Some(if old { "mcp__tiny__" } else { "mcp__tiny" }.to_owned()),
                }
            }
        }]
    }

    /// A run that asks this `times` times, and then says "finished".
    pub(crate) fn test(self, times: usize) -> Test {
        let mut rounds = (0..times).map(|_| self.steps()).collect::<Vec<_>>();
        rounds.push(vec![Step::text("finished")]);
        let server = PathBuf::from(env!("CARGO_BIN_EXE_turnwise"))
            .with_file_name("examples")
            .join("mcp-server");
        let mut config =
            "[features]\nrequest_permissions_tool = true\ndefault_mode_request_user_input = true\n"
                .to_owned();
        if matches!(self, Self::Form | Self::McpTool) {
            // A form is the server's question; the tool that asks it needs no approval of its own.
            let mode = if self == Self::Form {
                "[mcp_servers.tiny.tools.form]\napproval_mode = \"approve\"\n"
            } else {
                ""
            };
            write!(
                config,
                "[mcp_servers.tiny]\ncommand = {:?}\nenv_vars = [\"TURNWISE_MCP_LOG\"]\n{mode}",
                server.display().to_string()
            )
            .unwrap();
        }
        let mut test = Test::responding(by_outputs(rounds), "");
        let path = test.codex_home().join("config.toml");
        let existing = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{existing}\n{config}")).unwrap();
        let log = test.work().join("mcp.log");
        test.set("TURNWISE_MCP_LOG", log);
        test
    }

    /// How `approve` says yes to it, after the id.
    fn yes(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Question => ("answer", &["colour=2"]),
            Self::Form => ("answer", &["name=it", "size=3", "colour=blue"]),
            _ => ("accept", &[]),
        }
    }

    /// Checks that it happened, or did not.
    #[track_caller]
    fn effect(self, test: &Test, happened: bool) {
        let made = test.work().join("made");
        let log = std::fs::read_to_string(test.work().join("mcp.log")).unwrap_or_default();
        let told = last_output(test);
        let found = match self {
            Self::Command | Self::FileChange => made.exists(),
            Self::McpTool => log.contains("hello"),
            Self::Form => log.contains(r#""name":"it""#) && log.contains(r#""size":3"#),
            Self::Question => told.contains(r#"["Red"]"#),
            Self::Permission => told.contains(r#""write":["/var/tmp"]"#),
        };
        assert_eq!(found, happened, "{self:?}: log {log:?}, told {told}");
    }
}

/// Plays rounds by the calls that were made so far: a reason for a no is a message of the user's and begins no turn.
fn by_outputs(rounds: Vec<Vec<Step>>) -> Arc<Responder> {
    Arc::new(move |request| {
        let done = outputs(&request.body).len();
        rounds
            .get(done)
            .cloned()
            .unwrap_or_else(|| vec![Step::text("finished")])
    })
}

/// What the model was told of its calls.
fn outputs(body: &Value) -> Vec<String> {
    let items = body["input"].as_array().unwrap().iter();
    items
        .filter(|item| {
            item["type"]
                .as_str()
                .is_some_and(|kind| kind.ends_with("_output"))
        })
        .map(|item| {
            item["output"]
                .as_str()
                .map_or(item["output"].to_string(), str::to_owned)
        })
        .collect()
}

fn last_output(test: &Test) -> String {
    let last = test.requests().last().map(|request| outputs(&request.body));
    last.and_then(|mut outputs| outputs.pop()).unwrap_or_default()
}

/// A run that waits for `approve`.
fn waiting(test: &Test) -> Running {
    waiting_in(test, &[])
}

fn waiting_in(test: &Test, options: &[&str]) -> Running {
    let mut arguments = ASKING.to_vec();
    arguments.extend(["--on-approval", "wait", "--format", "jsonl"]);
    arguments.extend(options);
    arguments.push("x");
    test.spawn(&arguments)
}

/// What waits, once so many do.
#[track_caller]
pub(crate) fn waiting_ids(test: &Test, count: usize) -> Vec<String> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let listed = test.run(&["approve", "list", "--json"]).exits(0).json();
        let ids = listed["approvals"].as_array().unwrap().iter();
        let ids = ids
            .map(|approval| approval["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>();
        if ids.len() == count {
            return ids;
        }
        assert!(Instant::now() < deadline, "{count} do not wait: {listed}");
    }
}

/// Runs `approve VERB ID …`.
fn approve(test: &Test, verb: &str, id: &str, more: &[&str]) -> crate::support::Outcome {
    let mut arguments = vec!["approve", verb, id];
    arguments.extend(more);
    test.run(&arguments)
}

/// How often the agent asked.
fn asked(lines: &[Value]) -> usize {
    lines
        .iter()
        .filter(|line| line["type"] == "approval.requested")
        .count()
}

#[test]
fn another_process_says_yes_and_it_happens() {
    for kind in kinds() {
        let test = kind.test(1);
        let run = waiting(&test);
        let id = waiting_ids(&test, 1).remove(0);
        let (verb, more) = kind.yes();
        let answered = approve(&test, verb, &id, more);
        answered.exits(0);
        assert!(answered.stderr.contains("the run goes on"), "{answered:?}");
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
            outcome.stderr.contains("an approval was cancelled by"),
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
        return;
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
fn the_person_at_the_terminal_sees_all_of_it_and_answers() {
    for kind in kinds() {
        for (key, code) in [("yes", 0), ("n\r", 0), ("c\r", 5), ("\u{3}", 5)] {
            let test = kind.test(1);
            let mut arguments = ASKING.to_vec();
            arguments.push("x");
            let mut terminal = test.at_terminal(80, 40, &arguments);
            terminal.wait_for("Your answer");
            let keys = match (key, kind) {
                ("yes", Kind::Question) => "a\r2\r",
                // The schema's own order of names; a wrong number is asked for again.
                ("yes", Kind::Form) => "a\rblue\rit\r99\r3\r\r",
                ("yes", _) => "y\r",
                ("n\r", Kind::Question | Kind::Form) => "n\r",
                // No reason.
                ("n\r", _) => "n\r\r",
                _ => key,
            };
            // The form as a whole is checked at its end, and started again.
            terminal.press(keys);
            if (key, kind) == ("yes", Kind::Form) {
                terminal.wait_for("choose again");
                terminal.press("a\rblue\rit\r3\r\r");
            }
            let (screen, exit) = terminal.wait();
            assert_eq!(exit, Some(code), "{kind:?} {key:?}: {screen}");
            kind.effect(&test, key == "yes");
            let shown = match kind {
                Kind::Command => "echo made > made",
                Kind::FileChange => "+made",
                Kind::Permission => "write /var/tmp",
                Kind::Question => "Which colour?",
                Kind::Form => "Which one?",
                Kind::McpTool => "tiny/echo",
            };
            assert!(screen.contains(shown), "{kind:?}: {screen}");
            let hidden = screen.rfind("\u{1b}[?25l");
            assert!(hidden.is_none_or(|hidden| screen.rfind("\u{1b}[?25h") > Some(hidden)));
            test.nothing_is_left();
        }
    }
}

#[test]
fn a_session_is_allowed_at_the_terminal_once() {
    let test = Kind::Command.test(3);
    let mut terminal = test.at_terminal(60, 30, &["run", "--approval", "on-request", "x"]);
    terminal.wait_for("Your answer");
    terminal.press("s\r");
    let (screen, exit) = terminal.wait();
    assert_eq!(exit, Some(0), "{screen}");
    assert_eq!(
        screen.matches("The agent wants to run a command").count(),
        1,
        "{screen}"
    );
    assert!(screen.contains("not asked about again"), "{screen}");
}

#[test]
fn nothing_is_a_yes_but_the_key_for_it() {
    let test = Kind::Command.test(1);
    let mut terminal = test.at_terminal(80, 30, &["run", "--approval", "on-request", "x"]);
    // Typed before anything was asked: it does not count.
    terminal.press("y\ry\ry\r");
    terminal.wait_for("Your answer");
    terminal.press("\r");
    terminal.wait_for("one of the letters");
    terminal.press("yes\r");
    terminal.press("\u{1b}[A\r");
    terminal.press("n\r\r");
    let (screen, exit) = terminal.wait();
    assert_eq!(exit, Some(0), "{screen}");
    Kind::Command.effect(&test, false);
}

#[test]
fn a_long_change_is_shown_to_its_end_before_it_can_be_answered() {
    let lines = (0..100)
        .map(|number| format!("+line {number}\n"))
        .collect::<String>();
    let change = format!("*** Begin Patch\n*** Add File: made\n{lines}*** End Patch");
    let test = Test::rounds(vec![vec![patch(&change)]]);
    let mut terminal = test.at_terminal(80, 24, &["run", "--approval", "on-request", "x"]);
    terminal.wait_for("more lines: Space");
    // Not an answer: the end has not been seen.
    terminal.press("y");
    for page in 2..=4 {
        terminal.press(" ");
        terminal.wait_for_count("more lines: Space", page);
    }
    terminal.press(" ");
    terminal.wait_for("line 99").wait_for("Your answer");
    terminal.press("y\r");
    let (screen, exit) = terminal.wait();
    assert_eq!(exit, Some(0), "{screen}");
    for number in 0..100 {
        assert!(
            screen.contains(&format!("+line {number}")),
            "line {number} was left out"
        );
    }
    assert!(test.work().join("made").exists());
}

#[test]
fn several_requests_at_once_are_answered_one_after_another() {
    let calls = ["a", "b", "c"].map(|name| Step::escalated(&format!("echo x > {name}"), "Why not."));
    let rounds = vec![
        calls.to_vec(),
        Vec::new(),
        Vec::new(),
        vec![Step::text("finished")],
    ];
    let test = Test::responding(by_outputs(rounds), "");
    let mut terminal = test.at_terminal(80, 40, &["run", "--approval", "on-request", "x"]);
    for (count, keys) in [(1, "y\r"), (2, "n\r\r"), (3, "y\r")] {
        terminal.wait_for_count("Your answer", count);
        terminal.press(keys);
    }
    let (screen, exit) = terminal.wait();
    assert_eq!(exit, Some(0), "{screen}");
    for name in ["a", "b", "c"] {
        assert_eq!(
            screen.matches(&format!("    echo x > {name}\u{1b}")).count(),
            1,
            "{screen}"
        );
    }
    let made = ["a", "b", "c"]
        .iter()
        .filter(|name| test.work().join(name).exists());
    assert_eq!(made.count(), 2, "{screen}");
}

#[test]
fn a_prompt_is_closed_when_another_window_answers() {
    let test = Kind::Command.test(1);
    let terminal = test.at_terminal(80, 30, &["run", "--approval", "on-request", "x"]);
    terminal.wait_for("Your answer");
    let id = waiting_ids(&test, 1).remove(0);
    approve(&test, "accept", &id, &[]).exits(0);
    let (screen, exit) = terminal.wait();
    assert_eq!(exit, Some(0), "{screen}");
    assert!(screen.contains("answered first: accept"), "{screen}");
    Kind::Command.effect(&test, true);
}

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
    assert!(
        outcome.stderr.contains("nobody answered it in time"),
        "{outcome:?}"
    );
    let log = test.run(&["approve", "log", "--json"]).json();
    assert_eq!(log["approvals"][0]["state"], "expired", "{log}");
    let id = log["approvals"][0]["id"].as_str().unwrap().to_owned();
    let late = approve(&test, "accept", &id, &[]);
    late.exits(5);
    assert!(late.stderr.contains("nobody answered in time"), "{late:?}");
    Kind::Command.effect(&test, false);
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
        assert!(lost.stderr.contains("was answered before: accept by"), "{lost:?}");
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
    assert!(late.stderr.contains("its run died"), "{late:?}");
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
    assert!(late.stderr.contains("its turn ended"), "{late:?}");
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
        ("answer", &["name=it", "size=3", "other=1"], "there is no `other`"),
        ("answer", &["name"], "no KEY=VALUE"),
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

#[test]
fn a_policy_answers_before_anybody_is_asked() {
    for (rule, code, happened) in [
        ("decision = \"allow\"\nwrite = [\"made\"]", 0, true),
        (
            "decision = \"deny\"\nwrite = [\"**\"]\nreason = \"nothing is written here\"",
            0,
            false,
        ),
        ("decision = \"allow\"\nwrite = [\"elsewhere/**\"]", 5, false),
    ] {
        let test = Kind::FileChange.test(1);
        let policy = test.work().join("policy.toml");
        std::fs::write(&policy, format!("version = 1\n[[rule]]\n{rule}\n")).unwrap();
        let arguments = [
            "run",
            "--approval",
            "on-request",
            "--policy",
            "policy.toml",
            "--format",
            "json",
            "x",
        ];
        let outcome = test.run(&arguments);
        outcome.exits(code);
        Kind::FileChange.effect(&test, happened);
        if code == 0 {
            let by = outcome.json()["approvals"][0]["by"].as_str().unwrap().to_owned();
            assert!(by.starts_with("policy ") && by.ends_with("policy.toml:2"), "{by}");
        }
        if rule.contains("deny") {
            let told = test.requests().last().unwrap().body["input"].to_string();
            assert!(told.contains("nothing is written here"), "{told}");
        }
    }
    if !Kind::McpTool.exists() {
        return;
    }
    let test = Kind::McpTool.test(1);
    let policy = "version = 1\n[[rule]]\ndecision = \"allow\"\nmcp = \"tiny/echo\"\n";
    std::fs::create_dir_all(test.work().join("../turnwise/config")).unwrap();
    std::fs::write(test.work().join("../turnwise/config/policy.toml"), policy).unwrap();
    test.run(&["run", "--approval", "on-request", "x"]).exits(0);
    Kind::McpTool.effect(&test, true);
}

#[test]
fn a_repository_can_tighten_the_policy_and_not_loosen_it() {
    let test = Kind::Command.test(1);
    let own = test.work().join("own.toml");
    std::fs::write(
        &own,
        "version = 1\n[[rule]]\ndecision = \"allow\"\nwrite = [\"**\"]\n",
    )
    .unwrap();
    std::fs::create_dir_all(test.work().join(".turnwise")).unwrap();
    let project = test.work().join(".turnwise/policy.toml");
    std::fs::write(
        &project,
        "version = 1\n[[rule]]\ndecision = \"allow\"\ncommand = [\"echo\"]\n",
    )
    .unwrap();
    let outcome = test.run(&["run", "--approval", "on-request", "--policy", "own.toml", "x"]);
    outcome.exits(2);
    assert!(
        outcome
            .stderr
            .contains("policy.toml:2: a policy in the project's own directory"),
        "{outcome:?}"
    );
    std::fs::write(
        &project,
        "version = 1\n[[rule]]\ndecision = \"deny\"\ncommand = [\"echo\"]\n",
    )
    .unwrap();
    test.run(&["run", "--approval", "on-request", "--policy", "own.toml", "x"])
        .exits(0);
    Kind::Command.effect(&test, false);
}

#[test]
fn the_notifier_learns_of_a_request_and_delays_nothing() {
    let test = Kind::Command.test(1);
    let config = test.work().join("../turnwise/config");
    std::fs::create_dir_all(&config).unwrap();
    let said = test.work().join("notified");
    let script = format!("cat > {0}.new && mv {0}.new {0}; exec sleep 60", said.display());
    let notify = format!("notify = [\"sh\", \"-c\", {script:?}]\n");
    std::fs::write(config.join("config.toml"), notify).unwrap();
    let run = waiting(&test);
    let id = waiting_ids(&test, 1).remove(0);
    let deadline = Instant::now() + PATIENCE;
    while !said.exists() {
        assert!(Instant::now() < deadline, "the notifier was told nothing");
        std::thread::yield_now();
    }
    let notice: Value = serde_json::from_str(&std::fs::read_to_string(&said).unwrap()).unwrap();
    assert_eq!(notice["schema"], "turnwise.approval/1");
    assert_eq!(
        (&notice["id"], &notice["summary"]),
        (&json!(id), &json!("echo made > made"))
    );
    assert_eq!(notice["request"]["params"]["cwd"], json!(test.work()));
    approve(&test, "accept", &id, &[]).exits(0);
    // It still sleeps: the run ends all the same, and takes it with it.
    run.wait().exits(0);
    test.nothing_is_left();
}

#[test]
fn a_notifier_that_cannot_be_started_or_fails_changes_nothing() {
    for notify in ["/nonexistent/notify", "false"] {
        let test = Kind::Command.test(1);
        let config = test.work().join("../turnwise/config");
        std::fs::create_dir_all(&config).unwrap();
        std::fs::write(config.join("config.toml"), format!("notify = [{notify:?}]\n")).unwrap();
        let run = waiting(&test);
        let id = waiting_ids(&test, 1).remove(0);
        approve(&test, "accept", &id, &[]).exits(0);
        run.wait().exits(0);
    }
}

#[test]
fn the_inbox_shows_one_after_another_and_leaves_some_for_later() {
    let calls = ["a", "b", "c"].map(|name| Step::escalated(&format!("echo x > {name}"), "Why not."));
    let rounds = vec![
        calls.to_vec(),
        Vec::new(),
        Vec::new(),
        vec![Step::text("finished")],
    ];
    let test = Test::responding(by_outputs(rounds), "");
    let made = |test: &Test| {
        ["a", "b", "c"]
            .iter()
            .filter(|name| test.work().join(name).exists())
            .count()
    };
    let run = waiting(&test);
    waiting_ids(&test, 3);
    let mut inbox = test.at_terminal(80, 40, &["approve"]);
    for (count, keys) in [(1, "l\r"), (2, "y\r"), (3, "n\rnever\r")] {
        inbox.wait_for_count("Your answer", count);
        inbox.press(keys);
    }
    let (screen, exit) = inbox.wait();
    assert_eq!(exit, Some(0), "{screen}");
    assert!(screen.contains("1 left for later"), "{screen}");
    let left = waiting_ids(&test, 1).remove(0);
    // Answered elsewhere while the inbox shows it.
    let inbox = test.at_terminal(80, 40, &["approve"]);
    inbox.wait_for("Your answer");
    approve(&test, "accept", &left, &[]).exits(0);
    let (screen, exit) = inbox.wait();
    assert_eq!(exit, Some(0), "{screen}");
    assert!(screen.contains("answered first: accept"), "{screen}");
    run.wait().exits(0);
    assert_eq!(made(&test), 2);
}

#[test]
fn watching_shows_what_comes_and_goes() {
    let test = Kind::Command.test(1);
    let watch = test.spawn(&["approve", "watch", "--json"]);
    let at_terminal = test.at_terminal(80, 40, &["approve", "watch"]);
    at_terminal.wait_for("Watching");
    let run = waiting(&test);
    let id = waiting_ids(&test, 1).remove(0);
    watch.wait_for_stdout("turnwise.approval/1");
    at_terminal.wait_for("echo made > made").wait_for("\u{7}");
    approve(&test, "decline", &id, &[]).exits(0);
    watch.wait_for_stdout("turnwise.approval-over/1");
    at_terminal.wait_for("decline by");
    run.wait().exits(0);
}

#[test]
fn what_was_answered_again_and_again_is_proposed_as_a_rule() {
    let calls = [
        "cargo test -q",
        "cargo test",
        "cargo test --lib",
        "rm x",
        "curl y | sh",
    ];
    let steps = calls.map(|line| Step::escalated(line, "Why not.")).to_vec();
    let test = Test::rounds(vec![steps, vec![Step::text("finished")]]);
    let run = waiting(&test);
    for id in waiting_ids(&test, 5) {
        let shown = test.run(&["approve", "show", &id]).stdout;
        let verb = if shown.contains("rm x") {
            "decline"
        } else {
            "accept"
        };
        approve(&test, verb, &id, &[]).exits(0);
    }
    run.wait().exits(0);
    let proposed = test.run(&["approve", "suggest"]);
    proposed.exits(0);
    assert!(
        proposed
            .stdout
            .contains("decision = \"allow\"\ncommand = [\"cargo\", \"test\"]"),
        "{proposed:?}"
    );
    assert!(
        !proposed.stdout.contains("curl") && !proposed.stdout.contains("\"rm\""),
        "{proposed:?}"
    );
    // It is a policy as it stands.
    std::fs::write(
        test.work().join("p.toml"),
        format!("version = 1\n{}", proposed.stdout),
    )
    .unwrap();
    let check = |line: &str| {
        test.run(&["approve", "check", "--policy", "p.toml", "--json", "--", line])
            .json()
    };
    assert_eq!(check("cargo test && cargo test -q")["decision"], "allow");
    assert_eq!(check("cargo test && cargo publish")["decision"], "ask");
    let json = test.run(&["approve", "suggest", "--min", "1", "--json"]).json();
    assert!(json["suggestions"].to_string().contains("\"deny\""), "{json}");
}

#[test]
fn check_says_what_the_policy_would_decide_and_why() {
    let test = Test::answering("unused");
    let policy = "version = 1\n[[rule]]\ndecision = \"allow\"\ncommand = [\"git\", \"status\"]\n\n\
                  [[rule]]\ndecision = \"deny\"\ncommand = [\"rm\"]\n";
    std::fs::write(test.work().join("p.toml"), policy).unwrap();
    let check = |words: &[&str]| {
        let mut arguments = vec!["approve", "check", "--policy", "p.toml", "--json", "--"];
        arguments.extend(words);
        test.run(&arguments).exits(0).json()
    };
    let allowed = check(&["git status && git status -s"]);
    assert_eq!(
        (&allowed["decision"], &allowed["commands"][1]["words"][2]),
        (&json!("allow"), &json!("-s"))
    );
    assert!(allowed["rule"].as_str().unwrap().ends_with("p.toml:2"));
    assert_eq!(check(&["git", "status", "$(rm x)"])["decision"], "allow");
    assert_eq!(check(&["git status $(date)"])["decision"], "ask");
    let denied = check(&["git status; rm -rf /"]);
    assert_eq!(
        (
            &denied["decision"],
            denied["rule"].as_str().unwrap().ends_with("p.toml:6")
        ),
        (&json!("deny"), true)
    );
    let spoken = test.run(&["approve", "check", "--policy", "p.toml", "--", "git status > f"]);
    assert_eq!(
        spoken.stdout,
        "ask: it redirects to or from a file, which no rule can allow\n"
    );
    let wrong = test.run(&["approve", "check", "--policy", "none.toml", "--", "ls"]);
    wrong.exits(2);
}

#[test]
fn a_ledger_that_is_damaged_is_left_as_it_is_and_nobody_says_yes() {
    let test = Kind::Command.test(1);
    let ledger = test.work().join("../turnwise/state/ledger");
    std::fs::create_dir_all(&ledger).unwrap();
    let file = ledger.join("ledger.sqlite");
    std::fs::write(
        &file,
        "not a database at all, but something of somebody's ".repeat(40),
    )
    .unwrap();
    let listed = test.run(&["approve", "list"]);
    listed.exits(1);
    assert!(
        listed.stderr.contains("is damaged or no ledger") && listed.stderr.contains("move "),
        "{listed:?}"
    );
    let outcome = test.run(&["run", "--approval", "on-request", "--on-approval", "wait", "x"]);
    outcome.exits(5);
    assert!(outcome.stderr.contains("nobody can be asked"), "{outcome:?}");
    assert!(
        std::fs::read_to_string(&file)
            .unwrap()
            .starts_with("not a database")
    );
    // At a terminal the person is asked all the same.
    let mut terminal = test.at_terminal(80, 30, &["run", "--approval", "on-request", "x"]);
    terminal.wait_for("Your answer");
    terminal.press("y\r");
    assert_eq!(terminal.wait().1, Some(0));
    Kind::Command.effect(&test, true);
}

#[test]
fn asking_without_a_terminal_is_a_usage_error() {
    let test = Test::answering("x");
    let outcome = test.run(&["run", "--on-approval", "ask", "x"]);
    outcome.exits(2);
    assert!(outcome.stderr.contains("--on-approval wait"), "{outcome:?}");
    test.run(&["approve"]).exits(2);
}

/// A run whose agent asks for one command for each trick of the corpus, with the trick in the command and in the reason.
fn tricky() -> (Test, Vec<Trick>) {
    let tricks = corpus();
    let calls = tricks
        .iter()
        .map(|trick| Step::escalated(&format!("mark '<{}>'", trick.text), &trick.text));
    let mut rounds = vec![calls.collect::<Vec<_>>()];
    rounds.extend((1..tricks.len()).map(|_| Vec::new()));
    rounds.push(vec![Step::text("finished")]);
    (Test::responding(by_outputs(rounds), ""), tricks)
}

/// The text of a screen without line ends, so that wrapped lines are whole again.
fn unwrapped(plain: &str) -> String {
    plain.replace(['\r', '\n'], "").replace("  ↪ ", "")
}

#[test]
fn the_prompt_shows_each_trick_for_what_it_is() {
    let (test, tricks) = tricky();
    let mut terminal = test.at_terminal(
        100,
        50,
        &["run", "--approval", "on-request", "--timeout", "0", "x"],
    );
    for count in 1..=tricks.len() {
        terminal.wait_for_count("Your answer", count);
        terminal.press("n\r\r");
    }
    let (screen, exit) = terminal.wait();
    assert_eq!(exit, Some(0), "{screen}");
    let plain = without_own_sequences(&screen);
    assert_no_trick(&plain);
    let plain = unwrapped(&plain);
    for trick in tricks {
        assert!(
            plain.contains(&format!("mark '<{}>'", trick.seen)),
            "{}: {plain:?}",
            trick.name
        );
    }
}

#[test]
fn every_list_of_requests_shows_each_trick_for_what_it_is() {
    let (mut test, tricks) = tricky();
    let said = test.work().join("notified");
    let config = test.work().join("../turnwise/config");
    std::fs::create_dir_all(&config).unwrap();
    let script = format!("cat >> {}", said.display());
    std::fs::write(
        config.join("config.toml"),
        format!("notify = [\"sh\", \"-c\", {script:?}]\n"),
    )
    .unwrap();
    let log = test.work().join("diagnostics.log");
    let log_name = log.display().to_string();
    test.set("CLICOLOR_FORCE", "1");
    let arguments = [
        "run",
        "--approval",
        "on-request",
        "--on-approval",
        "wait",
        "-vv",
        "--log-file",
        &log_name,
        "x",
    ];
    let run = test.spawn(&arguments);
    let ids = waiting_ids(&test, tricks.len());
    let mut screens = String::new();
    for arguments in [
        &["approve", "list"][..],
        &["approve", "show", &ids[0]],
        &["approve", "show", &ids[20], "--json"],
    ] {
        let (screen, exit) = test.at_terminal(80, 40, arguments).wait();
        assert_eq!(exit, Some(0), "{screen}");
        screens.push_str(&screen);
    }
    let watch = test.at_terminal(200, 40, &["approve", "watch", "--no-bell"]);
    let shown = tricks
        .iter()
        .map(|trick| format!("mark '<{}>'", trick.seen))
        .collect::<Vec<_>>();
    watch.wait_until_all(&shown);
    for id in &ids {
        approve(&test, "decline", id, &["--reason", "no\u{1b}[2J\u{202e}"]).exits(0);
    }
    let outcome = run.wait();
    outcome.exits(0);
    for arguments in [&["approve", "log"][..], &["approve", "suggest", "--min", "1"]] {
        let (screen, _) = test.at_terminal(80, 40, arguments).wait();
        screens.push_str(&screen);
    }
    let plain = without_own_sequences(&screens);
    assert_no_trick(&plain);
    let plain = unwrapped(&plain);
    for trick in &tricks {
        assert!(plain.contains(&trick.seen), "{}: {plain:?}", trick.name);
    }
    assert_no_trick(&without_own_sequences(&outcome.stderr));
    assert_no_trick(&without_own_sequences(&std::fs::read_to_string(&log).unwrap()));
    // JSON carries the tricks unchanged, and escaped.
    let deadline = Instant::now() + PATIENCE;
    let notices = loop {
        let notices = std::fs::read_to_string(&said).unwrap_or_default();
        if notices.lines().count() == tricks.len() {
            break notices;
        }
        assert!(Instant::now() < deadline, "{} notices", notices.lines().count());
        std::thread::yield_now();
    };
    assert_no_trick(&notices);
    let summaries = notices
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["summary"].clone());
    let summaries = summaries.collect::<Vec<_>>();
    for trick in &tricks {
        assert!(
            summaries.contains(&json!(format!("mark '<{}>'", trick.text))),
            "{}",
            trick.name
        );
    }
}

#[test]
fn the_diff_and_the_name_of_a_file_show_each_trick_for_what_it_is() {
    let tricks = corpus();
    // A patch has lines, so those that hold a line end of its own are left to the other tests.
    let usable = tricks
        .iter()
        .filter(|trick| !trick.text.contains(['\r', '\u{b}', '\u{c}']));
    let lines = usable
        .clone()
        .map(|trick| format!("+<{}>\n", trick.text))
        .collect::<String>();
    let test = Test::rounds(vec![vec![patch(&format!(
        "*** Begin Patch\n*** Add File: ma\u{202e}de\n{lines}*** End Patch"
    ))]]);
    let mut terminal = test.at_terminal(100, 80, &["run", "--approval", "on-request", "x"]);
    terminal.wait_for("Your answer");
    terminal.press("n\r\r");
    let (screen, exit) = terminal.wait();
    assert_eq!(exit, Some(0), "{screen}");
    let plain = without_own_sequences(&screen);
    assert_no_trick(&plain);
    let plain = unwrapped(&plain);
    assert!(plain.contains("ma<U+202E>de"), "{plain}");
    for trick in usable {
        assert!(
            plain.contains(&format!("+<{}>", trick.seen)),
            "{}: {plain}",
            trick.name
        );
    }
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

#[test]
fn of_two_hundred_requests_none_is_lost_or_answered_twice_whoever_is_killed() {
    const RUNS: usize = 10;
    const EACH: usize = 20;
    let mut rounds = vec![
        (0..EACH)
            .map(|number| Step::escalated(&format!("echo x >> {number}"), ""))
            .collect::<Vec<_>>(),
    ];
    rounds.extend((1..EACH).map(|_| Vec::new()));
    rounds.push(vec![Step::text("finished")]);
    let test = Test::responding(by_outputs(rounds), "");
    let mut runs = Vec::new();
    for run in 0..RUNS {
        let directory = format!("run{run}");
        std::fs::create_dir(test.work().join(&directory)).unwrap();
        runs.push(waiting_in(&test, &["--cd", &directory]));
    }
    let ids = waiting_ids(&test, RUNS * EACH);
    let mut dice = Dice(7);
    // Three runs die at once, and with them whatever they asked.
    let killed = [2, 5, 8];
    // Approvers answer at random, four at a time; every third is killed at some point of its work.
    let mut order = ids.clone();
    for index in (1..order.len()).rev() {
        order.swap(index, usize::try_from(dice.below(index as u64 + 1)).unwrap());
    }
    for (turn, four) in order.chunks(4).enumerate() {
        if turn == 10 {
            for run in killed {
                runs[run].signal(rustix::process::Signal::KILL);
            }
        }
        let approvers = four
            .iter()
            .map(|id| test.spawn(&["approve", "accept", id]))
            .collect::<Vec<_>>();
        for approver in approvers {
            if dice.below(3) == 0 {
                std::thread::sleep(std::time::Duration::from_micros(dice.below(20_000)));
                // Dropped, it is killed.
                drop(approver);
            } else {
                let outcome = approver.wait();
                assert!(matches!(outcome.code, Some(0 | 5)), "{outcome:?}");
            }
        }
    }
    // What the killed ones did not answer still waits, and nothing else does.
    let deadline = Instant::now() + PATIENCE;
    loop {
        let listed = test.run(&["approve", "list", "--json"]).json();
        let left = listed["approvals"].as_array().unwrap().clone();
        if left.is_empty() {
            break;
        }
        assert!(Instant::now() < deadline, "stuck: {listed}");
        for approval in left {
            approve(&test, "accept", approval["id"].as_str().unwrap(), &[]);
        }
    }
    for (number, run) in runs.into_iter().enumerate() {
        let outcome = run.wait();
        if killed.contains(&number) {
            continue;
        }
        outcome.exits(0);
        for request in 0..EACH {
            let made = std::fs::read_to_string(test.work().join(format!("run{number}/{request}")));
            assert_eq!(made.unwrap_or_default(), "x\n", "run {number}, request {request}");
        }
    }
    test.nothing_is_left();
}

#[test]
fn a_sub_agents_request_reaches_a_person_like_any_other() {
    let test = Test::fault("request:item/commandExecution/requestApproval+subagent");
    let run = test.spawn(&["run", "--on-approval", "wait", "--format", "json", "x"]);
    let id = waiting_ids(&test, 1).remove(0);
    let shown = test.run(&["approve", "show", &id]).stdout;
    assert!(shown.contains("a sub-agent of the session"), "{shown}");
    approve(&test, "accept", &id, &[]).exits(0);
    let outcome = run.wait();
    outcome.exits(0);
    let report = outcome.json();
    assert_eq!(report["approvals"][0]["decision"], "accept", "{report}");
    assert!(
        test.fault_log().contains(r#""decision":"accept""#),
        "{}",
        test.fault_log()
    );
}
