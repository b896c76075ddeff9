//! What a turn may do and how long it may take: safe by default, and nothing privileged without the opt-in.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::protocol::redacted::Unshown;
use crate::runtime::error::RuntimeError;
use crate::runtime::output_schema::OutputSchema;
use crate::runtime::paths::Base;
use crate::runtime::wire_path;

/// When the agent has to ask before it acts (`approvalPolicy`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ApprovalPolicy {
    /// Every command without an allow rule is asked for. Codex runs an accepted command in the sandbox first and, where
    /// the sandbox denies it, again outside of it without asking.
    Untrusted,
    /// The agent asks when it wants to leave the sandbox.
    OnRequest,
    /// Nothing is asked; what the sandbox denies fails.
    #[default]
    Never,
}

impl ApprovalPolicy {
    /// The word on the wire and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Untrusted => "untrusted",
            Self::OnRequest => "on-request",
            Self::Never => "never",
        }
    }
}

/// What commands can touch (`sandbox`, `sandboxPolicy`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Sandbox {
    /// Read files, write nothing, no network.
    #[default]
    ReadOnly,
    /// Write in the working directory, the added directories and the temporary directory.
    WorkspaceWrite,
    /// No sandbox.
    DangerFullAccess,
}

impl Sandbox {
    /// The word on the command line and in `thread/start`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadOnly => "read-only",
            Self::WorkspaceWrite => "workspace-write",
            Self::DangerFullAccess => "danger-full-access",
        }
    }
}

/// How turns are run. The default is safe: approval `never`, sandbox read-only, effort medium, 120 s.
///
/// ```
/// use std::time::Duration;
/// use turnwise::runtime::{ApprovalPolicy, RunProfile, Sandbox};
///
/// let profile = RunProfile::new()
///     .sandbox(Sandbox::WorkspaceWrite)
///     .approval(ApprovalPolicy::Never)
///     .timeout(Some(Duration::from_secs(600)))
///     .allow_privileged_escalation();
/// assert!(profile.check().is_ok());
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RunProfile {
    /// The model; Codex's configured one where there is none.
    pub model: Option<String>,
    /// The reasoning effort.
    pub effort: String,
    /// When the agent has to ask.
    pub approval: ApprovalPolicy,
    /// What commands can touch.
    pub sandbox: Sandbox,
    /// The directories that a workspace-write sandbox may write to beside the session's own.
    pub writable_roots: Vec<PathBuf>,
    /// How long a turn may take; `None` for ever.
    pub timeout: Option<Duration>,
    pub(crate) timeout_from: Option<Instant>,
    /// How long nothing may be heard from Codex; `None` for ever.
    pub idle_timeout: Option<Duration>,
    /// How many tokens a turn may use, input and output together; `None` for any number.
    pub max_tokens: Option<u64>,
    pub(crate) output_schema: Option<Unshown<Value>>,
    privileged: bool,
}

impl Default for RunProfile {
    fn default() -> Self {
        Self {
            model: None,
            effort: "medium".to_owned(),
            approval: ApprovalPolicy::default(),
            sandbox: Sandbox::default(),
            writable_roots: Vec::new(),
            timeout: Some(Duration::from_secs(120)),
            timeout_from: None,
            idle_timeout: None,
            max_tokens: None,
            output_schema: None,
            privileged: false,
        }
    }
}

impl RunProfile {
    /// The safe defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// The model; Codex's configured one by default.
    #[must_use]
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// The reasoning effort; `medium` by default. A turn with one that none of the server's models knows is refused.
    #[must_use]
    pub fn effort(mut self, effort: impl Into<String>) -> Self {
        self.effort = effort.into();
        self
    }

    /// When the agent has to ask; [`ApprovalPolicy::Never`] by default.
    #[must_use]
    pub fn approval(mut self, approval: ApprovalPolicy) -> Self {
        self.approval = approval;
        self
    }

    /// What commands can touch; [`Sandbox::ReadOnly`] by default.
    #[must_use]
    pub fn sandbox(mut self, sandbox: Sandbox) -> Self {
        self.sandbox = sandbox;
        self
    }

    /// Adds a directory that a workspace-write sandbox may write to. A relative one begins at the session's directory.
    #[must_use]
    pub fn writable_root(mut self, directory: impl Into<PathBuf>) -> Self {
        self.writable_roots.push(directory.into());
        self
    }

    /// How long a turn may take, without the time that a person is waited for; 120 s by default, `None` for ever.
    #[must_use]
    pub fn timeout(mut self, timeout: Option<Duration>) -> Self {
        self.timeout = timeout;
        self
    }

    /// Has the timeout count from this moment: for one turn of a program whose start shall count, too. By default it counts
    /// from the moment at which the turn is asked for.
    #[must_use]
    pub fn timeout_from(mut self, moment: Instant) -> Self {
        self.timeout_from = Some(moment);
        self
    }

    /// When a turn that is asked for now reaches its timeout.
    pub(crate) fn timeout_at(&self, now: tokio::time::Instant) -> Option<tokio::time::Instant> {
        self.timeout_from
            .map_or(now, Into::into)
            .checked_add(self.timeout?)
    }

    /// How long nothing may be heard from Codex before the turn counts as stalled; for ever by default.
    #[must_use]
    pub fn idle_timeout(mut self, idle_timeout: Option<Duration>) -> Self {
        self.idle_timeout = idle_timeout;
        self
    }

    /// How many tokens, input and output together, a turn may use; no cap by default. Checked after each response of
    /// the model, so the response that passes the cap is the last one.
    #[must_use]
    pub fn max_tokens(mut self, max_tokens: Option<u64>) -> Self {
        self.max_tokens = max_tokens;
        self
    }

    /// The JSON schema that the answer has to match. It is sent to the model, and [`ask`](crate::runtime::Session::ask) and
    /// [`Turn::finish`](crate::runtime::Turn::finish) check the answer, because Codex does not; an answer that does not match is a
    /// [`TurnFailure`](crate::runtime::TurnFailure) of the kind `SchemaMismatch`. Whoever takes the events checks with
    /// [`OutputSchema`]. Without the feature `output-schema` the answer only has to be JSON.
    #[must_use]
    pub fn output_schema(mut self, schema: Value) -> Self {
        self.output_schema = Some(Unshown(schema));
        self
    }

    /// Allows what [`check`](Self::check) otherwise refuses.
    #[must_use]
    pub fn allow_privileged_escalation(mut self) -> Self {
        self.privileged = true;
        self
    }

    /// Whether the combination is allowed.
    ///
    /// # Errors
    /// [`RuntimeError::Privileged`] for workspace-write together with approval `never`, and for danger-full-access,
    /// without the opt-in. [`RuntimeError::InvalidInput`] for writable roots without workspace-write.
    pub fn check(&self) -> Result<(), RuntimeError> {
        if !self.writable_roots.is_empty() && self.sandbox != Sandbox::WorkspaceWrite {
            return Err(RuntimeError::invalid(format!(
                "additional directories need sandbox workspace-write, not {}",
                self.sandbox.as_str()
            )));
        }
        for root in &self.writable_roots {
            wire_path::check("the added directory", root)?;
        }
        let what = match (self.sandbox, self.approval) {
            (Sandbox::DangerFullAccess, _) => "sandbox danger-full-access".to_owned(),
            (Sandbox::WorkspaceWrite, ApprovalPolicy::Never) => {
                "sandbox workspace-write together with approval never".to_owned()
            }
            (Sandbox::WorkspaceWrite, ApprovalPolicy::Untrusted | ApprovalPolicy::OnRequest)
            | (Sandbox::ReadOnly, _) => return Ok(()),
        };
        if self.privileged {
            Ok(())
        } else {
            Err(RuntimeError::Privileged { what })
        }
    }

    /// The schema of the answer, ready to check it.
    pub(crate) fn compiled_schema(&self) -> Result<Option<OutputSchema>, RuntimeError> {
        let schema = self
            .output_schema
            .as_ref()
            .map(|schema| OutputSchema::new(schema));
        schema
            .transpose()
            .map_err(|error| RuntimeError::invalid_because("the output schema", error))
    }

    /// With the added directories as absolute paths.
    pub(in crate::runtime) fn resolved(&self, cwd: &Path, remote: bool) -> Result<Self, RuntimeError> {
        let base = Base {
            directory: cwd,
            remote,
        };
        let mut resolved = self.clone();
        for root in &mut resolved.writable_roots {
            *root = base.directory(root, "added directory")?;
        }
        Ok(resolved)
    }

    /// The `sandboxPolicy` of `turn/start`, with the user's own settings for workspace-write filled in.
    pub(crate) fn sandbox_policy(&self, settings: &WorkspaceWriteSettings) -> Value {
        match self.sandbox {
            Sandbox::ReadOnly => json!({ "type": "readOnly" }),
            Sandbox::DangerFullAccess => json!({ "type": "dangerFullAccess" }),
            Sandbox::WorkspaceWrite => {
                let mut roots = settings.writable_roots.clone();
                roots.extend(self.writable_roots.iter().cloned());
                json!({
                    "type": "workspaceWrite",
                    "writableRoots": roots,
                    "networkAccess": settings.network_access,
                    "excludeTmpdirEnvVar": settings.exclude_tmpdir_env_var,
                    "excludeSlashTmp": settings.exclude_slash_tmp,
                })
            }
        }
    }
}

/// The user's `[sandbox_workspace_write]` in Codex's config (`config/read`).
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub(crate) struct WorkspaceWriteSettings {
    writable_roots: Vec<PathBuf>,
    network_access: bool,
    exclude_tmpdir_env_var: bool,
    exclude_slash_tmp: bool,
}

impl WorkspaceWriteSettings {
    /// Puts a session's own config overrides over the user's.
    pub(crate) fn overlay(&mut self, overrides: &serde_json::Map<String, Value>) {
        for (key, value) in overrides {
            let Some(key) = key.strip_prefix("sandbox_workspace_write.") else {
                continue;
            };
            let flag = value.as_bool();
            match (key, flag) {
                ("network_access", Some(flag)) => self.network_access = flag,
                ("exclude_tmpdir_env_var", Some(flag)) => self.exclude_tmpdir_env_var = flag,
                ("exclude_slash_tmp", Some(flag)) => self.exclude_slash_tmp = flag,
                ("writable_roots", None) => {
                    if let Ok(roots) = serde_json::from_value(value.clone()) {
                        self.writable_roots = roots;
                    }
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_allowed_and_privileged_combinations_are_not() {
        assert!(RunProfile::new().check().is_ok());
        let writing = RunProfile::new().sandbox(Sandbox::WorkspaceWrite);
        assert!(matches!(writing.check(), Err(RuntimeError::Privileged { .. })));
        assert!(
            writing
                .clone()
                .approval(ApprovalPolicy::OnRequest)
                .check()
                .is_ok()
        );
        assert!(writing.allow_privileged_escalation().check().is_ok());
        for approval in [
            ApprovalPolicy::Untrusted,
            ApprovalPolicy::OnRequest,
            ApprovalPolicy::Never,
        ] {
            let free = RunProfile::new()
                .sandbox(Sandbox::DangerFullAccess)
                .approval(approval);
            assert!(matches!(free.check(), Err(RuntimeError::Privileged { .. })));
            assert!(free.allow_privileged_escalation().check().is_ok());
        }
    }

    #[test]
    fn added_directories_join_the_users_own() {
        let settings: WorkspaceWriteSettings =
            serde_json::from_value(json!({ "writable_roots": ["/mine"], "network_access": true })).unwrap();
        let policy = RunProfile::new()
            .sandbox(Sandbox::WorkspaceWrite)
            .writable_root("/added")
            .sandbox_policy(&settings);
        assert_eq!(policy["writableRoots"], json!(["/mine", "/added"]));
        assert_eq!(policy["networkAccess"], json!(true));
    }

    #[test]
    fn added_directories_without_a_writable_sandbox_are_an_error() {
        assert!(RunProfile::new().writable_root("/x").check().is_err());
    }
}
