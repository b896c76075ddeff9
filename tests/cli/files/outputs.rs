//! What is written to a user's path: a file is replaced whole, everything else is written to as it is.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::fifo;
use crate::support::Test;
use crate::support::running::Running;

/// Runs a shell line with turnwise as `$T`.
fn shell(test: &Test, line: &str) -> crate::support::Outcome {
    let mut command = test.command(&[]);
    let mut shell = test.other("/bin/sh");
    shell.envs(
        command
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    shell.env("T", command.get_program());
    command.stdin(Stdio::null());
    shell.arg("-c").arg(line);
    Running::start(shell).wait()
}

#[test]
fn an_answer_for_one_of_our_own_descriptors_goes_behind_what_is_there() {
    let test = Test::answering("The answer.");
    symlink("/dev/stdout", test.work().join("link")).unwrap();
    for (line, left) in [
        (
            "$T run -q -O /dev/stdout x",
            "before\nThe answer.\nThe answer.\nafter\n",
        ),
        (
            "$T run -q -O /dev/fd/1 x",
            "before\nThe answer.\nThe answer.\nafter\n",
        ),
        (
            "$T run -q -O /proc/self/fd/1 x",
            "before\nThe answer.\nThe answer.\nafter\n",
        ),
        ("$T run -q -O link x", "before\nThe answer.\nThe answer.\nafter\n"),
        ("$T run -q -O out x", "before\nThe answer.\nThe answer.\nafter\n"),
        (
            "$T run -q -O /dev/stderr x 2>&1 >/dev/null",
            "before\nThe answer.\nafter\n",
        ),
        (
            "$T run -q -O /dev/fd/3 x 3>&1 >/dev/null",
            "before\nThe answer.\nafter\n",
        ),
        (
            "$T run -q -O /proc/self/fd/3 x 3>&1 >/dev/null",
            "before\nThe answer.\nafter\n",
        ),
    ] {
        let outcome = shell(&test, &format!("exec >out; echo before; {line}; echo after"));
        outcome.exits(0);
        let written = std::fs::read_to_string(test.work().join("out")).unwrap();
        assert_eq!(written, left, "{line}: {outcome:?}");
    }
    assert!(test.work().join("link").is_symlink());
}

#[test]
fn a_descriptor_that_cannot_be_written_to_is_refused_before_the_turn() {
    let test = Test::answering("x");
    for line in [
        "$T run -O /dev/fd/9 x",
        "$T run -O /dev/stdin x </dev/null",
        "$T run -O /dev/fd/7 x 7<out",
    ] {
        std::fs::write(test.work().join("out"), "").unwrap();
        let outcome = shell(&test, line);
        outcome.exits(2);
        assert!(outcome.stderr.contains("--output /dev/"), "{outcome:?}");
    }
    let job = "$T automate add a --every 1h x -O /dev/stdout";
    shell(&test, job).exits(2);
    assert!(test.requests().is_empty());
}

#[test]
fn an_exported_session_and_a_log_go_to_descriptors_too() {
    let test = Test::answering("The answer.");
    test.run(&["run", "--name", "it", "x"]).exits(0);
    // Through a link, because a mistake would put a file into the place of what it leads to.
    symlink("/dev/stdout", test.work().join("link")).unwrap();
    let outcome = shell(
        &test,
        "exec >out; echo before; $T session export it --json -O link; echo after",
    );
    outcome.exits(0);
    let written = std::fs::read_to_string(test.work().join("out")).unwrap();
    assert!(
        written.starts_with("before\n{\"schema\":\"turnwise.session/1\"") && written.ends_with("after\n"),
        "{written}"
    );
    // What keeps a run from being reached is worth a line in the log.
    let state = test.root().join("turnwise/state");
    std::fs::create_dir_all(&state).unwrap();
    let _ = std::fs::remove_dir_all(state.join("runs"));
    std::fs::write(state.join("runs"), "").unwrap();
    let outcome = shell(
        &test,
        "exec 2>log; echo before >&2; $T run --log-file /dev/stderr x >/dev/null; echo after >&2",
    );
    outcome.exits(0);
    let log = std::fs::read_to_string(test.work().join("log")).unwrap();
    assert!(
        log.starts_with("before\n") && log.ends_with("after\n") && log.contains("nobody can reach"),
        "{log}"
    );
}

#[test]
fn an_export_keeps_a_links_place_and_a_files_mode() {
    let test = Test::answering("The answer.");
    test.run(&["run", "--name", "it", "x"]).exits(0);
    let file = test.work().join("page.md");
    std::fs::write(&file, "old").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    symlink("page.md", test.work().join("link")).unwrap();
    test.run(&["session", "export", "it", "--markdown", "-O", "link"])
        .exits(0);
    assert!(test.work().join("link").is_symlink());
    assert!(std::fs::read_to_string(&file).unwrap().contains("The answer."));
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o644);
}

/// Reads a FIFO to its end on a thread.
fn reader(path: &Path) -> std::thread::JoinHandle<String> {
    let path = path.to_owned();
    std::thread::spawn(move || {
        let mut text = String::new();
        File::open(path).unwrap().read_to_string(&mut text).unwrap();
        text
    })
}

#[test]
fn a_fifo_and_a_device_are_written_to_and_stay_what_they_are() {
    let test = Test::answering("The answer.");
    let pipe = test.work().join("pipe");
    fifo(&pipe);
    let reading = reader(&pipe);
    test.run(&["run", "-O", "pipe", "x"]).exits(0);
    assert_eq!(reading.join().unwrap(), "The answer.\n");
    let reading = reader(&pipe);
    test.run(&["session", "export", "--markdown", "-O", "pipe"])
        .exits(2);
    test.run(&["run", "--name", "it", "-O", "/dev/null", "x"])
        .exits(0);
    test.run(&["session", "export", "it", "--markdown", "-O", "pipe"])
        .exits(0);
    assert!(reading.join().unwrap().contains("The answer."));
    assert!(pipe.metadata().unwrap().file_type().is_fifo());
    assert!(
        Path::new("/dev/null")
            .metadata()
            .unwrap()
            .file_type()
            .is_char_device()
    );
}

#[test]
fn a_fifo_that_nobody_reads_from_holds_a_run_up_to_its_timeout_and_no_signal() {
    let test = Test::answering("The answer.");
    let pipe = test.work().join("pipe");
    fifo(&pipe);
    let began = Instant::now();
    let outcome = test.run(&["run", "--timeout", "5s", "-O", "pipe", "x"]);
    outcome.exits(124);
    assert!(began.elapsed() < Duration::from_secs(40), "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("--output pipe: timed out; nothing reads from it"),
        "{outcome:?}"
    );
    assert_eq!(outcome.stdout, "The answer.\n");
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        let running = test.spawn(&["run", "--timeout", "0", "--format", "jsonl", "-O", "pipe", "x"]);
        running.wait_for_stdout("turn.completed");
        running.signal(signal);
        running.wait().exits(code);
    }
    test.nothing_is_left();
}

#[test]
fn a_fifo_whose_reader_stalls_holds_a_run_up_to_its_timeout() {
    // More than a pipe holds.
    let test = Test::answering(&"long ".repeat(100_000));
    let pipe = test.work().join("pipe");
    fifo(&pipe);
    // Both ends, so that opening waits for nobody.
    let _reader = OpenOptions::new().read(true).write(true).open(&pipe).unwrap();
    let outcome = test.run(&["run", "--timeout", "6s", "-O", "pipe", "x"]);
    outcome.exits(124);
    assert!(
        outcome
            .stderr
            .contains("--output pipe: timed out before all of it"),
        "{:?}",
        outcome.stderr
    );
}

#[test]
fn a_log_that_nobody_reads_is_refused_and_one_that_is_read_slowly_holds_nothing_up() {
    let test = Test::answering("The answer.");
    let pipe = test.work().join("pipe");
    fifo(&pipe);
    let outcome = test.run(&["run", "--log-file", "pipe", "x"]);
    outcome.exits(2);
    assert!(
        outcome.stderr.contains("--log-file pipe: nothing reads from it"),
        "{outcome:?}"
    );
    let _reader = OpenOptions::new().read(true).write(true).open(&pipe).unwrap();
    for _ in 0..3 {
        test.run(&["run", "-vv", "--log-file", "pipe", "x"]).exits(0);
    }
    assert!(pipe.metadata().unwrap().file_type().is_fifo());
}

#[test]
fn the_files_of_github_can_be_pipes_and_descriptors_without_holding_a_run_up() {
    let mut test = Test::answering("The answer.");
    let pipe = test.work().join("pipe");
    fifo(&pipe);
    test.set("GITHUB_OUTPUT", "pipe");
    test.set("GITHUB_STEP_SUMMARY", "/dev/stderr");
    let outcome = test.run(&["run", "--github", "x"]);
    outcome.exits(0);
    assert!(
        outcome
            .stderr
            .contains("GITHUB_OUTPUT (pipe): nothing reads from it"),
        "{outcome:?}"
    );
    assert!(outcome.stderr.contains("The answer."), "the summary: {outcome:?}");
}
