//! What a user gives to a run: prompts, files, schemas. Checked here, before anything is spent. No protocol.

pub(crate) mod attachments;
pub(crate) mod codex_config;
pub(crate) mod output;
pub(crate) mod params;
pub(crate) mod prompt;
pub(crate) mod schema;
pub(crate) mod stdin;

/// An input that is wrong: what, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct InputError {
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl InputError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
