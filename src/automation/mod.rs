//! When prompts run by themselves, and the loops that run them.
//!
//! [`spawn`] repeats a prompt on one prepared session.
#![cfg_attr(
    feature = "schedule",
    doc = "
With the feature `schedule`, [`Schedule`] says at which times something is due, and [`due()`] which of them is due now. Both are pure:
no clock, no files, no processes.

```
use jiff::tz::TimeZone;
use turnwise::automation::{CronExpression, Schedule};

let expression: CronExpression = \"30 9 * * MON-FRI\".parse()?;
let schedule = Schedule::cron(expression, TimeZone::UTC);
let next = schedule.next_after(\"2026-03-27T12:00:00Z\".parse()?);
assert_eq!(next, Some(\"2026-03-30T09:30:00Z\".parse()?));
# Ok::<(), Box<dyn std::error::Error>>(())
```"
)]

#[cfg(feature = "schedule")]
pub mod due;
#[cfg(feature = "cli")]
pub mod jobs;
#[cfg(feature = "cli")]
pub(crate) mod process;
pub(crate) mod recurring;
#[cfg(feature = "schedule")]
pub mod schedule;

#[cfg(feature = "schedule")]
pub use due::{Due, DuePolicy, DueProgress, Missed, due, jitter, wake};
pub use recurring::{
    AutomationError, AutomationHandle, AutomationRun, AutomationSpec, AutomationState, AutomationStatus,
    LastRun, OnFailure, SpawnError, spawn,
};
#[cfg(feature = "schedule")]
pub use schedule::{Bounds, CronExpression, Schedule, ScheduleError, Times, Trigger, moment, zone};
