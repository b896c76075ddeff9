//! What is answered, and by whom. What a decision is on the wire is in `runtime::answer`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::DecidedBy;

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
    /// No; the turn continues.
    Decline,
    /// No, and the turn ends with [`ApprovalRefused`](crate::runtime::event::TurnErrorKind::ApprovalRefused).
    Cancel,
    /// The `result` to send as it is: answers to questions, a granted subset of permissions.
    Answer(Value),
}

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
#[non_exhaustive]
pub struct Verdict {
    /// What was decided.
    pub decision: Decision,
    /// Who decided. Shown in `approval.resolved`.
    pub by: DecidedBy,
    /// Why not, in the person's words. The agent is told: the server's own answers have no place for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Verdict {
    /// A decision without a reason.
    pub fn new(decision: Decision, by: impl Into<DecidedBy>) -> Self {
        Self {
            decision,
            by: by.into(),
            reason: None,
        }
    }

    /// Why not: the agent is told.
    #[must_use]
    pub fn reason(mut self, reason: Option<String>) -> Self {
        self.reason = reason;
        self
    }
}
