//! Saved jobs: their specification, their next step, and the loop that takes it.
//!
//! [`JobSpec`] is a job as it was asked for; `plan` and `settle` decide, without a clock or a file; [`Runner`] joins them
//! with a ledger, a clock and whatever runs a turn. How a turn is run is not known here.

mod attempt;
mod lease;
mod options;
mod overview;
mod parts;
mod plan;
mod ports;
mod reset;
mod runner;
mod seen;
mod settle;
mod spec;

pub use lease::RunLease;
pub use options::{Clock, RunnerOptions, SystemClock};
pub(crate) use overview::{ScheduleOverview, Schedules, schedule_overview};
pub use plan::{next_step, next_wake, skip_until};
pub use ports::{AttemptEnd, AttemptOutcome, Executor, ManualRun, RunnerEnd, RunnerSignal, Task, Until};
pub(crate) use reset::reset_time;
pub use runner::Runner;
pub use spec::{JobEnvironment, JobSpec, OnError, SavedRun, SavedSchedule, SavedTrigger, SessionUse};

#[cfg(test)]
mod tests;
