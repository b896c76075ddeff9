//! A thread's messages for everyone who consumes them: each consumer has a queue of its own and gets all of them. What
//! came before the first consumer is the first one's.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::queue::{Closed, Inbound, Queue};

/// The consumers of a thread.
#[derive(Debug)]
pub(crate) struct Fan {
    /// The thread that it was made for; its sub-agents' threads share it.
    thread_id: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// What nobody consumes yet.
    backlog: Arc<Queue>,
    queues: Vec<Arc<Queue>>,
    closed: Option<Arc<Closed>>,
}

impl Fan {
    pub(crate) fn new(thread_id: &str) -> Self {
        Self {
            thread_id: thread_id.to_owned(),
            state: Mutex::default(),
        }
    }

    pub(crate) fn thread_id(&self) -> &str {
        &self.thread_id
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is valid between any two statements, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends to every consumer's queue without waking; [`wake`](Self::wake) follows at the end of the batch. Whether more
    /// should wait for [room](Self::wait_for_room).
    pub(crate) fn push(&self, inbound: Inbound) -> bool {
        let state = self.lock();
        let Some((last, others)) = state.queues.split_last() else {
            return state.backlog.push(inbound);
        };
        let mut is_full = false;
        for queue in others {
            is_full |= queue.push(inbound.clone());
        }
        last.push(inbound) || is_full
    }

    /// Blocks until every consumer has taken what there is for it. Those that take nothing are given up on until they do.
    pub(crate) fn wait_for_room(&self) {
        // Not under the lock: others come and go meanwhile.
        let queues = self.lock().queues.clone();
        let until = Queue::patience();
        for queue in queues {
            queue.wait_for_room(until);
        }
    }

    /// Wakes the consumers.
    pub(crate) fn wake(&self) {
        for queue in &self.lock().queues {
            queue.wake();
        }
    }

    /// Ends the queues. What is in them can still be taken.
    pub(crate) fn close(&self, closed: &Arc<Closed>) {
        let mut state = self.lock();
        state.closed.get_or_insert_with(|| Arc::clone(closed));
        for queue in state.queues.iter().chain([&state.backlog]) {
            queue.close(closed);
        }
    }

    /// One more consumer.
    pub(crate) fn subscribe(&self) -> Arc<Queue> {
        let mut state = self.lock();
        let queue = if state.queues.is_empty() {
            std::mem::take(&mut state.backlog)
        } else {
            Arc::default()
        };
        queue.claim();
        if let Some(closed) = &state.closed {
            queue.close(closed);
        }
        state.queues.push(Arc::clone(&queue));
        queue
    }

    /// One consumer less; whether none is left.
    pub(crate) fn unsubscribe(&self, queue: &Arc<Queue>) -> bool {
        let mut state = self.lock();
        state.queues.retain(|known| !Arc::ptr_eq(known, queue));
        queue.release();
        state.queues.is_empty()
    }

    /// Moves what nobody consumed of another thread to the consumers of this one.
    pub(crate) fn take_backlog(&self, other: &Self) {
        for inbound in other.lock().backlog.drain() {
            self.push(inbound);
        }
        self.wake();
    }
}
