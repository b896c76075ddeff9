//! When prompts run by themselves, and the loops that run them.
//!
//! [`spawn`] repeats a prompt on one prepared session.
#![cfg_attr(
    feature = "cli",
    doc = "
For what has a calendar, [`Schedule`] says at which times something is due and [`due()`] what of it is due now; both are pure: no
clock, no files, no processes. [`jobs`] keeps saved jobs going with a ledger, a clock and an executor that are given to it."
)]

#[cfg(feature = "cli")]
pub mod due;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod jobs;
#[cfg(feature = "cli")]
pub(crate) mod process;
mod recurring;
#[cfg(feature = "cli")]
pub mod schedule;

#[cfg(feature = "cli")]
pub use due::{Due, Missed, Policy, Progress, due, jitter, wake};
pub use recurring::{
    AutomationError, AutomationHandle, AutomationRun, AutomationSpec, AutomationState, AutomationStatus,
    LastRun, OnFailure, SpawnError, spawn,
};
#[cfg(feature = "cli")]
pub use schedule::{Bounds, CronExpression, Schedule, ScheduleError, Times, Trigger, moment, zone};
