//! What a hook is told.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde_json::Value;

use super::{HookPatch, Phase, ToolUse};
use crate::protocol::brief::brief_debug;
use crate::runtime::event::{TurnEnd, TurnError, TurnStatus, Usage};
use crate::runtime::{ItemId, ThreadId, TurnId};

/// What a hook is told.
#[derive(Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct HookContext {
    /// Why it is called.
    pub phase: Phase,
    /// The same for everything that belongs to one run.
    pub correlation_id: String,
    /// When it was called, in milliseconds since 1970.
    pub at_ms: u64,
    /// The session, once there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<ThreadId>,
    /// The turn, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<TurnId>,
    /// The item of a tool's use, where the server names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_id: Option<ItemId>,
    /// The working directory of the session.
    pub cwd: PathBuf,
    /// The model, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The reasoning effort, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effort: Option<String>,
    /// The prompt: before a run or a turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// Files and directories that earlier hooks attached.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<PathBuf>,
    /// The tool's use: before and after a tool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_use: Option<ToolUse>,
    /// How a turn or a run ended: after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<HookReport>,
    /// Values that earlier hooks left.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, Value>,
}

/// How a turn or a run ended.
#[derive(Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct HookReport {
    /// How it ended.
    pub status: TurnStatus,
    /// The last message of the agent.
    pub text: String,
    /// Its tokens.
    pub usage: Usage,
    /// Why it did not complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<TurnError>,
    /// The exit code of a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<u8>,
    /// How long it took, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
}

brief_debug!(HookContext, HookReport);

impl HookReport {
    /// Of a turn that ended with this text.
    pub(crate) fn of_turn(end: &TurnEnd, text: &str) -> Self {
        Self {
            status: end.status,
            text: text.to_owned(),
            usage: end.usage,
            error: end.error.clone(),
            exit_code: None,
            duration_ms: end.duration_ms,
        }
    }
}

impl HookContext {
    /// A context in which nothing but this is known. The other fields are public, to be filled in.
    pub fn new(phase: Phase, cwd: impl Into<PathBuf>) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            phase,
            correlation_id: String::new(),
            at_ms: u64::try_from(now.as_millis()).unwrap_or(u64::MAX),
            session_id: None,
            turn_id: None,
            item_id: None,
            cwd: cwd.into(),
            model: None,
            effort: None,
            prompt: None,
            attachments: Vec::new(),
            tool_use: None,
            report: None,
            metadata: BTreeMap::new(),
        }
    }

    /// A context for trying a hook.
    #[cfg(feature = "cli")]
    pub(super) fn sample(phase: Phase, cwd: &std::path::Path) -> Self {
        let mut context = Self::new(phase, cwd);
        "sample".clone_into(&mut context.correlation_id);
        match phase {
            Phase::PreRun | Phase::PreTurn => {
                context.prompt = Some("What does this repository do?".to_owned());
            }
            Phase::PostRun | Phase::PostTurn => context.report = Some(HookReport::default()),
            Phase::PreToolUse | Phase::PostToolUse => context.tool_use = Some(ToolUse::sample(phase, cwd)),
            Phase::PreSessionStart | Phase::PostSessionStart => {}
        }
        context
    }

    /// What a patch changes. Refused where the phase has nothing of the kind.
    pub(super) fn apply(&mut self, patch: HookPatch) -> Result<(), String> {
        let has_prompt = self.prompt.is_some();
        if !has_prompt && (patch.prompt.is_some() || !patch.attachments.is_empty()) {
            return Err(format!("{} has no prompt to change", self.phase));
        }
        if let Some(prompt) = patch.prompt {
            self.prompt = Some(prompt);
        }
        if let Some(model) = patch.model {
            self.model = Some(model);
        }
        if let Some(effort) = patch.effort {
            self.effort = Some(effort);
        }
        self.attachments.extend(patch.attachments);
        self.metadata.extend(patch.metadata);
        Ok(())
    }
}
