//! The outcome of a run, as `--format json` prints it (`turnwise.run/1`) and as every renderer receives it at the end.

use serde::Serialize;
use serde_json::Value;

use crate::runtime::event::{Item, TurnStatus, Usage};

/// The name and number of the shape.
pub(crate) const RUN_SCHEMA: &str = "turnwise.run/1";

/// One run, from its prompt to its end.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RunReport {
    /// Always [`RUN_SCHEMA`].
    pub schema: &'static str,
    /// How the turn ended.
    pub status: TurnStatus,
    /// The exit code of the process.
    pub exit_code: u8,
    /// The thread, for `resume`; none if Codex did not get that far.
    pub session_id: Option<String>,
    /// The turn; none if it did not begin.
    pub turn_id: Option<String>,
    /// The final answer; what had come of it, if the turn did not complete. None if there was no message with text.
    pub text: Option<String>,
    /// The answer as JSON, with an output schema that it matches.
    pub structured: Option<Value>,
    /// The turn's items in order, each in its last known form.
    pub items: Vec<Item>,
    /// The server's requests and how each was settled.
    pub approvals: Vec<ReportedApproval>,
    /// Tokens of this turn.
    pub usage: Usage,
    /// The cumulative diff of the turn, where the server sent one.
    pub diff: Option<String>,
    /// The model that answered.
    pub model: Option<String>,
    /// When the run began, RFC 3339.
    pub started_at: String,
    /// From start to end, in milliseconds.
    pub duration_ms: u64,
    /// Warnings, in order: the server's and turnwise's own.
    pub warnings: Vec<String>,
    /// Why the exit code is not 0.
    pub error: Option<ReportedError>,
}

/// A server request in a report.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ReportedApproval {
    /// The server's request id.
    pub id: String,
    /// What was asked: `command`, `file_change`, …
    pub kind: crate::runtime::approval::ApprovalKind,
    /// The command line, for a command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The agent's own words for why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// `accept`, `decline`, `cancel`, `answer` or `closed`.
    pub decision: Option<String>,
    /// Who decided.
    pub by: Option<String>,
}

/// An error in a report, and the object that `json` and `jsonl` print for an error before the turn.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ReportedError {
    /// A word for the kind, stable for scripts.
    pub kind: String,
    /// What happened.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// What the model's API answered, as it came, where the message says the same in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
}
