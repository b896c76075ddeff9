//! What threads are begun, taken up, copied, listed and changed with.

use serde_json::{Map, Value};

use super::common::{OneOrMany, SortDirection};
use super::settings::{ApprovalsReviewer, AskForApproval, Personality, SandboxMode};
use super::shape::{self, objects};
use super::thread_state::{ThreadSortKey, ThreadSourceKind, ThreadStartSource};

objects! { "camelCase";

/// How to begin a thread. What is left out is as the configuration has it.
struct ThreadStartParams {} optional {
    /// The model.
    model: String,
    /// Whose models.
    model_provider: String,
    /// How fast it is served. `Some(None)` is the standard, whatever the configuration says.
    #[serde(deserialize_with = "shape::nullable")]
    service_tier: Option<String>,
    /// Its directory; the server's own otherwise.
    cwd: String,
    /// When it asks.
    approval_policy: AskForApproval,
    /// Who answers.
    approvals_reviewer: ApprovalsReviewer,
    /// What its commands may do.
    sandbox: SandboxMode,
    /// Settings by their keys in `config.toml`, dotted or nested.
    config: Map<String, Value>,
    /// Named to the service as the client.
    service_name: String,
    /// Instructions in place of Codex's own.
    base_instructions: String,
    /// Instructions beside them.
    developer_instructions: String,
    /// How it talks.
    personality: Personality,
    /// Whether to save nothing.
    ephemeral: bool,
    /// Why it begins.
    session_start_source: ThreadStartSource,
    /// Noted with it: where it comes from.
    thread_source: String,
}

/// How to take up a thread. What is left out stays as it was, save for the sandbox of `workspaceWrite`, which the server
/// does not keep.
struct ThreadResumeParams: new {
    /// Its id.
    thread_id: String,
} optional {
    /// The model.
    model: String,
    /// Whose models.
    model_provider: String,
    /// How fast it is served; `Some(None)` for the standard.
    #[serde(deserialize_with = "shape::nullable")]
    service_tier: Option<String>,
    /// Its directory.
    cwd: String,
    /// When it asks.
    approval_policy: AskForApproval,
    /// Who answers.
    approvals_reviewer: ApprovalsReviewer,
    /// What its commands may do.
    sandbox: SandboxMode,
    /// Settings by their keys in `config.toml`.
    config: Map<String, Value>,
    /// Instructions in place of Codex's own.
    base_instructions: String,
    /// Instructions beside them.
    developer_instructions: String,
    /// How it talks.
    personality: Personality,
    /// Whether the reply leaves the turns out, which may be long.
    exclude_turns: bool,
}

/// How to copy a thread. What is left out is as in the original.
struct ThreadForkParams: new {
    /// The original.
    thread_id: String,
} optional {
    /// The last turn to copy; all otherwise.
    last_turn_id: String,
    /// The model.
    model: String,
    /// Whose models.
    model_provider: String,
    /// How fast it is served; `Some(None)` for the standard.
    #[serde(deserialize_with = "shape::nullable")]
    service_tier: Option<String>,
    /// Its directory.
    cwd: String,
    /// When it asks.
    approval_policy: AskForApproval,
    /// Who answers.
    approvals_reviewer: ApprovalsReviewer,
    /// What its commands may do.
    sandbox: SandboxMode,
    /// Settings by their keys in `config.toml`.
    config: Map<String, Value>,
    /// Instructions in place of Codex's own.
    base_instructions: String,
    /// Instructions beside them.
    developer_instructions: String,
    /// Whether to save nothing; needs `exclude_turns`.
    ephemeral: bool,
    /// Whether the reply leaves the turns out.
    exclude_turns: bool,
    /// Noted with it: where it comes from.
    thread_source: String,
}

/// What to read of a thread.
struct ThreadReadParams: new {
    /// Its id.
    thread_id: String,
} optional {
    /// Whether its turns are wanted, too; not by default.
    include_turns: bool,
}

/// Which threads to list. By default those that are not archived, of the configured provider, that people began.
struct ThreadListParams {} optional {
    /// Where the page before ended.
    cursor: String,
    /// At most so many.
    limit: u32,
    /// By what they are sorted; when they began, by default.
    sort_key: ThreadSortKey,
    /// In which direction; the last one first, by default.
    sort_direction: SortDirection,
    /// Only of these providers; an empty list is all.
    model_providers: Vec<String>,
    /// Only of these kinds of programs.
    source_kinds: Vec<ThreadSourceKind>,
    /// The archived ones instead.
    archived: bool,
    /// Only of these directories, spelled exactly so. Before 0.145 one only.
    cwd: OneOrMany,
    /// Only those whose title holds this.
    search_term: String,
    /// Only of this section; `Some(None)` is only those without one.
    #[serde(deserialize_with = "shape::nullable")]
    section_id: Option<String>,
    /// Without these; a hundred at most.
    excluded_thread_ids: Vec<String>,
    /// Only of these clients; not for local servers.
    originators: Vec<String>,
    /// Only of the account that is logged in.
    current_account_only: bool,
    /// Whether to trust the index and look into no file.
    use_state_db_only: bool,
}

/// A thread and its name.
struct ThreadSetNameParams: new {
    /// Its id.
    thread_id: String,
    /// Its new name.
    name: String,
}

/// What to change.
struct ThreadMetadataUpdateParams: new {
    /// Of which thread.
    thread_id: String,
} optional {
    /// What to note of its repository.
    git_info: GitInfoUpdate,
}

/// What to note of a repository. What is left out stays; `Some(None)` clears.
struct GitInfoUpdate {} optional {
    /// The commit.
    #[serde(deserialize_with = "shape::nullable")]
    sha: Option<String>,
    /// The branch.
    #[serde(deserialize_with = "shape::nullable")]
    branch: Option<String>,
    /// Where it was cloned from.
    #[serde(deserialize_with = "shape::nullable")]
    origin_url: Option<String>,
}

}
