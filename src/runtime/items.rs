//! Items as the server sends them to items as events carry them. Pure; unknown items are kept as they are.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::protocol::types::{
    AgentMessageItem, CollabAgentToolCallItem, CollabAgentToolCallStatus, CommandExecutionItem,
    DynamicToolCallItem, FileChangeItem, FileUpdateChange, ItemStatus as Status, McpToolCallItem,
    PatchChangeKind, ReasoningItem, ReviewItem, TextItem, UserInput, UserMessageItem, WebSearchItem,
};
use crate::runtime::event::{CommandExecution, FileChange, Item, ItemDetails, ItemStatus};
use crate::runtime::id::ThreadId;
use crate::runtime::tolerant;

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

/// The details of a kind that events have a place for; none where its shape is not the expected one.
fn known(kind: &str, raw: &RawValue) -> Option<ItemDetails> {
    Some(match kind {
        "userMessage" => {
            let message: UserMessageItem = read(raw, &json!({}))?;
            let texts = message.content.into_iter().filter_map(text_of);
            ItemDetails::UserMessage {
                text: texts.collect::<Vec<_>>().join("\n"),
            }
        }
        "agentMessage" => {
            let message: AgentMessageItem = read(raw, &json!({ "text": "" }))?;
            ItemDetails::AgentMessage {
                text: message.text,
                phase: message.phase.map(|phase| phase.to_string()),
            }
        }
        "reasoning" => {
            let reasoning: ReasoningItem = read(raw, &json!({}))?;
            let summary = reasoning.summary.filter(|parts| !parts.is_empty());
            ItemDetails::Reasoning {
                text: summary.or(reasoning.content).unwrap_or_default().join("\n\n"),
            }
        }
        "plan" => ItemDetails::Plan {
            text: read::<TextItem>(raw, &json!({}))?.text,
        },
        "commandExecution" => {
            let defaults = json!({ "cwd": "", "status": "", "commandActions": [] });
            command(read(raw, &defaults)?)
        }
        "fileChange" => {
            let change: FileChangeItem = read(raw, &json!({ "status": "", "changes": [{ "diff": "" }] }))?;
            ItemDetails::FileChange {
                status: status(&change.status),
                changes: change.changes.into_iter().map(file_change).collect(),
            }
        }
        "mcpToolCall" => {
            let defaults = json!({ "server": "", "arguments": null, "status": "" });
            let call: McpToolCallItem = read(raw, &defaults)?;
            let AsReceived { result, error, .. } = as_received(raw)?;
            ItemDetails::McpToolCall {
                server: call.server,
                tool: call.tool,
                arguments: call.arguments,
                result: snake_case_keys(result),
                error,
                status: status(&call.status),
            }
        }
        "dynamicToolCall" => {
            let call: DynamicToolCallItem = read(raw, &json!({ "arguments": null, "status": "" }))?;
            ItemDetails::DynamicToolCall {
                tool: call.tool,
                arguments: call.arguments,
                status: status(&call.status),
                success: call.success,
            }
        }
        "webSearch" => ItemDetails::WebSearch {
            query: read::<WebSearchItem>(raw, &json!({ "query": "" }))?.query,
            action: as_received(raw)?.action,
        },
        "collabAgentToolCall" => {
            let defaults =
                json!({ "status": "", "senderThreadId": "", "receiverThreadIds": [], "agentsStates": {} });
            let call: CollabAgentToolCallItem = read(raw, &defaults)?;
            let threads = call.receiver_thread_ids.into_iter().map(ThreadId::from);
            ItemDetails::CollabToolCall {
                tool: call.tool.to_string(),
                receiver_thread_ids: threads.collect(),
                status: match call.status {
                    CollabAgentToolCallStatus::InProgress => ItemStatus::InProgress,
                    CollabAgentToolCallStatus::Completed => ItemStatus::Completed,
                    CollabAgentToolCallStatus::Failed => ItemStatus::Failed,
                    CollabAgentToolCallStatus::Interrupted | CollabAgentToolCallStatus::Unrecognized(_) => {
                        ItemStatus::Unknown
                    }
                },
            }
        }
        "contextCompaction" => ItemDetails::ContextCompaction {},
        "enteredReviewMode" | "exitedReviewMode" => ItemDetails::Review {
            text: read::<ReviewItem>(raw, &json!({}))?.review,
        },
        _ => return None,
    })
}

fn read<T: DeserializeOwned>(raw: &RawValue, defaults: &Value) -> Option<T> {
    tolerant::read(raw.get(), defaults).ok()
}

/// Fields that events carry as the server wrote them, null included.
#[derive(Deserialize)]
struct AsReceived {
    #[serde(default)]
    result: Value,
    #[serde(default)]
    error: Value,
    #[serde(default)]
    action: Value,
}

fn as_received(raw: &RawValue) -> Option<AsReceived> {
    serde_json::from_str(raw.get()).ok()
}

fn status(status: &Status) -> ItemStatus {
    match status {
        Status::InProgress => ItemStatus::InProgress,
        Status::Completed => ItemStatus::Completed,
        Status::Failed => ItemStatus::Failed,
        Status::Declined => ItemStatus::Declined,
        Status::Unrecognized(_) => ItemStatus::Unknown,
    }
}

fn text_of(input: UserInput) -> Option<String> {
    match input {
        UserInput::Text(text) => Some(text.text),
        UserInput::Unrecognized(input) => input["text"].as_str().map(str::to_owned),
        UserInput::Image(_)
        | UserInput::LocalImage(_)
        | UserInput::Audio(_)
        | UserInput::LocalAudio(_)
        | UserInput::Skill(_)
        | UserInput::Mention(_) => None,
    }
}

fn command(item: CommandExecutionItem) -> ItemDetails {
    ItemDetails::CommandExecution(CommandExecution {
        command: item.command,
        cwd: Some(item.cwd).filter(|cwd| !cwd.is_empty()),
        aggregated_output: item.aggregated_output.unwrap_or_default(),
        exit_code: item.exit_code,
        status: status(&item.status),
        duration_ms: item.duration_ms.and_then(|duration| duration.try_into().ok()),
    })
}

/// A change of a file in an item.
fn file_change(change: FileUpdateChange) -> FileChange {
    let (kind, move_path) = match change.kind {
        PatchChangeKind::Add(_) => ("add".to_owned(), None),
        PatchChangeKind::Delete(_) => ("delete".to_owned(), None),
        PatchChangeKind::Update(update) => ("update".to_owned(), update.move_path),
        // The word alone.
        PatchChangeKind::Unrecognized(Value::String(kind)) => (kind, None),
        PatchChangeKind::Unrecognized(kind) => {
            let text = |name: &str| kind[name].as_str().map(str::to_owned);
            (text("type").unwrap_or_default(), text("move_path"))
        }
    };
    FileChange {
        path: change.path,
        kind,
        move_path,
        diff: change.diff,
    }
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
