//! The ledger in one SQLite file: WAL, 0600 in a directory of 0700, migrated forwards, never overwritten.

mod jobs;

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Row, params};

use super::private;
use super::schema::{self, APPLICATION_ID};
use super::{
    ApprovalAnswer, ApprovalFilter, ApprovalRecord, ApprovalState, ApprovalSummary, Claim, Ledger,
    LedgerError, Millis, NewRequest, Retention, RunRecord,
};

/// How long another process's transaction is waited for.
const BUSY: Duration = Duration::from_secs(5);

/// The pause before it is tried again.
const RETRY: Duration = Duration::from_millis(5);

/// What ids are made of: nothing that is easily mistaken for something else.
const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// The length of a fresh id. Random, so that a slip of the finger does not hit another request.
const ID_LENGTH: i64 = 4;

/// A ledger in a file.
#[derive(Debug)]
pub struct SqliteLedger {
    path: PathBuf,
    connection: Mutex<Connection>,
}

impl SqliteLedger {
    /// The file in a state directory.
    pub fn path_in(state: &Path) -> PathBuf {
        state.join("ledger").join("ledger.sqlite")
    }

    /// Opens the ledger, which is made if there is none.
    ///
    /// # Errors
    /// [`LedgerError`]; whatever is wrong, the file is left as it is.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
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

    /// Opens a ledger only if there is one.
    pub fn open_existing(path: &Path) -> Result<Option<Self>, LedgerError> {
        match path.try_exists() {
            Ok(false) => Ok(None),
            _ => Self::open(path).map(Some),
        }
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
                path: path.to_owned(),
                reason: "another program's database".to_owned(),
            });
        }
        if found > schema::known() {
            return Err(LedgerError::Newer {
                path: path.to_owned(),
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
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Looks for damage.
    pub fn check(&self) -> Result<(), LedgerError> {
        let said: String = self
            .lock()
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
            .map_err(|error| told(&self.path, &error))?;
        if said == "ok" {
            return Ok(());
        }
        Err(LedgerError::Damaged {
            path: self.path.clone(),
            reason: said,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic between two statements leaves a transaction that is rolled back, nothing half done.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn told<T>(&self, outcome: rusqlite::Result<T>) -> Result<T, LedgerError> {
        outcome.map_err(|error| told(&self.path, &error))
    }
}

fn told(path: &Path, error: &rusqlite::Error) -> LedgerError {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => LedgerError::Damaged {
            path,
            reason: error.to_string(),
        },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => LedgerError::Busy { path },
        _ => LedgerError::Unusable {
            path,
            reason: error.to_string(),
        },
    }
}

/// Text of JSON in a column. What does not parse was not written by this program.
fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
        })
}

fn run_of(row: &Row<'_>) -> rusqlite::Result<RunRecord> {
    Ok(RunRecord {
        id: row.get("run_id")?,
        pid: row.get("pid")?,
        host: row.get("host")?,
        cwd: PathBuf::from(row.get::<_, String>("run_cwd")?),
        started_at: row.get("started_at")?,
    })
}

fn entry_of(row: &Row<'_>) -> rusqlite::Result<ApprovalRecord> {
    let pending = json(row, "asked")?.ok_or(rusqlite::Error::InvalidQuery)?;
    Ok(ApprovalRecord {
        id: row.get("id")?,
        run: run_of(row)?,
        pending,
        digest: row.get("digest")?,
        state: ApprovalState::parse(&row.get::<_, String>("state")?),
        requested_at: row.get("requested_at")?,
        expires_at: row.get("expires_at")?,
        answer: json(row, "answer")?,
        delivered_at: row.get("delivered_at")?,
    })
}

fn listed_of(row: &Row<'_>) -> rusqlite::Result<ApprovalSummary> {
    Ok(ApprovalSummary {
        id: row.get("id")?,
        kind: row.get("kind")?,
        summary: row.get("summary")?,
        cwd: PathBuf::from(row.get::<_, String>("cwd")?),
        state: ApprovalState::parse(&row.get::<_, String>("state")?),
        requested_at: row.get("requested_at")?,
        expires_at: row.get("expires_at")?,
        answer: json(row, "answer")?,
        run: run_of(row)?,
    })
}

/// A random id; SQLite brings the randomness.
fn fresh_id(connection: &Connection, length: i64) -> rusqlite::Result<String> {
    let bytes: Vec<u8> = connection.query_row("SELECT randomblob(?1)", [length], |row| row.get(0))?;
    Ok(bytes
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]))
        .collect())
}

const JOINED: &str = "FROM requests JOIN runs ON runs.id = requests.run_id";

impl Ledger for SqliteLedger {
    fn enter_run(&self, run: &RunRecord) -> Result<(), LedgerError> {
        let outcome = self.lock().execute(
            "INSERT OR REPLACE INTO runs (id, pid, host, cwd, started_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                run.id,
                run.pid,
                run.host,
                run.cwd.to_string_lossy(),
                run.started_at
            ],
        );
        self.told(outcome).map(drop)
    }

    fn park(&self, request: &NewRequest) -> Result<String, LedgerError> {
        let connection = self.lock();
        let kind = serde_json::to_value(request.pending.request.kind).unwrap_or_default();
        let asked = serde_json::to_string(&request.pending).unwrap_or_default();
        let answer = request.answer.as_ref();
        let state = if answer.is_some() {
            ApprovalState::Answered
        } else {
            ApprovalState::Open
        };
        for attempt in 0..32 {
            let id = self.told(fresh_id(&connection, ID_LENGTH + attempt / 8))?;
            let inserted = connection.execute(
                "INSERT OR IGNORE INTO requests (id, run_id, kind, summary, cwd, asked, digest, state, requested_at,
                 expires_at, answer, answered_at, delivered_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12)",
                params![
                    id,
                    request.run_id,
                    kind.as_str().unwrap_or("unknown"),
                    request.summary,
                    request.pending.context.cwd.to_string_lossy(),
                    asked,
                    request.pending.digest(),
                    state.as_str(),
                    request.requested_at,
                    request.expires_at,
                    answer.map(|answer| serde_json::to_string(answer).unwrap_or_default()),
                    answer.map(|answer| answer.at),
                ],
            );
            if self.told(inserted)? == 1 {
                return Ok(id);
            }
        }
        Err(LedgerError::Unusable {
            path: self.path.clone(),
            reason: "no free id was found".to_owned(),
        })
    }

    fn answer(&self, id: &str, digest: &str, answer: &ApprovalAnswer) -> Result<Claim, LedgerError> {
        let text = serde_json::to_string(answer).unwrap_or_default();
        let changed = self.lock().execute(
            "UPDATE requests SET state = 'answered', answer = ?3, answered_at = ?4
             WHERE id = ?1 AND digest = ?2 AND state = 'open' AND (expires_at IS NULL OR expires_at > ?4)",
            params![id, digest, text, answer.at],
        );
        if self.told(changed)? == 1 {
            return Ok(Claim::Won);
        }
        Ok(self
            .entry(id)?
            .map_or(Claim::Missing, |entry| Claim::Lost(Box::new(entry))))
    }

    fn close(&self, id: &str, state: ApprovalState) -> Result<Option<ApprovalState>, LedgerError> {
        let changed = self.lock().execute(
            "UPDATE requests SET state = ?2 WHERE id = ?1 AND (state = 'open' OR (state = 'answered' AND delivered_at IS NULL
             AND ?2 <> 'expired'))",
            params![id, state.as_str()],
        );
        if self.told(changed)? == 1 {
            return Ok(Some(state));
        }
        let found: rusqlite::Result<Option<String>> = self
            .lock()
            .query_row("SELECT state FROM requests WHERE id = ?1", [id], |row| row.get(0))
            .optional();
        Ok(self.told(found)?.map(|word| ApprovalState::parse(&word)))
    }

    fn delivered(&self, id: &str, at: Millis) -> Result<(), LedgerError> {
        let outcome = self.lock().execute(
            "UPDATE requests SET delivered_at = ?2 WHERE id = ?1 AND state = 'answered'",
            params![id, at],
        );
        self.told(outcome).map(drop)
    }

    fn entry(&self, id: &str) -> Result<Option<ApprovalRecord>, LedgerError> {
        let sql = format!(
            "SELECT requests.*, pid, host, runs.cwd AS run_cwd, started_at {JOINED} WHERE requests.id = ?1"
        );
        let outcome = self.lock().query_row(&sql, [id], entry_of).optional();
        self.told(outcome)
    }

    fn list(&self, which: ApprovalFilter) -> Result<Vec<ApprovalSummary>, LedgerError> {
        let (condition, limit) = match which {
            ApprovalFilter::Open => (
                "WHERE state = 'open' ORDER BY requested_at, requests.rowid",
                i64::MAX,
            ),
            ApprovalFilter::Latest(limit) => (
                "ORDER BY requested_at DESC, requests.rowid DESC",
                i64::try_from(limit).unwrap_or(i64::MAX),
            ),
        };
        let sql = format!(
            "SELECT requests.id, run_id, kind, summary, requests.cwd, state, requested_at, expires_at, answer,
             pid, host, runs.cwd AS run_cwd, started_at {JOINED} {condition} LIMIT ?1"
        );
        let connection = self.lock();
        let outcome = connection
            .prepare(&sql)
            .and_then(|mut statement| statement.query_map([limit], listed_of)?.collect());
        self.told(outcome)
    }

    fn of_session(&self, session_id: &str) -> Result<Vec<ApprovalSummary>, LedgerError> {
        let sql = format!(
            "SELECT requests.id, run_id, kind, summary, requests.cwd, state, requested_at, expires_at, answer,
             pid, host, runs.cwd AS run_cwd, started_at {JOINED}
             WHERE json_extract(asked, '$.context.session_id') = ?1 ORDER BY requested_at, requests.rowid"
        );
        let connection = self.lock();
        let outcome = connection
            .prepare(&sql)
            .and_then(|mut statement| statement.query_map([session_id], listed_of)?.collect());
        self.told(outcome)
    }

    fn tidy(&self, retention: Retention, now: Millis) -> Result<usize, LedgerError> {
        let age = i64::try_from(retention.age.as_millis()).unwrap_or(i64::MAX);
        let outcome = self.lock().execute(
            "DELETE FROM requests WHERE state <> 'open' AND (requested_at < ?1 OR rowid NOT IN
             (SELECT rowid FROM requests WHERE state <> 'open' ORDER BY requested_at DESC LIMIT ?2))",
            params![
                now.saturating_sub(age),
                i64::try_from(retention.count).unwrap_or(i64::MAX)
            ],
        );
        let dropped = self.told(outcome)?;
        if dropped > 0 {
            let outcome = self.lock().execute(
                "DELETE FROM runs WHERE id NOT IN (SELECT run_id FROM requests) AND started_at < ?1",
                [now.saturating_sub(age)],
            );
            self.told(outcome)?;
        }
        Ok(dropped)
    }
}

#[cfg(test)]
mod tests;
