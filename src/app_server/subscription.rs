//! Listening to notifications: which ones, and how much may wait for a listener that is slow.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use futures_core::Stream;
use serde_json::value::RawValue;

use super::params::parse;
use crate::protocol::types::TypedNotification;
use crate::runtime::{Notification, RuntimeError};

/// How many bytes may wait for one listener, unless it says otherwise.
const BACKLOG: usize = 64 << 20;
/// What a waiting notification costs besides its text, roughly.
const OVERHEAD: usize = 128;

/// Which notifications a subscription wants; all of them by default.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    methods: Vec<String>,
    fields: Vec<(String, String)>,
    backlog: Option<usize>,
}

impl Filter {
    /// Everything.
    pub fn all() -> Self {
        Self::default()
    }

    /// Also this method, or with a final `*` every method that begins so: `item/*`.
    #[must_use]
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.methods.push(method.into());
        self
    }

    /// Also this method, by its type.
    #[must_use]
    pub fn notification<N: TypedNotification>(self) -> Self {
        self.method(N::METHOD)
    }

    /// Only of this thread.
    #[must_use]
    pub fn thread(self, thread_id: impl Into<String>) -> Self {
        self.field("threadId", thread_id)
    }

    /// Only where this field of the params is this text.
    #[must_use]
    pub fn field(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.fields.push((name.into(), value.into()));
        self
    }

    /// How many bytes may wait for the subscription; 64 MiB by default. One that gets further behind ends with
    /// [`SubscriptionEnd::TooSlow`], because nothing is left out silently.
    #[must_use]
    pub fn backlog(mut self, bytes: usize) -> Self {
        self.backlog = Some(bytes);
        self
    }

    fn wants(&self, method: &str, params: &RawValue) -> bool {
        let by_method = self.methods.is_empty()
            || self.methods.iter().any(|wanted| match wanted.strip_suffix('*') {
                Some(start) => method.starts_with(start),
                None => method == wanted,
            });
        by_method && (self.fields.is_empty() || self.has_fields(params))
    }

    fn has_fields(&self, params: &RawValue) -> bool {
        let Ok(given) = serde_json::from_str::<HashMap<Cow<'_, str>, &RawValue>>(params.get()) else {
            return false;
        };
        self.fields.iter().all(|(name, value)| {
            given
                .get(name.as_str())
                .and_then(|given| serde_json::from_str::<Cow<'_, str>>(given.get()).ok())
                .is_some_and(|given| given == *value)
        })
    }
}

impl Notification {
    /// What it says, if it is this method: `notification.parse::<TurnCompleted>()`.
    ///
    /// # Errors
    /// [`BadReply`](RuntimeError::BadReply) where the params have another shape.
    pub fn parse<N: TypedNotification>(&self) -> Result<Option<N::Params>, RuntimeError> {
        parse(N::METHOD, &self.method, &self.params)
    }
}

/// Why a subscription gives nothing more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubscriptionEnd {
    /// The connection ended.
    #[error("codex app-server is gone: {0}")]
    Closed(String),
    /// More waited for it than it allowed.
    #[error("subscription ended: more than {0} bytes of unread notifications")]
    TooSlow(usize),
}

/// Notifications that a [`Filter`] wants, from the moment of subscribing, in order, each as the server wrote it.
#[must_use = "notifications wait in memory for a subscription that is not read"]
pub struct Subscription {
    pub(super) mailbox: Arc<Mailbox>,
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "Subscription({} waiting)",
            self.mailbox.lock().waiting.len()
        )
    }
}

impl Subscription {
    /// The next notification. Cancel-safe. The end comes after all notifications before it.
    ///
    /// # Errors
    /// When nothing more will come.
    pub async fn next(&mut self) -> Result<Notification, SubscriptionEnd> {
        poll_fn(|context| self.poll_notification(context)).await
    }

    fn poll_notification(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<Notification, SubscriptionEnd>> {
        // A server that never stops talking must not keep timers and signals from their turn. What is pending here has asked
        // for another poll.
        ready!(pin!(tokio::task::coop::consume_budget()).poll(context));
        let mut state = self.mailbox.lock();
        if let Some(outcome) = state.take() {
            return Poll::Ready(outcome);
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }

    /// How many are there.
    pub fn waiting(&self) -> usize {
        self.mailbox.lock().waiting.len()
    }

    /// The next one, if it is already there.
    pub fn try_next(&mut self) -> Option<Notification> {
        self.mailbox.lock().take()?.ok()
    }
}

/// Ends after the connection, or when it got too far behind: [`Subscription::next`] says which.
impl Stream for Subscription {
    type Item = Notification;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Notification>> {
        self.poll_notification(context).map(Result::ok)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.mailbox
            .end(&SubscriptionEnd::Closed("no listener".to_owned()));
    }
}

/// Where the hub puts what a subscription wants.
pub(super) struct Mailbox {
    filter: Filter,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Notification>,
    bytes: usize,
    end: Option<SubscriptionEnd>,
    /// The listener, while it waits.
    waker: Option<Waker>,
}

impl State {
    fn take(&mut self) -> Option<Result<Notification, SubscriptionEnd>> {
        match self.waiting.pop_front() {
            Some(notification) => {
                self.bytes -= cost(&notification);
                Some(Ok(notification))
            }
            None => self.end.clone().map(Err),
        }
    }
}

/// Wakes the listener once the mailbox is unlocked.
fn wake(mut state: MutexGuard<'_, State>) {
    let waker = state.waker.take();
    drop(state);
    if let Some(waker) = waker {
        waker.wake();
    }
}

impl Mailbox {
    pub(super) fn new(filter: Filter) -> Self {
        Self {
            filter,
            state: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is valid between any two statements, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a notification that it wants. Whether more shall be offered to it.
    pub(super) fn offer(&self, method: &str, params: &RawValue) -> bool {
        if !self.filter.wants(method, params) {
            return self.lock().end.is_none();
        }
        let limit = self.filter.backlog.unwrap_or(BACKLOG);
        let notification = Notification {
            method: method.to_owned(),
            params: params.to_owned(),
        };
        let mut state = self.lock();
        if state.end.is_some() {
            return false;
        }
        if state.bytes + cost(&notification) > limit {
            state.end = Some(SubscriptionEnd::TooSlow(limit));
        } else {
            state.bytes += cost(&notification);
            state.waiting.push_back(notification);
        }
        wake(state);
        true
    }

    pub(super) fn end(&self, end: &SubscriptionEnd) {
        let mut state = self.lock();
        state.end.get_or_insert_with(|| end.clone());
        wake(state);
    }
}

fn cost(notification: &Notification) -> usize {
    notification.method.len() + notification.params.get().len() + OVERHEAD
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    #[test]
    fn a_filter_is_by_method_its_beginning_and_fields() {
        let params = raw(r#"{"threadId":"t\u0031","n":1}"#);
        let wants = |filter: Filter, method: &str| filter.wants(method, &params);
        assert!(wants(Filter::all(), "a/b"));
        assert!(wants(Filter::all().method("x").method("a/*"), "a/b"));
        assert!(!wants(Filter::all().method("a"), "a/b"));
        assert!(wants(Filter::all().thread("t1"), "a/b"));
        assert!(!wants(Filter::all().thread("t2"), "a/b"));
        assert!(!wants(Filter::all().field("n", "1"), "a/b"));
        assert!(!Filter::all().thread("t").wants("a", &raw("[]")));
    }

    #[tokio::test]
    async fn a_listener_that_is_too_slow_gets_what_waited_and_then_learns_of_it() {
        let mailbox = Arc::new(Mailbox::new(Filter::all().backlog(1_000)));
        let mut subscription = Subscription {
            mailbox: Arc::clone(&mailbox),
        };
        let text = raw(&format!("\"{}\"", "x".repeat(300)));
        let taken = (0..10).filter(|_| mailbox.offer("m", &text)).count();
        assert_eq!(taken, 3);
        assert!(subscription.next().await.is_ok() && subscription.next().await.is_ok());
        assert_eq!(
            subscription.next().await.unwrap_err(),
            SubscriptionEnd::TooSlow(1_000)
        );
    }
}
