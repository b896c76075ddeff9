//! The shape of the database: numbered migrations, forwards only. A migration that was released is never changed.

use rusqlite::{Connection, TransactionBehavior};

/// Marks the file as a ledger of turnwise ("twse").
pub(super) const APPLICATION_ID: i64 = 0x7477_7365;

/// Migration k leads from version k to k + 1.
const MIGRATIONS: &[&str] = &["
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
"];

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
        transaction.execute_batch(migration)?;
    }
    if from < MIGRATIONS.len() {
        transaction.pragma_update(None, "user_version", known())?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    transaction.commit()
}
