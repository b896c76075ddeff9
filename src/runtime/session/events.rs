//! A session's events for others than the one who consumes its turns. Adjacent deltas wait joined, so one that is slow loses
//! nothing, costs the text once, and delays nobody.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};
use std::time::SystemTime;

use futures_core::Stream;

use crate::runtime::event::Event;
use crate::runtime::log::Log;

/// What happens in a session's turns from now on: see [`Session::events`](crate::runtime::Session::events).
#[must_use = "events wait in memory for a listener that does not read them"]
pub struct SessionEvents {
    queue: Arc<Queue>,
}

impl SessionEvents {
    /// The next event; `None` once nothing more can come: the session was closed, or the connection to its server is over, and
    /// the turn that ran has been consumed. Cancel-safe.
    pub async fn next(&mut self) -> Option<Event> {
        poll_fn(|context| self.queue.poll_next(context)).await
    }
}

impl Stream for SessionEvents {
    type Item = Event;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event>> {
        self.queue.poll_next(context)
    }
}

impl std::fmt::Debug for SessionEvents {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "SessionEvents({} waiting)",
            self.queue.lock().waiting.len()
        )
    }
}

#[derive(Default)]
struct Queue {
    state: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    waiting: VecDeque<Event>,
    closed: bool,
    /// The listener, while it waits.
    waker: Option<Waker>,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Every statement leaves the queue valid.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, event: &Event) {
        let mut state = self.lock();
        if !state.waiting.back_mut().is_some_and(|last| last.absorb(event)) {
            state.waiting.push_back(event.clone());
        }
        wake(state);
    }

    fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        wake(state);
    }

    fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<Event>> {
        let mut state = self.lock();
        if let Some(event) = state.waiting.pop_front() {
            return Poll::Ready(Some(event));
        }
        if state.closed {
            return Poll::Ready(None);
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

/// Wakes the listener once the queue is unlocked.
fn wake(mut state: MutexGuard<'_, Waiting>) {
    let waker = state.waker.take();
    drop(state);
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// Those who listen to a session.
#[derive(Default)]
pub(in crate::runtime) struct Listeners {
    state: Mutex<Listening>,
}

#[derive(Default)]
struct Listening {
    queues: Vec<Weak<Queue>>,
    logs: Vec<Weak<Log>>,
    /// Turns whose end was not yet consumed.
    turns: usize,
    /// Whether no other turn will come.
    ending: bool,
}

impl Listeners {
    /// One more.
    pub(in crate::runtime) fn add(&self) -> SessionEvents {
        let queue = Arc::new(Queue::default());
        let mut state = self.lock();
        state.queues.push(Arc::downgrade(&queue));
        state.close_if_over();
        SessionEvents { queue }
    }

    /// Tells everyone who still listens.
    pub(in crate::runtime) fn publish(&self, event: &Event) {
        let mut state = self.lock();
        if !state.logs.is_empty() {
            let at = SystemTime::now();
            let still = |log: &Weak<Log>| log.upgrade().inspect(|log| log.push(event, at)).is_some();
            state.logs.retain(still);
        }
        if state.queues.is_empty() {
            return;
        }
        let still = |queue: &Weak<Queue>| queue.upgrade().inspect(|queue| queue.push(event)).is_some();
        state.queues.retain(still);
    }

    /// A log that takes all events from now on.
    pub(in crate::runtime) fn add_log(&self, log: &Arc<Log>) {
        let mut state = self.lock();
        state.logs.push(Arc::downgrade(log));
        state.close_if_over();
    }

    /// A turn began.
    pub(in crate::runtime) fn turn_begins(&self) {
        self.lock().turns += 1;
    }

    /// A turn's end was consumed, or its consumer is gone.
    pub(in crate::runtime) fn turn_is_over(&self) {
        let mut state = self.lock();
        state.turns = state.turns.saturating_sub(1);
        state.close_if_over();
    }

    /// No other turn begins.
    pub(in crate::runtime) fn end(&self) {
        let mut state = self.lock();
        state.ending = true;
        state.close_if_over();
    }

    fn lock(&self) -> MutexGuard<'_, Listening> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listening {
    fn close_if_over(&mut self) {
        if self.ending && self.turns == 0 {
            self.close();
        }
    }

    fn close(&mut self) {
        for log in self.logs.drain(..).filter_map(|log| log.upgrade()) {
            log.end();
        }
        for queue in self.queues.drain(..).filter_map(|queue| queue.upgrade()) {
            queue.close();
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.close();
    }
}
