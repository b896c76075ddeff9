//! The one event type: what happened in a turn, as every renderer, recording and report sees it.
//!
//! An [`Event`] is owned and serialisable; its JSON is a line of `--format jsonl`. Names and fields follow
//! `codex exec --json` wherever that has the event. No wire type of the app-server and no terminal here.

mod approval;
mod item;
mod turn;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::protocol::brief::brief_debug;
pub use crate::protocol::wire::DeltaKind;
use crate::runtime::approval::ApprovalRequest;
pub use crate::runtime::file_change::FileChange;
use crate::runtime::id::{ThreadId, TurnId};
pub use approval::{ApprovalResolution, ApprovalWaiting};
pub use item::{CommandExecution, Item, ItemDelta, ItemDetails, ItemEvent, ItemStatus, TodoItem};
pub use turn::{ErrorEvent, TurnEnd, TurnError, TurnErrorKind, TurnStatus, Usage};

/// Something that happened, in the order in which the server said it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
#[non_exhaustive]
pub enum Event {
    /// A thread exists and is ready for turns (`thread/start`'s reply).
    #[serde(rename = "thread.started")]
    ThreadStarted(ThreadInfo),
    /// The server began a turn (`turn/started`).
    #[serde(rename = "turn.started")]
    TurnStarted {
        /// Id of the turn.
        #[serde(default, skip_serializing_if = "str::is_empty")]
        turn_id: TurnId,
        /// Set when the turn belongs to another thread than the session's own: a sub-agent's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        thread_id: Option<ThreadId>,
    },
    /// An item of the turn appeared (`item/started`). Not every started item is completed.
    #[serde(rename = "item.started")]
    ItemStarted(ItemEvent),
    /// An item changed as a whole, such as a plan whose steps moved on.
    #[serde(rename = "item.updated")]
    ItemUpdated(ItemEvent),
    /// An item reached its final form (`item/completed`), which is authoritative over its deltas.
    #[serde(rename = "item.completed")]
    ItemCompleted(ItemEvent),
    /// A piece of an item's text. Adjacent pieces may arrive joined; none is dropped.
    #[serde(rename = "item.delta")]
    ItemDelta(ItemDelta),
    /// The cumulative diff of the turn (`turn/diff/updated`), git style.
    #[serde(rename = "diff.updated")]
    DiffUpdated {
        /// The whole diff so far.
        diff: String,
    },
    /// Tokens used by this turn so far (`thread/tokenUsage/updated`).
    #[serde(rename = "usage.updated")]
    UsageUpdated {
        /// Sum over the turn's model responses so far.
        usage: Usage,
        /// The model's context window in tokens, where the server says it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        context_window: Option<u64>,
    },
    /// Something the user should know that does not stop the turn.
    #[serde(rename = "warning")]
    Warning {
        /// What the server, or turnwise, says.
        message: String,
    },
    /// Somebody sent the running turn a message from another process.
    #[serde(rename = "turn.steered")]
    TurnSteered {
        /// Who: a user's name.
        by: String,
        /// The message.
        message: String,
    },
    /// An error (`error`); with `will_retry` it is only news of a retry.
    #[serde(rename = "error")]
    Error(ErrorEvent),
    /// The server asked for a decision (a server request).
    #[serde(rename = "approval.requested")]
    ApprovalRequested {
        /// What is asked.
        approval: ApprovalRequest,
    },
    /// A request waits for somebody who answers it elsewhere (`turnwise approve`).
    #[serde(rename = "approval.waiting")]
    ApprovalWaiting(ApprovalWaiting),
    /// A request was answered, or closed by the server.
    #[serde(rename = "approval.resolved")]
    ApprovalResolved(ApprovalResolution),
    /// The turn ended well (`turn/completed` with status `completed`).
    #[serde(rename = "turn.completed")]
    TurnCompleted(TurnEnd),
    /// The turn ended otherwise: failed, interrupted, timed out. `error` says how.
    #[serde(rename = "turn.failed")]
    TurnFailed(TurnEnd),
    /// A turn of another thread on the same connection ended: a sub-agent's.
    #[serde(rename = "subagent.completed")]
    SubagentCompleted {
        /// The sub-agent's thread.
        thread_id: ThreadId,
        /// Its turn's status, as the server spells it.
        status: String,
    },
    /// A notification that this version of turnwise has no event for, unchanged.
    #[serde(rename = "unknown")]
    Unknown {
        /// The notification's method.
        method: String,
        /// Its params, unchanged.
        params: Value,
    },
}

/// What is known of a thread when it starts.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ThreadInfo {
    /// Id of the thread: what `resume` takes.
    pub thread_id: ThreadId,
    /// Model in use (`thread/start` → `model`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Provider of the model (`thread/start` → `modelProvider`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_provider: Option<String>,
    /// Working directory of the thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// Version of the Codex that runs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codex_version: Option<String>,
}

// What was said may be long: what is shown of it is capped.
brief_debug!(Event, ThreadInfo);

impl ThreadInfo {
    /// A thread of which no more is known.
    pub fn new(thread_id: impl Into<ThreadId>) -> Self {
        Self {
            thread_id: thread_id.into(),
            ..Self::default()
        }
    }
}

impl Event {
    /// Takes in the event that follows, if both are pieces of the same text. Whether it did.
    pub(crate) fn absorb(&mut self, next: &Self) -> bool {
        match (self, next) {
            (Self::ItemDelta(last), Self::ItemDelta(next))
                if last.item_id == next.item_id && last.kind == next.kind && last.index == next.index =>
            {
                last.delta.push_str(&next.delta);
                true
            }
            _ => false,
        }
    }
}
