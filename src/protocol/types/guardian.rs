//! What is told of reviews by a model in place of a person (`item/autoApprovalReview/*`).

use super::approval::NetworkApprovalProtocol;
use super::method::notifications;
use super::permissions::PermissionProfile;
use super::shape::{kinds, objects, words};

notifications! {
    /// A review began.
    ItemAutoApprovalReviewStarted(ITEM_AUTO_APPROVAL_REVIEW_STARTED): AutoApprovalReviewStartedNotification;
    /// A review ended.
    ItemAutoApprovalReviewCompleted(ITEM_AUTO_APPROVAL_REVIEW_COMPLETED):
        AutoApprovalReviewCompletedNotification;
}

objects! { "camelCase";

/// A review that began.
struct AutoApprovalReviewStartedNotification {
    /// The thread.
    thread_id: String,
    /// The turn.
    turn_id: String,
    /// The review.
    review_id: String,
    /// What wants to be done.
    action: GuardianApprovalReviewAction,
    /// How the review stands.
    review: GuardianApprovalReview,
} optional {
    /// The item that wants it; some things have none.
    target_item_id: String,
    /// When it began; Unix time in milliseconds; since 0.145.
    started_at_ms: i64,
}

/// A review that ended.
struct AutoApprovalReviewCompletedNotification {
    /// The thread.
    thread_id: String,
    /// The turn.
    turn_id: String,
    /// The review.
    review_id: String,
    /// What wanted to be done.
    action: GuardianApprovalReviewAction,
    /// What came of it.
    review: GuardianApprovalReview,
    /// Who decided.
    decision_source: AutoReviewDecisionSource,
} optional {
    /// The item that wanted it; some things have none.
    target_item_id: String,
    /// When it began; Unix time in milliseconds; since 0.145.
    started_at_ms: i64,
    /// When it ended; likewise.
    completed_at_ms: i64,
}

/// How a review stands.
struct GuardianApprovalReview {
    /// How.
    status: GuardianApprovalReviewStatus,
} optional {
    /// How dangerous it is.
    risk_level: GuardianRiskLevel,
    /// How clearly the user wants it.
    user_authorization: GuardianUserAuthorization,
    /// Why it was decided so.
    rationale: String,
}

/// A shell line (`command`).
struct GuardianCommand {
    /// The line.
    command: String,
    /// Where it would run.
    cwd: String,
    /// How it would run.
    source: GuardianCommandSource,
}

/// A program (`execve`).
struct GuardianProgram {
    /// The program.
    program: String,
    /// Its arguments, with its name first.
    argv: Vec<String>,
    /// Where it would run.
    cwd: String,
    /// How it would run.
    source: GuardianCommandSource,
}

/// Typing into a command that runs (`writeStdin`).
struct GuardianInput {
    /// The request that it belongs to.
    approval_id: String,
    /// What runs the command.
    process_id: String,
    /// Where it runs.
    cwd: String,
    /// What would be typed.
    stdin: String,
}

/// A change of files (`applyPatch`).
struct GuardianPatch {
    /// Where.
    cwd: String,
    /// The files.
    files: Vec<String>,
}

/// Reaching something in the network (`networkAccess`).
struct GuardianNetwork {
    /// All of it.
    target: String,
    /// The host.
    host: String,
    /// The port.
    port: u16,
    /// How.
    protocol: NetworkApprovalProtocol,
}

/// A call of an MCP tool (`mcpToolCall`).
struct GuardianToolCall {
    /// The server.
    server: String,
    /// The tool.
    tool_name: String,
} optional {
    /// What people call the tool.
    tool_title: String,
    /// What connects the app that it is of.
    connector_id: String,
    /// What people call that.
    connector_name: String,
}

/// More permissions (`requestPermissions`).
struct GuardianPermissions {
    /// Which.
    permissions: PermissionProfile,
} optional {
    /// Why.
    reason: String,
}

}

kinds! {
    /// What wants to be done.
    enum GuardianApprovalReviewAction by "type" {
        /// A shell line.
        Command(GuardianCommand) = "command",
        /// A program.
        Execve(GuardianProgram) = "execve",
        /// Typing into a command that runs.
        WriteStdin(GuardianInput) = "writeStdin",
        /// A change of files.
        ApplyPatch(GuardianPatch) = "applyPatch",
        /// Reaching something in the network.
        NetworkAccess(GuardianNetwork) = "networkAccess",
        /// A call of an MCP tool.
        McpToolCall(GuardianToolCall) = "mcpToolCall",
        /// More permissions.
        RequestPermissions(GuardianPermissions) = "requestPermissions",
    }
}

words! {
    /// How a command would run.
    enum GuardianCommandSource { Shell = "shell", UnifiedExec = "unifiedExec" }
    /// Who decided.
    enum AutoReviewDecisionSource { Agent = "agent" }
    /// How dangerous something is.
    enum GuardianRiskLevel { Low = "low", Medium = "medium", High = "high", Critical = "critical" }
    /// How clearly the user wants something.
    enum GuardianUserAuthorization { Unknown = "unknown", Low = "low", Medium = "medium", High = "high" }
    /// How a review stands.
    enum GuardianApprovalReviewStatus {
        InProgress = "inProgress",
        Approved = "approved",
        Denied = "denied",
        TimedOut = "timedOut",
        Aborted = "aborted",
    }
}
