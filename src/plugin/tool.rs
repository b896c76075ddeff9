//! The use of a tool, before and after: from a request of the server, and from an item that ended.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use crate::approval::policy::Question;
use crate::approval::shell;
use crate::protocol::brief::brief_debug;
use crate::runtime::approval::{PendingRequest, PermissionsDetails, RequestDetails};
use crate::runtime::event::{FileChange, Item, ItemDetails, ItemStatus};
use crate::text::command_line::unwrapped;

/// How much of a tool's output a hook is given, in bytes.
const LONGEST_OUTPUT: usize = 64 * 1024;

/// The use of a tool.
#[derive(Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ToolUse {
    /// The tool, and what it is used for.
    #[serde(flatten)]
    pub tool: Tool,
    /// Where a command runs, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cwd: Option<PathBuf>,
    /// Whether an agent asks that this session's agent started.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub subagent: bool,
    /// The agent's own words for why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Everything that the server asks, unchanged: the params of its request. Before the use only.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub params: Value,
    /// How it ended. After the use only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<ToolOutcome>,
    #[serde(skip)]
    questions: Vec<Judged>,
}

/// What a policy is asked about the use of a tool; a wrapper, because a question cannot be compared.
#[derive(Clone)]
struct Judged(Question);

impl PartialEq for Judged {
    /// What is asked follows from the other fields.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// A tool, and what it is used for. `tool` in JSON.
#[derive(Clone, PartialEq, Serialize)]
#[serde(tag = "tool", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Tool {
    /// A command.
    Command {
        /// The command line without the shell around it.
        command: String,
        /// The command line as Codex runs it, such as `/bin/bash -lc 'ls'`.
        line: String,
    },
    /// A change of files.
    FileChange {
        /// The files.
        changes: Vec<FileChange>,
    },
    /// A call of an MCP server's tool.
    Mcp {
        /// The server.
        server: String,
        /// The tool's name there.
        name: String,
        /// Its arguments.
        arguments: Value,
    },
    /// A call of a tool that a client offers.
    Dynamic {
        /// The tool's name.
        name: String,
        /// Its arguments.
        arguments: Value,
    },
    /// A request for permissions.
    Permissions {
        /// Whether the network is among them.
        network: bool,
        /// Paths to read.
        read: Vec<String>,
        /// Paths to write.
        write: Vec<String>,
    },
    /// Questions for the user, of the agent or of an MCP server. The text is in `params`.
    Question {},
    /// Anything else.
    Other {
        /// The request's method, or the item's type.
        name: String,
    },
}

/// How the use of a tool ended.
#[derive(Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ToolOutcome {
    /// `completed`, `failed` or `declined`.
    pub status: ItemStatus,
    /// A command's exit code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// The output, up to 64 KiB of its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// The length of the whole output in bytes, if `output` is only its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_bytes: Option<usize>,
    /// How long it took, in milliseconds, if the server says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
}

brief_debug!(ToolUse, Tool, ToolOutcome);

impl ToolUse {
    fn new(tool: Tool) -> Self {
        Self {
            tool,
            cwd: None,
            subagent: false,
            reason: None,
            params: Value::Null,
            outcome: None,
            questions: Vec::new(),
        }
    }

    /// A command, for trying a hook.
    #[cfg(feature = "cli")]
    pub(super) fn sample(phase: super::Phase, cwd: &Path) -> Self {
        let line = "/bin/bash -lc 'git status'".to_owned();
        let mut used = Self::new(Tool::Command {
            command: unwrapped(&line).into_owned(),
            line,
        });
        used.cwd = Some(cwd.to_owned());
        if phase == super::Phase::PostToolUse {
            used.outcome = Some(ToolOutcome {
                exit_code: Some(0),
                output: Some("On branch main\n".to_owned()),
                ..ToolOutcome::ended(ItemStatus::Completed)
            });
        }
        used.questions = used.questions_of_use(cwd).into_iter().map(Judged).collect();
        used
    }

    /// What the server asks for.
    pub(crate) fn of_request(pending: &PendingRequest) -> Self {
        let request = &pending.request;
        let mut cwd = None;
        let tool = match pending.details() {
            RequestDetails::Command(command) => {
                cwd = Some(pending.context.cwd.join(&command.cwd));
                Tool::Command {
                    command: unwrapped(&command.line).into_owned(),
                    line: command.line,
                }
            }
            RequestDetails::FileChange { changes, .. } => Tool::FileChange { changes },
            RequestDetails::Permissions(PermissionsDetails {
                network, read, write, ..
            }) => Tool::Permissions { network, read, write },
            RequestDetails::McpTool {
                server,
                tool,
                arguments,
                ..
            } => Tool::Mcp {
                server,
                name: tool,
                arguments,
            },
            RequestDetails::Tool { tool, arguments } => Tool::Dynamic {
                name: tool,
                arguments,
            },
            RequestDetails::Questions(_) | RequestDetails::Form { .. } | RequestDetails::Link { .. } => {
                Tool::Question {}
            }
            _ => Tool::Other {
                name: request.method.clone(),
            },
        };
        Self {
            cwd,
            subagent: pending.is_from_subagent(),
            reason: request.reason.clone(),
            params: request.params.clone(),
            questions: pending.policy_questions().into_iter().map(Judged).collect(),
            ..Self::new(tool)
        }
    }

    /// What an item that ended was; `None` for items that are no tools, such as messages. `cwd` is the session's directory.
    pub(crate) fn of_item(item: &Item, cwd: &Path) -> Option<Self> {
        let (tool, outcome) = match &item.details {
            ItemDetails::CommandExecution(command) => {
                let (output, output_bytes) = bounded(&command.aggregated_output);
                let tool = Tool::Command {
                    command: unwrapped(&command.command).into_owned(),
                    line: command.command.clone(),
                };
                let outcome = ToolOutcome {
                    status: command.status,
                    exit_code: command.exit_code,
                    output: Some(output),
                    output_bytes,
                    duration_ms: command.duration_ms,
                };
                (tool, outcome)
            }
            ItemDetails::FileChange { changes, status } => {
                let changes = changes.clone();
                (Tool::FileChange { changes }, ToolOutcome::ended(*status))
            }
            ItemDetails::McpToolCall {
                server,
                tool,
                arguments,
                result,
                error,
                status,
            } => {
                let shown = if error.is_null() { result } else { error };
                let (output, output_bytes) = bounded(&shown.to_string());
                let outcome = ToolOutcome {
                    output: Some(output).filter(|_| !shown.is_null()),
                    output_bytes,
                    ..ToolOutcome::ended(*status)
                };
                let tool = Tool::Mcp {
                    server: server.clone(),
                    name: tool.clone(),
                    arguments: arguments.clone(),
                };
                (tool, outcome)
            }
            ItemDetails::DynamicToolCall {
                tool,
                arguments,
                status,
                ..
            } => {
                let tool = Tool::Dynamic {
                    name: tool.clone(),
                    arguments: arguments.clone(),
                };
                (tool, ToolOutcome::ended(*status))
            }
            ItemDetails::WebSearch { .. } => {
                let name = "web_search".to_owned();
                (Tool::Other { name }, ToolOutcome::ended(ItemStatus::Completed))
            }
            ItemDetails::CollabToolCall { tool, status, .. } => {
                let name = tool.clone();
                (Tool::Other { name }, ToolOutcome::ended(*status))
            }
            _ => return None,
        };
        let mut used = Self::new(tool);
        if let ItemDetails::CommandExecution(command) = &item.details {
            let directory = command.cwd.as_deref().map_or(cwd, Path::new);
            used.cwd = Some(cwd.join(directory));
        }
        used.questions = used.questions_of_use(cwd).into_iter().map(Judged).collect();
        used.outcome = Some(outcome);
        Some(used)
    }

    /// The tool's use, as a policy is asked about it.
    pub(super) fn questions(&self) -> Vec<Question> {
        self.questions.iter().map(|judged| judged.0.clone()).collect()
    }

    fn questions_of_use(&self, base: &Path) -> Vec<Question> {
        match &self.tool {
            Tool::Command { line, .. } => vec![Question::Command {
                line: shell::read(line),
                cwd: self.cwd.clone().unwrap_or_else(|| base.to_owned()),
                root: base.to_owned(),
            }],
            Tool::FileChange { changes } => changes
                .iter()
                .flat_map(|change| [Some(&change.path), change.move_path.as_ref()])
                .flatten()
                .map(|path| Question::Write {
                    path: base.join(path),
                    base: base.to_owned(),
                })
                .collect(),
            Tool::Mcp { server, name, .. } => vec![Question::Mcp {
                server: server.clone(),
                tool: name.clone(),
            }],
            _ => Vec::new(),
        }
    }
}

impl ToolOutcome {
    fn ended(status: ItemStatus) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }
}

/// The end of an output, and the length of the whole if that is more.
fn bounded(output: &str) -> (String, Option<usize>) {
    let mut start = output.len().saturating_sub(LONGEST_OUTPUT);
    while !output.is_char_boundary(start) {
        start += 1;
    }
    (output[start..].to_owned(), (start > 0).then_some(output.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::event::CommandExecution;

    #[test]
    fn a_long_output_keeps_its_end_and_its_length() {
        let output = format!("{}é end", "x".repeat(LONGEST_OUTPUT));
        let (kept, whole) = bounded(&output);
        assert!(kept.ends_with("é end") && kept.len() <= LONGEST_OUTPUT);
        assert_eq!(whole, Some(output.len()));
        assert_eq!(bounded("short"), ("short".to_owned(), None));
    }

    #[test]
    fn the_command_of_an_item_is_shown_without_the_shell_around_it() {
        let command = CommandExecution {
            command: "/bin/bash -lc 'git push'".to_owned(),
            exit_code: Some(3),
            ..CommandExecution::default()
        };
        let item = Item::new("1", ItemDetails::CommandExecution(command));
        let used = ToolUse::of_item(&item, Path::new("/w")).unwrap();
        let json = serde_json::to_value(&used).unwrap();
        assert_eq!(json["tool"], "command");
        assert_eq!(json["command"], "git push");
        assert_eq!(json["outcome"]["exit_code"], 3);
        assert_eq!(json["cwd"], "/w");
    }

    #[test]
    fn a_message_is_no_tool() {
        let details = ItemDetails::UserMessage {
            text: "hi".to_owned(),
        };
        assert_eq!(ToolUse::of_item(&Item::new("1", details), Path::new("/w")), None);
    }
}
