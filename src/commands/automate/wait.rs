//! Calls of the ledger from code that is not asynchronous.

use crate::commands::failure::Failure;
use crate::commands::tokio_runtime::runtime;
use crate::ledger::LedgerError;

/// Waits for a call.
pub(super) fn wait<T>(call: impl Future<Output = Result<T, LedgerError>>) -> Result<T, Failure> {
    Ok(runtime()?.block_on(call)?)
}
