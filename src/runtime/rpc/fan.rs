//! A thread's messages for everyone who consumes them: each consumer has a queue of its own and gets all of them. What
//! came before the first consumer is the first one's.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::runtime::rpc::queue::{Closed, Inbound, Queue};

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

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use serde_json::value::RawValue;

    use super::*;
    use crate::runtime::event::Event;
    use crate::runtime::rpc::queue::Notification;

    /// A message of a MiB.
    fn large(method: &str) -> Inbound {
        Inbound::Notification(Notification {
            method: method.to_owned(),
            params: RawValue::from_string(format!("\"{}\"", "x".repeat(1 << 20))).unwrap(),
        })
    }

    async fn taken(queue: &Queue) -> (usize, bool, bool) {
        let mut items = VecDeque::new();
        queue.take(&mut items).await.unwrap();
        let is_end =
            |item: &Inbound| matches!(item, Inbound::Notification(one) if one.method == "turn/completed");
        let is_warning = |item: &Inbound| matches!(item, Inbound::Event(event) if matches!(**event, Event::Warning { .. }));
        (
            items.len(),
            items.iter().any(is_end),
            items.iter().any(is_warning),
        )
    }

    #[tokio::test]
    async fn one_who_takes_nothing_costs_the_others_nothing_but_a_moment_and_learns_how_a_turn_ended() {
        let fan = Fan::new("t");
        let (taking, idle) = (fan.subscribe(), fan.subscribe());
        let (mut came, mut left_out) = (0, false);
        for _ in 0..300 {
            if fan.push(large("m")) {
                fan.wait_for_room();
            }
            let (items, _, warning) = taken(&taking).await;
            (came, left_out) = (came + items, left_out | warning);
        }
        fan.push(large("turn/completed"));
        assert_eq!((came, left_out), (300, false));
        let (items, end, warning) = taken(&idle).await;
        assert!(items < 100 && end && warning, "{items}");
    }

    #[tokio::test]
    async fn what_nobody_consumes_yet_is_kept_to_a_little_and_the_first_consumer_is_told() {
        let fan = Fan::new("child");
        for _ in 0..300 {
            assert!(!fan.push(large("m")), "nobody is waited for");
        }
        let parent = Fan::new("t");
        let consumer = parent.subscribe();
        parent.take_backlog(&fan);
        let (items, _, warning) = taken(&consumer).await;
        assert!(items < 10 && warning, "{items}");
    }
}
