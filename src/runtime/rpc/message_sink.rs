//! A consumer of everything that the server says, whatever thread it belongs to: what layer 5 and the relay of
//! `rpc pipe` listen through. Sessions do not: they have queues of their own, by thread.

use std::sync::Arc;

use crate::protocol::wire::Message;
use crate::runtime::rpc::queue::Closed;

/// Takes messages on the reader's thread, in the order of their arrival.
pub(crate) trait MessageSink: Send + Sync {
    /// A message that is not a reply to a call of ours, and the line that it came in. Whether it was taken: what is not
    /// goes the usual way.
    fn message(&self, message: &Message<'_>, line: &[u8]) -> bool;

    /// Nothing more will come.
    fn closed(&self, closed: &Arc<Closed>);
}

impl std::fmt::Debug for dyn MessageSink {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("MessageSink")
    }
}
