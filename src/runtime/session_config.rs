//! How a [`Session`](super::Session) is started or taken up.

use std::path::PathBuf;

use serde_json::{Map, Value};

use super::error::RuntimeError;
use super::profile::RunProfile;
use super::wire_path;

/// How to start a [`Session`](super::Session).
///
/// ```
/// use turnwise::runtime::{RunProfile, SessionConfig};
///
/// let config = SessionConfig::new("/src/project").profile(RunProfile::new().effort("high")).ephemeral();
/// ```
#[derive(Debug, Clone)]
pub struct SessionConfig {
    pub(super) cwd: PathBuf,
    pub(super) profile: RunProfile,
    pub(super) ephemeral: bool,
    pub(super) name: Option<String>,
    pub(super) config: Map<String, Value>,
}

impl SessionConfig {
    /// A session in a directory, which must exist: Codex does not check it.
    pub fn new(cwd: impl Into<PathBuf>) -> Self {
        Self {
            cwd: cwd.into(),
            profile: RunProfile::default(),
            ephemeral: false,
            name: None,
            config: Map::new(),
        }
    }

    /// How its turns run, unless told otherwise for a turn.
    #[must_use]
    pub fn profile(mut self, profile: RunProfile) -> Self {
        self.profile = profile;
        self
    }

    /// Nothing of it is saved: it cannot be resumed.
    #[must_use]
    pub fn ephemeral(mut self) -> Self {
        self.ephemeral = true;
        self
    }

    /// What the server would not take, or not understand.
    pub(super) fn check(&self) -> Result<(), RuntimeError> {
        wire_path::check("the directory", &self.cwd)?;
        self.profile.check()
    }

    /// A name to find it by.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Overrides a value of Codex's config (a dotted key) for this session. It does not appear on a command line.
    #[must_use]
    pub fn codex_config(mut self, key: impl Into<String>, value: Value) -> Self {
        self.config.insert(key.into(), value);
        self
    }
}
