//! Turns: what one is, beginning, steering and stopping it, and what is told of it.

use serde_json::Value;

use super::common::{Empty, Listed, SortDirection};
use super::input::{FunctionCallOutputBody, UserInput};
use super::item::ThreadItem;
use super::method::{notifications, requests};
use super::settings::{ApprovalsReviewer, AskForApproval, Personality, ReasoningSummary, SandboxPolicy};
use super::shape::{self, choices, objects, words};

requests! {
    /// Begins a turn; on a thread with a turn that runs, steers that one.
    TurnStart(TURN_START): TurnStartParams => TurnResponse;
    /// Says something to a turn that runs.
    TurnSteer(TURN_STEER): TurnSteerParams => TurnSteerResponse;
    /// Stops a turn. Commands that it runs go on.
    TurnInterrupt(TURN_INTERRUPT): TurnInterruptParams => Empty;
    /// The turns of a thread.
    ThreadTurnsList(THREAD_TURNS_LIST): ThreadTurnsListParams => Listed<Turn>;
}

notifications! {
    /// A turn began.
    TurnStarted(TURN_STARTED): TurnNotification;
    /// A turn ended, in one way or another.
    TurnCompleted(TURN_COMPLETED): TurnNotification;
    /// What all changes of files in a turn come to.
    TurnDiffUpdated(TURN_DIFF_UPDATED): TurnDiffUpdatedNotification;
    /// What the agent plans, anew.
    TurnPlanUpdated(TURN_PLAN_UPDATED): TurnPlanUpdatedNotification;
    /// What a moderation said of a turn.
    TurnModerationMetadata(TURN_MODERATION_METADATA): TurnModerationMetadataNotification;
}

objects! { "camelCase";

/// A turn.
struct Turn {
    /// Its id.
    id: String,
    /// How it stands.
    status: TurnStatus,
    /// Its items, as far as [`items_view`](Self::items_view) says; of 0.104 none but in `thread/read` and its like.
    items: Vec<ThreadItem>,
} optional {
    /// Which items are there; since 0.145.
    items_view: TurnItemsView,
    /// Why it failed.
    error: TurnError,
    /// The turn that this work began with.
    root_turn_id: String,
    /// When it began; Unix time in seconds.
    started_at: i64,
    /// When it ended; Unix time in seconds.
    completed_at: i64,
    /// How long it took, in milliseconds.
    duration_ms: i64,
}

/// Why a turn failed (`error`).
struct TurnError {
    /// In words.
    message: String,
} optional {
    /// Which failure it is.
    codex_error_info: CodexErrorInfo,
    /// More words.
    additional_details: String,
    /// What was held against the turn, where that ended it.
    misalignment: MisalignmentErrorDetails,
}

/// What was held against a turn.
struct MisalignmentErrorDetails {} optional {
    /// Which kind it is.
    error_type: String,
    /// What exactly.
    detailed_explanation: String,
    /// What was looked at.
    review_target: String,
    /// What the agent was told instead.
    steer: MisalignmentSteer,
}

/// What the agent was told.
struct MisalignmentSteer {
    /// In words.
    message: String,
}

/// A failure on the way to the model.
struct HttpFailure {} optional {
    /// The HTTP status, if there was an answer.
    http_status_code: u16,
}

/// A turn that takes no steering.
struct NotSteerable {
    /// Which kind of turn it is.
    turn_kind: NonSteerableTurnKind,
}

/// What to do in a turn. What is left out stays as the thread has it; what is given stays for later turns, save for
/// `output_schema` and `service_tier_for_turn`.
struct TurnStartParams: new {
    /// In which thread.
    thread_id: String,
    /// What is said.
    input: Vec<UserInput>,
} optional {
    /// The model.
    model: String,
    /// How long it thinks.
    effort: String,
    /// How much it tells of its thoughts.
    summary: ReasoningSummary,
    /// The directory.
    cwd: String,
    /// When it asks.
    approval_policy: AskForApproval,
    /// Who answers.
    approvals_reviewer: ApprovalsReviewer,
    /// What its commands may do.
    sandbox_policy: SandboxPolicy,
    /// How fast it is served; `Some(None)` for the standard.
    #[serde(deserialize_with = "shape::nullable")]
    service_tier: Option<String>,
    /// How fast this turn alone is served.
    service_tier_for_turn: String,
    /// How it talks.
    personality: Personality,
    /// The JSON schema that the final message is to follow; Codex does not check it.
    output_schema: Value,
    /// The id that the client gives to the message; its item has it as `clientId`.
    client_user_message_id: String,
    /// Plugins to do without; an empty list is none.
    disabled_plugin_ids: Vec<String>,
    /// The turn on whose behalf this one runs.
    parent_turn_id: String,
    /// The turn that this work began with.
    root_turn_id: String,
    /// What a tool of the client gave, for the model to see.
    tool_output: TurnToolOutput,
    /// What began the turn, noted with it.
    turn_trigger: String,
}

/// What a tool gave.
struct TurnToolOutput: new {
    /// The tool.
    name: String,
    /// What it gave.
    output: FunctionCallOutputBody,
} optional {
    /// Where the tool is from.
    namespace: String,
    /// Whether later turns see it, too.
    retain: bool,
}

/// A turn that began (`turn/start`).
struct TurnResponse {
    /// The turn.
    turn: Turn,
}

/// What to say to a turn that runs.
struct TurnSteerParams: new {
    /// In which thread.
    thread_id: String,
    /// The turn that is meant; it is an error if another one runs.
    expected_turn_id: String,
    /// What is said.
    input: Vec<UserInput>,
} optional {
    /// The id that the client gives to the message.
    client_user_message_id: String,
}

/// The turn that was steered.
struct TurnSteerResponse {
    /// Its id.
    turn_id: String,
}

/// Which turn to stop.
struct TurnInterruptParams: new {
    /// In which thread.
    thread_id: String,
    /// Its id; empty for whichever runs.
    turn_id: String,
}

/// Which turns to list.
struct ThreadTurnsListParams: new {
    /// Of which thread.
    thread_id: String,
} optional {
    /// Where the page before ended.
    cursor: String,
    /// At most so many.
    limit: u32,
    /// In which order; the last one first, by default.
    sort_direction: SortDirection,
    /// With which items; a summary, by default.
    items_view: TurnItemsView,
}

/// A turn of a thread (`turn/started`, `turn/completed`).
struct TurnNotification {
    /// The thread.
    thread_id: String,
    /// The turn; of its items usually the last message alone.
    turn: Turn,
}

/// The changes of a turn so far.
struct TurnDiffUpdatedNotification {
    /// The thread.
    thread_id: String,
    /// The turn.
    turn_id: String,
    /// The differences of all files, in git's form.
    diff: String,
}

/// The plan of a turn.
struct TurnPlanUpdatedNotification {
    /// The thread.
    thread_id: String,
    /// The turn.
    turn_id: String,
    /// Its steps.
    plan: Vec<TurnPlanStep>,
} optional {
    /// Why it changed.
    explanation: String,
}

/// A step of a plan.
struct TurnPlanStep {
    /// What is to be done.
    step: String,
    /// How it stands.
    status: TurnPlanStepStatus,
}

/// What a moderation said of a turn.
struct TurnModerationMetadataNotification {
    /// The thread.
    thread_id: String,
    /// The turn.
    turn_id: String,
    /// What it said.
    metadata: Value,
}

}

choices! {
    /// Which failure it is (`codexErrorInfo`).
    enum CodexErrorInfo {
        words {
            ContextWindowExceeded = "contextWindowExceeded",
            SessionBudgetExceeded = "sessionBudgetExceeded",
            UsageLimitExceeded = "usageLimitExceeded",
            RateLimitExceeded = "rateLimitExceeded",
            FlexUnavailable = "flexUnavailable",
            ServerOverloaded = "serverOverloaded",
            ModelNotFound = "modelNotFound",
            PolicyCapacityUnavailable = "policyCapacityUnavailable",
            CyberPolicy = "cyberPolicy",
            MisalignmentPolicyViolation = "misalignmentPolicyViolation",
            TooManyDenials = "tooManyDenials",
            InternalServerError = "internalServerError",
            Unauthorized = "unauthorized",
            BadRequest = "badRequest",
            ThreadRollbackFailed = "threadRollbackFailed",
            SandboxError = "sandboxError",
            InferenceHookDenied = "inferenceHookDenied",
            Other = "other",
        }
        with {
            /// The service could not be reached, or refused.
            HttpConnectionFailed(HttpFailure) = "httpConnectionFailed",
            /// The answer could not begin.
            ResponseStreamConnectionFailed(HttpFailure) = "responseStreamConnectionFailed",
            /// The answer was cut.
            ResponseStreamDisconnected(HttpFailure) = "responseStreamDisconnected",
            /// It failed again and again.
            ResponseTooManyFailedAttempts(HttpFailure) = "responseTooManyFailedAttempts",
            /// The turn that runs takes no steering.
            ActiveTurnNotSteerable(NotSteerable) = "activeTurnNotSteerable",
        }
    }
}

words! {
    /// How a turn stands.
    enum TurnStatus {
        Completed = "completed",
        Interrupted = "interrupted",
        Failed = "failed",
        InProgress = "inProgress",
    }
    /// Which items of a turn are there.
    enum TurnItemsView {
        /// None.
        NotLoaded = "notLoaded",
        /// The first message of the user and the last of the agent.
        Summary = "summary",
        /// All.
        Full = "full",
    }
    /// How a step of a plan stands.
    enum TurnPlanStepStatus { Pending = "pending", InProgress = "inProgress", Completed = "completed" }
    /// Kinds of turns that take no steering.
    enum NonSteerableTurnKind { Review = "review", Compact = "compact" }
}
