//! One consumer's view of a thread: its live messages, as sessions and the users of layer 6 take them.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
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
        poll_fn(|context| self.poll_notification(context)).await
    }

    fn poll_notification(&mut self, context: &mut Context<'_>) -> Poll<Option<Notification>> {
        loop {
            match ready!(self.poll_inbound(context)) {
                Ok(Inbound::Delta(delta)) => return Poll::Ready(Some(delta.into())),
                Ok(Inbound::Notification(notification)) => return Poll::Ready(Some(notification)),
                Ok(Inbound::Event(_) | Inbound::TooLong(_)) => {}
                Err(_) => return Poll::Ready(None),
            }
        }
    }

    pub(crate) async fn next_inbound(&mut self) -> Result<Inbound, Arc<Closed>> {
        poll_fn(|context| self.poll_inbound(context)).await
    }

    pub(crate) fn poll_inbound(&mut self, context: &mut Context<'_>) -> Poll<Result<Inbound, Arc<Closed>>> {
        // A server that never stops talking must not keep timers and signals from their turn. What is pending here has asked
        // for another poll.
        ready!(pin!(tokio::task::coop::consume_budget()).poll(context));
        loop {
            if let Some(inbound) = self.taken() {
                return Poll::Ready(Ok(inbound));
            }
            let Some((_, queue)) = &self.claim else {
                return Poll::Ready(Err(Arc::new(Closed {
                    reason: "the session was closed".to_owned(),
                    stderr: String::new(),
                    by_us: true,
                })));
            };
            ready!(queue.poll_take(context, &mut self.taken))?;
        }
    }

    /// The thread.
    pub(crate) fn thread_id(&self) -> &str {
        let fan = self.claim.as_ref().map(|(fan, _)| fan.thread_id());
        self.only.as_deref().or(fan).unwrap_or_default()
    }

    /// Whether a message was already taken from the queue.
    pub(crate) fn has_taken(&self) -> bool {
        !self.taken.is_empty()
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

impl Stream for NotificationStream {
    type Item = Notification;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Notification>> {
        self.poll_notification(context)
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
