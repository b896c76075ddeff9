//! A saved session as a conversation: what was said, done and changed, in order, one entry at a time.
//!
//! Made of the lines that the model saw, which all versions of Codex write alike; what the server adds in the user's name
//! is left out, and what is not known here is kept as it is.

use serde::Serialize;
use serde_json::Value;

use super::full_history::MISSING;
use super::head::said_by_user;
use super::lines::Line;
use crate::protocol::brief::brief_debug;
use crate::protocol::surrogates::repaired;
use crate::runtime::id::TurnId;

/// One entry of a conversation.
#[derive(Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Entry {
    /// A turn began, with what was in force.
    Turn {
        /// The turn's id.
        turn_id: Option<TurnId>,
        /// Its model.
        model: Option<String>,
        /// Its sandbox.
        sandbox: Option<String>,
        /// Its approval policy.
        approval: Option<String>,
    },
    /// The user said something.
    User {
        /// What.
        text: String,
    },
    /// The agent said something.
    Agent {
        /// What.
        text: String,
    },
    /// A summary of the model's reasoning.
    Reasoning {
        /// The summary.
        text: String,
    },
    /// The agent ran a command.
    Command {
        /// The call, for its output.
        call_id: String,
        /// The command line.
        command: String,
        /// Why it wanted to leave the sandbox, if it did.
        justification: Option<String>,
    },
    /// The agent changed files.
    Patch {
        /// The call, for its output.
        call_id: String,
        /// The patch, in the model's own format.
        patch: String,
    },
    /// The agent's plan.
    Plan {
        /// The steps, each with its status.
        steps: Vec<(String, String)>,
    },
    /// The agent called another tool.
    Tool {
        /// The call, for its output.
        call_id: String,
        /// The tool.
        name: String,
        /// Its arguments.
        arguments: Value,
    },
    /// What a call gave back.
    Output {
        /// The call.
        call_id: String,
        /// What.
        text: String,
    },
    /// A turn ended before its end.
    Aborted {
        /// Why, as the server says it.
        reason: String,
    },
    /// The context was compacted.
    Compacted,
    /// Tokens of the session so far.
    Usage {
        /// Input.
        input_tokens: u64,
        /// Output.
        output_tokens: u64,
    },
    /// What came before is in a session that is gone: this one was copied from it.
    Missing {
        /// The session.
        id: String,
    },
    /// A line that cannot be read.
    Damaged {
        /// Its number; the first is 1.
        line: usize,
    },
    /// A line of a kind that this version does not know.
    Unknown {
        /// Its kind.
        kind: String,
        /// What it holds, unchanged.
        payload: Value,
    },
}

brief_debug!(Entry);

/// An entry and when it was written.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TimedEntry {
    /// RFC 3339; empty where the file does not say it.
    pub at: String,
    /// The entry.
    pub entry: Entry,
}

#[cfg(test)]
impl From<Entry> for TimedEntry {
    fn from(entry: Entry) -> Self {
        let at = "2026-01-01T00:00:00Z".to_owned();
        Self { at, entry }
    }
}

/// The entries of a session.
#[derive(Debug)]
pub struct Conversation<Lines> {
    lines: Lines,
}

impl<Lines: Iterator<Item = Result<Line, usize>>> Conversation<Lines> {
    /// Reads entries from lines.
    pub fn new(lines: Lines) -> Self {
        Self { lines }
    }
}

impl<Lines: Iterator<Item = Result<Line, usize>>> Iterator for Conversation<Lines> {
    type Item = TimedEntry;

    fn next(&mut self) -> Option<TimedEntry> {
        loop {
            match self.lines.next()? {
                Err(line) => {
                    return Some(TimedEntry {
                        at: String::new(),
                        entry: Entry::Damaged { line },
                    });
                }
                Ok(mut line) => {
                    let at = std::mem::take(&mut line.timestamp);
                    if let Some(entry) = entry(line) {
                        return Some(TimedEntry { at, entry });
                    }
                }
            }
        }
    }
}

fn word(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn entry(line: Line) -> Option<Entry> {
    let payload = line.payload;
    match line.kind.as_str() {
        "session_meta" | "world_state" | "token_usage_record" => None,
        "turn_context" => Some(Entry::Turn {
            turn_id: word(&payload["turn_id"]).map(TurnId::from),
            model: word(&payload["model"]),
            sandbox: word(&payload["sandbox_policy"]["type"]),
            approval: word(&payload["approval_policy"]),
        }),
        MISSING => Some(Entry::Missing {
            id: word(&payload["id"]).unwrap_or_default(),
        }),
        "compacted" => Some(Entry::Compacted),
        "event_msg" => event(&payload),
        "response_item" => item(payload),
        _ => Some(Entry::Unknown {
            kind: line.kind,
            payload,
        }),
    }
}

fn event(payload: &Value) -> Option<Entry> {
    match payload["type"].as_str()? {
        "turn_aborted" => Some(Entry::Aborted {
            reason: word(&payload["reason"]).unwrap_or_default(),
        }),
        "token_count" => {
            let total = &payload["info"]["total_token_usage"];
            Some(Entry::Usage {
                input_tokens: total["input_tokens"].as_u64()?,
                output_tokens: total["output_tokens"].as_u64()?,
            })
        }
        // The rest repeats what the model saw, or is about the server itself.
        _ => None,
    }
}

fn item(payload: Value) -> Option<Entry> {
    let call_id = word(&payload["call_id"]).unwrap_or_default();
    match payload["type"].as_str()? {
        "message" => message(&payload),
        "reasoning" => {
            let parts = payload["summary"].as_array().map_or(&[][..], Vec::as_slice);
            let text = parts
                .iter()
                .filter_map(|part| part["text"].as_str())
                .collect::<Vec<_>>();
            (!text.is_empty()).then(|| Entry::Reasoning {
                text: text.join("\n\n"),
            })
        }
        "function_call" => Some(call(call_id, &payload)),
        "custom_tool_call" => {
            let input = word(&payload["input"]).unwrap_or_default();
            Some(if payload["name"] == "apply_patch" {
                Entry::Patch {
                    call_id,
                    patch: input,
                }
            } else {
                Entry::Tool {
                    call_id,
                    name: word(&payload["name"]).unwrap_or_default(),
                    arguments: Value::String(input),
                }
            })
        }
        "local_shell_call" => {
            let words = payload["action"]["command"]
                .as_array()
                .map_or(&[][..], Vec::as_slice);
            let words = words.iter().filter_map(Value::as_str).collect::<Vec<_>>();
            Some(Entry::Command {
                call_id,
                command: words.join(" "),
                justification: None,
            })
        }
        "function_call_output" | "custom_tool_call_output" => Some(Entry::Output {
            call_id,
            text: match &payload["output"] {
                Value::String(text) => text.clone(),
                Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
                other => other.to_string(),
            },
        }),
        "web_search_call" => Some(Entry::Tool {
            call_id,
            name: "web_search".to_owned(),
            arguments: payload["action"].clone(),
        }),
        kind => Some(Entry::Unknown {
            kind: kind.to_owned(),
            payload,
        }),
    }
}

fn message(payload: &Value) -> Option<Entry> {
    match payload["role"].as_str()? {
        "user" => said_by_user("response_item", payload).map(|text| Entry::User { text }),
        "assistant" => {
            let parts = payload["content"].as_array()?;
            let text = parts
                .iter()
                .filter_map(|part| part["text"].as_str())
                .collect::<String>();
            (!text.is_empty()).then_some(Entry::Agent { text })
        }
        // Instructions.
        _ => None,
    }
}

fn call(call_id: String, payload: &Value) -> Entry {
    let name = word(&payload["name"]).unwrap_or_default();
    let raw = payload["arguments"].as_str().unwrap_or_default();
    let arguments: Value =
        serde_json::from_slice(&repaired(raw.as_bytes())).unwrap_or_else(|_| Value::String(raw.to_owned()));
    let command = match &arguments["cmd"] {
        Value::Null => &arguments["command"],
        command => command,
    };
    let command = match command {
        Value::String(line) => Some(line.clone()),
        Value::Array(words) => Some(
            words
                .iter()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
                .join(" "),
        ),
        _ => None,
    };
    match (name.as_str(), command) {
        ("exec_command" | "shell" | "shell_command", Some(command)) => Entry::Command {
            call_id,
            command,
            justification: word(&arguments["justification"]),
        },
        ("update_plan", _) => {
            let steps = arguments["plan"].as_array().map_or(&[][..], Vec::as_slice);
            let step = |step: &Value| Some((word(&step["step"])?, word(&step["status"]).unwrap_or_default()));
            Entry::Plan {
                steps: steps.iter().filter_map(step).collect(),
            }
        }
        _ => {
            let name = match payload["namespace"].as_str() {
                Some(namespace) => format!("{namespace}/{name}"),
                None => name,
            };
            Entry::Tool {
                call_id,
                name,
                arguments,
            }
        }
    }
}
