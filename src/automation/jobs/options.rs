//! How a runner works: its clock, its name, its limits.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::ledger::jobs::Lease;

/// What time it is.
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
    /// How many jobs run at once; at least one does.
    pub at_once: usize,
    /// How long a run is kept by a runner that is not heard of.
    pub lease: Duration,
    /// Unique for all times.
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
