//! Runners of saved jobs, as the ledger remembers them: when each last looked for due jobs.

use std::time::Duration;

use super::{Millis, host};

/// A daemon looks at least every 30 s. One that did not look for this long is dead or asleep.
const DAEMON_LIMIT: Duration = Duration::from_secs(2 * 60);

/// A tick comes every minute by default. A crontab line of the user's own may be slower.
const TICK_LIMIT: Duration = Duration::from_secs(15 * 60);

/// A kind of runner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunnerKind {
    /// `turnwise automate tick`, started by cron or a timer.
    Tick,
    /// `turnwise automate daemon`.
    Daemon,
}

impl RunnerKind {
    /// The word in the file and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tick => "tick",
            Self::Daemon => "daemon",
        }
    }

    pub(super) fn parse(word: &str) -> Self {
        match word {
            "daemon" => Self::Daemon,
            _ => Self::Tick,
        }
    }
}

/// A runner that looked for due jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunnerRecord {
    /// Its kind.
    pub kind: RunnerKind,
    /// Its machine.
    pub host: String,
    /// Its process.
    pub pid: u32,
    /// The version of turnwise that it runs.
    pub version: String,
    /// When it started.
    pub started_at: Millis,
    /// When it last looked for due jobs.
    pub seen_at: Millis,
    /// When it was stopped. None for a running or killed runner, and for a tick.
    pub stopped_at: Option<Millis>,
}

impl RunnerRecord {
    /// This process as a runner that has just started.
    pub fn new(kind: RunnerKind, now: Millis) -> Self {
        Self {
            kind,
            host: host(),
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at: now,
            seen_at: now,
            stopped_at: None,
        }
    }

    /// Whether it can be relied on for the next due time: it was not stopped, and looked within the last 2 minutes (a daemon)
    /// or 15 minutes (a tick).
    pub fn is_recent(&self, now: Millis) -> bool {
        let limit = match self.kind {
            RunnerKind::Daemon => DAEMON_LIMIT,
            RunnerKind::Tick => TICK_LIMIT,
        };
        let limit = Millis::try_from(limit.as_millis()).unwrap_or(Millis::MAX);
        self.stopped_at.is_none() && now.saturating_sub(self.seen_at) <= limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runner_is_recent_until_it_misses_its_times_or_is_stopped() {
        let daemon = RunnerRecord::new(RunnerKind::Daemon, 0);
        assert!(daemon.is_recent(120_000));
        assert!(!daemon.is_recent(120_001));
        let tick = RunnerRecord::new(RunnerKind::Tick, 0);
        assert!(tick.is_recent(900_000));
        assert!(!tick.is_recent(900_001));
        let stopped = RunnerRecord {
            stopped_at: Some(1),
            ..daemon
        };
        assert!(!stopped.is_recent(2));
    }
}
