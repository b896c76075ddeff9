//! Hooks against the real server: what they see, what they change and block, and that none is a yes by accident.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Instant;

use serde_json::{Value, json};
use turnwise::demo::Step;

use crate::approvals::{ASKING, Kind, by_outputs};
use crate::support::{Outcome, Test, codex, left_out};

const RESULT: &str = "turnwise.hook-result/1";

/// Writes the user's configuration.
fn configure(test: &Test, toml: &str) {
    let path = test.root().join("turnwise/config/config.toml");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, toml).unwrap();
}

/// A program that a hook can be.
fn program(test: &Test, name: &str, text: &str) -> PathBuf {
    let path = test.root().join("turnwise/config").join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// A hook that keeps each document that it reads, a line each.
fn keeping(test: &Test, name: &str, on: &[&str], then: &str) -> String {
    let file = test.root().join(format!("{name}.jsonl"));
    let script = format!("cat >> '{}'\n{then}\n", file.display());
    let path = program(test, name, &format!("#!/bin/sh\n{script}"));
    format!(
        "[[hook]]\nname = {name:?}\non = {on:?}\ncommand = [{:?}]\ntimeout = \"30s\"\n",
        path.to_str().unwrap()
    )
}

fn kept(test: &Test, name: &str) -> Vec<Value> {
    let text = fs::read_to_string(test.root().join(format!("{name}.jsonl"))).unwrap_or_default();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn result(action: &str) -> Value {
    json!({ "schema": RESULT, "action": action })
}

/// An `echo` of a result.
fn answering(result: &Value) -> String {
    format!("echo '{result}'")
}

/// A model that wants to write a file outside of the sandbox.
fn asking() -> Test {
    let rounds = vec![
        vec![Step::escalated("touch made && echo secret", "please")],
        vec![Step::text("done")],
    ];
    Test::responding(by_outputs(rounds), "")
}

fn run_asking(test: &Test, more: &[&str]) -> Outcome {
    let mut arguments = ASKING.to_vec();
    arguments.extend(more);
    arguments.push("do it");
    test.run(&arguments)
}

fn is_made(test: &Test) -> bool {
    test.work().join("made").exists()
}

const EVERY: [&str; 8] = [
    "pre-run",
    "post-run",
    "pre-session-start",
    "post-session-start",
    "pre-turn",
    "post-turn",
    "pre-tool-use",
    "post-tool-use",
];

#[test]
fn every_phase_is_called_once_in_its_order_with_its_context() {
    let test = asking();
    configure(&test, &keeping(&test, "all", &EVERY, ""));
    let outcome = run_asking(&test, &["--on-approval", "decline"]);
    outcome.exits(0);
    let calls = kept(&test, "all");
    let mut phases = calls
        .iter()
        .map(|call| call["phase"].as_str().unwrap())
        .collect::<Vec<_>>();
    // The end of a session's start is told beside what follows.
    let started = phases
        .iter()
        .position(|phase| *phase == "post-session-start")
        .unwrap();
    phases.remove(started);
    assert_eq!(
        phases,
        [
            "pre-run",
            "pre-session-start",
            "pre-turn",
            "pre-tool-use",
            "post-tool-use",
            "post-turn",
            "post-run"
        ],
        "{calls:#?}"
    );
    let of = |phase: &str| calls.iter().find(|call| call["phase"] == phase).unwrap();
    let run = of("pre-run")["correlation_id"].as_str().unwrap();
    for call in &calls {
        assert_eq!(call["schema"], "turnwise.hook/1");
        assert_eq!(call["hook"], "all");
        assert_eq!(call["correlation_id"], run);
        let cwd = test.work().canonicalize().unwrap();
        assert_eq!(call["cwd"], cwd.to_str().unwrap());
    }
    assert_eq!(of("pre-run")["prompt"], "do it");
    assert_eq!(of("pre-turn")["prompt"], "do it");
    assert!(of("pre-turn")["session_id"].is_string());
    let asked = &of("pre-tool-use")["tool_use"];
    assert_eq!(asked["tool"], "command");
    assert_eq!(asked["command"], "touch made && echo secret");
    assert_eq!(asked["reason"], "please");
    assert_eq!(of("post-tool-use")["tool_use"]["outcome"]["status"], "declined");
    assert_eq!(of("post-turn")["report"]["text"], "done");
    assert_eq!(of("post-run")["report"]["exit_code"], 0);
    assert!(!is_made(&test));
    test.nothing_is_left();
}

#[test]
fn a_hook_changes_the_prompt_the_effort_and_the_attachments_and_leaves_metadata() {
    let test = Test::answering("fine");
    fs::write(test.work().join("notes.txt"), "n").unwrap();
    let patch = json!({
        "schema": RESULT, "action": "mutate",
        "patch": { "prompt": "the other prompt", "effort": "high", "attachments": ["notes.txt"], "metadata": { "ticket": "A-1" } },
    });
    let config = keeping(&test, "change", &["pre-turn"], &answering(&patch))
        + &keeping(&test, "after", &["pre-turn", "post-turn"], "");
    configure(&test, &config);
    test.run(&["run", "the prompt"]).exits(0);
    let request = &test.requests()[0];
    let prompt = request.prompt();
    assert!(
        prompt.starts_with("the other prompt") && prompt.contains("notes.txt"),
        "{prompt}"
    );
    assert_eq!(request.body["reasoning"]["effort"], "high");
    let after = kept(&test, "after");
    assert_eq!(after[0]["prompt"], "the other prompt");
    assert_eq!(after[0]["metadata"]["ticket"], "A-1");
    assert_eq!(after[1]["metadata"]["ticket"], "A-1");
}

#[test]
fn a_block_before_a_run_a_session_or_a_turn_costs_nothing_and_says_who_and_why() {
    for phase in ["pre-run", "pre-session-start", "pre-turn"] {
        let test = Test::answering("unused");
        configure(
            &test,
            &keeping(&test, "guard", &[phase], "echo 'frozen until Monday' >&2; exit 2"),
        );
        let outcome = test.run(&["run", "--format", "json", "x"]);
        let report = outcome.exits(1).json();
        let message = report["error"]["message"].as_str().unwrap();
        assert!(
            message.contains("hook guard") && message.contains("frozen until Monday"),
            "{message}"
        );
        assert_eq!(report["error"]["kind"], "blocked");
        assert!(test.requests().is_empty(), "{phase}");
        // Somebody who wants none has none.
        test.run(&["run", "--no-hooks", "x"]).exits(0);
        test.nothing_is_left();
    }
}

#[test]
fn a_denial_of_a_hook_declines_the_request_and_the_agent_is_told_why() {
    let test = asking();
    let denial = json!({ "schema": RESULT, "action": "deny", "reason": "no secrets today" });
    configure(
        &test,
        &keeping(&test, "scan", &["pre-tool-use"], &answering(&denial)),
    );
    let outcome = run_asking(&test, &["--format", "json"]);
    let report = outcome.exits(0).json();
    assert_eq!(report["approvals"][0]["decision"], "decline");
    assert_eq!(report["approvals"][0]["by"], "hook scan");
    assert!(!is_made(&test));
    let told = test.requests().last().unwrap().body.to_string();
    assert!(told.contains("no secrets today"), "{told}");
    // It is in the log of approvals, too.
    let log = test.run(&["approve", "log", "--json"]).exits(0).json();
    assert_eq!(log["approvals"][0]["answer"]["by"], "hook scan", "{log}");
}

#[test]
fn only_a_hook_that_may_allow_allows() {
    for may_allow in [false, true] {
        let test = asking();
        let mut config = keeping(&test, "yes", &["pre-tool-use"], &answering(&result("allow")));
        if may_allow {
            config.push_str("may_allow = true\n");
        }
        configure(&test, &config);
        let report = run_asking(&test, &["--format", "json"]).exits(0).json();
        let decision = if may_allow { "accept" } else { "decline" };
        assert_eq!(report["approvals"][0]["decision"], decision, "{report:#}");
        assert_eq!(is_made(&test), may_allow);
    }
}

#[test]
fn the_policy_denies_before_a_hook_and_asks_in_spite_of_one_and_a_hook_asks_in_spite_of_the_policy() {
    let policy = |decision: &str| {
        format!(
            "version = 1\n[[rule]]\ndecision = {decision:?}\ncommand = [\"touch\"]\n\
             [[rule]]\ndecision = {decision:?}\ncommand = [\"echo\"]\n"
        )
    };
    // What the policy says, what the hook says, and what becomes of it without anybody to ask.
    for (rule, opinion, code, by) in [
        ("deny", "allow", 0, "policy "),
        ("ask", "allow", 5, "flag"),
        ("allow", "ask", 5, "flag"),
        ("allow", "noop", 0, "policy "),
        ("allow", "deny", 0, "hook judge"),
    ] {
        let test = asking();
        let config =
            keeping(&test, "judge", &["pre-tool-use"], &answering(&result(opinion))) + "may_allow = true\n";
        configure(&test, &config);
        fs::write(test.work().join("policy.toml"), policy(rule)).unwrap();
        let outcome = run_asking(&test, &["--policy", "policy.toml", "--format", "json"]);
        let report = outcome.exits(code).json();
        let decided = report["approvals"][0]["by"].as_str().unwrap();
        assert!(decided.starts_with(by), "{rule}, {opinion}: {decided}");
        assert_eq!(
            is_made(&test),
            rule == "allow" && opinion == "noop",
            "{rule}, {opinion}"
        );
    }
}

#[test]
fn whatever_is_wrong_with_a_hook_it_is_never_a_yes() {
    let allow = answering(&result("allow"));
    for script in [
        "exit 1".to_owned(),
        format!("{allow}; exit 1"),
        format!("{allow}; {allow}"),
        "echo yes".to_owned(),
        "head -c 3000000 /dev/zero; exit 0".to_owned(),
        format!("{allow} | tr a-z A-Z"),
        "kill -9 $$".to_owned(),
    ] {
        let test = asking();
        let config = keeping(&test, "broken", &["pre-tool-use"], &script) + "may_allow = true\n";
        configure(&test, &config);
        let report = run_asking(&test, &["--format", "json"]).exits(0).json();
        assert_eq!(
            report["approvals"][0]["decision"], "decline",
            "{script}: {report:#}"
        );
        assert!(!is_made(&test), "{script}");
        test.nothing_is_left();
    }
    // One that hangs, with what it started, is killed after its time.
    let test = asking();
    let config = keeping(&test, "hangs", &["pre-tool-use"], "sleep 1000 & sleep 1000").replace("30s", "1s");
    configure(&test, &config);
    let report = run_asking(&test, &["--format", "json"]).exits(0).json();
    assert_eq!(report["approvals"][0]["decision"], "decline");
    test.nothing_is_left();
    // One that is missing.
    let test = asking();
    configure(
        &test,
        "[[hook]]\nname = \"gone\"\non = [\"pre-tool-use\"]\ncommand = [\"/nowhere/at-all\"]\n",
    );
    run_asking(&test, &[]).exits(0);
    assert!(!is_made(&test));
}

#[test]
fn an_error_that_is_to_be_ignored_is_shown_and_changes_nothing() {
    let test = Test::answering("fine");
    let config = keeping(&test, "flaky", &["pre-turn"], "exit 3") + "on_error = \"ignore\"\n";
    configure(&test, &config);
    let outcome = test.run(&["run", "x"]);
    assert_eq!(outcome.exits(0).stdout, "fine\n");
    assert!(
        outcome.stderr.contains("hook flaky (pre-turn)") && outcome.stderr.contains("exit status: 3"),
        "{outcome:?}"
    );
}

#[test]
fn the_stderr_of_a_hook_is_shown_with_its_name_also_after_the_turn() {
    let test = Test::answering("fine");
    let config = keeping(&test, "before", &["pre-turn"], "echo looking >&2")
        + &keeping(&test, "late", &["post-run"], "echo reported >&2");
    configure(&test, &config);
    let outcome = test.run(&["run", "x"]);
    for line in [
        "hook before (pre-turn): looking",
        "hook late (post-run): reported",
    ] {
        assert!(outcome.exits(0).stderr.contains(line), "{outcome:?}");
    }
    assert_eq!(outcome.stdout, "fine\n");
}

#[test]
fn every_kind_of_request_reaches_a_hook_before_anybody_is_asked() {
    for kind in [
        Kind::Command,
        Kind::FileChange,
        Kind::Permission,
        Kind::Question,
        Kind::Form,
        Kind::McpTool,
    ] {
        if codex::is_oldest() && kind != Kind::Command && kind != Kind::FileChange {
            continue;
        }
        let test = kind.test(1);
        configure(
            &test,
            &keeping(&test, "sees", &["pre-tool-use"], &answering(&result("deny"))),
        );
        let outcome = test.run(&[&ASKING[..], &["x"]].concat());
        let seen = kept(&test, "sees");
        let tool = match kind {
            Kind::Command => "command",
            Kind::FileChange => "file_change",
            Kind::Permission => "permissions",
            Kind::Question | Kind::Form => "question",
            Kind::McpTool => "mcp",
        };
        assert_eq!(seen.len(), 1, "{kind:?}: {outcome:#?}");
        assert_eq!(seen[0]["tool_use"]["tool"], tool);
        assert!(seen[0]["tool_use"]["params"].is_object());
    }
}

#[test]
fn a_matcher_limits_a_hook_to_the_commands_of_a_line_that_it_names() {
    for (pattern, called) in [
        ("[\"echo\"]", true),
        ("[\"touch\", \"made\"]", true),
        ("[\"rm\"]", false),
    ] {
        let test = asking();
        let config = keeping(&test, "matched", &["pre-tool-use"], "")
            + &format!("match = {{ command = {pattern} }}\n");
        configure(&test, &config);
        run_asking(&test, &["--on-approval", "decline"]).exits(0);
        assert_eq!(kept(&test, "matched").len(), usize::from(called), "{pattern}");
    }
    let test = asking();
    let config = keeping(&test, "never", &["pre-turn"], "") + "match = { command = [\"rm\"] }\n";
    configure(&test, &config);
    let outcome = run_asking(&test, &[]);
    assert!(
        outcome.exits(2).stderr.contains("would never match in pre-turn"),
        "{outcome:?}"
    );
}

#[test]
fn a_hook_before_tools_that_would_see_none_is_an_error() {
    let test = Test::answering("unused");
    configure(&test, &keeping(&test, "scan", &["pre-tool-use"], ""));
    let outcome = test.run(&["run", "x"]);
    let stderr = &outcome.exits(2).stderr;
    assert!(
        stderr.contains("hook scan") && stderr.contains("--approval on-request"),
        "{stderr}"
    );
    assert!(test.requests().is_empty());
}

#[test]
fn a_wrong_hook_names_the_file_and_the_line() {
    let test = Test::answering("unused");
    configure(
        &test,
        "model = \"gpt-5.5\"\n\n[[hook]]\nname = \"a\"\non = [\"pre-tern\"]\ncommand = [\"true\"]\n",
    );
    let outcome = test.run(&["run", "x"]);
    let stderr = &outcome.exits(2).stderr;
    assert!(
        stderr.contains("config.toml:3: `hook a`: unknown phase `pre-tern`"),
        "{stderr}"
    );
    configure(
        &test,
        &"[[hook]]\nname = \"a\"\non = [\"pre-turn\"]\ncommand = [\"true\"]\n".repeat(2),
    );
    let outcome = test.run(&["run", "x"]);
    assert!(
        outcome.exits(2).stderr.contains("another hook has the same name"),
        "{outcome:?}"
    );
}

#[test]
fn the_hooks_of_a_project_wait_for_trust_and_can_only_tighten() {
    let test = asking();
    let project = test.work().join(".turnwise");
    fs::create_dir_all(&project).unwrap();
    let hooks = |script: &str| {
        let path = project.join("check.sh");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(
            project.join("hooks.toml"),
            "version = 1\n[[hook]]\nname = \"check\"\non = [\"pre-tool-use\", \"pre-turn\"]\ncommand = [\"./check.sh\"]\n",
        )
        .unwrap();
    };
    let called = test.root().join("called");
    hooks(&format!("touch '{}'", called.display()));
    let outcome = run_asking(&test, &["--on-approval", "decline"]);
    assert!(
        outcome.exits(0).stderr.contains("turnwise hooks trust"),
        "{outcome:?}"
    );
    assert!(!called.exists());
    test.run(&["hooks", "trust"]).exits(0);
    run_asking(&test, &["--on-approval", "decline"]).exits(0);
    assert!(called.exists());
    // A program that changed is not trusted, although the file names the same.
    let again = test.root().join("again");
    hooks(&format!("touch '{}'", again.display()));
    let outcome = run_asking(&test, &["--on-approval", "decline"]);
    assert!(outcome.exits(0).stderr.contains("not trusted"), "{outcome:?}");
    assert!(!again.exists());
    // It can neither change nor allow.
    let patch = json!({ "schema": RESULT, "action": "mutate", "patch": { "prompt": "mine" } });
    hooks(&format!(
        "case \"$TURNWISE_HOOK_PHASE\" in pre-turn) {} ;; esac",
        answering(&patch)
    ));
    test.run(&["hooks", "trust"]).exits(0);
    let outcome = run_asking(&test, &[]);
    assert!(outcome.exits(1).stderr.contains("hook check"), "{outcome:?}");
    test.run(&["hooks", "trust", "--revoke"]).exits(0);
    run_asking(&test, &["--on-approval", "decline"]).exits(0);
}

#[test]
fn hooks_are_listed_tried_and_described() {
    let test = Test::answering("unused");
    let denial = json!({ "schema": RESULT, "action": "deny", "reason": "no" });
    let config = keeping(&test, "scan", &["pre-tool-use"], &answering(&denial))
        + &keeping(&test, "note", &["post-turn"], "");
    configure(&test, &config);
    let listed = test.run(&["hooks", "list", "--json"]).exits(0).json();
    assert_eq!(listed["schema"], "turnwise.hooks/1");
    assert_eq!(listed["hooks"][0]["name"], "scan");
    assert_eq!(listed["hooks"][1]["on"], json!(["post-turn"]));
    let table = test.run(&["hooks", "list"]);
    assert!(table.exits(0).stdout.contains("scan  pre-tool-use"), "{table:?}");
    let tried = test.run(&["hooks", "test", "scan"]);
    assert_eq!(tried.exits(5).stdout, "deny: no\n");
    assert_eq!(
        test.run(&["hooks", "test", "note"]).exits(0).stdout,
        "no change\n"
    );
    let sample = &kept(&test, "scan")[0];
    assert_eq!(sample["tool_use"]["command"], "git status");
    assert!(
        test.run(&["hooks", "test", "other"])
            .exits(2)
            .stderr
            .contains("scan, note")
    );
    // The documents are as the schema says.
    let schema = test.run(&["hooks", "schema"]).exits(0).json();
    let schema = jsonschema::validator_for(&schema).unwrap();
    for document in [sample, &kept(&test, "note")[0], &denial, &result("noop")] {
        assert!(schema.is_valid(document), "{document:#}");
    }
    assert!(!schema.is_valid(&json!({ "schema": RESULT, "action": "approve" })));
}

#[test]
fn a_slow_hook_after_a_tool_delays_no_delta() {
    let test = Test::rounds(vec![
        vec![Step::command("true")],
        vec![Step::text("the whole answer")],
    ]);
    let go_on = test.root().join("go-on");
    let script = format!("while [ ! -e '{}' ]; do sleep 0.05; done", go_on.display());
    configure(&test, &keeping(&test, "slow", &["post-tool-use"], &script));
    let run = test.spawn(&["run", "--stream", "x"]);
    // It is still held up, and the answer is here.
    run.wait_for_stdout("the whole answer");
    fs::write(&go_on, "").unwrap();
    run.wait().exits(0);
    assert_eq!(kept(&test, "slow").len(), 1);
}

#[test]
fn a_hook_in_sh_counts_in_the_time_limit_of_the_turn() {
    let test = Test::answering("unused");
    configure(&test, &keeping(&test, "slow", &["pre-turn"], "sleep 60"));
    let began = Instant::now();
    test.run(&["run", "--timeout", "2s", "x"]).exits(124);
    assert!(began.elapsed().as_secs() < 30);
    test.nothing_is_left();
}

/// The first code block of a language in the documentation after a sentence.
fn recipe(after: &str, language: &str) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/hooks.md");
    let text = fs::read_to_string(path).unwrap();
    let (_, rest) = text.split_once(after).unwrap();
    let (_, block) = rest.split_once(&format!("```{language}\n")).unwrap();
    block.split_once("```").unwrap().0.to_owned()
}

/// Whether a program is here; says so if not.
fn is_installed(program: &str) -> bool {
    let found =
        std::env::split_paths(&std::env::var_os("PATH").unwrap()).any(|path| path.join(program).exists());
    if !found {
        left_out(&format!("{program} is not installed"));
    }
    found
}

#[test]
fn the_recipe_for_a_ticket_adds_it_to_the_prompt() {
    if !is_installed("jq") {
        return;
    }
    let mut test = Test::answering("fine");
    test.set("TICKET", "ABC-7");
    let path = program(&test, "ticket.sh", &recipe("A ticket number", "sh"));
    configure(
        &test,
        &format!(
            "[[hook]]\nname = \"ticket\"\non = [\"pre-turn\"]\ncommand = [{path:?}]\nenv = [\"TICKET\"]\n"
        ),
    );
    test.run(&["run", "fix it"]).exits(0);
    assert_eq!(test.requests()[0].prompt(), "fix it\n\nTicket: ABC-7");
}

#[test]
fn the_recipe_for_a_scanner_denies_commands_with_secrets_and_no_others() {
    if !is_installed("python3") {
        return;
    }
    for (command, made) in [("touch made", true), ("touch made # AKIAABCDEFGHIJKLMNOP", false)] {
        let rounds = vec![vec![Step::escalated(command, "please")], vec![Step::text("done")]];
        let test = Test::responding(by_outputs(rounds), "");
        let path = program(&test, "scan.py", &recipe("A scanner", "python"));
        configure(
            &test,
            &format!("[[hook]]\nname = \"scan\"\non = [\"pre-tool-use\"]\ncommand = [{path:?}]\n"),
        );
        fs::write(
            test.work().join("policy.toml"),
            "version = 1\n[[rule]]\ndecision = \"allow\"\ncommand = [\"touch\"]\n",
        )
        .unwrap();
        run_asking(&test, &["--policy", "policy.toml"]).exits(0);
        assert_eq!(is_made(&test), made, "{command}");
    }
}

#[test]
fn the_recipes_after_tools_are_valid_and_the_audit_has_a_line_for_each_tool() {
    let test = Test::rounds(vec![vec![Step::command("true")], vec![Step::text("done")]]);
    let hooks = format!("version = 1\n{}", recipe("A formatter", "toml"));
    fs::write(test.work().join("hooks.toml"), hooks).unwrap();
    test.run(&["run", "--hook", "hooks.toml", "x"]).exits(0);
    let audit = fs::read_to_string(test.root().join("audit.jsonl")).unwrap();
    let line: Value = serde_json::from_str(audit.trim_end()).unwrap();
    assert_eq!(line["tool_use"]["command"], "true");
}
