//! A run as a value: a [`RunSpec`] says what to run, a [`RunReport`] how it went.
//!
//! No terminal, no flag and no argument parser here. Output is for whoever consumes the events.

mod report;
mod spec;
mod time;

pub use report::{ReportedApproval, RunEnd, RunError, RunReport, RunTime};
pub use spec::{CodexSpec, OnApproval, PromptSource, RunSpec, SchemaSource, SessionChoice};
