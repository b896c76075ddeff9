//! Saved jobs as their owner meets them. Here is what the tests of them have in common.

mod accounts;
mod crashes;
mod daemon;
mod install;
mod next;
mod repeat;
mod runs;
mod saved;
mod scheduler;
mod secrets;
mod soak;
mod told;
mod troubles;

use std::path::PathBuf;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use turnwise::demo::{Gate, ModelRequest, Responder, Step};
use turnwise::ledger::jobs::JobChange;
use turnwise::ledger::{JobLedger, LedgerFuture, SqliteLedger};

use crate::support::{Outcome, Test};

fn state(test: &Test) -> PathBuf {
    test.work().with_file_name("turnwise").join("state")
}

fn ledger(test: &Test) -> SqliteLedger {
    SqliteLedger::open(&SqliteLedger::path_in(&state(test))).unwrap()
}

/// Waits for a call of the ledger.
fn done<T>(call: LedgerFuture<T>) -> T {
    let tokio = tokio::runtime::Builder::new_current_thread().build().unwrap();
    tokio.block_on(call).unwrap()
}

/// Puts a job's past back by so long, so that what would have been due since then is due now.
fn rewind(test: &Test, name: &str, by: SignedDuration) {
    let ledger = ledger(test);
    let job = done(ledger.job(name)).unwrap();
    let handled_at = job.handled_at - i64::try_from(by.as_millis()).unwrap();
    let change = JobChange {
        spec: job.spec.clone(),
        state: job.state,
        handled_at,
        wake_at: Some(handled_at),
        skipped: Vec::new(),
        forget_error: false,
        forget_session: false,
    };
    assert!(done(ledger.change_job(&job, &change)));
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
    done(ledger(test).job("a")).unwrap().spec
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

/// A model that waits at a gate before it answers.
pub(crate) fn gated() -> (Gate, Arc<Responder>) {
    let gate = Gate::default();
    let at = gate.clone();
    (
        gate,
        Arc::new(move |_| vec![Step::Gate(at.clone()), Step::text("late")]),
    )
}
