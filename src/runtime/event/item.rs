//! Items: the units of a turn, and how they appear, grow and end.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::protocol::brief::brief_debug;
use crate::protocol::wire::DeltaKind;
use crate::runtime::file_change::FileChange;
use crate::runtime::id::{ItemId, ThreadId, TurnId};

/// An item, and which turn (and which thread, if not the session's own) it belongs to.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ItemEvent {
    /// The item as it is now.
    pub item: Item,
    /// Turn it belongs to; an item may end after its turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<TurnId>,
    /// Set when the item belongs to a sub-agent's thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<ThreadId>,
}

/// A piece of an item's text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ItemDelta {
    /// Item the text belongs to.
    pub item_id: ItemId,
    /// Which text of the item.
    pub kind: DeltaKind,
    /// The text, to be appended.
    pub delta: String,
    /// Part of the item, for reasoning summaries (`summaryIndex`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u32>,
    /// Set when the item belongs to a sub-agent's thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<ThreadId>,
}

/// A unit of a turn: a message, a command, a change.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Item {
    /// The server's id of the item.
    pub id: ItemId,
    /// What it is.
    #[serde(flatten)]
    pub details: ItemDetails,
}

/// What an item is. `type` in JSON.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
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
        receiver_thread_ids: Vec<ThreadId>,
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
#[non_exhaustive]
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

/// A step of a plan.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
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
#[non_exhaustive]
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

impl Item {
    /// An item.
    pub fn new(id: impl Into<ItemId>, details: ItemDetails) -> Self {
        Self {
            id: id.into(),
            details,
        }
    }
}

impl ItemEvent {
    /// An item of the session's own thread, of no known turn.
    pub fn new(item: Item) -> Self {
        Self {
            item,
            turn_id: None,
            thread_id: None,
        }
    }
}

impl TodoItem {
    /// A step that is neither done nor being done.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            completed: false,
            in_progress: false,
        }
    }
}

impl ItemDelta {
    /// A piece of an item's text, of the session's own thread.
    pub fn new(item_id: impl Into<ItemId>, kind: DeltaKind, delta: impl Into<String>) -> Self {
        Self {
            item_id: item_id.into(),
            kind,
            delta: delta.into(),
            index: None,
            thread_id: None,
        }
    }

    /// The same with another text.
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

brief_debug!(
    ItemEvent,
    ItemDelta,
    Item,
    ItemDetails,
    CommandExecution,
    TodoItem
);
