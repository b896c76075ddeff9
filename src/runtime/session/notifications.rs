//! The notifications that the reducer knows: read into the protocol's types, and what these are in events. Pure.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::protocol::types::{
    CodexErrorInfo, ErrorNotification, ThreadTokenUsageUpdatedNotification, TokenUsageBreakdown,
    TurnDiffUpdatedNotification, TurnError, TurnPlanStep, TurnPlanStepStatus, TurnPlanUpdatedNotification,
    TurnStatus,
};
use crate::runtime::event::{ErrorEvent, TodoItem, Usage};
use crate::runtime::provider_error::readable;
use crate::runtime::tolerant::read;

/// `item/started` and `item/completed`, with the item unread: `items` reads it into the type of its kind.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::runtime) struct ItemUpdate<'a> {
    #[serde(borrow)]
    pub(in crate::runtime) item: &'a RawValue,
    #[serde(default)]
    pub(in crate::runtime) thread_id: Option<String>,
    #[serde(default)]
    pub(in crate::runtime) turn_id: Option<String>,
}

/// `turn/started` and `turn/completed`, without the items of the turn: they may be long, and were told before.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::runtime) struct TurnUpdate {
    pub(in crate::runtime) thread_id: String,
    pub(in crate::runtime) turn: TurnWithoutItems,
}

#[derive(Deserialize)]
pub(in crate::runtime) struct TurnWithoutItems {
    pub(in crate::runtime) id: String,
    #[serde(default)]
    pub(in crate::runtime) status: Option<TurnStatus>,
    #[serde(default)]
    pub(in crate::runtime) error: Option<TurnError>,
}

/// `hook/completed`, of which the generated types know nothing.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::runtime) struct HookCompleted {
    pub(in crate::runtime) thread_id: String,
    pub(in crate::runtime) run: HookRun,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::runtime) struct HookRun {
    pub(in crate::runtime) event_name: String,
    pub(in crate::runtime) status: String,
    #[serde(default)]
    pub(in crate::runtime) entries: Vec<HookEntry>,
}

#[derive(Deserialize)]
pub(in crate::runtime) struct HookEntry {
    #[serde(default)]
    pub(in crate::runtime) text: String,
}

/// Reads `turn/diff/updated`.
pub(in crate::runtime) fn diff_updated(params: &str) -> Option<TurnDiffUpdatedNotification> {
    read(params, &json!({ "turnId": "" })).ok()
}

/// Reads `turn/plan/updated`. An id that is not there is empty.
pub(in crate::runtime) fn plan_updated(params: &str) -> Option<TurnPlanUpdatedNotification> {
    read(params, &json!({ "threadId": "", "turnId": "" })).ok()
}

/// Reads `thread/tokenUsage/updated`.
pub(in crate::runtime) fn usage_updated(params: &str) -> Option<ThreadTokenUsageUpdatedNotification> {
    let none = json!({
        "totalTokens": 0, "inputTokens": 0, "cachedInputTokens": 0, "outputTokens": 0, "reasoningOutputTokens": 0,
    });
    read(
        params,
        &json!({ "turnId": "", "tokenUsage": { "total": none, "last": none } }),
    )
    .ok()
}

/// Reads `error`. An id that is not there is empty.
pub(in crate::runtime) fn error(params: &str) -> Option<ErrorNotification> {
    let defaults = json!({ "threadId": "", "turnId": "", "willRetry": false, "error": { "message": "" } });
    read(params, &defaults).ok()
}

impl From<TurnError> for ErrorEvent {
    fn from(error: TurnError) -> Self {
        let code = error.codex_error_info.as_ref();
        let (message, raw) = match readable(&error.message) {
            Cow::Borrowed(_) => (error.message, None),
            Cow::Owned(readable) => (readable, Some(error.message)),
        };
        Self {
            message,
            code: code
                .map(|info| info.as_str().to_owned())
                .filter(|code| !code.is_empty()),
            http_status: code.and_then(http_status),
            details: raw.or(error.additional_details),
            will_retry: false,
        }
    }
}

/// The HTTP status of the provider's answer, where there was one.
fn http_status(info: &CodexErrorInfo) -> Option<u16> {
    match info {
        CodexErrorInfo::HttpConnectionFailed(failure)
        | CodexErrorInfo::ResponseStreamConnectionFailed(failure)
        | CodexErrorInfo::ResponseStreamDisconnected(failure)
        | CodexErrorInfo::ResponseTooManyFailedAttempts(failure) => failure.http_status_code,
        CodexErrorInfo::Unrecognized(Value::Object(fields)) => {
            let status = fields.values().next()?["httpStatusCode"].as_u64()?;
            status.try_into().ok()
        }
        _ => None,
    }
}

impl From<TokenUsageBreakdown> for Usage {
    fn from(usage: TokenUsageBreakdown) -> Self {
        let count = |tokens: i64| u64::try_from(tokens).unwrap_or_default();
        Self {
            input_tokens: count(usage.input_tokens),
            cached_input_tokens: count(usage.cached_input_tokens),
            cache_write_input_tokens: count(usage.cache_write_input_tokens.unwrap_or_default()),
            output_tokens: count(usage.output_tokens),
            reasoning_output_tokens: count(usage.reasoning_output_tokens),
        }
    }
}

impl From<TurnPlanStep> for TodoItem {
    fn from(step: TurnPlanStep) -> Self {
        Self {
            completed: step.status == TurnPlanStepStatus::Completed,
            in_progress: step.status == TurnPlanStepStatus::InProgress,
            text: step.step,
        }
    }
}
