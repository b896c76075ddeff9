//! The steps of a scripted answer, and the server-sent events that they become.

use std::io;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::http::{begin_events, write_json};
use super::model::Gate;

/// One step of an answer.
#[derive(Debug, Clone)]
pub enum Step {
    /// A message, streamed in pieces with a pause after each.
    Text {
        /// The whole text.
        text: String,
        /// In how many pieces it comes.
        pieces: usize,
        /// The pause after each piece.
        pause: Duration,
        /// `commentary` or `final_answer`.
        phase: Option<&'static str>,
    },
    /// A message whose rest comes when a test opens the gate.
    Held {
        /// The first part.
        text: String,
        /// Holds the rest back.
        gate: Gate,
        /// The rest.
        rest: String,
    },
    /// A message of this many numbered words, one delta each, as fast as possible.
    Words(usize),
    /// A summary of reasoning, part by part.
    Reasoning(Vec<String>),
    /// A call of a function tool.
    Call {
        /// The tool.
        name: String,
        /// Its arguments.
        arguments: Value,
        /// The namespace of an MCP server's tool: `mcp__NAME`.
        namespace: Option<String>,
    },
    /// A call of a custom tool, such as `apply_patch`.
    Custom {
        /// The tool.
        name: String,
        /// Its input.
        input: String,
    },
    /// Reported token usage of this answer: input and output.
    Usage(u64, u64),
    /// An HTTP error instead of an answer.
    Http(u16, Value),
    /// Waits.
    Pause(Duration),
    /// Waits until a test opens the gate.
    Gate(Gate),
    /// Says nothing more and keeps the connection open.
    Hang,
    /// Breaks the connection.
    Break,
    /// `response.failed` with a code and a message.
    Failed(String, String),
    /// `response.incomplete` with a reason.
    Incomplete(String),
}

impl Step {
    /// A message in one piece.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text {
            text: text.into(),
            pieces: 1,
            pause: Duration::ZERO,
            phase: None,
        }
    }

    /// A message in several pieces.
    pub fn streamed(text: impl Into<String>, pieces: usize, pause: Duration) -> Self {
        Self::Text {
            text: text.into(),
            pieces,
            pause,
            phase: None,
        }
    }

    /// A message whose rest comes when the gate is opened.
    pub fn held(text: impl Into<String>, gate: &Gate, rest: impl Into<String>) -> Self {
        Self::Held {
            text: text.into(),
            gate: gate.clone(),
            rest: rest.into(),
        }
    }

    /// A command in the sandbox.
    pub fn command(line: &str) -> Self {
        let arguments = json!({ "cmd": line });
        Self::Call {
            name: "exec_command".to_owned(),
            arguments,
            namespace: None,
        }
    }

    /// A command that asks to leave the sandbox.
    pub fn escalated(line: &str, reason: &str) -> Self {
        let arguments = json!({
            "cmd": line, "sandbox_permissions": "require_escalated", "justification": reason,
        });
        Self::Call {
            name: "exec_command".to_owned(),
            arguments,
            namespace: None,
        }
    }
}

/// Plays the steps of one answer. An error means that Codex went away.
pub(super) async fn play(
    stream: &mut TcpStream,
    steps: Vec<Step>,
    round: usize,
    nonce: u64,
) -> io::Result<()> {
    if let Some(Step::Http(status, body)) = steps.iter().find(|step| matches!(step, Step::Http(..))) {
        return write_json(stream, *status, body).await;
    }
    begin_events(stream).await?;
    let response = format!("resp_{nonce:x}");
    send(
        stream,
        &json!({ "type": "response.created", "response": { "id": response } }),
    )
    .await?;
    let (mut input, mut output) = (10, 5);
    for (index, step) in steps.into_iter().enumerate() {
        let id = format!("{nonce:x}_{index}");
        match step {
            Step::Text {
                text,
                pieces,
                pause,
                phase,
            } => {
                let pieces = split(&text, pieces);
                message(stream, &id, index, pieces.into_iter(), pause, phase, None).await?;
            }
            Step::Held { text, gate, rest } => {
                let pieces = [text].into_iter();
                message(
                    stream,
                    &id,
                    index,
                    pieces,
                    Duration::ZERO,
                    None,
                    Some((gate, rest)),
                )
                .await?;
            }
            Step::Words(count) => {
                let words = (0..count).map(|number| format!("w{number} "));
                message(stream, &id, index, words, Duration::ZERO, None, None).await?;
            }
            Step::Reasoning(parts) => reasoning(stream, &id, index, &parts).await?,
            Step::Call {
                name,
                arguments,
                namespace,
            } => {
                let mut item = json!({
                    "type": "function_call", "id": format!("fc_{id}"), "call_id": call_id(round, index, nonce),
                    "name": name, "arguments": arguments.to_string(),
                });
                if let Some(namespace) = namespace {
                    item["namespace"] = namespace.into();
                }
                done(stream, index, &item).await?;
            }
            Step::Custom { name, input } => {
                let item = json!({
                    "type": "custom_tool_call", "id": format!("ctc_{id}"), "call_id": call_id(round, index, nonce),
                    "name": name, "input": input,
                });
                done(stream, index, &item).await?;
            }
            Step::Usage(of_input, of_output) => (input, output) = (of_input, of_output),
            Step::Pause(pause) => tokio::time::sleep(pause).await,
            Step::Gate(gate) => gate.passed().await,
            Step::Hang => return until_closed(stream).await,
            Step::Break => return Ok(()),
            Step::Failed(code, message) => {
                let error = json!({ "code": code, "message": message });
                let response = json!({ "id": response, "status": "failed", "error": error });
                return send(
                    stream,
                    &json!({ "type": "response.failed", "response": response }),
                )
                .await;
            }
            Step::Incomplete(reason) => {
                let details = json!({ "reason": reason });
                let response =
                    json!({ "id": response, "status": "incomplete", "incomplete_details": details });
                return send(
                    stream,
                    &json!({ "type": "response.incomplete", "response": response }),
                )
                .await;
            }
            Step::Http(..) => {}
        }
    }
    let usage = json!({
        "input_tokens": input, "input_tokens_details": { "cached_tokens": 0 },
        "output_tokens": output, "output_tokens_details": { "reasoning_tokens": 0 },
        "total_tokens": input + output,
    });
    send(
        stream,
        &json!({ "type": "response.completed", "response": { "id": response, "usage": usage } }),
    )
    .await?;
    stream.flush().await
}

/// The id of a call says its round, so that the next request shows how far the script is.
fn call_id(round: usize, index: usize, nonce: u64) -> String {
    format!("round{round}-{index}-{nonce:x}")
}

/// The round that follows the one in a call's id.
pub(super) fn round_after(call_id: &str) -> Option<usize> {
    call_id
        .strip_prefix("round")?
        .split('-')
        .next()?
        .parse::<usize>()
        .ok()
        .map(|round| round + 1)
}

fn event(event: &Value) -> String {
    format!(
        "event: {}\ndata: {event}\n\n",
        event["type"].as_str().unwrap_or_default()
    )
}

async fn send(stream: &mut TcpStream, value: &Value) -> io::Result<()> {
    stream.write_all(event(value).as_bytes()).await
}

async fn done(stream: &mut TcpStream, index: usize, item: &Value) -> io::Result<()> {
    send(
        stream,
        &json!({ "type": "response.output_item.done", "output_index": index, "item": item }),
    )
    .await
}

async fn message(
    stream: &mut TcpStream,
    id: &str,
    index: usize,
    pieces: impl Iterator<Item = String>,
    pause: Duration,
    phase: Option<&str>,
    held: Option<(Gate, String)>,
) -> io::Result<()> {
    let item_id = format!("msg_{id}");
    let item = |content: Value| {
        let mut item = json!({ "type": "message", "role": "assistant", "id": item_id, "content": content });
        if let Some(phase) = phase {
            item["phase"] = phase.into();
        }
        item
    };
    let added =
        json!({ "type": "response.output_item.added", "output_index": index, "item": item(json!([])) });
    send(stream, &added).await?;
    let delta = |piece: &str| {
        event(&json!({
            "type": "response.output_text.delta", "item_id": item_id, "output_index": index, "content_index": 0,
            "delta": piece,
        }))
    };
    let (mut whole, mut batch) = (String::new(), String::new());
    for piece in pieces {
        whole.push_str(&piece);
        batch.push_str(&delta(&piece));
        if pause.is_zero() && batch.len() < 64 * 1024 {
            continue;
        }
        stream.write_all(std::mem::take(&mut batch).as_bytes()).await?;
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }
    stream.write_all(batch.as_bytes()).await?;
    if let Some((gate, rest)) = held {
        gate.passed().await;
        stream.write_all(delta(&rest).as_bytes()).await?;
        whole.push_str(&rest);
    }
    done(
        stream,
        index,
        &item(json!([{ "type": "output_text", "text": whole }])),
    )
    .await
}

async fn reasoning(stream: &mut TcpStream, id: &str, index: usize, parts: &[String]) -> io::Result<()> {
    let item_id = format!("rs_{id}");
    let item = |summary: Value| json!({ "type": "reasoning", "id": item_id, "summary": summary, "encrypted_content": null });
    let added =
        json!({ "type": "response.output_item.added", "output_index": index, "item": item(json!([])) });
    send(stream, &added).await?;
    for (part, text) in parts.iter().enumerate() {
        let place = json!({ "item_id": item_id, "output_index": index, "summary_index": part });
        let mut begun = place.clone();
        begun["type"] = "response.reasoning_summary_part.added".into();
        send(stream, &begun).await?;
        let mut delta = place;
        delta["type"] = "response.reasoning_summary_text.delta".into();
        delta["delta"] = text.as_str().into();
        send(stream, &delta).await?;
    }
    let summary = parts
        .iter()
        .map(|text| json!({ "type": "summary_text", "text": text }))
        .collect();
    done(stream, index, &item(Value::Array(summary))).await
}

/// Cuts a text into this many pieces of about equal length.
fn split(text: &str, pieces: usize) -> Vec<String> {
    let characters = text.chars().collect::<Vec<_>>();
    let size = characters.len().div_ceil(pieces.max(1)).max(1);
    characters
        .chunks(size)
        .map(|piece| piece.iter().collect())
        .collect()
}

/// Waits until Codex closes the connection.
async fn until_closed(stream: &mut TcpStream) -> io::Result<()> {
    let mut byte = [0];
    while stream.read(&mut byte).await? > 0 {}
    Ok(())
}
