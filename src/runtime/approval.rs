//! Approvals' port: what the server asks, and the trait through which somebody answers.
//!
//! This is the seam: the runtime hands every server request to an [`Approver`] and turns its [`Decision`] into
//! the one valid reply. Who decides (a flag, a policy, a person) lives above the runtime.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::protocol::brief::brief_debug;
pub use crate::runtime::approvals::{Approvals, PendingApproval, approvals};
use crate::runtime::event::FileChange;

/// A request of the server that waits for a decision.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ApprovalRequest {
    /// The server's request id, as text.
    pub id: String,
    /// What is asked.
    pub kind: ApprovalKind,
    /// The request's method on the wire, such as `item/commandExecution/requestApproval`.
    pub method: String,
    /// Thread it comes from; a sub-agent's thread is not the session's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
    /// Turn it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<String>,
    /// Item it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_id: Option<String>,
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

/// Kinds of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

/// The answer to a request.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Decision {
    /// Yes, this once.
    Accept,
    /// Yes, and do not ask again in this thread.
    AcceptForSession,
    /// Yes, and never ask again: Codex writes it into its configuration. MCP tools that offer it only (`persist: always`).
    AcceptAlways,
    /// Yes, and Codex writes a rule that allows commands which begin with these words, in every thread
    /// (`acceptWithExecpolicyAmendment`). Commands only.
    AcceptWithRule(Vec<String>),
    /// A rule for a host, as the server proposed it (`applyNetworkPolicyAmendment`). The command runs, whatever the rule.
    ApplyNetworkRule(Value),
    /// No; the turn goes on.
    Decline,
    /// No, and the turn ends with [`ApprovalRefused`](crate::runtime::event::TurnErrorKind::ApprovalRefused).
    Cancel,
    /// The `result` to send as it is: answers to questions, a granted subset of permissions.
    Answer(Value),
}

brief_debug!(ApprovalRequest);

impl std::fmt::Debug for Decision {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // An answer may be a secret.
        formatter.write_str(self.as_str())
    }
}

impl Decision {
    /// The word for it in `approval.resolved` and in reports.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::AcceptForSession => "accept_for_session",
            Self::AcceptAlways => "accept_always",
            Self::AcceptWithRule(_) => "accept_with_rule",
            Self::ApplyNetworkRule(_) => "apply_network_rule",
            Self::Decline => "decline",
            Self::Cancel => "cancel",
            Self::Answer(_) => "answer",
        }
    }
}

/// A decision and who made it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// What was decided.
    pub decision: Decision,
    /// Who decided: `flag`, `policy`, `terminal`, … Shown in `approval.resolved`.
    pub by: String,
    /// Why not, in the person's words. The agent is told: the server's own answers have no place for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Verdict {
    /// A decision without a reason.
    pub fn new(decision: Decision, by: impl Into<String>) -> Self {
        Self {
            decision,
            by: by.into(),
            reason: None,
        }
    }
}

/// Whoever answers the server's requests.
///
/// The future is dropped when the request is closed without an answer from here: the server resolved it by
/// itself, the turn ended, or the connection closed. It is never polled inside the dispatch of messages, so it may
/// take as long as a person takes; the turn's deadline stands still meanwhile.
///
/// A closure is one, too. A decision that the request cannot be answered with is not sent: the request is cancelled, and with
/// it the turn.
///
/// ```
/// use turnwise::runtime::ClientConfig;
/// use turnwise::runtime::approval::{ApprovalRequest, Decision, Verdict};
///
/// let config = ClientConfig::new().approver(|request: ApprovalRequest| async move {
///     let harmless = request.command.as_deref() == Some("make test");
///     let decision = if harmless { Decision::Accept } else { Decision::Decline };
///     Verdict::new(decision, "my rules")
/// });
/// ```
pub trait Approver: Send + Sync {
    /// Decides one request.
    fn decide(&self, request: ApprovalRequest) -> Pin<Box<dyn Future<Output = Verdict> + Send + '_>>;
}

impl<F, Fut> Approver for F
where
    F: Fn(ApprovalRequest) -> Fut + Send + Sync,
    Fut: Future<Output = Verdict> + Send + 'static,
{
    fn decide(&self, request: ApprovalRequest) -> Pin<Box<dyn Future<Output = Verdict> + Send + '_>> {
        Box::pin(self(request))
    }
}

impl<T: Approver + ?Sized> Approver for Arc<T> {
    fn decide(&self, request: ApprovalRequest) -> Pin<Box<dyn Future<Output = Verdict> + Send + '_>> {
        (**self).decide(request)
    }
}

impl std::fmt::Debug for dyn Approver {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Approver")
    }
}

/// Answers every request in the same way, at once: `--on-approval fail|decline`, and the library's default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FixedAnswer {
    /// Cancels the turn, because a job that was refused must not look green.
    Fail,
    /// Says no and lets the turn go on.
    Decline,
}

impl Approver for FixedAnswer {
    fn decide(&self, _request: ApprovalRequest) -> Pin<Box<dyn Future<Output = Verdict> + Send + '_>> {
        let decision = match self {
            Self::Fail => Decision::Cancel,
            Self::Decline => Decision::Decline,
        };
        Box::pin(std::future::ready(Verdict::new(decision, "flag")))
    }
}
