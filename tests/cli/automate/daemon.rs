//! Runners that are stopped: `daemon`, `stop-all`, a signal, a kill.

use rustix::process::Signal;
use turnwise::ledger::jobs::JobRunState;
use turnwise::ledger::{JobLedger, now};

use super::{add_due, done, gated, job, ledger, make_due, runs, state, tick};
use crate::support::{Test, until};

#[test]
fn stop_all_lets_nothing_run_until_it_is_released() {
    let (gate, responder) = gated();
    let test = Test::responding(responder, "");
    add_due(&test, "a", &["x"]);
    let ticking = test.spawn(&["automate", "tick"]);
    test.wait_for_request();
    test.run(&["automate", "stop-all"]).exits(0);
    ticking.wait();
    assert_eq!(runs(&test, "a")[0]["state"], "interrupted");
    gate.open();
    make_due(&test, "a");
    tick(&test).exits(0);
    assert!(runs(&test, "a").iter().any(|run| run["state"] == "skipped"));
    let listed = test.run(&["automate", "list"]);
    assert!(
        listed.exits(0).stderr.contains("All jobs are stopped"),
        "{listed:?}"
    );
    assert!(test.run(&["doctor"]).stdout.contains("stop-all"));
    test.run(&["automate", "run", "a"]).exits(2);
    assert_eq!(test.requests().len(), 1);
    test.run(&["automate", "stop-all", "--release"]).exits(0);
    let outcome = test.run(&["automate", "run", "a"]);
    assert_eq!(outcome.exits(0).stdout, "late\n");
    // The file alone does the same.
    std::fs::write(state(&test).join("stop-all"), "").unwrap();
    assert_eq!(test.run(&["automate", "list", "--json"]).json()["stopped"], true);
}

#[test]
fn a_daemon_runs_what_falls_due_and_ends_cleanly() {
    let (_gate, responder) = gated();
    let test = Test::responding(responder, "");
    let daemon = test.spawn(&["automate", "daemon"]);
    until(|| std::fs::read_dir(state(&test).join("runs")).ok()?.next()?.ok());
    // It is woken by the job that is added, and not by its clock, which may take half a minute.
    test.run(&["automate", "add", "a", "--every", "1s", "x"]).exits(0);
    test.wait_for_request();
    assert_eq!(runs(&test, "a")[0]["state"], "running");
    let busy = test.run(&["automate", "run", "a"]);
    assert!(busy.exits(75).stderr.contains("is already running"), "{busy:?}");
    daemon.signal(Signal::HUP);
    daemon.signal(Signal::TERM);
    daemon.wait().exits(143);
    assert_eq!(runs(&test, "a")[0]["state"], "interrupted");
    assert_eq!(job(&test, "a")["state"], "active");
    test.nothing_is_left();
}

#[test]
fn a_run_ends_with_the_runner_that_was_killed_and_is_recorded_when_its_lease_is_over() {
    let (_gate, responder) = gated();
    let test = Test::responding(responder, "");
    add_due(&test, "a", &["x"]);
    let ticking = test.spawn(&["automate", "tick"]);
    test.wait_for_request();
    ticking.signal(Signal::KILL);
    ticking.wait();
    test.nothing_is_left();
    // Its lease still stands, so nobody touches it.
    tick(&test).exits(0);
    let requests = test.requests().len();
    let dead = done(ledger(&test).reap_expired(now() + 61_000, &[]));
    assert_eq!((dead.len(), dead[0].1.state), (1, JobRunState::Failed));
    tick(&test).exits(0);
    assert_eq!(
        test.requests().len(),
        requests,
        "the same due time is not run again"
    );
    let runs = runs(&test, "a");
    assert!(runs[0]["reason"].as_str().unwrap().contains("died"), "{runs:#?}");
    assert_eq!(job(&test, "a")["state"], "active");
}
