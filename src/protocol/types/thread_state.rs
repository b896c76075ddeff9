//! What a thread does, where it comes from, and the words for kinds of threads.

use super::common::Empty;
use super::shape::{choices, kinds, objects, words};

objects! { "camelCase";

/// A thread that works (`active`).
struct ActiveThread {
    /// What it waits for, if anything.
    active_flags: Vec<ThreadActiveFlag>,
}

}

objects! { "snake_case";

/// The sub-agent of a thread (`thread_spawn`).
struct SpawnedThread {
    /// The thread that began it.
    parent_thread_id: String,
    /// How many threads are above it.
    depth: i32,
} optional {
    /// Its name.
    agent_nickname: String,
    /// Its role.
    agent_role: String,
    /// Where it is in the tree of sub-agents.
    agent_path: String,
}

}

kinds! {
    /// What a thread does now (`status`).
    enum ThreadStatus by "type" {
        /// The server does not have it in memory.
        NotLoaded(Empty) = "notLoaded",
        /// Nothing.
        Idle(Empty) = "idle",
        /// Nothing, because its last turn failed.
        SystemError(Empty) = "systemError",
        /// A turn.
        Active(ActiveThread) = "active",
    }
}

choices! {
    /// What kind of program began a thread (`source`).
    enum SessionSource {
        words {
            Cli = "cli",
            /// Also every client of an app-server.
            VsCode = "vscode",
            Exec = "exec",
            AppServer = "appServer",
            Unknown = "unknown",
        }
        with {
            /// Another one, by its name.
            Custom(String) = "custom",
            /// The agent of another thread.
            SubAgent(SubAgentSource) = "subAgent",
        }
    }
    /// What a sub-agent is for.
    enum SubAgentSource {
        words { Review = "review", Compact = "compact", MemoryConsolidation = "memory_consolidation" }
        with {
            /// The model asked for it.
            ThreadSpawn(SpawnedThread) = "thread_spawn",
            /// Something else, by its name.
            Other(String) = "other",
        }
    }
}

words! {
    /// What a thread waits for.
    enum ThreadActiveFlag { WaitingOnApproval = "waitingOnApproval", WaitingOnUserInput = "waitingOnUserInput" }
    /// How the history of a thread is saved.
    enum ThreadHistoryMode { Legacy = "legacy", Paginated = "paginated" }
    /// Whether there was anything to stop listening to.
    enum ThreadUnsubscribeStatus {
        NotLoaded = "notLoaded",
        NotSubscribed = "notSubscribed",
        Unsubscribed = "unsubscribed",
    }
    /// Why a thread begins.
    enum ThreadStartSource { Startup = "startup", Clear = "clear" }
    /// By what threads are sorted.
    enum ThreadSortKey {
        CreatedAt = "created_at",
        UpdatedAt = "updated_at",
        RecencyAt = "recency_at",
        SectionPosition = "section_position",
    }
    /// Kinds of programs that begin threads, to list by.
    enum ThreadSourceKind {
        Cli = "cli",
        VsCode = "vscode",
        Exec = "exec",
        AppServer = "appServer",
        SubAgent = "subAgent",
        SubAgentReview = "subAgentReview",
        SubAgentCompact = "subAgentCompact",
        SubAgentThreadSpawn = "subAgentThreadSpawn",
        SubAgentOther = "subAgentOther",
        Unknown = "unknown",
    }
}
