//! What a turn makes of the messages about it: what concerns its limits, and how it ends.

use std::time::Duration;

use tokio::time::Instant;

use crate::runtime::approval::DecidedBy;
use crate::runtime::event::{
    ApprovalResolution, Event, ItemDetails, TurnEnd, TurnError, TurnErrorKind, TurnStatus,
};
use crate::runtime::remedy::Remedy;
use crate::runtime::rpc::queue::{Closed, Inbound};
use crate::runtime::session::failure::FRAME_TOO_LONG;
use crate::runtime::session::reducer::Reducer;
use crate::runtime::session::turn::Turn;

/// How long the end of a turn is held back for commands that have not said theirs. Some servers send it just after.
const LATE_ITEMS: Duration = Duration::from_millis(300);

impl Turn {
    /// Takes a message in, and looks at what it means for the caps.
    pub(super) fn absorb(&mut self, inbound: Inbound) {
        self.heard();
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
    pub(super) fn defer_end(&mut self) {
        if let Some(Event::TurnCompleted(_)) = self.events.back()
            && !self.open_commands.is_empty()
            && let Some(end) = self.events.pop_back()
        {
            self.ended = false;
            self.deferred_end = Some((end, Instant::now() + LATE_ITEMS));
        }
    }

    pub(super) fn release_end(&mut self) {
        if let Some((end, _)) = self.deferred_end.take() {
            self.events.push_back(end);
            self.ended = true;
        }
    }

    pub(super) fn consider(&mut self, index: usize) {
        match &self.events[index] {
            Event::UsageUpdated { usage, .. } => {
                let used = usage.total();
                if let Some(max) = self.limits.max_tokens
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
            | Event::TurnSteered { .. }
            | Event::Error(_)
            | Event::ApprovalWaiting(_)
            | Event::SubagentCompleted { .. }
            | Event::Unknown { .. } => {}
        }
    }

    pub(super) fn request_resolved(&mut self, resolution: &ApprovalResolution) {
        self.open_requests.remove(&resolution.id);
        if self.open_requests.is_empty()
            && let Some(since) = self.waiting_since.take()
        {
            let waited = since.elapsed();
            self.waited += waited;
            if let Some(deadline) = &mut self.limits.deadline {
                *deadline += waited;
            }
        }
        if resolution.decision == "cancel" {
            let message = match &resolution.by {
                DecidedBy::Flag | DecidedBy::Nobody => {
                    "the agent asked for an approval and nobody was available to answer".to_owned()
                }
                DecidedBy::Deadline => {
                    "the agent asked for an approval and nobody answered in time".to_owned()
                }
                DecidedBy::Interrupt => "interrupted at an approval request".to_owned(),
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
    pub(super) fn ended_with(&mut self, mut end: TurnEnd) -> Event {
        self.ended = true;
        if !self.open_commands.is_empty() && !self.observes_only {
            self.shared.leaves_running(&self.thread_id);
        }
        if let Some(state) = self.state.as_deref_mut() {
            state.unfinished = None;
        }
        // Some servers never answer who interrupts a turn that is over.
        *self.handle.active() = None;
        end.duration_ms = Some(u64::try_from(self.limits.started.elapsed().as_millis()).unwrap_or(u64::MAX));
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

    pub(super) fn server_gone(&mut self, closed: &Closed) {
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

    pub(super) fn end_here(&mut self, status: TurnStatus, error: TurnError) {
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
}

/// What was refused must not look green, and what is not whole must not look whole, even if the turn completed.
fn fails_for_certain(kind: TurnErrorKind) -> bool {
    matches!(kind, TurnErrorKind::ApprovalRefused | TurnErrorKind::FrameTooLong)
}
