//! How a call ends that waits for its reply: with a result, or with the reason why there is none.

use std::sync::Arc;

use serde_json::value::RawValue;
use tokio::sync::oneshot;

use crate::protocol::wire::RpcError;
use crate::runtime::rpc::queue::Closed;

/// Takes the end of a call.
pub(in crate::runtime) type Waiter = oneshot::Sender<Result<Box<RawValue>, Refusal>>;

/// Why a call has no result.
#[derive(Debug)]
pub(in crate::runtime) enum Refusal {
    Error(RpcError),
    TooLong(usize),
    Gone(Arc<Closed>),
}
