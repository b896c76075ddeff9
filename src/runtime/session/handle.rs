//! Reaching the turn of a session while somebody else consumes it: interrupt and steer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::json;

use crate::runtime::error::RuntimeError;
use crate::runtime::id::{ThreadId, TurnId};
use crate::runtime::retry::{Retry, retry_until};
use crate::runtime::rpc::connection::Shared;
use crate::runtime::session::events::Listeners;
use crate::runtime::session::interrupt::{has_no_turn, interrupt};
use crate::runtime::session::prompt::{MAX_PROMPT_CHARS, Prompt};

/// For about 0.2 s after its start a turn cannot be steered; then the server's "no" is meant.
const STEER_GRACE: Duration = Duration::from_secs(2);

/// How often it is tried until then.
const STEER_RETRY: Duration = Duration::from_millis(20);

/// A handle of a session's running turn, for tasks other than the one that consumes it. Cheap to clone.
#[derive(Clone)]
#[must_use = "a handle does nothing by itself"]
pub struct SessionHandle {
    pub(in crate::runtime) shared: Arc<Shared>,
    pub(in crate::runtime) thread_id: ThreadId,
    /// The turn that was started last.
    pub(in crate::runtime) active: Arc<Mutex<Option<TurnId>>>,
    pub(in crate::runtime) listeners: Arc<Listeners>,
}

impl std::fmt::Debug for SessionHandle {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SessionHandle")
            .field("thread_id", &self.thread_id)
            .finish_non_exhaustive()
    }
}

impl SessionHandle {
    /// The thread's id.
    pub fn id(&self) -> &ThreadId {
        &self.thread_id
    }

    /// Interrupts the running turn, if there is one (`turn/interrupt`). Its stream ends with
    /// [`TurnErrorKind::Interrupted`](crate::runtime::event::TurnErrorKind::Interrupted).
    pub async fn interrupt(&self) {
        let active = self.active().clone();
        if let Some(turn_id) = active {
            interrupt(&self.shared, &self.thread_id, &turn_id).await;
        }
    }

    /// Sends a message to the running turn (`turn/steer`). Codex discards a reply that it is writing meanwhile.
    ///
    /// # Errors
    /// [`RuntimeError::InvalidInput`] for a text that is empty or too long, [`RuntimeError::NoTurn`] when no turn is
    /// running, and the server's own.
    pub async fn steer(&self, text: &str) -> Result<(), RuntimeError> {
        let chars = text.chars().count();
        if text.trim().is_empty() || chars > MAX_PROMPT_CHARS {
            let what = format!("the message has {chars} characters; expected 1 to {MAX_PROMPT_CHARS}");
            return Err(RuntimeError::invalid(what));
        }
        let Some(turn_id) = self.active().clone() else {
            return Err(RuntimeError::NoTurn);
        };
        let params = json!({
            "threadId": self.thread_id,
            "expectedTurnId": turn_id,
            "input": Prompt::from(text).input(&[]),
        });
        let retry = Retry::every(STEER_RETRY, STEER_GRACE);
        let attempt = || self.shared.call_raw("turn/steer", &params);
        match retry_until(retry, |outcome| !has_no_turn(outcome), attempt).await {
            outcome if has_no_turn(&outcome) => Err(RuntimeError::NoTurn),
            outcome => outcome.map(drop),
        }
    }

    pub(in crate::runtime) fn active(&self) -> MutexGuard<'_, Option<TurnId>> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
