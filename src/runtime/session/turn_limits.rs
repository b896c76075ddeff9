//! What a turn does when it reaches one of its limits: its timeout, its idle timeout.

use tokio::time::Instant;

use crate::runtime::event::{TurnError, TurnErrorKind, TurnStatus};
use crate::runtime::provider_error::readable;
use crate::runtime::remedy::Remedy;
use crate::runtime::session::limits::timeout_error;
use crate::runtime::session::reducer::Reducer;
use crate::runtime::session::turn::Turn;

impl Turn {
    /// When something has to be done without hearing from the server.
    pub(super) fn alarm(&self) -> Option<Instant> {
        if let Some((_, until)) = &self.deferred_end {
            return Some(*until);
        }
        if self.give_up.is_some() {
            return self.give_up;
        }
        if !self.open_requests.is_empty() {
            return None;
        }
        let idle = self
            .limits
            .idle
            .and_then(|idle| self.last_heard.checked_add(idle));
        self.limits.deadline.into_iter().chain(idle).min()
    }

    /// Something was heard of the server. Without an idle timeout nobody wants to know when.
    pub(super) fn heard(&mut self) {
        if self.limits.idle.is_some() {
            self.last_heard = Instant::now();
        }
    }

    pub(super) fn on_alarm(&mut self) {
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
            self.limits.timeout.unwrap_or_default(),
            self.limits.idle.unwrap_or_default(),
        );
        let error = if self
            .limits
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

    pub(super) fn reducer(&self) -> Option<&Reducer> {
        self.state.as_deref().map(|state| &state.reducer)
    }

    /// A deadline often ends what is really a network that cannot be reached, which Codex retries for ever.
    pub(super) fn with_pending_retry(&self, mut error: TurnError) -> TurnError {
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
