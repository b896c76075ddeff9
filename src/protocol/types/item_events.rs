//! What is told of items while a turn runs.

use super::item::ThreadItem;
use super::item_parts::FileUpdateChange;
use super::method::notifications;
use super::shape::objects;

notifications! {
    /// An item began.
    ItemStarted(ITEM_STARTED): ItemStartedNotification;
    /// An item ended. It may come after the end of its turn, and for some that began it never comes.
    ItemCompleted(ITEM_COMPLETED): ItemCompletedNotification;
    /// More of a message of the agent.
    AgentMessageDelta(ITEM_AGENT_MESSAGE_DELTA): ItemDeltaNotification;
    /// More of a proposed plan.
    PlanDelta(ITEM_PLAN_DELTA): ItemDeltaNotification;
    /// More of what the agent thinks, in short.
    ReasoningSummaryTextDelta(ITEM_REASONING_SUMMARY_TEXT_DELTA): ReasoningSummaryTextDeltaNotification;
    /// Another part of what the agent thinks, in short.
    ReasoningSummaryPartAdded(ITEM_REASONING_SUMMARY_PART_ADDED): ReasoningSummaryPartAddedNotification;
    /// More of what the agent thinks, in full.
    ReasoningTextDelta(ITEM_REASONING_TEXT_DELTA): ReasoningTextDeltaNotification;
    /// More of what a command writes. Not all of it comes so: the item has it at its end.
    CommandExecutionOutputDelta(ITEM_COMMAND_EXECUTION_OUTPUT_DELTA): ItemDeltaNotification;
    /// The agent wrote to a command.
    TerminalInteraction(ITEM_COMMAND_EXECUTION_TERMINAL_INTERACTION): TerminalInteractionNotification;
    /// More of what a change of files writes; old servers only.
    FileChangeOutputDelta(ITEM_FILE_CHANGE_OUTPUT_DELTA): ItemDeltaNotification;
    /// A change of files, as far as the model has written it.
    FileChangePatchUpdated(ITEM_FILE_CHANGE_PATCH_UPDATED): FileChangePatchUpdatedNotification;
    /// How far a call of an MCP tool is.
    McpToolCallProgress(ITEM_MCP_TOOL_CALL_PROGRESS): McpToolCallProgressNotification;
}

objects! { "camelCase";

/// An item that began.
struct ItemStartedNotification {
    /// The thread.
    thread_id: String,
    /// The turn.
    turn_id: String,
    /// The item.
    item: ThreadItem,
} optional {
    /// When it began; Unix time in milliseconds; since 0.145.
    started_at_ms: i64,
}

/// An item that ended.
struct ItemCompletedNotification {
    /// The thread.
    thread_id: String,
    /// The turn; the one that it began in.
    turn_id: String,
    /// The item.
    item: ThreadItem,
} optional {
    /// When it ended; Unix time in milliseconds; since 0.145.
    completed_at_ms: i64,
    /// How many tokens a message of the agent has.
    content_token_count: u64,
}

/// More of an item's text or output.
struct ItemDeltaNotification {
    /// The thread.
    thread_id: String,
    /// The turn.
    turn_id: String,
    /// The item.
    item_id: String,
    /// What is added.
    delta: String,
}

/// More of what the agent thinks, in short.
struct ReasoningSummaryTextDeltaNotification {
    /// The thread.
    thread_id: String,
    /// The turn.
    turn_id: String,
    /// The item.
    item_id: String,
    /// Which part, from 0.
    summary_index: i64,
    /// What is added.
    delta: String,
}

/// Another part of what the agent thinks.
struct ReasoningSummaryPartAddedNotification {
    /// The thread.
    thread_id: String,
    /// The turn.
    turn_id: String,
    /// The item.
    item_id: String,
    /// Which part, from 0.
    summary_index: i64,
}

/// More of what the agent thinks, in full.
struct ReasoningTextDeltaNotification {
    /// The thread.
    thread_id: String,
    /// The turn.
    turn_id: String,
    /// The item.
    item_id: String,
    /// Which part, from 0.
    content_index: i64,
    /// What is added.
    delta: String,
}

/// What the agent wrote to a command.
struct TerminalInteractionNotification {
    /// The thread.
    thread_id: String,
    /// The turn.
    turn_id: String,
    /// The item of the command.
    item_id: String,
    /// What runs it.
    process_id: String,
    /// What was written.
    stdin: String,
}

/// A change of files so far.
struct FileChangePatchUpdatedNotification {
    /// The thread.
    thread_id: String,
    /// The turn.
    turn_id: String,
    /// The item.
    item_id: String,
    /// The files.
    changes: Vec<FileUpdateChange>,
}

/// How far a call of an MCP tool is.
struct McpToolCallProgressNotification {
    /// The thread.
    thread_id: String,
    /// The turn.
    turn_id: String,
    /// The item.
    item_id: String,
    /// In the server's words.
    message: String,
}

}
