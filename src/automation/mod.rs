//! When saved prompts run. Everything in here is pure: no clock, no files, no processes; the present is a parameter.
//!
//! [`Schedule`] says at which times something is due, [`due()`] what of it is due now. Running it, and remembering that
//! it ran, is not done here.

pub mod due;
pub mod schedule;

pub use due::{Due, Missed, Policy, Progress, due, jitter, wake};
pub use schedule::{Bounds, CronExpression, Schedule, ScheduleError, Times, Trigger, moment, zone};
