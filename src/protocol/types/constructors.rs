//! Constructors and conversions of types that callers write by hand. Everything else of a type is generated.

use serde_json::{Map, Value};

use super::{
    ElicitationQuestion, Empty, McpServerElicitationRequestParams, OneOrMany, ReadOnlySandbox, SandboxPolicy,
    TextInput, UserInput, WorkspaceWriteSandbox,
};

impl From<&str> for OneOrMany {
    fn from(one: &str) -> Self {
        Self::One(one.to_owned())
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

impl SandboxPolicy {
    /// Reading only, without the network.
    pub fn read_only() -> Self {
        Self::ReadOnly(ReadOnlySandbox::default())
    }

    /// Writing in the thread's directory, without the network.
    pub fn workspace_write() -> Self {
        Self::WorkspaceWrite(WorkspaceWriteSandbox::default())
    }

    /// No sandbox at all.
    pub fn danger_full_access() -> Self {
        Self::DangerFullAccess(Empty::default())
    }
}

impl UserInput {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(TextInput::new(text))
    }
}

impl From<&str> for UserInput {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}
