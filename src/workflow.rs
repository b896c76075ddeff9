//! Layer 2: repeated runs in one directory, on one running app-server.

use std::path::PathBuf;

#[cfg(feature = "remote")]
use crate::runtime::remote::{BearerToken, Endpoint};
use crate::runtime::{
    Answer, Client, ClientConfig, Prompt, RunProfile, RuntimeError, Session, SessionConfig,
};

/// How to start a [`Workflow`].
#[derive(Debug, Clone)]
pub struct WorkflowConfig {
    cwd: PathBuf,
    client: ClientConfig,
    profile: RunProfile,
    disposable: bool,
}

impl WorkflowConfig {
    /// Runs in a directory, with the safe defaults.
    pub fn new(cwd: impl Into<PathBuf>) -> Self {
        Self {
            cwd: cwd.into(),
            client: ClientConfig::default(),
            profile: RunProfile::default(),
            disposable: false,
        }
    }

    /// How the runs are done.
    #[must_use]
    pub fn profile(mut self, profile: RunProfile) -> Self {
        self.profile = profile;
        self
    }

    /// Which Codex is started, and how.
    #[must_use]
    pub fn client(mut self, client: ClientConfig) -> Self {
        self.client = client;
        self
    }

    /// Sessions are not saved.
    #[must_use]
    pub fn disposable(mut self) -> Self {
        self.disposable = true;
        self
    }
}

/// Runs in one directory. Each has its own session, so they may overlap and do not see each other. Cheap to clone.
///
/// ```no_run
/// use turnwise::{Workflow, WorkflowConfig};
///
/// # async fn example() -> Result<(), turnwise::runtime::RuntimeError> {
/// let workflow = Workflow::start(WorkflowConfig::new("/src/project")).await?;
/// let (tests, docs) = tokio::join!(
///     workflow.run("Which functions have no test?"),
///     workflow.run("Which parts of the README are out of date?"),
/// );
/// println!("{}\n{}", tests?.text, docs?.text);
/// workflow.close().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "dropped, it ends the server"]
pub struct Workflow {
    client: Client,
    config: WorkflowConfig,
}

impl std::fmt::Debug for Workflow {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Workflow")
            .field("cwd", &self.config.cwd)
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}

impl Workflow {
    /// Starts the app-server.
    ///
    /// # Errors
    /// Those of [`Client::start`]; [`RuntimeError::NotLoggedIn`] when the provider needs an account and there is none;
    /// [`RuntimeError::InvalidInput`] when the directory does not exist.
    pub async fn start(mut config: WorkflowConfig) -> Result<Self, RuntimeError> {
        config.profile.check()?;
        config.cwd = config.cwd.canonicalize().map_err(|error| {
            RuntimeError::invalid_because(format_args!("the directory {}", config.cwd.display()), error)
        })?;
        let client = Client::start(config.client.clone()).await?;
        if client.account().await?.is_missing() {
            client.close().await;
            return Err(RuntimeError::NotLoggedIn);
        }
        Ok(Self { client, config })
    }

    /// Connects to a running app-server. Its files are taken to be the same as here.
    ///
    /// # Errors
    /// Those of [`Client::connect`], and of [`start`](Self::start).
    #[cfg(feature = "remote")]
    pub async fn connect(
        endpoint: &Endpoint,
        token: Option<&BearerToken>,
        mut config: WorkflowConfig,
    ) -> Result<Self, RuntimeError> {
        config.client = config.client.connect(endpoint.clone(), token.cloned());
        Self::start(config).await
    }

    /// Runs one prompt in a fresh session.
    ///
    /// # Errors
    /// [`RuntimeError::Turn`] when the turn does not complete.
    pub async fn run(&self, prompt: impl Into<Prompt>) -> Result<Answer, RuntimeError> {
        self.session().await?.ask(prompt).await
    }

    /// A session for several turns in one context.
    ///
    /// # Errors
    /// Those of [`Client::start_session`].
    pub async fn session(&self) -> Result<Session, RuntimeError> {
        let mut config = SessionConfig::new(&self.config.cwd).profile(self.config.profile.clone());
        if self.config.disposable {
            config = config.ephemeral();
        }
        self.client.start_session(config).await
    }

    /// The client below.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Ends the app-server, for all clones.
    pub async fn close(&self) {
        self.client.close().await;
    }

    /// Kills the app-server and everything it started, at once.
    pub fn kill(&self) {
        self.client.kill();
    }
}
