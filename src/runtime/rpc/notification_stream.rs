//! One consumer's view of a thread: its live messages, as sessions and the users of layer 6 take them.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::Deserialize;

use crate::runtime::rpc::connection::Shared;
use crate::runtime::rpc::fan::Fan;
use crate::runtime::rpc::queue::{Closed, Inbound, Notification, Queue};

/// A thread's live messages, in order, deltas joined where the consumer is slower than the server.
///
/// Dropping it ends nothing for others who consume the thread.
#[must_use = "messages wait in memory for a feed that is not read"]
pub struct NotificationStream {
    shared: Arc<Shared>,
    /// None once it was [released](Self::release).
    claim: Option<(Arc<Fan>, Arc<Queue>)>,
    /// The thread, where it shares its messages with the one whose agent began it.
    only: Option<String>,
    taken: VecDeque<Inbound>,
}

impl NotificationStream {
    pub(crate) fn new(shared: Arc<Shared>, thread_id: &str) -> Self {
        let (fan, queue) = shared.router.claim(thread_id);
        let only = (fan.thread_id() != thread_id).then(|| thread_id.to_owned());
        Self {
            shared,
            claim: Some((fan, queue)),
            only,
            taken: VecDeque::new(),
        }
    }

    /// The next message as a notification, or `None` after the end of the connection. Cancel-safe.
    ///
    /// Joined deltas come as one notification of their kind. Events that the runtime makes itself are not among them.
    pub async fn next(&mut self) -> Option<Notification> {
        loop {
            match self.next_inbound().await.ok()? {
                Inbound::Delta(delta) => return Some(delta.into()),
                Inbound::Notification(notification) => return Some(notification),
                Inbound::Event(_) | Inbound::TooLong(_) => {}
            }
        }
    }

    pub(crate) async fn next_inbound(&mut self) -> Result<Inbound, Arc<Closed>> {
        loop {
            // A server that never stops talking must not keep timers and signals from their turn.
            tokio::task::coop::consume_budget().await;
            if let Some(inbound) = self.taken() {
                return Ok(inbound);
            }
            let Some((_, queue)) = &self.claim else {
                return Err(Arc::new(Closed {
                    reason: "the session was closed".to_owned(),
                    stderr: String::new(),
                    by_us: true,
                }));
            };
            queue.take(&mut self.taken).await?;
        }
    }

    /// The thread.
    pub(crate) fn thread_id(&self) -> &str {
        let fan = self.claim.as_ref().map(|(fan, _)| fan.thread_id());
        self.only.as_deref().or(fan).unwrap_or_default()
    }

    /// The next message, if one was already taken from the queue.
    pub(crate) fn taken(&mut self) -> Option<Inbound> {
        loop {
            let inbound = self.taken.pop_front()?;
            match &self.only {
                Some(only) if !concerns(&inbound, only) => {}
                _ => return Some(inbound),
            }
        }
    }

    /// Consumes the thread no longer.
    pub(crate) fn release(&mut self) {
        if let Some((fan, queue)) = self.claim.take() {
            self.shared.router.release(&fan, &queue);
        }
    }
}

impl std::fmt::Debug for NotificationStream {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("NotificationStream")
            .field("thread_id", &self.thread_id())
            .finish_non_exhaustive()
    }
}

impl Drop for NotificationStream {
    fn drop(&mut self) {
        self.release();
    }
}

/// Whether a message is of this thread, or of none.
fn concerns(inbound: &Inbound, thread_id: &str) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Of {
        #[serde(default)]
        thread_id: Option<String>,
    }
    match inbound {
        Inbound::Delta(delta) => delta.thread_id == thread_id,
        Inbound::Notification(notification) => serde_json::from_str::<Of>(notification.params.get())
            .ok()
            .and_then(|of| of.thread_id)
            .is_none_or(|of| of == thread_id),
        Inbound::Event(_) | Inbound::TooLong(_) => true,
    }
}
