//! A server that never stops talking: timeouts and signals win, and the memory has a bound.

use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal};

use super::within;
use crate::support::{Outcome, Running, Test};

/// What a run may need at its peak, in KiB: the bounds of its queues, and some for itself.
const MEMORY: u64 = 220 << 10;

/// Watches a process's peak of memory until it ends.
fn peak_of(process: Pid) -> std::thread::JoinHandle<u64> {
    std::thread::spawn(move || {
        let mut peak = 0;
        while let Ok(status) = std::fs::read_to_string(format!("/proc/{}/status", process.as_raw_nonzero())) {
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            // A process that has ended and waits to be reaped has none.
            let Some(line) = line else { break };
            peak = line.trim().trim_end_matches(" kB").parse().unwrap();
            std::thread::park_timeout(Duration::from_millis(20));
        }
        peak
    })
}

#[track_caller]
fn flooded(flood: &str, arguments: &[&str]) -> Outcome {
    let test = Test::fault(&format!("flood:{flood}"));
    let mut command = test.command(&[&["run", "--timeout", "3s"], arguments, &["hello"]].concat());
    command.stdin(Stdio::null());
    let running = Running::start(command);
    let watching = peak_of(running.pid());
    let outcome = within(Duration::from_secs(3), || running.wait());
    let peak = watching.join().unwrap();
    assert!(peak > 0 && peak < MEMORY, "{flood} {arguments:?}: {peak} KiB");
    test.nothing_is_left();
    outcome
}

#[test]
fn a_flood_before_the_session_has_started_does_not_outlast_the_timeout() {
    for what in ["strangers", "unknown", "warnings", "deltas"] {
        let outcome = flooded(&format!("initialize+{what}"), &[]);
        assert!(
            outcome.exits(124).stderr.contains("starting the session"),
            "{what}: {}",
            outcome.stderr
        );
    }
}

#[test]
fn a_flood_in_a_turn_does_not_outlast_the_timeout() {
    for what in ["status", "strangers", "unknown", "warnings", "deltas"] {
        for point in ["thread/start", "turn"] {
            flooded(&format!("{point}+{what}"), &["--format", "json"]).exits(124);
        }
    }
}

#[test]
fn a_flood_at_the_end_of_a_turn_does_not_keep_it_from_ending() {
    for what in ["status", "unknown"] {
        let outcome = flooded(&format!("end+{what}"), &[]);
        assert_eq!(outcome.exits(0).stdout, "Hello, world.\n", "{what}");
    }
}

#[test]
fn a_flood_onto_an_output_that_nobody_reads_costs_no_memory() {
    let test = Test::fault("flood:turn+unknown");
    let (reader, writer) = std::io::pipe().unwrap();
    let mut command = test.command(&["run", "--timeout", "3s", "--format", "jsonl", "hello"]);
    command.stdin(Stdio::null()).stdout(writer);
    let running = Running::start_with_stdout(command);
    let watching = peak_of(running.pid());
    within(Duration::from_secs(3), || running.wait()).exits(124);
    drop(reader);
    let peak = watching.join().unwrap();
    assert!(peak > 0 && peak < MEMORY, "{peak} KiB");
    test.nothing_is_left();
}

#[test]
fn a_signal_ends_a_run_in_the_middle_of_a_flood() {
    for signal in [Signal::INT, Signal::TERM] {
        for point in ["initialize", "turn"] {
            let test = Test::fault(&format!("flood:{point}+unknown"));
            let running = test.spawn(&["run", "--timeout", "0", "--format", "jsonl", "hello"]);
            if point == "turn" {
                running.wait_for_stdout("brand/new");
            } else {
                test.wait_for_fault_log("thread/start");
            }
            running.signal(signal);
            let outcome = within(Duration::from_secs(3), || running.wait());
            outcome.exits(if signal == Signal::INT { 130 } else { 143 });
            test.nothing_is_left();
        }
    }
}
