//! A daemon at work against the real server, while people answer, change, pause and stop things from other processes.
//!
//! `TURNWISE_TEST_SOAK=200` lets it work for so many seconds, with forty jobs instead of a dozen.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rustix::process::Signal;
use turnwise::automation::jobs::{JobSpec, SavedTrigger};
use turnwise::demo::{ModelRequest, Responder, Step};
use turnwise::ledger::jobs::{JobRecord, JobRun, JobRunState};
use turnwise::ledger::{JobLedger, Millis, now};

use super::accounts::{Starts, settled, start};
use super::{done, ledger};
use crate::support::{Test, until};

/// What the jobs do, one after another.
const KINDS: [(&str, &[&str]); 10] = [
    ("plain", &["--session", "reuse"]),
    ("accept", &["--approval", "on-request", "--on-approval", "wait"]),
    ("decline", &["--approval", "on-request", "--on-approval", "wait"]),
    (
        "expire",
        &["--approval", "on-request", "--on-approval", "wait=2s"],
    ),
    ("fail", &[]),
    ("slow", &["--missed", "skip"]),
    ("late", &["--jitter", "1s"]),
    ("edited", &[]),
    ("paused", &[]),
    ("hand", &["--session", "reuse"]),
];

/// How long it works, how many jobs there are, and how many run at once.
struct Size {
    length: Duration,
    jobs: usize,
    at_once: &'static str,
    /// The shortest interval in seconds.
    interval: usize,
}

fn size() -> Size {
    match std::env::var("TURNWISE_TEST_SOAK") {
        Ok(seconds) => Size {
            length: Duration::from_secs(seconds.parse().unwrap()),
            jobs: 40,
            at_once: "16",
            interval: 16,
        },
        Err(_) => Size {
            length: Duration::from_secs(18),
            jobs: 12,
            at_once: "8",
            interval: 5,
        },
    }
}

/// The model does what the first word of a prompt says.
fn model() -> Arc<Responder> {
    Arc::new(|request: &ModelRequest| {
        let prompt = request.prompt();
        match prompt.split(' ').next() {
            Some(word @ ("accept" | "decline" | "expire")) if request.round() == 0 => {
                vec![Step::escalated(
                    &format!("echo {word} >> made"),
                    "It has to be made.",
                )]
            }
            Some("fail") => vec![Step::Failed("bad_request".into(), "it cannot be done".into())],
            Some("slow") => vec![Step::Pause(Duration::from_secs(3)), Step::text("at last")],
            _ => vec![Step::text("fine")],
        }
    })
}

/// Answers what waits until it is told to stop: how many were accepted and declined.
fn answer(test: &Test, over: &AtomicBool) -> [usize; 2] {
    let mut answered = [0, 0];
    while !over.load(Ordering::Relaxed) {
        let waiting = test.run(&["approve", "list", "--json"]).exits(0).json();
        for request in waiting["approvals"].as_array().unwrap() {
            let (summary, id) = (
                request["summary"].as_str().unwrap(),
                request["id"].as_str().unwrap(),
            );
            let answers = ["accept", "decline"];
            if let Some(which) = answers.iter().position(|answer| summary.contains(answer)) {
                // Its run may have been stopped in between.
                let outcome = test.run(&["approve", answers[which], id]);
                assert!(matches!(outcome.code, Some(0 | 5)), "{outcome:?}");
                answered[which] += usize::from(outcome.code == Some(0));
            }
        }
        std::thread::park_timeout(Duration::from_millis(300));
    }
    answered
}

/// What a job was before it was changed.
struct Before {
    job: JobRecord,
    /// The moment at which the change passed over what was due.
    until: Millis,
}

fn edit(test: &Test, name: &str, every: &str) -> Before {
    let job = done(ledger(test).job(name)).unwrap();
    // So that nothing falls due before it was looked how far the change went.
    test.run(&["automate", "edit", name, "--every", "1h"]).exits(0);
    let until = done(ledger(test).job(name)).unwrap().handled_at;
    test.run(&["automate", "edit", name, "--every", every]).exits(0);
    Before { job, until }
}

/// Whether a run of a job came to an end of its own.
fn has_ended(test: &Test, name: &str) -> bool {
    let ledger = ledger(test);
    let job = done(ledger.job(name)).unwrap();
    let runs = done(ledger.job_runs(Some(job.id), 100));
    runs.iter()
        .any(|run| matches!(run.state, JobRunState::Ran | JobRunState::Failed))
}

fn due_times(job: &JobRecord, after: Millis) -> Vec<Millis> {
    let schedule = JobSpec::from_json(&job.spec)
        .unwrap()
        .schedule
        .schedule()
        .unwrap();
    let times = schedule.times(Timestamp::from_millisecond(after).unwrap(), 0);
    // As many as there can be, and some.
    times.take(10_000).map(Timestamp::as_millisecond).collect()
}

#[test]
fn a_daemon_keeps_its_accounts_while_people_answer_change_and_stop_things() {
    let size = size();
    let mut test = Test::responding(model(), "").with_own_server("each start of Codex is noted");
    let starts = Starts::noted_by_codex(&mut test);
    let test = &test;
    let names = (0..size.jobs)
        .map(|index| format!("{}-{index}", KINDS[index % KINDS.len()].0))
        .collect::<Vec<_>>();
    let named = |kind: &str| names.iter().find(|name| name.starts_with(kind)).unwrap().as_str();
    let daemon = test.spawn(&["automate", "daemon", "--jobs", size.at_once]);
    for (index, name) in names.iter().enumerate() {
        let (kind, options) = KINDS[index % KINDS.len()];
        let every = format!("{}s", size.interval + index % 6);
        let add = [
            "automate",
            "add",
            name,
            "--every",
            &every,
            "--on-error",
            "continue",
            "--on-failure",
            "echo \"$TURNWISE_JOB $TURNWISE_JOB_DUE 1\" >> told",
            kind,
        ];
        test.run(&[&add, options].concat()).exits(0);
    }
    let began = Instant::now();
    let at = |fifths: u32| {
        let moment = began + size.length * fifths / 5;
        std::thread::park_timeout(moment.saturating_duration_since(Instant::now()));
    };
    let (edited, answered) = with_answers(test, || {
        at(1);
        let edited = edit(test, named("edited"), &format!("{}s", size.interval + 2));
        test.run(&["automate", "pause", named("paused")]).exits(0);
        at(2);
        test.run(&["automate", "stop-all"]).exits(0);
        let stopped = now();
        until(|| {
            let runs = done(ledger(test).job_runs(None, 100));
            let skipped = |run: &JobRun| run.state == JobRunState::Skipped && run.due_at > stopped;
            (runs.iter().any(skipped) && !runs.iter().any(|run| run.state.is_open())).then_some(())
        });
        test.run(&["automate", "stop-all", "--release"]).exits(0);
        at(3);
        daemon.signal(Signal::HUP);
        test.run(&["automate", "unpause", named("paused")]).exits(0);
        let by_hand = test.run(&["automate", "run", named("hand")]);
        assert!(matches!(by_hand.code, Some(0 | 75)), "{by_hand:?}");
        // Another runner beside the daemon.
        test.run(&["automate", "tick"]);
        at(5);
        // However slow the machine is, each of them has its turn.
        until(|| names.iter().all(|name| has_ended(test, name)).then_some(()));
        edited
    });
    daemon.signal(Signal::TERM);
    let said = daemon.wait();
    said.exits(143);
    test.nothing_is_left();
    let last = now();
    // What fell due while each was busy is still to come.
    let (_, answered_last) = with_answers(test, || test.run(&["automate", "tick", "--jobs", size.at_once]));
    test.nothing_is_left();

    let (ledger, begun) = (ledger(test), starts.all());
    let (mut failed, mut states) = (BTreeSet::new(), Vec::new());
    for name in &names {
        let job = done(ledger.job(name)).unwrap();
        let mut due = due_times(&job, job.created_at);
        if *name == named("edited") {
            due = due_times(&edited.job, job.created_at);
            due.retain(|at| *at <= edited.until);
            let spec = JobSpec::from_json(&job.spec).unwrap();
            let SavedTrigger::Every { created, .. } = spec.schedule.trigger else {
                unreachable!()
            };
            due.extend(due_times(&job, created.as_millisecond()));
        }
        let mut due = due.into_iter();
        let runs = settled(&ledger, name, &mut due, &begun);
        // Jitter may put one off until after the last look.
        let jitter = if name.starts_with("late") { 1_000 } else { 0 };
        assert!(
            due.next().unwrap() > last - jitter,
            "{name}: a due time was forgotten"
        );
        let refused = name.starts_with("decline") || name.starts_with("expire");
        for run in &runs {
            states.push(run.state);
            match run.state {
                JobRunState::Failed => {
                    let code = if refused { 5 } else { 1 };
                    assert_eq!(run.exit_code, Some(code), "{run:?}");
                    assert!(refused || name.starts_with("fail"), "{run:?}");
                    failed.insert(start(name, run.due_at, 1));
                }
                JobRunState::Ran => assert!(!refused && !name.starts_with("fail"), "{run:?}"),
                _ => {}
            }
        }
    }
    let told = std::fs::read_to_string(test.work().join("told")).unwrap();
    assert_eq!(super::accounts::once(&told), failed, "who failed was told of");
    let made = std::fs::read_to_string(test.work().join("made")).unwrap();
    assert!(made.lines().all(|line| line == "accept"), "{made}");
    let count = |state| states.iter().filter(|found| **found == state).count();
    eprintln!(
        "{} jobs in {:?}: {} due times ran, {} failed, {} were interrupted, {} skipped, {} missed; {:?} accepted and \
         declined; {} starts of codex",
        names.len(),
        size.length,
        count(JobRunState::Ran),
        count(JobRunState::Failed),
        count(JobRunState::Interrupted),
        count(JobRunState::Skipped),
        count(JobRunState::Missed),
        [answered[0] + answered_last[0], answered[1] + answered_last[1]],
        begun.len(),
    );
}

/// Does something while somebody answers.
fn with_answers<T>(test: &Test, work: impl FnOnce() -> T) -> (T, [usize; 2]) {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let answering = scope.spawn(|| answer(test, &over));
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        // Also if the work fails, or it would answer for ever.
        over.store(true, Ordering::Relaxed);
        let answered = answering.join().unwrap();
        (
            done.unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            answered,
        )
    })
}
