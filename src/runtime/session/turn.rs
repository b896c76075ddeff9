//! A turn as a stream of events, with its caps: timeout, idle timeout, tokens. Ends for certain.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::runtime::approval::DecidedBy;
use crate::runtime::error::RuntimeError;
use crate::runtime::event::{
    ApprovalResolution, Event, ItemDetails, TurnEnd, TurnError, TurnErrorKind, TurnStatus,
};
use crate::runtime::outcome::{Answer, outcome};
use crate::runtime::output_schema::OutputSchema;
use crate::runtime::provider_error::readable;
use crate::runtime::remedy::Remedy;
use crate::runtime::rpc::connection::Shared;
use crate::runtime::rpc::queue::{Closed, Inbound};
use crate::runtime::session::handle::SessionHandle;
use crate::runtime::session::interrupt::{INTERRUPT_GRACE, interrupt};
use crate::runtime::session::open_thread::{OpenThread, SessionState};
use crate::runtime::session::profile::RunProfile;
use crate::runtime::session::reducer::{FRAME_TOO_LONG, Reducer};
use crate::runtime::transcript::Transcript;

/// How long the end of a turn is held back for commands that have not said theirs. Some servers send it just after.
const LATE_ITEMS: Duration = Duration::from_millis(300);

/// A turn that runs, or has ended.
///
/// Dropped before its end, it is interrupted in the background. Its session is free for the next turn as soon as
/// [`next`](Self::next) has given the end.
#[must_use = "dropped before its end, a turn is interrupted"]
pub struct Turn {
    shared: Arc<Shared>,
    thread: Arc<OpenThread>,
    handle: SessionHandle,
    /// The session's, until the end was given.
    state: Option<OwnedMutexGuard<SessionState>>,
    thread_id: String,
    turn_id: String,
    events: VecDeque<Event>,
    caps: Caps,
    /// What the answer has to match.
    schema: Option<OutputSchema>,
    last_heard: Instant,
    timer: Pin<Box<Sleep>>,
    /// Why the turn was interrupted from here.
    cause: Option<(TurnStatus, TurnError)>,
    /// When an interrupted turn counts as ended whatever the server says.
    give_up: Option<Instant>,
    /// Requests of the server that somebody is thinking about, and what they ask. Their time does not count.
    open_requests: BTreeMap<String, String>,
    waiting_since: Option<Instant>,
    /// How long they were waited for.
    waited: Duration,
    /// Commands that began and did not end.
    open_commands: HashSet<String>,
    /// The end of the turn, while late ends of commands are waited for, and until when.
    deferred_end: Option<(Event, Instant)>,
    ended: bool,
    given_up: bool,
    /// Whether it is another client's, who is the only one to end it.
    observes_only: bool,
}

#[derive(Debug)]
pub(in crate::runtime) struct Caps {
    /// When the turn was asked for.
    started: Instant,
    timeout: Option<Duration>,
    deadline: Option<Instant>,
    idle: Option<Duration>,
    max_tokens: Option<u64>,
}

impl Caps {
    /// Those of a profile, for a turn that was asked for at this time.
    pub(in crate::runtime) fn of(profile: &RunProfile, started: Instant) -> Self {
        Self {
            started,
            timeout: profile.timeout,
            deadline: profile.timeout_at(started),
            idle: profile.idle_timeout,
            max_tokens: profile.max_tokens,
        }
    }
}

impl Turn {
    pub(in crate::runtime) fn new(
        thread: Arc<OpenThread>,
        mut state: OwnedMutexGuard<SessionState>,
        turn_id: String,
        caps: Caps,
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
            caps,
            schema,
            last_heard: now,
            timer: Box::pin(sleep_until(now)),
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
    pub fn id(&self) -> &str {
        &self.turn_id
    }

    /// The thread's id.
    pub fn thread_id(&self) -> &str {
        &self.thread_id
    }

    /// The next event; `None` after [`Event::TurnCompleted`] or [`Event::TurnFailed`], one of which always comes.
    ///
    /// Cancel-safe: an event that is not returned is returned by the next call.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.events.pop_front() {
                self.handle.listeners.publish(&event);
                if self.ended && self.events.is_empty() {
                    self.leave_session();
                }
                return Some(event);
            }
            // None after the end, which was given before.
            self.state.as_ref()?;
            let alarm = self.alarm();
            if alarm.is_some_and(|alarm| alarm <= Instant::now()) {
                self.ring();
                continue;
            }
            if let Some(alarm) = alarm
                && self.timer.deadline() != alarm
            {
                self.timer.as_mut().reset(alarm);
            }
            let state = self.state.as_mut()?;
            let heard = tokio::select! {
                heard = state.notifications.next_inbound() => heard,
                () = &mut self.timer, if alarm.is_some() => continue,
            };
            match heard {
                Ok(inbound) => self.absorb(inbound),
                Err(closed) => self.server_gone(&closed),
            }
        }
    }

    /// Whether [`next`](Self::next) has an event at hand without waiting. When not, it is time to flush a display.
    pub fn has_more(&mut self) -> bool {
        while self.events.is_empty() && !self.ended {
            let Some(inbound) = self.state.as_mut().and_then(|state| state.notifications.taken()) else {
                return false;
            };
            self.absorb(inbound);
        }
        !self.events.is_empty()
    }

    /// Runs the turn to its end.
    ///
    /// # Errors
    /// [`RuntimeError::Turn`] when it does not complete, or when the answer does not match the profile's output schema; with
    /// the text and the tokens until then.
    pub async fn finish(mut self) -> Result<Answer, RuntimeError> {
        let mut transcript = Transcript::default();
        while let Some(event) = self.next().await {
            transcript.observe(&event);
        }
        self.outcome(transcript)
    }

    /// What its events came to.
    pub(crate) fn outcome(&self, transcript: Transcript) -> Result<Answer, RuntimeError> {
        outcome(transcript, self.schema.as_ref(), &self.thread_id, &self.turn_id)
    }

    /// Interrupts the turn; go on with [`next`](Self::next) until its end. A command that runs goes on in the background
    /// until the client is closed: Codex does not end it.
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

    fn interrupt_because(&mut self, status: TurnStatus, error: TurnError) {
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
    fn leave_session(&mut self) {
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

    /// Takes a message in, and looks at what it means for the caps.
    pub(in crate::runtime) fn absorb(&mut self, inbound: Inbound) {
        self.last_heard = Instant::now();
        let before = self.events.len();
        let Some(state) = self.state.as_deref_mut() else {
            return;
        };
        state
            .reducer
            .inbound(inbound, &mut |event| self.events.push_back(event));
        for index in before..self.events.len() {
            self.consider(index);
            if self.ended {
                self.events.truncate(index + 1);
                return self.defer_end();
            }
        }
        if self.open_commands.is_empty() {
            self.release_end();
        }
    }

    /// Holds the end back while a command has not said its own. An interrupted turn leaves its commands behind.
    fn defer_end(&mut self) {
        if let Some(Event::TurnCompleted(_)) = self.events.back()
            && !self.open_commands.is_empty()
            && let Some(end) = self.events.pop_back()
        {
            self.ended = false;
            self.deferred_end = Some((end, Instant::now() + LATE_ITEMS));
        }
    }

    fn release_end(&mut self) {
        if let Some((end, _)) = self.deferred_end.take() {
            self.events.push_back(end);
            self.ended = true;
        }
    }

    fn consider(&mut self, index: usize) {
        match &self.events[index] {
            Event::UsageUpdated { usage, .. } => {
                let used = usage.total();
                if let Some(max) = self.caps.max_tokens
                    && used > max
                {
                    let message = format!("token limit of {max} exceeded: {used} used");
                    let error = TurnError::new(TurnErrorKind::MaxTokens, message);
                    let error = error.with_remedy(Remedy::RaiseMaxTokens);
                    self.interrupt_because(TurnStatus::Interrupted, error);
                }
            }
            Event::ApprovalRequested { approval } => {
                let what = approval.command.as_ref().unwrap_or(&approval.method).clone();
                self.open_requests.insert(approval.id.clone(), what);
                self.waiting_since.get_or_insert_with(Instant::now);
            }
            Event::ApprovalResolved(resolution) => {
                let resolution = resolution.clone();
                self.request_resolved(&resolution);
            }
            Event::Error(error) if error.code.as_deref() == Some(FRAME_TOO_LONG) => {
                let error = TurnError::new(TurnErrorKind::FrameTooLong, error.message.clone());
                self.interrupt_because(TurnStatus::Failed, error);
            }
            Event::TurnCompleted(end) | Event::TurnFailed(end) => {
                let end = end.clone();
                self.events[index] = self.ended_with(end);
            }
            Event::ItemStarted(event) => {
                if event.thread_id.is_none() && matches!(event.item.details, ItemDetails::CommandExecution(_))
                {
                    let id = event.item.id.clone();
                    self.open_commands.insert(id);
                }
            }
            Event::ItemCompleted(event) => {
                let id = event.item.id.clone();
                self.open_commands.remove(&id);
            }
            Event::ThreadStarted(_)
            | Event::TurnStarted { .. }
            | Event::ItemUpdated(_)
            | Event::ItemDelta(_)
            | Event::DiffUpdated { .. }
            | Event::Warning { .. }
            | Event::Error(_)
            | Event::ApprovalWaiting(_)
            | Event::SubagentCompleted { .. }
            | Event::Unknown { .. } => {}
        }
    }

    fn request_resolved(&mut self, resolution: &ApprovalResolution) {
        self.open_requests.remove(&resolution.id);
        if self.open_requests.is_empty()
            && let Some(since) = self.waiting_since.take()
        {
            let waited = since.elapsed();
            self.waited += waited;
            if let Some(deadline) = &mut self.caps.deadline {
                *deadline += waited;
            }
        }
        if resolution.decision == "cancel" {
            let message = match &resolution.by {
                DecidedBy::Flag => {
                    "the agent asked for an approval and nobody was available to answer".to_owned()
                }
                DecidedBy::Deadline => {
                    "the agent asked for an approval and nobody answered in time".to_owned()
                }
                DecidedBy::InvalidAnswer => "the answer to an approval request did not fit it".to_owned(),
                by => format!("approval request cancelled by {by}"),
            };
            let remedy = match &resolution.by {
                DecidedBy::InvalidAnswer => Remedy::CorrectDecision,
                _ => Remedy::DeclineApprovals,
            };
            let error = TurnError::new(TurnErrorKind::ApprovalRefused, message).with_remedy(remedy);
            self.interrupt_because(TurnStatus::Interrupted, error);
        }
    }

    /// The end, with the reason that is known here.
    fn ended_with(&mut self, mut end: TurnEnd) -> Event {
        self.ended = true;
        if !self.open_commands.is_empty() && !self.observes_only {
            self.shared.leaves_running(&self.thread_id);
        }
        if let Some(state) = self.state.as_deref_mut() {
            state.unfinished = None;
        }
        // Some servers never answer who interrupts a turn that is over.
        *self.handle.active() = None;
        end.duration_ms = Some(u64::try_from(self.caps.started.elapsed().as_millis()).unwrap_or(u64::MAX));
        let completed = end.error.is_none();
        match self.cause.take() {
            // It was done before the interrupt arrived.
            Some((_, error)) if completed && !fails_for_certain(error.kind) => {}
            Some((status, error)) => {
                end.status = status;
                end.error = Some(error);
            }
            None => {}
        }
        if let Some(error) = &mut end.error {
            error.word(self.shared.wording);
        }
        if end.error.is_none() {
            Event::TurnCompleted(end)
        } else {
            Event::TurnFailed(end)
        }
    }

    fn server_gone(&mut self, closed: &Closed) {
        if self.deferred_end.is_some() {
            return self.release_end();
        }
        if closed.by_us {
            let message = "the client was closed during the turn";
            let error = TurnError::new(TurnErrorKind::Interrupted, message);
            return self.end_here(TurnStatus::Interrupted, error);
        }
        let error = crate::runtime::rpc::connection::gone(closed);
        let remedy = error.remedy();
        let mut error = TurnError::new(TurnErrorKind::ServerGone, error.to_string());
        if let Some(remedy) = remedy {
            error = error.with_remedy(remedy);
        }
        if let Some(endpoint) = self.shared.peer.endpoint() {
            let (turn_id, thread_id) = (&self.turn_id, &self.thread_id);
            error
                .message
                .push_str(&format!(" (turn {turn_id} of session {thread_id})"));
            let waiting = self
                .open_requests
                .values()
                .map(String::as_str)
                .collect::<Vec<_>>();
            if !waiting.is_empty() {
                let waiting = waiting.join(", ");
                error
                    .message
                    .push_str(&format!(" and is waiting for approval: {waiting}"));
            }
            let (thread_id, endpoint) = (thread_id.clone(), endpoint.to_owned());
            error = error.with_remedy(if self.observes_only {
                Remedy::WatchAgain { thread_id, endpoint }
            } else {
                Remedy::AttachAgain { thread_id, endpoint }
            });
        }
        // What the server died of matters more than what was being done to it.
        self.cause = None;
        self.end_here(TurnStatus::Failed, error);
    }

    fn end_here(&mut self, status: TurnStatus, error: TurnError) {
        let end = TurnEnd {
            turn_id: self.turn_id.clone(),
            status,
            usage: self.reducer().map(Reducer::usage).unwrap_or_default(),
            error: Some(error),
            duration_ms: None,
        };
        let event = self.ended_with(end);
        self.events.push_back(event);
    }

    /// When something has to be done without hearing from the server.
    fn alarm(&self) -> Option<Instant> {
        if let Some((_, until)) = &self.deferred_end {
            return Some(*until);
        }
        if self.give_up.is_some() {
            return self.give_up;
        }
        if !self.open_requests.is_empty() {
            return None;
        }
        let idle = self.caps.idle.and_then(|idle| self.last_heard.checked_add(idle));
        self.caps.deadline.into_iter().chain(idle).min()
    }

    fn ring(&mut self) {
        if self.deferred_end.is_some() {
            return self.release_end();
        }
        if self.give_up.is_some() {
            let (status, mut error) = self.cause.take().unwrap_or_else(|| {
                (
                    TurnStatus::Interrupted,
                    TurnError::new(TurnErrorKind::Interrupted, "the turn was interrupted"),
                )
            });
            error
                .message
                .push_str("; Codex did not confirm the end of the turn");
            let unfinished = self.turn_id.clone();
            self.end_here(status, error);
            self.given_up = true;
            if let Some(state) = self.state.as_deref_mut() {
                state.unfinished = Some(unfinished);
            }
            return;
        }
        let (timeout, idle) = (
            self.caps.timeout.unwrap_or_default(),
            self.caps.idle.unwrap_or_default(),
        );
        let error = if self
            .caps
            .deadline
            .is_some_and(|deadline| deadline <= Instant::now())
        {
            let awaited = self.reducer().and_then(Reducer::awaited_mcp_servers);
            let awaited = awaited.map(|servers| format!(" while waiting for {servers}"));
            let message = format!("timeout of {timeout:?} reached{}", awaited.unwrap_or_default());
            timeout_error(TurnErrorKind::Timeout, &message)
        } else {
            let message = format!("idle timeout of {idle:?} reached: no output from Codex");
            timeout_error(TurnErrorKind::IdleTimeout, &message)
        };
        let error = self.with_pending_retry(error);
        self.interrupt_because(TurnStatus::TimedOut, error);
    }

    fn reducer(&self) -> Option<&Reducer> {
        self.state.as_deref().map(|state| &state.reducer)
    }

    /// A deadline often ends what is really a network that cannot be reached, which Codex retries for ever.
    fn with_pending_retry(&self, mut error: TurnError) -> TurnError {
        let last = self.reducer().and_then(Reducer::last_error);
        if let Some(last) = last.filter(|last| last.will_retry) {
            let details = last
                .details
                .as_deref()
                .map(|details| format!(" ({})", readable(details)))
                .unwrap_or_default();
            error.message = format!(
                "{} while Codex was trying to reach the model: {}{details}",
                error.message, last.message
            );
            error.code.clone_from(&last.code);
            error = error.with_remedy(Remedy::CheckNetwork);
        }
        error
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

/// What was refused must not look green, and what is not whole must not look whole, even if the turn completed.
fn fails_for_certain(kind: TurnErrorKind) -> bool {
    matches!(kind, TurnErrorKind::ApprovalRefused | TurnErrorKind::FrameTooLong)
}

pub(in crate::runtime) fn timeout_error(kind: TurnErrorKind, message: &str) -> TurnError {
    TurnError::new(kind, message).with_remedy(if kind == TurnErrorKind::IdleTimeout {
        Remedy::RaiseIdleTimeout
    } else {
        Remedy::RaiseTimeout
    })
}
