//! Saved jobs as their owner meets them: added, run by `tick` and `daemon`, changed, stopped, told of.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use rustix::process::Signal;
use serde_json::{Value, json};
use turnwise::demo::{Gate, ModelRequest, Responder, Step};
use turnwise::ledger::jobs::{JobChange, JobRunState};
use turnwise::ledger::{JobLedger, SqliteLedger, now};

use crate::support::{Outcome, PATIENCE, Running, Test};

fn state(test: &Test) -> PathBuf {
    test.work().with_file_name("turnwise").join("state")
}

fn ledger(test: &Test) -> SqliteLedger {
    SqliteLedger::open(&SqliteLedger::path_in(&state(test))).unwrap()
}

/// Puts a job's past back by so long, so that what would have been due since then is due now.
fn rewind(test: &Test, name: &str, by: SignedDuration) {
    let ledger = ledger(test);
    let job = ledger.job(name).unwrap().unwrap();
    let handled_at = job.handled_at - i64::try_from(by.as_millis()).unwrap();
    let change = JobChange {
        spec: job.spec.clone(),
        state: job.state,
        handled_at,
        wake_at: Some(handled_at),
        notes: Vec::new(),
        forget_error: false,
        forget_session: false,
    };
    assert!(ledger.change_job(&job, &change).unwrap());
}

/// Makes an interval begin anew a moment ago, so that its job is due once.
fn make_due(test: &Test, name: &str) {
    let start = (Timestamp::now() - SignedDuration::from_secs(1)).to_string();
    test.run(&["automate", "edit", name, "--start-at", &start])
        .exits(0);
    rewind(test, name, SignedDuration::from_mins(1));
}

/// Adds a job that is due.
fn add_due(test: &Test, name: &str, arguments: &[&str]) {
    let all = [&["automate", "add", name, "--every", "1h"], arguments].concat();
    test.run(&all).exits(0);
    make_due(test, name);
}

/// Job `a` as the ledger has it.
fn kept(test: &Test) -> String {
    ledger(test).job("a").unwrap().unwrap().spec
}

fn runs(test: &Test, name: &str) -> Vec<Value> {
    let document = test.run(&["automate", "history", name, "--json"]).exits(0).json();
    assert_eq!(document["schema"], "turnwise.runs/1");
    document["runs"].as_array().unwrap().clone()
}

fn job(test: &Test, name: &str) -> Value {
    let document = test.run(&["automate", "list", "--json"]).exits(0).json();
    assert_eq!(document["schema"], "turnwise.jobs/1");
    let jobs = document["jobs"].as_array().unwrap();
    jobs.iter().find(|job| job["name"] == name).unwrap().clone()
}

fn tick(test: &Test) -> Outcome {
    test.run(&["automate", "tick"])
}

fn prompts(test: &Test) -> Vec<String> {
    test.requests().iter().map(ModelRequest::prompt).collect()
}

/// Waits until something is there, which another process brings about.
#[track_caller]
fn until<T>(mut there: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = there() {
            return found;
        }
        assert!(Instant::now() < deadline, "it does not come");
        std::thread::park_timeout(std::time::Duration::from_millis(10));
    }
}

/// A model that waits at a gate before it answers.
fn gated() -> (Gate, Arc<Responder>) {
    let gate = Gate::default();
    let at = gate.clone();
    (
        gate,
        Arc::new(move |_| vec![Step::Gate(at.clone()), Step::text("late")]),
    )
}

#[test]
fn a_job_is_added_run_when_due_and_leaves_a_record() {
    let mut test = Test::answering("All links work.");
    test.set("TZ", "Europe/Berlin");
    let add = [
        "automate",
        "add",
        "links",
        "--cron",
        "30 9 * * *",
        "--tz",
        "Asia/Kathmandu",
        "Check",
        "the links",
    ];
    let outcome = test.run(&add);
    assert_eq!(outcome.exits(0).stderr, "Saved links. Its next runs:\n");
    let lines = outcome.stdout.lines().collect::<Vec<_>>();
    assert_eq!(lines.len(), 4, "{outcome:?}");
    assert!(lines[0].contains("Asia/Kathmandu") && lines[0].contains("Europe/Berlin (local)"));
    assert!(lines[1].contains("09:30 +0545"), "{outcome:?}");
    // Nothing is due, so nothing happens and nothing is said.
    let outcome = tick(&test);
    assert_eq!(
        (outcome.exits(0).stdout.as_str(), outcome.stderr.as_str()),
        ("", "")
    );
    assert_eq!(runs(&test, "links"), Vec::<Value>::new());
    rewind(&test, "links", SignedDuration::from_hours(24));
    let outcome = tick(&test);
    assert_eq!(
        (outcome.exits(0).stdout.as_str(), outcome.stderr.as_str()),
        ("", "")
    );
    assert_eq!(prompts(&test), ["Check the links"]);
    let all = runs(&test, "links");
    let [run] = &all[..] else { panic!("{all:#?}") };
    assert_eq!(
        (&run["state"], &run["exit_code"], &run["attempt"]),
        (&json!("ran"), &json!(0), &json!(1))
    );
    assert!(run["due_at"].as_str().unwrap().ends_with("T03:45:00Z"), "{run}");
    assert!(
        run["session_id"].is_string() && run["duration_ms"].as_i64().unwrap() > 0,
        "{run}"
    );
    let log = Path::new(run["log"].as_str().unwrap());
    let mode = std::fs::metadata(log).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(std::fs::read_to_string(log).unwrap().contains("All links work."));
    let job = job(&test, "links");
    assert_eq!(
        (&job["state"], &job["last_run"], &job["runs"], &job["zone"]),
        (
            &json!("active"),
            &json!("ran"),
            &json!(1),
            &json!("Asia/Kathmandu")
        )
    );
    tick(&test).exits(0);
    assert_eq!(runs(&test, "links").len(), 1, "a due time is run once");
    let shown = test.run(&["automate", "show", "links"]);
    assert!(shown.exits(0).stdout.contains("Check the links"), "{shown:?}");
    let bar = test.run(&["automate", "history", "links"]);
    assert!(bar.exits(0).stdout.starts_with("■  1 ran\n"), "{bar:?}");
    test.nothing_is_left();
}

#[test]
fn the_line_for_cron_works_in_an_empty_environment() {
    let test = Test::answering("from cron");
    std::fs::create_dir(test.work().join("sub dir")).unwrap();
    std::fs::write(test.work().join("sub dir/prompt.md"), "Read me at the time").unwrap();
    add_due(&test, "job", &["--cd", "sub dir", "-f", "sub dir/prompt.md"]);
    let line = test
        .run(&["automate", "install", "--cron"])
        .exits(0)
        .stdout
        .clone();
    let (minutes, command) = line.trim_end().split_at(10);
    assert_eq!(minutes, "* * * * * ");
    let mut shell = Command::new("/bin/sh");
    shell
        .args(["-c", &command.replace("\\%", "%")])
        .env_clear()
        .current_dir("/");
    shell.stdin(Stdio::null());
    let outcome = Running::start(shell).wait();
    assert_eq!(
        (outcome.exits(0).stdout.as_str(), outcome.stderr.as_str()),
        ("", "")
    );
    assert_eq!(prompts(&test), ["Read me at the time"]);
    assert_eq!(runs(&test, "job")[0]["state"], "ran");
    let unit = test
        .run(&["automate", "install", "--systemd"])
        .exits(0)
        .stdout
        .clone();
    assert!(
        unit.contains("\"automate\" \"daemon\"") && unit.contains("TURNWISE_HOME="),
        "{unit}"
    );
    let doctor = test.run(&["doctor", "--cron", "--json"]).exits(0).json();
    assert_eq!(doctor["ok"], true, "{doctor}");
    let jobs = doctor["checks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|check| check["name"] == "jobs");
    assert_eq!(jobs.unwrap()["message"], "1 saved, 1 active");
}

#[test]
fn a_job_that_reuses_its_session_goes_on_where_it_ended() {
    let test = Test::answering("noted");
    add_due(&test, "diary", &["--session", "reuse", "Write it down"]);
    tick(&test).exits(0);
    make_due(&test, "diary");
    tick(&test).exits(0);
    let runs = runs(&test, "diary");
    assert_eq!(runs.len(), 2);
    assert!(runs[0]["session_id"].is_string());
    assert_eq!(runs[0]["session_id"], runs[1]["session_id"]);
    assert_eq!(job(&test, "diary")["session_id"], runs[0]["session_id"]);
    let conversation = test.requests()[1].body["input"].to_string();
    assert_eq!(conversation.matches("Write it down").count(), 2, "{conversation}");
    test.run(&["automate", "edit", "diary", "--session", "fresh"])
        .exits(0);
    make_due(&test, "diary");
    tick(&test).exits(0);
    let conversation = test.requests()[2].body["input"].to_string();
    assert_eq!(conversation.matches("Write it down").count(), 1, "{conversation}");
}

#[test]
fn a_failure_stops_the_job_tells_its_owner_and_is_no_success() {
    let test = Test::rounds(vec![vec![Step::Failed(
        "bad_request".into(),
        "it cannot be done".into(),
    )]]);
    add_due(
        &test,
        "broken",
        &[
            "--on-failure",
            "cat > told; echo $TURNWISE_JOB >> told",
            "--on-success",
            "touch never",
            "x",
        ],
    );
    let outcome = tick(&test);
    assert!(
        outcome.exits(1).stderr.starts_with("broken: failed, "),
        "{outcome:?}"
    );
    assert!(outcome.stderr.contains("it cannot be done") && outcome.stderr.contains("unpause broken"));
    let told = std::fs::read_to_string(test.work().join("told")).unwrap();
    let (document, name) = told.split_once('\n').unwrap();
    let document = serde_json::from_str::<Value>(document).unwrap();
    assert_eq!(
        (
            &document["schema"],
            &document["exit_code"],
            &document["job"]["name"],
            name
        ),
        (&json!("turnwise.run/1"), &json!(1), &json!("broken"), "broken\n")
    );
    assert!(!test.work().join("never").exists());
    let record = job(&test, "broken");
    assert_eq!(record["state"], "stopped");
    assert!(
        record["last_error"]
            .as_str()
            .unwrap()
            .contains("it cannot be done"),
        "{record}"
    );
    rewind(&test, "broken", SignedDuration::from_hours(2));
    tick(&test).exits(0);
    assert_eq!(runs(&test, "broken").len(), 1, "it is stopped");
    assert!(
        test.run(&["doctor"])
            .stdout
            .contains("stopped by an error: broken")
    );
    // It goes on, and what was due meanwhile is recorded and not caught up.
    test.run(&["automate", "unpause", "broken"]).exits(0);
    let states = runs(&test, "broken");
    assert_eq!(job(&test, "broken")["last_error"], Value::Null);
    assert!(states.iter().any(|run| run["state"] == "failed"), "{states:#?}");
    // Told to, it goes on by itself.
    test.run(&[
        "automate",
        "edit",
        "broken",
        "--on-error",
        "continue",
        "--unset",
        "on-failure",
    ])
    .exits(0);
    make_due(&test, "broken");
    tick(&test).exits(1);
    assert_eq!(job(&test, "broken")["state"], "active");
}

#[test]
fn success_is_told_to_whoever_wants_to_know() {
    let test = Test::answering("fine");
    add_due(
        &test,
        "good",
        &["--on-success", "cat > told", "--on-failure", "touch never", "x"],
    );
    // An answer that does not match its schema is a failure with its own exit code, which is the tick's.
    std::fs::write(test.work().join("schema.json"), "{\"type\": \"object\"}").unwrap();
    add_due(
        &test,
        "shape",
        &[
            "--output-schema",
            "schema.json",
            "--on-success",
            "touch never",
            "x",
        ],
    );
    let document = test.run(&["automate", "tick", "--json"]).exits(6).json();
    let mut ends = document["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| (run["job"].as_str().unwrap(), run["state"].as_str().unwrap()))
        .collect::<Vec<_>>();
    ends.sort_unstable();
    assert_eq!(ends, [("good", "ran"), ("shape", "failed")]);
    let told = std::fs::read_to_string(test.work().join("told")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&told).unwrap()["text"], "fine");
    assert!(!test.work().join("never").exists());
}

#[test]
fn an_approval_that_nobody_gives_is_a_failure() {
    let test = Test::rounds(vec![vec![Step::escalated(
        "echo made > made",
        "It has to be made.",
    )]]);
    add_due(&test, "asks", &["--approval", "on-request", "x"]);
    tick(&test).exits(5);
    assert_eq!(runs(&test, "asks")[0]["exit_code"], 5);
    assert!(!test.work().join("made").exists());
    test.nothing_is_left();
}

#[test]
fn a_job_waits_for_an_answer_where_somebody_is_told_and_says_so() {
    let test = Test::rounds(vec![
        vec![Step::escalated("echo made > made", "It has to be made.")],
        vec![Step::text("made it")],
    ]);
    let config = state(&test).with_file_name("config");
    std::fs::create_dir_all(&config).unwrap();
    std::fs::write(config.join("config.toml"), "notify = [\"true\"]\n").unwrap();
    add_due(&test, "asks", &["--approval", "on-request", "x"]);
    assert_eq!(job(&test, "asks")["options"]["on-approval"], json!(["wait"]));
    let ticking = test.spawn(&["automate", "tick"]);
    until(|| (runs(&test, "asks").first()?["state"] == "waiting").then_some(()));
    let waiting = test.run(&["approve", "list", "--json"]).json();
    let id = waiting["approvals"][0]["id"].as_str().unwrap().to_owned();
    test.run(&["approve", "accept", &id]).exits(0);
    ticking.wait().exits(0);
    assert_eq!(runs(&test, "asks")[0]["state"], "ran");
    assert!(test.work().join("made").exists());
}

#[test]
fn what_is_temporary_is_tried_again_and_a_usage_limit_waits_for_its_end() {
    let limit = json!({ "error": { "type": "usage_limit_reached", "message": "used up", "resets_at": Timestamp::now().as_second() + 7_200 } });
    for (error, least) in [
        (
            json!({ "error": { "code": "rate_limit_exceeded", "message": "slow down" } }),
            20,
        ),
        (limit, 3_600),
    ] {
        let test = Test::rounds(vec![vec![Step::Http(429, error)]]);
        add_due(&test, "again", &["--retries", "1", "x"]);
        tick(&test).exits(0);
        let run = runs(&test, "again").remove(0);
        assert_eq!(
            (&run["state"], &run["exit_code"]),
            (&json!("retry"), &json!(75)),
            "{run}"
        );
        let again = run["retry_at"].as_str().unwrap().parse::<Timestamp>().unwrap();
        assert!(
            again.duration_since(Timestamp::now()) > SignedDuration::from_secs(least),
            "{run}"
        );
        assert_eq!(job(&test, "again")["state"], "active");
    }
}

#[test]
fn a_job_can_be_changed_paused_and_removed() {
    let test = Test::answering("x");
    std::fs::write(test.work().join("schema.json"), "{\"type\": \"object\"}").unwrap();
    let add = [
        "automate",
        "add",
        "a",
        "--every",
        "1h",
        "--effort",
        "low",
        "--output-schema",
        "schema.json",
        "old",
    ];
    test.run(&add).exits(0);
    let schema = test.work().join("schema.json").canonicalize().unwrap();
    assert_eq!(
        job(&test, "a")["options"],
        json!({ "effort": ["low"], "on-approval": ["fail"], "output-schema": [schema] })
    );
    let changed = test.run(&[
        "automate",
        "edit",
        "a",
        "--effort=high",
        "--unset",
        "output-schema",
        "new",
        "words",
    ]);
    assert!(
        changed.exits(0).stderr.starts_with("Changed a. Its next runs:"),
        "{changed:?}"
    );
    let record = job(&test, "a");
    assert_eq!(
        (&record["prompt"], &record["every_ms"]),
        (&json!("new words"), &json!(3_600_000))
    );
    assert_eq!(
        record["options"],
        json!({ "effort": ["high"], "on-approval": ["fail"] })
    );
    test.run(&[
        "automate",
        "edit",
        "a",
        "--cron",
        "@daily",
        "--tz",
        "UTC",
        "--max-runs",
        "3",
    ])
    .exits(0);
    let times = test.run(&["automate", "next", "a", "--json"]).exits(0).json();
    assert_eq!(
        (times["times"].as_array().unwrap().len(), &times["zone"]),
        (3, &json!("UTC"))
    );
    test.run(&["automate", "pause", "a"]).exits(0);
    rewind(&test, "a", SignedDuration::from_hours(72));
    tick(&test).exits(0);
    assert_eq!(job(&test, "a")["state"], "paused");
    test.run(&["automate", "unpause", "a"]).exits(0);
    let skipped = runs(&test, "a");
    assert_eq!(skipped.len(), 3, "{skipped:#?}");
    for run in &skipped {
        assert_eq!(
            (&run["state"], &run["reason"]),
            (&json!("skipped"), &json!("the job was paused"))
        );
    }
    tick(&test).exits(0);
    assert_eq!(test.requests().len(), 0);
    test.run(&["automate", "remove", "a"]).exits(0);
    assert_eq!(
        test.run(&["automate", "list", "--json"]).json()["jobs"],
        json!([])
    );
    let gone = test.run(&["automate", "show", "a"]);
    assert!(gone.exits(2).stderr.contains("there is no job a"), "{gone:?}");
}

#[test]
fn what_is_wrong_with_a_job_is_found_before_it_is_saved() {
    let test = Test::answering("x");
    std::fs::write(test.work().join("bad.json"), "{").unwrap();
    for (arguments, expected) in [
        (&["--every", "1h"][..], "there is no prompt"),
        (&["x"], "give --cron, --every or --at"),
        (&["--every", "10ms", "x"], "once a second at most"),
        (&["--every", "1h", "--jitter", "1h", "x"], "shorter than --every"),
        (&["--at", "2020-01-01", "x"], "it would never run"),
        (&["--every", "1h", "--output-schema", "bad.json", "x"], "bad.json"),
        (&["--every", "1h", "--policy", "none.toml", "x"], "none.toml"),
        (&["--every", "1h", "-f", "none.md"], "none.md"),
        (&["--every", "1h", "--cd", "none", "x"], "none"),
        (
            &["--every", "1h", "--sandbox", "danger-full-access", "x"],
            "--privileged",
        ),
        (&["--every", "1h", "--on-approval", "ask", "x"], "no terminal"),
        (
            &["--every", "1h", "--session", "reuse", "--ephemeral", "x"],
            "--ephemeral",
        ),
        (
            &["--every", "1h", "-c", "model_providers.x.bearer_token=abc", "x"],
            "does not keep secrets",
        ),
        (&["--every", "1h", "--codex", "/nowhere", "x"], "/nowhere"),
    ] {
        let outcome = test.run(&[&["automate", "add", "a"], arguments].concat());
        assert!(matches!(outcome.code, Some(2 | 3)), "{arguments:?}: {outcome:?}");
        assert!(outcome.stderr.contains(expected), "{arguments:?}: {outcome:?}");
    }
    for name in ["../a", "-a", "a b", ""] {
        test.run(&["automate", "add", "--every", "1h", "--", name, "x"])
            .exits(2);
    }
    assert_eq!(
        test.run(&["automate", "list", "--json"]).json()["jobs"],
        json!([])
    );
    test.run(&["automate", "add", "a", "--every", "1h", "x"]).exits(0);
    let twice = test.run(&["automate", "add", "a", "--every", "1h", "x"]);
    assert!(twice.exits(2).stderr.contains("automate edit a"), "{twice:?}");
}

#[test]
fn missed_due_times_are_run_once_or_skipped_and_all_are_recorded() {
    let test = Test::answering("x");
    for (name, missed) in [("once", "once"), ("skip", "skip")] {
        let add = [
            "automate",
            "add",
            name,
            "--cron",
            "0 * * * *",
            "--tz",
            "UTC",
            "--missed",
            missed,
            "x",
        ];
        test.run(&add).exits(0);
        rewind(&test, name, SignedDuration::from_hours(5));
    }
    tick(&test).exits(0);
    let states = |name: &str| {
        let runs = runs(&test, name);
        runs.iter()
            .map(|run| run["state"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(states("once"), ["ran", "missed", "missed", "missed", "missed"]);
    // The last one may just have been due, and then it is in time.
    let skipped = states("skip");
    assert!(
        skipped.len() == 5 && skipped[1..].iter().all(|state| state == "missed"),
        "{skipped:?}"
    );
}

#[test]
fn stop_all_lets_nothing_run_until_it_is_released() {
    let (gate, responder) = gated();
    let test = Test::responding(responder, "");
    add_due(&test, "a", &["x"]);
    let ticking = test.spawn(&["automate", "tick"]);
    until(|| (!test.requests().is_empty()).then_some(()));
    test.run(&["automate", "stop-all"]).exits(0);
    ticking.wait();
    assert_eq!(runs(&test, "a")[0]["state"], "interrupted");
    gate.open();
    make_due(&test, "a");
    tick(&test).exits(0);
    assert!(runs(&test, "a").iter().any(|run| run["state"] == "skipped"));
    let listed = test.run(&["automate", "list"]);
    assert!(
        listed.exits(0).stderr.contains("Everything is stopped"),
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
    until(|| (!test.requests().is_empty()).then_some(()));
    assert_eq!(runs(&test, "a")[0]["state"], "running");
    let busy = test.run(&["automate", "run", "a"]);
    assert!(busy.exits(75).stderr.contains("is running already"), "{busy:?}");
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
    until(|| (!test.requests().is_empty()).then_some(()));
    ticking.signal(Signal::KILL);
    ticking.wait();
    test.nothing_is_left();
    // Its lease still stands, so nobody touches it.
    tick(&test).exits(0);
    let requests = test.requests().len();
    let dead = ledger(&test).bury(now() + 61_000).unwrap();
    assert_eq!((dead.len(), dead[0].state), (1, JobRunState::Failed));
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

#[test]
fn a_loop_repeats_a_prompt_on_one_session_in_the_foreground() {
    let test = Test::answering("still green");
    let repeat = ["automate", "loop", "--every", "10ms", "--max-runs", "3"];
    let outcome = test.run(&[&repeat[..], &["Is it green?"]].concat());
    assert_eq!(outcome.exits(0).stdout, "still green\n".repeat(3));
    let lines = test.run(&[&repeat[..], &["--format", "json", "--ephemeral", "x"]].concat());
    let documents = lines.exits(0).json_lines();
    assert_eq!(documents.len(), 3);
    for document in &documents {
        assert_eq!(
            (&document["schema"], &document["text"]),
            (&json!("turnwise.run/1"), &json!("still green"))
        );
        assert_eq!(document["session_id"], documents[0]["session_id"]);
    }
    // Nothing of it is a saved job.
    assert_eq!(
        test.run(&["automate", "list", "--json"]).json()["jobs"],
        json!([])
    );
    let zero = test.run(&["automate", "loop", "--every", "0", "x"]);
    assert!(zero.exits(2).stderr.contains("greater than zero"), "{zero:?}");
    test.nothing_is_left();
}

#[test]
fn a_loop_ends_with_its_first_error_or_its_first_signal() {
    let test = Test::rounds(vec![vec![Step::escalated(
        "echo made > made",
        "It has to be made.",
    )]]);
    let repeat = [
        "automate",
        "loop",
        "--every",
        "10ms",
        "--approval",
        "on-request",
        "x",
    ];
    let outcome = test.run(&[&repeat[..], &["--format", "json"]].concat());
    assert_eq!(outcome.exits(5).json_lines().last().unwrap()["exit_code"], 5);
    test.nothing_is_left();
    let (_gate, responder) = gated();
    let test = Test::responding(responder, "");
    let looping = test.spawn(&["automate", "loop", "--every", "1h", "x"]);
    until(|| (!test.requests().is_empty()).then_some(()));
    looping.signal(Signal::INT);
    looping.wait().exits(130);
    test.nothing_is_left();
}

#[test]
fn the_configuration_has_its_say_when_a_job_is_added_and_changes_none_later() {
    let test = Test::answering("x");
    let config = state(&test).with_file_name("config");
    std::fs::create_dir_all(&config).unwrap();
    let configure = |text: &str| std::fs::write(config.join("config.toml"), text).unwrap();
    configure(
        "codex-config = [\"x.api_key=abc\"]\nretries = 3\non-approval = \"decline\"\neffort = \"low\"\n",
    );
    test.run(&["automate", "add", "a", "--every", "1h", "x"]).exits(0);
    // What is about the run is read at each run, and Codex's own settings there are nobody else's business.
    let record = job(&test, "a");
    assert_eq!((&record["retries"], &record["options"]), (&json!(3), &json!({})));
    assert!(!kept(&test).contains("abc"));
    configure("retries = 5\n");
    test.run(&["automate", "edit", "a", "-c", "x.y=1"]).exits(0);
    assert!(kept(&test).contains("x.y=1"));
    test.run(&["automate", "edit", "a", "--missed", "skip"]).exits(0);
    let record = job(&test, "a");
    assert_eq!(
        (&record["retries"], &record["missed"]),
        (&json!(3), &json!("skip"))
    );
    // The configuration can be wrong by then, and that is a failure like any other.
    configure("no-such-key = 1\n");
    let command = test.run(&["automate", "tick"]);
    assert!(command.exits(2).stderr.contains("no-such-key"), "{command:?}");
}
