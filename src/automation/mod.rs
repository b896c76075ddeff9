//! When saved prompts run, and the loop that runs them.
//!
//! [`Schedule`] says at which times something is due, [`due()`] what of it is due now; both are pure: no clock, no files, no
//! processes. [`jobs`] keeps jobs going with a ledger, a clock and an executor that are given to it.

pub mod due;
#[doc(hidden)]
pub mod jobs;
pub mod schedule;

pub use due::{Due, Missed, Policy, Progress, due, jitter, wake};
pub use schedule::{Bounds, CronExpression, Schedule, ScheduleError, Times, Trigger, moment, zone};
