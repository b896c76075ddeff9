use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::*;
use crate::ledger::schema;
use crate::runtime::approval::{ApprovalKind, ApprovalRequest, Decision, PendingRequest, RunContext};

fn run() -> RunRecord {
    RunRecord {
        pid: 1,
        host: "here".to_owned(),
        ..RunRecord::new("/work").id("run-1")
    }
}

fn request(command: &str) -> NewRequest {
    let request = ApprovalRequest {
        command: Some(command.to_owned()),
        ..ApprovalRequest::new(
            "0",
            ApprovalKind::Command,
            "item/commandExecution/requestApproval",
            serde_json::Value::Null,
        )
    };
    NewRequest::new(
        "run-1",
        PendingRequest::new(request, RunContext::default()),
        command,
    )
}

fn accepted(by: &str) -> NewAnswer {
    NewAnswer::new(Decision::Accept, by, "test")
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

async fn ledger() -> (tempfile::TempDir, SqliteLedger) {
    let directory = own_directory();
    let ledger = SqliteLedger::open(&directory.path().join("state/ledger.sqlite")).unwrap();
    ledger.register_run(run()).await.unwrap();
    (directory, ledger)
}

async fn added(ledger: &SqliteLedger, request: NewRequest) -> String {
    ledger.add_request(request).await.unwrap().id
}

async fn record(ledger: &SqliteLedger, id: &str) -> ApprovalRecord {
    ledger.request(id).await.unwrap().unwrap()
}

/// Puts a request into the past.
fn make_old(ledger: &SqliteLedger, id: &str) {
    let sql = "UPDATE requests SET requested_at = 1, expires_at = expires_at - 1000000 WHERE id = ?1";
    assert_eq!(ledger.store.lock().execute(sql, [id]).unwrap(), 1);
}

#[tokio::test]
async fn of_many_who_answer_at_once_one_wins_and_the_others_learn_who() {
    let (_directory, ledger) = ledger().await;
    let id = added(&ledger, request("ls")).await;
    let digest = record(&ledger, &id).await.digest;
    let ledgers = (0..10).map(|_| SqliteLedger::open(ledger.path()).unwrap());
    let ledgers = ledgers.collect::<Vec<_>>();
    // Each call begins on a thread of its own before the first is waited for.
    let calls = ledgers
        .iter()
        .enumerate()
        .map(|(number, ledger)| ledger.answer(&id, &digest, accepted(&format!("user {number}"))))
        .collect::<Vec<_>>();
    let mut won = 0;
    let mut winners = Vec::new();
    for call in calls {
        match call.await.unwrap() {
            Claim::Won(answer) => {
                won += 1;
                winners.push(answer.by);
            }
            Claim::Lost(record) => winners.push(record.answer.unwrap().by),
            Claim::Missing => panic!("it is there"),
        }
    }
    assert_eq!(won, 1);
    let winner = record(&ledger, &id).await.answer.unwrap().by;
    assert!(winners.iter().all(|by| *by == winner), "{winners:?}");
}

#[tokio::test]
async fn what_was_shown_is_what_is_answered() {
    let (_directory, ledger) = ledger().await;
    let id = added(&ledger, request("ls")).await;
    let claim = ledger
        .answer(&id, "of something else", accepted("me"))
        .await
        .unwrap();
    assert!(matches!(claim, Claim::Lost(record) if record.state == ApprovalState::Open));
    let claim = ledger.answer("none", "", accepted("me")).await.unwrap();
    assert_eq!(claim, Claim::Missing);
}

#[tokio::test]
async fn a_request_that_is_over_takes_no_answer() {
    let (_directory, ledger) = ledger().await;
    let digest = request("ls").pending.digest();
    for state in [
        ApprovalState::Closed,
        ApprovalState::Expired,
        ApprovalState::Abandoned,
    ] {
        let id = added(&ledger, request("ls")).await;
        assert_eq!(ledger.close(&id, state).await.unwrap(), Some(state));
        let claim = ledger.answer(&id, &digest, accepted("me")).await.unwrap();
        assert!(matches!(claim, Claim::Lost(record) if record.state == state));
    }
    let late = request("ls").expires_in(Some(Duration::from_secs(60)));
    let id = added(&ledger, late).await;
    make_old(&ledger, &id);
    let claim = ledger.answer(&id, &digest, accepted("me")).await.unwrap();
    assert!(matches!(claim, Claim::Lost(_)));
}

#[tokio::test]
async fn a_request_expires_when_its_time_is_over_and_not_before() {
    let (_directory, ledger) = ledger().await;
    let waiting = added(&ledger, request("ls")).await;
    let in_time = added(&ledger, request("ls").expires_in(Some(Duration::from_secs(60)))).await;
    let overdue = added(&ledger, request("ls").expires_in(Some(Duration::from_secs(60)))).await;
    make_old(&ledger, &overdue);
    assert_eq!(ledger.expire_overdue().await.unwrap(), 1);
    for (id, state) in [
        (waiting, ApprovalState::Open),
        (in_time, ApprovalState::Open),
        (overdue, ApprovalState::Expired),
    ] {
        assert_eq!(record(&ledger, &id).await.state, state);
    }
}

#[tokio::test]
async fn an_answer_that_was_taken_is_not_closed_any_more() {
    let (_directory, ledger) = ledger().await;
    let id = added(&ledger, request("ls")).await;
    let digest = request("ls").pending.digest();
    ledger.answer(&id, &digest, accepted("me")).await.unwrap();
    ledger.mark_delivered(&id).await.unwrap();
    let state = ledger.close(&id, ApprovalState::Closed).await.unwrap();
    assert_eq!(state, Some(ApprovalState::Answered));
}

#[tokio::test]
async fn only_what_is_over_and_old_or_too_much_is_dropped() {
    let (_directory, ledger) = ledger().await;
    let waiting = added(&ledger, request("old")).await;
    let over = added(&ledger, request("old").answered(accepted("me"))).await;
    make_old(&ledger, &waiting);
    make_old(&ledger, &over);
    for _ in 0..5 {
        added(&ledger, request("new").answered(accepted("me"))).await;
    }
    let retention = Retention::new(Duration::from_secs(60), 3);
    assert_eq!(ledger.prune(retention).await.unwrap(), 3);
    assert!(ledger.request(&waiting).await.unwrap().is_some());
    let listed = |filter| ledger.list(filter);
    assert_eq!(listed(ApprovalFilter::Latest(100)).await.unwrap().len(), 4);
    assert_eq!(listed(ApprovalFilter::Open).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_call_is_made_although_its_future_is_dropped_and_the_ledger_with_it() {
    let (_directory, ledger) = ledger().await;
    let id = added(&ledger, request("ls")).await;
    let path = ledger.path().to_owned();
    drop(ledger.close(&id, ApprovalState::Closed));
    drop(ledger);
    let ledger = SqliteLedger::open(&path).unwrap();
    assert_eq!(record(&ledger, &id).await.state, ApprovalState::Closed);
}

#[tokio::test]
async fn the_file_is_the_users_own() {
    let (_directory, ledger) = ledger().await;
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
                    let ledger = SqliteLedger::open(&path).unwrap();
                    assert_eq!(ledger.store.list(&ApprovalFilter::Open).unwrap(), []);
                });
            }
        });
    }
}

#[tokio::test]
async fn a_ledger_of_the_first_version_keeps_what_it_has_and_learns_of_jobs() {
    let directory = own_directory();
    let path = directory.path().join("ledger.sqlite");
    let mut old = private_file(&path);
    schema::migrate_to(&mut old, 1).unwrap();
    old.execute("INSERT INTO runs VALUES ('run-1', 1, 'here', '/work', 5)", [])
        .unwrap();
    drop(old);
    let ledger = SqliteLedger::open(&path).unwrap();
    added(&ledger, request("ls")).await;
    assert_eq!(ledger.list(ApprovalFilter::Open).await.unwrap().len(), 1);
    assert_eq!(ledger.store.jobs().unwrap(), []);
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
        let job = ledger.store.job(name).unwrap().unwrap();
        let spec = JobSpec::from_json(&job.spec).unwrap();
        (job.state, spec.environment, job.last_error)
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
    let told = ledger.store.take_job_notices().unwrap();
    let names = told.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>();
    assert_eq!(names, ["active", "connected", "paused"]);
    assert_eq!(ledger.store.take_job_notices().unwrap(), []);
    for suffix in ["", "-wal"] {
        let file = std::fs::read(format!("{}{suffix}", path.display())).unwrap();
        let found = memchr::memmem::find(&file, b"s3cret");
        assert_eq!(found, None, "the ledger{suffix} still has it");
    }
}
