//! The one event type: what happened in a turn, as every renderer, recording and report sees it.
//!
//! An [`Event`] is owned and serialisable; its JSON is a line of `--format jsonl`. Names and fields follow
//! `codex exec --json` wherever that has the event. No wire type of the app-server and no terminal here.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::protocol::brief::brief_debug;
pub use crate::protocol::wire::DeltaKind;
use crate::runtime::approval::{ApprovalRequest, DecidedBy};
use crate::runtime::remedy::{Remedy, Wording};

/// Something that happened, in the order in which the server said it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum Event {
    /// A thread exists and is ready for turns (`thread/start`'s reply).
    #[serde(rename = "thread.started")]
    ThreadStarted(ThreadInfo),
    /// The server began a turn (`turn/started`).
    #[serde(rename = "turn.started")]
    TurnStarted {
        /// Id of the turn.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        turn_id: String,
        /// Set when the turn belongs to another thread than the session's own: a sub-agent's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        thread_id: Option<String>,
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
        thread_id: String,
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

/// Where a request waits.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalWaiting {
    /// The id of `approval.requested`.
    pub id: String,
    /// What `turnwise approve` calls it.
    pub approval_id: String,
    /// How long it waits, in milliseconds; without a limit if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
}

/// What is known of a thread when it starts.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ThreadInfo {
    /// Id of the thread: what `resume` takes.
    pub thread_id: String,
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

/// An item, and which turn (and which thread, if not the session's own) it belongs to.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ItemEvent {
    /// The item as it is now.
    pub item: Item,
    /// Turn it belongs to; an item may end after its turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<String>,
    /// Set when the item belongs to a sub-agent's thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
}

/// A piece of an item's text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemDelta {
    /// Item the text belongs to.
    pub item_id: String,
    /// Which text of the item.
    pub kind: DeltaKind,
    /// The text, to be appended.
    pub delta: String,
    /// Part of the item, for reasoning summaries (`summaryIndex`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u32>,
    /// Set when the item belongs to a sub-agent's thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
}

// What was said may be long: what is shown of it is capped.
brief_debug!(
    Event,
    ApprovalWaiting,
    ThreadInfo,
    ItemEvent,
    ItemDelta,
    Item,
    ItemDetails,
    CommandExecution,
    FileChange,
    TodoItem,
    ErrorEvent,
    TurnEnd,
    TurnError,
);

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

impl ItemDelta {
    /// The same with another text.
    #[cfg(feature = "cli")]
    pub(crate) fn with_text(&self, delta: String) -> Self {
        Self {
            item_id: self.item_id.clone(),
            kind: self.kind,
            delta,
            index: self.index,
            thread_id: self.thread_id.clone(),
        }
    }
}

/// A unit of a turn: a message, a command, a change.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The server's id of the item.
    pub id: String,
    /// What it is.
    #[serde(flatten)]
    pub details: ItemDetails,
}

/// What an item is. `type` in JSON.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ItemDetails {
    /// What the user said.
    UserMessage {
        /// The text inputs, joined by newlines.
        text: String,
    },
    /// What the agent said.
    AgentMessage {
        /// The text so far; whole when the item is completed.
        text: String,
        /// `commentary` or `final_answer`, where the model says it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phase: Option<String>,
    },
    /// A summary of the model's reasoning.
    Reasoning {
        /// The summary's parts, joined by blank lines.
        text: String,
    },
    /// A command.
    CommandExecution(CommandExecution),
    /// A change of files.
    FileChange {
        /// The files.
        changes: Vec<FileChange>,
        /// How far it is.
        status: ItemStatus,
    },
    /// A call of an MCP server's tool.
    McpToolCall {
        /// The MCP server's name.
        server: String,
        /// The tool's name.
        tool: String,
        /// Its arguments.
        #[serde(default)]
        arguments: Value,
        /// Its result: `content`, `structured_content`.
        #[serde(default)]
        result: Value,
        /// Its error: `message`.
        #[serde(default)]
        error: Value,
        /// How far it is.
        status: ItemStatus,
    },
    /// A call of a tool that the client offered.
    DynamicToolCall {
        /// The tool's name.
        tool: String,
        /// Its arguments.
        #[serde(default)]
        arguments: Value,
        /// How far it is.
        status: ItemStatus,
        /// Whether the tool succeeded, once it ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        success: Option<bool>,
    },
    /// The agent's plan as a list of steps (`turn/plan/updated`).
    TodoList {
        /// The steps.
        items: Vec<TodoItem>,
        /// Why the plan changed, if the agent said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        explanation: Option<String>,
    },
    /// A proposed plan in prose (Plan mode).
    Plan {
        /// The plan.
        text: String,
    },
    /// A web search.
    WebSearch {
        /// What was searched.
        query: String,
        /// What was done, as the server says it.
        #[serde(default)]
        action: Value,
    },
    /// The agent started, messaged or closed sub-agents.
    CollabToolCall {
        /// `spawnAgent` and the like.
        tool: String,
        /// The sub-agents' threads.
        #[serde(default)]
        receiver_thread_ids: Vec<String>,
        /// How far it is.
        status: ItemStatus,
    },
    /// The context was compacted.
    ContextCompaction {},
    /// A review began or ended.
    Review {
        /// The review's text, or what is reviewed.
        text: String,
    },
    /// Any other item, unchanged.
    Other {
        /// The server's `type`.
        kind: String,
        /// The whole item.
        data: Value,
    },
}

/// A command that the agent ran.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CommandExecution {
    /// The command line as the server shows it, such as `/bin/bash -lc 'ls'`.
    pub command: String,
    /// Where it ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// Its output, capped by the server; whole only when the item is completed.
    #[serde(default)]
    pub aggregated_output: String,
    /// Its exit code, once it ended.
    #[serde(default)]
    pub exit_code: Option<i32>,
    /// How far it is. `failed` means a non-zero exit.
    #[serde(default)]
    pub status: ItemStatus,
    /// Run time in milliseconds, once it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
}

/// A change of one file.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    /// Absolute path.
    pub path: String,
    /// `add`, `delete` or `update`.
    pub kind: String,
    /// Where an updated file moves to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub move_path: Option<String>,
    /// The whole content for `add` and `delete`, unified hunks for `update`.
    #[serde(default)]
    pub diff: String,
}

/// A step of a plan.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TodoItem {
    /// What is to be done.
    pub text: String,
    /// Whether it is done.
    pub completed: bool,
    /// Whether it is being done.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_progress: bool,
}

/// How far an item is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    /// Not ended.
    #[default]
    InProgress,
    /// Ended well.
    Completed,
    /// Ended badly: for a command, a non-zero exit.
    Failed,
    /// Refused by a person or a policy.
    Declined,
    /// A status that this version does not know.
    #[serde(other)]
    Unknown,
}

/// Token counts of a turn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens sent to the model, cached ones included.
    #[serde(default)]
    pub input_tokens: u64,
    /// Part of `input_tokens` that came from the provider's cache.
    #[serde(default)]
    pub cached_input_tokens: u64,
    /// Part of `input_tokens` that was written to the provider's cache.
    #[serde(default)]
    pub cache_write_input_tokens: u64,
    /// Tokens the model wrote, reasoning included.
    #[serde(default)]
    pub output_tokens: u64,
    /// Part of `output_tokens` spent on reasoning.
    #[serde(default)]
    pub reasoning_output_tokens: u64,
}

impl Usage {
    /// Input and output together: what `--max-tokens` counts.
    pub fn total(&self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }
}

/// An error on the way of a turn.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorEvent {
    /// What happened.
    pub message: String,
    /// The server's own word for it (`codexErrorInfo`), such as `usageLimitExceeded`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// HTTP status of the provider's answer, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// What the server adds (`additionalDetails`), or what the model's API answered, as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
    /// Whether the server goes on by itself.
    #[serde(default)]
    pub will_retry: bool,
}

/// How a request of the server was settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalResolution {
    /// Id of the request, as in `approval.requested`.
    pub id: String,
    /// `accept`, `decline`, `cancel`, `answer`, or `closed` when nobody answered before the server moved on.
    pub decision: String,
    /// Who decided.
    pub by: DecidedBy,
}

/// The end of a turn.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TurnEnd {
    /// Id of the turn; empty if it never began.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub turn_id: String,
    /// How it ended.
    #[serde(default)]
    pub status: TurnStatus,
    /// Tokens of this turn.
    #[serde(default)]
    pub usage: Usage,
    /// Why it did not complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<TurnError>,
    /// From the prompt to the end, in milliseconds, as measured here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
}

/// How a turn ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TurnStatus {
    /// The agent finished.
    #[default]
    Completed,
    /// An error ended it.
    Failed,
    /// It was interrupted: by a signal, a caller, a cap, or a refused approval.
    Interrupted,
    /// `timeout` or `idle_timeout` was reached.
    TimedOut,
}

/// Why a turn did not complete.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnError {
    /// The kind, which decides the exit code.
    pub kind: TurnErrorKind,
    /// What happened, in one line, with what and for how long.
    pub message: String,
    /// The server's own word for it (`codexErrorInfo`), where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What to do about it, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The same as a value, where it is known; not a part of the JSON.
    #[serde(skip)]
    pub remedy: Option<Remedy>,
    /// What the model's API answered, as it came, where the message says the same in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
}

impl TurnError {
    /// An error without anything beside its kind and its message.
    pub fn new(kind: TurnErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            code: None,
            hint: None,
            remedy: None,
            details: None,
        }
    }

    /// With what to do about it.
    #[must_use]
    pub fn with_remedy(self, remedy: Remedy) -> Self {
        Self {
            hint: Some(remedy.to_string()),
            remedy: Some(remedy),
            ..self
        }
    }

    /// Words the remedy in a front end's own terms.
    pub(crate) fn word(&mut self, wording: Wording) {
        if let Some(remedy) = &self.remedy {
            self.hint = Some(wording(remedy));
        }
    }
}

/// Kinds of [`TurnError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TurnErrorKind {
    /// The model, the provider or Codex reported an error.
    Failed,
    /// The provider refused the credentials.
    Unauthorized,
    /// Overloaded, rate limited or out of quota: try again later.
    Unavailable,
    /// The turn's deadline passed.
    Timeout,
    /// Nothing was heard from Codex for too long.
    IdleTimeout,
    /// The token cap was reached.
    MaxTokens,
    /// An approval was required and was cancelled, or nobody was available to answer.
    ApprovalRefused,
    /// Somebody interrupted it.
    Interrupted,
    /// A hook of Codex blocked the prompt.
    Blocked,
    /// The answer does not match the output schema.
    SchemaMismatch,
    /// Codex died, or closed its output, in the middle of the turn.
    ServerGone,
    /// A line from Codex was longer than the frame limit.
    FrameTooLong,
    /// A kind that this version does not know.
    #[serde(other)]
    Unknown,
}
