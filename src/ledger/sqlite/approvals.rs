//! Requests for approval in the SQLite ledger. Each step is one statement that compares and sets, by this machine's clock.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};

use super::store::Store;
use crate::ledger::{
    AddedRequest, ApprovalFilter, ApprovalRecord, ApprovalState, ApprovalSummary, Claim, LedgerError, Millis,
    NewAnswer, NewRequest, Retention, RunRecord, now,
};

/// What ids are made of: nothing that is easily mistaken for something else.
const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// The length of a fresh id. Random, so that a slip of the finger does not hit another request.
const ID_LENGTH: i64 = 4;

/// Text of JSON in a column. What does not parse was not written by this program.
fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
        })
}

fn run_record_of(row: &Row<'_>) -> rusqlite::Result<RunRecord> {
    Ok(RunRecord {
        id: row.get("run_id")?,
        pid: row.get("pid")?,
        host: row.get("host")?,
        cwd: PathBuf::from(row.get::<_, String>("run_cwd")?),
        started_at: row.get("started_at")?,
    })
}

fn record_of(row: &Row<'_>) -> rusqlite::Result<ApprovalRecord> {
    let pending = json(row, "asked")?.ok_or(rusqlite::Error::InvalidQuery)?;
    Ok(ApprovalRecord {
        id: row.get("id")?,
        run: run_record_of(row)?,
        pending,
        digest: row.get("digest")?,
        state: ApprovalState::parse(&row.get::<_, String>("state")?),
        requested_at: row.get("requested_at")?,
        expires_at: row.get("expires_at")?,
        answer: json(row, "answer")?,
        delivered_at: row.get("delivered_at")?,
    })
}

fn summary_of(row: &Row<'_>) -> rusqlite::Result<ApprovalSummary> {
    Ok(ApprovalSummary {
        id: row.get("id")?,
        kind: row.get("kind")?,
        summary: row.get("summary")?,
        cwd: PathBuf::from(row.get::<_, String>("cwd")?),
        state: ApprovalState::parse(&row.get::<_, String>("state")?),
        requested_at: row.get("requested_at")?,
        expires_at: row.get("expires_at")?,
        answer: json(row, "answer")?,
        run: run_record_of(row)?,
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

/// What a list shows, in the order of [`summary_of`].
const SUMMARY: &str =
    "SELECT requests.id, run_id, kind, summary, requests.cwd, state, requested_at, expires_at, answer,
    pid, host, runs.cwd AS run_cwd, started_at";

/// SQLite's integers are signed.
fn integer(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn millis(duration: std::time::Duration) -> Millis {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl Store {
    pub(super) fn register_run(&self, mut run: RunRecord) -> Result<RunRecord, LedgerError> {
        run.started_at = now();
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
        self.told(outcome)?;
        Ok(run)
    }

    pub(super) fn add_request(&self, request: NewRequest) -> Result<AddedRequest, LedgerError> {
        let connection = self.lock();
        let kind = serde_json::to_value(request.pending.request.kind).unwrap_or_default();
        let asked = serde_json::to_string(&request.pending).unwrap_or_default();
        let requested_at = now();
        let expires_at = request
            .expires_in
            .map(|limit| requested_at.saturating_add(millis(limit)));
        let answer = request.answer.map(|answer| answer.at(requested_at));
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
                    requested_at,
                    expires_at,
                    answer.as_ref().map(|answer| serde_json::to_string(answer).unwrap_or_default()),
                    answer.as_ref().map(|answer| answer.at),
                ],
            );
            if self.told(inserted)? == 1 {
                return Ok(AddedRequest::new(id, requested_at, expires_at));
            }
        }
        Err(self.unavailable("no free id was found"))
    }

    pub(super) fn answer(&self, id: &str, digest: &str, answer: NewAnswer) -> Result<Claim, LedgerError> {
        let answer = answer.at(now());
        let text = serde_json::to_string(&answer).unwrap_or_default();
        let changed = self.lock().execute(
            "UPDATE requests SET state = 'answered', answer = ?3, answered_at = ?4
             WHERE id = ?1 AND digest = ?2 AND state = 'open' AND (expires_at IS NULL OR expires_at > ?4)",
            params![id, digest, text, answer.at],
        );
        if self.told(changed)? == 1 {
            return Ok(Claim::Won(answer));
        }
        Ok(self
            .request(id)?
            .map_or(Claim::Missing, |record| Claim::Lost(Box::new(record))))
    }

    pub(super) fn close(&self, id: &str, state: ApprovalState) -> Result<Option<ApprovalState>, LedgerError> {
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

    pub(super) fn expire_overdue(&self) -> Result<usize, LedgerError> {
        let connection = self.lock();
        let now = now();
        // Looked at first without keeping others out: mostly there is nothing.
        let overdue = connection
            .prepare("SELECT 1 FROM requests WHERE state = 'open' AND expires_at <= ?1")
            .and_then(|mut query| query.exists([now]));
        if !self.told(overdue)? {
            return Ok(0);
        }
        let changed = connection.execute(
            "UPDATE requests SET state = 'expired' WHERE state = 'open' AND expires_at <= ?1",
            [now],
        );
        self.told(changed)
    }

    pub(super) fn mark_delivered(&self, id: &str) -> Result<(), LedgerError> {
        let outcome = self.lock().execute(
            "UPDATE requests SET delivered_at = ?2 WHERE id = ?1 AND state = 'answered'",
            params![id, now()],
        );
        self.told(outcome).map(drop)
    }

    pub(super) fn request(&self, id: &str) -> Result<Option<ApprovalRecord>, LedgerError> {
        let sql = format!(
            "SELECT requests.*, pid, host, runs.cwd AS run_cwd, started_at {JOINED} WHERE requests.id = ?1"
        );
        let outcome = self.lock().query_row(&sql, [id], record_of).optional();
        self.told(outcome)
    }

    pub(super) fn list(&self, filter: &ApprovalFilter) -> Result<Vec<ApprovalSummary>, LedgerError> {
        let connection = self.lock();
        let rows = |rest: &str, parameters: &[&dyn ToSql]| {
            connection
                .prepare(&format!("{SUMMARY} {JOINED} {rest}"))
                .and_then(|mut statement| statement.query_map(parameters, summary_of)?.collect())
        };
        let outcome = match filter {
            ApprovalFilter::Open => rows("WHERE state = 'open' ORDER BY requested_at, requests.rowid", &[]),
            ApprovalFilter::Latest(most) => rows(
                "ORDER BY requested_at DESC, requests.rowid DESC LIMIT ?1",
                &[&integer(*most)],
            ),
            ApprovalFilter::Session(id) => rows(
                "WHERE json_extract(asked, '$.context.session_id') = ?1 ORDER BY requested_at, requests.rowid",
                &[id],
            ),
        };
        self.told(outcome)
    }

    pub(super) fn prune(&self, retention: Retention) -> Result<usize, LedgerError> {
        let oldest = now().saturating_sub(millis(retention.age));
        let outcome = self.lock().execute(
            "DELETE FROM requests WHERE state <> 'open' AND (requested_at < ?1 OR rowid NOT IN
             (SELECT rowid FROM requests WHERE state <> 'open' ORDER BY requested_at DESC LIMIT ?2))",
            params![oldest, integer(retention.count)],
        );
        let dropped = self.told(outcome)?;
        if dropped > 0 {
            let outcome = self.lock().execute(
                "DELETE FROM runs WHERE id NOT IN (SELECT run_id FROM requests) AND started_at < ?1",
                [oldest],
            );
            self.told(outcome)?;
        }
        Ok(dropped)
    }
}
