//! The shape of the database: numbered migrations, forwards only. A migration that was released is never changed.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::clean_jobs::clean_jobs;
use super::runs_of_jobs;

/// Marks the file as a ledger of turnwise ("twse").
pub(super) const APPLICATION_ID: i64 = 0x7477_7365;

/// A step from one version to the next.
enum Migration {
    Sql(&'static str),
    /// Where what is kept has to be understood.
    Code(fn(&Transaction<'_>) -> rusqlite::Result<()>),
}

/// Migration k leads from version k to k + 1.
const MIGRATIONS: &[Migration] = &[
    Migration::Sql(
        "
    CREATE TABLE runs (
        id TEXT PRIMARY KEY,
        pid INTEGER NOT NULL,
        host TEXT NOT NULL,
        cwd TEXT NOT NULL,
        started_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE requests (
        id TEXT PRIMARY KEY,
        run_id TEXT NOT NULL REFERENCES runs (id),
        kind TEXT NOT NULL,
        summary TEXT NOT NULL,
        cwd TEXT NOT NULL,
        asked TEXT NOT NULL,
        digest TEXT NOT NULL,
        state TEXT NOT NULL,
        requested_at INTEGER NOT NULL,
        expires_at INTEGER,
        answer TEXT,
        answered_at INTEGER,
        delivered_at INTEGER
    ) STRICT;
    CREATE INDEX requests_by_state ON requests (state, requested_at);
    CREATE INDEX requests_by_time ON requests (requested_at);
    CREATE INDEX requests_by_run ON requests (run_id);
",
    ),
    Migration::Sql(
        "
    CREATE TABLE jobs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        spec TEXT NOT NULL,
        state TEXT NOT NULL,
        revision INTEGER NOT NULL DEFAULT 1,
        last_error TEXT,
        session_id TEXT,
        created_at INTEGER NOT NULL,
        handled_at INTEGER NOT NULL,
        runs INTEGER NOT NULL DEFAULT 0,
        wake_at INTEGER,
        ended_at INTEGER
    ) STRICT;
    CREATE INDEX jobs_to_look_at ON jobs (wake_at) WHERE state = 'active';
    CREATE TABLE job_runs (
        job_id INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
        due_at INTEGER NOT NULL,
        first_due_at INTEGER NOT NULL,
        due_times INTEGER NOT NULL DEFAULT 1,
        manual INTEGER NOT NULL DEFAULT 0,
        state TEXT NOT NULL,
        reason TEXT,
        attempt INTEGER NOT NULL DEFAULT 0,
        holder TEXT,
        lease_expires_at INTEGER,
        retry_at INTEGER,
        pid INTEGER,
        host TEXT,
        started_at INTEGER,
        ended_at INTEGER,
        exit_code INTEGER,
        tokens INTEGER,
        session_id TEXT,
        log TEXT,
        UNIQUE (job_id, due_at)
    ) STRICT;
    CREATE INDEX open_job_runs ON job_runs (job_id) WHERE state IN ('claimed', 'running', 'retry');
    CREATE INDEX job_runs_by_time ON job_runs (due_at);
",
    ),
    Migration::Code(clean_jobs),
    Migration::Sql(
        "CREATE TABLE stop_all (id INTEGER PRIMARY KEY CHECK (id = 1), stopped_at INTEGER NOT NULL) STRICT;",
    ),
    Migration::Code(runs_of_jobs::convert),
    Migration::Sql(
        "
    CREATE TABLE runners (
        host TEXT NOT NULL,
        kind TEXT NOT NULL,
        pid INTEGER NOT NULL,
        version TEXT NOT NULL,
        started_at INTEGER NOT NULL,
        seen_at INTEGER NOT NULL,
        stopped_at INTEGER,
        PRIMARY KEY (host, kind, pid)
    ) STRICT, WITHOUT ROWID;
",
    ),
];

/// The newest version known here.
pub(super) fn known() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// The version of a file; 0 for a fresh one.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Brings a file up to date.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    // Taken before the version is read again: two processes may start at once.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let from = usize::try_from(version(&transaction)?).unwrap_or(usize::MAX);
    for migration in MIGRATIONS.iter().skip(from) {
        match migration {
            Migration::Sql(sql) => transaction.execute_batch(sql)?,
            Migration::Code(step) => step(&transaction)?,
        }
    }
    if from < MIGRATIONS.len() {
        transaction.pragma_update(None, "user_version", known())?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    transaction.commit()?;
    if from > 0 && from < MIGRATIONS.len() {
        erase(connection);
    }
    Ok(())
}

/// Leaves nothing of what was replaced in free pages or in the log.
fn erase(connection: &Connection) {
    let erased = connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);");
    if let Err(error) = erased {
        tracing::warn!("what the ledger held before may still be in its file: {error}");
    }
}

/// Makes a file of an older version.
#[cfg(test)]
pub(super) fn migrate_to(connection: &mut Connection, version: i64) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    let migrations = MIGRATIONS.iter().take(usize::try_from(version).unwrap_or(0));
    for migration in migrations {
        match migration {
            Migration::Sql(sql) => transaction.execute_batch(sql)?,
            Migration::Code(step) => step(&transaction)?,
        }
    }
    transaction.pragma_update(None, "user_version", version)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.commit()
}
