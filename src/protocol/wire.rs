//! One line of the server to a message: reply, notification, server request, or a delta.
//!
//! Deltas are most of a turn, so they have a fast path that parses them once and borrows from the line.
//! Other messages keep their params as raw JSON. No state here.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Which text of an item a delta extends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeltaKind {
    /// `item/agentMessage/delta`.
    AgentMessage,
    /// `item/reasoning/summaryTextDelta`.
    ReasoningSummary,
    /// `item/reasoning/textDelta`.
    Reasoning,
    /// `item/commandExecution/outputDelta`; incomplete, `aggregated_output` of the item is authoritative.
    CommandOutput,
    /// `item/fileChange/outputDelta`.
    FileChangeOutput,
    /// `item/plan/delta`.
    Plan,
}

/// A message of the server, borrowed from its line.
#[derive(Debug)]
pub(crate) enum Message<'a> {
    /// A piece of an item's text.
    Delta(Delta<'a>),
    /// A notification that is not a delta.
    Notification {
        method: Cow<'a, str>,
        params: &'a RawValue,
        thread_id: Option<Cow<'a, str>>,
    },
    /// A request of the server, which wants exactly one reply.
    Request {
        id: RequestId,
        method: Cow<'a, str>,
        params: &'a RawValue,
    },
    /// A reply to a request of ours.
    Reply {
        id: RequestId,
        outcome: Result<&'a RawValue, RpcError>,
    },
}

/// A delta notification.
#[derive(Debug)]
pub(crate) struct Delta<'a> {
    pub(crate) kind: DeltaKind,
    pub(crate) params: DeltaParams<'a>,
}

/// The params that every delta notification has.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeltaParams<'a> {
    #[serde(borrow)]
    pub(crate) thread_id: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) turn_id: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) item_id: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) delta: Cow<'a, str>,
    #[serde(default)]
    pub(crate) summary_index: Option<u32>,
}

/// A JSON-RPC id: the server's own are integers, any peer may use strings.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, serde::Serialize)]
#[serde(untagged)]
pub enum RequestId {
    /// Used by Codex.
    Number(i64),
    /// Used by other clients.
    Text(String),
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(formatter),
            Self::Text(text) => text.fmt(formatter),
        }
    }
}

/// The `error` of a JSON-RPC reply.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct RpcError {
    #[serde(default)]
    pub(crate) code: i64,
    #[serde(default)]
    pub(crate) message: String,
    #[serde(default)]
    pub(crate) data: Option<serde_json::Value>,
}

/// Why a line is not a message.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WireError {
    #[error("not JSON-RPC: {0}")]
    Json(#[from] serde_json::Error),
    #[error("neither a method nor an id")]
    Shapeless,
}

/// The methods of delta notifications.
const DELTA_METHODS: [(&str, DeltaKind); 6] = [
    ("item/agentMessage/delta", DeltaKind::AgentMessage),
    ("item/commandExecution/outputDelta", DeltaKind::CommandOutput),
    ("item/reasoning/summaryTextDelta", DeltaKind::ReasoningSummary),
    ("item/reasoning/textDelta", DeltaKind::Reasoning),
    ("item/plan/delta", DeltaKind::Plan),
    ("item/fileChange/outputDelta", DeltaKind::FileChangeOutput),
];

/// The delta kind of a notification's method.
pub(crate) fn delta_kind(method: &str) -> Option<DeltaKind> {
    DELTA_METHODS
        .iter()
        .find(|(known, _)| *known == method)
        .map(|(_, kind)| *kind)
}

/// The notification's method of a delta kind.
pub(crate) fn delta_method(kind: DeltaKind) -> &'static str {
    DELTA_METHODS
        .iter()
        .find(|(_, known)| *known == kind)
        .map_or("", |(method, _)| method)
}

/// Parses one line.
pub(crate) fn parse(line: &[u8]) -> Result<Message<'_>, WireError> {
    if let Some(delta) = parse_delta(line) {
        return Ok(Message::Delta(delta));
    }
    let envelope: Envelope<'_> = serde_json::from_slice(line)?;
    let Some(method) = envelope.method else {
        let id = envelope.id.ok_or(WireError::Shapeless)?;
        let outcome = match envelope.error {
            Some(error) => Err(error),
            None => Ok(envelope.result.unwrap_or(RawValue::NULL)),
        };
        return Ok(Message::Reply { id, outcome });
    };
    let params = envelope.params.unwrap_or(RawValue::NULL);
    if let Some(id) = envelope.id {
        return Ok(Message::Request { id, method, params });
    }
    if let Some(kind) = delta_kind(&method)
        && let Ok(params) = serde_json::from_str(params.get())
    {
        return Ok(Message::Delta(Delta { kind, params }));
    }
    let thread_id = serde_json::from_str::<ThreadOf<'_>>(params.get())
        .ok()
        .and_then(|of| of.thread_id);
    Ok(Message::Notification {
        method,
        params,
        thread_id,
    })
}

/// The method and the params of a notification, unparsed.
#[cfg(feature = "app-server")]
pub(crate) fn notification_in(line: &[u8]) -> Option<(Cow<'_, str>, &RawValue)> {
    let envelope: Envelope<'_> = serde_json::from_slice(line).ok()?;
    Some((envelope.method?, envelope.params.unwrap_or(RawValue::NULL)))
}

/// The fast path for a delta in the server's usual order of keys. It ignores anything after the params.
fn parse_delta(line: &[u8]) -> Option<Delta<'_>> {
    let rest = line.strip_prefix(br#"{"method":""#)?;
    let (method, rest) = rest.split_at(memchr::memchr(b'"', rest)?);
    let kind = delta_kind(std::str::from_utf8(method).ok()?)?;
    let params = rest.strip_prefix(br#"","params":"#)?;
    let mut deserializer = serde_json::Deserializer::from_slice(params);
    let params = DeltaParams::deserialize(&mut deserializer).ok()?;
    Some(Delta { kind, params })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ThreadOf<'a> {
    #[serde(borrow, default)]
    thread_id: Option<Cow<'a, str>>,
}

/// The envelope of a message.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(default)]
    id: Option<RequestId>,
    #[serde(borrow, default)]
    method: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    params: Option<&'a RawValue>,
    #[serde(borrow, default)]
    result: Option<&'a RawValue>,
    #[serde(default)]
    error: Option<RpcError>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delta_is_parsed_with_its_envelope_and_borrows() {
        let line = br#"{"method":"item/agentMessage/delta","params":{"threadId":"t","turnId":"u","itemId":"i","delta":"hi","new":1},"emittedAtMs":1}"#;
        let Message::Delta(delta) = parse(line).unwrap() else {
            panic!("not a delta")
        };
        assert_eq!(delta.kind, DeltaKind::AgentMessage);
        assert!(matches!(delta.params.delta, Cow::Borrowed("hi")));
        assert!(matches!(delta.params.thread_id, Cow::Borrowed("t")));
    }

    #[test]
    fn a_delta_whose_params_come_first_is_a_delta_too() {
        let line = br#"{"params":{"threadId":"t","turnId":"u","itemId":"i","delta":"a\nb","summaryIndex":2},"method":"item/reasoning/summaryTextDelta"}"#;
        let Message::Delta(delta) = parse(line).unwrap() else {
            panic!("not a delta")
        };
        assert_eq!(
            (delta.params.delta.as_ref(), delta.params.summary_index),
            ("a\nb", Some(2))
        );
    }

    #[test]
    fn a_delta_of_an_unknown_shape_is_a_notification() {
        let line = br#"{"method":"item/plan/delta","params":{"threadId":"t","piece":"x"}}"#;
        assert!(matches!(parse(line).unwrap(), Message::Notification { .. }));
    }

    #[test]
    fn a_reply_carries_its_result_or_its_error() {
        let Message::Reply { id, outcome } = parse(br#"{"id":7,"result":{"a":1}}"#).unwrap() else {
            panic!()
        };
        assert_eq!((id, outcome.unwrap().get()), (RequestId::Number(7), r#"{"a":1}"#));
        let line = br#"{"error":{"code":-32001,"message":"busy"},"id":"x"}"#;
        let Message::Reply { id, outcome } = parse(line).unwrap() else {
            panic!()
        };
        assert_eq!(
            (id, outcome.unwrap_err().code),
            (RequestId::Text("x".into()), -32001)
        );
    }

    #[test]
    fn a_server_request_is_told_from_a_notification_by_its_id() {
        let line = br#"{"method":"item/tool/call","id":0,"params":{"threadId":"t"}}"#;
        assert!(matches!(
            parse(line).unwrap(),
            Message::Request {
                id: RequestId::Number(0),
                ..
            }
        ));
        let line = br#"{"method":"turn/started","params":{"turn":{},"threadId":"t"}}"#;
        let Message::Notification { thread_id, .. } = parse(line).unwrap() else {
            panic!()
        };
        assert_eq!(thread_id.as_deref(), Some("t"));
    }

    #[test]
    fn what_is_no_message_is_an_error() {
        for line in [
            &b"garbage"[..],
            b"[]",
            b"{}",
            b"{\"id\":null}",
            b"\xff\xfe",
            b"{\"method\":",
        ] {
            assert!(parse(line).is_err(), "{line:?}");
        }
    }
}
