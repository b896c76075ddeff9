//! The events of a turn and what they came to, with each text kept once. Pure but for its lock.
//!
//! The [`Transcript`] has the text of the items; the log of events refers to it. Adjacent deltas are kept joined. A reader has no
//! queue of its own: it continues from where it was, at its own pace.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::runtime::event::{Event, Item, ItemDelta, ItemEvent};
use crate::runtime::{OpenMessages, ThreadId, Transcript, TurnId};

/// How many events are kept of a turn: a Codex that never stops talking must not fill the memory.
const KEPT: usize = 50_000;

/// What happened in a turn so far.
#[derive(Debug, Default)]
pub(crate) struct TurnLog {
    state: Mutex<State>,
    /// Notified after each event.
    pub(crate) changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    transcript: Arc<Transcript>,
    entries: Vec<Entry>,
    /// The texts that pieces belong to.
    texts: Vec<Text>,
    /// The text of an item that still grows, by the item's place in the transcript.
    growing: HashMap<usize, usize>,
    /// The entry that refers to an item, by the item's place in the transcript.
    referring: HashMap<usize, usize>,
    /// The entry of the newest diff.
    diff: Option<usize>,
    open: OpenMessages,
    over: bool,
}

/// An event, as far as the transcript does not have it.
#[derive(Debug)]
enum Entry {
    Event(Event),
    /// A delta, without its text, and where in a text that is.
    Delta {
        like: ItemDelta,
        text: usize,
        start: usize,
        end: usize,
    },
    /// The completion of an item, whose last form is in the transcript.
    Completed {
        place: usize,
        turn_id: Option<TurnId>,
        thread_id: Option<ThreadId>,
    },
    /// The diff of the turn, which is in the transcript.
    Diff,
    /// A diff that another one has replaced: each is that of the whole turn.
    OldDiff,
}

/// Where a text is.
#[derive(Debug)]
enum Text {
    /// In an item of the transcript.
    OfItem(usize),
    /// Here, because the item has got another one.
    Own(String),
}

/// Where a reader is.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Cursor {
    index: usize,
    /// How much of the delta at `index` was read.
    offset: usize,
}

impl TurnLog {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Every statement leaves the log valid.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an event.
    pub(crate) fn push(&self, event: &Event) {
        self.lock().push(event);
        self.changed.notify_waiters();
    }

    /// What the events came to. Cheap at the end; a copy is made if more events come while it is kept.
    pub(crate) fn transcript(&self) -> Arc<Transcript> {
        Arc::clone(&self.lock().transcript)
    }

    /// Whether the turn has ended.
    #[cfg(feature = "cli")]
    pub(crate) fn is_over(&self) -> bool {
        self.lock().over
    }

    /// The messages that are being written.
    #[cfg(feature = "cli")]
    pub(crate) fn open_messages(&self) -> OpenMessages {
        self.lock().open.clone()
    }

    /// Resolves when a condition holds; it is checked after each event.
    #[cfg(feature = "cli")]
    pub(crate) async fn until(&self, holds: impl Fn(&Self) -> bool) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if holds(self) {
                return;
            }
            changed.await;
        }
    }

    /// The events after a point, up to about `limit` bytes of text; none if the reader is up to date.
    #[cfg(feature = "cli")]
    pub(crate) fn after(&self, cursor: &mut Cursor, limit: usize) -> Vec<Event> {
        self.lock().after(cursor, limit)
    }
}

impl State {
    fn push(&mut self, event: &Event) {
        self.open.observe(event);
        let over = matches!(event, Event::TurnCompleted(_) | Event::TurnFailed(_));
        self.over |= over;
        match event {
            Event::ItemDelta(delta) => self.push_delta(delta, event),
            Event::ItemStarted(changed) | Event::ItemUpdated(changed) | Event::ItemCompleted(changed) => {
                self.push_item(changed, event);
            }
            Event::DiffUpdated { .. } => self.push_diff(event),
            _ => {
                self.observe(event);
                self.keep(Entry::Event(event.clone()), over);
            }
        }
    }

    fn push_diff(&mut self, event: &Event) {
        self.observe(event);
        if let Some(old) = self.diff.take() {
            self.entries[old] = Entry::OldDiff;
        }
        let place = self.entries.len();
        self.keep(Entry::Diff, false);
        if matches!(self.entries.get(place), Some(Entry::Diff)) {
            self.diff = Some(place);
        }
    }

    fn observe(&mut self, event: &Event) {
        Arc::make_mut(&mut self.transcript).observe(event);
    }

    fn push_delta(&mut self, delta: &ItemDelta, event: &Event) {
        let Some(place) = Arc::make_mut(&mut self.transcript).place_of(delta) else {
            self.observe(event);
            if let Some(Entry::Event(last)) = self.entries.last_mut()
                && last.absorb(event)
            {
                return;
            }
            return self.keep(Entry::Event(event.clone()), false);
        };
        self.detach(place);
        let start = self.transcript.text_at(place).len();
        self.observe(event);
        let end = self.transcript.text_at(place).len();
        let text = *self.growing.entry(place).or_insert_with(|| {
            self.texts.push(Text::OfItem(place));
            self.texts.len() - 1
        });
        match self.entries.last_mut() {
            Some(Entry::Delta {
                like,
                text: last,
                end: last_end,
                ..
            }) if *last == text && *last_end == start && like.index == delta.index => *last_end = end,
            _ => {
                let like = delta.with_text(String::new());
                let entry = Entry::Delta {
                    like,
                    text,
                    start,
                    end,
                };
                self.keep(entry, false);
            }
        }
    }

    fn push_item(&mut self, changed: &ItemEvent, event: &Event) {
        if let Some(place) = self.transcript.place(&changed.item.id) {
            self.detach(place);
            self.leave_text(place, &changed.item);
        }
        self.observe(event);
        match self.transcript.place(&changed.item.id) {
            Some(place) if matches!(event, Event::ItemCompleted(_)) => {
                let entry = Entry::Completed {
                    place,
                    turn_id: changed.turn_id.clone(),
                    thread_id: changed.thread_id.clone(),
                };
                let before = self.entries.len();
                self.keep(entry, false);
                if matches!(self.entries.get(before), Some(Entry::Completed { .. })) {
                    self.referring.insert(place, before);
                }
            }
            _ => self.keep(Entry::Event(event.clone()), false),
        }
    }

    /// An entry that refers to an item gets a copy of it, because the item is about to change.
    fn detach(&mut self, place: usize) {
        let Some(index) = self.referring.remove(&place) else {
            return;
        };
        if let Some(event) = self.completed(index) {
            self.entries[index] = Entry::Event(event);
        }
    }

    fn completed(&self, index: usize) -> Option<Event> {
        let Some(Entry::Completed {
            place,
            turn_id,
            thread_id,
        }) = self.entries.get(index)
        else {
            return None;
        };
        Some(Event::ItemCompleted(ItemEvent {
            item: self.transcript.items().get(*place)?.clone(),
            turn_id: turn_id.clone(),
            thread_id: thread_id.clone(),
        }))
    }

    /// The pieces of an item's text keep it, if the item gets another one that does not begin like it.
    fn leave_text(&mut self, place: usize, new: &Item) {
        let Some(&text) = self.growing.get(&place) else {
            return;
        };
        let continues = |new: &str| new.starts_with(self.transcript.text_at(place));
        if new.details.growing_text().is_some_and(continues) {
            return;
        }
        self.growing.remove(&place);
        self.texts[text] = Text::Own(Arc::make_mut(&mut self.transcript).take_text_at(place));
    }

    fn keep(&mut self, entry: Entry, always: bool) {
        if always || self.entries.len() < KEPT {
            self.entries.push(entry);
        } else if self.entries.len() == KEPT {
            let message = format!("only the first {KEPT} events of the turn are shown");
            self.entries.push(Entry::Event(Event::Warning { message }));
        }
    }

    #[cfg(feature = "cli")]
    fn after(&self, cursor: &mut Cursor, limit: usize) -> Vec<Event> {
        let mut events = Vec::new();
        let mut size = 0;
        while size < limit
            && let Some(entry) = self.entries.get(cursor.index)
        {
            let last = cursor.index + 1 == self.entries.len();
            if let Some((like, text)) = self.delta(entry) {
                let end = text.floor_char_boundary(cursor.offset.saturating_add(limit - size));
                if end > cursor.offset {
                    let piece = text[cursor.offset..end].to_owned();
                    size += piece.len();
                    events.push(Event::ItemDelta(like.with_text(piece)));
                    cursor.offset = end;
                }
                // The last one may still grow.
                if last || cursor.offset < text.len() {
                    break;
                }
            } else {
                let event = match entry {
                    Entry::Event(event) => Some(event.clone()),
                    Entry::Completed { .. } | Entry::Delta { .. } => self.completed(cursor.index),
                    Entry::Diff => self.transcript.diff().map(|diff| Event::DiffUpdated {
                        diff: diff.to_owned(),
                    }),
                    Entry::OldDiff => None,
                };
                size += usize::from(event.is_some());
                events.extend(event);
            }
            *cursor = Cursor {
                index: cursor.index + 1,
                offset: 0,
            };
        }
        events
    }

    /// A delta's text, and the rest of it.
    #[cfg(feature = "cli")]
    fn delta<'a>(&'a self, entry: &'a Entry) -> Option<(&'a ItemDelta, &'a str)> {
        match entry {
            Entry::Event(Event::ItemDelta(delta)) => Some((delta, &delta.delta)),
            Entry::Delta {
                like,
                text,
                start,
                end,
            } => {
                let text = match self.texts.get(*text)? {
                    Text::OfItem(place) => self.transcript.text_at(*place),
                    Text::Own(text) => text,
                };
                Some((like, text.get(*start..*end)?))
            }
            Entry::Event(_) | Entry::Completed { .. } | Entry::Diff | Entry::OldDiff => None,
        }
    }
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use super::*;
    use crate::render::testing::{completed, delta, started};
    use crate::runtime::event::ItemDetails;
    use proptest::prelude::*;

    /// Everything but the cuts between deltas.
    fn joined(events: &[Event]) -> Vec<Event> {
        let mut joined: Vec<Event> = Vec::new();
        for event in events {
            if !joined.last_mut().is_some_and(|last| last.absorb(event)) {
                joined.push(event.clone());
            }
        }
        joined
    }

    fn event() -> impl Strategy<Value = Event> {
        let text = || "[xyzäß€😀]{0,9}";
        prop_oneof![
            1 => "[abc]".prop_map(|item| started(&item)),
            6 => ("[abcd]", text()).prop_map(|(item, text)| delta(&item, &text)),
            1 => ("[abc]", text()).prop_map(|(item, text)| completed(&item, &text)),
            1 => text().prop_map(|message| Event::Warning { message }),
        ]
    }

    /// The completed messages have the text of their deltas, as they usually do.
    fn with_usual_ends(events: Vec<Event>) -> Vec<Event> {
        let mut transcript = Transcript::default();
        let as_usual = |mut event: Event| {
            if let Event::ItemCompleted(changed) = &mut event
                && let Some(place) = transcript.place(&changed.item.id)
                && let ItemDetails::AgentMessage { text, .. } = &mut changed.item.details
            {
                transcript.text_at(place).clone_into(text);
            }
            transcript.observe(&event);
            event
        };
        events.into_iter().map(as_usual).collect()
    }

    proptest! {
        #[test]
        fn whoever_reads_at_whatever_pace_reads_everything_once_and_in_order(
            events in prop::collection::vec((event(), 1..9_usize), 1..60),
            usual in any::<bool>(),
        ) {
            let (mut events, limits): (Vec<_>, Vec<_>) = events.into_iter().unzip();
            if usual {
                events = with_usual_ends(events);
            }
            let log = TurnLog::default();
            let mut transcript = Transcript::default();
            let mut cursor = Cursor::default();
            let mut read = Vec::new();
            for (event, limit) in events.iter().zip(limits) {
                log.push(event);
                transcript.observe(event);
                read.extend(log.after(&mut cursor, limit));
            }
            loop {
                let more = log.after(&mut cursor, 7);
                if more.is_empty() {
                    break;
                }
                read.extend(more);
            }
            let with_text = |event: &Event| !matches!(event, Event::ItemDelta(delta) if delta.delta.is_empty());
            let expected = events.into_iter().filter(with_text).collect::<Vec<_>>();
            prop_assert_eq!(joined(&read), joined(&expected));
            prop_assert_eq!(&*log.transcript(), &transcript);
        }
    }

    #[test]
    fn the_text_of_a_message_is_kept_once() {
        let log = TurnLog::default();
        log.push(&started("a"));
        for _ in 0..100 {
            log.push(&delta("a", &"x".repeat(100)));
        }
        log.push(&completed("a", &"x".repeat(10_000)));
        let state = log.lock();
        assert_eq!(state.entries.len(), 3);
        let own = |entry: &Entry| match entry {
            Entry::Event(event) => serde_json::to_string(event).unwrap().len(),
            Entry::Delta { like, .. } => like.delta.len(),
            Entry::Completed { .. } | Entry::Diff | Entry::OldDiff => 0,
        };
        assert!(state.entries.iter().map(own).sum::<usize>() < 1_000);
        assert!(matches!(state.texts[..], [Text::OfItem(0)]));
    }

    #[test]
    fn of_the_diffs_of_a_turn_only_the_last_is_kept() {
        let log = TurnLog::default();
        let diff = |lines: usize| Event::DiffUpdated {
            diff: "+line\n".repeat(lines),
        };
        let mut early = Cursor::default();
        log.push(&diff(1));
        assert_eq!(log.after(&mut early, 7), [diff(1)]);
        for lines in 2..=20 {
            log.push(&diff(lines));
        }
        assert_eq!(log.after(&mut early, 7), [diff(20)]);
        assert_eq!(log.after(&mut Cursor::default(), 7), [diff(20)]);
        let state = log.lock();
        let is_kept = |entry: &&Entry| matches!(entry, Entry::Event(_) | Entry::Diff);
        assert_eq!(state.entries.iter().filter(is_kept).count(), 1);
    }

    #[test]
    fn a_turn_of_too_many_events_says_what_is_left_out_and_keeps_its_end() {
        let log = TurnLog::default();
        for _ in 0..KEPT + 10 {
            log.push(&Event::Warning { message: "w".into() });
        }
        log.push(&Event::TurnCompleted(crate::runtime::event::TurnEnd::default()));
        assert!(log.is_over());
        assert_eq!(log.lock().entries.len(), KEPT + 2);
    }
}
