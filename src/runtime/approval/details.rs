//! What a request asks, in the terms of the person or the policy that answers it. Made from the request's params alone.
//!
//! Nothing of the request is left out for good: what has no place here is still in `params`, which every display shows
//! for kinds that it does not know.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{ApprovalKind, PendingRequest};
use crate::protocol::brief::brief_debug;
use crate::protocol::types::{
    CommandExecutionApprovalKind, CommandExecutionRequestApprovalParams, DynamicToolCallParams,
    FileChangeRequestApprovalParams, FileSystemAccessMode, FileSystemPath, PermissionProfile,
    PermissionsRequestApprovalParams, ToolRequestUserInputOption, ToolRequestUserInputParams,
    ToolRequestUserInputQuestion,
};
use crate::runtime::file_change::FileChange;
use crate::runtime::tolerant;

/// What is asked.
#[derive(Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RequestDetails {
    /// To run a command.
    Command(CommandDetails),
    /// To change files.
    FileChange {
        /// The files.
        changes: Vec<FileChange>,
        /// A directory that could be written to from then on (`grantRoot`).
        grant_root: Option<String>,
    },
    /// To be given permissions for a while.
    Permissions(PermissionsDetails),
    /// Questions for the user.
    Questions(Vec<UserQuestion>),
    /// To call a tool of an MCP server.
    McpTool {
        /// The server.
        server: String,
        /// The tool.
        tool: String,
        /// What it would be called with.
        arguments: Value,
        /// `session`, `always`: how long a yes could last.
        persist: Vec<String>,
    },
    /// A form that an MCP server wants to have filled in.
    Form {
        /// The server.
        server: String,
        /// Its fields.
        fields: Vec<FormField>,
        /// The schema that the answer has to match.
        schema: Value,
    },
    /// A page that an MCP server wants to have opened.
    Link {
        /// The server.
        server: String,
        /// The address.
        url: String,
    },
    /// A call of a tool that the client would have to offer.
    Tool {
        /// The tool.
        tool: String,
        /// Its arguments.
        arguments: Value,
    },
    /// Something that this version does not know.
    Unknown,
}

/// A command that wants to run.
#[derive(Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CommandDetails {
    /// The command as Codex says it, such as `/bin/bash -lc 'ls'`.
    pub line: String,
    /// The words, where the request has them apart.
    pub argv: Option<Vec<String>>,
    /// Where it would run.
    pub cwd: String,
    /// It is input for a running session.
    pub typing: bool,
    /// The host and the protocol of a request for network access.
    pub network: Option<(String, String)>,
    /// Permissions that it would have beyond the sandbox, if it does not leave it.
    pub permissions: Option<Value>,
    /// The words of the rule that Codex proposes to write.
    pub rule: Option<Vec<String>>,
    /// Rules for hosts that Codex proposes.
    pub network_rules: Vec<Value>,
    /// The decisions that the server offers, by name; empty where it does not say.
    pub offered: Vec<String>,
}

/// Permissions that are asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PermissionsDetails {
    /// The network.
    pub network: bool,
    /// Paths to read.
    pub read: Vec<String>,
    /// Paths to write.
    pub write: Vec<String>,
    /// Whatever else is in it, as JSON.
    pub other: Vec<String>,
}

/// A question for the user.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UserQuestion {
    /// Its key.
    pub id: String,
    /// A short title.
    pub header: String,
    /// The question.
    pub question: String,
    /// Whether an answer of one's own is possible beside the options.
    pub is_other: bool,
    /// Whether the answer is a secret.
    pub is_secret: bool,
    /// The options; `None` for free text.
    pub options: Option<Vec<QuestionOption>>,
}

/// A possible answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct QuestionOption {
    /// The answer.
    pub label: String,
    /// What it means.
    pub description: String,
}

/// A field of a form.
#[derive(Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FormField {
    /// Its key.
    pub name: String,
    /// Its title, or its key.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Whether it has to be filled in.
    pub required: bool,
    /// What goes into it.
    pub kind: FieldKind,
    /// What it is if nothing is typed.
    pub default: Option<Value>,
}

/// What goes into a field.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FieldKind {
    /// Text.
    Text,
    /// A number; whole or not.
    Number {
        /// Whether it has to be whole.
        whole: bool,
    },
    /// Yes or no.
    Boolean,
    /// One of several values, each with its title.
    One(Vec<(String, String)>),
    /// Any of several values, each with its title.
    Several(Vec<(String, String)>),
    /// Anything else, as JSON.
    Json,
}

brief_debug!(RequestDetails, CommandDetails, FormField);

impl PendingRequest {
    /// What is asked.
    pub fn details(&self) -> RequestDetails {
        let request = &self.request;
        let params = &request.params;
        let details = match request.kind {
            ApprovalKind::Command => self.command().map(RequestDetails::Command),
            ApprovalKind::FileChange => {
                typed(params).map(
                    |asked: FileChangeRequestApprovalParams| RequestDetails::FileChange {
                        changes: request.changes.clone(),
                        grant_root: asked.grant_root,
                    },
                )
            }
            ApprovalKind::Permissions => typed(params).map(|asked: PermissionsRequestApprovalParams| {
                RequestDetails::Permissions(permissions(asked.permissions))
            }),
            ApprovalKind::UserInput => typed(params).map(|asked: ToolRequestUserInputParams| {
                RequestDetails::Questions(asked.questions.into_iter().map(UserQuestion::from).collect())
            }),
            ApprovalKind::Elicitation => Some(elicitation(params)),
            ApprovalKind::ToolCall => {
                typed(params).map(|asked: DynamicToolCallParams| RequestDetails::Tool {
                    tool: asked.tool,
                    arguments: asked.arguments,
                })
            }
            ApprovalKind::Unknown => None,
        };
        // Params of another shape are nothing that could be judged.
        details.unwrap_or(RequestDetails::Unknown)
    }

    fn command(&self) -> Option<CommandDetails> {
        let mut params = self.request.params.clone();
        // The older protocol sends the words.
        let argv = strings(&params["command"]);
        if argv.is_some() {
            params["command"] = Value::Null;
        }
        let mut asked: CommandExecutionRequestApprovalParams = typed(&params)?;
        let line = argv.as_ref().map(|words| {
            words
                .iter()
                .map(|word| quoted(word))
                .collect::<Vec<_>>()
                .join(" ")
        });
        let offered = asked.available_decisions.iter().flatten();
        let offered = offered.map(|decision| decision.as_str().to_owned());
        let rules = asked.proposed_network_policy_amendments.iter().flatten();
        Some(CommandDetails {
            line: line.or_else(|| self.request.command.clone()).unwrap_or_default(),
            argv,
            cwd: self
                .request
                .cwd
                .clone()
                .unwrap_or_else(|| self.context.cwd.display().to_string()),
            typing: asked.kind == Some(CommandExecutionApprovalKind::WriteStdin),
            offered: offered.filter(|name| !name.is_empty()).collect(),
            network_rules: rules.filter_map(|rule| serde_json::to_value(rule).ok()).collect(),
            network: asked
                .network_approval_context
                .map(|network| (network.host, network.protocol.to_string())),
            // Of the experimental API.
            permissions: asked
                .other
                .remove("additionalPermissions")
                .filter(|value| !value.is_null()),
            rule: asked
                .proposed_execpolicy_amendment
                .filter(|words| !words.is_empty()),
        })
    }
}

/// The params as the type of their method. Ids may be missing: they do not change the request.
fn typed<T: DeserializeOwned>(params: &Value) -> Option<T> {
    let defaults = json!({
        "threadId": "", "turnId": "", "itemId": "", "callId": "", "cwd": "", "permissions": {}, "tool": "", "arguments": null,
        "questions": [{ "header": "", "options": [{ "description": "" }] }],
    });
    tolerant::from_value(params.clone(), &defaults).ok()
}

impl From<ToolRequestUserInputQuestion> for UserQuestion {
    fn from(question: ToolRequestUserInputQuestion) -> Self {
        let option = |option: ToolRequestUserInputOption| QuestionOption {
            label: option.label,
            description: option.description,
        };
        Self {
            id: question.id,
            header: question.header,
            question: question.question,
            is_other: question.is_other.unwrap_or_default(),
            is_secret: question.is_secret.unwrap_or_default(),
            options: question
                .options
                .map(|options| options.into_iter().map(option).collect()),
        }
    }
}

impl UserQuestion {
    /// Its title, or its key where it has none.
    pub fn label(&self) -> &str {
        if self.header.is_empty() {
            &self.id
        } else {
            &self.header
        }
    }
}

/// A word as it could be typed.
fn quoted(word: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "_-./,:=@%+".contains(character);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn strings(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(text).collect()
}

fn permissions(asked: PermissionProfile) -> PermissionsDetails {
    let network = asked.network.unwrap_or_default();
    let files = asked.file_system.unwrap_or_default();
    let mut found = PermissionsDetails {
        network: network.enabled == Some(true),
        read: files.read.unwrap_or_default(),
        write: files.write.unwrap_or_default(),
        other: Vec::new(),
    };
    for entry in files.entries.into_iter().flatten() {
        let list = match entry.access {
            FileSystemAccessMode::Read => Some(&mut found.read),
            FileSystemAccessMode::Write => Some(&mut found.write),
            FileSystemAccessMode::None
            | FileSystemAccessMode::Deny
            | FileSystemAccessMode::Unrecognized(_) => None,
        };
        match (list, &entry.path) {
            (Some(list), FileSystemPath::Path(place)) if list.contains(&place.path) => {}
            (Some(list), FileSystemPath::Path(place)) => list.push(place.path.clone()),
            _ => found
                .other
                .push(serde_json::to_value(&entry).unwrap_or_default().to_string()),
        }
    }
    let unknown = |fields: Map<String, Value>| {
        let said = fields.into_iter().filter(|(_, value)| !value.is_null());
        said.map(|(key, value)| format!("{key}: {value}"))
    };
    found.other.extend(unknown(network.other));
    found.other.extend(unknown(asked.other));
    found.other.extend(
        files
            .glob_scan_max_depth
            .map(|depth| format!("globScanMaxDepth: {depth}")),
    );
    found.other.extend(unknown(files.other));
    found
}

fn elicitation(params: &Value) -> RequestDetails {
    let server = text(&params["serverName"]).unwrap_or_default();
    let meta = &params["_meta"];
    if meta["codex_approval_kind"] == "mcp_tool_call" {
        return RequestDetails::McpTool {
            tool: text(&meta["tool_name"]).unwrap_or_else(|| tool_in_message(params, &server)),
            arguments: meta["tool_params"].clone(),
            persist: strings(&meta["persist"])
                .or_else(|| Some(vec![text(&meta["persist"])?]))
                .unwrap_or_default(),
            server,
        };
    }
    if let (Some("url"), Some(url)) = (params["mode"].as_str(), text(&params["url"])) {
        return RequestDetails::Link { server, url };
    }
    let schema = params["requestedSchema"].clone();
    if !schema.is_object() {
        return RequestDetails::Unknown;
    }
    RequestDetails::Form {
        fields: fields(&schema),
        server,
        schema,
    }
}

/// The tool's name where the server says it in its sentence only, as it did before 0.169.
fn tool_in_message(params: &Value, server: &str) -> String {
    let message = params["message"].as_str().unwrap_or_default();
    let beginning = format!("Allow the {server} MCP server to run tool \"");
    let name = message
        .strip_prefix(&beginning)
        .and_then(|rest| rest.strip_suffix("\"?"));
    name.unwrap_or_default().to_owned()
}

fn fields(schema: &Value) -> Vec<FormField> {
    let required = strings(&schema["required"]).unwrap_or_default();
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties
        .map(|(name, property)| FormField {
            name: name.clone(),
            title: text(&property["title"]).unwrap_or_else(|| name.clone()),
            description: text(&property["description"]).unwrap_or_default(),
            required: required.contains(name),
            kind: field_kind(property),
            default: Some(property["default"].clone()).filter(|value| !value.is_null()),
        })
        .collect()
}

fn field_kind(property: &Value) -> FieldKind {
    if let Some(choices) = choices(property) {
        return FieldKind::One(choices);
    }
    match property["type"].as_str() {
        Some("string") => FieldKind::Text,
        Some("number") => FieldKind::Number { whole: false },
        Some("integer") => FieldKind::Number { whole: true },
        Some("boolean") => FieldKind::Boolean,
        Some("array") => choices(&property["items"]).map_or(FieldKind::Json, FieldKind::Several),
        _ => FieldKind::Json,
    }
}

/// The values of an enumeration with their titles: `enum` with `enumNames`, or `oneOf`/`anyOf` of constants.
fn choices(property: &Value) -> Option<Vec<(String, String)>> {
    if let Some(values) = strings(&property["enum"]) {
        let names = strings(&property["enumNames"]).unwrap_or_default();
        let titled = values.into_iter().enumerate().map(|(index, value)| {
            let title = names.get(index).cloned().unwrap_or_else(|| value.clone());
            (value, title)
        });
        return Some(titled.collect());
    }
    let options = ["oneOf", "anyOf"]
        .iter()
        .find_map(|key| property[*key].as_array())?;
    options
        .iter()
        .map(|option| {
            let value = text(&option["const"])?;
            let title = text(&option["title"]).unwrap_or_else(|| value.clone());
            Some((value, title))
        })
        .collect()
}
