//! Interrupting a turn (`turn/interrupt`).

use std::time::Duration;

use serde_json::json;

use crate::runtime::error::RuntimeError;
use crate::runtime::retry::{Retry, retry_until};
use crate::runtime::rpc::connection::Shared;

/// How long an interrupted turn may take to end. The server needs about 15 ms.
pub(in crate::runtime) const INTERRUPT_GRACE: Duration = Duration::from_secs(3);
/// How often an interrupt is repeated while the server says that there is no turn yet.
const INTERRUPT_RETRY: Duration = Duration::from_millis(20);

/// Interrupts a turn. For a moment after `turn/start` the server does not know the turn yet.
pub(crate) async fn interrupt(shared: &Shared, thread_id: &str, turn_id: &str) {
    let params = json!({ "threadId": thread_id, "turnId": turn_id });
    let retry = Retry::every(INTERRUPT_RETRY, INTERRUPT_GRACE);
    let attempt = || shared.call_raw("turn/interrupt", &params);
    if let Err(error) = retry_until(retry, |outcome| !has_no_turn(outcome), attempt).await {
        tracing::info!("the interrupt was not taken: {error}");
    }
}

/// Whether the server says that no turn is running.
pub(in crate::runtime) fn has_no_turn<T>(outcome: &Result<T, RuntimeError>) -> bool {
    matches!(outcome, Err(RuntimeError::Server { message, .. }) if message.contains("no active turn"))
}
