//! Saved jobs: what they are, what their next step is, and the loop that takes it.
//!
//! [`JobSpec`] is a job as it was asked for; `plan` and `settle` decide, without a clock or a file; [`Runner`] joins them
//! with a ledger, a clock and whatever runs a turn. How a turn is run is not known here.

mod attend;
mod plan;
mod ports;
mod reset;
mod runner;
mod settings;
mod settle;
mod spec;

pub use attend::Hold;
pub use plan::{next_step, next_wake, pass_over};
pub use ports::{Clock, Ended, Executor, RunAlone, RunnerOptions, Served, SystemClock, Task, Until, Wake};
pub use runner::Runner;
pub use settings::{kept_address, kept_setting};
pub use settle::Outcome;
pub use spec::{JobPrompt, JobSpec, OnError, SavedSchedule, SavedTrigger, SessionUse, Surroundings};

#[cfg(test)]
mod tests;
