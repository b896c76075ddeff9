//! A server that writes endlessly.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::lines::{THREAD, TURN};

/// How many lines are written at once.
const TOGETHER: usize = 200;

/// Writes until the reader is gone.
pub(crate) fn begin(what: &str) {
    let what = what.to_owned();
    std::thread::spawn(move || {
        for number in 0.. {
            let lines = (0..TOGETHER)
                .map(|line| format!("{}\n", message(&what, number * TOGETHER + line)))
                .collect::<String>();
            if io::stdout().lock().write_all(lines.as_bytes()).is_err() {
                return;
            }
        }
    });
}

fn message(what: &str, number: usize) -> Value {
    let notification = |method: &str, params: Value| json!({ "method": method, "params": params });
    match what {
        "status" => notification(
            "thread/status/changed",
            json!({ "threadId": THREAD, "status": "active" }),
        ),
        "unknown" => notification("brand/new", json!({ "threadId": THREAD, "number": number })),
        "strangers" => notification(
            "thread/status/changed",
            json!({ "threadId": format!("thread-{number}"), "status": "active" }),
        ),
        "warnings" => notification("warning", json!({ "message": format!("warning {number}") })),
        "deltas" => notification(
            "item/agentMessage/delta",
            json!({ "threadId": THREAD, "turnId": TURN, "itemId": "msg_1", "delta": "word " }),
        ),
        _ => json!(what),
    }
}
