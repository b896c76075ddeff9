//! How a turn ends: its tokens, its errors, its status.

use serde::{Deserialize, Serialize};

use crate::protocol::brief::brief_debug;
use crate::runtime::id::TurnId;
use crate::runtime::remedy::{Remedy, Wording};

/// The end of a turn.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TurnEnd {
    /// Id of the turn; empty if it never began.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub turn_id: TurnId,
    /// How it ended.
    #[serde(default)]
    pub status: TurnStatus,
    /// Tokens of this turn.
    #[serde(default)]
    pub usage: Usage,
    /// Why it did not complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<TurnError>,
    /// From the prompt to the end, in milliseconds, as measured here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
}

/// How a turn ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TurnStatus {
    /// The agent finished.
    #[default]
    Completed,
    /// An error ended it.
    Failed,
    /// It was interrupted: by a signal, a caller, a cap, or a refused approval.
    Interrupted,
    /// `timeout` or `idle_timeout` was reached.
    TimedOut,
}

/// Why a turn did not complete.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TurnError {
    /// The kind, which decides the exit code.
    pub kind: TurnErrorKind,
    /// What happened, in one line, with what and for how long.
    pub message: String,
    /// The server's own word for it (`codexErrorInfo`), where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What to do about it, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The same as a value, where it is known; not a part of the JSON.
    #[serde(skip)]
    pub remedy: Option<Remedy>,
    /// What the model's API answered, as it came, where the message says the same in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
}

impl TurnError {
    /// An error without anything beside its kind and its message.
    pub fn new(kind: TurnErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            code: None,
            hint: None,
            remedy: None,
            details: None,
        }
    }

    /// With what to do about it.
    #[must_use]
    pub fn with_remedy(self, remedy: Remedy) -> Self {
        Self {
            hint: Some(remedy.to_string()),
            remedy: Some(remedy),
            ..self
        }
    }

    /// Words the remedy in a front end's own terms.
    pub(crate) fn word(&mut self, wording: Wording) {
        if let Some(remedy) = &self.remedy {
            self.hint = Some(wording(remedy));
        }
    }
}

/// Kinds of [`TurnError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TurnErrorKind {
    /// The model, the provider or Codex reported an error.
    Failed,
    /// The provider refused the credentials.
    Unauthorized,
    /// Overloaded, rate limited or out of quota: try again later.
    Unavailable,
    /// The turn's deadline passed.
    Timeout,
    /// Nothing was heard from Codex for too long.
    IdleTimeout,
    /// The token cap was reached.
    MaxTokens,
    /// An approval was required and was cancelled, or nobody was available to answer.
    ApprovalRefused,
    /// Somebody interrupted it.
    Interrupted,
    /// A hook of Codex blocked the prompt.
    Blocked,
    /// The answer does not match the output schema.
    SchemaMismatch,
    /// Codex died, or closed its output, in the middle of the turn.
    ServerGone,
    /// A line from Codex was longer than the frame limit.
    FrameTooLong,
    /// A kind that this version does not know.
    #[serde(other)]
    Unknown,
}

brief_debug!(ErrorEvent, TurnEnd, TurnError);

/// Token counts of a turn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Usage {
    /// Tokens sent to the model, cached ones included.
    #[serde(default)]
    pub input_tokens: u64,
    /// Part of `input_tokens` that came from the provider's cache.
    #[serde(default)]
    pub cached_input_tokens: u64,
    /// Part of `input_tokens` that was written to the provider's cache.
    #[serde(default)]
    pub cache_write_input_tokens: u64,
    /// Tokens the model wrote, reasoning included.
    #[serde(default)]
    pub output_tokens: u64,
    /// Part of `output_tokens` spent on reasoning.
    #[serde(default)]
    pub reasoning_output_tokens: u64,
}

impl Usage {
    /// Input and output together: what `--max-tokens` counts.
    pub fn total(&self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }
}

/// An error on the way of a turn.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ErrorEvent {
    /// What happened.
    pub message: String,
    /// The server's own word for it (`codexErrorInfo`), such as `usageLimitExceeded`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// HTTP status of the provider's answer, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// What the server adds (`additionalDetails`), or what the model's API answered, as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
    /// Whether the server retries by itself.
    #[serde(default)]
    pub will_retry: bool,
}
