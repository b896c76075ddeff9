//! Plans, ends and the runner's loop, with a clock and turns that the tests make up.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::settle::settlement;
use super::*;
use crate::automation::Missed;
use crate::ledger::jobs::{
    Advance, Advanced, JobChange, JobLedger, JobRecord, JobRun, JobRunState, JobState, Lease, NewJob,
    Settlement,
};
use crate::ledger::{LedgerError, Millis, SqliteLedger};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn hourly() -> JobSpec {
    JobSpec {
        prompt: JobPrompt::Text("x".to_owned()),
        schedule: SavedSchedule {
            trigger: SavedTrigger::Cron("0 * * * *".to_owned()),
            zone: "UTC".to_owned(),
            start_at: None,
            stop_at: None,
            max_runs: None,
        },
        session: SessionUse::Fresh,
        on_error: OnError::Stop,
        retries: 0,
        missed: Missed::Once,
        jitter_ms: 0,
        on_failure: None,
        on_success: None,
        cwd: PathBuf::from("/"),
        options: BTreeMap::new(),
        surroundings: Surroundings::default(),
    }
}

fn record(handled: &str) -> JobRecord {
    JobRecord {
        id: 1,
        name: "job".to_owned(),
        spec: String::new(),
        state: JobState::Active,
        revision: 1,
        last_error: None,
        session_id: Some("before".to_owned()),
        created_at: 0,
        handled_at: at(handled).as_millisecond(),
        runs: 0,
        wake_at: None,
        ended_at: None,
        last_run: None,
    }
}

#[test]
fn what_is_kept_of_a_job_is_read_back() {
    let mut spec = hourly();
    spec.options.insert("model".to_owned(), vec!["o".to_owned()]);
    assert_eq!(JobSpec::from_json(&spec.to_json()).unwrap(), spec);
    assert!(JobSpec::from_json("{}").unwrap_err().contains("cannot be read"));
}

#[test]
fn due_times_before_the_run_are_noted_with_the_reason_that_is_true() {
    let mut job = record("2026-01-01T00:00:00Z");
    job.ended_at = Some(at("2026-01-01T02:30:00Z").as_millisecond());
    let step = next_step(&job, &hourly(), at("2026-01-01T04:10:00Z"), false)
        .unwrap()
        .unwrap();
    let notes = step
        .notes
        .iter()
        .map(|note| (note.state, note.reason.as_str()))
        .collect::<Vec<_>>();
    let busy = (JobRunState::Skipped, "the run before it was still going");
    let missed = "nobody was there to run it; the run of 2026-01-01T04:00:00Z stands for it";
    assert_eq!(notes, [busy, busy, (JobRunState::Missed, missed)]);
    assert_eq!(step.run, Some(at("2026-01-01T04:00:00Z").as_millisecond()));
    assert_eq!(step.wake_at, Some(at("2026-01-01T05:00:00Z").as_millisecond()));
    // While everything is stopped, nothing is run and all of it is noted.
    let step = next_step(&job, &hourly(), at("2026-01-01T04:10:00Z"), true)
        .unwrap()
        .unwrap();
    assert_eq!((step.run, step.notes.len()), (None, 4));
}

#[test]
fn very_many_missed_due_times_are_one_note() {
    let job = record("2026-01-01T00:00:00Z");
    let step = next_step(&job, &hourly(), at("2026-01-11T00:00:00Z"), false)
        .unwrap()
        .unwrap();
    let [note] = &step.notes[..] else {
        panic!("{step:#?}")
    };
    assert_eq!(note.due_times, 239);
    assert_eq!(note.first_due_at, at("2026-01-01T01:00:00Z").as_millisecond());
    assert_eq!(note.due_at, at("2026-01-10T23:00:00Z").as_millisecond());
    let (handled, notes) = pass_over(&job, &hourly(), at("2026-01-01T02:30:00Z"), "paused").unwrap();
    assert_eq!(
        (handled, notes.len()),
        (at("2026-01-01T02:00:00Z").as_millisecond(), 2)
    );
}

fn task(spec: JobSpec, attempt: u32, manual: bool) -> Task {
    Task {
        job: record("2026-01-01T00:00:00Z"),
        spec,
        run: JobRun {
            job_id: 1,
            job: "job".to_owned(),
            due_at: 0,
            first_due_at: 0,
            due_times: 1,
            manual,
            state: JobRunState::Claimed,
            reason: None,
            attempt,
            holder: None,
            lease_expires_at: None,
            retry_at: None,
            pid: None,
            host: None,
            started_at: None,
            ended_at: None,
            exit_code: None,
            tokens: None,
            session_id: None,
            log: None,
        },
    }
}

#[test]
fn only_what_passes_is_tried_again_ever_later_and_not_for_ever() {
    let now = at("2026-01-01T00:00:00Z");
    let mut spec = hourly();
    spec.retries = 3;
    let settled = |attempt, code, message: &str| {
        let outcome = Outcome {
            exit_code: Some(code),
            message: Some(message.to_owned()),
            ..Outcome::default()
        };
        let settled = settlement(
            &task(spec.clone(), attempt, false),
            &outcome,
            "me",
            now,
            &TimeZone::UTC,
        );
        let pause = settled
            .retry_at
            .map(|again| (again - now.as_millisecond()) / 1_000);
        (settled.state, pause, settled.stop)
    };
    assert_eq!(settled(1, 75, "busy"), (JobRunState::Retry, Some(30), false));
    assert_eq!(settled(3, 75, "busy"), (JobRunState::Retry, Some(120), false));
    assert_eq!(settled(4, 75, "busy"), (JobRunState::Failed, None, true));
    assert_eq!(settled(1, 1, "wrong"), (JobRunState::Failed, None, true));
    let reset = settled(1, 75, "Limit. Try again at 3:00 AM.");
    assert_eq!(reset, (JobRunState::Retry, Some(3 * 3_600 + 5), false));
}

#[test]
fn stopping_a_runner_stops_no_job_and_a_lost_session_is_not_reused() {
    let now = at("2026-01-01T00:00:00Z");
    let mut spec = hourly();
    spec.session = SessionUse::Reuse;
    let settled = |outcome: &Outcome, manual| {
        settlement(&task(spec.clone(), 1, manual), outcome, "me", now, &TimeZone::UTC)
    };
    let interrupted = Outcome {
        exit_code: Some(130),
        interrupted: true,
        ..Outcome::default()
    };
    let end = settled(&interrupted, false);
    assert_eq!(
        (end.state, end.stop, end.error),
        (JobRunState::Interrupted, false, None)
    );
    assert_eq!(end.keep_session.as_deref(), Some("before"));
    let gone = Outcome {
        exit_code: Some(2),
        kind: Some("session_missing".to_owned()),
        ..Outcome::default()
    };
    let end = settled(&gone, false);
    assert_eq!((end.keep_session, end.stop), (None, true));
    assert!(!settled(&gone, true).stop, "whoever ran it by hand knows");
}

/// A clock that stands where it is put.
struct Put(Mutex<Timestamp>);

impl Clock for Put {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// Turns that end at once, or when they are told to.
#[derive(Default)]
struct Turns {
    began: Mutex<Vec<(String, Millis)>>,
    said: Mutex<Vec<String>>,
    told: Mutex<Vec<(JobRunState, Option<String>)>>,
    hang: bool,
    /// The exit codes of the first turns; the others end well.
    codes: Mutex<Vec<i32>>,
    clock: Option<(Arc<Put>, SignedDuration)>,
}

impl Executor for Turns {
    async fn execute(&self, task: &Task, _hold: &Hold, stop: CancellationToken) -> Outcome {
        self.began
            .lock()
            .unwrap()
            .push((task.job.name.clone(), task.run.due_at));
        if let Some((clock, takes)) = &self.clock {
            *clock.0.lock().unwrap() += *takes;
        }
        if self.hang {
            stop.cancelled().await;
        }
        Outcome {
            exit_code: Some(self.codes.lock().unwrap().pop().unwrap_or(0)),
            interrupted: stop.is_cancelled(),
            ..Outcome::default()
        }
    }

    async fn tell(&self, ended: &Ended) {
        let settled = ended.settlement.as_ref();
        let state = settled.map_or(ended.task.run.state, |settlement| settlement.state);
        self.told
            .lock()
            .unwrap()
            .push((state, ended.outcome.kind.clone()));
    }

    fn is_halted(&self) -> bool {
        false
    }

    fn say(&self, message: &str) {
        self.said.lock().unwrap().push(message.to_owned());
    }
}

struct Place {
    _directory: tempfile::TempDir,
    ledger: Arc<SqliteLedger>,
    clock: Arc<Put>,
}

impl Place {
    fn at(now: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let ledger = SqliteLedger::open(&SqliteLedger::path_in(directory.path())).unwrap();
        Self {
            _directory: directory,
            ledger: Arc::new(ledger),
            clock: Arc::new(Put(Mutex::new(at(now)))),
        }
    }

    fn add(&self, name: &str, created: &str) {
        self.add_spec(name, created, &hourly());
    }

    fn add_spec(&self, name: &str, created: &str, spec: &JobSpec) {
        let job = NewJob {
            name: name.to_owned(),
            spec: spec.to_json(),
            created_at: at(created).as_millisecond(),
            wake_at: Some(0),
        };
        assert!(self.ledger.add_job(&job).unwrap());
    }

    fn runner(&self, turns: Turns) -> Runner<Turns> {
        self.runner_on(Arc::clone(&self.ledger) as _, turns)
    }

    fn runner_on(&self, ledger: Arc<dyn JobLedger>, turns: Turns) -> Runner<Turns> {
        let options = RunnerOptions {
            at_once: 2,
            lease: std::time::Duration::from_secs(60),
            holder: "me".to_owned(),
            host: "here".to_owned(),
            zone: TimeZone::UTC,
        };
        let clock: Arc<dyn Clock> = Arc::clone(&self.clock) as _;
        Runner::new(ledger, clock, turns, options)
    }

    fn states(&self) -> Vec<JobRunState> {
        let runs = self.ledger.job_runs(None, 100).unwrap();
        runs.iter().map(|run| run.state).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn what_falls_due_while_a_tick_runs_is_left_to_the_next() {
    let place = Place::at("2026-01-01T01:10:00Z");
    for name in ["a", "b", "c"] {
        place.add(name, "2026-01-01T00:30:00Z");
    }
    let runner = place.runner(Turns {
        // Each takes an hour, so that each is due again when it ends.
        clock: Some((Arc::clone(&place.clock), SignedDuration::from_hours(1))),
        ..Turns::default()
    });
    let (_sender, mut wakes) = mpsc::channel(1);
    assert_eq!(runner.serve(Until::Idle, &mut wakes).await.unwrap(), Served::Idle);
    let first = at("2026-01-01T01:00:00Z").as_millisecond();
    let began = runner.executor().began.lock().unwrap().clone();
    assert_eq!(began.len(), 3);
    assert!(began.iter().all(|(_, due)| *due == first), "{began:?}");
    assert_eq!(place.states(), [JobRunState::Ran; 3]);
}

#[tokio::test(start_paused = true)]
async fn a_runner_that_is_told_to_stop_leaves_nothing_open() {
    let place = Place::at("2026-01-01T01:10:00Z");
    place.add("a", "2026-01-01T00:30:00Z");
    let runner = place.runner(Turns {
        hang: true,
        ..Turns::default()
    });
    let (sender, mut wakes) = mpsc::channel(2);
    sender.send(Wake::Look).await.unwrap();
    let stopping = async {
        while runner.executor().began.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        sender.send(Wake::Stop).await.unwrap();
    };
    let (served, ()) = tokio::join!(runner.serve(Until::Stopped, &mut wakes), stopping);
    assert_eq!(served.unwrap(), Served::Stopped);
    assert_eq!(place.states(), [JobRunState::Interrupted]);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_cannot_be_read_holds_up_no_other() {
    let place = Place::at("2026-01-01T01:10:00Z");
    place.add("a", "2026-01-01T00:30:00Z");
    let strange = NewJob {
        name: "strange".to_owned(),
        spec: "{}".to_owned(),
        created_at: 0,
        wake_at: Some(0),
    };
    assert!(place.ledger.add_job(&strange).unwrap());
    let runner = place.runner(Turns::default());
    let (sender, mut wakes) = mpsc::channel(2);
    let stopping = async {
        while place.states().first() != Some(&JobRunState::Ran) {
            tokio::task::yield_now().await;
        }
        sender.send(Wake::Reload).await.unwrap();
        sender.send(Wake::Stop).await.unwrap();
    };
    let (served, ()) = tokio::join!(runner.serve(Until::Stopped, &mut wakes), stopping);
    assert_eq!(served.unwrap(), Served::Stopped);
    let said = runner.executor().said.lock().unwrap();
    assert!(
        said[0].starts_with("strange: its specification cannot be read"),
        "{said:?}"
    );
}

/// A ledger that is locked for its next so many changes of a kind.
struct Locked {
    ledger: Arc<SqliteLedger>,
    looks: Mutex<u32>,
    ends: Mutex<u32>,
}

fn unless_locked(left: &Mutex<u32>) -> Result<(), LedgerError> {
    let mut left = left.lock().unwrap();
    if *left == 0 {
        return Ok(());
    }
    *left -= 1;
    Err(LedgerError::Busy {
        path: PathBuf::from("/ledger"),
    })
}

impl JobLedger for Locked {
    fn add_job(&self, job: &NewJob) -> Result<bool, LedgerError> {
        self.ledger.add_job(job)
    }

    fn change_job(&self, job: &JobRecord, change: &JobChange) -> Result<bool, LedgerError> {
        self.ledger.change_job(job, change)
    }

    fn remove_job(&self, id: i64) -> Result<bool, LedgerError> {
        self.ledger.remove_job(id)
    }

    fn job(&self, name: &str) -> Result<Option<JobRecord>, LedgerError> {
        self.ledger.job(name)
    }

    fn jobs(&self) -> Result<Vec<JobRecord>, LedgerError> {
        self.ledger.jobs()
    }

    fn jobs_to_look_at(&self, now: Millis, most: usize) -> Result<Vec<JobRecord>, LedgerError> {
        unless_locked(&self.looks)?;
        self.ledger.jobs_to_look_at(now, most)
    }

    fn next_look(&self) -> Result<Option<Millis>, LedgerError> {
        self.ledger.next_look()
    }

    fn advance(&self, job: &JobRecord, advance: &Advance, lease: &Lease) -> Result<Advanced, LedgerError> {
        self.ledger.advance(job, advance, lease)
    }

    fn claim_now(&self, job_id: i64, lease: &Lease) -> Result<bool, LedgerError> {
        self.ledger.claim_now(job_id, lease)
    }

    fn claim_retries(
        &self,
        by: Millis,
        lease: &Lease,
        most: usize,
    ) -> Result<Vec<(JobRecord, JobRun)>, LedgerError> {
        self.ledger.claim_retries(by, lease, most)
    }

    fn renew(
        &self,
        job_id: i64,
        due_at: Millis,
        lease: &Lease,
        process: Option<(u32, PathBuf)>,
    ) -> Result<bool, LedgerError> {
        self.ledger.renew(job_id, due_at, lease, process)
    }

    fn settle(&self, settlement: &Settlement) -> Result<bool, LedgerError> {
        unless_locked(&self.ends)?;
        self.ledger.settle(settlement)
    }

    fn bury(&self, now: Millis) -> Result<Vec<JobRun>, LedgerError> {
        self.ledger.bury(now)
    }

    fn job_run(&self, job_id: i64, due_at: Millis) -> Result<Option<JobRun>, LedgerError> {
        self.ledger.job_run(job_id, due_at)
    }

    fn job_runs(&self, job_id: Option<i64>, most: usize) -> Result<Vec<JobRun>, LedgerError> {
        self.ledger.job_runs(job_id, most)
    }
}

#[tokio::test(start_paused = true)]
async fn a_ledger_that_is_locked_for_a_while_costs_time_and_nothing_else() {
    let place = Place::at("2026-01-01T01:10:00Z");
    place.add("a", "2026-01-01T00:30:00Z");
    let locked = || Locked {
        ledger: Arc::clone(&place.ledger),
        looks: Mutex::new(3),
        ends: Mutex::new(5),
    };
    // A tick has nobody to wait for, so it says so and ends.
    let (sender, mut wakes) = mpsc::channel(2);
    let tick = place.runner_on(Arc::new(locked()), Turns::default());
    assert!(tick.serve(Until::Idle, &mut wakes).await.is_err());
    let daemon = place.runner_on(Arc::new(locked()), Turns::default());
    let stopping = async {
        while place.states() != [JobRunState::Ran] {
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        }
        sender.send(Wake::Stop).await.unwrap();
    };
    let (served, ()) = tokio::join!(daemon.serve(Until::Stopped, &mut wakes), stopping);
    assert_eq!(served.unwrap(), Served::Stopped);
    assert_eq!(daemon.executor().began.lock().unwrap().len(), 1);
    // Each trouble is said once.
    let said = daemon.executor().said.lock().unwrap();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said.iter().all(|said| said.contains("locked by another process")));
}

#[tokio::test(start_paused = true)]
async fn another_attempt_is_made_when_its_time_has_come_and_before_the_next_due_time() {
    let place = Place::at("2026-01-01T01:10:00Z");
    let mut spec = hourly();
    spec.retries = 1;
    place.add_spec("a", "2026-01-01T00:30:00Z", &spec);
    let runner = place.runner(Turns {
        codes: Mutex::new(vec![75]),
        ..Turns::default()
    });
    let (_sender, mut wakes) = mpsc::channel(1);
    runner.serve(Until::Idle, &mut wakes).await.unwrap();
    assert_eq!(place.states(), [JobRunState::Retry]);
    runner.serve(Until::Idle, &mut wakes).await.unwrap();
    assert_eq!(place.states(), [JobRunState::Retry], "its time has not come");
    *place.clock.0.lock().unwrap() = at("2026-01-01T02:10:00Z");
    runner.serve(Until::Idle, &mut wakes).await.unwrap();
    assert_eq!(place.states(), [JobRunState::Ran; 2]);
    let due = |time: &str| ("a".to_owned(), at(time).as_millisecond());
    let (first, second) = (due("2026-01-01T01:00:00Z"), due("2026-01-01T02:00:00Z"));
    assert_eq!(
        *runner.executor().began.lock().unwrap(),
        [first.clone(), first, second]
    );
    assert_eq!(place.ledger.job("a").unwrap().unwrap().runs, 2);
}

#[tokio::test(start_paused = true)]
async fn whoever_finds_a_run_whose_runner_died_tells_of_it() {
    let place = Place::at("2026-01-01T01:10:00Z");
    place.add("a", "2026-01-01T00:30:00Z");
    let dead = place.runner(Turns {
        hang: true,
        ..Turns::default()
    });
    let (_sender, mut wakes) = mpsc::channel(1);
    // Dropped in the middle, it settles nothing.
    let working = dead.serve(Until::Stopped, &mut wakes);
    let began = async {
        while dead.executor().began.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = working => panic!("it cannot end"),
        () = began => {}
    }
    let finder = place.runner(Turns::default());
    let (_sender, mut wakes) = mpsc::channel(1);
    finder.serve(Until::Idle, &mut wakes).await.unwrap();
    assert_eq!(*finder.executor().told.lock().unwrap(), [], "its lease stands");
    *place.clock.0.lock().unwrap() = at("2026-01-01T01:12:00Z");
    finder.serve(Until::Idle, &mut wakes).await.unwrap();
    let died = (JobRunState::Failed, Some("runner_died".to_owned()));
    assert_eq!(*finder.executor().told.lock().unwrap(), [died]);
    assert_eq!(place.states(), [JobRunState::Failed]);
    assert_eq!(place.ledger.job("a").unwrap().unwrap().state, JobState::Active);
}
