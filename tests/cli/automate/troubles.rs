//! A daemon whose ledger takes nothing for a while, and runs that do not end: it says so once, goes on afterwards, and runs
//! nothing twice.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use rusqlite::{Connection, TransactionBehavior};
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, prlimit};
use serde_json::json;
use turnwise::demo::{Gate, ModelRequest, Step};
use turnwise::ledger::jobs::{JobRun, JobRunState};
use turnwise::ledger::{JobLedger, SqliteLedger};

use super::accounts::{Starts, settled, start};
use super::{add_due, done, gated, ledger, runs, state};
use crate::support::{Running, Test, until};

/// A daemon that shrugs its shoulders at files that are too long, as at a full disk, and ignores SIGINT, as one does that a
/// script started in the background.
fn daemon(test: &Test) -> Running {
    let mut command = Command::new("/bin/sh");
    command.args([
        "-c",
        "trap '' XFSZ INT; exec \"$0\" automate daemon",
        env!("CARGO_BIN_EXE_turnwise"),
    ]);
    let as_here = test.command(&[]);
    command.env_clear().current_dir(test.work()).stdin(Stdio::null());
    command.envs(
        as_here
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    Running::start(command)
}

/// Brings trouble on a ledger while one job runs and another falls due, and takes it away when it was complained about.
fn survives<T>(test: &mut Test, gate: &Gate, trouble: impl FnOnce(&Running) -> T, says: &str) {
    let starts = Starts::noted_by_codex(test);
    let daemon = daemon(test);
    let add = |name: &str, prompt: &str| {
        test.run(&["automate", "add", name, "--every", "2s", prompt])
            .exits(0);
    };
    add("runs", "waits");
    test.wait_for_request();
    add("waits", "x");
    let began = starts.all();
    let over = trouble(&daemon);
    gate.open();
    let complaints = ["\nruns: cannot save the result: the ledger ", "\nthe ledger "];
    for complaint in complaints {
        daemon.wait_for_stderr(complaint);
    }
    drop(over);
    let ended = |name: &str| {
        let ledger = ledger(test);
        let job = done(ledger.job(name)).unwrap();
        let runs = done(ledger.job_runs(Some(job.id), 100));
        runs.iter()
            .any(|run: &JobRun| run.state == JobRunState::Ran)
            .then_some(())
    };
    until(|| ended("runs").and(ended("waits")));
    daemon.signal(Signal::TERM);
    let said = daemon.wait();
    said.exits(143);
    for complaint in complaints {
        assert_eq!(said.stderr.matches(complaint).count(), 1, "{said:#?}");
    }
    assert!(said.stderr.contains(&format!("{says}; retrying\n")), "{said:#?}");
    test.nothing_is_left();
    let (ledger, begun) = (ledger(test), starts.all());
    for name in ["runs", "waits"] {
        let job = done(ledger.job(name)).unwrap();
        let spec = turnwise::automation::jobs::JobSpec::from_json(&job.spec).unwrap();
        let schedule = spec.schedule.schedule().unwrap();
        let created = jiff::Timestamp::from_millisecond(job.created_at).unwrap();
        let mut due = schedule.times(created, 0).map(jiff::Timestamp::as_millisecond);
        let runs = settled(&ledger, name, &mut due, &begun);
        assert!(
            runs.iter().all(|run| run.state != JobRunState::Failed),
            "{runs:#?}"
        );
        if name == "runs" {
            assert!(began.contains(&start(name, runs[0].due_at, 1)));
        }
    }
}

/// A model whose answer to one prompt waits at a gate.
fn half_gated() -> (Gate, Test) {
    let gate = Gate::default();
    let at = gate.clone();
    let test = Test::responding(
        std::sync::Arc::new(move |request: &ModelRequest| match request.prompt().as_str() {
            "waits" => vec![Step::Gate(at.clone()), Step::text("late")],
            _ => vec![Step::text("fine")],
        }),
        "",
    )
    .with_own_server("each start of Codex is noted");
    (gate, test)
}

#[test]
fn a_ledger_that_another_process_keeps_locked_costs_a_daemon_time_and_nothing_else() {
    let (gate, mut test) = half_gated();
    let path = SqliteLedger::path_in(&state(&test));
    let lock = |_: &Running| {
        let mut connection = Connection::open(&path).unwrap();
        // Kept until the connection is dropped.
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .unwrap();
        std::mem::forget(transaction);
        connection
    };
    survives(&mut test, &gate, lock, "is locked by another process");
}

/// What a process may write into a file, as it was.
struct OpenMessages(Pid, Rlimit);

impl Drop for OpenMessages {
    fn drop(&mut self) {
        prlimit(Some(self.0), Resource::Fsize, self.1).unwrap();
    }
}

#[test]
fn a_ledger_that_cannot_be_written_costs_a_daemon_time_and_nothing_else() {
    let (gate, mut test) = half_gated();
    let forbid = |daemon: &Running| {
        let before = getrlimit(Resource::Fsize);
        let nothing = Rlimit {
            current: Some(1),
            maximum: before.maximum,
        };
        prlimit(Some(daemon.pid()), Resource::Fsize, nothing).unwrap();
        OpenMessages(daemon.pid(), before)
    };
    survives(&mut test, &gate, forbid, "disk I/O error");
}

/// What fills a disk.
struct Filler(PathBuf);

impl Drop for Filler {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).unwrap();
    }
}

#[test]
#[ignore = "mounts a small disk: as root, `unshare --mount cargo test … -- --ignored full_disk`"]
fn a_full_disk_costs_a_daemon_time_and_nothing_else() {
    let (gate, mut test) = half_gated();
    let home = state(&test).parent().unwrap().to_owned();
    std::fs::create_dir_all(&home).unwrap();
    let mut mount = Command::new("mount");
    mount.args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]).arg(&home);
    assert!(
        mount.status().unwrap().success(),
        "it needs to be root in a namespace of its own"
    );
    let fill = |_: &Running| {
        let path = home.join("filler");
        let mut file = File::create(&path).unwrap();
        let block = [0; 4096];
        while file.write_all(&block).is_ok() {}
        Filler(path)
    };
    survives(&mut test, &gate, fill, "database or disk is full");
    let mut unmount = Command::new("umount");
    // Lazily: this process may have it open.
    assert!(unmount.arg("-l").arg(&home).status().unwrap().success());
}

#[test]
fn a_daemon_that_a_script_started_in_the_background_can_interrupt_its_runs() {
    let (_gate, responder) = gated();
    let test = Test::responding(responder, "");
    add_due(&test, "a", &["x"]);
    let daemon = daemon(&test);
    test.wait_for_request();
    daemon.signal(Signal::TERM);
    daemon.wait().exits(143);
    let run = runs(&test, "a").remove(0);
    // One that had to be killed has no exit code.
    assert_eq!(
        (&run["state"], &run["exit_code"]),
        (&json!("interrupted"), &json!(143))
    );
    test.nothing_is_left();
}

#[test]
#[ignore = "takes the twenty seconds that an interrupted run has"]
fn a_run_that_does_not_end_when_it_is_interrupted_is_killed_at_the_daemons_end() {
    let (_gate, responder) = gated();
    let test = Test::responding(responder, "");
    add_due(&test, "a", &["x"]);
    let daemon = test.spawn(&["automate", "daemon"]);
    test.wait_for_request();
    let run = done(ledger(&test).job_runs(None, 1)).remove(0);
    let process = Pid::from_raw(run.pid.unwrap().cast_signed()).unwrap();
    // One that is stopped does not hear any other signal.
    kill_process(process, Signal::STOP).unwrap();
    daemon.signal(Signal::TERM);
    daemon.wait().exits(143);
    assert_eq!(runs(&test, "a")[0]["state"], "interrupted");
    test.nothing_is_left();
}
