//! The params of the notifications that the reducer knows, as the server sends them. Unknown fields are ignored.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::event::{ErrorEvent, Usage};
use super::provider_error::readable;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ItemUpdate<'a> {
    #[serde(borrow)]
    pub(super) item: &'a RawValue,
    #[serde(default)]
    pub(super) thread_id: Option<String>,
    #[serde(default)]
    pub(super) turn_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TurnUpdate {
    pub(super) thread_id: String,
    pub(super) turn: WireTurn,
}

#[derive(Deserialize)]
pub(super) struct WireTurn {
    pub(super) id: String,
    #[serde(default)]
    pub(super) status: String,
    #[serde(default)]
    pub(super) error: Option<WireError>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireError {
    #[serde(default)]
    pub(super) message: String,
    #[serde(default)]
    pub(super) codex_error_info: Value,
    #[serde(default)]
    pub(super) additional_details: Option<String>,
}

impl From<WireError> for ErrorEvent {
    fn from(error: WireError) -> Self {
        // A word, or an object with the word as its only key and the HTTP status inside.
        let (code, http_status) = match error.codex_error_info {
            Value::String(word) => (Some(word), None),
            Value::Object(fields) => match fields.into_iter().next() {
                Some((word, inner)) => {
                    let status = inner["httpStatusCode"]
                        .as_u64()
                        .and_then(|status| u16::try_from(status).ok());
                    (Some(word), status)
                }
                None => (None, None),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => (None, None),
        };
        let (message, raw) = match readable(&error.message) {
            Cow::Borrowed(_) => (error.message, None),
            Cow::Owned(readable) => (readable, Some(error.message)),
        };
        Self {
            message,
            code,
            http_status,
            details: raw.or(error.additional_details),
            will_retry: false,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ErrorUpdate {
    pub(super) error: WireError,
    #[serde(default)]
    pub(super) will_retry: bool,
    #[serde(default)]
    pub(super) thread_id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Message {
    pub(super) message: String,
}

#[derive(Deserialize)]
pub(super) struct Notice {
    pub(super) summary: String,
    #[serde(default)]
    pub(super) details: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DiffUpdated {
    pub(super) thread_id: String,
    pub(super) diff: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlanUpdate {
    #[serde(default)]
    pub(super) thread_id: Option<String>,
    #[serde(default)]
    pub(super) turn_id: Option<String>,
    #[serde(default)]
    pub(super) explanation: Option<String>,
    pub(super) plan: Vec<WireStep>,
}

#[derive(Deserialize)]
pub(super) struct WireStep {
    pub(super) step: String,
    pub(super) status: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UsageUpdate {
    pub(super) thread_id: String,
    pub(super) token_usage: WireUsages,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireUsages {
    pub(super) total: WireUsage,
    pub(super) last: WireUsage,
    #[serde(default)]
    pub(super) model_context_window: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
pub(super) struct WireUsage {
    pub(super) input_tokens: u64,
    pub(super) cached_input_tokens: u64,
    pub(super) cache_write_input_tokens: u64,
    pub(super) output_tokens: u64,
    pub(super) reasoning_output_tokens: u64,
}

impl From<WireUsage> for Usage {
    fn from(usage: WireUsage) -> Self {
        Self {
            input_tokens: usage.input_tokens,
            cached_input_tokens: usage.cached_input_tokens,
            cache_write_input_tokens: usage.cache_write_input_tokens,
            output_tokens: usage.output_tokens,
            reasoning_output_tokens: usage.reasoning_output_tokens,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HookCompleted {
    pub(super) thread_id: String,
    pub(super) run: HookRun,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HookRun {
    pub(super) event_name: String,
    pub(super) status: String,
    #[serde(default)]
    pub(super) entries: Vec<HookEntry>,
}

#[derive(Deserialize)]
pub(super) struct HookEntry {
    #[serde(default)]
    pub(super) text: String,
}
