//! A turn as a stream of events, with its limits: timeout, idle timeout, tokens. Ends for certain.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use futures_core::Stream;
use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::runtime::error::RuntimeError;
use crate::runtime::event::{Event, TurnError, TurnErrorKind, TurnStatus};
use crate::runtime::id::{ApprovalId, ItemId, ThreadId, TurnId};
use crate::runtime::outcome::{Answer, outcome};
use crate::runtime::output_schema::OutputSchema;
use crate::runtime::rpc::connection::Shared;
use crate::runtime::session::handle::SessionHandle;
use crate::runtime::session::interrupt::{INTERRUPT_GRACE, interrupt};
use crate::runtime::session::limits::Limits;
use crate::runtime::session::open_thread::{OpenThread, SessionState};
use crate::runtime::transcript::Transcript;

/// How many messages that are at hand are taken between two looks at the clock.
const EVENTS_A_LOOK: u32 = 64;

/// A turn that runs, or has ended.
///
/// Dropped before its end, it is interrupted in the background. Its session is free for the next turn as soon as
/// [`next`](Self::next) has given the end.
#[must_use = "dropped before its end, a turn is interrupted"]
pub struct Turn {
    pub(super) shared: Arc<Shared>,
    pub(super) thread: Arc<OpenThread>,
    pub(super) handle: SessionHandle,
    /// The session's, until the end was given.
    pub(super) state: Option<OwnedMutexGuard<SessionState>>,
    pub(super) thread_id: ThreadId,
    pub(super) turn_id: TurnId,
    pub(super) events: VecDeque<Event>,
    pub(super) transcript: Transcript,
    /// Whether it follows the events.
    pub(super) keeps_transcript: bool,
    pub(super) limits: Limits,
    /// What the answer has to match.
    pub(super) schema: Option<OutputSchema>,
    pub(super) last_heard: Instant,
    timer: Pin<Box<Sleep>>,
    /// Whom the timer wakes.
    timer_wakes: Option<Waker>,
    /// How many messages were taken since the last look at the clock.
    since_look: u32,
    /// Why the turn was interrupted from here.
    pub(super) cause: Option<(TurnStatus, TurnError)>,
    /// When an interrupted turn counts as ended without the server's word.
    pub(super) give_up: Option<Instant>,
    /// Requests of the server that somebody is thinking about, and what they ask. Their time does not count.
    pub(super) open_requests: BTreeMap<ApprovalId, String>,
    pub(super) waiting_since: Option<Instant>,
    /// How long they were waited for.
    pub(super) waited: Duration,
    /// Commands that began and did not end.
    pub(super) open_commands: HashSet<ItemId>,
    /// The end of the turn, while late ends of commands are waited for, and until when.
    pub(super) deferred_end: Option<(Event, Instant)>,
    pub(super) ended: bool,
    pub(super) given_up: bool,
    /// Whether it is another client's, who is the only one to end it.
    pub(super) observes_only: bool,
}

impl Turn {
    pub(in crate::runtime) fn new(
        thread: Arc<OpenThread>,
        mut state: OwnedMutexGuard<SessionState>,
        turn_id: TurnId,
        limits: Limits,
        schema: Option<OutputSchema>,
    ) -> Self {
        let now = Instant::now();
        let handle = thread.handle.clone();
        handle.listeners.turn_begins();
        let mut events = VecDeque::from([Event::ThreadStarted(thread.info.clone())]);
        events.append(&mut state.carried);
        Self {
            shared: Arc::clone(&handle.shared),
            handle,
            state: Some(state),
            thread_id: thread.info.thread_id.clone(),
            thread,
            turn_id,
            events,
            transcript: Transcript::default(),
            keeps_transcript: true,
            limits,
            schema,
            last_heard: now,
            timer: Box::pin(sleep_until(now)),
            timer_wakes: None,
            since_look: 0,
            cause: None,
            give_up: None,
            open_requests: BTreeMap::new(),
            waiting_since: None,
            waited: Duration::ZERO,
            open_commands: HashSet::new(),
            deferred_end: None,
            ended: false,
            given_up: false,
            observes_only: false,
        }
    }

    /// The turn's id.
    pub fn id(&self) -> &TurnId {
        &self.turn_id
    }

    /// The thread's id.
    pub fn thread_id(&self) -> &ThreadId {
        &self.thread_id
    }

    /// The next event; `None` after [`Event::TurnCompleted`] or [`Event::TurnFailed`], one of which always comes.
    ///
    /// Cancel-safe: an event that is not returned is returned by the next call.
    pub async fn next(&mut self) -> Option<Event> {
        poll_fn(|context| self.poll_event(context)).await
    }

    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Option<Event>> {
        loop {
            if let Some(event) = self.events.pop_front() {
                self.thread
                    .interceptors
                    .observe(&self.thread_id, &self.turn_id, &event);
                self.handle.listeners.publish(&event);
                if self.keeps_transcript {
                    self.transcript.observe(&event);
                }
                if self.ended && self.events.is_empty() {
                    self.leave_session();
                }
                return Poll::Ready(Some(event));
            }
            // None after the end, which was given before.
            let Some(state) = self.state.as_mut() else {
                return Poll::Ready(None);
            };
            // A look at the clock costs as much as a delta, so there is one for many of them.
            self.since_look += 1;
            let look = self.since_look >= EVENTS_A_LOOK || !state.notifications.has_taken();
            if look {
                self.since_look = 0;
                if self.alarm().is_some_and(|alarm| alarm <= Instant::now()) {
                    self.on_alarm();
                    continue;
                }
            }
            let Some(state) = self.state.as_mut() else {
                return Poll::Ready(None);
            };
            if let Poll::Ready(heard) = state.notifications.poll_inbound(context) {
                match heard {
                    Ok(inbound) => self.absorb(inbound),
                    Err(closed) => self.server_gone(&closed),
                }
                continue;
            }
            let Some(alarm) = self.alarm() else {
                return Poll::Pending;
            };
            ready!(self.poll_timer(alarm, context));
        }
    }

    /// Has the task woken at a time. It may be woken before, and then asks again: while messages come, the time moves on with
    /// each, and the timer is left alone.
    fn poll_timer(&mut self, alarm: Instant, context: &mut Context<'_>) -> Poll<()> {
        let waker = context.waker();
        // Whoever only looks whether something is at hand is not woken.
        if waker.will_wake(Waker::noop()) {
            return Poll::Pending;
        }
        let is_set = !self.timer.is_elapsed() && self.timer.deadline() <= alarm;
        if is_set
            && self
                .timer_wakes
                .as_ref()
                .is_some_and(|known| known.will_wake(waker))
        {
            return Poll::Pending;
        }
        if !is_set {
            self.timer.as_mut().reset(alarm);
        }
        self.timer_wakes = Some(waker.clone());
        self.timer.as_mut().poll(context)
    }

    /// What the events that were taken so far came to.
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// For consumers with a transcript of their own, so that nothing is kept twice.
    pub(crate) fn keep_no_transcript(&mut self) {
        self.keeps_transcript = false;
    }

    /// A handle for tasks other than the one that consumes the turn.
    pub fn handle(&self) -> SessionHandle {
        self.handle.clone()
    }

    /// Sends a message to the turn: see [`SessionHandle::steer`].
    ///
    /// # Errors
    /// [`RuntimeError::NoTurn`] when it has ended.
    pub async fn steer(&self, text: &str) -> Result<(), RuntimeError> {
        if self.ended {
            return Err(RuntimeError::NoTurn);
        }
        self.handle.steer(text).await
    }

    /// Runs the turn to its end.
    ///
    /// # Errors
    /// [`RuntimeError::Turn`] when it does not complete, or when the answer does not match the profile's output schema; with
    /// the text and the tokens until then.
    pub async fn finish(mut self) -> Result<Answer, RuntimeError> {
        while self.next().await.is_some() {}
        let transcript = std::mem::take(&mut self.transcript);
        self.outcome(transcript)
    }

    /// What its events came to.
    pub(crate) fn outcome(&self, transcript: Transcript) -> Result<Answer, RuntimeError> {
        outcome(transcript, self.schema.as_ref(), &self.thread_id, &self.turn_id)
    }

    /// Interrupts the turn (`turn/interrupt`); continue with [`next`](Self::next) until its end. A running command continues in
    /// the background until the client is closed: Codex does not end it.
    pub fn interrupt(&mut self, reason: &str) {
        self.interrupt_because(
            TurnStatus::Interrupted,
            TurnError::new(TurnErrorKind::Interrupted, reason),
        );
    }

    /// How long the turn waited for answers to the server's requests. The timeout does not count that time.
    pub fn waited_for_answers(&self) -> Duration {
        self.waited
    }

    /// Whether it ended here without a word of the server, which did not react to an interrupt in time.
    pub fn was_given_up(&self) -> bool {
        self.given_up
    }

    pub(super) fn interrupt_because(&mut self, status: TurnStatus, error: TurnError) {
        if self.observes_only || self.ended || self.deferred_end.is_some() || self.cause.is_some() {
            return;
        }
        self.cause = Some((status, error));
        self.give_up = Some(Instant::now() + INTERRUPT_GRACE);
        let (shared, thread_id, turn_id) = (
            Arc::clone(&self.shared),
            self.thread_id.clone(),
            self.turn_id.clone(),
        );
        self.shared
            .spawn(async move { interrupt(&shared, &thread_id, &turn_id).await });
    }

    /// The session is free for its next turn.
    pub(super) fn leave_session(&mut self) {
        if let Some(mut state) = self.state.take() {
            if self.thread.is_closed() {
                state.notifications.release();
            }
            self.handle.listeners.turn_is_over();
        }
    }

    /// From now on nothing that happens here ends the turn: it is another client's.
    pub(in crate::runtime) fn observe_only(&mut self) {
        self.observes_only = true;
    }
}

/// The turn's events; ends as [`next`](Turn::next) does.
impl Stream for Turn {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event>> {
        self.poll_event(context)
    }
}

impl std::fmt::Debug for Turn {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Turn")
            .field("thread_id", &self.thread_id)
            .field("turn_id", &self.turn_id)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if !(self.observes_only || self.ended || self.deferred_end.is_some()) {
            if let Some(state) = self.state.as_deref_mut() {
                state.unfinished = Some(self.turn_id.clone());
            }
            self.shared.leaves_running(&self.thread_id);
            // The thread stays open until then: whoever resumes it meanwhile gets the session that knows of this turn.
            let (thread, turn_id) = (Arc::clone(&self.thread), self.turn_id.clone());
            self.shared.spawn(async move {
                interrupt(&thread.shared, thread.id(), &turn_id).await;
                let mut state = thread.state.lock().await;
                // Of one that does not end the next turn tells.
                let _ = state.await_unfinished().await;
            });
        }
        self.leave_session();
    }
}
