//! Attempts of saved jobs as child processes: started in the job's environment, interrupted and killed when they do not end,
//! their output bounded, their logs kept, and the job's hooks run afterwards.
//!
//! Nothing is printed here, and neither the command line of a child nor the form of its report is known: an [`AttemptHost`]
//! knows both.

mod child;
mod environment;
mod executor;
mod hooks;
mod host;
pub(crate) mod logs;
mod outcome;

pub(crate) use executor::ProcessExecutor;
pub(crate) use host::{AttemptCommand, AttemptHost, Refusal, ReportSummary};
