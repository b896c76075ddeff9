//! The choices in a specification of a run: where its prompt and its schema come from, its session, who answers, which Codex.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where a prompt comes from.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PromptSource {
    /// This text.
    Text(String),
    /// The content of this file when it runs.
    File(PathBuf),
}

/// Where an output schema comes from.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SchemaSource {
    /// The content of this file when it runs.
    File(PathBuf),
    /// This schema.
    Value(Value),
}

/// The session of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SessionChoice {
    /// A new one, which is saved.
    #[default]
    New,
    /// A new one, of which nothing is saved.
    Ephemeral,
    /// This saved session.
    Resume(String),
    /// The turn that is running in this session, at a server that somebody else started. The prompt is not used.
    Attach(String),
}

/// Who answers requests that no rule of the policy decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OnApproval {
    /// The person at the terminal of the run.
    Ask,
    /// Nobody: the turn is cancelled.
    Fail,
    /// Nobody: the request is declined, and the turn continues.
    Decline,
    /// Whoever answers it in the ledger; within this time, in milliseconds in the JSON form, if there is one.
    Wait(#[serde(with = "milliseconds")] Option<Duration>),
}

/// Which Codex a run uses, and how it is configured.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CodexSpec {
    /// The binary, or npm's wrapper; the managed install or the one on the `PATH` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<PathBuf>,
    /// The address of a running server to connect to, instead of starting one: `unix://PATH`, `ws://HOST:PORT`, `wss://HOST`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect: Option<String>,
    /// The file with the token for that server. The token itself is never part of a specification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect_token_file: Option<PathBuf>,
    /// Codex's own directory (`CODEX_HOME`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home: Option<PathBuf>,
    /// Overrides of Codex's configuration, by dotted key.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, Value>,
}

impl SessionChoice {
    /// Whether it is a new session that is saved.
    pub fn is_new(&self) -> bool {
        *self == Self::New
    }

    /// The id of the session, unless it is a new one.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::New | Self::Ephemeral => None,
            Self::Resume(id) | Self::Attach(id) => Some(id),
        }
    }
}

impl CodexSpec {
    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl From<&str> for PromptSource {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for PromptSource {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&Path> for PromptSource {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl From<PathBuf> for PromptSource {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl fmt::Debug for PromptSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // A prompt may be long, and a secret.
            Self::Text(text) => write!(formatter, "Text({} bytes)", text.len()),
            Self::File(path) => write!(formatter, "File({})", path.display()),
        }
    }
}

impl fmt::Debug for SchemaSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(formatter, "File({})", path.display()),
            Self::Value(_) => formatter.write_str("Value(…)"),
        }
    }
}

impl fmt::Debug for CodexSpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An override may be a secret, and an address may carry one.
        formatter
            .debug_struct("CodexSpec")
            .field("program", &self.program)
            .field("connect", &self.connect.as_ref().map(|_| "…"))
            .field("connect_token_file", &self.connect_token_file)
            .field("home", &self.home)
            .field("config", &format_args!("{} overrides", self.config.len()))
            .finish()
    }
}

/// A duration as milliseconds.
mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "the signature that serde calls")]
    pub(super) fn serialize<S: Serializer>(
        duration: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let milliseconds = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        duration.map(milliseconds).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<u64>::deserialize(deserializer)?.map(Duration::from_millis))
    }
}
