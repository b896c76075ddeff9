//! How a runner works: its clock, its name, its limits.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::ledger::jobs::Lease;

/// A source of the current time.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// How a runner works.
#[derive(Debug, Clone)]
pub struct RunnerOptions {
    /// Maximum number of jobs at once, at least 1.
    pub at_once: usize,
    /// How long a runner holds a run without renewing its lease.
    pub lease: Duration,
    /// The name of the runner, never used again.
    pub holder: String,
    /// The machine.
    pub host: String,
    /// Its time zone.
    pub zone: TimeZone,
}

impl RunnerOptions {
    /// A lease that begins now.
    pub(super) fn lease_from(&self, now: Timestamp) -> Lease {
        let length = SignedDuration::try_from(self.lease).unwrap_or(SignedDuration::MAX);
        Lease {
            holder: self.holder.clone(),
            host: self.host.clone(),
            now: now.as_millisecond(),
            expires_at: now
                .saturating_add(length)
                .unwrap_or(Timestamp::MAX)
                .as_millisecond(),
        }
    }
}
