//! Runners of saved jobs in the SQLite ledger.

use rusqlite::params;

use super::store::Store;
use crate::ledger::runners::{RunnerKind, RunnerRecord};
use crate::ledger::{LedgerError, Millis};

/// A stopped or killed daemon is remembered for ten minutes beside its successor.
const SUCCEEDED: Millis = 10 * 60 * 1_000;

/// Runners that were last seen before this are dropped when another runner looks.
const KEPT: Millis = 30 * 24 * 60 * 60 * 1_000;

impl Store {
    /// Keeps when a runner looked. Of the ticks on a machine only the latest is kept.
    pub(super) fn record_runner(&self, runner: &RunnerRecord) -> Result<(), LedgerError> {
        self.exclusively(|transaction| {
            transaction.execute(
                "DELETE FROM runners WHERE seen_at < ?4
                 OR (host = ?1 AND kind = ?2 AND pid <> ?3 AND (kind = 'tick' OR seen_at < ?5))",
                params![
                    runner.host,
                    runner.kind.as_str(),
                    runner.pid,
                    runner.seen_at.saturating_sub(KEPT),
                    runner.seen_at.saturating_sub(SUCCEEDED)
                ],
            )?;
            transaction.execute(
                "INSERT INTO runners (host, kind, pid, version, started_at, seen_at, stopped_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET version = excluded.version,
                 started_at = excluded.started_at, seen_at = excluded.seen_at, stopped_at = excluded.stopped_at",
                params![
                    runner.host,
                    runner.kind.as_str(),
                    runner.pid,
                    runner.version,
                    runner.started_at,
                    runner.seen_at,
                    runner.stopped_at
                ],
            )?;
            Ok(())
        })
    }

    /// All known runners, the one seen last first.
    pub(super) fn runners(&self) -> Result<Vec<RunnerRecord>, LedgerError> {
        let connection = self.lock();
        let outcome = connection
            .prepare(
                "SELECT kind, host, pid, version, started_at, seen_at, stopped_at FROM runners
                 ORDER BY seen_at DESC, host, kind, pid",
            )
            .and_then(|mut query| {
                let rows = query.query_map([], |row| {
                    Ok(RunnerRecord {
                        kind: RunnerKind::parse(&row.get::<_, String>(0)?),
                        host: row.get(1)?,
                        pid: row.get(2)?,
                        version: row.get(3)?,
                        started_at: row.get(4)?,
                        seen_at: row.get(5)?,
                        stopped_at: row.get(6)?,
                    })
                })?;
                rows.collect()
            });
        self.told(outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, Store) {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("ledger/ledger.sqlite")).unwrap();
        (directory, store)
    }

    fn runner(kind: RunnerKind, pid: u32, seen_at: Millis) -> RunnerRecord {
        RunnerRecord {
            pid,
            seen_at,
            ..RunnerRecord::new(kind, 0)
        }
    }

    fn seen(store: &Store) -> Vec<(RunnerKind, u32, Millis)> {
        let runners = store.runners().unwrap();
        runners
            .iter()
            .map(|runner| (runner.kind, runner.pid, runner.seen_at))
            .collect()
    }

    #[test]
    fn the_latest_tick_of_a_machine_and_every_daemon_are_kept() {
        let (_directory, store) = store();
        for (kind, pid, seen_at) in [
            (RunnerKind::Tick, 1, 60_000),
            (RunnerKind::Daemon, 2, 61_000),
            (RunnerKind::Daemon, 3, 62_000),
            (RunnerKind::Tick, 4, 120_000),
            (RunnerKind::Daemon, 2, 121_000),
        ] {
            store.record_runner(&runner(kind, pid, seen_at)).unwrap();
        }
        let expected = [
            (RunnerKind::Daemon, 2, 121_000),
            (RunnerKind::Tick, 4, 120_000),
            (RunnerKind::Daemon, 3, 62_000),
        ];
        assert_eq!(seen(&store), expected);
        // Another machine's is another.
        let elsewhere = RunnerRecord {
            host: "elsewhere".to_owned(),
            ..runner(RunnerKind::Tick, 9, 122_000)
        };
        store.record_runner(&elsewhere).unwrap();
        assert_eq!(store.runners().unwrap().len(), 4);
        assert_eq!(store.runners().unwrap()[0], elsewhere);
    }

    #[test]
    fn runners_of_long_ago_make_room() {
        let (_directory, store) = store();
        store.record_runner(&runner(RunnerKind::Daemon, 1, 0)).unwrap();
        store
            .record_runner(&runner(RunnerKind::Tick, 2, SUCCEEDED + 1))
            .unwrap();
        assert_eq!(
            seen(&store).len(),
            2,
            "a daemon's last look is not a tick's business"
        );
        store
            .record_runner(&runner(RunnerKind::Daemon, 3, SUCCEEDED + 1))
            .unwrap();
        assert_eq!(seen(&store).len(), 2, "a daemon has a successor");
        store
            .record_runner(&runner(RunnerKind::Daemon, 3, 2 * KEPT))
            .unwrap();
        assert_eq!(seen(&store), [(RunnerKind::Daemon, 3, 2 * KEPT)]);
    }
}
