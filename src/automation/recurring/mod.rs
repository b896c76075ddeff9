//! Layer 4: turns that recur on one prepared session, in this process. Nothing is saved; saved jobs are in `jobs`.

pub(crate) mod recurrence;
mod spawn;
mod spec;
mod status;

pub use recurrence::AutomationError;
pub use spawn::{AutomationHandle, SpawnError, spawn};
pub use spec::{AutomationSpec, OnFailure};
pub use status::{AutomationRun, AutomationState, AutomationStatus, LastRun};
