//! A runner of saved jobs whose turns are none: each notes that it began, and takes a moment. For tests that kill it.
//!
//! `job-runner LEDGER NOTES LEASE_MS`: it runs what is due until it is killed.
#![expect(clippy::disallowed_methods, reason = "a helper of the tests")]
#![expect(clippy::unwrap_used, reason = "support code of tests may fail loudly")]

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use turnwise::automation::jobs::{
    AttemptEnd, AttemptOutcome, Executor, RunLease, Runner, RunnerOptions, SystemClock, Task, Until,
};
use turnwise::ledger::{SqliteLedger, now};

/// The longest turn, in milliseconds.
const LONGEST: u64 = 60;

struct Simulated {
    notes: PathBuf,
}

impl Executor for Simulated {
    async fn execute(&self, task: &Task, lease: &RunLease, stop: CancellationToken) -> AttemptOutcome {
        let due = jiff::Timestamp::from_millisecond(task.run.due_at).unwrap();
        let line = format!("{} {due} {}\n", task.job.name, task.run.attempt);
        // One write, so that the lines of several runners do not mix.
        let mut notes = OpenOptions::new().append(true).open(&self.notes).unwrap();
        notes.write_all(line.as_bytes()).unwrap();
        let _ = lease.started(std::process::id(), PathBuf::new()).await;
        // Anything that differs from turn to turn.
        let chance = now().unsigned_abs() ^ task.run.due_at.unsigned_abs();
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(chance % LONGEST)) => {}
            () = stop.cancelled() => {}
        }
        AttemptOutcome {
            exit_code: Some(i32::from(chance.is_multiple_of(5))),
            interrupted: stop.is_cancelled(),
            ..AttemptOutcome::default()
        }
    }

    async fn report(&self, _ended: &AttemptEnd, _stop: CancellationToken) {}

    fn warn(&self, message: &str) {
        // The test shows it if it fails.
        let _ = writeln!(std::io::stderr(), "{message}");
    }
}

fn main() {
    let arguments = std::env::args().skip(1).collect::<Vec<_>>();
    let [ledger, notes, lease] = &arguments[..] else {
        panic!("job-runner LEDGER NOTES LEASE_MS")
    };
    let options = RunnerOptions {
        at_once: 3,
        lease: Duration::from_millis(lease.parse().unwrap()),
        holder: format!("{}:{}", std::process::id(), now()),
        host: "here".to_owned(),
        zone: jiff::tz::TimeZone::UTC,
    };
    let executor = Simulated { notes: notes.into() };
    let open = || Arc::new(SqliteLedger::open(Path::new(ledger)).unwrap());
    let runner = Runner::new(open(), open(), Arc::new(SystemClock), executor, options);
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    tokio.block_on(async {
        let (_stays, mut wakes) = mpsc::channel(1);
        let _ = runner.serve(Until::Stopped, &mut wakes).await;
    });
}
