//! What the reader hands to a consumer: a queue that joins deltas instead of growing, and wakes once per batch.
//!
//! Nothing is dropped. Adjacent deltas of one item become one, so the length is bounded by the number of items and
//! notifications, not by the number of deltas.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::value::RawValue;
use tokio::sync::Notify;

use super::brief;
use super::event::{DeltaKind, Event};
use super::framing::Oversize;
use super::wire::delta_method;

/// How many deltas at the end of the queue are looked at for one to join: the items that stream at the same time.
const JOIN_WINDOW: usize = 16;

/// Something for a thread's consumer, in the order of arrival.
#[derive(Debug, Clone)]
pub(crate) enum Inbound {
    Delta(OwnedDelta),
    Notification(Notification),
    /// An event that the runtime made itself: an approval requested or resolved, a warning.
    Event(Box<Event>),
    /// A line over the frame limit.
    TooLong(Oversize),
}

/// A delta that outlives its line.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct OwnedDelta {
    pub(crate) kind: DeltaKind,
    pub(crate) thread_id: String,
    pub(crate) turn_id: String,
    pub(crate) item_id: String,
    pub(crate) index: Option<u32>,
    pub(crate) text: String,
}

/// A notification of the server, its params unparsed.
#[derive(Clone)]
pub struct Notification {
    /// The method, such as `turn/started`.
    pub method: String,
    /// The params as the server wrote them.
    pub params: Box<RawValue>,
}

impl fmt::Debug for OwnedDelta {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?} of {} bytes", self.kind, self.text.len())
    }
}

impl fmt::Debug for Notification {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        brief::json(formatter, &self.method, &self.params)
    }
}

impl From<OwnedDelta> for Notification {
    fn from(delta: OwnedDelta) -> Self {
        let mut params = serde_json::json!({
            "threadId": delta.thread_id, "turnId": delta.turn_id, "itemId": delta.item_id, "delta": delta.text,
        });
        if let Some(index) = delta.index {
            params["summaryIndex"] = index.into();
        }
        // A JSON value always has a text.
        let params = RawValue::from_string(params.to_string()).unwrap_or_else(|_| RawValue::NULL.to_owned());
        Self {
            method: delta_method(delta.kind).to_owned(),
            params,
        }
    }
}

/// Why nothing more will come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Closed {
    /// How the server ended.
    pub(crate) reason: String,
    /// The end of its stderr.
    pub(crate) stderr: String,
    /// Whether it was ended from here.
    pub(crate) by_us: bool,
}

#[derive(Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    notify: Notify,
}

impl fmt::Debug for Queue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} waiting", self.lock().items.len())
    }
}

#[derive(Default)]
struct State {
    items: VecDeque<Inbound>,
    closed: Option<Arc<Closed>>,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is valid between any two statements, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends without waking; [`wake`](Self::wake) follows at the end of the batch.
    pub(crate) fn push(&self, inbound: Inbound) {
        let mut state = self.lock();
        match inbound {
            Inbound::Delta(delta) => state.push_delta(delta),
            other @ (Inbound::Notification(_) | Inbound::Event(_) | Inbound::TooLong(_)) => {
                state.items.push_back(other);
            }
        }
    }

    /// Wakes the consumer.
    pub(crate) fn wake(&self) {
        self.notify.notify_one();
    }

    /// Ends the queue. What is in it can still be taken.
    pub(crate) fn close(&self, closed: &Arc<Closed>) {
        self.lock().closed.get_or_insert_with(|| Arc::clone(closed));
        self.wake();
    }

    /// Takes all there is; waits while there is nothing. An error when nothing more will come.
    ///
    /// Cancel-safe: what is not returned stays.
    pub(crate) async fn take(&self, into: &mut VecDeque<Inbound>) -> Result<(), Arc<Closed>> {
        loop {
            let notified = self.notify.notified();
            {
                let mut state = self.lock();
                if !state.items.is_empty() {
                    into.append(&mut state.items);
                    return Ok(());
                }
                if let Some(closed) = &state.closed {
                    return Err(Arc::clone(closed));
                }
            }
            notified.await;
        }
    }

    /// Takes all there is without waiting.
    pub(crate) fn drain(&self) -> VecDeque<Inbound> {
        std::mem::take(&mut self.lock().items)
    }
}

impl State {
    fn push_delta(&mut self, delta: OwnedDelta) {
        for queued in self.items.iter_mut().rev().take(JOIN_WINDOW) {
            let Inbound::Delta(last) = queued else { break };
            if last.item_id == delta.item_id
                && last.kind == delta.kind
                && last.index == delta.index
                && last.turn_id == delta.turn_id
            {
                last.text.push_str(&delta.text);
                return;
            }
            if last.item_id == delta.item_id {
                // Another text of the same item: their order is kept.
                break;
            }
        }
        self.items.push_back(Inbound::Delta(delta));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delta(item: &str, text: &str) -> Inbound {
        Inbound::Delta(OwnedDelta {
            kind: DeltaKind::AgentMessage,
            thread_id: "t".into(),
            turn_id: "u".into(),
            item_id: item.into(),
            index: None,
            text: text.into(),
        })
    }

    fn notification() -> Inbound {
        Inbound::Notification(Notification {
            method: "m".into(),
            params: RawValue::NULL.to_owned(),
        })
    }

    fn texts(queue: &Queue) -> Vec<String> {
        let items = std::mem::take(&mut queue.lock().items);
        items
            .into_iter()
            .map(|inbound| {
                if let Inbound::Delta(delta) = inbound {
                    delta.text
                } else {
                    "|".into()
                }
            })
            .collect()
    }

    #[test]
    fn adjacent_deltas_of_one_item_become_one() {
        let queue = Queue::default();
        for text in ["a", "b", "c"] {
            queue.push(delta("i", text));
        }
        assert_eq!(texts(&queue), ["abc"]);
    }

    #[test]
    fn deltas_of_items_that_stream_side_by_side_do_not_grow_the_queue() {
        let queue = Queue::default();
        for number in 0..100 {
            queue.push(delta(if number % 2 == 0 { "i" } else { "j" }, "x"));
        }
        assert_eq!(texts(&queue), ["x".repeat(50), "x".repeat(50)]);
    }

    #[test]
    fn a_delta_is_not_joined_across_another_message() {
        let queue = Queue::default();
        queue.push(delta("i", "a"));
        queue.push(notification());
        queue.push(delta("i", "b"));
        assert_eq!(texts(&queue), ["a", "|", "b"]);
    }

    #[tokio::test]
    async fn what_was_queued_before_the_end_is_still_delivered() {
        let queue = Queue::default();
        queue.push(delta("i", "a"));
        queue.close(&Arc::new(Closed {
            reason: "gone".into(),
            stderr: String::new(),
            by_us: false,
        }));
        let mut taken = VecDeque::new();
        assert!(queue.take(&mut taken).await.is_ok());
        assert_eq!(taken.len(), 1);
        assert_eq!(queue.take(&mut taken).await.unwrap_err().reason, "gone");
    }
}
