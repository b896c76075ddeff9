//! A request together with its run: what is shown, stored and answered.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::ApprovalRequest;
use crate::runtime::id::ThreadId;

/// A request together with the run that it came up in: what is shown, stored and answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PendingRequest {
    /// The request, unchanged.
    pub request: ApprovalRequest,
    /// The run.
    pub context: RunContext,
}

/// What a person has to know about a run to judge what it asks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RunContext {
    /// The working directory.
    pub cwd: PathBuf,
    /// The sandbox: `read-only`, `workspace-write`, `danger-full-access`.
    pub sandbox: String,
    /// The approval policy: `untrusted`, `on-request`, `never`.
    pub approval: String,
    /// Codex's directory, where rules and settings would be written.
    pub codex_home: PathBuf,
    /// The session's own thread, once there is one; a request of another thread comes from a sub-agent.
    #[serde(default)]
    pub session_id: Option<ThreadId>,
}

impl PendingRequest {
    /// A request of a run.
    pub fn new(request: ApprovalRequest, context: RunContext) -> Self {
        Self { request, context }
    }

    /// Whether it comes from a sub-agent.
    pub fn is_from_subagent(&self) -> bool {
        match (&self.request.thread_id, &self.context.session_id) {
            (Some(thread), Some(session)) => thread != session,
            _ => false,
        }
    }
}
