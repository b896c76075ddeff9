//! What saved jobs cost, with 10,000 of them: the commands that people and cron wait for, and a daemon with nothing to do.
//! `cargo bench --bench automate`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench may fail loudly")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use turnwise::automation::Missed;
use turnwise::automation::jobs::{
    JobEnvironment, JobSpec, OnError, SavedRun, SavedSchedule, SavedTrigger, SessionUse,
};
use turnwise::ledger::jobs::NewJob;
use turnwise::ledger::{JobLedger, SqliteLedger, now};
use turnwise::run::{OnApproval, RunSpec};

/// Jobs in the ledger.
const JOBS: usize = 10_000;
/// How often a command is timed.
const RUNS: usize = 21;
/// How long the daemon is watched.
const IDLE: Duration = Duration::from_secs(60);
/// The most memory that it may have, in KiB.
const IDLE_MEMORY: u64 = 20 * 1024;

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
        (&["automate", "list"], 0),
        (&["automate", "list", "--json"], 0),
        (&["automate", "history", "job-5000"], 50),
    ] {
        let took = timed(home, arguments);
        let verdict = match took <= Duration::from_millis(budget) {
            _ if budget == 0 => "no budget is set".to_owned(),
            true => format!("within its budget of {budget} ms"),
            false => format!("OVER its budget of {budget} ms"),
        };
        println!(
            "  {:60} {:6.1} ms, {verdict}",
            arguments.join(" "),
            took.as_secs_f64() * 1_000.0
        );
    }
    idle(home);
}

/// Watches a daemon of which no job is due.
fn idle(home: &Path) {
    let mut daemon = Command::new(env!("CARGO_BIN_EXE_turnwise"))
        .args(["automate", "daemon"])
        .env("TURNWISE_HOME", home)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // It has looked once when it has begun to sleep: nothing else shows that.
    std::thread::sleep(Duration::from_secs(2));
    let process = PathBuf::from(format!("/proc/{}", daemon.id()));
    let read = |name: &str| std::fs::read_to_string(process.join(name)).unwrap();
    // Nanoseconds on a processor, of its one thread and of any other.
    let ran = || {
        let threads = std::fs::read_dir(process.join("task")).unwrap();
        let of = |thread: std::io::Result<std::fs::DirEntry>| {
            let text = std::fs::read_to_string(thread.unwrap().path().join("schedstat")).unwrap();
            text.split(' ').next().unwrap().parse::<u64>().unwrap()
        };
        threads.map(of).sum::<u64>()
    };
    let ticks = || {
        let stat = read("stat");
        let after_name = stat.rsplit_once(')').unwrap().1;
        let fields = after_name.split_whitespace().collect::<Vec<_>>();
        // utime and stime, the fields 14 and 15 of the whole line.
        fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
    };
    let began = (ran(), ticks());
    std::thread::sleep(IDLE);
    let (ran, ticks) = (ran() - began.0, ticks() - began.1);
    let kibibytes = |name: &str, text: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap()
    };
    let (pss, rss) = (
        kibibytes("Pss:", &read("smaps_rollup")),
        kibibytes("VmRSS:", &read("status")),
    );
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    let verdict = if ticks == 0 {
        "none measurable"
    } else {
        "MEASURABLE"
    };
    println!(
        "an idle daemon, in {} s: {:.2} ms on a processor, {ticks} ticks of the system's clock ({verdict})",
        IDLE.as_secs(),
        Duration::from_nanos(ran).as_secs_f64() * 1_000.0
    );
    let verdict = if rss <= IDLE_MEMORY { "within" } else { "OVER" };
    println!("  {pss} KiB proportional, {rss} KiB resident, {verdict} its budget of {IDLE_MEMORY} KiB");
}

fn fill(ledger: &SqliteLedger) {
    let created = Timestamp::from_millisecond(now()).unwrap();
    let tokio = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for number in 0..JOBS {
        let trigger = if number % 2 == 0 {
            SavedTrigger::Cron(format!("{} {} * * MON-FRI", number % 60, number % 24))
        } else {
            SavedTrigger::Every {
                interval_ms: 86_400_000,
                created,
            }
        };
        let prompt = format!("Look at part {number} and say what is new there.");
        let mut run = RunSpec::new("/src/project", prompt);
        run.on_approval = Some(OnApproval::Fail);
        let spec = JobSpec {
            run: SavedRun::new(&run).unwrap(),
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
            environment: JobEnvironment::default(),
        };
        let job = NewJob {
            name: format!("job-{number}"),
            spec: spec.to_json().unwrap(),
            created_at: created.as_millisecond(),
            wake_at: Some(created.as_millisecond() + 3_600_000),
        };
        let adding = ledger.add_job(&job);
        assert!(tokio.block_on(adding).unwrap());
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
