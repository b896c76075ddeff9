//! The open file of a ledger: made, checked, migrated, locked. What is in it is in `approvals` and `jobs`.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use crate::ledger::schema::{self, APPLICATION_ID};
use crate::ledger::{LedgerError, private};

/// How long another process's transaction is waited for.
const BUSY: Duration = Duration::from_secs(5);

/// The pause before it is tried again.
const RETRY: Duration = Duration::from_millis(5);

/// An open file. Its calls block; a worker's thread makes them.
#[derive(Debug)]
pub(super) struct Store {
    path: PathBuf,
    connection: Mutex<Connection>,
}

impl Store {
    /// Opens the ledger, which is made if there is none.
    ///
    /// # Errors
    /// [`LedgerError`]; whatever is wrong, the file is left as it is.
    pub(super) fn open(path: &Path) -> Result<Self, LedgerError> {
        let unusable = |error: std::io::Error| LedgerError::from_io(path, &error);
        if let Some(directory) = path.parent() {
            private::directory(directory).map_err(unusable)?;
        }
        // SQLite gives its side files the rights of the main one.
        let made = OpenOptions::new()
            .append(true)
            .create_new(true)
            .mode(0o600)
            .open(path);
        if let Err(error) = made
            && error.kind() != std::io::ErrorKind::AlreadyExists
        {
            return Err(unusable(error));
        }
        // Not opened to be looked at: closing it would take away the locks that SQLite holds on it in this process.
        for suffix in ["", "-wal", "-shm"] {
            let mut file = path.as_os_str().to_owned();
            file.push(suffix);
            private::check_file(Path::new(&file)).map_err(unusable)?;
        }
        Self::connect_in_time(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )
    }

    /// Connects, also while another process makes the file: SQLite does not wait where it changes the journal's mode.
    fn connect_in_time(path: &Path, flags: OpenFlags) -> Result<Self, LedgerError> {
        let deadline = Instant::now() + BUSY;
        loop {
            match Self::connect(path, flags) {
                Err(LedgerError::Busy { .. }) if Instant::now() < deadline => std::thread::sleep(RETRY),
                outcome => return outcome,
            }
        }
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Self, LedgerError> {
        let told = |error| told(path, &error);
        let mut connection = Connection::open_with_flags(path, flags).map_err(told)?;
        connection.busy_timeout(BUSY).map_err(told)?;
        let found = schema::version(&connection).map_err(told)?;
        let application: i64 = connection
            .pragma_query_value(None, "application_id", |row| row.get(0))
            .map_err(told)?;
        if found > 0 && application != APPLICATION_ID {
            return Err(LedgerError::Damaged {
                store: path.display().to_string(),
                reason: "another program's database".to_owned(),
            });
        }
        if found > schema::known() {
            return Err(LedgerError::Newer {
                store: path.display().to_string(),
                found,
                known: schema::known(),
            });
        }
        connection
            .pragma_update(None, "journal_mode", "wal")
            .and_then(|()| connection.pragma_update(None, "synchronous", "full"))
            .and_then(|()| connection.pragma_update(None, "foreign_keys", true))
            // What is removed or replaced is overwritten.
            .and_then(|()| connection.pragma_update(None, "secure_delete", true))
            .map_err(told)?;
        if found < schema::known() {
            schema::migrate(&mut connection).map_err(told)?;
        }
        Ok(Self {
            path: path.to_owned(),
            connection: Mutex::new(connection),
        })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Looks for damage.
    pub(super) fn check(&self) -> Result<(), LedgerError> {
        let said: String = self
            .lock()
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
            .map_err(|error| told(&self.path, &error))?;
        if said == "ok" {
            return Ok(());
        }
        Err(LedgerError::Damaged {
            store: self.name(),
            reason: said,
        })
    }

    /// What a person calls it.
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    pub(super) fn busy(&self) -> LedgerError {
        LedgerError::Busy { store: self.name() }
    }

    pub(super) fn unavailable(&self, reason: impl Into<String>) -> LedgerError {
        LedgerError::Unavailable {
            store: self.name(),
            reason: reason.into(),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic between two statements leaves a transaction that is rolled back, nothing half done.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One transaction that is alone from its beginning, so that what it reads stays true until it writes.
    pub(super) fn exclusively<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, LedgerError> {
        let mut connection = self.lock();
        let outcome = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .and_then(|transaction| {
                let outcome = work(&transaction)?;
                transaction.commit()?;
                Ok(outcome)
            });
        self.told(outcome)
    }

    pub(super) fn told<T>(&self, outcome: rusqlite::Result<T>) -> Result<T, LedgerError> {
        outcome.map_err(|error| told(&self.path, &error))
    }
}

fn told(path: &Path, error: &rusqlite::Error) -> LedgerError {
    let store = path.display().to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => LedgerError::Damaged {
            store,
            reason: error.to_string(),
        },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => LedgerError::Busy { store },
        _ => LedgerError::Unavailable {
            store,
            reason: error.to_string(),
        },
    }
}
