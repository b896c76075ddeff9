//! A turn's events from its beginning, for late or slow watchers. Pure except for its lock.
//!
//! Adjacent deltas are kept joined, so the text is kept once. Watchers have no queues: each continues from its position.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::runtime::OpenMessages;
use crate::runtime::event::Event;

/// How many events are kept of a turn: a Codex that never stops talking must not fill the memory.
const KEPT: usize = 50_000;

/// What happened in a turn so far.
#[derive(Debug, Default)]
pub(super) struct Record {
    log: Mutex<Log>,
    pub(super) changed: Notify,
}

#[derive(Debug, Default)]
struct Log {
    events: Vec<Event>,
    writing: OpenMessages,
    over: bool,
}

/// Where a watcher is.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Cursor {
    index: usize,
    /// How much of the delta at `index` was read.
    offset: usize,
}

impl Record {
    fn lock(&self) -> MutexGuard<'_, Log> {
        // Every statement leaves the log valid.
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an event.
    pub(super) fn push(&self, event: &Event) {
        self.lock().push(event);
        self.changed.notify_waiters();
    }

    /// Whether the turn has ended.
    pub(super) fn is_over(&self) -> bool {
        self.lock().over
    }

    /// Which messages are being written.
    pub(super) fn writing(&self) -> OpenMessages {
        self.lock().writing.clone()
    }

    /// Resolves when it is such; looked at after each event.
    pub(super) async fn until(&self, is_so: impl Fn(&Self) -> bool) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if is_so(self) {
                return;
            }
            changed.await;
        }
    }

    /// The events after a point, limited to about this many bytes of text; nothing if the watcher is up to date.
    pub(super) fn after(&self, cursor: &mut Cursor, limit: usize) -> Vec<Event> {
        let log = self.lock();
        let mut events = Vec::new();
        let mut size = 0;
        while size < limit
            && let Some(event) = log.events.get(cursor.index)
        {
            let last = cursor.index + 1 == log.events.len();
            if let Event::ItemDelta(delta) = event {
                let end = delta
                    .delta
                    .floor_char_boundary(cursor.offset.saturating_add(limit - size));
                if end > cursor.offset {
                    let text = delta.delta[cursor.offset..end].to_owned();
                    size += text.len();
                    events.push(Event::ItemDelta(delta.with_text(text)));
                    cursor.offset = end;
                }
                // The last one may still grow.
                if last || cursor.offset < delta.delta.len() {
                    break;
                }
            } else {
                size += 1;
                events.push(event.clone());
            }
            *cursor = Cursor {
                index: cursor.index + 1,
                offset: 0,
            };
        }
        events
    }
}

impl Log {
    fn push(&mut self, event: &Event) {
        self.writing.observe(event);
        let over = matches!(event, Event::TurnCompleted(_) | Event::TurnFailed(_));
        self.over |= over;
        if self.events.last_mut().is_some_and(|last| last.absorb(event)) {
            return;
        }
        if over || self.events.len() < KEPT {
            self.events.push(event.clone());
        } else if self.events.len() == KEPT {
            let message = format!("only the first {KEPT} events of the turn are shown");
            self.events.push(Event::Warning { message });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::testing::delta;
    use proptest::prelude::*;

    fn text_of(events: &[Event]) -> String {
        let text = |event: &Event| match event {
            Event::ItemDelta(delta) => delta.delta.clone(),
            event => format!("<{}>", serde_json::to_value(event).unwrap()["message"]),
        };
        events.iter().map(text).collect()
    }

    proptest! {
        #[test]
        fn whoever_reads_at_whatever_pace_reads_everything_once_and_in_order(
            said in prop::collection::vec(("[ab]", "[xyzäß€😀]{0,9}", any::<bool>(), 1..9_usize), 1..60),
        ) {
            let record = Record::default();
            let mut cursor = Cursor::default();
            let mut read = Vec::new();
            let mut expected = Vec::new();
            for (item, text, warns, limit) in said {
                let event = if warns { Event::Warning { message: text } } else { delta(&item, &text) };
                record.push(&event);
                expected.push(event);
                read.extend(record.after(&mut cursor, limit));
            }
            loop {
                let more = record.after(&mut cursor, 7);
                if more.is_empty() {
                    break;
                }
                read.extend(more);
            }
            prop_assert_eq!(text_of(&read), text_of(&expected));
        }
    }
}
