//! What is told of threads.

use super::common::{Empty, ThreadId};
use super::method::notifications;
use super::settings::{
    ActivePermissionProfile, ApprovalsReviewer, AskForApproval, CollaborationMode, Personality,
    ReasoningSummary, SandboxPolicy,
};
use super::shape::{kinds, objects};
use super::thread::Thread;
use super::thread_state::ThreadStatus;

notifications! {
    /// A thread began. Every client is told.
    ThreadStarted(THREAD_STARTED): ThreadStartedNotification;
    /// A thread does something else than before.
    ThreadStatusChanged(THREAD_STATUS_CHANGED): ThreadStatusChangedNotification;
    /// A thread was put away.
    ThreadArchived(THREAD_ARCHIVED): ThreadId;
    /// A thread was brought back.
    ThreadUnarchived(THREAD_UNARCHIVED): ThreadId;
    /// A thread was deleted.
    ThreadDeleted(THREAD_DELETED): ThreadId;
    /// The server does not have a thread in memory any more.
    ThreadClosed(THREAD_CLOSED): ThreadId;
    /// A thread has another name.
    ThreadNameUpdated(THREAD_NAME_UPDATED): ThreadNameUpdatedNotification;
    /// A thread has other settings; with the experimental API only.
    ThreadSettingsUpdated(THREAD_SETTINGS_UPDATED): ThreadSettingsUpdatedNotification;
    /// How many tokens a thread took.
    ThreadTokenUsageUpdated(THREAD_TOKEN_USAGE_UPDATED): ThreadTokenUsageUpdatedNotification;
    /// What of a thread was read changed; with the experimental API only.
    ThreadReadStateChanged(THREAD_READ_STATE_CHANGED): ThreadReadStateChangedNotification;
    /// What waits to be said in a thread changed.
    ThreadQueueChanged(THREAD_QUEUE_CHANGED): ThreadId;
    /// What the user might say next.
    ThreadPredictionUpdated(THREAD_PREDICTION_UPDATED): ThreadPredictionUpdatedNotification;
    /// A thread belongs to another project.
    ThreadProjectUpdated(THREAD_PROJECT_UPDATED): ThreadProjectUpdatedNotification;
    /// An environment of a thread is there.
    ThreadEnvironmentConnected(THREAD_ENVIRONMENT_CONNECTED): EnvironmentConnectionNotification;
    /// An environment of a thread is gone.
    ThreadEnvironmentDisconnected(THREAD_ENVIRONMENT_DISCONNECTED): EnvironmentConnectionNotification;
}

objects! { "camelCase";

/// A thread that began.
struct ThreadStartedNotification {
    /// The thread.
    thread: Thread,
}

/// What a thread does.
struct ThreadStatusChangedNotification {
    /// The thread.
    thread_id: String,
    /// What it does now.
    status: ThreadStatus,
}

/// The name of a thread.
struct ThreadNameUpdatedNotification {
    /// The thread.
    thread_id: String,
} optional {
    /// Its name; none if it has none any more.
    thread_name: String,
}

/// The settings of a thread.
struct ThreadSettingsUpdatedNotification {
    /// The thread.
    thread_id: String,
    /// Its settings.
    thread_settings: ThreadSettings,
}

/// The settings of a thread.
struct ThreadSettings {
    /// Its directory.
    cwd: String,
    /// Its model.
    model: String,
    /// Whose.
    model_provider: String,
    /// When it asks.
    approval_policy: AskForApproval,
    /// Who answers.
    approvals_reviewer: ApprovalsReviewer,
    /// What its commands may do.
    sandbox_policy: SandboxPolicy,
    /// In which way it works together with people.
    collaboration_mode: CollaborationMode,
} optional {
    /// How long it thinks.
    effort: String,
    /// How much it tells of its thoughts.
    summary: ReasoningSummary,
    /// How fast it is served; the standard otherwise.
    service_tier: String,
    /// How it talks.
    personality: Personality,
    /// The named permissions that it has.
    active_permission_profile: ActivePermissionProfile,
    /// Plugins that it does without.
    disabled_plugin_ids: Vec<String>,
}

/// How many tokens a thread took.
struct ThreadTokenUsageUpdatedNotification {
    /// The thread.
    thread_id: String,
    /// The turn.
    turn_id: String,
    /// How many.
    token_usage: ThreadTokenUsage,
}

/// How many tokens a thread took.
struct ThreadTokenUsage {
    /// All of its requests together.
    total: TokenUsageBreakdown,
    /// The last request; after a compaction an estimate.
    last: TokenUsageBreakdown,
} optional {
    /// How many the model can see at once.
    model_context_window: i64,
}

/// Tokens by what they were for.
struct TokenUsageBreakdown {
    /// All of them.
    total_tokens: i64,
    /// Those that the model saw.
    input_tokens: i64,
    /// Of those, the ones that the service still had.
    cached_input_tokens: i64,
    /// Those that the model wrote.
    output_tokens: i64,
    /// Of those, the ones that it thought with.
    reasoning_output_tokens: i64,
} optional {
    /// Of those that the model saw, the ones that the service keeps; since 0.169.
    cache_write_input_tokens: i64,
}

/// What of a thread was read.
struct ThreadReadStateChangedNotification {
    /// The thread.
    thread_id: String,
    /// What was read.
    read_state: ThreadReadState,
}

/// What of a thread was read.
struct ThreadReadState {
    /// Changes with it.
    revision: String,
} optional {
    /// Where it begins that was not read; all was otherwise.
    first_unread: ThreadUnreadPosition,
}

/// A turn as a place in a thread (`turn`).
struct UnreadTurn {
    /// The turn.
    turn_id: String,
}

/// What the user might say next.
struct ThreadPredictionUpdatedNotification {
    /// The thread.
    thread_id: String,
    /// The turn that it is made from.
    source_turn_id: String,
    /// The guess.
    result: ThreadPredictionResult,
}

/// A guess (`completed`).
struct ThreadPrediction {} optional {
    /// What the user might say; nothing in particular otherwise.
    text: String,
}

/// The project of a thread.
struct ThreadProjectUpdatedNotification {
    /// The thread.
    thread_id: String,
} optional {
    /// The project; none if it has none any more.
    project_id: String,
}

/// An environment of a thread.
struct EnvironmentConnectionNotification {
    /// The thread.
    thread_id: String,
    /// The environment.
    environment_id: String,
}

}

kinds! {
    /// A place in a thread.
    enum ThreadUnreadPosition by "type" {
        /// Its beginning.
        ThreadStart(Empty) = "threadStart",
        /// A turn.
        Turn(UnreadTurn) = "turn",
    }
    /// A guess of what the user might say next.
    enum ThreadPredictionResult by "type" {
        /// It.
        Completed(ThreadPrediction) = "completed",
        /// There is none.
        Failed(Empty) = "failed",
    }
}
