//! The lines of a healthy server, and writing them.

use std::io::{self, Write};

use serde_json::{Value, json};

pub(crate) const THREAD: &str = "01a1fb1f-b0a4-7211-922d-865eccd28cb3";
pub(crate) const TURN: &str = "01a1fb1f-b0c9-7f71-bd53-6c08c32e46ce";

pub(crate) fn raw(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

pub(crate) fn send(message: &Value) -> io::Result<()> {
    raw(format!("{message}\n").as_bytes())
}

pub(crate) fn reply(id: &Value, result: &Value) -> io::Result<()> {
    send(&json!({ "id": id, "result": result }))
}

pub(crate) fn notify(method: &str, params: &Value) -> io::Result<()> {
    send(&json!({ "method": method, "params": params, "emittedAtMs": 1 }))
}

pub(crate) fn turn(status: &str) -> Value {
    json!({ "threadId": THREAD, "turn": { "id": TURN, "status": status, "items": [], "error": null } })
}

pub(crate) fn item(kind: &str, text: &str) -> io::Result<()> {
    let item = json!({ "type": "agentMessage", "id": "msg_1", "text": text });
    notify(
        &format!("item/{kind}"),
        &json!({ "item": item, "threadId": THREAD, "turnId": TURN }),
    )
}

pub(crate) fn delta(text: &str) -> io::Result<()> {
    let params = json!({ "threadId": THREAD, "turnId": TURN, "itemId": "msg_1", "delta": text });
    notify("item/agentMessage/delta", &params)
}

pub(crate) fn usage() -> io::Result<()> {
    let tokens = json!({ "inputTokens": 10, "outputTokens": 5, "totalTokens": 15 });
    let usage = json!({ "total": tokens, "last": tokens });
    notify(
        "thread/tokenUsage/updated",
        &json!({ "threadId": THREAD, "turnId": TURN, "tokenUsage": usage }),
    )
}

pub(crate) fn end(status: &str) -> io::Result<()> {
    notify("turn/completed", &turn(status))
}
