//! A session's events for others than the one who consumes its turns. Adjacent deltas wait joined, so one that is slow loses
//! nothing, costs the text once, and delays nobody.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::Notify;

use crate::runtime::event::Event;

/// What happens in a session's turns from now on: see [`Session::events`](crate::runtime::Session::events).
#[must_use = "events wait in memory for a listener that does not read them"]
pub struct SessionEvents {
    queue: Arc<Queue>,
}

impl SessionEvents {
    /// The next event; `None` once nothing more can come: the session was closed, or the connection to its server is over, and
    /// the turn that ran has been consumed. Cancel-safe.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            let changed = self.queue.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            {
                let mut state = self.queue.lock();
                if let Some(event) = state.waiting.pop_front() {
                    return Some(event);
                }
                if state.closed {
                    return None;
                }
            }
            changed.await;
        }
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
    changed: Notify,
}

#[derive(Default)]
struct Waiting {
    waiting: VecDeque<Event>,
    closed: bool,
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
        drop(state);
        self.changed.notify_waiters();
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
        if state.queues.is_empty() {
            return;
        }
        let still = |queue: &Weak<Queue>| queue.upgrade().inspect(|queue| queue.push(event)).is_some();
        state.queues.retain(still);
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

    /// No turn begins any longer.
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
        for queue in self.queues.drain(..).filter_map(|queue| queue.upgrade()) {
            queue.lock().closed = true;
            queue.changed.notify_waiters();
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.close();
    }
}
