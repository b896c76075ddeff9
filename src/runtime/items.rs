//! Items as the server sends them to items as events carry them. Pure; unknown items are kept as they are.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::runtime::event::{CommandExecution, FileChange, Item, ItemDetails, ItemStatus};
use crate::runtime::id::ThreadId;

/// Converts the `item` of `item/started` or `item/completed`.
pub(crate) fn convert(raw: &RawValue) -> Option<Item> {
    #[derive(Deserialize)]
    struct Head {
        id: String,
        r#type: String,
    }
    let head: Head = serde_json::from_str(raw.get()).ok()?;
    let details = known(&head.r#type, raw).unwrap_or_else(|| ItemDetails::Other {
        kind: head.r#type,
        data: serde_json::from_str(raw.get()).unwrap_or_default(),
    });
    Some(Item::new(head.id, details))
}

fn known(kind: &str, raw: &RawValue) -> Option<ItemDetails> {
    Some(match kind {
        "userMessage" => user_message(raw)?,
        "agentMessage" => {
            let message: AgentMessage = parse(raw)?;
            ItemDetails::AgentMessage {
                text: message.text,
                phase: message.phase,
            }
        }
        "reasoning" => {
            let reasoning: Reasoning = parse(raw)?;
            let parts = if reasoning.summary.is_empty() {
                reasoning.content
            } else {
                reasoning.summary
            };
            ItemDetails::Reasoning {
                text: parts.join("\n\n"),
            }
        }
        "plan" => ItemDetails::Plan {
            text: parse::<Text>(raw)?.text,
        },
        "commandExecution" => {
            let command: Command = parse(raw)?;
            ItemDetails::CommandExecution(CommandExecution {
                command: command.command,
                cwd: command.cwd,
                aggregated_output: command.aggregated_output.unwrap_or_default(),
                exit_code: command.exit_code,
                status: status(&command.status),
                duration_ms: command.duration_ms,
            })
        }
        "fileChange" => {
            let change: Changes = parse(raw)?;
            ItemDetails::FileChange {
                status: status(&change.status),
                changes: change.changes.into_iter().map(Change::into_event).collect(),
            }
        }
        "mcpToolCall" => {
            let call: ToolCall = parse(raw)?;
            ItemDetails::McpToolCall {
                server: call.server,
                tool: call.tool,
                arguments: call.arguments,
                result: snake_case_keys(call.result),
                error: call.error,
                status: status(&call.status),
            }
        }
        "dynamicToolCall" => {
            let call: ToolCall = parse(raw)?;
            ItemDetails::DynamicToolCall {
                tool: call.tool,
                arguments: call.arguments,
                status: status(&call.status),
                success: call.success,
            }
        }
        "webSearch" => {
            let search: WebSearch = parse(raw)?;
            ItemDetails::WebSearch {
                query: search.query,
                action: search.action,
            }
        }
        "collabAgentToolCall" => {
            let call: CollabCall = parse(raw)?;
            ItemDetails::CollabToolCall {
                tool: call.tool,
                receiver_thread_ids: call.receiver_thread_ids,
                status: status(&call.status),
            }
        }
        "contextCompaction" => ItemDetails::ContextCompaction {},
        "enteredReviewMode" | "exitedReviewMode" => ItemDetails::Review {
            text: parse::<Review>(raw)?.review,
        },
        _ => return None,
    })
}

fn parse<T: DeserializeOwned>(raw: &RawValue) -> Option<T> {
    serde_json::from_str(raw.get()).ok()
}

fn status(word: &str) -> ItemStatus {
    match word {
        "inProgress" => ItemStatus::InProgress,
        "completed" => ItemStatus::Completed,
        "failed" => ItemStatus::Failed,
        "declined" => ItemStatus::Declined,
        _ => ItemStatus::Unknown,
    }
}

fn user_message(raw: &RawValue) -> Option<ItemDetails> {
    #[derive(Deserialize)]
    struct UserMessage {
        content: Vec<Input>,
    }
    #[derive(Deserialize)]
    struct Input {
        #[serde(default)]
        text: Option<String>,
    }
    let message: UserMessage = parse(raw)?;
    let texts = message
        .content
        .into_iter()
        .filter_map(|input| input.text)
        .collect::<Vec<_>>();
    Some(ItemDetails::UserMessage {
        text: texts.join("\n"),
    })
}

/// `structuredContent` to `structured_content`, as `codex exec` writes it.
fn snake_case_keys(mut result: Value) -> Value {
    if let Value::Object(fields) = &mut result
        && let Some(structured) = fields.remove("structuredContent")
    {
        fields.insert("structured_content".to_owned(), structured);
    }
    result
}

#[derive(Deserialize)]
struct Text {
    text: String,
}

#[derive(Deserialize)]
struct AgentMessage {
    #[serde(default)]
    text: String,
    #[serde(default)]
    phase: Option<String>,
}

#[derive(Deserialize)]
struct Reasoning {
    #[serde(default)]
    summary: Vec<String>,
    #[serde(default)]
    content: Vec<String>,
}

#[derive(Deserialize)]
struct Review {
    review: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Command {
    command: String,
    #[serde(default)]
    cwd: Option<String>,
    #[serde(default)]
    aggregated_output: Option<String>,
    #[serde(default)]
    exit_code: Option<i32>,
    #[serde(default)]
    status: String,
    #[serde(default)]
    duration_ms: Option<u64>,
}

#[derive(Deserialize)]
struct Changes {
    changes: Vec<Change>,
    #[serde(default)]
    status: String,
}

#[derive(Deserialize)]
struct Change {
    path: String,
    kind: ChangeKind,
    #[serde(default)]
    diff: String,
}

/// `{"type":"update","move_path":…}`, or the word alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum ChangeKind {
    Word(String),
    Tagged {
        r#type: String,
        #[serde(default)]
        move_path: Option<String>,
    },
}

impl Change {
    fn into_event(self) -> FileChange {
        let (kind, move_path) = match self.kind {
            ChangeKind::Word(kind) => (kind, None),
            ChangeKind::Tagged { r#type, move_path } => (r#type, move_path),
        };
        FileChange {
            path: self.path,
            kind,
            move_path,
            diff: self.diff,
        }
    }
}

#[derive(Deserialize)]
struct ToolCall {
    #[serde(default)]
    server: String,
    tool: String,
    #[serde(default)]
    arguments: Value,
    #[serde(default)]
    result: Value,
    #[serde(default)]
    error: Value,
    #[serde(default)]
    status: String,
    #[serde(default)]
    success: Option<bool>,
}

#[derive(Deserialize)]
struct WebSearch {
    #[serde(default)]
    query: String,
    #[serde(default)]
    action: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CollabCall {
    tool: String,
    #[serde(default)]
    receiver_thread_ids: Vec<ThreadId>,
    #[serde(default)]
    status: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn converted(item: &Value) -> Item {
        convert(&RawValue::from_string(item.to_string()).unwrap()).unwrap()
    }

    #[test]
    fn a_command_keeps_its_output_and_exit_code() {
        let item = converted(&json!({
            "type": "commandExecution", "id": "c", "command": "/bin/bash -lc ls", "cwd": "/w", "processId": null,
            "status": "failed", "aggregatedOutput": "no", "exitCode": 2, "durationMs": 5, "new": {}
        }));
        let ItemDetails::CommandExecution(command) = item.details else {
            panic!("{item:?}")
        };
        assert_eq!((command.exit_code, command.status), (Some(2), ItemStatus::Failed));
        assert_eq!(
            (command.aggregated_output.as_str(), command.duration_ms),
            ("no", Some(5))
        );
    }

    #[test]
    fn a_moved_file_says_where_it_went() {
        let item = converted(&json!({
            "type": "fileChange", "id": "f", "status": "completed",
            "changes": [{ "path": "/a", "kind": { "type": "update", "move_path": "/b" }, "diff": "@@" }]
        }));
        let ItemDetails::FileChange { changes, .. } = item.details else {
            panic!("{item:?}")
        };
        assert_eq!(
            (changes[0].kind.as_str(), changes[0].move_path.as_deref()),
            ("update", Some("/b"))
        );
    }

    #[test]
    fn an_unknown_item_and_an_unknown_status_are_kept() {
        let item = converted(&json!({ "type": "hologram", "id": "h", "beam": 1 }));
        let ItemDetails::Other { kind, data } = item.details else {
            panic!("{item:?}")
        };
        assert_eq!((kind.as_str(), &data["beam"]), ("hologram", &json!(1)));
        let item =
            converted(&json!({ "type": "commandExecution", "id": "c", "command": "x", "status": "paused" }));
        assert!(matches!(&item.details, ItemDetails::CommandExecution(c) if c.status == ItemStatus::Unknown));
    }

    #[test]
    fn a_known_item_with_an_unexpected_shape_is_kept_whole() {
        let item = converted(&json!({ "type": "plan", "id": "p", "steps": [] }));
        assert!(matches!(item.details, ItemDetails::Other { .. }));
    }
}
