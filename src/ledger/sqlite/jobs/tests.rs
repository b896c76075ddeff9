use super::*;
use crate::ledger::jobs::JobState;

fn ledger() -> (tempfile::TempDir, Store) {
    let directory = tempfile::tempdir().unwrap();
    let ledger = Store::open(&directory.path().join("ledger/ledger.sqlite")).unwrap();
    (directory, ledger)
}

fn added(ledger: &Store, name: &str, wake_at: Option<Millis>) -> JobRecord {
    let job = NewJob {
        name: name.to_owned(),
        spec: "{}".to_owned(),
        created_at: 0,
        wake_at,
    };
    assert!(ledger.add_job(&job).unwrap());
    ledger.job(name).unwrap().unwrap()
}

fn lease(holder: &str, now: Millis) -> Lease {
    Lease {
        holder: holder.to_owned(),
        host: "here".to_owned(),
        now,
        expires_at: now + 60,
    }
}

fn step(due_at: Millis, wake_at: Option<Millis>) -> Advance {
    Advance {
        handled_at: due_at,
        wake_at,
        skipped: Vec::new(),
        run: Some(due_at),
    }
}

fn ended(job: &JobRecord, due_at: Millis, holder: &str, state: JobRunState) -> Settlement {
    Settlement {
        job_id: job.id,
        due_at,
        holder: holder.to_owned(),
        state,
        reason: None,
        ended_at: due_at + 10,
        retry_at: (state == JobRunState::Retry).then_some(due_at + 50),
        exit_code: Some(0),
        tokens: Some(7),
        session_id: Some("s".to_owned()),
        keep_session: None,
        error: None,
        stop: false,
    }
}

#[test]
fn a_due_time_is_taken_by_one_runner_only() {
    let (_directory, ledger) = ledger();
    let job = added(&ledger, "a", Some(100));
    assert_eq!(ledger.jobs_to_poll(99, 10).unwrap(), []);
    assert_eq!(ledger.jobs_to_poll(100, 10).unwrap(), std::slice::from_ref(&job));
    let taken = ledger
        .advance(&job, &step(100, Some(200)), &lease("one", 100))
        .unwrap();
    assert_eq!(taken, Advanced::Taken);
    let late = ledger
        .advance(&job, &step(100, Some(200)), &lease("two", 100))
        .unwrap();
    assert_eq!(late, Advanced::Overtaken);
    // While it runs, its next due time waits.
    assert_eq!(ledger.jobs_to_poll(300, 10).unwrap(), []);
    assert!(!ledger.settle(&ended(&job, 100, "two", JobRunState::Ran)).unwrap());
    assert!(ledger.settle(&ended(&job, 100, "one", JobRunState::Ran)).unwrap());
    assert!(!ledger.settle(&ended(&job, 100, "one", JobRunState::Ran)).unwrap());
    let job = ledger.job("a").unwrap().unwrap();
    assert_eq!(
        (job.handled_at, job.runs, job.wake_at, job.last_run),
        (100, 1, Some(200), Some(JobRunState::Ran))
    );
    assert_eq!(ledger.jobs_to_poll(200, 10).unwrap(), [job]);
}

#[test]
fn a_runner_that_died_loses_its_run_and_the_job_goes_on() {
    let (_directory, ledger) = ledger();
    let job = added(&ledger, "a", Some(100));
    ledger
        .advance(&job, &step(100, Some(200)), &lease("one", 100))
        .unwrap();
    let log = PathBuf::from("/log");
    assert!(
        ledger
            .renew(job.id, 100, &lease("one", 150), Some((7, log)))
            .unwrap()
    );
    assert_eq!(ledger.next_poll().unwrap(), Some(210));
    assert_eq!(ledger.reap_expired(209, &[]).unwrap(), []);
    assert_eq!(
        ledger.reap_expired(210, &[(job.id, 100)]).unwrap(),
        [],
        "it is spared"
    );
    let dead = ledger.reap_expired(210, &[]).unwrap();
    let [(of, dead)] = &dead[..] else {
        panic!("{dead:#?}")
    };
    assert_eq!(
        (&*of.name, dead.state, dead.pid),
        ("a", JobRunState::Failed, Some(7))
    );
    assert!(dead.reason.as_deref().unwrap().contains("on here died"));
    assert!(!ledger.renew(job.id, 100, &lease("one", 211), None).unwrap());
    assert!(!ledger.settle(&ended(&job, 100, "one", JobRunState::Ran)).unwrap());
    let job = ledger.job("a").unwrap().unwrap();
    assert!(job.last_error.is_some());
    assert_eq!(ledger.next_poll().unwrap(), Some(200));
    let again = ledger
        .advance(&job, &step(100, None), &lease("two", 220))
        .unwrap();
    assert_eq!(again, Advanced::Overtaken, "the same due time is not run again");
}

#[test]
fn another_attempt_belongs_to_the_same_due_time() {
    let (_directory, ledger) = ledger();
    let job = added(&ledger, "a", Some(100));
    ledger
        .advance(&job, &step(100, None), &lease("one", 100))
        .unwrap();
    assert!(
        ledger
            .settle(&ended(&job, 100, "one", JobRunState::Retry))
            .unwrap()
    );
    assert_eq!(ledger.job("a").unwrap().unwrap().state, JobState::Active);
    assert_eq!(ledger.next_poll().unwrap(), Some(150));
    assert!(
        ledger
            .claim_retries(149, &lease("two", 149), 10)
            .unwrap()
            .is_empty()
    );
    let claimed = ledger.claim_retries(150, &lease("two", 150), 10).unwrap();
    assert_eq!((claimed.len(), claimed[0].1.attempt), (1, 2));
    assert!(
        ledger
            .claim_retries(150, &lease("three", 150), 10)
            .unwrap()
            .is_empty()
    );
    assert!(ledger.settle(&ended(&job, 100, "two", JobRunState::Ran)).unwrap());
    // Nothing more is due.
    assert_eq!(ledger.job("a").unwrap().unwrap().state, JobState::Finished);
    assert_eq!(ledger.job_runs(None, 10).unwrap().len(), 1);
}

#[test]
fn an_error_can_stop_a_job_and_a_change_lets_it_go_on() {
    let (_directory, ledger) = ledger();
    let job = added(&ledger, "a", Some(100));
    ledger
        .advance(&job, &step(100, Some(200)), &lease("one", 100))
        .unwrap();
    let failed = Settlement {
        error: Some("it broke".to_owned()),
        stop: true,
        ..ended(&job, 100, "one", JobRunState::Failed)
    };
    assert!(ledger.settle(&failed).unwrap());
    assert_eq!(ledger.jobs_to_poll(200, 10).unwrap(), []);
    let stopped = ledger.job("a").unwrap().unwrap();
    assert_eq!(
        (stopped.state, stopped.last_error.as_deref()),
        (JobState::Stopped, Some("it broke"))
    );
    let change = JobChange {
        spec: "{}".to_owned(),
        state: JobState::Active,
        handled_at: 250,
        wake_at: Some(300),
        skipped: vec![SkippedRun {
            due_at: 200,
            first_due_at: 200,
            due_times: 1,
            state: JobRunState::Skipped,
            reason: "it was stopped".to_owned(),
        }],
        forget_error: true,
        forget_session: false,
    };
    assert!(!ledger.change_job(&job, &change).unwrap(), "read before the run");
    assert!(ledger.change_job(&stopped, &change).unwrap());
    assert!(!ledger.change_job(&stopped, &change).unwrap());
    let runs = ledger.job_runs(Some(job.id), 10).unwrap();
    let states = runs.iter().map(|run| run.state).collect::<Vec<_>>();
    assert_eq!(states, [JobRunState::Skipped, JobRunState::Failed]);
    assert!(ledger.remove_job(job.id).unwrap());
    assert_eq!(ledger.job_runs(None, 10).unwrap(), []);
}

#[test]
fn a_person_can_run_a_job_out_of_turn_but_not_twice_at_once() {
    let (_directory, ledger) = ledger();
    let job = added(&ledger, "a", None);
    assert!(ledger.claim_now(job.id, &lease("one", 5)).unwrap());
    assert!(!ledger.claim_now(job.id, &lease("two", 6)).unwrap());
    assert!(!ledger.remove_job(job.id).unwrap());
    assert!(ledger.settle(&ended(&job, 5, "one", JobRunState::Ran)).unwrap());
    let run = ledger.job_runs(Some(job.id), 1).unwrap().remove(0);
    assert!(run.manual && run.tokens == Some(7));
    assert_eq!(ledger.job("a").unwrap().unwrap().handled_at, 0);
}
