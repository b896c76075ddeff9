//! A turn that one process runs, reached from others: watched, steered, interrupted. Against the real server.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use turnwise::demo::{Gate, ModelRequest, Step};

use crate::support::codex::{is_newest, waits_for_slow_clients};
use crate::support::{Running, Test, connect, left_out, until};

/// The socket of the one session that runs, once there is one.
pub(crate) fn door(test: &Test) -> PathBuf {
    door_in(&sockets(test))
}

/// Where the sockets of runs are.
fn sockets(test: &Test) -> PathBuf {
    test.root().join("turnwise/state/runs")
}

fn door_in(directory: &Path) -> PathBuf {
    until(|| {
        let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
        entries
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|end| end == "sock"))
    })
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
        interrupt.stderr.contains(&id) && interrupt.stderr.contains("was discarded"),
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
    assert_eq!(steer.stderr.contains("was discarded"), is_newest(), "{steer:?}");
    let run = run.wait();
    run.exits(0);
    let steered = run
        .json_lines()
        .into_iter()
        .find(|event| event["type"] == "turn.steered")
        .unwrap();
    assert_eq!(steered["message"], "do something else");
    let by = steered["by"].as_str().unwrap();
    assert!(by.contains("process "), "{by}");
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
fn a_watcher_and_a_recording_report_what_was_asked_and_who_answered() {
    let gate = Gate::default();
    let asking = vec![Step::escalated("touch made", "It has to be made.")];
    let test = Test::rounds(vec![
        asking,
        vec![Step::Gate(gate.clone()), Step::text("the answer")],
    ]);
    let options = [
        "--sandbox",
        "workspace-write",
        "--approval",
        "on-request",
        "--on-approval",
        "decline",
    ];
    let run = test.spawn(&[&["run", "--format", "jsonl", "begin"], &options[..]].concat());
    run.wait_for_stdout("approval.resolved");
    let watch = test.spawn(&["session", "watch", "--format", "json"]);
    gate.open();
    let recording = run.wait().exits(0).stdout.clone();
    std::fs::write(test.work().join("run.jsonl"), recording).unwrap();
    let replayed = test.run(&["replay", "run.jsonl", "--format", "json"]);
    for document in [watch.wait().exits(0).json(), replayed.exits(0).json()] {
        let approvals = document["approvals"].as_array().unwrap();
        assert_eq!(approvals.len(), 1, "{document}");
        let approval = &approvals[0];
        assert!(
            approval["command"].as_str().unwrap().contains("touch made"),
            "{approval}"
        );
        assert_eq!(
            (&approval["kind"], &approval["decision"], &approval["by"]),
            (&"command".into(), &"decline".into(), &"flag".into()),
            "{approval}"
        );
        assert_eq!(approval["reason"], "It has to be made.");
    }
}

#[test]
fn a_watcher_that_stalls_slows_nobody_and_one_that_goes_on_reading_loses_nothing() {
    let mut test = Test::rounds(vec![vec![Step::Words(100_000), Step::text("done")]]);
    if !waits_for_slow_clients() {
        test = test.with_own_server("this server cuts a client off in such a flood over a WebSocket");
    }
    let run = test.spawn(&["run", "--format", "jsonl", "-O", "answer", "begin"]);
    let door = door(&test);
    let mut stalled = connect(&door).unwrap();
    stalled.write_all(b"\"watch\"\n").unwrap();
    let mut reading = connect(&door).unwrap();
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
    assert!(outcome.stderr.contains("no session is running"), "{outcome:?}");
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
        let mut visitor = connect(&door).unwrap();
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

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
}

#[test]
fn a_directory_of_sockets_that_others_can_enter_is_not_used_and_the_remedy_is_said() {
    let gate = Gate::default();
    let test = Test::rounds(vec![
        vec![Step::Gate(gate.clone()), Step::text("fine")],
        vec![Step::text("again")],
    ]);
    let run = test.spawn(&["run", "begin"]);
    let id = session(&test);
    let runs = sockets(&test);
    for (mode, real) in [(0o755, true), (0o770, true), (0o700, false)] {
        set_mode(&runs, mode);
        let moved = runs.with_file_name("elsewhere");
        if !real {
            std::fs::rename(&runs, &moved).unwrap();
            std::os::unix::fs::symlink(&moved, &runs).unwrap();
        }
        for command in [
            &["session", "watch"][..],
            &["session", "interrupt", &id],
            &["session", "steer", &id, "x"],
        ] {
            let refused = test.run(command);
            let expected = if real {
                format!("chmod 700 {}", runs.display())
            } else {
                "a link".to_owned()
            };
            assert!(refused.exits(1).stderr.contains(&expected), "{refused:?}");
        }
        if !real {
            std::fs::remove_file(&runs).unwrap();
            std::fs::rename(&moved, &runs).unwrap();
        }
    }
    gate.open();
    run.wait().exits(0);
    // A run goes without, and says so.
    set_mode(&runs, 0o755);
    let run = test.run(&["run", "--format", "jsonl", "again"]);
    let warning = run
        .exits(0)
        .json_lines()
        .into_iter()
        .find(|event| event["type"] == "warning")
        .unwrap();
    let warning = warning["message"].as_str().unwrap();
    assert!(
        warning.contains("cannot reach this run") && warning.contains("chmod 700"),
        "{warning}"
    );
    assert_eq!(std::fs::read_dir(&runs).unwrap().count(), 0);
}

#[test]
fn a_ledger_that_others_can_read_is_not_used_and_the_remedy_is_said() {
    let test = Test::answering("unused");
    test.run(&["automate", "add", "a", "--every", "1h", "x"]).exits(0);
    let ledger = test.root().join("turnwise/state/ledger");
    for (path, wrong, right) in [
        (ledger.clone(), 0o755, 0o700),
        (ledger.join("ledger.sqlite"), 0o644, 0o600),
    ] {
        set_mode(&path, wrong);
        for command in [
            &["automate", "list"][..],
            &["approve", "list"],
            &["automate", "tick"],
        ] {
            let refused = test.run(command);
            let remedy = format!("chmod {right:o} {}", path.display());
            assert!(refused.exits(1).stderr.contains(&remedy), "{refused:?}");
        }
        set_mode(&path, right);
        test.run(&["automate", "list"]).exits(0);
    }
}

/// Says one line to the socket in its working directory, as another user, and prints what comes back.
const AS_ANOTHER_USER: &str = "import os, socket, sys
os.setgid(65534); os.setuid(65534)
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
print('connected', file=sys.stderr)
try:
    s.sendall(b'\"watch\"\\n')
    sys.stdout.write(s.makefile().read())
except OSError:
    pass
";

#[test]
fn another_user_who_gets_to_the_socket_is_told_nothing() {
    if !rustix::process::geteuid().is_root() {
        // Only root can become somebody else; the unit tests of `socket` ask about another user everywhere.
        return left_out("only root can become somebody else");
    }
    let gate = Gate::default();
    let test = Test::rounds(vec![vec![
        Step::text("a secret"),
        Step::Gate(gate.clone()),
        Step::text("fine"),
    ]]);
    let run = test.spawn(&["run", "--format", "jsonl", "begin"]);
    run.wait_for_stdout("a secret");
    let door = door(&test);
    let runs = sockets(&test);
    set_mode(&door, 0o666);
    let visit = |program: &str| {
        let mut python = Command::new("python3");
        python.args(["-c", program, door.file_name().unwrap().to_str().unwrap()]);
        python.current_dir(&runs).stdin(Stdio::null());
        Running::start(python)
    };
    set_mode(&runs, 0o711);
    let stranger = visit(AS_ANOTHER_USER).wait();
    assert_eq!(stranger.stdout, "");
    assert!(stranger.exits(0).stderr.contains("connected"), "{stranger:?}");
    set_mode(&runs, 0o700);
    let own = visit(&AS_ANOTHER_USER.replace("os.setgid(65534); os.setuid(65534)", ""));
    own.wait_for_stderr("connected");
    gate.open();
    assert!(own.wait().exits(0).stdout.contains("a secret"));
    run.wait().exits(0);
}

#[test]
fn a_socket_of_another_user_is_not_talked_to() {
    if !rustix::process::geteuid().is_root() {
        return left_out("only root can become somebody else");
    }
    let test = Test::answering("unused").with_own_server("it connects to one of its own");
    let runs = sockets(&test);
    std::fs::create_dir_all(&runs).unwrap();
    set_mode(&runs, 0o777);
    let id = "00000000-0000-7000-8000-000000000000";
    let listen = "import os, socket, sys
os.setgid(65534); os.setuid(65534)
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1]); s.listen()
print('ready', flush=True)
while True:
    c, _ = s.accept()
    print(c.recv(100), flush=True)
";
    let mut python = Command::new("python3");
    python
        .args(["-c", listen, &format!("{id}.sock")])
        .current_dir(&runs)
        .stdin(Stdio::null());
    let listening = Running::start(python);
    listening.wait_for_stdout("ready");
    set_mode(&runs, 0o700);
    let interrupt = test.run(&["session", "interrupt", id]);
    assert!(interrupt.exits(1).stderr.contains("uid 65534"), "{interrupt:?}");
    let socket = runs.join(format!("{id}.sock"));
    let run = test.run(&[
        "run",
        "--connect",
        &format!("unix://{}", socket.display()),
        "a secret",
    ]);
    assert!(run.exits(3).stderr.contains("uid 65534"), "{run:?}");
    assert!(run.stderr.contains("run the server as this user"), "{run:?}");
    listening.signal(rustix::process::Signal::KILL);
    let heard = listening.wait();
    assert!(
        !heard.stdout.contains("GET") && !heard.stdout.contains("interrupt"),
        "{heard:?}"
    );
}

#[test]
fn a_run_whose_state_directory_has_a_very_long_path_is_reached_like_any_other() {
    let mut test = test_with(written_for_long(), vec![]);
    let home = test.root().join("h".repeat(200)).join("o".repeat(200));
    test.set("TURNWISE_HOME", home.clone());
    let run = test.spawn(&["run", "--format", "jsonl", "begin"]);
    run.wait_for_stdout("word");
    let door = door_in(&home.join("state/runs"));
    assert!(door.as_os_str().len() > 400);
    let id = door.file_stem().unwrap().to_str().unwrap().to_owned();
    let watch = test.spawn(&["session", "watch", "--format", "jsonl"]);
    watch.wait_for_stdout("word");
    test.run(&["session", "interrupt", &id]).exits(0);
    watch.wait().exits(130);
    run.wait().exits(130);
    assert!(!door.exists());
    test.nothing_is_left();
}
