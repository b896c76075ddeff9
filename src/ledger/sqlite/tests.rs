use super::*;
use crate::approval::ask::RunContext;
use crate::ledger::now;
use crate::runtime::approval::{ApprovalKind, ApprovalRequest, Decision};

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
        asked: crate::approval::ask::Asked {
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

fn accepted(by: &str) -> Answer {
    Answer {
        decision: Decision::Accept,
        by: by.to_owned(),
        from: "test".to_owned(),
        at: now(),
        reason: None,
        secret: false,
    }
}

fn ledger() -> (tempfile::TempDir, SqliteLedger) {
    let directory = tempfile::tempdir().unwrap();
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
        Claim::Lost(entry) if entry.state == State::Open
    ));
    assert_eq!(
        ledger.answer("none", "", &accepted("me")).unwrap(),
        Claim::Missing
    );
}

#[test]
fn a_request_that_is_over_takes_no_answer() {
    let (_directory, ledger) = ledger();
    let digest = request("ls").asked.digest();
    for state in [State::Closed, State::Expired, State::Abandoned] {
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
    let digest = request("ls").asked.digest();
    ledger.answer(&id, &digest, &accepted("me")).unwrap();
    ledger.delivered(&id, now()).unwrap();
    assert_eq!(ledger.close(&id, State::Closed).unwrap(), Some(State::Answered));
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
    assert_eq!(ledger.list(Which::Latest(100)).unwrap().len(), 4);
    assert_eq!(ledger.list(Which::Open).unwrap().len(), 1);
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
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ledger.sqlite");
    std::fs::write(
        &path,
        "this is not a database, but something of the user's own".repeat(50),
    )
    .unwrap();
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
    let connection = Connection::open(&path).unwrap();
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
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ledger.sqlite");
        let start = std::sync::Barrier::new(8);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    start.wait();
                    SqliteLedger::open(&path).unwrap().list(Which::Open).unwrap();
                });
            }
        });
    }
}

#[test]
fn a_ledger_of_the_first_version_keeps_what_it_has_and_learns_of_jobs() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ledger.sqlite");
    let old = Connection::open(&path).unwrap();
    schema::migrate_to(&old, 1).unwrap();
    old.execute("INSERT INTO runs VALUES ('run-1', 1, 'here', '/work', 5)", [])
        .unwrap();
    drop(old);
    let ledger = SqliteLedger::open(&path).unwrap();
    ledger.park(&request("ls")).unwrap();
    assert_eq!(ledger.list(Which::Open).unwrap().len(), 1);
    assert_eq!(crate::ledger::JobLedger::jobs(&ledger).unwrap(), []);
}
