//! Questions of MCP servers, among them whether a tool may be called: `_meta` then has `codex_approval_kind`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use super::shape::{kinds, objects, words};

/// A question of an MCP server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct McpServerElicitationRequestParams {
    /// The thread.
    pub thread_id: String,
    /// The turn that runs, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<String>,
    /// The server.
    pub server_name: String,
    /// What it asks. Its `other` has the fields that are not known.
    #[serde(flatten)]
    pub question: ElicitationQuestion,
}

kinds! {
    /// How an MCP server asks (`mode`).
    enum ElicitationQuestion by "mode" {
        /// With a form.
        Form(ElicitationForm) = "form",
        /// With a form whose schema may be anything.
        OpenAiForm(OpenAiForm) = "openai/form",
        /// Likewise, by another name.
        OpenAiFormOld(OpenAiForm) = "openaiForm",
        /// With a page to open.
        Url(ElicitationUrl) = "url",
    }
}

objects! { "camelCase";

/// A form.
struct ElicitationForm {
    /// The question.
    message: String,
    /// The fields.
    requested_schema: McpElicitationSchema,
} optional {
    /// What else the server said.
    #[serde(rename = "_meta")]
    meta: Value,
}

/// A form whose schema may be anything.
struct OpenAiForm {
    /// The question.
    message: String,
    /// The fields, as a JSON schema.
    requested_schema: Value,
} optional {
    /// What else the server said.
    #[serde(rename = "_meta")]
    meta: Value,
}

/// A page to open.
struct ElicitationUrl {
    /// The question.
    message: String,
    /// The page.
    url: String,
    /// What the server names the question by.
    elicitation_id: String,
} optional {
    /// What else the server said.
    #[serde(rename = "_meta")]
    meta: Value,
}

/// The fields of a form: a JSON schema without anything nested.
struct McpElicitationSchema {
    /// The fields, by their names.
    properties: BTreeMap<String, McpElicitationField>,
    /// Always `object`.
    r#type: String,
} optional {
    /// Those that have to be filled in.
    required: Vec<String>,
    /// Which kind of schema it is.
    #[serde(rename = "$schema")]
    schema: String,
}

/// A field of a form. Which of its parts are there depends on what is asked for.
struct McpElicitationField {
    /// `string`, `number`, `integer`, `boolean`, or `array` for several of a list.
    r#type: String,
} optional {
    /// Its title.
    title: String,
    /// What it is for.
    description: String,
    /// What it is if nothing is filled in.
    default: Value,
    /// What a text looks like: `email`, `uri`, `date`, `date-time`.
    format: String,
    /// The fewest characters of a text.
    min_length: u32,
    /// The most characters of a text.
    max_length: u32,
    /// The least number.
    minimum: Number,
    /// The greatest number.
    maximum: Number,
    /// What to choose from.
    r#enum: Vec<String>,
    /// What people call those.
    enum_names: Vec<String>,
    /// What to choose from, with titles.
    one_of: Vec<McpElicitationConstOption>,
    /// What to choose several from.
    items: McpElicitationItems,
    /// The fewest that have to be chosen.
    min_items: u64,
    /// The most that can be chosen.
    max_items: u64,
}

/// What to choose several from: words, or words with titles.
struct McpElicitationItems {} optional {
    /// Always `string`, where there are words.
    r#type: String,
    /// The words.
    r#enum: Vec<String>,
    /// The words with titles.
    any_of: Vec<McpElicitationConstOption>,
}

/// Something to choose.
struct McpElicitationConstOption {
    /// What it is in the reply.
    r#const: String,
    /// What people call it.
    title: String,
}

/// The reply to a question of an MCP server.
struct McpServerElicitationRequestResponse: new {
    /// What was decided.
    action: McpServerElicitationAction,
} optional {
    /// What was filled in, where it was accepted; the server checks nothing of it.
    content: Value,
    /// What else is said: with `persist`, `session` or `always`, a tool is not asked about again.
    #[serde(rename = "_meta")]
    meta: Value,
}

}

impl McpServerElicitationRequestParams {
    /// What is said beside the question (`_meta`).
    pub fn meta(&self) -> Option<&Map<String, Value>> {
        match &self.question {
            ElicitationQuestion::Form(form) => form.meta.as_ref(),
            ElicitationQuestion::OpenAiForm(form) | ElicitationQuestion::OpenAiFormOld(form) => {
                form.meta.as_ref()
            }
            ElicitationQuestion::Url(page) => page.meta.as_ref(),
            ElicitationQuestion::Unrecognized(value) => value.get("_meta"),
        }?
        .as_object()
    }
}

words! {
    /// What was decided about a question of an MCP server.
    enum McpServerElicitationAction {
        /// It is answered, or the tool is called.
        Accept = "accept",
        /// Not; of tools the call fails, and the turn goes on.
        Decline = "decline",
        /// Likewise.
        Cancel = "cancel",
    }
}
