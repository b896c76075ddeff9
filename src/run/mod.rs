//! A run as a value: [`RunSpec`] → [`Driver`] → [`Event`](crate::runtime::event::Event)… → [`RunReport`].
//!
//! No terminal, no flag and no argument parser here. Output is left to the consumer of the events.

mod choices;
mod driver;
#[cfg_attr(
    not(feature = "cli"),
    expect(dead_code, reason = "those who watch a turn are part of the command line")
)]
mod log;
mod report;
mod spec;
mod start;
mod stop;
mod time;

pub use choices::{CodexSpec, OnApproval, PromptSource, SchemaSource, SessionChoice};
pub use driver::Driver;
#[cfg(feature = "cli")]
pub(crate) use driver::check_answer;
#[cfg(feature = "cli")]
pub(crate) use log::{Cursor, TurnLog};
pub use report::{ReportedApproval, RunEnd, RunError, RunReport, RunTime};
pub use spec::RunSpec;
#[cfg(feature = "cli")]
pub(crate) use start::{check_account, open_session};
pub use stop::StopHandle;
