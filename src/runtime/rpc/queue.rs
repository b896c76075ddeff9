//! What the reader hands to a consumer: a queue that joins deltas instead of growing, and wakes once per batch.
//!
//! Adjacent deltas of one item become one, so the length is bounded by the number of items and notifications, not by the
//! number of deltas. What waits has a bound in bytes as well: beyond it the reader is held up until the consumer takes it.
//! Messages are dropped only where no consumer takes them, and a warning says so.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use serde_json::value::RawValue;

use crate::protocol::brief;
use crate::protocol::framing::Oversize;
use crate::protocol::wire::delta_method;
use crate::runtime::event::{DeltaKind, Event};

/// How many deltas at the end of the queue are looked at for one to join: the items that stream at the same time.
const JOIN_WINDOW: usize = 16;

/// What may wait for a consumer, in bytes.
const ROOM: usize = 64 << 20;
/// The same where there is no consumer yet.
const UNCLAIMED_ROOM: usize = 256 << 10;
/// What a message costs beside its text.
const OVERHEAD: usize = 256;
/// How long the reader is held up for a consumer that takes nothing.
const PATIENCE: Duration = Duration::from_secs(1);

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

impl Inbound {
    fn cost(&self) -> usize {
        OVERHEAD
            + match self {
                Self::Delta(delta) => delta.text.len(),
                Self::Notification(notification) => notification.params.get().len(),
                Self::Event(_) => 0,
                Self::TooLong(oversize) => oversize.head.len() + oversize.tail.len(),
            }
    }

    /// Whether a turn could not be followed without it.
    fn is_needed(&self) -> bool {
        match self {
            Self::Delta(_) | Self::TooLong(_) => false,
            Self::Notification(notification) => {
                matches!(
                    notification.method.as_str(),
                    "turn/started" | "turn/completed" | "error"
                )
            }
            Self::Event(event) => !matches!(**event, Event::Warning { .. }),
        }
    }
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
#[non_exhaustive]
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
    /// Tells the reader that something was taken.
    taken: Condvar,
}

impl fmt::Debug for Queue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} waiting", self.lock().items.len())
    }
}

#[derive(Default)]
struct State {
    items: VecDeque<Inbound>,
    /// What they cost.
    bytes: usize,
    /// Whether somebody is to take them.
    claimed: bool,
    /// Whether that somebody was waited for in vain.
    stalled: bool,
    /// How many messages there was no room for.
    left_out: usize,
    /// The consumer, while it waits.
    waker: Option<Waker>,
    closed: Option<Arc<Closed>>,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is valid between any two statements, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends without waking; [`wake`](Self::wake) follows at the end of the batch. Whether more should wait for
    /// [room](Self::wait_for_room).
    pub(crate) fn push(&self, inbound: Inbound) -> bool {
        let mut state = self.lock();
        if state.has_no_place_for(&inbound) {
            state.left_out += 1;
            return false;
        }
        match inbound {
            Inbound::Delta(delta) => state.push_delta(delta),
            other @ (Inbound::Notification(_) | Inbound::Event(_) | Inbound::TooLong(_)) => {
                state.append(other);
            }
        }
        state.claimed && !state.stalled && state.bytes > ROOM
    }

    /// Until when a consumer of a full queue is waited for.
    pub(crate) fn patience() -> Instant {
        Instant::now() + PATIENCE
    }

    /// Blocks until the consumer has taken what there is. One that takes nothing is given up on until it does.
    pub(crate) fn wait_for_room(&self, until: Instant) {
        let is_full = |state: &mut State| state.claimed && state.closed.is_none() && state.bytes > ROOM;
        let left = until.saturating_duration_since(Instant::now());
        let waiting = self.taken.wait_timeout_while(self.lock(), left, is_full);
        let (mut state, waited) = waiting.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            tracing::warn!("nobody takes what codex says of a thread; some of it is left out");
            state.stalled = true;
        }
    }

    /// From now on somebody takes what comes.
    pub(crate) fn claim(&self) {
        self.lock().claimed = true;
    }

    /// The consumer is gone: what waits is dropped, and the reader is not held up.
    pub(crate) fn release(&self) {
        let mut state = self.lock();
        state.claimed = false;
        state.items.clear();
        state.bytes = 0;
        self.taken.notify_one();
    }

    /// Wakes the consumer.
    pub(crate) fn wake(&self) {
        let waker = self.lock().waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Ends the queue. What is in it can still be taken.
    pub(crate) fn close(&self, closed: &Arc<Closed>) {
        self.lock().closed.get_or_insert_with(|| Arc::clone(closed));
        self.wake();
    }

    /// Takes all there is; waits while there is nothing. An error when nothing more will come.
    ///
    /// Cancel-safe: what is not returned stays.
    pub(crate) fn poll_take(
        &self,
        context: &mut Context<'_>,
        into: &mut VecDeque<Inbound>,
    ) -> Poll<Result<(), Arc<Closed>>> {
        let mut state = self.lock();
        state.report_left_out();
        if !state.items.is_empty() {
            into.append(&mut state.items);
            (state.bytes, state.stalled) = (0, false);
            self.taken.notify_one();
            return Poll::Ready(Ok(()));
        }
        if let Some(closed) = &state.closed {
            return Poll::Ready(Err(Arc::clone(closed)));
        }
        // Whoever only looks whether something is there is not woken, and keeps nobody else from it.
        if !context.waker().will_wake(Waker::noop()) {
            state.waker = Some(context.waker().clone());
        }
        Poll::Pending
    }

    /// The same as a future.
    #[cfg(test)]
    pub(crate) async fn take(&self, into: &mut VecDeque<Inbound>) -> Result<(), Arc<Closed>> {
        std::future::poll_fn(|context| self.poll_take(context, into)).await
    }

    /// Takes all there is without waiting, with a word about what was left out.
    pub(crate) fn drain(&self) -> VecDeque<Inbound> {
        let mut state = self.lock();
        state.report_left_out();
        state.bytes = 0;
        std::mem::take(&mut state.items)
    }
}

impl State {
    fn has_no_place_for(&self, inbound: &Inbound) -> bool {
        let room = match (self.claimed, self.stalled) {
            (true, false) => return false,
            (true, true) => ROOM,
            (false, _) => UNCLAIMED_ROOM,
        };
        let most = if inbound.is_needed() { 2 * room } else { room };
        self.bytes + inbound.cost() > most
    }

    fn append(&mut self, inbound: Inbound) {
        self.bytes += inbound.cost();
        self.items.push_back(inbound);
    }

    fn report_left_out(&mut self) {
        let count = std::mem::take(&mut self.left_out);
        if count > 0 {
            let message =
                format!("{count} messages from Codex were dropped because they were not read in time");
            self.append(Inbound::Event(Box::new(Event::Warning { message })));
        }
    }

    fn push_delta(&mut self, delta: OwnedDelta) {
        for queued in self.items.iter_mut().rev().take(JOIN_WINDOW) {
            let Inbound::Delta(last) = queued else { break };
            if last.item_id == delta.item_id
                && last.kind == delta.kind
                && last.index == delta.index
                && last.turn_id == delta.turn_id
            {
                last.text.push_str(&delta.text);
                self.bytes += delta.text.len();
                return;
            }
            if last.item_id == delta.item_id {
                // Another text of the same item: their order is kept.
                break;
            }
        }
        self.append(Inbound::Delta(delta));
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

    fn large() -> Inbound {
        Inbound::Notification(Notification {
            method: "m".into(),
            params: RawValue::from_string(format!("\"{}\"", "x".repeat(1 << 20))).unwrap(),
        })
    }

    async fn warnings(queue: &Queue) -> Vec<String> {
        let mut taken = VecDeque::new();
        queue.take(&mut taken).await.unwrap();
        let warning = |inbound| match inbound {
            Inbound::Event(event) => match *event {
                Event::Warning { message } => Some(message),
                _ => None,
            },
            _ => None,
        };
        taken.into_iter().filter_map(warning).collect()
    }

    #[tokio::test]
    async fn what_nobody_has_asked_for_is_kept_to_a_little_and_the_rest_is_counted() {
        let queue = Queue::default();
        for _ in 0..100_000 {
            assert!(!queue.push(notification()), "nobody is waited for");
        }
        assert!(queue.lock().bytes <= UNCLAIMED_ROOM);
        let kept = queue.lock().items.len();
        queue.claim();
        let left_out = format!("{} messages from Codex were dropped", 100_000 - kept);
        assert!(warnings(&queue).await[0].starts_with(&left_out));
    }

    #[tokio::test]
    async fn a_consumer_that_takes_loses_nothing_however_much_comes() {
        let queue = Arc::new(Queue::default());
        queue.claim();
        let pushing = Arc::clone(&queue);
        let reader = std::thread::spawn(move || {
            for _ in 0..200 {
                if pushing.push(large()) {
                    pushing.wake();
                    pushing.wait_for_room(Queue::patience());
                }
            }
            pushing.wake();
        });
        let mut taken = 0;
        while taken < 200 {
            let mut items = VecDeque::new();
            queue.take(&mut items).await.unwrap();
            assert!(items.len() <= 65, "{}", items.len());
            taken += items.len();
        }
        reader.join().unwrap();
    }

    #[tokio::test]
    async fn a_consumer_that_takes_nothing_is_given_up_on_until_it_does() {
        let queue = Queue::default();
        queue.claim();
        while !queue.push(large()) {}
        queue.wait_for_room(Queue::patience());
        for _ in 0..1_000 {
            assert!(!queue.push(large()), "it is not waited for again");
        }
        assert!(queue.lock().items.len() <= 65);
        let end = Inbound::Notification(Notification {
            method: "turn/completed".into(),
            params: RawValue::NULL.to_owned(),
        });
        queue.push(end);
        let last = |queue: &Queue| match queue.lock().items.back() {
            Some(Inbound::Notification(notification)) => notification.method.clone(),
            _ => String::new(),
        };
        assert_eq!(last(&queue), "turn/completed");
        assert!(warnings(&queue).await[0].starts_with("1000 messages"));
        queue.push(notification());
        assert_eq!(texts(&queue), ["|"]);
    }

    #[test]
    fn a_consumer_that_goes_away_is_waited_for_no_longer_and_leaves_nothing_behind() {
        let queue = Arc::new(Queue::default());
        queue.claim();
        while !queue.push(large()) {}
        let waiting = Arc::clone(&queue);
        let hour = Instant::now() + Duration::from_hours(1);
        let reader = std::thread::spawn(move || waiting.wait_for_room(hour));
        queue.release();
        reader.join().unwrap();
        assert_eq!(queue.lock().bytes, 0);
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
