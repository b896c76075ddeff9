//! What a hook answers.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a pre-hook of a run, a session or a turn wants.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub enum HookAction {
    /// Nothing: it happens as it is.
    #[default]
    Noop,
    /// It happens with these changes.
    Mutate(HookPatch),
    /// It does not happen.
    Block(BlockReason),
}

/// What a hook thinks of the use of a tool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ToolOpinion {
    /// Nothing: whoever comes next decides.
    #[default]
    NoOpinion,
    /// A person decides, whatever a policy would allow.
    Ask,
    /// It must not be used. The agent is told why.
    Deny(BlockReason),
    /// It may be used. Regarded only of a hook that [may allow](super::Hooks::may_allow).
    Allow,
}

/// Why something is blocked, in words for the person and the agent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BlockReason(String);

impl BlockReason {
    /// A reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }

    /// The reason's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BlockReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Changes to a run, a session or a turn. There is nothing in it that could widen the sandbox, the approval policy or privileges.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct HookPatch {
    /// The whole new prompt. Not for sessions.
    pub prompt: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// The reasoning effort.
    pub effort: Option<String>,
    /// Files and directories that are attached in addition. Not for sessions.
    pub attachments: Vec<PathBuf>,
    /// Values for the hooks that follow, in this phase and later ones.
    pub metadata: BTreeMap<String, Value>,
}

impl HookPatch {
    /// No changes.
    pub fn new() -> Self {
        Self::default()
    }

    /// The whole new prompt.
    #[must_use]
    pub fn prompt(mut self, prompt: impl Into<String>) -> Self {
        self.prompt = Some(prompt.into());
        self
    }

    /// The model.
    #[must_use]
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// The reasoning effort.
    #[must_use]
    pub fn effort(mut self, effort: impl Into<String>) -> Self {
        self.effort = Some(effort.into());
        self
    }

    /// Attaches a file or directory.
    #[must_use]
    pub fn attach(mut self, path: impl Into<PathBuf>) -> Self {
        self.attachments.push(path.into());
        self
    }

    /// A value for the hooks that follow.
    #[must_use]
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.metadata.insert(key.into(), value.into());
        self
    }
}

#[cfg(feature = "cli")]
impl HookPatch {
    /// What it changes, in words.
    pub(crate) fn describe(&self) -> String {
        let mut parts = Vec::new();
        if let Some(prompt) = &self.prompt {
            parts.push(format!("prompt {prompt:?}"));
        }
        if let Some(model) = &self.model {
            parts.push(format!("model {model}"));
        }
        if let Some(effort) = &self.effort {
            parts.push(format!("effort {effort}"));
        }
        parts.extend(
            self.attachments
                .iter()
                .map(|path| format!("attach {}", path.display())),
        );
        parts.extend(self.metadata.keys().map(|key| format!("metadata {key}")));
        parts.join(", ")
    }
}

impl fmt::Debug for HookPatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A prompt may be long, and a secret.
        formatter
            .debug_struct("HookPatch")
            .field("prompt", &self.prompt.as_ref().map(String::len))
            .field("model", &self.model)
            .field("effort", &self.effort)
            .field("attachments", &self.attachments.len())
            .field("metadata", &self.metadata.len())
            .finish()
    }
}
