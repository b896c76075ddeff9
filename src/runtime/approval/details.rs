//! What a request asks, in the terms of the person or the policy that answers it. Made from the request's params alone.
//!
//! Nothing of the request is left out for good: what has no place here is still in `params`, which every display shows
//! for kinds that it does not know.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ApprovalKind, PendingRequest};
use crate::protocol::brief::brief_debug;
use crate::runtime::file_change::FileChange;

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
    /// The host that it wants to reach, if that is what is asked.
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UserQuestion {
    /// Its key.
    pub id: String,
    /// A short title.
    #[serde(default)]
    pub header: String,
    /// The question.
    pub question: String,
    /// Whether an answer of one's own is possible beside the options.
    #[serde(default)]
    pub is_other: bool,
    /// Whether the answer is a secret.
    #[serde(default)]
    pub is_secret: bool,
    /// The options; `None` for free text.
    #[serde(default)]
    pub options: Option<Vec<QuestionOption>>,
}

/// A possible answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct QuestionOption {
    /// The answer.
    pub label: String,
    /// What it means.
    #[serde(default)]
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
        match request.kind {
            // A command that is neither a line nor words.
            ApprovalKind::Command
                if !matches!(params["command"], Value::Null | Value::String(_))
                    && strings(&params["command"]).is_none() =>
            {
                RequestDetails::Unknown
            }
            ApprovalKind::Command => RequestDetails::Command(self.command()),
            ApprovalKind::FileChange => RequestDetails::FileChange {
                changes: request.changes.clone(),
                grant_root: text(&params["grantRoot"]),
            },
            ApprovalKind::Permissions => RequestDetails::Permissions(permissions(&params["permissions"])),
            ApprovalKind::UserInput => match serde_json::from_value(params["questions"].clone()) {
                Ok(questions) => RequestDetails::Questions(questions),
                Err(_) => RequestDetails::Unknown,
            },
            ApprovalKind::Elicitation => elicitation(params),
            ApprovalKind::ToolCall => RequestDetails::Tool {
                tool: text(&params["tool"]).unwrap_or_default(),
                arguments: params["arguments"].clone(),
            },
            ApprovalKind::Unknown => RequestDetails::Unknown,
        }
    }

    fn command(&self) -> CommandDetails {
        let params = &self.request.params;
        let offered = params["availableDecisions"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        let name = |decision: &Value| {
            decision
                .as_str()
                .map(str::to_owned)
                .or_else(|| decision.as_object()?.keys().next().cloned())
        };
        let network = &params["networkApprovalContext"];
        let argv = strings(&params["command"]);
        CommandDetails {
            line: match &argv {
                Some(words) => words
                    .iter()
                    .map(|word| quoted(word))
                    .collect::<Vec<_>>()
                    .join(" "),
                None => self.request.command.clone().unwrap_or_default(),
            },
            argv,
            cwd: self
                .request
                .cwd
                .clone()
                .unwrap_or_else(|| self.context.cwd.display().to_string()),
            typing: params["kind"] == "writeStdin",
            network: text(&network["host"])
                .map(|host| (host, text(&network["protocol"]).unwrap_or_default())),
            permissions: Some(params["additionalPermissions"].clone()).filter(|value| !value.is_null()),
            rule: strings(&params["proposedExecpolicyAmendment"]).filter(|words| !words.is_empty()),
            network_rules: params["proposedNetworkPolicyAmendments"]
                .as_array()
                .cloned()
                .unwrap_or_default(),
            offered: offered.iter().filter_map(name).collect(),
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

fn permissions(asked: &Value) -> PermissionsDetails {
    let mut found = PermissionsDetails {
        network: asked["network"]["enabled"] == true,
        ..PermissionsDetails::default()
    };
    let files = &asked["fileSystem"];
    found.read.extend(strings(&files["read"]).unwrap_or_default());
    found.write.extend(strings(&files["write"]).unwrap_or_default());
    for entry in files["entries"].as_array().map_or(&[][..], Vec::as_slice) {
        let path = text(&entry["path"]["path"]).filter(|_| entry["path"]["type"] == "path");
        let list = match entry["access"].as_str() {
            Some("read") => &mut found.read,
            Some("write") => &mut found.write,
            _ => {
                found.other.push(entry.to_string());
                continue;
            }
        };
        match path {
            Some(path) if list.contains(&path) => {}
            Some(path) => list.push(path),
            None => found.other.push(entry.to_string()),
        }
    }
    let known = |object: &Value, keys: &[&str]| {
        let entries = object.as_object().into_iter().flatten();
        entries
            .filter(|(key, value)| !keys.contains(&key.as_str()) && !value.is_null())
            .map(|(key, value)| format!("{key}: {value}"))
            .collect::<Vec<_>>()
    };
    found.other.extend(known(asked, &["network", "fileSystem"]));
    found.other.extend(known(files, &["read", "write", "entries"]));
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
