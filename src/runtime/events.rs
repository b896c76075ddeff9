//! A session's events for others than the one who consumes its turns. Adjacent deltas wait joined, so one that is slow loses
//! nothing, costs the text once, and delays nobody.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::Notify;

use super::event::Event;

/// What happens in a session's turns from now on: see [`Session::events`](super::Session::events).
#[derive(Debug)]
pub struct SessionEvents {
    queue: Arc<Queue>,
}

impl SessionEvents {
    /// The next event; `None` once the session and its turns are gone. Cancel-safe.
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

#[derive(Debug, Default)]
struct Queue {
    state: Mutex<Waiting>,
    changed: Notify,
}

#[derive(Debug, Default)]
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

/// Those who listen to a session. Closes their queues when it is dropped with the last turn.
#[derive(Debug, Default)]
pub(super) struct Listeners {
    queues: Mutex<Vec<Weak<Queue>>>,
}

impl Listeners {
    /// One more.
    pub(super) fn add(&self) -> SessionEvents {
        let queue = Arc::new(Queue::default());
        self.lock().push(Arc::downgrade(&queue));
        SessionEvents { queue }
    }

    /// Tells everyone who still listens.
    pub(super) fn tell(&self, event: &Event) {
        let mut queues = self.lock();
        if queues.is_empty() {
            return;
        }
        queues.retain(|queue| queue.upgrade().inspect(|queue| queue.push(event)).is_some());
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Weak<Queue>>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Listeners {
    fn drop(&mut self) {
        for queue in self.lock().iter().filter_map(Weak::upgrade) {
            queue.lock().closed = true;
            queue.changed.notify_waiters();
        }
    }
}
