//! What saved jobs cost: the commands that people and cron wait for, with 10,000 jobs. `cargo bench --bench automate`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench may fail loudly")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use turnwise::automation::Missed;
use turnwise::automation::jobs::{
    JobPrompt, JobSpec, OnError, SavedSchedule, SavedTrigger, SessionUse, Surroundings,
};
use turnwise::ledger::jobs::NewJob;
use turnwise::ledger::{JobLedger, SqliteLedger, now};

/// Jobs in the ledger.
const JOBS: usize = 10_000;
/// How often a command is timed.
const RUNS: usize = 21;

fn main() {
    let directory = tempfile::tempdir().unwrap();
    let home = directory.path();
    let ledger = SqliteLedger::open(&SqliteLedger::path_in(&home.join("state"))).unwrap();
    // The disk is not what is measured here.
    fill(&ledger);
    println!("with {JOBS} saved jobs, median of {RUNS} (start of the process included):");
    for (arguments, budget) in [
        (&["--version"][..], 15),
        (
            &[
                "automate",
                "next",
                "--cron",
                "30 9 * * MON-FRI",
                "--tz",
                "Europe/Berlin",
            ],
            30,
        ),
        (&["automate", "next", "job-5000"], 30),
        (&["automate", "tick"], 50),
        (&["automate", "list"], 250),
        (&["automate", "list", "--json"], 250),
        (&["automate", "history", "job-5000"], 50),
    ] {
        let took = timed(home, arguments);
        let verdict = if took <= Duration::from_millis(budget) {
            "within"
        } else {
            "OVER"
        };
        println!(
            "  {:60} {:6.1} ms, {verdict} its budget of {budget} ms",
            arguments.join(" "),
            took.as_secs_f64() * 1_000.0
        );
    }
}

fn fill(ledger: &SqliteLedger) {
    let created = Timestamp::from_millisecond(now()).unwrap();
    for number in 0..JOBS {
        let trigger = if number % 2 == 0 {
            SavedTrigger::Cron(format!("{} {} * * MON-FRI", number % 60, number % 24))
        } else {
            SavedTrigger::Every {
                interval_ms: 86_400_000,
                created,
            }
        };
        let spec = JobSpec {
            prompt: JobPrompt::Text(format!("Look at part {number} and say what is new there.")),
            schedule: SavedSchedule {
                trigger,
                zone: "Europe/Berlin".to_owned(),
                start_at: None,
                stop_at: None,
                max_runs: None,
            },
            session: SessionUse::Fresh,
            on_error: OnError::Stop,
            retries: 2,
            missed: Missed::Once,
            jitter_ms: 60_000,
            on_failure: None,
            on_success: None,
            cwd: PathBuf::from("/src/project"),
            options: BTreeMap::from([("on-approval".to_owned(), vec!["fail".to_owned()])]),
            surroundings: Surroundings::default(),
        };
        let job = NewJob {
            name: format!("job-{number}"),
            spec: spec.to_json(),
            created_at: created.as_millisecond(),
            wake_at: Some(created.as_millisecond() + 3_600_000),
        };
        assert!(ledger.add_job(&job).unwrap());
    }
}

fn timed(home: &Path, arguments: &[&str]) -> Duration {
    let mut times = (0..RUNS)
        .map(|_| {
            let started = Instant::now();
            let status = Command::new(env!("CARGO_BIN_EXE_turnwise"))
                .args(arguments)
                .env("TURNWISE_HOME", home)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .unwrap();
            assert!(status.success());
            started.elapsed()
        })
        .collect::<Vec<_>>();
    times.sort_unstable();
    times[RUNS / 2]
}
