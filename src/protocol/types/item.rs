//! Items: what a turn consists of, and listing them. Their parts are in [`item_parts`](super::item_parts).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::common::{Empty, Listed, SortDirection};
use super::input::{FunctionCallOutputBody, UserInput};
use super::item_parts::{
    AgentMessageDelivery, AgentMessageModeration, AsyncUserInputQuestion, CollabAgentState, CollabAgentTool,
    CollabAgentToolCallStatus, CommandAction, CommandExecutionSource, DynamicToolCallOutputContentItem,
    FileUpdateChange, HookPromptFragment, ImageGenerationFailure, ImageGenerationInputImage, ItemStatus,
    McpAppUi, McpToolCallAppContext, McpToolCallError, McpToolCallResult, MemoryCitation, MessagePhase,
    SubAgentActivityKind, WebSearchAction,
};
use super::method::requests;
use super::shape::{kinds, objects};

requests! {
    /// The items of a thread, or of one of its turns.
    ThreadItemsList(THREAD_ITEMS_LIST): ThreadItemsListParams => Listed<ThreadItemEntry>;
}

/// An item of a turn: its id, its times, and the details of its kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ThreadItem {
    /// Its id; the model's own for calls of tools.
    pub id: String,
    /// When it began; Unix time in milliseconds. Not in notifications, which have it beside the item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at_ms: Option<i64>,
    /// When it ended; likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at_ms: Option<i64>,
    /// What it is. Its `other` has the fields that are not known.
    #[serde(flatten)]
    pub details: ThreadItemDetails,
}

kinds! {
    /// What an item is (`type`).
    #[expect(clippy::large_enum_variant, reason = "items come one by one, and a box would be in everybody's way")]
    enum ThreadItemDetails by "type" {
        /// What a user said.
        UserMessage(UserMessageItem) = "userMessage",
        /// What hooks said.
        HookPrompt(HookPromptItem) = "hookPrompt",
        /// What the agent said.
        AgentMessage(AgentMessageItem) = "agentMessage",
        /// What a tool of the client gave.
        FunctionCallOutput(FunctionCallOutputItem) = "functionCallOutput",
        /// A plan that the agent proposes.
        Plan(TextItem) = "plan",
        /// What the agent thought.
        Reasoning(ReasoningItem) = "reasoning",
        /// A command.
        CommandExecution(CommandExecutionItem) = "commandExecution",
        /// A change of files.
        FileChange(FileChangeItem) = "fileChange",
        /// A call of an MCP server's tool.
        McpToolCall(McpToolCallItem) = "mcpToolCall",
        /// A call of a tool of the client.
        DynamicToolCall(DynamicToolCallItem) = "dynamicToolCall",
        /// Something that the agent did with other agents.
        CollabAgentToolCall(CollabAgentToolCallItem) = "collabAgentToolCall",
        /// Something that a sub-agent did.
        SubAgentActivity(SubAgentActivityItem) = "subAgentActivity",
        /// A search.
        WebSearch(WebSearchItem) = "webSearch",
        /// An image that the agent looked at.
        ImageView(ImageViewItem) = "imageView",
        /// The agent waited.
        Sleep(SleepItem) = "sleep",
        /// An image that the agent made.
        ImageGeneration(ImageGenerationItem) = "imageGeneration",
        /// A review began.
        EnteredReviewMode(ReviewItem) = "enteredReviewMode",
        /// A review ended.
        ExitedReviewMode(ReviewItem) = "exitedReviewMode",
        /// The conversation was summarised, to make room.
        ContextCompaction(Empty) = "contextCompaction",
    }
}

objects! { "camelCase";

/// What a user said (`userMessage`).
struct UserMessageItem {
    /// Its parts.
    content: Vec<UserInput>,
} optional {
    /// The id that the client gave it (`clientUserMessageId`).
    client_id: String,
}

/// What hooks said (`hookPrompt`).
struct HookPromptItem {
    /// Its parts.
    fragments: Vec<HookPromptFragment>,
}

/// What the agent said (`agentMessage`).
struct AgentMessageItem {
    /// The text; empty when it begins.
    text: String,
} optional {
    /// Which part of the answer it is.
    phase: MessagePhase,
    /// How it reaches the user.
    delivery: AgentMessageDelivery,
    /// What it took from the memory.
    memory_citation: MemoryCitation,
    /// What a moderation made of it.
    moderation: AgentMessageModeration,
    /// What it asks, without waiting.
    questions: Vec<AsyncUserInputQuestion>,
}

/// What a tool of the client gave (`functionCallOutput`).
struct FunctionCallOutputItem {
    /// The tool.
    name: String,
    /// What it gave.
    output: FunctionCallOutputBody,
} optional {
    /// Where the tool is from.
    namespace: String,
}

/// A text (`plan`).
struct TextItem {
    /// The text.
    text: String,
}

/// What the agent thought (`reasoning`).
struct ReasoningItem {} optional {
    /// In short, part by part.
    summary: Vec<String>,
    /// In full, where the model gives that.
    content: Vec<String>,
}

/// A command (`commandExecution`).
struct CommandExecutionItem {
    /// The shell line, with the shell.
    command: String,
    /// Where it runs.
    cwd: String,
    /// How it stands; `failed` if its exit code is not 0.
    status: ItemStatus,
    /// What it does, as far as its words say.
    command_actions: Vec<CommandAction>,
} optional {
    /// What runs it.
    process_id: String,
    /// Who wanted it.
    source: CommandExecutionSource,
    /// What it wrote, at its end; of more than a megabyte the middle is left out.
    aggregated_output: String,
    /// Its exit code, at its end.
    exit_code: i32,
    /// How long it took, in milliseconds.
    duration_ms: i64,
    /// The plugin that it is from.
    plugin_id: String,
    /// The script that it runs.
    script_path: String,
}

/// A change of files (`fileChange`).
struct FileChangeItem {
    /// The files.
    changes: Vec<FileUpdateChange>,
    /// How it stands.
    status: ItemStatus,
}

/// A call of an MCP server's tool (`mcpToolCall`).
struct McpToolCallItem {
    /// The server.
    server: String,
    /// The tool.
    tool: String,
    /// How it stands.
    status: ItemStatus,
    /// What it was called with.
    arguments: Value,
} optional {
    /// What it gave.
    result: McpToolCallResult,
    /// Why it failed.
    error: McpToolCallError,
    /// How long it took, in milliseconds.
    duration_ms: i64,
    /// Whether the tool says that it changes nothing.
    read_only_hint: bool,
    /// The app that it is of.
    app_context: McpToolCallAppContext,
    /// The resource that the app is shown with.
    mcp_app_resource_uri: String,
    /// How the app is shown.
    mcp_app_ui: McpAppUi,
    /// The plugin that the server is from.
    plugin_id: String,
}

/// A call of a tool of the client (`dynamicToolCall`).
struct DynamicToolCallItem {
    /// The tool.
    tool: String,
    /// How it stands.
    status: ItemStatus,
    /// What it was called with.
    arguments: Value,
} optional {
    /// Where the tool is from.
    namespace: String,
    /// What it gave.
    content_items: Vec<DynamicToolCallOutputContentItem>,
    /// Whether it did what it should.
    success: bool,
    /// How long it took, in milliseconds.
    duration_ms: i64,
}

/// Something that the agent did with other agents (`collabAgentToolCall`).
struct CollabAgentToolCallItem {
    /// What.
    tool: CollabAgentTool,
    /// How it stands.
    status: CollabAgentToolCallStatus,
    /// The thread that did it.
    sender_thread_id: String,
    /// The threads that it did it with.
    receiver_thread_ids: Vec<String>,
    /// How those stand, by their ids.
    agents_states: std::collections::BTreeMap<String, CollabAgentState>,
} optional {
    /// What it told them.
    prompt: String,
    /// Their model.
    model: String,
    /// How long they think.
    reasoning_effort: String,
}

/// Something that a sub-agent did (`subAgentActivity`).
struct SubAgentActivityItem {
    /// What.
    kind: SubAgentActivityKind,
    /// Its thread.
    agent_thread_id: String,
    /// Where it is in the tree of sub-agents.
    agent_path: String,
} optional {
    /// Its model, where it began.
    model: String,
    /// How long it thinks.
    reasoning_effort: String,
}

/// A search (`webSearch`).
struct WebSearchItem {
    /// What was looked for.
    query: String,
} optional {
    /// What was done, in detail.
    action: WebSearchAction,
    /// What was found.
    results: Vec<Value>,
}

/// An image that the agent looked at (`imageView`).
struct ImageViewItem {
    /// Where it is.
    path: String,
}

/// The agent waited (`sleep`).
struct SleepItem {
    /// How long, in milliseconds.
    duration_ms: u64,
}

/// An image that the agent made (`imageGeneration`).
struct ImageGenerationItem {
    /// How it stands, in the service's words.
    status: String,
} optional {
    /// Why there is none.
    failure: ImageGenerationFailure,
    /// The service's id of it.
    generation_id: String,
    /// The images that it was made from.
    input_images: Vec<ImageGenerationInputImage>,
    /// What the service made of the prompt.
    revised_prompt: String,
    /// Where it is saved.
    saved_path: String,
    /// Whether it is transparent where nothing is.
    transparent_background: bool,
    /// The image, in base64; none where it has a `file_id`.
    result: String,
    /// Where the service keeps the image; since 0.169.
    file_id: String,
}

/// A review (`enteredReviewMode`, `exitedReviewMode`).
struct ReviewItem {
    /// What is to be looked at, or what was found.
    review: String,
}

/// Which items to list.
struct ThreadItemsListParams: new {
    /// Of which thread.
    thread_id: String,
} optional {
    /// Of which turn; of all otherwise.
    turn_id: String,
    /// Where the page before ended, or the item next to it.
    cursor: ThreadItemsListCursor,
    /// At most so many.
    limit: u32,
    /// In which order; the first one first, by default.
    sort_direction: SortDirection,
    /// Given: long outputs are left out of the items.
    defer_output: Map<String, Value>,
}

/// An item with its turn.
struct ThreadItemEntry {
    /// The item.
    item: ThreadItem,
    /// The turn.
    turn_id: String,
} optional {
    /// When it began; Unix time in milliseconds.
    started_at_ms: i64,
    /// When it ended; Unix time in milliseconds.
    completed_at_ms: i64,
}

/// An item as a place in a list (`item`).
struct ItemAnchor: new {
    /// Its id.
    item_id: String,
}

}

kinds! {
    /// A place in a list of items; needs the turn's id.
    enum ThreadItemsListAnchor by "type" {
        /// After it, or before it in the other order.
        Item(ItemAnchor) = "item",
    }
}

/// Where a list of items goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ThreadItemsListCursor {
    /// Where the page before ended.
    Cursor(String),
    /// At an item.
    Anchor(ThreadItemsListAnchor),
}
