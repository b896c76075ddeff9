//! What is read through a pipe: all of it, but never longer than the timeout lets it, and no longer than a signal.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::{ANY, fifo};
use crate::support::running::Running;
use crate::support::{Test, wait_until};

/// Far more than a timeout of a second, and far less than a hang.
const BOUND: Duration = Duration::from_secs(30);

/// Every way to name a file that is read before a turn, with what it has to hold.
const READ: [(&[&str], &str); 4] = [
    (&["-f", "pipe"], "the prompt"),
    (&["--output-schema", "pipe", "x"], ANY),
    (&["--policy", "pipe", "x"], "version = 1\n"),
    (&["--config", "pipe", "x"], "effort = \"low\"\n"),
];

#[test]
fn a_fifo_that_nobody_writes_to_is_waited_for_until_the_timeout() {
    let test = Test::answering("{}");
    fifo(&test.work().join("pipe"));
    let token = [
        "--connect",
        "ws://127.0.0.1:9",
        "--connect-token-file",
        "pipe",
        "x",
    ];
    for arguments in READ.iter().map(|(words, _)| *words).chain([&token[..]]) {
        let mut all = vec!["run", "--format", "json", "--timeout", "1s"];
        all.extend(arguments);
        let began = Instant::now();
        let outcome = test.run(&all);
        outcome.exits(124);
        assert!(began.elapsed() < BOUND, "{outcome:?}");
        assert!(
            outcome.stderr.contains("pipe: timed out before its end"),
            "{outcome:?}"
        );
    }
    for arguments in [
        &["rpc", "model/list", "@pipe"][..],
        &["rpc", "model/list", "--stream", "--policy", "pipe"],
        &["automate", "loop", "--every", "1h", "--policy", "pipe", "x"],
    ] {
        test.run(&[arguments, &["--timeout", "1s"]].concat()).exits(124);
    }
    test.nothing_is_left();
}

#[test]
fn a_fifo_is_read_like_a_file_once_somebody_writes_to_it() {
    let test = Test::answering("{}");
    let pipe = test.work().join("pipe");
    fifo(&pipe);
    let params = (&["rpc", "thread/list", "@pipe"][..], "{\"limit\": 1}");
    for (arguments, content) in READ.iter().copied().chain([params]) {
        let all = if arguments[0] == "rpc" {
            arguments.to_vec()
        } else {
            [&["run"], arguments].concat()
        };
        let running = test.spawn(&all);
        // Opening waits for the reader.
        let mut writer = OpenOptions::new().write(true).open(&pipe).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
        drop(writer);
        running.wait().exits(0);
    }
    let prompt = test.requests()[0].body["input"].to_string();
    assert!(prompt.contains("the prompt"), "{prompt}");
}

#[test]
fn a_signal_ends_the_wait_for_a_fifo() {
    let test = Test::answering("x");
    let pipe = test.work().join("pipe");
    fifo(&pipe);
    let run = READ.map(|(arguments, _)| [&["run"], arguments].concat());
    let others = [
        vec!["rpc", "model/list", "@pipe"],
        vec!["rpc", "model/list", "--stream", "--policy", "pipe"],
        vec!["automate", "loop", "--every", "1h", "--policy", "pipe", "x"],
        vec!["replay", "pipe"],
    ];
    for arguments in run.into_iter().chain(others) {
        for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130)] {
            let timeout = if arguments[0] == "replay" {
                &[][..]
            } else {
                &["--timeout", "0"]
            };
            let running = test.spawn(&[&arguments, timeout].concat());
            let _writer = OpenOptions::new().write(true).open(&pipe).unwrap();
            running.signal(signal);
            let ended = running.wait().code.unwrap();
            // Before there is anything to end well, the signal itself ends it.
            assert!(
                ended == code || ended == -signal.as_raw(),
                "{arguments:?}: {ended}"
            );
        }
    }
    test.nothing_is_left();
}

/// A program whose stdin holds something and stays open.
fn fed(test: &Test, arguments: &[&str]) -> Running {
    let mut command = test.command(arguments);
    command.stdin(Stdio::piped());
    let mut running = Running::start(command);
    running.say("something");
    running
}

const PIPED: [&[&str]; 4] = [&["run"], &["run", "-"], &["run", "--stdin", "x"], &["run", "x"]];

#[test]
fn a_pipe_that_stays_open_after_something_came_is_waited_for_until_the_timeout() {
    let test = Test::answering("x");
    for arguments in PIPED.iter().copied().chain([&["rpc", "model/list", "-"][..]]) {
        let began = Instant::now();
        let outcome = fed(&test, &[arguments, &["--timeout", "2s"]].concat()).wait();
        outcome.exits(124);
        assert!(began.elapsed() < BOUND, "{arguments:?}");
        assert!(
            outcome.stderr.contains("stdin: timed out before its end"),
            "{outcome:?}"
        );
    }
    test.nothing_is_left();
}

#[test]
fn a_signal_ends_the_wait_for_a_pipe_that_stays_open() {
    let test = Test::answering("x").with_own_server("its start is what is waited for");
    for arguments in PIPED {
        let running = fed(&test, &[arguments, &["--timeout", "0"]].concat());
        // Signals are listened to before it is started.
        wait_until("a server", || !test.servers().is_empty());
        running.signal(Signal::TERM);
        running.wait().exits(143);
    }
    test.nothing_is_left();
}

#[test]
fn what_has_to_be_a_file_is_refused_at_once_where_it_is_none() {
    let test = Test::answering("x");
    fifo(&test.work().join("pipe"));
    for (arguments, said) in [
        (
            &["run", "-i", "pipe", "x"][..],
            "it is a FIFO, not a regular file",
        ),
        (
            &["run", "-a", "pipe", "x"],
            "it is a FIFO, not a file or directory",
        ),
        (
            &["run", "-a", "/dev/zero", "x"],
            "it is a device, not a file or directory",
        ),
        (
            &["run", "-i", "/dev/zero", "x"],
            "it is a device, not a regular file",
        ),
        (&["run", "-f", "."], "it is a directory"),
        (&["run", "--output-schema", ".", "x"], "it is a directory"),
        (&["run", "--policy", ".", "x"], "it is a directory"),
        (&["run", "--config", ".", "x"], "it is a directory"),
        (&["run", "-f", "/dev/zero"], "larger than 64 MiB"),
        (&["run", "--policy", "/dev/zero", "x"], "larger than 64 MiB"),
        (&["rpc", "model/list", "@/dev/zero"], "larger than 64 MiB"),
        (
            &["automate", "add", "a", "--every", "1h", "-f", "pipe"],
            "it is a FIFO, not a regular file",
        ),
    ] {
        let outcome = test.run(arguments);
        outcome.exits(2);
        assert!(outcome.stderr.contains(said), "{outcome:?}");
    }
}

#[test]
fn a_configuration_and_a_policy_in_their_places_are_regular_files() {
    for name in ["config.toml", "policy.toml"] {
        let test = Test::answering("x");
        let directory = test.root().join("turnwise/config");
        std::fs::create_dir_all(&directory).unwrap();
        fifo(&directory.join(name));
        let outcome = test.run(&["run", "x"]);
        outcome.exits(2);
        assert!(outcome.stderr.contains("it is a FIFO"), "{outcome:?}");
    }
    let test = Test::answering("x");
    let directory = test.root().join("turnwise/config");
    std::fs::create_dir_all(&directory).unwrap();
    std::os::unix::fs::symlink(Path::new("gone"), directory.join("policy.toml")).unwrap();
    test.run(&["run", "x"]).exits(2);
}
