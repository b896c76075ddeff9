//! Who gets what the server says: subscriptions its notifications, a queue its requests. Called on the reader's thread.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::Notify;

use super::params::parse;
use super::subscription::{Filter, Mailbox, Subscription, SubscriptionEnd};
use crate::protocol::brief;
use crate::protocol::types::TypedServerRequest;
use crate::runtime::{Closed, Message, MessageSink, notification_in};
use crate::runtime::{RequestId, RuntimeError};

/// A request of the server, which waits for [`respond_ok`](super::AppServer::respond_ok) or
/// [`respond_error`](super::AppServer::respond_error).
#[derive(Clone)]
#[non_exhaustive]
pub struct ServerRequest {
    /// What the answer names it by.
    pub id: RequestId,
    /// The method, known or not.
    pub method: String,
    /// The params as the server wrote them.
    pub params: Box<RawValue>,
}

impl std::fmt::Debug for ServerRequest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        brief::json(formatter, &self.method, &self.params)
    }
}

impl ServerRequest {
    /// What it asks, if it is this method: `request.parse::<CommandExecutionRequestApproval>()`.
    ///
    /// # Errors
    /// [`BadReply`](RuntimeError::BadReply) where the params have another shape.
    pub fn parse<M: TypedServerRequest>(&self) -> Result<Option<M::Params>, RuntimeError> {
        parse(M::METHOD, &self.method, &self.params)
    }
}

/// The requests and subscriptions of a connection.
pub(super) struct Hub {
    /// Whether the server's requests come here; otherwise an approver answers them.
    takes_requests: bool,
    state: Mutex<State>,
    asked: Notify,
}

#[derive(Default)]
struct State {
    mailboxes: Vec<Arc<Mailbox>>,
    waiting: VecDeque<RequestId>,
    /// Requests without an answer, those that were taken from the queue included.
    open: HashMap<RequestId, ServerRequest>,
    closed: Option<Arc<Closed>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resolved {
    request_id: RequestId,
}

impl Hub {
    pub(super) fn new(takes_requests: bool) -> Self {
        Self {
            takes_requests,
            state: Mutex::default(),
            asked: Notify::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is valid between any two statements, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn subscribe(&self, filter: Filter) -> Subscription {
        let mailbox = Arc::new(Mailbox::new(filter));
        let mut state = self.lock();
        match &state.closed {
            Some(closed) => mailbox.end(&SubscriptionEnd::Closed(closed.reason.clone())),
            None => state.mailboxes.push(Arc::clone(&mailbox)),
        }
        Subscription { mailbox }
    }

    /// The next request of the server that was not given out yet; `None` after the end of the connection.
    pub(super) async fn next_request(&self) -> Option<ServerRequest> {
        loop {
            let asked = self.asked.notified();
            {
                let mut state = self.lock();
                while let Some(id) = state.waiting.pop_front() {
                    // What the server has resolved meanwhile needs no answer.
                    if let Some(request) = state.open.get(&id) {
                        return Some(request.clone());
                    }
                }
                if state.closed.is_some() {
                    return None;
                }
            }
            asked.await;
        }
    }

    /// Takes a request out of the table. The caller answers it.
    pub(super) fn take_request(&self, id: &RequestId) -> Option<ServerRequest> {
        self.lock().open.remove(id)
    }

    fn notification(&self, method: &str, params: &RawValue) {
        let mut state = self.lock();
        if method == "serverRequest/resolved"
            && let Ok(resolved) = serde_json::from_str::<Resolved>(params.get())
        {
            state.open.remove(&resolved.request_id);
        }
        state.mailboxes.retain(|mailbox| mailbox.offer(method, params));
    }
}

impl MessageSink for Hub {
    fn message(&self, message: &Message<'_>, line: &[u8]) -> bool {
        match message {
            Message::Notification { method, params, .. } => self.notification(method, params),
            Message::Delta(_) => {
                if let Some((method, params)) = notification_in(line) {
                    self.notification(&method, params);
                }
            }
            Message::Request { id, method, params } => {
                if !self.takes_requests {
                    return false;
                }
                let request = ServerRequest {
                    id: id.clone(),
                    method: method.to_string(),
                    params: (*params).to_owned(),
                };
                let mut state = self.lock();
                // A client that takes up a thread again is asked again, with the same id.
                if state.open.insert(id.clone(), request).is_none() {
                    state.waiting.push_back(id.clone());
                }
                self.asked.notify_one();
            }
            // A reply that came too late for its call.
            Message::Reply { .. } => return false,
        }
        true
    }

    fn closed(&self, closed: &Arc<Closed>) {
        let mut state = self.lock();
        state.closed = Some(Arc::clone(closed));
        state.open.clear();
        for mailbox in state.mailboxes.drain(..) {
            mailbox.end(&SubscriptionEnd::Closed(closed.reason.clone()));
        }
        self.asked.notify_one();
        self.asked.notify_waiters();
    }
}
