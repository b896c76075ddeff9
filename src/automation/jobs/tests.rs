//! What the tests of saved jobs have in common: a job, a clock and turns that they make up, and a place for them.

mod ledger;
mod pure;
mod runner;
mod trouble;

use std::sync::{Arc, Mutex};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use ledger::TestLedger;

use super::*;
use crate::automation::Missed;
use crate::ledger::jobs::{JobLedger, JobRunState, NewJob};
use crate::ledger::{LedgerError, LedgerFuture, Millis, SqliteLedger};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn hourly() -> JobSpec {
    JobSpec {
        run: SavedRun::new(&serde_json::json!({ "cwd": "/" })).unwrap(),
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
        environment: JobEnvironment::default(),
    }
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
    /// The job whose turns hang.
    hangs: Option<&'static str>,
    /// The exit codes of the first turns; the others end well.
    codes: Mutex<Vec<i32>>,
    /// Wakes whoever waits for one of the above.
    changed: tokio::sync::Notify,
    clock: Option<(Arc<Put>, SignedDuration)>,
}

impl Turns {
    /// Waits until something of it is so.
    async fn until(&self, is_so: impl Fn(&Self) -> bool) {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            if is_so(self) {
                return;
            }
            changed.await;
        }
    }

    async fn until_begun(&self) {
        self.until(|turns| !turns.began.lock().unwrap().is_empty()).await;
    }
}

impl Executor for Turns {
    async fn execute(&self, task: &Task, _lease: &RunLease, stop: CancellationToken) -> AttemptOutcome {
        self.began
            .lock()
            .unwrap()
            .push((task.job.name.clone(), task.run.due_at));
        self.changed.notify_waiters();
        if let Some((clock, takes)) = &self.clock {
            *clock.0.lock().unwrap() += *takes;
        }
        if self.hang || self.hangs == Some(task.job.name.as_str()) {
            stop.cancelled().await;
        }
        AttemptOutcome {
            exit_code: Some(self.codes.lock().unwrap().pop().unwrap_or(0)),
            interrupted: stop.is_cancelled(),
            ..AttemptOutcome::default()
        }
    }

    async fn report(&self, ended: &AttemptEnd, _stop: CancellationToken) {
        let settled = ended.settlement.as_ref();
        let state = settled.map_or(ended.task.run.state, |settlement| settlement.state);
        self.told
            .lock()
            .unwrap()
            .push((state, ended.outcome.kind.clone()));
        self.changed.notify_waiters();
    }

    fn warn(&self, message: &str) {
        self.said.lock().unwrap().push(message.to_owned());
        self.changed.notify_waiters();
    }
}

/// Waits for a call of the ledger, on another thread, because this one may be tokio's.
fn done<T: Send + 'static>(call: LedgerFuture<T>) -> Result<T, LedgerError> {
    let waiting = std::thread::spawn(|| {
        let tokio = tokio::runtime::Builder::new_current_thread().build().unwrap();
        tokio.block_on(call)
    });
    waiting.join().unwrap()
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
            spec: spec.to_json().unwrap(),
            created_at: at(created).as_millisecond(),
            wake_at: Some(0),
        };
        assert!(done(self.ledger.add_job(&job)).unwrap());
    }

    fn runner(&self, turns: Turns) -> Runner<Turns> {
        self.runner_on(Arc::new(TestLedger::new(&self.ledger, 0, 0)), turns)
    }

    fn runner_on(&self, ledger: Arc<dyn JobLedger>, turns: Turns) -> Runner<Turns> {
        self.runner_with(ledger, turns, std::time::Duration::from_secs(60))
    }

    fn runner_with(
        &self,
        ledger: Arc<dyn JobLedger>,
        turns: Turns,
        lease: std::time::Duration,
    ) -> Runner<Turns> {
        let options = RunnerOptions {
            at_once: 2,
            lease,
            holder: "me".to_owned(),
            host: "here".to_owned(),
            zone: TimeZone::UTC,
        };
        let clock: Arc<dyn Clock> = Arc::clone(&self.clock) as _;
        Runner::new(Arc::clone(&ledger), ledger, clock, turns, options)
    }

    fn states(&self) -> Vec<JobRunState> {
        let runs = done(self.ledger.job_runs(None, 100)).unwrap();
        runs.iter().map(|run| run.state).collect()
    }
}
