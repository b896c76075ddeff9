//! How a [`Session`](crate::runtime::Session) is started or resumed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use crate::protocol::redacted::CodexConfig;
use crate::runtime::approval::Approver;
use crate::runtime::error::RuntimeError;
use crate::runtime::paths::{Base, wrong};
use crate::runtime::profile::RunProfile;
use crate::runtime::rpc::connection::Shared;
#[cfg(feature = "hooks")]
use crate::runtime::session::interceptor::Interceptor;
use crate::runtime::session::interceptor::Interceptors;

/// How to start a [`Session`](crate::runtime::Session).
///
/// ```
/// use turnwise::runtime::{RunProfile, SessionConfig};
///
/// let config = SessionConfig::new("/src/project").profile(RunProfile::new().effort("high")).ephemeral();
/// ```
#[derive(Debug, Clone)]
pub struct SessionConfig {
    pub(in crate::runtime) cwd: PathBuf,
    pub(in crate::runtime) profile: RunProfile,
    pub(in crate::runtime) ephemeral: bool,
    pub(in crate::runtime) name: Option<String>,
    pub(in crate::runtime) config: CodexConfig,
    pub(in crate::runtime) approver: Option<Arc<dyn Approver>>,
    pub(in crate::runtime) interceptors: Interceptors,
    /// What is wrong with the interceptors, said when it starts.
    pub(in crate::runtime) interceptor_error: Option<String>,
}

impl SessionConfig {
    /// A session in a directory. A relative one begins at the current directory; at a server that somebody else started, at
    /// that server's.
    pub fn new(cwd: impl Into<PathBuf>) -> Self {
        Self {
            cwd: cwd.into(),
            profile: RunProfile::default(),
            ephemeral: false,
            name: None,
            config: CodexConfig::default(),
            approver: None,
            interceptors: Interceptors::default(),
            interceptor_error: None,
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

    /// A name to find it by.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Overrides a value of Codex's config (a dotted key) for this session. It does not appear on a command line.
    #[must_use]
    pub fn codex_config(mut self, key: impl Into<String>, value: Value) -> Self {
        self.config.set(key.into(), value);
        self
    }

    /// Who answers the requests of this session and of its sub-agents, in the place of the client's approver. Of a session that
    /// is open already it takes the place of the one before.
    #[must_use]
    pub fn approver(mut self, approver: impl Approver + 'static) -> Self {
        self.approver = Some(Arc::new(approver));
        self
    }

    /// Adds somebody who stands around the session. An error is said when it starts.
    #[cfg(feature = "hooks")]
    pub(crate) fn interceptor(
        mut self,
        interceptor: Arc<dyn Interceptor>,
        error: Option<RuntimeError>,
    ) -> Self {
        self.interceptors.add(interceptor);
        self.interceptor_error = self.interceptor_error.or(error.map(|error| error.to_string()));
        self
    }

    /// Refuses what could not run, and makes the directory absolute.
    pub(in crate::runtime) fn check(&mut self, shared: &Shared) -> Result<(), RuntimeError> {
        if let Some(what) = self.interceptor_error.take() {
            return Err(RuntimeError::invalid(what));
        }
        self.profile.check()?;
        self.profile.compiled_schema()?;
        let remote = shared.peer.is_remote();
        let here = Base {
            directory: Path::new(""),
            remote,
        };
        let cwd = here.directory(&self.cwd, "directory")?;
        if !remote {
            self.cwd = cwd
                .canonicalize()
                .map_err(|error| wrong("directory", &self.cwd, error.into()))?;
        }
        self.profile.resolved(&self.cwd, remote).map(drop)
    }

    /// Lets hooks change it, or refuse it.
    pub(in crate::runtime) async fn intercept(&mut self, resumed: Option<&str>) -> Result<(), RuntimeError> {
        let interceptors = self.interceptors.clone();
        interceptors
            .before_session(&self.cwd, resumed, &mut self.profile)
            .await
    }

    /// Puts what overrides Codex's configuration into the params of a thread.
    pub(in crate::runtime) fn overrides(&self, params: &mut Value) {
        if let Some(model) = &self.profile.model {
            params["model"] = model.as_str().into();
        }
        if !self.config.values().is_empty() {
            params["config"] = Value::Object(self.config.values().clone());
        }
    }
}
