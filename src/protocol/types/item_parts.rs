//! What items are made of, and the words in them.

use serde_json::Value;

use super::common::Empty;
use super::shape::{kinds, objects, words};

objects! { "camelCase";

/// A part of what hooks said.
struct HookPromptFragment {
    /// What the hook said.
    text: String,
    /// Which run of a hook it was.
    hook_run_id: String,
}

/// What a message took from the memory.
struct MemoryCitation {
    /// Which parts.
    entries: Vec<MemoryCitationEntry>,
    /// Of which threads.
    thread_ids: Vec<String>,
}

/// A part of the memory.
struct MemoryCitationEntry {
    /// The file.
    path: String,
    /// Its first line, from 1.
    line_start: u32,
    /// Its last line.
    line_end: u32,
    /// What it is cited for.
    note: String,
}

/// What a moderation made of a message.
struct AgentMessageModeration {
    /// Whether it did anything.
    moderated: bool,
} optional {
    /// How it is to be shown.
    display: AgentMessageDisplay,
}

/// How a moderated message is to be shown.
struct AgentMessageDisplay {
    /// What to do with it.
    action: String,
} optional {
    /// Why it was held back.
    block_type: String,
    /// Whether to point to trusted contacts.
    check_trusted_contacts: bool,
    /// Whether access for security work would help.
    cyber_trusted_access: bool,
}

/// What a message asks, without waiting.
struct AsyncUserInputQuestion {
    /// The question.
    title: String,
} optional {
    /// Answers to choose from.
    options: Vec<String>,
}

/// A command reads a file (`read`).
struct ReadAction {
    /// The command.
    command: String,
    /// The file's name.
    name: String,
    /// Where it is.
    path: String,
}

/// A command lists files (`listFiles`).
struct ListFilesAction {
    /// The command.
    command: String,
} optional {
    /// Where.
    path: String,
}

/// A command searches (`search`).
struct SearchAction {
    /// The command.
    command: String,
} optional {
    /// What for.
    query: String,
    /// Where.
    path: String,
}

/// A command does something else (`unknown`).
struct OtherAction {
    /// The command.
    command: String,
}

/// A file that changes.
struct FileUpdateChange {
    /// The file.
    path: String,
    /// What happens to it.
    kind: PatchChangeKind,
    /// The difference; of a file that is new or gone, all that is in it.
    diff: String,
}

/// A call of an MCP tool gave this.
struct McpToolCallResult {
    /// What it gave, in MCP's own form.
    content: Vec<Value>,
} optional {
    /// What it gave, as data.
    structured_content: Value,
    /// What else the server said.
    #[serde(rename = "_meta")]
    meta: Value,
}

/// A call of an MCP tool failed.
struct McpToolCallError {
    /// In words.
    message: String,
}

/// The app that a tool is of.
struct McpToolCallAppContext {
    /// What connects it.
    connector_id: String,
} optional {
    /// The account that it is connected to.
    link_id: String,
    /// What is done.
    action_name: String,
    /// Its name.
    app_name: String,
    /// What it is shown with.
    resource_uri: String,
}

/// How an app is shown.
struct McpAppUi {
    /// What with.
    resource_uri: String,
    /// How large.
    preferred_model_display_mode: McpAppDisplayMode,
}

/// A text for the model (`inputText`).
struct InputTextContent: new {
    /// The text.
    text: String,
}

/// An image for the model (`inputImage`).
struct InputImageContent: new {
    /// Its URL.
    image_url: String,
}

/// A sound for the model (`inputAudio`).
struct InputAudioContent: new {
    /// Its URL.
    audio_url: String,
}

/// How an agent stands.
struct CollabAgentState {
    /// How.
    status: CollabAgentStatus,
} optional {
    /// What it said last.
    message: String,
}

/// A search (`search`).
struct WebSearchQuery {} optional {
    /// What for.
    query: String,
    /// What for, where it is several searches.
    queries: Vec<String>,
}

/// A page was opened (`openPage`).
struct OpenedPage {} optional {
    /// Which.
    url: String,
}

/// A page was searched (`findInPage`).
struct SearchedPage {} optional {
    /// Which.
    url: String,
    /// What for.
    pattern: String,
}

/// A limit on images was reached (`usageLimitExceeded`).
struct ImageLimit {
    /// Which.
    limit_id: String,
} optional {
    /// When it is over; Unix time in seconds.
    resets_at: i64,
}

/// An image that another one was made from.
struct ImageGenerationInputImage {
    /// Where it is.
    path: String,
    /// The digest of what is in it.
    sha256: String,
}

}

objects! { "snake_case";

/// A file is changed (`update`).
struct UpdatedFile {} optional {
    /// Where it is moved to.
    move_path: String,
}

}

kinds! {
    /// What a command does.
    enum CommandAction by "type" {
        /// It reads a file.
        Read(ReadAction) = "read",
        /// It lists files.
        ListFiles(ListFilesAction) = "listFiles",
        /// It searches.
        Search(SearchAction) = "search",
        /// Its words do not say.
        Unknown(OtherAction) = "unknown",
    }
    /// What happens to a file.
    enum PatchChangeKind by "type" {
        /// It is new.
        Add(Empty) = "add",
        /// It is gone.
        Delete(Empty) = "delete",
        /// It is changed or moved.
        Update(UpdatedFile) = "update",
    }
    /// What a tool of the client gave.
    enum DynamicToolCallOutputContentItem by "type" {
        /// A text.
        InputText(InputTextContent) = "inputText",
        /// An image.
        InputImage(InputImageContent) = "inputImage",
        /// A sound.
        InputAudio(InputAudioContent) = "inputAudio",
    }
    /// What a search did.
    enum WebSearchAction by "type" {
        /// It searched.
        Search(WebSearchQuery) = "search",
        /// It opened a page.
        OpenPage(OpenedPage) = "openPage",
        /// It searched a page.
        FindInPage(SearchedPage) = "findInPage",
        /// Something else.
        Other(Empty) = "other",
    }
    /// Why there is no image.
    enum ImageGenerationFailure by "type" {
        /// A limit was reached.
        UsageLimitExceeded(ImageLimit) = "usageLimitExceeded",
    }
}

words! {
    /// How something that the agent does stands.
    enum ItemStatus {
        InProgress = "inProgress",
        Completed = "completed",
        Failed = "failed",
        /// It was not allowed; of commands and changes of files only.
        Declined = "declined",
    }
    /// Which part of the answer a message is.
    enum MessagePhase {
        Commentary = "commentary",
        PartialAnswer = "partial_answer",
        FinalAnswer = "final_answer",
    }
    /// How a message reaches the user.
    enum AgentMessageDelivery { Async = "async" }
    /// Who wanted a command.
    enum CommandExecutionSource {
        Agent = "agent",
        UserShell = "userShell",
        UnifiedExecStartup = "unifiedExecStartup",
        UnifiedExecInteraction = "unifiedExecInteraction",
    }
    /// How large an app is shown.
    enum McpAppDisplayMode { Inline = "inline", Fullscreen = "fullscreen" }
    /// How an agent stands.
    enum CollabAgentStatus {
        PendingInit = "pendingInit",
        Running = "running",
        Interrupted = "interrupted",
        Completed = "completed",
        Errored = "errored",
        Shutdown = "shutdown",
        NotFound = "notFound",
    }
    /// What an agent does with other agents.
    enum CollabAgentTool {
        SpawnAgent = "spawnAgent",
        SendInput = "sendInput",
        ResumeAgent = "resumeAgent",
        Wait = "wait",
        CloseAgent = "closeAgent",
        SendMessage = "sendMessage",
        FollowupTask = "followupTask",
        InterruptAgent = "interruptAgent",
        ListAgents = "listAgents",
    }
    /// How that stands.
    enum CollabAgentToolCallStatus {
        InProgress = "inProgress",
        Completed = "completed",
        Failed = "failed",
        Interrupted = "interrupted",
    }
    /// What a sub-agent did.
    enum SubAgentActivityKind {
        Started = "started",
        Interacted = "interacted",
        Interrupted = "interrupted",
        Completed = "completed",
    }
}
