//! The params of the notifications that the reducer knows, as the server sends them. Unknown fields are ignored.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::runtime::event::{ErrorEvent, Usage};
use crate::runtime::provider_error::readable;

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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::runtime) struct TurnUpdate {
    pub(in crate::runtime) thread_id: String,
    pub(in crate::runtime) turn: WireTurn,
}

#[derive(Deserialize)]
pub(in crate::runtime) struct WireTurn {
    pub(in crate::runtime) id: String,
    #[serde(default)]
    pub(in crate::runtime) status: String,
    #[serde(default)]
    pub(in crate::runtime) error: Option<WireError>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::runtime) struct WireError {
    #[serde(default)]
    pub(in crate::runtime) message: String,
    #[serde(default)]
    pub(in crate::runtime) codex_error_info: Value,
    #[serde(default)]
    pub(in crate::runtime) additional_details: Option<String>,
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
pub(in crate::runtime) struct ErrorUpdate {
    pub(in crate::runtime) error: WireError,
    #[serde(default)]
    pub(in crate::runtime) will_retry: bool,
    #[serde(default)]
    pub(in crate::runtime) thread_id: Option<String>,
}

#[derive(Deserialize)]
pub(in crate::runtime) struct Message {
    pub(in crate::runtime) message: String,
}

#[derive(Deserialize)]
pub(in crate::runtime) struct Notice {
    pub(in crate::runtime) summary: String,
    #[serde(default)]
    pub(in crate::runtime) details: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::runtime) struct DiffUpdated {
    pub(in crate::runtime) thread_id: String,
    pub(in crate::runtime) diff: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::runtime) struct PlanUpdate {
    #[serde(default)]
    pub(in crate::runtime) thread_id: Option<String>,
    #[serde(default)]
    pub(in crate::runtime) turn_id: Option<String>,
    #[serde(default)]
    pub(in crate::runtime) explanation: Option<String>,
    pub(in crate::runtime) plan: Vec<WireStep>,
}

#[derive(Deserialize)]
pub(in crate::runtime) struct WireStep {
    pub(in crate::runtime) step: String,
    pub(in crate::runtime) status: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::runtime) struct UsageUpdate {
    pub(in crate::runtime) thread_id: String,
    pub(in crate::runtime) token_usage: WireUsages,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::runtime) struct WireUsages {
    pub(in crate::runtime) total: WireUsage,
    pub(in crate::runtime) last: WireUsage,
    #[serde(default)]
    pub(in crate::runtime) model_context_window: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
pub(in crate::runtime) struct WireUsage {
    pub(in crate::runtime) input_tokens: u64,
    pub(in crate::runtime) cached_input_tokens: u64,
    pub(in crate::runtime) cache_write_input_tokens: u64,
    pub(in crate::runtime) output_tokens: u64,
    pub(in crate::runtime) reasoning_output_tokens: u64,
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
