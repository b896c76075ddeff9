//! How runs end: every exit code, caps, signals at every point, and nothing left running after any of them.

use std::fs::File;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Pid, Signal};
use serde_json::{Value, json};
use turnwise::demo::{Gate, Step};

use crate::support::{Outcome, Running, Test, codex, left_out, wait_until};

fn http(status: u16, code: &str) -> Vec<Vec<Step>> {
    vec![vec![Step::Http(
        status,
        json!({ "error": { "message": "the provider says no", "code": code, "type": code } }),
    )]]
}

fn run(test: &Test, arguments: &[&str]) -> Outcome {
    let outcome = test.run(&[&["run", "--format", "json"], arguments, &["x"]].concat());
    test.nothing_is_left();
    outcome
}

#[test]
fn a_failure_of_the_model_exits_1_with_its_words() {
    let report = run(&Test::rounds(http(500, "server_error")), &[]).exits(1).json();
    assert_eq!(
        (&report["status"], &report["error"]["kind"]),
        (&json!("failed"), &json!("failed"))
    );
    let test = Test::rounds(vec![vec![Step::text("half"), Step::Break]]);
    let report = run(&test, &[]).exits(1).json();
    assert!(
        report["error"]["message"].as_str().unwrap().contains("stream"),
        "{report:#}"
    );
    let test = Test::rounds(vec![vec![Step::Failed(
        "context_length_exceeded".into(),
        "too long".into(),
    )]]);
    run(&test, &[]).exits(1);
}

#[test]
fn refused_credentials_exit_4() {
    for status in [401, 403] {
        let outcome = run(&Test::rounds(http(status, "invalid_api_key")), &[]);
        assert_eq!(outcome.exits(4).json()["error"]["kind"], "unauthorized");
        assert!(outcome.stderr.contains("hint: "), "{outcome:?}");
    }
}

#[test]
fn no_account_exits_4_before_a_turn_is_spent() {
    let test = Test::answering("x");
    // Codex's own provider, in a home where nobody is logged in.
    std::fs::write(test.codex_home().join("config.toml"), "").unwrap();
    let outcome = run(&test, &[]);
    assert_eq!(outcome.exits(4).json()["turn_id"], Value::Null);
    assert!(
        outcome.stderr.contains("turnwise login --key-stdin"),
        "{outcome:?}"
    );
}

#[test]
fn what_is_temporary_exits_75() {
    for (status, code) in [
        (429, "rate_limit_exceeded"),
        (503, "server_is_overloaded"),
        (429, "insufficient_quota"),
    ] {
        let outcome = run(&Test::rounds(http(status, code)), &[]);
        assert_eq!(
            outcome.exits(75).json()["error"]["kind"],
            "unavailable",
            "{status} {code}"
        );
    }
}

#[test]
fn a_usage_limit_says_when_it_resets() {
    let resets_at = jiff::Timestamp::now().as_second() + 7_200;
    let body = json!({ "error": {
        "type": "usage_limit_reached", "message": "limit", "plan_type": "plus", "resets_at": resets_at,
    } });
    let outcome = run(&Test::rounds(vec![vec![Step::Http(429, body)]]), &[]);
    let error = outcome.exits(75).json()["error"].clone();
    // Codex says it by the minute.
    let told = error["resets_at"]
        .as_str()
        .unwrap()
        .parse::<jiff::Timestamp>()
        .unwrap()
        .as_second();
    assert!((0..60).contains(&(resets_at - told)), "{error:#} {resets_at}");
    let hint = error["hint"].as_str().unwrap();
    assert!(
        hint.starts_with("the limit resets at ") && hint.contains("; try again in "),
        "{hint}"
    );
    assert!(outcome.stderr.contains(hint), "{outcome:?}");

    // Where the error does not say it, the account does.
    let outcome = run(&Test::fault("turn-fails:usageLimitExceeded"), &[]);
    assert_eq!(
        outcome.exits(75).json()["error"]["resets_at"],
        "2100-01-01T00:00:00Z"
    );
}

#[test]
fn a_model_that_does_not_exist_is_answered_with_those_that_do() {
    let outcome = run(&Test::fault("turn-fails:modelNotFound"), &[]);
    let hint = "choose another model with --model: gpt-large, gpt-small";
    assert_eq!(outcome.exits(1).json()["error"]["hint"], hint);
    assert!(outcome.stderr.contains(hint), "{outcome:?}");
}

#[test]
fn a_missing_or_unusable_codex_exits_3() {
    let mut test = Test::answering("x").with_own_server("no codex is looked for to connect");
    test.set("TURNWISE_CODEX", "/nowhere/codex");
    let outcome = test.run(&["run", "x"]);
    assert!(outcome.exits(3).stderr.contains("/nowhere/codex"), "{outcome:?}");
    test.set("TURNWISE_CODEX", "/bin/true");
    test.run(&["run", "x"]).exits(3);
    test.set("TURNWISE_CODEX", "/bin/cat");
    test.run(&["run", "--timeout", "2s", "x"]).exits(3);
    test.nothing_is_left();
}

#[test]
fn a_directory_that_codex_cannot_use_is_named_with_what_to_do() {
    let mut test = Test::answering("x").with_own_server("it is about the start of one");
    test.set("CODEX_HOME", "/nowhere/codex");
    let outcome = test.run(&["run", "x"]);
    assert!(outcome.exits(3).stderr.contains("/nowhere/codex"), "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("hint: Codex's directory must exist and be writable"),
        "{outcome:?}"
    );
    let outcome = test.run(&["doctor"]);
    assert!(
        outcome.exits(3).stdout.contains("→ Codex's directory must exist"),
        "{outcome:?}"
    );
    // Doctor does not send anybody to doctor.
    let outcome = Test::fault("exit-at-start").run(&["doctor"]);
    assert!(
        outcome.exits(3).stdout.contains("`turnwise doctor -vv`"),
        "{outcome:?}"
    );
}

#[test]
fn a_current_directory_that_was_removed_is_said_by_run_and_doctor() {
    let test = Test::answering("x");
    for arguments in [&["run", "x"][..], &["doctor"]] {
        let gone = test.root().join("gone");
        std::fs::create_dir(&gone).unwrap();
        let command = test.command(arguments);
        let mut shell = test.other("/bin/sh");
        shell.envs(
            command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        shell
            .args(["-c", "cd \"$0\" && rmdir \"$0\" && exec \"$@\""])
            .arg(&gone);
        shell.arg(command.get_program()).args(arguments);
        let outcome = Running::start(shell).wait();
        assert_eq!(
            outcome.exits(2).stderr,
            "error: the current directory does not exist any more\n  hint: change to another directory, or name one with --cd\n"
        );
    }
}

#[test]
fn a_request_that_cannot_wait_in_the_ledger_says_why() {
    let test = Test::fault("request:item/commandExecution/requestApproval");
    let state = test.root().join("turnwise/state");
    std::fs::create_dir_all(&state).unwrap();
    std::fs::write(state.join("ledger"), "in the way").unwrap();
    let arguments = ["run", "--approval", "on-request", "--on-approval", "wait", "x"];
    let outcome = test.run(&arguments);
    let stderr = &outcome.exits(5).stderr;
    assert!(stderr.contains("requests cannot be queued"), "{stderr}");
    assert!(
        stderr.contains("error: the agent asked for an approval and nobody was available to answer\n"),
        "{stderr}"
    );
}

/// An executable file.
fn program(test: &Test, name: &str, text: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    let path = test.work().join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

#[test]
fn a_program_that_is_not_codex_is_called_that_by_every_command() {
    let test = Test::answering("x").with_own_server("no codex is looked for to connect");
    for (name, text, reason) in [
        (
            "other",
            "#!/bin/sh\necho other 1.2.3\n",
            "it is not Codex; its --version prints \"other 1.2.3\"",
        ),
        ("text", "no program\n", "it is not a program of this system"),
        (
            "broken",
            "#!/bin/sh\necho 'node: not found' >&2; exit 127\n",
            "it does not report a version: node: not found",
        ),
        // It never answers, and turnwise does not wait for the end of its patience with slow servers.
        (
            "silent",
            "#!/bin/sh\n[ \"$1\" = --version ] || exec sleep 600\n",
            "it is not Codex; it does not report a version",
        ),
    ] {
        let path = program(&test, name, text);
        let expected = format!("cannot use {path} as codex: {reason}\n");
        let outcome = test.run(&["run", "--codex", &path, "--format", "json", "x"]);
        assert_eq!(
            outcome.exits(3).json()["error"]["kind"],
            "codex_unusable",
            "{name}"
        );
        assert!(
            outcome.stderr.starts_with(&format!("error: {expected}")),
            "{outcome:?}"
        );
        assert!(
            outcome
                .stderr
                .contains("hint: set --codex to the native codex binary"),
            "{outcome:?}"
        );
        let outcome = test.run(&["doctor", "--codex", &path]);
        assert!(outcome.exits(3).stdout.contains(&expected), "{outcome:?}");
        assert_eq!(outcome.stdout.matches('✗').count(), 1, "{outcome:?}");
    }
    test.nothing_is_left();
}

#[test]
fn a_codex_without_an_app_server_is_called_too_old() {
    let test = Test::answering("x").with_own_server("no codex is looked for to connect");
    let text = "#!/bin/sh\n[ \"$1\" = --version ] && exec echo codex-cli 0.20.0\necho 'unrecognized subcommand' >&2; exit 2\n";
    let path = program(&test, "codex", text);
    let expected = format!("codex 0.20.0 at {path} is too old; 0.104.0 or newer is required\n");
    let outcome = test.run(&["run", "--codex", &path, "x"]);
    assert_eq!(
        outcome.exits(3).stderr.lines().next().unwrap(),
        format!("error: {}", expected.trim())
    );
    assert!(outcome.stderr.contains("turnwise codex install"), "{outcome:?}");
    let outcome = test.run(&["doctor", "--codex", &path]);
    assert!(outcome.exits(3).stdout.contains(&expected), "{outcome:?}");
}

#[test]
fn an_approval_that_nobody_can_answer_exits_5_and_declining_goes_on() {
    let script = || {
        vec![
            vec![Step::escalated("touch made", "to make it")],
            vec![Step::text("went on")],
        ]
    };
    let arguments = ["--sandbox", "workspace-write", "--approval", "on-request"];
    let test = Test::rounds(script());
    let outcome = run(&test, &arguments);
    let report = outcome.exits(5).json();
    assert_eq!(
        (&report["status"], &report["error"]["kind"]),
        (&json!("interrupted"), &json!("approval_refused"))
    );
    assert_eq!(
        (
            &report["approvals"][0]["kind"],
            &report["approvals"][0]["decision"]
        ),
        (&json!("command"), &json!("cancel"))
    );
    assert_eq!(report["approvals"][0]["reason"], "to make it");
    assert!(!test.work().join("made").exists());
    let test = Test::rounds(script());
    let report = run(&test, &[&arguments[..], &["--on-approval", "decline"]].concat())
        .exits(0)
        .json();
    assert_eq!(
        (&report["text"], &report["approvals"][0]["decision"]),
        (&json!("went on"), &json!("decline"))
    );
    assert!(!test.work().join("made").exists());
}

#[test]
fn every_format_says_that_an_approval_was_refused() {
    for format in ["text", "markdown", "jsonl"] {
        let test = Test::rounds(vec![vec![Step::escalated("touch made", "because")]]);
        let outcome = test.run(&["run", "--approval", "on-request", "--format", format, "x"]);
        outcome.exits(5);
        assert!(
            outcome.stderr.contains("nobody was available to answer"),
            "{outcome:?}"
        );
    }
}

#[test]
fn the_timeout_holds_and_keeps_what_had_come() {
    let test = Test::rounds(vec![vec![Step::text("so far"), Step::Hang]]);
    let report = run(&test, &["--timeout", "3s"]).exits(124).json();
    assert_eq!(
        (&report["status"], &report["text"]),
        (&json!("timed_out"), &json!("so far"))
    );
    assert!(
        report["error"]["message"]
            .as_str()
            .unwrap()
            .contains("timeout of 3s"),
        "{report:#}"
    );
}

#[test]
fn a_command_that_runs_too_long_is_ended_with_the_turn() {
    let test = Test::rounds(vec![vec![Step::command("echo begun; sleep 600")]]);
    run(&test, &["--timeout", "4s"]).exits(124);
}

#[test]
fn the_idle_timeout_ends_a_turn_that_stalls() {
    let test = Test::rounds(vec![vec![Step::text("so far"), Step::Hang]]);
    let report = run(&test, &["--idle-timeout", "2s"]).exits(124).json();
    assert_eq!(report["error"]["kind"], "idle_timeout");
}

#[test]
fn the_token_cap_ends_the_turn_and_keeps_the_count() {
    let test = Test::rounds(vec![
        vec![Step::command("true"), Step::Usage(900, 200)],
        vec![Step::command("sleep 600"), Step::Usage(900, 200)],
    ]);
    let report = run(&test, &["--max-tokens", "1000"]).exits(1).json();
    assert_eq!(report["error"]["kind"], "max_tokens");
    assert!(
        report["usage"]["input_tokens"].as_u64().unwrap() >= 900,
        "{report:#}"
    );
    assert!(
        report["error"]["message"].as_str().unwrap().contains("1000"),
        "{report:#}"
    );
}

#[test]
fn an_unreachable_provider_ends_with_the_timeout_and_says_so() {
    let test = Test::answering("x");
    let config = test.codex_home().join("config.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let start = text.find("http://").unwrap();
    let end = start + text[start..].find('"').unwrap();
    // Nothing listens on the port of "discard".
    std::fs::write(
        &config,
        format!("{}http://127.0.0.1:9/v1{}", &text[..start], &text[end..]),
    )
    .unwrap();
    let outcome = test.run(&["run", "--timeout", "4s", "x"]);
    // Older servers give up by themselves.
    assert!(matches!(outcome.code, Some(124 | 1)), "{outcome:?}");
    if outcome.code == Some(124) {
        assert!(
            outcome.stderr.contains("trying to reach the model"),
            "{outcome:?}"
        );
        assert!(outcome.stderr.contains("base_url"), "{outcome:?}");
    }
    test.nothing_is_left();
}

#[test]
fn a_broken_configuration_of_codex_is_said_first_with_its_place_and_the_remedy() {
    let test = Test::answering("x");
    let config = test.codex_home().join("config.toml");
    std::fs::write(&config, "model = \"m\"\nsandbox_mode = \"none\"\n").unwrap();
    let file = config.display();
    let outcome = run(&test, &[]);
    assert_eq!(outcome.exits(2).json()["error"]["kind"], "codex_config");
    let expected = format!("error: Codex cannot load its configuration: {file}:2:");
    assert!(outcome.stderr.starts_with(&expected), "{outcome:?}");
    let hint = format!("hint: correct line 2 of {file}\n");
    assert!(outcome.stderr.ends_with(&hint), "{outcome:?}");
    // Nobody is logged in for the defaults either, which is not what has to be corrected.
    let checks = test.run(&["doctor", "--json"]).exits(2).json()["checks"].clone();
    let failed = checks
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["status"] == "failed");
    let failed = failed.collect::<Vec<_>>();
    assert_eq!(failed.len(), 1, "{checks:#}");
    assert_eq!(failed[0]["remedy"], format!("correct line 2 of {file}"));
}

#[test]
fn a_wrong_value_of_codex_config_is_a_usage_error() {
    let test = Test::answering("x");
    let outcome = run(&test, &["-c", "model_provider=nope"]);
    assert_eq!(outcome.exits(2).json()["error"]["kind"], "codex_config");
    assert!(
        outcome.stderr.contains("`nope`") && outcome.stderr.contains("--codex-config"),
        "{outcome:?}"
    );
}

/// What is in the middle of a command, and what is in the middle of a message.
fn middle(what: &str) -> Test {
    let gate = Gate::default();
    let script = match what {
        "command" => vec![vec![
            Step::text("first\n"),
            Step::command("sleep 600 & sleep 601"),
        ]],
        _ => vec![vec![Step::text("first\n"), Step::Gate(gate)]],
    };
    Test::rounds(script)
}

/// A run in the middle of it.
fn in_the_middle(test: &Test, what: &str) -> Running {
    let running = test.spawn(&["run", "--stream", "--timeout", "0", "x"]);
    running.wait_for_stdout("first");
    if what == "command" {
        test.wait_for_process("sleep 60");
    }
    running
}

#[test]
fn a_signal_ends_the_run_with_its_code_and_everything_that_was_started() {
    for what in ["message", "command"] {
        for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
            let test = middle(what);
            let running = in_the_middle(&test, what);
            running.signal(signal);
            let outcome = running.wait();
            outcome.exits(code);
            assert!(outcome.stdout.starts_with("first\n"), "{outcome:?}");
            test.nothing_is_left();
        }
    }
}

#[test]
fn a_kill_leaves_nothing_behind_either() {
    for what in ["message", "command"] {
        let test = middle(what).with_own_server("a turn elsewhere goes on when its client is killed");
        let running = in_the_middle(&test, what);
        running.signal(Signal::KILL);
        assert_eq!(running.wait().code, Some(-9));
        test.nothing_is_left();
    }
}

#[test]
fn without_a_sandbox_a_daemon_in_a_session_of_its_own_is_ended_too() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP, Signal::KILL] {
        let script = "setsid --fork sleep 612; sleep 613";
        let test = Test::rounds(vec![vec![Step::text("first\n"), Step::command(script)]])
            .with_own_server("what left a server elsewhere is not to be found from here");
        let free = ["--sandbox", "danger-full-access", "--privileged"];
        let running = test.spawn(&[&["run", "--timeout", "0"], &free[..], &["x"]].concat());
        let runs = |what: &str| {
            test.processes()
                .iter()
                .any(|line| line.ends_with(&format!("{what} ")))
        };
        wait_until("the two processes", || runs(" sleep 612") && runs(" sleep 613"));
        running.signal(signal);
        running.wait();
        test.nothing_is_left();
    }
}

/// The guards of the servers of this test.
fn guards(test: &Test) -> Vec<Pid> {
    let processes = test.processes().into_iter().filter_map(|line| {
        let process = line.strip_prefix("/proc/")?.split(' ').next()?.parse().ok()?;
        let name = std::fs::read_to_string(format!("/proc/{process}/comm")).ok()?;
        (name == "turnwise-guard\n").then(|| Pid::from_raw(process))?
    });
    processes.collect()
}

#[test]
fn a_guard_that_is_killed_ends_the_run_and_its_server() {
    let test = middle("command").with_own_server("servers elsewhere have no guard");
    let running = in_the_middle(&test, "command");
    // The two that outlive a server which cannot end them.
    let runs = |what: &str| test.processes().iter().any(|line| line.ends_with(what));
    wait_until("the two processes", || runs(" sleep 600 ") && runs(" sleep 601 "));
    let [guard] = guards(&test)[..] else {
        panic!("{:?}", test.processes())
    };
    rustix::process::kill_process(guard, Signal::KILL).unwrap();
    let outcome = running.wait();
    assert!(outcome.exits(3).stderr.contains("signal 9"), "{outcome:?}");
    test.nothing_is_left();
}

#[test]
fn a_guard_is_deaf_to_what_is_meant_for_the_run() {
    let gate = Gate::default();
    let steps = vec![
        Step::text("first\n"),
        Step::Gate(gate.clone()),
        Step::text("last"),
    ];
    let test = Test::rounds(vec![steps]).with_own_server("servers elsewhere have no guard");
    let running = test.spawn(&["run", "--stream", "x"]);
    running.wait_for_stdout("first");
    let [guard] = guards(&test)[..] else {
        panic!("{:?}", test.processes())
    };
    for signal in [Signal::TERM, Signal::INT, Signal::HUP, Signal::PIPE, Signal::USR1] {
        rustix::process::kill_process(guard, signal).unwrap();
    }
    gate.open();
    assert!(running.wait().exits(0).stdout.ends_with("last\n"));
    test.nothing_is_left();
}

#[test]
fn after_a_turn_that_ran_commands_nothing_runs_when_turnwise_returns() {
    let daemon = "setsid --fork sleep 614; sleep 615 & echo started";
    let test = Test::rounds(vec![vec![Step::command(daemon)], vec![Step::text("done")]])
        .with_own_server("what left a server elsewhere is not to be found from here");
    let outcome = test.run(&["run", "--sandbox", "danger-full-access", "--privileged", "x"]);
    assert_eq!(outcome.exits(0).stdout, "done\n");
    assert_eq!(test.processes(), [""; 0]);
}

#[test]
fn a_session_can_be_resumed_at_once_although_its_server_is_still_ending() {
    let test = Test::answering("hello");
    test.run(&["run", "x"]).exits(0);
    for _ in 0..3 {
        test.run(&["resume", "--last", "y"]).exits(0);
    }
    test.nothing_is_left();
}

#[test]
fn a_session_that_another_process_is_about_to_leave_is_asked_for_again() {
    if !codex::is_newest() {
        return left_out("older servers do not lock sessions");
    }
    let test = Test::answering("hello").with_own_server("what it says is on our stderr");
    let report = test.run(&["run", "--format", "json", "x"]).exits(0).json();
    let id = report["session_id"].as_str().unwrap();
    test.nothing_is_left();
    let locks = test.codex_home().join("thread-writer-locks");
    let lock = File::create(locks.join(format!("{id}.lock"))).unwrap();
    lock.lock().unwrap();
    let resuming = test.spawn(&["resume", "-vv", "--last", "y"]);
    resuming.wait_for_stderr("the session has another writer");
    lock.unlock().unwrap();
    assert_eq!(resuming.wait().exits(0).stdout, "hello\n");
    test.nothing_is_left();
}

#[test]
fn a_signal_at_any_moment_of_the_start_leaves_nothing_behind() {
    for delay in [0, 5, 20, 50, 100, 150, 200, 300] {
        for signal in [Signal::INT, Signal::TERM, Signal::KILL] {
            let test = Test::rounds(vec![vec![Step::Hang]]);
            let running = test.spawn(&["run", "--timeout", "0", "x"]);
            // Not to wait for something: to strike at different moments.
            std::thread::sleep(Duration::from_millis(delay));
            running.signal(signal);
            let outcome = running.wait();
            // Before it listens, a signal ends it as any program.
            let expected: &[i32] = match signal {
                Signal::INT => &[130, -2],
                Signal::TERM => &[143, -15],
                _ => &[-9],
            };
            assert!(
                outcome.code.is_some_and(|code| expected.contains(&code)),
                "{delay} ms: {outcome:?}"
            );
            test.nothing_is_left();
        }
    }
}

#[test]
fn a_second_signal_does_not_wait_for_anything() {
    let test = Test::fault("interrupt-ignored");
    let running = test.spawn(&["run", "--stream", "--timeout", "0", "x"]);
    running.wait_for_stdout("Hello, ");
    running.signal(Signal::INT);
    test.wait_for_fault_log("turn/interrupt");
    let started = std::time::Instant::now();
    running.signal(Signal::INT);
    running.wait().exits(130);
    assert!(
        started.elapsed() < Duration::from_secs(2),
        "it waited for the interrupt's grace"
    );
    test.nothing_is_left();
}

#[test]
fn an_ignored_hangup_stays_ignored() {
    let gate = Gate::default();
    let test = Test::rounds(vec![vec![
        Step::text("first\n"),
        Step::Gate(gate.clone()),
        Step::text("last"),
    ]]);
    let mut command = test.other("nohup");
    command.args([env!("CARGO_BIN_EXE_turnwise"), "run", "--stream", "x"]);
    let running = Running::start(command);
    running.wait_for_stdout("first");
    running.signal(Signal::HUP);
    gate.open();
    assert!(running.wait().exits(0).stdout.ends_with("last\n"));
}

#[test]
fn a_full_disk_is_an_error_and_not_a_green_run() {
    let test = Test::answering("x");
    let mut command = test.command(&["run", "x"]);
    command
        .stdin(Stdio::null())
        .stdout(std::fs::File::options().write(true).open("/dev/full").unwrap());
    let outcome = Running::start_with_stdout(command).wait();
    assert!(outcome.exits(1).stderr.contains("stdout"), "{outcome:?}");
    test.nothing_is_left();
}

#[test]
fn sub_agents_and_messages_of_others_do_not_end_the_turn() {
    // Two threads on one server: what belongs to the other is not taken for one's own.
    let test = Test::responding(Arc::new(|request| vec![Step::text(request.prompt())]), "");
    let runs = ["one", "two"].map(|prompt| test.spawn(&["run", prompt]));
    let answers = runs.map(|running| running.wait().exits(0).stdout.clone());
    assert_eq!(answers, ["one\n", "two\n"]);
}
