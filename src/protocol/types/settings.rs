//! What a thread and its turns may do and how they think: settings that many methods have.

use super::common::Empty;
use super::shape::{choices, kinds, objects, words};

choices! {
    /// When the agent asks (`approvalPolicy`).
    enum AskForApproval {
        words {
            /// Before every command that is not known to be harmless.
            Untrusted = "untrusted",
            /// When the model wants more than the sandbox gives.
            OnRequest = "on-request",
            /// When a command failed in the sandbox; before 0.145 only.
            OnFailure = "on-failure",
            /// Never: what would need an answer is refused.
            Never = "never",
        }
        with {
            /// About some things and not about others; experimental.
            Granular(GranularApproval) = "granular",
        }
    }
}

objects! { "snake_case";

/// What is asked about (`AskForApproval`, `granular`). What is not asked about is refused.
struct GranularApproval: new {
    /// Leaving the sandbox.
    sandbox_approval: bool,
    /// Commands that a rule says to ask about.
    rules: bool,
    /// Questions of MCP servers.
    mcp_elicitations: bool,
} optional {
    /// Requests for more permissions.
    request_permissions: bool,
    /// Scripts of skills.
    skill_approval: bool,
}

/// What a mode changes in the settings (`CollaborationMode.settings`).
struct CollaborationSettings: new {
    /// The model.
    model: String,
} optional {
    /// How long it thinks.
    reasoning_effort: String,
    /// Instructions in place of the mode's own.
    developer_instructions: String,
}

}

objects! { "camelCase";

/// A sandbox that lets commands read (`readOnly`).
struct ReadOnlySandbox {} optional {
    /// Whether they reach the network.
    network_access: bool,
}

/// A sandbox that lets commands write where the work is (`workspaceWrite`).
struct WorkspaceWriteSandbox {} optional {
    /// Directories beside the thread's own; absolute.
    writable_roots: Vec<String>,
    /// Whether commands reach the network.
    network_access: bool,
    /// Without the directory that `TMPDIR` names.
    exclude_tmpdir_env_var: bool,
    /// Without `/tmp`.
    exclude_slash_tmp: bool,
}

/// A sandbox that somebody else keeps around the server (`externalSandbox`).
struct ExternalSandbox {} optional {
    /// Whether it lets commands reach the network.
    network_access: NetworkAccess,
}

/// A way of working together (`collaborationMode`).
struct CollaborationMode: new {
    /// Which.
    mode: ModeKind,
    /// What it changes.
    settings: CollaborationSettings,
}

/// A named set of permissions that a thread has (`activePermissionProfile`).
struct ActivePermissionProfile: new {
    /// Its id: `:workspace`, or one of the configuration.
    id: String,
} optional {
    /// The id of the profile that it goes on from.
    extends: String,
}

}

kinds! {
    /// What commands may do, in the detail in which turns have it (`sandboxPolicy`).
    enum SandboxPolicy by "type" {
        /// Everything.
        DangerFullAccess(Empty) = "dangerFullAccess",
        /// Read.
        ReadOnly(ReadOnlySandbox) = "readOnly",
        /// What a sandbox around the server lets them.
        ExternalSandbox(ExternalSandbox) = "externalSandbox",
        /// Write where the work is.
        WorkspaceWrite(WorkspaceWriteSandbox) = "workspaceWrite",
    }
}

impl SandboxPolicy {
    /// Reading only, without the network.
    pub fn read_only() -> Self {
        Self::ReadOnly(ReadOnlySandbox::default())
    }

    /// Writing in the thread's directory, without the network.
    pub fn workspace_write() -> Self {
        Self::WorkspaceWrite(WorkspaceWriteSandbox::default())
    }

    /// No sandbox at all.
    pub fn danger_full_access() -> Self {
        Self::DangerFullAccess(Empty::default())
    }
}

words! {
    /// What commands may do, as threads have it (`sandbox`).
    enum SandboxMode {
        ReadOnly = "read-only",
        WorkspaceWrite = "workspace-write",
        DangerFullAccess = "danger-full-access",
    }
    /// Whether a sandbox of somebody else's lets commands reach the network.
    enum NetworkAccess { Restricted = "restricted", Enabled = "enabled" }
    /// Who answers the agent's requests (`approvalsReviewer`).
    enum ApprovalsReviewer {
        /// The client.
        User = "user",
        /// A model, which asks nobody.
        AutoReview = "auto_review",
        /// A sub-agent.
        GuardianSubagent = "guardian_subagent",
    }
    /// How the model talks (`personality`).
    enum Personality { None = "none", Friendly = "friendly", Pragmatic = "pragmatic" }
    /// How much the model tells of its thoughts (`summary`).
    enum ReasoningSummary { Auto = "auto", Concise = "concise", Detailed = "detailed", None = "none" }
    /// The modes of working together.
    enum ModeKind { Plan = "plan", Default = "default" }
}
