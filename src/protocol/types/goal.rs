//! Goals of threads, and what else a thread can be told to do outside of turns.

use serde_json::Value;

use super::common::{Empty, ThreadId};
use super::method::{notifications, requests};
use super::shape::{self, objects, words};
use super::thread::{Thread, ThreadResponse};

requests! {
    /// Gives a thread a goal, or changes it.
    ThreadGoalSet(THREAD_GOAL_SET): ThreadGoalSetParams => ThreadGoalSetResponse;
    /// The goal of a thread.
    ThreadGoalGet(THREAD_GOAL_GET): ThreadId => ThreadGoalGetResponse;
    /// Takes a thread's goal away.
    ThreadGoalClear(THREAD_GOAL_CLEAR): ThreadGoalClearParams => ThreadGoalClearResponse;
    /// Summarises the conversation to make room: a turn of its own, which stops one that runs.
    ThreadCompactStart(THREAD_COMPACT_START): ThreadId => Empty;
    /// Runs a shell line outside of the sandbox, as a turn of its own.
    ThreadShellCommand(THREAD_SHELL_COMMAND): ThreadShellCommandParams => Empty;
    /// Puts items into what the model sees.
    ThreadInjectItems(THREAD_INJECT_ITEMS): ThreadInjectItemsParams => Empty;
    /// Forgets a turn and all after it.
    ThreadRevert(THREAD_REVERT): ThreadRevertParams => ThreadRevertResponse;
    /// Forgets the last turns; before 0.169.
    ThreadRollback(THREAD_ROLLBACK): ThreadRollbackParams => ThreadResponse;
    /// Allows what the guardian denied.
    ThreadApproveGuardianDeniedAction(THREAD_APPROVE_GUARDIAN_DENIED_ACTION):
        ThreadApproveGuardianDeniedActionParams => Empty;
}

notifications! {
    /// The goal of a thread changed.
    ThreadGoalUpdated(THREAD_GOAL_UPDATED): ThreadGoalUpdatedNotification;
    /// A thread has no goal any more.
    ThreadGoalCleared(THREAD_GOAL_CLEARED): ThreadId;
    /// The conversation was summarised. Newer servers send an item instead.
    ThreadCompacted(THREAD_COMPACTED): ThreadCompactedNotification;
    /// A turn and all after it were forgotten.
    ThreadReverted(THREAD_REVERTED): ThreadId;
}

objects! { "camelCase";

/// What a thread works towards.
struct ThreadGoal {
    /// The thread.
    thread_id: String,
    /// The goal.
    objective: String,
    /// How it stands.
    status: ThreadGoalStatus,
    /// How many tokens it took so far.
    tokens_used: i64,
    /// How many seconds it took so far.
    time_used_seconds: i64,
    /// When it was set; Unix time in seconds.
    created_at: i64,
    /// When it changed; Unix time in seconds.
    updated_at: i64,
} optional {
    /// How many tokens it may take; any number otherwise.
    token_budget: i64,
}

/// A goal, or what to change of one. What is left out stays.
struct ThreadGoalSetParams: new {
    /// Of which thread.
    thread_id: String,
} optional {
    /// The goal.
    objective: String,
    /// How it stands.
    status: ThreadGoalStatus,
    /// How many tokens it may take; `Some(None)` for any number.
    #[serde(deserialize_with = "shape::nullable")]
    token_budget: Option<i64>,
    /// Who sets it.
    origin: ThreadGoalMutationOrigin,
}

/// The goal that is set.
struct ThreadGoalSetResponse {
    /// The goal.
    goal: ThreadGoal,
}

/// The goal, if there is one.
struct ThreadGoalGetResponse {} optional {
    /// The goal.
    goal: ThreadGoal,
}

/// Whose goal to take away.
struct ThreadGoalClearParams: new {
    /// The thread's.
    thread_id: String,
} optional {
    /// Who does it.
    origin: ThreadGoalMutationOrigin,
}

/// Whether there was a goal.
struct ThreadGoalClearResponse {
    /// Whether.
    cleared: bool,
}

/// A goal that changed.
struct ThreadGoalUpdatedNotification {
    /// The thread.
    thread_id: String,
    /// The goal.
    goal: ThreadGoal,
} optional {
    /// The turn that changed it.
    turn_id: String,
}

/// A shell line to run.
struct ThreadShellCommandParams: new {
    /// In which thread.
    thread_id: String,
    /// The line.
    command: String,
} optional {
    /// After how many milliseconds it is ended; after an hour by default.
    timeout_ms: i64,
}

/// What to put into what the model sees.
struct ThreadInjectItemsParams: new {
    /// Of which thread.
    thread_id: String,
    /// Items in the form of the Responses API.
    items: Vec<Value>,
}

/// What to forget.
struct ThreadRevertParams: new {
    /// Of which thread.
    thread_id: String,
    /// This turn and all after it.
    before_turn_id: String,
}

/// What is left.
struct ThreadRevertResponse {
    /// The thread.
    thread: Thread,
} optional {
    /// Where `thread/items/list` goes on backwards.
    items_backwards_cursor: String,
    /// Where `thread/turns/list` goes on backwards.
    turns_backwards_cursor: String,
}

/// What to forget.
struct ThreadRollbackParams: new {
    /// Of which thread.
    thread_id: String,
    /// So many turns, from the end.
    num_turns: u32,
}

/// What to allow.
struct ThreadApproveGuardianDeniedActionParams: new {
    /// In which thread.
    thread_id: String,
    /// The denial, as it was told.
    event: Value,
}

/// A conversation that was summarised.
struct ThreadCompactedNotification {
    /// The thread.
    thread_id: String,
    /// The turn.
    turn_id: String,
}

}

words! {
    /// How a goal stands.
    enum ThreadGoalStatus {
        Active = "active",
        Paused = "paused",
        Blocked = "blocked",
        UsageLimited = "usageLimited",
        BudgetLimited = "budgetLimited",
        Complete = "complete",
    }
    /// Who changes a goal.
    enum ThreadGoalMutationOrigin { User = "user", Automatic = "automatic" }
}
