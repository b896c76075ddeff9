//! What the server asks, as it came: the request's own words and its params, unchanged. What they mean is in `details`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::protocol::brief::brief_debug;
use crate::runtime::file_change::FileChange;
use crate::runtime::id::{ApprovalId, ItemId, ThreadId, TurnId};

/// A request of the server that waits for a decision.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApprovalRequest {
    /// Its id, made of its turn's and the server's request id.
    pub id: ApprovalId,
    /// What is asked.
    pub kind: ApprovalKind,
    /// The request's method on the wire, such as `item/commandExecution/requestApproval`.
    pub method: String,
    /// Thread it comes from; a sub-agent's thread is not the session's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<ThreadId>,
    /// Turn it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<TurnId>,
    /// Item it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_id: Option<ItemId>,
    /// The agent's own words for why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The command line, for a command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Where it would happen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// The files that would change, for a file change: the request itself does not say them, its item does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<FileChange>,
    /// The request's params, unchanged.
    pub params: Value,
}

impl ApprovalRequest {
    /// A request of which nothing is known beside its params. The other fields are public, to be filled in.
    pub fn new(
        id: impl Into<ApprovalId>,
        kind: ApprovalKind,
        method: impl Into<String>,
        params: Value,
    ) -> Self {
        Self {
            id: id.into(),
            kind,
            method: method.into(),
            thread_id: None,
            turn_id: None,
            item_id: None,
            reason: None,
            command: None,
            cwd: None,
            changes: Vec::new(),
            params,
        }
    }
}

/// Kinds of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ApprovalKind {
    /// `item/commandExecution/requestApproval`, and the older `execCommandApproval`.
    Command,
    /// `item/fileChange/requestApproval`, and the older `applyPatchApproval`.
    FileChange,
    /// `item/permissions/requestApproval`.
    Permissions,
    /// `item/tool/requestUserInput`.
    UserInput,
    /// `mcpServer/elicitation/request`: an MCP server's question, or the approval of one of its tools.
    Elicitation,
    /// `item/tool/call`: a tool that the client would have to offer.
    ToolCall,
    /// Anything else that the server asks.
    #[serde(other)]
    Unknown,
}

brief_debug!(ApprovalRequest);
