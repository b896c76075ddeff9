//! The answer of a run, its forms, its inputs, and what it leaves behind.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use std::sync::Arc;

use serde_json::{Value, json};
use turnwise::demo::{Gate, Step};

use crate::support::{Running, Test, codex, is_outside_temporary, left_out};

#[test]
fn stdout_holds_exactly_the_answer_and_a_newline() {
    let test = Test::answering("Hello, world.");
    let outcome = test.run(&["run", "say", "hello"]);
    outcome.exits(0);
    assert_eq!(outcome.stdout, "Hello, world.\n");
    assert_eq!(outcome.progress(), "");
    assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
    assert_eq!(test.requests()[0].prompt(), "say hello");
    test.nothing_is_left();
}

#[test]
fn the_defaults_are_safe() {
    let test = Test::rounds(vec![
        vec![Step::command("touch created")],
        vec![Step::text("tried")],
    ]);
    test.run(&["run", "write a file"]).exits(0);
    assert!(!test.work().join("created").exists());
    assert_eq!(test.requests()[0].body["reasoning"]["effort"], "medium");
    test.nothing_is_left();
}

#[test]
fn privileged_combinations_are_usage_errors_that_say_so() {
    let test = Test::answering("x");
    for arguments in [
        &["run", "--sandbox", "workspace-write", "x"][..],
        &[
            "run",
            "--sandbox",
            "danger-full-access",
            "--approval",
            "untrusted",
            "x",
        ],
    ] {
        let outcome = test.run(arguments);
        outcome.exits(2);
        assert!(outcome.stderr.contains("--privileged"), "{outcome:?}");
    }
    assert!(test.requests().is_empty());
}

#[test]
fn a_writable_sandbox_writes_and_leaves_no_trust_behind() {
    let test = Test::rounds(vec![
        vec![Step::command("echo made > created")],
        vec![Step::text("done")],
    ]);
    assert!(
        std::process::Command::new("git")
            .arg("init")
            .arg("-q")
            .current_dir(test.work())
            .status()
            .unwrap()
            .success()
    );
    test.run(&["run", "--sandbox", "workspace-write", "--privileged", "write"])
        .exits(0);
    assert_eq!(fs::read_to_string(test.work().join("created")).unwrap(), "made\n");
    let config = fs::read_to_string(test.codex_home().join("config.toml")).unwrap();
    assert!(
        !config.contains("trust_level"),
        "one run must not make later ones writable: {config}"
    );
}

#[test]
fn an_added_directory_can_be_written_to_and_others_cannot() {
    if !is_outside_temporary("everything there can be written to") {
        return;
    }
    let test = Test::rounds(vec![
        vec![Step::command(
            "echo a > ../added/file; echo b > ../other/file; true",
        )],
        vec![Step::text("done")],
    ]);
    let (added, other) = (test.work().join("../added"), test.work().join("../other"));
    fs::create_dir(&added).unwrap();
    fs::create_dir(&other).unwrap();
    let arguments = [
        "run",
        "--sandbox",
        "workspace-write",
        "--privileged",
        "--add-dir",
        "../added",
        "write",
    ];
    test.run(&arguments).exits(0);
    assert!(added.join("file").exists());
    assert!(!other.join("file").exists());
    let outcome = test.run(&["run", "--add-dir", "../added", "x"]);
    assert!(outcome.exits(2).stderr.contains("workspace-write"), "{outcome:?}");
}

#[test]
fn a_file_change_is_reported_with_its_diff() {
    // Every version knows the patch in a shell command; the tool for it depends on the model.
    let patch = "apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: new.txt\n+content\n*** End Patch\nEOF";
    let test = Test::rounds(vec![vec![Step::command(patch)], vec![Step::text("added")]]);
    let outcome = test.run(&[
        "run",
        "--sandbox",
        "workspace-write",
        "--privileged",
        "--format",
        "json",
        "add",
    ]);
    let report = outcome.exits(0).json();
    let change = report["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["type"] == "file_change")
        .unwrap();
    assert_eq!(
        (&change["status"], &change["changes"][0]["kind"]),
        (&json!("completed"), &json!("add"))
    );
    assert_eq!(
        fs::read_to_string(test.work().join("new.txt")).unwrap(),
        "content\n"
    );
}

#[test]
fn json_is_one_document_with_everything() {
    let test = Test::rounds(vec![
        vec![Step::command("echo out; exit 3"), Step::Usage(100, 20)],
        vec![Step::text("It failed."), Step::Usage(130, 30)],
    ]);
    let outcome = test.run(&["run", "--format", "json", "go"]);
    let report = outcome.exits(0).json();
    assert_eq!(report["schema"], "turnwise.run/1");
    assert_eq!(
        (&report["status"], &report["exit_code"]),
        (&json!("completed"), &json!(0))
    );
    assert_eq!(report["text"], "It failed.");
    assert_eq!(
        (
            &report["usage"]["input_tokens"],
            &report["usage"]["output_tokens"]
        ),
        (&json!(230), &json!(50))
    );
    assert_eq!(report["model"], "gpt-5.5");
    let command = report["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["type"] == "command_execution")
        .unwrap();
    assert_eq!(
        (&command["exit_code"], &command["status"]),
        (&json!(3), &json!("failed"))
    );
    assert!(
        command["aggregated_output"].as_str().unwrap().contains("out\n"),
        "{command}"
    );
    for field in ["session_id", "turn_id", "started_at"] {
        assert!(
            report[field].as_str().is_some_and(|text| !text.is_empty()),
            "{field}: {report:#}"
        );
    }
    assert!(report["duration_ms"].as_u64().unwrap() > 0);
    assert_eq!(
        (&report["error"], &report["structured"], &report["approvals"]),
        (&Value::Null, &Value::Null, &json!([]))
    );
    assert_eq!(outcome.stdout.lines().count(), 1);
}

#[test]
fn jsonl_has_the_events_of_codex_exec_and_the_pieces_between() {
    let test = Test::rounds(vec![
        vec![
            Step::Reasoning(vec!["Thinking.".into()]),
            Step::command("echo hi"),
        ],
        vec![Step::streamed(
            "one two three",
            3,
            std::time::Duration::from_millis(30),
        )],
    ]);
    let lines = test
        .run(&["run", "--format", "jsonl", "go"])
        .exits(0)
        .json_lines();
    let types = lines
        .iter()
        .map(|line| line["type"].as_str().unwrap())
        .collect::<Vec<_>>();
    assert_eq!(
        (types[0], *types.last().unwrap()),
        ("thread.started", "turn.completed")
    );
    assert!(lines[0]["thread_id"].is_string());
    for expected in [
        "turn.started",
        "item.started",
        "item.delta",
        "item.completed",
        "usage.updated",
    ] {
        assert!(types.contains(&expected), "{expected}: {types:?}");
    }
    let completed = |kind: &str| {
        lines
            .iter()
            .find(|line| line["type"] == "item.completed" && line["item"]["type"] == kind)
            .unwrap()["item"]
            .clone()
    };
    assert_eq!(completed("agent_message")["text"], "one two three");
    assert_eq!(completed("reasoning")["text"], "Thinking.");
    assert_eq!(completed("command_execution")["exit_code"], 0);
    let text = lines
        .iter()
        .filter(|line| line["kind"] == "agent_message")
        .filter_map(|line| line["delta"].as_str());
    assert_eq!(text.collect::<String>(), "one two three");
    assert_eq!(lines.last().unwrap()["usage"]["output_tokens"], 10);
}

#[test]
fn text_streams_into_a_pipe_only_when_asked_to() {
    let script = vec![
        vec![Step::text("First."), Step::command("true")],
        vec![Step::streamed("Second part.", 4, std::time::Duration::ZERO)],
    ];
    let test = Test::rounds(script);
    assert_eq!(test.run(&["run", "x"]).exits(0).stdout, "Second part.\n");
    assert_eq!(
        test.run(&["run", "--stream", "x"]).exits(0).stdout,
        "First.\n\nSecond part.\n"
    );
}

#[test]
fn text_that_streams_comes_before_the_turn_ends() {
    let gate = Gate::default();
    let test = Test::rounds(vec![vec![
        Step::text("early"),
        Step::Gate(gate.clone()),
        Step::text("late"),
    ]]);
    let running = test.spawn(&["run", "--stream", "x"]);
    running.wait_for_stdout("early");
    gate.open();
    assert_eq!(running.wait().exits(0).stdout, "early\n\nlate\n");
}

#[test]
fn markdown_is_a_document_of_the_turn() {
    let test = Test::rounds(vec![vec![Step::command("echo hi")], vec![Step::text("# Done")]]);
    let outcome = test.run(&["run", "--format", "markdown", "say hi"]);
    let text = &outcome.exits(0).stdout;
    assert!(text.starts_with("> say hi\n\n```console\n$ echo hi\n"), "{text}");
    assert!(text.contains("\n# Done\n\n---\n\n*completed; "), "{text}");
}

#[test]
fn progress_goes_to_stderr_in_plain_lines_and_quiet_silences_it() {
    let test = Test::rounds(vec![vec![Step::command("exit 4")], vec![Step::text("x")]]);
    let outcome = test.run(&["run", "x"]);
    assert!(
        outcome.exits(0).progress().starts_with("• Ran exit 4 (exit 4"),
        "{outcome:?}"
    );
    assert_eq!(outcome.progress().lines().count(), 1, "{outcome:?}");
    assert_eq!(test.run(&["run", "-q", "x"]).exits(0).stderr, "");
    let colored = test.run(&["run", "--color", "always", "x"]);
    assert!(colored.exits(0).stderr.contains("\u{1b}[31m•"), "{colored:?}");
}

#[test]
fn prompts_come_from_arguments_files_and_pipes() {
    let test = Test::responding(
        Arc::new(|request| vec![Step::text(format!("[{}]", request.prompt()))]),
        "",
    );
    fs::write(test.work().join("prompt.md"), "from a file\n").unwrap();
    let with_stdin =
        |arguments: &[&str], stdin: &str| test.run_with_stdin(arguments, stdin).exits(0).stdout.clone();
    assert_eq!(
        with_stdin(&["run", "explain"], "a log\n"),
        "[explain\n\n<stdin>\na log\n</stdin>]\n"
    );
    assert_eq!(with_stdin(&["run"], "piped"), "[piped]\n");
    assert_eq!(with_stdin(&["run", "-"], "piped"), "[piped]\n");
    assert_eq!(
        with_stdin(&["run", "-f", "prompt.md"], "more"),
        "[from a file\n\n\n<stdin>\nmore\n</stdin>]\n"
    );
    assert_eq!(
        with_stdin(&["run", "--no-stdin", "only this"], "ignored"),
        "[only this]\n"
    );
}

#[test]
fn a_pipe_that_stays_open_and_silent_does_not_hang_the_run() {
    let test = Test::answering("went on");
    let mut command = test.command(&["run", "--format", "json", "x"]);
    let (_kept_open, read) = {
        let (read, write) = std::io::pipe().unwrap();
        (write, read)
    };
    command.stdin(read);
    let outcome = Running::start(command).wait();
    let report = outcome.exits(0).json();
    assert_eq!(report["text"], "went on");
    assert!(
        report["warnings"][0].as_str().unwrap().contains("--stdin waits"),
        "{report:#}"
    );
    assert!(outcome.stderr.contains("continuing without it"), "{outcome:?}");
}

#[test]
fn no_prompt_at_all_is_a_usage_error_with_an_example() {
    let test = Test::answering("x");
    for arguments in [&["run"][..], &["run", "  "]] {
        let outcome = test.run(arguments);
        assert!(
            outcome.exits(2).stderr.contains("turnwise run \"What does"),
            "{outcome:?}"
        );
    }
    let outcome = test.run_with_stdin(&["run", "--format", "json"], "");
    assert_eq!(outcome.exits(2).json()["error"]["kind"], "usage");
    test.nothing_is_left();
}

#[test]
fn inputs_that_do_not_fit_are_named_before_anything_is_spent() {
    let test = Test::answering("x");
    fs::write(test.work().join("text.txt"), "no image").unwrap();
    fs::write(test.work().join("bad.json"), "{").unwrap();
    for (arguments, words) in [
        (&["--cd", "nowhere"][..], &["--cd", "nowhere"][..]),
        (&["--attach", "nothing.txt"], &["--attach", "nothing.txt"]),
        (&["--image", "text.txt"], &["--image", "not a PNG"]),
        (&["--output-schema", "bad.json"], &["--output-schema", "line 1"]),
        (&["--output", "."], &["--output", "directory"]),
        (&["--timeout", "90"], &["90s"]),
        (&["--effort", ""], &["--effort"]),
        (&["-c", "novalue"], &["KEY=VALUE"]),
        (&["--skill", "no-such-skill"], &["no-such-skill"]),
        (&["--sandbox", "everything"], &["read-only", "workspace-write"]),
        (&["--on-approval", "maybe"], &["fail", "decline"]),
    ] {
        let outcome = test.run(&[&["run"], arguments, &["x"]].concat());
        outcome.exits(2);
        assert!(
            words.iter().all(|word| outcome.stderr.contains(word)),
            "{arguments:?}: {outcome:?}"
        );
    }
    assert!(test.requests().is_empty());
    test.nothing_is_left();
}

#[test]
fn attachments_images_and_skills_reach_the_model() {
    let test = Test::answering("seen");
    fs::write(test.work().join("notes.txt"), "text").unwrap();
    // The smallest PNG: one grey pixel.
    let png: &[u8] = &[
        0x89, b'P', b'N', b'G', 13, 10, 26, 10, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1,
        8, 0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 10, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0x68,
        0, 0, 0, 0x82, 0, 0x81, 0x77, 0xcd, 0x72, 0xb6, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60,
        0x82,
    ];
    fs::write(test.work().join("dot.png"), png).unwrap();
    let skill = test.codex_home().join("skills/greet");
    fs::create_dir_all(&skill).unwrap();
    fs::write(
        skill.join("SKILL.md"),
        "---\nname: greet\ndescription: greets\n---\nSay good morning.\n",
    )
    .unwrap();
    test.run(&[
        "run",
        "-a",
        "notes.txt",
        "-i",
        "dot.png",
        "--skill",
        "greet",
        "look",
    ])
    .exits(0);
    let body = test.requests()[0].body.to_string();
    assert!(
        body.contains("Attached files:") && body.contains("work/notes.txt"),
        "{body}"
    );
    assert!(body.contains("data:image/png;base64"), "{body}");
    assert!(body.contains("Say good morning."), "{body}");
}

#[test]
fn the_answer_is_checked_against_the_schema() {
    let test = Test::responding(Arc::new(|request| vec![Step::text(request.prompt())]), "");
    let schema = json!({ "type": "object", "properties": { "n": { "type": "integer" } }, "required": ["n"], "additionalProperties": false });
    fs::write(test.work().join("schema.json"), schema.to_string()).unwrap();
    let run = |answer: &str| {
        test.run(&[
            "run",
            "--output-schema",
            "schema.json",
            "--format",
            "json",
            answer,
        ])
    };
    let report = run(r#"{"n": 1}"#).exits(0).json();
    assert_eq!(report["structured"], json!({ "n": 1 }));
    assert_eq!(test.requests()[0].body["text"]["format"]["schema"], schema);
    let report = run(r#"{"n": "one"}"#).exits(6).json();
    assert_eq!(
        (&report["status"], &report["error"]["kind"]),
        (&json!("completed"), &json!("schema_mismatch"))
    );
    assert!(
        report["error"]["message"].as_str().unwrap().contains("/n"),
        "{report:#}"
    );
    assert!(run("not json").exits(6).stderr.contains("not JSON"));
}

#[test]
fn the_answer_is_also_written_to_a_file() {
    let test = Test::answering("for the file");
    test.run(&["run", "-O", "answer.txt", "x"]).exits(0);
    assert_eq!(
        fs::read_to_string(test.work().join("answer.txt")).unwrap(),
        "for the file\n"
    );
}

#[test]
fn a_directory_for_the_answer_is_made_only_with_mkdir() {
    let test = Test::answering("for the file");
    let outcome = test.run(&["run", "-O", "deep/er/answer.txt", "x"]);
    assert_eq!(
        outcome.exits(2).stderr,
        "error: --output deep/er/answer.txt: deep/er does not exist\n  hint: add --mkdir to create the directory\n"
    );
    assert!(test.requests().is_empty() && !test.work().join("deep").exists());
    let read = |name: &str| fs::read_to_string(test.work().join(name)).unwrap();
    test.run(&["run", "-O", "deep/er/answer.txt", "--mkdir", "x"])
        .exits(0);
    assert_eq!(read("deep/er/answer.txt"), "for the file\n");
    let config = test.root().join("turnwise/config");
    fs::create_dir_all(&config).unwrap();
    fs::write(config.join("config.toml"), "mkdir = true\n").unwrap();
    test.run(&["run", "-O", "other/answer.txt", "x"]).exits(0);
    assert_eq!(read("other/answer.txt"), "for the file\n");
}

#[test]
fn a_named_session_is_saved_and_an_ephemeral_one_is_not() {
    let test = Test::answering("x");
    let count = || {
        fn rollouts(directory: &std::path::Path) -> usize {
            let Ok(entries) = fs::read_dir(directory) else {
                return 0;
            };
            entries
                .map(|entry| entry.unwrap().path())
                .map(|path| if path.is_dir() { rollouts(&path) } else { 1 })
                .sum()
        }
        rollouts(&test.codex_home().join("sessions"))
    };
    test.run(&["run", "--ephemeral", "x"]).exits(0);
    assert_eq!(count(), 0);
    test.run(&["run", "--name", "nightly", "x"]).exits(0);
    assert_eq!(count(), 1);
}

#[test]
fn twenty_runs_at_once_in_one_directory_all_answer_and_leave_nothing() {
    let test = Test::responding(Arc::new(|request| vec![Step::text(request.prompt())]), "");
    let running = (0..20)
        .map(|number| test.spawn(&["run", &format!("number {number}")]))
        .collect::<Vec<_>>();
    for (number, running) in running.into_iter().enumerate() {
        assert_eq!(running.wait().exits(0).stdout, format!("number {number}\n"));
    }
    test.nothing_is_left();
}

#[test]
fn codex_settings_are_handed_on_and_secrets_stay_off_the_command_line() {
    let gate = Gate::default();
    let test = Test::rounds(vec![vec![Step::Gate(gate.clone()), Step::text("x")]])
        .with_own_server("it looks at the server's command line");
    let secret = "model_providers.scripted.experimental_bearer_token=s3cret";
    let running = test.spawn(&[
        "run",
        "-c",
        secret,
        "-c",
        "developer_instructions=Be brief.",
        "-c",
        "features.goals=false",
        "x",
    ]);
    test.wait_for_request();
    let servers = test
        .processes()
        .into_iter()
        .filter(|line| line.contains("app-server"))
        .collect::<Vec<_>>();
    assert!(
        !servers.is_empty() && servers.iter().all(|line| !line.contains("s3cret")),
        "{servers:?}"
    );
    assert!(test.requests()[0].body.to_string().contains("Be brief."));
    gate.open();
    running.wait().exits(0);
}

#[test]
fn a_reader_that_stops_reading_loses_nothing() {
    let mut test = Test::rounds(vec![vec![Step::Words(100_000)]]);
    if !codex::waits_for_slow_clients() {
        test = test.with_own_server("this server cuts a client off in such a flood over a WebSocket");
    }
    let mut command = test.command(&["run", "--stream", "x"]);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    // Not a byte is read until the model has sent everything, which is more than the pipes hold.
    test.wait_for_request();
    let mut first = [0; 3];
    stdout.read_exact(&mut first).unwrap();
    let mut text = String::from_utf8(first.to_vec()).unwrap();
    std::thread::sleep(std::time::Duration::from_secs(10));
    stdout.read_to_string(&mut text).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(
        text.trim_end()
            == (0..100_000)
                .map(|number| format!("w{number}"))
                .collect::<Vec<_>>()
                .join(" ")
    );
}

#[test]
fn a_reader_that_goes_away_ends_the_run_quietly() {
    // It never ends by itself, and nothing more is written after the first words.
    let test = Test::rounds(vec![vec![Step::text("first line\n"), Step::Hang]]);
    let mut command = test.command(&["run", "--stream", "--timeout", "0", "x"]);
    let (read, write) = std::io::pipe().unwrap();
    command.stdin(Stdio::null()).stdout(write);
    let running = Running::start_with_stdout(command);
    let mut line = String::new();
    BufReader::new(read).read_line(&mut line).unwrap();
    assert_eq!(line, "first line\n");
    let outcome = running.wait();
    outcome.exits(0);
    assert_eq!(outcome.progress(), "");
    test.nothing_is_left();
}

#[test]
fn github_gets_outputs_a_summary_and_no_commands_from_the_model() {
    let test = Test::responding(
        Arc::new(|_| vec![Step::text("::error::gotcha\n  ::add-mask::x\nplain ##[group]y\n")]),
        "",
    );
    let mut test = test;
    test.set("GITHUB_ACTIONS", "true");
    test.set("GITHUB_OUTPUT", test.work().join("output"));
    test.set("GITHUB_STEP_SUMMARY", test.work().join("summary"));
    let outcome = test.run(&["run", "x"]);
    assert_eq!(
        outcome.exits(0).stdout,
        ":\\u003aerror::gotcha\n  :\\u003aadd-mask::x\nplain ##\\u005bgroup]y\n"
    );
    let output = fs::read_to_string(test.work().join("output")).unwrap();
    assert!(
        output.contains("\n::error::gotcha\n") && output.contains("status<<"),
        "{output}"
    );
    assert!(
        fs::read_to_string(test.work().join("summary"))
            .unwrap()
            .starts_with("### turnwise\n")
    );
    let json = test.run(&["run", "--format", "jsonl", "x"]);
    assert!(!json.exits(0).stdout.contains("##["));
    assert!(json.json_lines().iter().any(|line| {
        line["item"]["text"]
            .as_str()
            .is_some_and(|text| text.contains("##[group]"))
    }));
    assert!(
        test.run(&["run", "--no-github", "x"])
            .exits(0)
            .stdout
            .starts_with("::error::")
    );
}

/// Whether GitHub's runner could take a line for a command: what it trims, and what it does not see, is left out.
fn is_workflow_command(line: &str) -> bool {
    let seen = |c: &char| {
        !(c.is_whitespace()
            || c.is_control()
            || "\u{200b}\u{feff}\u{ad}\u{2060}\u{180e}\u{fe0f}".contains(*c))
    };
    let seen = line.chars().filter(seen).collect::<String>();
    seen.starts_with("::") || line.contains("##[")
}

#[test]
fn no_blank_and_nothing_unseen_hides_a_command_from_the_model() {
    let hidden = [
        "\u{a0}", "\u{3000}", "\u{2003}", "\u{85}", "\u{2028}", "\u{b}", "\u{c}", "\t", "\u{1680}",
        "\u{200b}", "\u{feff}", "\u{ad}", "\u{2060}", "\u{180e}", "\u{fe0f}",
    ];
    let commands = hidden.iter().map(|unseen| {
        format!("{unseen}::error::{unseen}x\nplain\n {unseen} ::add-mask::x\n:{unseen}:warning::y\n")
    });
    let text = commands.collect::<String>();
    let test = Test::rounds(vec![
        vec![
            Step::Reasoning(vec![text.clone()]),
            Step::command(&format!("printf '%s' '{text}'")),
        ],
        vec![Step::text(text.clone())],
    ]);
    let mut test = test;
    test.set("GITHUB_ACTIONS", "true");
    let file = test.work().join("recording.jsonl");
    let recording = test
        .run(&["run", "--format", "jsonl", "x"])
        .exits(0)
        .stdout
        .clone();
    fs::write(&file, &recording).unwrap();
    let saved = test.run(&["session", "list"]).exits(0).stdout.clone();
    let id = saved.split_whitespace().nth(2).unwrap().to_owned();
    for arguments in [
        &["replay", "recording.jsonl"][..],
        &["replay", "recording.jsonl", "--stream"],
        &["replay", "recording.jsonl", "--format", "markdown"],
        &["replay", "recording.jsonl", "--format", "json"],
        &["session", "show", &id],
        &["session", "export", &id, "--html"],
        &["session", "export", &id, "--json"],
        &["session", "list"],
        // What is wrong with the arguments is said with them.
        &["run", "--sandbox", &text],
        &["replay", &text],
        &["nothing", &text],
        &[&text],
        &["approve", "show", &text],
    ] {
        let outcome = test.run(arguments);
        for line in outcome.stdout.lines().chain(outcome.stderr.lines()) {
            assert!(!is_workflow_command(line), "{arguments:?}: {line:?}");
        }
        assert!(
            !outcome.stdout.is_empty() || !outcome.stderr.is_empty(),
            "{arguments:?}"
        );
    }
}

#[test]
fn what_is_appended_for_github_begins_on_a_line_of_its_own() {
    let mut test = Test::answering("x");
    let (output, summary) = (test.work().join("output"), test.work().join("summary"));
    fs::write(&output, "before=1").unwrap();
    fs::write(&summary, "before").unwrap();
    test.set("GITHUB_ACTIONS", "true");
    test.set("GITHUB_OUTPUT", &output);
    test.set("GITHUB_STEP_SUMMARY", &summary);
    test.run(&["run", "x"]).exits(0);
    let (output, summary) = (
        fs::read_to_string(output).unwrap(),
        fs::read_to_string(summary).unwrap(),
    );
    assert!(output.starts_with("before=1\nanswer<<"), "{output}");
    assert!(summary.starts_with("before\n### turnwise\n"), "{summary}");
}

#[test]
fn arguments_that_are_wrong_cannot_do_anything_to_a_terminal() {
    let test = Test::answering("x");
    let hostile = "\u{1b}[2J\u{1b}[31mred\u{202e}\u{9b}2J";
    for arguments in [
        &["run", "--sandbox", hostile][..],
        &["run", hostile, "--nothing"],
        &["run", &format!("--{hostile}")],
        &[hostile],
        &["run", "--timeout", hostile, "x"],
        &["automate", "next", "--cron", hostile],
    ] {
        let outcome = test.run(arguments);
        outcome.exits(2);
        assert!(
            !outcome.stderr.contains(['\u{1b}', '\u{202e}', '\u{9b}']),
            "{arguments:?}: {:?}",
            outcome.stderr
        );
        let (screen, code) = test.at_terminal(80, 24, arguments).wait();
        assert_eq!(code, Some(2));
        // The only sequences are those of the labels.
        let screen = screen
            .replace("\u{1b}[1;31merror:\u{1b}[0m", "error:")
            .replace("\u{1b}[32mhint:\u{1b}[0m", "hint:");
        assert!(
            !screen.contains(['\u{1b}', '\u{202e}', '\u{9b}']),
            "{arguments:?}: {screen:?}"
        );
    }
    // Help keeps its colours.
    let (screen, code) = test.at_terminal(80, 24, &["--help"]).wait();
    assert_eq!(code, Some(0));
    assert!(screen.contains("\u{1b}["), "{screen:?}");
}

#[test]
fn a_turn_without_a_message_is_warned_of_and_has_no_text() {
    let test = Test::rounds(vec![vec![Step::command("true")], vec![]]);
    let outcome = test.run(&["run", "x"]);
    assert_eq!(outcome.exits(0).stdout, "");
    assert!(
        outcome
            .stderr
            .contains("warning: the turn completed without a message"),
        "{outcome:?}"
    );
    let report = test.run(&["run", "--format", "json", "x"]).exits(0).json();
    assert_eq!(report["text"], serde_json::Value::Null);
    assert!(
        report["warnings"].to_string().contains("without a message"),
        "{report}"
    );
}

#[test]
fn a_failure_in_github_is_one_annotation() {
    let mut test = Test::rounds(vec![vec![Step::Http(
        500,
        json!({ "error": { "message": "no\nway" } }),
    )]]);
    test.set("GITHUB_ACTIONS", "true");
    let outcome = test.run(&["run", "x"]);
    outcome.exits(1);
    let annotations = outcome
        .stderr
        .lines()
        .filter(|line| line.starts_with("::error title=turnwise::"));
    assert_eq!(annotations.count(), 1, "{outcome:?}");
}

#[test]
fn a_recording_is_drawn_again_as_it_was() {
    let test = Test::rounds(vec![
        vec![Step::command("echo hi")],
        vec![Step::text("The answer.")],
    ]);
    let recording = test
        .run(&["run", "--format", "jsonl", "x"])
        .exits(0)
        .stdout
        .clone();
    fs::write(test.work().join("run.jsonl"), &recording).unwrap();
    let replayed = test.run(&["replay", "run.jsonl"]);
    assert_eq!(replayed.exits(0).stdout, "The answer.\n");
    // How long it took is shown where it is worth it, which depends on the machine.
    assert!(
        replayed.progress().starts_with("• Ran echo hi (exit 0"),
        "{replayed:?}"
    );
    assert_eq!(
        test.run(&["replay", "run.jsonl", "--format", "jsonl"])
            .exits(0)
            .stdout,
        recording
    );
    assert_eq!(
        test.run_with_stdin(&["replay", "-"], &recording).exits(0).stdout,
        "The answer.\n"
    );
    fs::write(test.work().join("bad.jsonl"), "{}\n").unwrap();
    assert!(
        test.run(&["replay", "bad.jsonl"])
            .exits(2)
            .stderr
            .contains("bad.jsonl, line 1")
    );
}

#[test]
fn a_plan_is_reported_as_a_list() {
    if !codex::is_newest() {
        return left_out("older servers tell of a plan in another way");
    }
    let arguments = json!({ "plan": [{ "step": "look", "status": "completed" }, { "step": "act", "status": "in_progress" }] });
    let call = Step::Call {
        name: "update_plan".into(),
        arguments,
        namespace: None,
    };
    let test = Test::rounds_with_config(
        vec![vec![call], vec![Step::text("planned")]],
        "tools.update_plan.enabled = true",
    );
    let report = test.run(&["run", "--format", "json", "x"]).exits(0).json();
    let plan = report["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["type"] == "todo_list")
        .unwrap();
    assert_eq!(
        (&plan["items"][0]["text"], &plan["items"][0]["completed"]),
        (&json!("look"), &json!(true))
    );
}

#[test]
fn what_went_wrong_in_a_recording_of_codex_exec_is_shown() {
    let test = Test::answering("unused");
    let line = |value: Value| format!("{value}\n");
    let call = |id: &str, result: Value, error: Value| {
        line(json!({ "type": "item.completed", "item": {
            "id": id, "type": "mcp_tool_call", "server": "files", "tool": "read", "arguments": {},
            "result": result, "error": error, "status": "failed",
        } }))
    };
    let of_result = json!({ "content": [{ "type": "text", "text": "permission denied" }], "isError": true });
    let events = [
        line(json!({ "type": "thread.started", "thread_id": "t" })),
        line(json!({ "type": "turn.started" })),
        line(json!({ "type": "error", "message": "Reconnecting... 1/5" })),
        line(json!({ "type": "item.completed", "item": { "id": "w", "type": "error", "message": "unknown model data" } })),
        call("a", Value::Null, json!({ "message": "no such file: /x" })),
        call("b", of_result, Value::Null),
    ]
    .concat();
    let failed = line(json!({ "type": "turn.failed", "error": { "message": "it cannot be done" } }));
    fs::write(test.work().join("failed.jsonl"), events.clone() + &failed).unwrap();
    let outcome = test.run(&["replay", "failed.jsonl"]);
    let shown = [
        "warning: unknown model data\n",
        "• Called files/read (failed)\n  no such file: /x\n",
        "• Called files/read (failed)\n  permission denied\n",
    ];
    let stderr = &outcome.exits(0).stderr;
    assert!(shown.iter().all(|part| stderr.contains(part)), "{stderr}");
    assert!(stderr.ends_with("error: it cannot be done\n"), "{stderr}");
    let report = test
        .run(&["replay", "failed.jsonl", "--format", "json"])
        .exits(0)
        .json();
    assert_eq!(report["warnings"], json!(["unknown model data"]));
    let markdown = &test
        .run(&["replay", "failed.jsonl", "--format", "markdown"])
        .exits(0)
        .stdout
        .clone();
    assert!(
        markdown.contains("no such file: /x") && markdown.contains("permission denied"),
        "{markdown}"
    );

    // One that ends before its turn does: the last error is why.
    let last = line(json!({ "type": "error", "message": "no network" }));
    fs::write(test.work().join("cut.jsonl"), events + &last).unwrap();
    let outcome = test.run(&["replay", "cut.jsonl"]);
    assert!(
        outcome.exits(0).stderr.ends_with("error: no network\n"),
        "{outcome:?}"
    );
}
