//! Saved jobs under runners that are killed at any moment: no due time runs twice, none is forgotten, no job gets stuck.
//!
//! `TURNWISE_TEST_KILLS=3000` kills that often, over as many ledgers as that takes; `TURNWISE_TEST_SEED` repeats the
//! choices of a round, if not its moments.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rustix::process::{Pid, Signal, kill_process};
use turnwise::automation::Missed;
use turnwise::automation::jobs::{
    JobEnvironment, JobSpec, OnError, SavedRun, SavedSchedule, SavedTrigger, SessionUse,
};
use turnwise::ledger::jobs::{JobChange, JobRunState, JobState, NewJob};
use turnwise::ledger::{JobLedger, Millis, SqliteLedger, now};

use super::accounts::{Starts, died, once, settled};
use super::{done, state};
use crate::support::{PATIENCE, Test, test_dir, wait_until};

/// Runners at once.
const RUNNERS: usize = 4;
/// How often one of them is killed, unless a variable says otherwise.
const KILLS: usize = 60;
/// Kills of one ledger: few enough for it to keep every due time.
const ROUND: usize = 250;
/// How long a dead runner keeps its runs, in milliseconds.
const LEASE: Millis = 400;
/// Jobs and their intervals in milliseconds.
const JOBS: [(&str, i64); 6] = [
    ("a", 90),
    ("b", 120),
    ("c", 150),
    ("d", 190),
    ("e", 230),
    ("f", 600),
];

struct Runners {
    ledger: PathBuf,
    notes: PathBuf,
    children: Vec<Child>,
}

impl Runners {
    fn start(&self) -> Child {
        let program = PathBuf::from(env!("CARGO_BIN_EXE_turnwise"))
            .with_file_name("examples")
            .join("job-runner");
        let mut command = Command::new(program);
        command.args([&self.ledger, &self.notes]).arg(LEASE.to_string());
        command.stdin(Stdio::null()).spawn().unwrap()
    }

    fn kill(&mut self, which: usize) {
        let child = &mut self.children[which];
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        child.kill().unwrap();
        child.wait().unwrap();
    }

    fn signal(&self, which: usize, signal: Signal) {
        kill_process(Pid::from_child(&self.children[which]), signal).unwrap();
    }
}

impl Drop for Runners {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The turns that began, a line each, read as they come.
struct Notes {
    file: File,
    text: String,
}

impl Notes {
    fn count(&mut self) -> usize {
        self.file.read_to_string(&mut self.text).unwrap();
        self.text.lines().count()
    }
}

/// Numbers that a seed decides.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

fn job(interval_ms: i64, missed: Missed, jitter_ms: i64) -> JobSpec {
    let created = Timestamp::from_millisecond(now()).unwrap();
    JobSpec {
        run: SavedRun::new(&turnwise::run::RunSpec::new("/", "x")).unwrap(),
        schedule: SavedSchedule {
            trigger: SavedTrigger::Every { interval_ms, created },
            zone: "UTC".to_owned(),
            start_at: None,
            stop_at: None,
            max_runs: None,
        },
        session: SessionUse::Fresh,
        on_error: OnError::Continue,
        retries: 0,
        missed,
        jitter_ms,
        on_failure: None,
        on_success: None,
        environment: JobEnvironment::default(),
    }
}

/// Stops all due times, whoever else writes meanwhile.
fn pause(ledger: &SqliteLedger, name: &str) {
    wait_until("a moment between two changes of the job", || {
        let job = done(ledger.job(name)).unwrap();
        let change = JobChange {
            spec: job.spec.clone(),
            state: JobState::Paused,
            handled_at: job.handled_at,
            wake_at: None,
            skipped: Vec::new(),
            forget_error: false,
            forget_session: false,
        };
        done(ledger.change_job(&job, &change))
    });
}

#[test]
fn runners_that_are_killed_at_any_moment_run_each_due_time_at_most_once_and_forget_none() {
    let wanted = variable("TURNWISE_TEST_KILLS").unwrap_or(KILLS as u64);
    let mut seed = variable("TURNWISE_TEST_SEED").unwrap_or_else(|| now().unsigned_abs());
    let (mut left, mut died) = (usize::try_from(wanted).unwrap(), 0);
    while left > 0 {
        let kills = left.min(ROUND);
        // Shown if the round fails.
        eprintln!("{kills} kills with seed {seed}");
        died += round(kills, seed);
        left -= kills;
        seed += 1;
    }
    eprintln!("{died} runs died with their runners");
    assert!(died > 0, "no kill hit a run");
}

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap())
}

/// Kills runners of a fresh ledger and settles the account: how many runs died with them.
fn round(kills: usize, seed: u64) -> usize {
    let parent = test_dir().join("run");
    std::fs::create_dir_all(&parent).unwrap();
    let directory = tempfile::tempdir_in(parent).unwrap();
    let path = SqliteLedger::path_in(directory.path());
    let ledger = SqliteLedger::open(&path).unwrap();
    let notes = directory.path().join("notes");
    std::fs::write(&notes, "").unwrap();
    let specs = add_jobs(&ledger);
    let mut runners = Runners {
        ledger: path,
        notes: notes.clone(),
        children: Vec::new(),
    };
    for _ in 0..RUNNERS {
        let child = runners.start();
        runners.children.push(child);
    }
    let mut notes = Notes {
        file: File::open(&notes).unwrap(),
        text: String::new(),
    };
    let mut chance = Chance(seed | 1);
    for _ in 0..kills {
        let which = usize::try_from(chance.below(RUNNERS as u64)).unwrap();
        let stalled = (which + 1) % RUNNERS;
        let stalls = chance.below(16) == 0;
        if stalls {
            // Taken for dead if it takes longer than its lease, it finds that out when it goes on. Nothing is waited
            // for meanwhile: it may keep the others out of the ledger.
            runners.signal(stalled, Signal::STOP);
            std::thread::park_timeout(Duration::from_millis(chance.below(2 * LEASE.unsigned_abs())));
        } else if chance.below(2) == 0 {
            let begun = notes.count() + usize::try_from(chance.below(5)).unwrap();
            wait_until("another run", || notes.count() >= begun);
        } else {
            // Any moment, that of its start too.
            std::thread::park_timeout(Duration::from_micros(chance.below(40_000)));
        }
        runners.kill(which);
        runners.children[which] = runners.start();
        if stalls {
            runners.signal(stalled, Signal::CONT);
        }
    }
    let last_kill = now();
    wait_until("the next due time of every job", || {
        let jobs = done(ledger.jobs());
        jobs.iter().all(|job| job.handled_at > last_kill)
    });
    for (name, _) in JOBS {
        pause(&ledger, name);
    }
    wait_until("the end of every run", || {
        let runs = done(ledger.job_runs(None, usize::MAX));
        !runs.iter().any(|run| run.state.is_open())
    });
    drop(runners);
    notes.count();
    settle(&ledger, &specs, &notes.text)
}

/// Adds the jobs: some skip what they missed, some begin later than they are due.
fn add_jobs(ledger: &SqliteLedger) -> BTreeMap<&'static str, JobSpec> {
    let mut specs = BTreeMap::new();
    for (index, (name, interval)) in JOBS.into_iter().enumerate() {
        let missed = if index % 3 == 2 {
            Missed::Skip
        } else {
            Missed::Once
        };
        let spec = job(interval, missed, if index % 2 == 1 { interval / 2 } else { 0 });
        let SavedTrigger::Every { created, .. } = spec.schedule.trigger else {
            unreachable!()
        };
        let new = NewJob {
            name: name.to_owned(),
            spec: spec.to_json().unwrap(),
            created_at: created.as_millisecond(),
            wake_at: Some(0),
        };
        assert!(done(ledger.add_job(&new)));
        specs.insert(name, spec);
    }
    specs
}

/// Holds the ledger against the turns that began.
fn settle(ledger: &SqliteLedger, specs: &BTreeMap<&str, JobSpec>, notes: &str) -> usize {
    let begun = once(notes);
    assert!(begun.iter().all(|line| line.ends_with(" 1")));
    let mut dead = 0;
    for job in done(ledger.jobs()) {
        let schedule = specs[job.name.as_str()].schedule.schedule().unwrap();
        let mut due = schedule
            .times(Timestamp::from_millisecond(job.created_at).unwrap(), 0)
            .map(Timestamp::as_millisecond);
        let runs = settled(ledger, &job.name, &mut due, &begun);
        assert_eq!(runs.last().map(|run| run.due_at), Some(job.handled_at));
        dead += runs.iter().filter(|run| died(run)).count();
    }
    dead
}

/// Jobs for the real server: more than can be lost to dead runners within a lease.
const REAL_JOBS: usize = 60;

/// The lease of the built program is a minute; whatever is to be seen after it takes that and a slow machine.
const REAL_LEASE: Duration = Duration::from_secs(60);

#[test]
#[ignore = "takes minutes, because a lease takes one: TURNWISE_TEST_KILLS says how often it kills"]
fn the_built_program_killed_at_any_moment_with_the_real_server_keeps_its_accounts() {
    let kills = variable("TURNWISE_TEST_KILLS").unwrap_or(40);
    let seed = variable("TURNWISE_TEST_SEED").unwrap_or_else(|| now().unsigned_abs());
    eprintln!("{kills} kills with seed {seed}");
    let mut test = Test::answering("fine").with_own_server("each start of Codex is noted");
    let starts = Starts::noted_by_codex(&mut test);
    let add = [
        "automate",
        "add",
        "j0",
        "--every",
        "4s",
        "--jitter",
        "1s",
        "--on-error",
        "continue",
    ];
    test.run(&[&add[..], &["x"]].concat()).exits(0);
    let ledger = SqliteLedger::open(&SqliteLedger::path_in(&state(&test))).unwrap();
    let first = done(ledger.job("j0")).unwrap();
    let names = (0..REAL_JOBS)
        .map(|number| format!("j{number}"))
        .collect::<Vec<_>>();
    for name in &names[1..] {
        let new = NewJob {
            name: name.clone(),
            spec: first.spec.clone(),
            created_at: first.created_at,
            wake_at: Some(0),
        };
        assert!(done(ledger.add_job(&new)));
    }
    let mut chance = Chance(seed | 1);
    let runner = |which: usize, chance: &mut Chance| {
        // One of the two may end by itself, and not both.
        let ticks = which == 1 && chance.below(2) == 0;
        let what = if ticks { "tick" } else { "daemon" };
        test.spawn(&["automate", what, "--jobs", "3"])
    };
    let mut runners = [0, 1].map(|which| runner(which, &mut chance));
    for _ in 0..kills {
        let begun = starts.all().len() + usize::try_from(chance.below(4)).unwrap();
        wait_until("another run", || starts.all().len() >= begun);
        std::thread::park_timeout(Duration::from_millis(chance.below(400)));
        let which = usize::from(chance.below(2) == 0);
        // A tick may have ended by itself.
        runners[which].signal(Signal::KILL);
        runners[which] = runner(which, &mut chance);
    }
    let last_kill = now();
    drop(runners);
    let daemons = [(); 2].map(|()| test.spawn(&["automate", "daemon", "--jobs", "3"]));
    let patience = Instant::now() + REAL_LEASE + PATIENCE;
    while done(ledger.jobs()).iter().any(|job| job.handled_at <= last_kill) {
        assert!(Instant::now() < patience, "a job is stuck");
        std::thread::park_timeout(Duration::from_millis(100));
    }
    for name in &names {
        pause(&ledger, name);
    }
    wait_until("the end of every run", || {
        let runs = done(ledger.job_runs(None, usize::MAX));
        !runs.iter().any(|run| run.state.is_open())
    });
    for daemon in daemons {
        daemon.signal(Signal::TERM);
        daemon.wait().exits(143);
    }
    test.nothing_is_left();
    let (begun, mut dead, mut longest) = (starts.all(), 0, 0);
    for name in &names {
        let job = done(ledger.job(name)).unwrap();
        let schedule = JobSpec::from_json(&job.spec)
            .unwrap()
            .schedule
            .schedule()
            .unwrap();
        let mut due = schedule
            .times(Timestamp::from_millisecond(job.created_at).unwrap(), 0)
            .map(Timestamp::as_millisecond);
        let runs = settled(&ledger, name, &mut due, &begun);
        for run in runs
            .iter()
            .filter(|run| run.attempt > 0 && run.state != JobRunState::Ran)
        {
            assert!(died(run), "{run:?}");
            dead += 1;
            longest = longest.max(run.ended_at.unwrap() - run.started_at.unwrap());
        }
    }
    eprintln!(
        "{} runs began, {dead} died with their runners, found at most {longest} ms after they began",
        begun.len()
    );
    assert!(dead > 0, "no kill hit a run");
}
