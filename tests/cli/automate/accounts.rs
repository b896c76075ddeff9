//! The history of jobs held against what really began: each due time has its place there, and none began twice.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use jiff::Timestamp;
use turnwise::ledger::jobs::{JobRun, JobRunState};
use turnwise::ledger::{JobLedger, Millis, SqliteLedger};

use super::done;
use crate::support::{Test, codex};

/// The attempts that began, a line each: the job, its due time, which attempt it is.
pub(super) struct Starts {
    notes: PathBuf,
}

impl Starts {
    /// Gives a test a codex that notes for which run it is started, before it becomes the real one.
    pub(super) fn noted_by_codex(test: &mut Test) -> Self {
        let notes = test.work().with_file_name("starts");
        std::fs::write(&notes, "").unwrap();
        let script = format!(
            "#!/bin/sh\ncase \" $* \" in *' app-server '*) if [ -n \"$TURNWISE_JOB\" ]; then\n\
             echo \"$TURNWISE_JOB $TURNWISE_JOB_DUE $TURNWISE_JOB_ATTEMPT\" >> '{}'\nfi;; esac\nexec '{}' \"$@\"\n",
            notes.display(),
            codex::binary().display()
        );
        let program = test.work().with_file_name("noting-codex");
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
        test.set("TURNWISE_CODEX", program);
        Self { notes }
    }

    /// Each start, once.
    pub(super) fn all(&self) -> BTreeSet<String> {
        once(&std::fs::read_to_string(&self.notes).unwrap())
    }
}

/// Lines of which there are no two alike.
pub(super) fn once(notes: &str) -> BTreeSet<String> {
    let all = notes.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let twice = notes.lines().count() - all.len();
    assert_eq!(twice, 0, "a due time ran twice: {notes}");
    all
}

/// The line of an attempt.
pub(super) fn start(job: &str, due_at: Millis, attempt: u32) -> String {
    format!("{job} {} {attempt}", Timestamp::from_millisecond(due_at).unwrap())
}

/// The runs of a job, oldest first. Each due time up to the last that was handled is among them, in order and once; what
/// began is said to have begun, and what did not is not.
pub(super) fn settled(
    ledger: &SqliteLedger,
    name: &str,
    due: &mut impl Iterator<Item = Millis>,
    begun: &BTreeSet<String>,
) -> Vec<JobRun> {
    let job = done(ledger.job(name)).unwrap();
    let mut runs = done(ledger.job_runs(Some(job.id), usize::MAX));
    runs.reverse();
    for run in &runs {
        if !run.manual {
            account(run, due);
        }
        let began = begun.contains(&start(name, run.due_at, 1));
        match run.state {
            JobRunState::Ran => assert!(began, "{run:?} never began"),
            JobRunState::Missed | JobRunState::Skipped => assert!(!began, "{run:?} began"),
            // One that was interrupted, or whose runner died, may have begun or not.
            JobRunState::Failed | JobRunState::Interrupted => {}
            state => panic!("{state:?} is no end: {run:?}"),
        }
    }
    let ran = runs.iter().filter(|run| run.attempt > 0 && !run.manual).count();
    assert_eq!(u64::try_from(ran).unwrap(), job.runs, "{name}");
    let known = runs.iter().map(|run| start(name, run.due_at, 1)).collect();
    let of_job = |line: &&String| line.split(' ').next() == Some(name);
    let begun = begun.iter().filter(of_job).cloned().collect::<BTreeSet<_>>();
    assert!(
        begun.is_subset(&known),
        "{:?} have no record",
        begun.difference(&known)
    );
    runs
}

/// Every due time has its place in the history, in order and once.
fn account(run: &JobRun, due: &mut impl Iterator<Item = Millis>) {
    for counted in 1..=run.due_times {
        let at = due.next();
        if counted == 1 {
            assert_eq!(at, Some(run.first_due_at), "{run:?}");
        }
        if counted == run.due_times {
            assert_eq!(at, Some(run.due_at), "{run:?}");
        }
    }
}

/// Whether its runner died.
pub(super) fn died(run: &JobRun) -> bool {
    run.reason
        .as_deref()
        .is_some_and(|reason| reason.contains("died"))
}
