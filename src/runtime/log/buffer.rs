//! The log itself: the last events with their numbers, within bounds, and a transcript beside them. No task, no channel.

use std::collections::VecDeque;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::SystemTime;

use crate::runtime::event::Event;
use crate::runtime::log::seq::Seq;
use crate::runtime::transcript::Transcript;

/// What a log keeps: the last events, as many as fit both bounds.
///
/// ```
/// use turnwise::runtime::Keep;
///
/// let keep = Keep::new().events(1_000).bytes(1 << 20);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    events: usize,
    bytes: usize,
}

impl Default for Keep {
    fn default() -> Self {
        Self {
            events: 10_000,
            bytes: 16 << 20,
        }
    }
}

impl Keep {
    /// 10,000 events and 16 MiB.
    pub fn new() -> Self {
        Self::default()
    }

    /// The maximum number of events; at least one is kept.
    #[must_use]
    pub fn events(mut self, events: usize) -> Self {
        self.events = events.max(1);
        self
    }

    /// The maximum size of all events together, in bytes of their JSON; the last event is kept whatever its size.
    #[must_use]
    pub fn bytes(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }
}

/// What a reader of a log gets.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "nearly every frame is an event")]
#[non_exhaustive]
pub enum Frame {
    /// An event.
    #[non_exhaustive]
    Event {
        /// Its number.
        seq: Seq,
        /// When it was logged.
        at: SystemTime,
        /// What happened.
        event: Event,
    },
    /// Events that the reader has not seen were dropped: [`EventLog::snapshot`](crate::runtime::EventLog::snapshot)
    /// says what they came to.
    #[non_exhaustive]
    Gap {
        /// The first that is missing.
        lost_from: Seq,
        /// The next that comes.
        resume_at: Seq,
    },
    /// Nothing more will come: the session was closed, or its connection is over.
    End,
}

/// A bounded log of events.
#[derive(Debug)]
pub(in crate::runtime) struct Log {
    epoch: u64,
    keep: Keep,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    kept: VecDeque<Kept>,
    bytes: usize,
    /// The number of the last event.
    last: u64,
    ended: bool,
    transcript: Transcript,
    /// Readers that wait.
    wakers: Vec<Waker>,
}

#[derive(Debug)]
struct Kept {
    at: SystemTime,
    event: Event,
    bytes: usize,
}

impl Log {
    pub(in crate::runtime) fn new(epoch: u64, keep: Keep) -> Self {
        Self {
            epoch,
            keep,
            state: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is valid between any two statements, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn seq(&self, n: u64) -> Seq {
        Seq { epoch: self.epoch, n }
    }

    /// Appends an event, and lets go of the oldest where there are too many.
    pub(in crate::runtime) fn push(&self, event: &Event, at: SystemTime) {
        let bytes = size_of_json(event);
        let mut state = self.lock();
        // Each turn begins with it.
        if matches!(event, Event::ThreadStarted(_)) {
            state.transcript = Transcript::default();
        }
        state.transcript.observe(event);
        state.last += 1;
        state.bytes += bytes;
        state.kept.push_back(Kept {
            at,
            event: event.clone(),
            bytes,
        });
        while state.kept.len() > 1 && (state.kept.len() > self.keep.events || state.bytes > self.keep.bytes) {
            if let Some(oldest) = state.kept.pop_front() {
                state.bytes -= oldest.bytes;
            }
        }
        wake(state);
    }

    /// Nothing more will come.
    pub(in crate::runtime) fn end(&self) {
        let mut state = self.lock();
        state.ended = true;
        wake(state);
    }

    /// The number of the event after which a reader continues, and what it has certainly missed: everything in another log.
    pub(super) fn position(&self, last: Option<Seq>) -> u64 {
        match last {
            Some(last) if last.epoch == self.epoch => last.n.min(self.lock().last),
            Some(_) | None => 0,
        }
    }

    /// The number of the last event, and what the events of the current turn came to until then; of the last turn where none
    /// is running.
    pub(in crate::runtime) fn snapshot(&self) -> (Seq, Transcript) {
        let state = self.lock();
        (self.seq(state.last), state.transcript.clone())
    }

    /// What comes after the event `position`, which moves on.
    pub(super) fn poll_after(&self, context: &mut Context<'_>, position: &mut u64) -> Poll<Frame> {
        let mut state = self.lock();
        if *position == state.last {
            if state.ended {
                return Poll::Ready(Frame::End);
            }
            if !state.wakers.iter().any(|waker| waker.will_wake(context.waker())) {
                state.wakers.push(context.waker().clone());
            }
            return Poll::Pending;
        }
        let oldest = state.last + 1 - state.kept.len() as u64;
        let next = *position + 1;
        if next < oldest {
            *position = oldest - 1;
            return Poll::Ready(Frame::Gap {
                lost_from: self.seq(next),
                resume_at: self.seq(oldest),
            });
        }
        let index = usize::try_from(next - oldest).unwrap_or(usize::MAX);
        let Some(kept) = state.kept.get(index) else {
            return Poll::Ready(Frame::End);
        };
        *position = next;
        Poll::Ready(Frame::Event {
            seq: self.seq(next),
            at: kept.at,
            event: kept.event.clone(),
        })
    }
}

/// Wakes the readers once the log is unlocked.
fn wake(mut state: MutexGuard<'_, State>) {
    let wakers = std::mem::take(&mut state.wakers);
    drop(state);
    for waker in wakers {
        waker.wake();
    }
}

fn size_of_json(event: &Event) -> usize {
    /// What a delta costs beside its text, roughly.
    const DELTA: usize = 128;
    struct Counter(usize);
    impl io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    // There are many of them.
    if let Event::ItemDelta(delta) = event {
        return DELTA + delta.delta.len();
    }
    let mut counter = Counter(0);
    // Events have text keys only, so that this does not fail.
    let _ = serde_json::to_writer(&mut counter, event);
    counter.0
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::runtime::event::ThreadInfo;

    fn warning(text: &str) -> Event {
        Event::Warning {
            message: text.to_owned(),
        }
    }

    fn push(log: &Log, text: &str) {
        log.push(&warning(text), SystemTime::UNIX_EPOCH);
    }

    /// All that is there, without waiting.
    fn read(log: &Log, position: &mut u64) -> Vec<Frame> {
        let mut context = Context::from_waker(Waker::noop());
        let mut frames = Vec::new();
        while let Poll::Ready(frame) = log.poll_after(&mut context, position) {
            let is_end = frame == Frame::End;
            frames.push(frame);
            if is_end {
                break;
            }
        }
        frames
    }

    fn texts(frames: &[Frame]) -> Vec<String> {
        let text = |frame: &Frame| match frame {
            Frame::Event {
                event: Event::Warning { message },
                seq,
                ..
            } => format!("{seq} {message}"),
            Frame::Gap { lost_from, resume_at } => format!("{lost_from}..{resume_at}"),
            _ => "end".to_owned(),
        };
        frames.iter().map(text).collect()
    }

    #[test]
    fn a_reader_goes_on_where_it_was_and_learns_of_what_is_not_kept() {
        let log = Log::new(7, Keep::new().events(2));
        let mut early = 0;
        push(&log, "a");
        assert_eq!(texts(&read(&log, &mut early)), ["7-1 a"]);
        for text in ["b", "c", "d"] {
            push(&log, text);
        }
        log.end();
        assert_eq!(
            texts(&read(&log, &mut early)),
            ["7-2..7-3", "7-3 c", "7-4 d", "end"]
        );
        let mut known = log.position(Some(Seq { epoch: 7, n: 3 }));
        assert_eq!(texts(&read(&log, &mut known)), ["7-4 d", "end"]);
        // Of another log nothing is known, and what has not happened yet was not seen.
        assert_eq!(log.position(Some(Seq { epoch: 8, n: 3 })), 0);
        assert_eq!(log.position(Some(Seq { epoch: 7, n: 99 })), 4);
    }

    #[test]
    fn bytes_are_bounded_and_the_last_event_is_kept_whatever_its_size() {
        let log = Log::new(1, Keep::new().bytes(100));
        push(&log, &"x".repeat(1_000));
        assert_eq!(read(&log, &mut 0).len(), 1);
        push(&log, "small");
        assert_eq!(texts(&read(&log, &mut 0)), ["1-1..1-2", "1-2 small"]);
    }

    #[test]
    fn a_snapshot_is_of_the_current_turn_and_says_where_to_go_on() {
        let log = Log::new(1, Keep::new().events(1));
        for text in ["first turn", "second turn"] {
            let thread = Event::ThreadStarted(ThreadInfo::new("t"));
            log.push(&thread, SystemTime::UNIX_EPOCH);
            push(&log, text);
        }
        let (seq, transcript) = log.snapshot();
        assert_eq!(
            (seq.n, transcript.warnings()),
            (4, &["second turn".to_owned()][..])
        );
        assert!(read(&log, &mut log.position(Some(seq))).is_empty());
    }

    #[test]
    fn every_reader_that_waits_is_woken() {
        struct Flag(std::sync::atomic::AtomicBool);
        impl std::task::Wake for Flag {
            fn wake(self: Arc<Self>) {
                self.0.store(true, std::sync::atomic::Ordering::Relaxed);
            }
        }
        let log = Log::new(1, Keep::new());
        let flags = [(); 2].map(|()| Arc::new(Flag(false.into())));
        for flag in &flags {
            let waker = Waker::from(Arc::clone(flag));
            assert!(
                log.poll_after(&mut Context::from_waker(&waker), &mut 0)
                    .is_pending()
            );
        }
        push(&log, "a");
        assert!(
            flags
                .iter()
                .all(|flag| flag.0.load(std::sync::atomic::Ordering::Relaxed))
        );
    }

    proptest! {
        #[test]
        fn whenever_it_reads_a_reader_gets_every_number_or_a_gap_over_it(
            events in 1_usize..4,
            reads in proptest::collection::vec(any::<bool>(), 0..60),
        ) {
            let log = Log::new(1, Keep::new().events(events));
            let (mut position, mut expected) = (0, 1);
            for reads in reads.into_iter().chain([true]) {
                push(&log, "x");
                if !reads {
                    continue;
                }
                for frame in read(&log, &mut position) {
                    match frame {
                        Frame::Event { seq, .. } => {
                            prop_assert_eq!(seq.n, expected);
                            expected += 1;
                        }
                        Frame::Gap { lost_from, resume_at } => {
                            prop_assert_eq!(lost_from.n, expected);
                            prop_assert!(resume_at.n > expected);
                            expected = resume_at.n;
                        }
                        Frame::End => prop_assert!(false, "it has not ended"),
                    }
                }
                prop_assert_eq!(expected, log.snapshot().0.n + 1);
            }
        }
    }
}
