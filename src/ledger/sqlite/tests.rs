use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::ledger::now;
use crate::runtime::approval::{ApprovalKind, ApprovalRequest, Decision, PendingRequest, RunContext};

fn run() -> RunRecord {
    RunRecord {
        id: "run-1".to_owned(),
        pid: 1,
        host: "here".to_owned(),
        cwd: PathBuf::from("/work"),
        started_at: now(),
    }
}

fn request(command: &str) -> NewRequest {
    NewRequest {
        run_id: "run-1".to_owned(),
        pending: PendingRequest {
            request: ApprovalRequest {
                id: "0".to_owned(),
                kind: ApprovalKind::Command,
                method: "item/commandExecution/requestApproval".to_owned(),
                thread_id: None,
                turn_id: None,
                item_id: None,
                reason: None,
                command: Some(command.to_owned()),
                cwd: None,
                changes: Vec::new(),
                params: serde_json::Value::Null,
            },
            context: RunContext::default(),
        },
        summary: command.to_owned(),
        requested_at: now(),
        expires_at: None,
        answer: None,
    }
}

fn accepted(by: &str) -> ApprovalAnswer {
    ApprovalAnswer {
        decision: Decision::Accept,
        by: by.into(),
        from: "test".to_owned(),
        at: now(),
        reason: None,
        secret: false,
    }
}

/// A directory that only its user can enter.
fn own_directory() -> tempfile::TempDir {
    let mut builder = tempfile::Builder::new();
    builder
        .permissions(PermissionsExt::from_mode(0o700))
        .tempdir()
        .unwrap()
}

/// A database of the user's own that is none yet.
fn private_file(path: &Path) -> Connection {
    std::fs::File::create(path)
        .and_then(|file| file.set_permissions(PermissionsExt::from_mode(0o600)))
        .unwrap();
    Connection::open(path).unwrap()
}

fn ledger() -> (tempfile::TempDir, SqliteLedger) {
    let directory = own_directory();
    let ledger = SqliteLedger::open(&directory.path().join("state/ledger.sqlite")).unwrap();
    ledger.enter_run(&run()).unwrap();
    (directory, ledger)
}

#[test]
fn of_many_who_answer_at_once_one_wins_and_the_others_learn_who() {
    let (_directory, ledger) = ledger();
    let id = ledger.park(&request("ls")).unwrap();
    let digest = ledger.entry(&id).unwrap().unwrap().digest;
    let path = ledger.path().to_owned();
    let threads = (0..10).map(|number| {
        let (path, id, digest) = (path.clone(), id.clone(), digest.clone());
        std::thread::spawn(move || {
            let ledger = SqliteLedger::open(&path).unwrap();
            ledger
                .answer(&id, &digest, &accepted(&format!("user {number}")))
                .unwrap()
        })
    });
    let claims = threads
        .collect::<Vec<_>>()
        .into_iter()
        .map(|thread| thread.join().unwrap());
    let claims = claims.collect::<Vec<_>>();
    assert_eq!(claims.iter().filter(|claim| **claim == Claim::Won).count(), 1);
    let winner = ledger.entry(&id).unwrap().unwrap().answer.unwrap().by;
    for claim in claims {
        match claim {
            Claim::Won => {}
            Claim::Lost(entry) => assert_eq!(entry.answer.unwrap().by, winner),
            Claim::Missing => panic!("it is there"),
        }
    }
}

#[test]
fn what_was_shown_is_what_is_answered() {
    let (_directory, ledger) = ledger();
    let id = ledger.park(&request("ls")).unwrap();
    assert!(matches!(
        ledger.answer(&id, "of something else", &accepted("me")).unwrap(),
        Claim::Lost(entry) if entry.state == ApprovalState::Open
    ));
    assert_eq!(
        ledger.answer("none", "", &accepted("me")).unwrap(),
        Claim::Missing
    );
}

#[test]
fn a_request_that_is_over_takes_no_answer() {
    let (_directory, ledger) = ledger();
    let digest = request("ls").pending.digest();
    for state in [
        ApprovalState::Closed,
        ApprovalState::Expired,
        ApprovalState::Abandoned,
    ] {
        let id = ledger.park(&request("ls")).unwrap();
        assert_eq!(ledger.close(&id, state).unwrap(), Some(state));
        assert!(
            matches!(ledger.answer(&id, &digest, &accepted("me")).unwrap(), Claim::Lost(entry) if entry.state == state)
        );
    }
    let late = NewRequest {
        expires_at: Some(now() - 1),
        ..request("ls")
    };
    let id = ledger.park(&late).unwrap();
    assert!(matches!(
        ledger.answer(&id, &digest, &accepted("me")).unwrap(),
        Claim::Lost(_)
    ));
}

#[test]
fn an_answer_that_was_taken_is_not_closed_any_more() {
    let (_directory, ledger) = ledger();
    let id = ledger.park(&request("ls")).unwrap();
    let digest = request("ls").pending.digest();
    ledger.answer(&id, &digest, &accepted("me")).unwrap();
    ledger.delivered(&id, now()).unwrap();
    assert_eq!(
        ledger.close(&id, ApprovalState::Closed).unwrap(),
        Some(ApprovalState::Answered)
    );
}

#[test]
fn only_what_is_over_and_old_or_too_much_is_dropped() {
    let (_directory, ledger) = ledger();
    let old = NewRequest {
        requested_at: 1,
        ..request("old")
    };
    let waiting = ledger.park(&old).unwrap();
    ledger
        .park(&NewRequest {
            answer: Some(accepted("me")),
            ..old
        })
        .unwrap();
    for _ in 0..5 {
        ledger
            .park(&NewRequest {
                answer: Some(accepted("me")),
                ..request("new")
            })
            .unwrap();
    }
    let retention = Retention {
        age: Duration::from_secs(60),
        count: 3,
    };
    assert_eq!(ledger.tidy(retention, now()).unwrap(), 3);
    assert!(ledger.entry(&waiting).unwrap().is_some());
    assert_eq!(ledger.list(ApprovalFilter::Latest(100)).unwrap().len(), 4);
    assert_eq!(ledger.list(ApprovalFilter::Open).unwrap().len(), 1);
}

#[test]
fn the_file_is_the_users_own() {
    let (_directory, ledger) = ledger();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(ledger.path()), 0o600);
    assert_eq!(mode(ledger.path().parent().unwrap()), 0o700);
    assert_eq!(mode(&ledger.path().with_extension("sqlite-wal")), 0o600);
}

#[test]
fn files_that_are_no_ledger_or_too_new_are_refused_and_left_as_they_are() {
    let directory = own_directory();
    let path = directory.path().join("ledger.sqlite");
    std::fs::write(
        &path,
        "this is not a database, but something of the user's own".repeat(50),
    )
    .unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    let before = std::fs::read(&path).unwrap();
    assert!(matches!(
        SqliteLedger::open(&path),
        Err(LedgerError::Damaged { .. })
    ));
    assert_eq!(std::fs::read(&path).unwrap(), before);

    let path = directory.path().join("newer.sqlite");
    drop(SqliteLedger::open(&path).unwrap());
    let connection = Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 999).unwrap();
    drop(connection);
    assert!(matches!(
        SqliteLedger::open(&path),
        Err(LedgerError::Newer { found: 999, .. })
    ));

    let path = directory.path().join("other.sqlite");
    let connection = private_file(&path);
    connection
        .execute_batch("CREATE TABLE t (x); PRAGMA user_version = 1;")
        .unwrap();
    drop(connection);
    assert!(matches!(
        SqliteLedger::open(&path),
        Err(LedgerError::Damaged { .. })
    ));
    assert!(
        SqliteLedger::open(Path::new("/proc/nowhere/ledger.sqlite")).is_err(),
        "a directory that cannot be made is an error"
    );
}

#[test]
fn many_who_open_it_for_the_first_time_at_once_all_get_it() {
    for _ in 0..5 {
        let directory = own_directory();
        let path = directory.path().join("ledger.sqlite");
        let start = std::sync::Barrier::new(8);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    start.wait();
                    SqliteLedger::open(&path)
                        .unwrap()
                        .list(ApprovalFilter::Open)
                        .unwrap();
                });
            }
        });
    }
}

#[test]
fn a_ledger_of_the_first_version_keeps_what_it_has_and_learns_of_jobs() {
    let directory = own_directory();
    let path = directory.path().join("ledger.sqlite");
    let mut old = private_file(&path);
    schema::migrate_to(&mut old, 1).unwrap();
    old.execute("INSERT INTO runs VALUES ('run-1', 1, 'here', '/work', 5)", [])
        .unwrap();
    drop(old);
    let ledger = SqliteLedger::open(&path).unwrap();
    ledger.park(&request("ls")).unwrap();
    assert_eq!(ledger.list(ApprovalFilter::Open).unwrap().len(), 1);
    assert_eq!(crate::ledger::JobLedger::jobs(&ledger).unwrap(), []);
}

/// A job as version 2 kept it.
fn old_job(name: &str, state: &str, surroundings: &serde_json::Value) -> [String; 3] {
    let spec = serde_json::json!({
        "prompt": { "text": "x" }, "schedule": { "cron": "@daily", "zone": "UTC" }, "cwd": "/",
        "surroundings": surroundings,
    });
    [name.to_owned(), spec.to_string(), state.to_owned()]
}

#[test]
fn jobs_of_an_older_version_lose_what_may_be_a_secret_and_do_not_run_until_somebody_has_seen_it() {
    use crate::automation::jobs::JobSpec;
    use crate::ledger::JobLedger;
    use crate::ledger::jobs::JobState;

    let directory = own_directory();
    let path = directory.path().join("ledger.sqlite");
    let mut old = private_file(&path);
    old.pragma_update(None, "journal_mode", "wal").unwrap();
    schema::migrate_to(&mut old, 2).unwrap();
    let secret = serde_json::json!({
        "codex_config": ["model_verbosity=low", "model_providers.x.experimental_bearer_token=s3cret", "bad"],
    });
    let jobs = [
        old_job("active", "active", &secret),
        old_job("paused", "paused", &secret),
        old_job(
            "connected",
            "active",
            &serde_json::json!({ "connect": "wss://host/?token=s3cret" }),
        ),
        old_job(
            "harmless",
            "active",
            &serde_json::json!({ "codex_config": ["model_verbosity=low"] }),
        ),
        old_job("plain", "active", &serde_json::json!({ "codex_config": [] })),
    ];
    let insert = "INSERT INTO jobs (name, spec, state, created_at, handled_at) VALUES (?1, ?2, ?3, 0, 0)";
    for job in jobs {
        old.execute(insert, job).unwrap();
    }
    // What an earlier change left in the file.
    old.execute("UPDATE jobs SET spec = spec || ' ' WHERE name = 'active'", [])
        .unwrap();
    drop(old);
    let ledger = SqliteLedger::open(&path).unwrap();
    let job = |name: &str| {
        let job = ledger.job(name).unwrap().unwrap();
        let spec = JobSpec::from_json(&job.spec).unwrap();
        (job.state, spec.surroundings, job.last_error)
    };
    let (state, surroundings, error) = job("active");
    assert_eq!(state, JobState::Stopped);
    assert_eq!(surroundings.codex_config, ["model_verbosity=\"low\""]);
    assert_eq!(surroundings.removed_settings, ["model_providers.x.…", "…"]);
    assert!(
        error
            .unwrap()
            .ends_with("removed from this job's settings: model_providers.x.…, …")
    );
    assert_eq!(job("paused").0, JobState::Paused);
    assert_eq!(job("connected").1.removed_settings, ["connect"]);
    assert_eq!(job("connected").1.connect, None);
    let (state, surroundings, error) = job("harmless");
    assert_eq!((state, error), (JobState::Active, None));
    assert_eq!(surroundings.codex_config, ["model_verbosity=\"low\""]);
    let told = ledger.take_job_notices().unwrap();
    let names = told.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>();
    assert_eq!(names, ["active", "connected", "paused"]);
    assert_eq!(ledger.take_job_notices().unwrap(), []);
    for suffix in ["", "-wal"] {
        let file = std::fs::read(format!("{}{suffix}", path.display())).unwrap();
        let found = memchr::memmem::find(&file, b"s3cret");
        assert_eq!(found, None, "the ledger{suffix} still has it");
    }
}
