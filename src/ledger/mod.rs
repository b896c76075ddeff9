//! The ledger: runs, their approval requests and answers, saved jobs and their history.
//!
//! [`Ledger`] is what the product needs of it, without a word of SQL; [`SqliteLedger`] keeps it in one file. [`Wake`] wakes the
//! run that waits for an answer. Saved jobs and their runs are in [`jobs`].
//!
//! ```no_run
//! use turnwise::ledger::{ApprovalFilter, Ledger, SqliteLedger};
//!
//! # async fn example(state: &std::path::Path) -> Result<(), turnwise::ledger::LedgerError> {
//! let ledger = SqliteLedger::open(&SqliteLedger::path_in(state))?;
//! for waiting in ledger.list(ApprovalFilter::Open).await? {
//!     println!("{} {}", waiting.id, waiting.summary);
//! }
//! # Ok(())
//! # }
//! ```

mod approvals;
mod clean_jobs;
mod digest;
mod error;
pub mod jobs;
pub(crate) mod pipe;
pub(crate) mod private;
pub mod runners;
mod runs_of_jobs;
mod schema;
pub(crate) mod settings;
mod sqlite;
mod wake;

pub use approvals::{
    AddedRequest, ApprovalAnswer, ApprovalFilter, ApprovalRecord, ApprovalState, ApprovalSummary, Claim,
    Ledger, LedgerFuture, NewAnswer, NewRequest, Retention, RunRecord,
};
pub use error::LedgerError;
pub use jobs::JobLedger;
pub use pipe::PipeWake;
pub(crate) use private::NotPrivate;
pub use private::make_private;
pub use sqlite::SqliteLedger;
pub use wake::{Wake, WakeError, WakeFuture, WakeListener, WakeMessage};

use crate::environment;

/// A moment, in milliseconds since 1970.
pub type Millis = i64;

/// Now, by this machine's clock.
pub fn now() -> Millis {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// The name of this machine.
pub fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// The user's name, from the environment.
pub(crate) fn user() -> String {
    environment::text("USER")
        .or_else(|| environment::text("LOGNAME"))
        .unwrap_or_else(|| format!("uid {}", rustix::process::getuid().as_raw()))
}

/// Where an answer comes from: by which means, on which machine and in which process.
pub(crate) fn place(means: &str) -> String {
    format!("{means} on {}, process {}", host(), std::process::id())
}

/// Unique for all times on all machines that could ever share a ledger.
fn fresh_run_id() -> String {
    use std::hash::{BuildHasher, RandomState};
    // The hasher's keys are random, which is all that is wanted of it.
    let random = RandomState::new().hash_one((std::process::id(), now()));
    format!("{:x}-{random:016x}", now())
}
