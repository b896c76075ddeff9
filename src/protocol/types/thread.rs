//! Threads: what one is, and starting, taking up, copying and reading it.

use super::common::{Empty, Listed, Page, ThreadId};
use super::method::requests;
use super::section::ThreadSection;
use super::settings::{ApprovalsReviewer, AskForApproval, CollaborationMode, SandboxPolicy};
use super::shape::objects;
use super::thread_params::{
    ThreadForkParams, ThreadListParams, ThreadMetadataUpdateParams, ThreadReadParams, ThreadResumeParams,
    ThreadSetNameParams, ThreadStartParams,
};
use super::thread_state::{SessionSource, ThreadHistoryMode, ThreadStatus, ThreadUnsubscribeStatus};
use super::turn::Turn;

requests! {
    /// Begins a thread.
    ThreadStart(THREAD_START): ThreadStartParams => OpenedThread;
    /// Takes up a saved thread.
    ThreadResume(THREAD_RESUME): ThreadResumeParams => OpenedThread;
    /// Begins a copy of a thread.
    ThreadFork(THREAD_FORK): ThreadForkParams => OpenedThread;
    /// Reads a thread without taking it up.
    ThreadRead(THREAD_READ): ThreadReadParams => ThreadResponse;
    /// Which threads are saved.
    ThreadList(THREAD_LIST): ThreadListParams => Listed<Thread>;
    /// The ids of the threads that the server has in memory.
    ThreadLoadedList(THREAD_LOADED_LIST): Page => Listed<String>;
    /// Names a thread.
    ThreadNameSet(THREAD_NAME_SET): ThreadSetNameParams => Empty;
    /// Changes what is noted of a thread's repository.
    ThreadMetadataUpdate(THREAD_METADATA_UPDATE): ThreadMetadataUpdateParams => ThreadResponse;
    /// Puts a thread away.
    ThreadArchive(THREAD_ARCHIVE): ThreadId => Empty;
    /// Brings an archived thread back; it has to be taken up before turns.
    ThreadUnarchive(THREAD_UNARCHIVE): ThreadId => ThreadResponse;
    /// Deletes a thread for good.
    ThreadDelete(THREAD_DELETE): ThreadId => Empty;
    /// Listens to a thread no more.
    ThreadUnsubscribe(THREAD_UNSUBSCRIBE): ThreadId => ThreadUnsubscribeResponse;
}

objects! { "camelCase";

/// A thread. [`ThreadSummary`](crate::runtime::ThreadSummary) is what layer 3 promises of one; this is all that the
/// server says.
struct Thread {
    /// Its id.
    id: String,
    /// How it begins: the first message, usually.
    preview: String,
    /// Whose models it uses.
    model_provider: String,
    /// When it began; Unix time in seconds.
    created_at: i64,
    /// When it was changed last; Unix time in seconds.
    updated_at: i64,
    /// Its directory.
    cwd: String,
    /// The version of Codex that began it.
    cli_version: String,
    /// What kind of program began it.
    source: SessionSource,
    /// Its turns, where the method gives them; otherwise none.
    turns: Vec<Turn>,
} optional {
    /// The session that it belongs to; since 0.145.
    session_id: String,
    /// What it does now; since 0.125.
    status: ThreadStatus,
    /// Whether nothing of it is saved; since 0.125.
    ephemeral: bool,
    /// Its name.
    name: String,
    /// The file that it is saved in; none where it is not.
    path: String,
    /// What is noted of its repository.
    git_info: GitInfo,
    /// The thread that it is a copy of.
    forked_from_id: String,
    /// The thread whose sub-agent it is.
    parent_thread_id: String,
    /// Its name as a sub-agent.
    agent_nickname: String,
    /// Its role as a sub-agent.
    agent_role: String,
    /// The model, as configured last.
    model: String,
    /// How long it thinks, as configured last.
    reasoning_effort: String,
    /// How its history is saved.
    history_mode: ThreadHistoryMode,
    /// The client that began it.
    originator: String,
    /// Its project.
    project_id: String,
    /// When it was used last, for sorting; Unix time in seconds.
    recency_at: i64,
    /// Its section.
    section: ThreadSection,
    /// When it came into that section; Unix time in seconds.
    section_entered_at: i64,
    /// What a client said of where it comes from.
    thread_source: String,
}

/// What is noted of a repository.
struct GitInfo {} optional {
    /// The commit.
    sha: String,
    /// The branch.
    branch: String,
    /// Where it was cloned from.
    origin_url: String,
}

/// A thread with its settings (`thread/start`, `thread/resume`, `thread/fork`).
struct OpenedThread {
    /// The thread, with its turns unless they were left out.
    thread: Thread,
    /// The model.
    model: String,
    /// Whose.
    model_provider: String,
    /// Its directory.
    cwd: String,
    /// When it asks.
    approval_policy: AskForApproval,
    /// What its commands may do.
    sandbox: SandboxPolicy,
} optional {
    /// Who answers; since 0.125.
    approvals_reviewer: ApprovalsReviewer,
    /// How fast it is served; the standard otherwise.
    service_tier: String,
    /// How long it thinks; as the model has it otherwise.
    reasoning_effort: String,
    /// The files that its instructions come from.
    instruction_sources: Vec<String>,
    /// Plugins that it does without.
    disabled_plugin_ids: Vec<String>,
    /// In which way it works together with people; of `thread/resume` only.
    collaboration_mode: CollaborationMode,
    /// Where `thread/items/list` goes on backwards; of `thread/resume` only.
    items_backwards_cursor: String,
    /// Where `thread/turns/list` goes on backwards; of `thread/resume` only.
    turns_backwards_cursor: String,
}

/// A thread.
struct ThreadResponse {
    /// The thread.
    thread: Thread,
}

/// Whether there was anything to stop listening to.
struct ThreadUnsubscribeResponse {
    /// What there was.
    status: ThreadUnsubscribeStatus,
}

}
