//! Layer 3: a client of one app-server: found, started, shaken hands with, checked for compatibility.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::approval::Approver;
use super::connection::{Runtime, RuntimeConfig, backoff};
use super::error::RuntimeError;
use super::profile::Sandbox;
#[cfg(feature = "remote")]
use super::remote::{BearerToken, Endpoint};
use super::session::{Session, SessionConfig};
use super::session::{fork, refused};
use super::tap::Tap;
use crate::codex::{Compatibility, Directories, Found, Version, find};

/// How long the handshake may take; a cold start of a large binary needs a few seconds.
const STARTUP_TIMEOUT: Duration = Duration::from_secs(30);
/// How often a start is repeated that failed because another server was starting.
const START_RETRIES: u32 = 6;

/// How to start a [`Client`].
///
/// ```no_run
/// use turnwise::runtime::{Client, ClientConfig};
///
/// # async fn example() -> Result<(), turnwise::runtime::RuntimeError> {
/// let client = Client::start(ClientConfig::new().codex_home("/home/me/.codex-work")).await?;
/// println!("codex {}", client.codex_version().map_or("?".to_owned(), |version| version.to_string()));
/// client.close().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct ClientConfig {
    codex: Option<PathBuf>,
    found: Option<Found>,
    codex_home: Option<PathBuf>,
    environment: Vec<(OsString, OsString)>,
    codex_config: Vec<(String, Value)>,
    approver: Option<Arc<dyn Approver>>,
    startup_timeout: Option<Duration>,
    request_timeout: Option<Duration>,
    frame_limit: Option<usize>,
    adopt_strays: bool,
    whole_api: WholeApi,
    tap: Option<Arc<dyn Tap>>,
    #[cfg(feature = "remote")]
    remote: Option<(Endpoint, Option<BearerToken>)>,
}

/// How much of the protocol a client wants, beyond what sessions need.
#[derive(Debug, Clone, Copy, Default)]
struct WholeApi {
    experimental: bool,
    every_notification: bool,
}

impl std::fmt::Debug for ClientConfig {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Environment and config values may be secrets.
        formatter
            .debug_struct("ClientConfig")
            .field("codex", &self.codex)
            .field("codex_home", &self.codex_home)
            .finish_non_exhaustive()
    }
}

/// A model that can be used (`model/list`).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelInfo {
    /// What [`RunProfile::model`](super::RunProfile::model) takes (`model`).
    pub id: String,
    /// The reasoning efforts that it knows (`supportedReasoningEfforts`).
    pub efforts: Vec<String>,
    /// Whether it is used where none is named (`isDefault`).
    pub is_default: bool,
}

impl ClientConfig {
    /// The defaults: the managed install or the `codex` on `PATH`, the user's own `CODEX_HOME`.
    pub fn new() -> Self {
        Self::default()
    }

    /// The codex to use: the native binary, or npm's wrapper, which is resolved to it.
    #[must_use]
    pub fn codex(mut self, path: impl Into<PathBuf>) -> Self {
        self.codex = Some(path.into());
        self
    }

    /// A codex that was found before, so that it is not looked for again.
    #[must_use]
    pub fn found(mut self, found: Found) -> Self {
        self.found = Some(found);
        self
    }

    /// The directory with Codex's configuration, credentials and sessions (`CODEX_HOME`).
    #[must_use]
    pub fn codex_home(mut self, directory: impl Into<PathBuf>) -> Self {
        self.codex_home = Some(directory.into());
        self
    }

    /// Adds a variable to the server's environment.
    #[must_use]
    pub fn env(mut self, key: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((key.into(), value.into()));
        self
    }

    /// Overrides a value of Codex's config (a dotted key) for every session. Features take effect for the whole process
    /// and are the only values that appear on a command line.
    #[must_use]
    pub fn codex_config(mut self, key: impl Into<String>, value: Value) -> Self {
        self.codex_config.push((key.into(), value));
        self
    }

    /// Who answers the server's requests; by default each is refused and cancels its turn.
    #[must_use]
    pub fn approver(mut self, approver: Arc<dyn Approver>) -> Self {
        self.approver = Some(approver);
        self
    }

    /// How long the handshake may take; 30 s by default.
    #[must_use]
    pub fn startup_timeout(mut self, limit: Duration) -> Self {
        self.startup_timeout = Some(limit);
        self
    }

    /// How long a reply may take; 60 s by default.
    #[must_use]
    pub fn request_timeout(mut self, limit: Duration) -> Self {
        self.request_timeout = Some(limit);
        self
    }

    /// Longest line taken from the server, in bytes; 64 MiB by default.
    #[must_use]
    pub fn frame_limit(mut self, bytes: usize) -> Self {
        self.frame_limit = Some(bytes);
        self
    }

    /// Linux: ends processes that a command left behind in a session of their own, too. Every child process that the
    /// runtime did not start counts as one, so this is for programs that start no other processes.
    #[must_use]
    pub fn adopt_strays(mut self) -> Self {
        self.adopt_strays = true;
        self
    }

    /// Asks the server for its experimental methods and fields, too.
    #[must_use]
    pub fn experimental_api(mut self) -> Self {
        self.whole_api.experimental = true;
        self
    }

    /// Gives everything that the server says to somebody who takes all of it, nothing left out.
    #[cfg(feature = "app-server")]
    pub(crate) fn tap(mut self, tap: Arc<dyn Tap>) -> Self {
        self.whole_api.every_notification = true;
        self.tap = Some(tap);
        self
    }

    /// Connects to a server that somebody else started, instead of starting one. What concerns a process of ours (the
    /// binary, its home, its environment) is not used then.
    #[cfg(feature = "remote")]
    #[must_use]
    pub fn connect(mut self, endpoint: Endpoint, token: Option<BearerToken>) -> Self {
        self.remote = Some((endpoint, token));
        self
    }

    /// Where the server is that somebody else started.
    #[cfg(feature = "remote")]
    fn endpoint(&self) -> Option<String> {
        self.remote.as_ref().map(|(endpoint, _)| endpoint.to_string())
    }

    #[cfg(not(feature = "remote"))]
    #[expect(clippy::unused_self, reason = "as with the feature")]
    fn endpoint(&self) -> Option<String> {
        None
    }

    /// Whether the server is one that somebody else started.
    #[cfg(feature = "app-server")]
    pub(crate) fn is_remote(&self) -> bool {
        self.endpoint().is_some()
    }

    /// Whether somebody was named to answer the server's requests.
    #[cfg(feature = "app-server")]
    pub(crate) fn has_approver(&self) -> bool {
        self.approver.is_some()
    }

    /// The codex that this starts.
    ///
    /// # Errors
    /// [`CodexNotFound`](RuntimeError::CodexNotFound), [`CodexUnusable`](RuntimeError::CodexUnusable).
    pub fn find_codex(&self) -> Result<Found, RuntimeError> {
        match &self.found {
            Some(found) => Ok(found.clone()),
            None => find(self.codex.as_deref(), Directories::from_env().as_ref()),
        }
    }

    /// Starts the server, or connects to one.
    #[cfg_attr(
        not(feature = "remote"),
        expect(clippy::unused_async, reason = "connecting waits")
    )]
    async fn open(&self, found: Option<&Found>) -> Result<Runtime, RuntimeError> {
        #[cfg(feature = "remote")]
        if let Some((endpoint, token)) = &self.remote {
            let mut config = RuntimeConfig::new(endpoint.to_string());
            self.tune(&mut config);
            // Boxed, because every start would be as large as this one.
            return Box::pin(Runtime::connect(endpoint, token.as_ref(), config)).await;
        }
        match found {
            Some(found) => Runtime::start(self.runtime_config(found)),
            None => Runtime::start(self.runtime_config(&self.find_codex()?)),
        }
    }

    fn runtime_config(&self, found: &Found) -> RuntimeConfig {
        let mut config = RuntimeConfig::new(&found.path);
        config.environment.clone_from(&self.environment);
        if let Some(home) = &self.codex_home {
            config.environment.push(("CODEX_HOME".into(), home.into()));
        }
        if let Some(helpers) = &found.path_dir {
            // Older versions find their helper programs only on the PATH, where npm's wrapper puts them.
            let mut path = OsString::from(helpers);
            if let Some(inherited) = std::env::var_os("PATH") {
                path.push(":");
                path.push(inherited);
            }
            config.environment.push(("PATH".into(), path));
        }
        for (key, value) in self.codex_config.iter().filter(|(key, _)| is_feature(key)) {
            config
                .arguments
                .extend(["-c".into(), format!("{key}={value}").into()]);
        }
        self.tune(&mut config);
        config.adopt_strays = self.adopt_strays;
        config
    }

    /// What concerns the connection, whoever started the server.
    fn tune(&self, config: &mut RuntimeConfig) {
        if let Some(approver) = &self.approver {
            config.approver = Arc::clone(approver);
        }
        if let Some(limit) = self.request_timeout {
            config.request_timeout = limit;
        }
        if let Some(limit) = self.frame_limit {
            config.frame_limit = limit;
        }
        config.tap.clone_from(&self.tap);
    }
}

fn is_feature(key: &str) -> bool {
    key.starts_with("features.")
}

/// A running app-server, ready for sessions. Any number of them, at the same time.
///
/// Dropping it ends the server; [`close`](Self::close) does so in order and waits.
#[derive(Debug)]
pub struct Client {
    runtime: Runtime,
    version: Option<Version>,
    codex_home: Option<PathBuf>,
    codex_config: Vec<(String, Value)>,
}

/// Whether the model can be reached with an account (`account/read`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// `apiKey`, `chatgpt`, …; none when nobody is logged in.
    pub kind: Option<String>,
    /// Whether the configured provider needs an account at Codex.
    pub required: bool,
}

impl Account {
    /// Whether a turn would fail for want of an account.
    pub fn is_missing(&self) -> bool {
        self.required && self.kind.is_none()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InitializeReply {
    #[serde(default)]
    user_agent: String,
    #[serde(default)]
    codex_home: Option<PathBuf>,
}

impl Client {
    /// Finds Codex, starts it, shakes hands and checks its version.
    ///
    /// # Errors
    /// [`CodexNotFound`](RuntimeError::CodexNotFound), [`CodexTooOld`](RuntimeError::CodexTooOld),
    /// [`StartUp`](RuntimeError::StartUp) with the end of the server's stderr.
    pub async fn start(config: ClientConfig) -> Result<Self, RuntimeError> {
        let found = match config.endpoint() {
            Some(_) => None,
            None => Some(config.find_codex()?),
        };
        let limit = config.startup_timeout.unwrap_or(STARTUP_TIMEOUT);
        let mut attempt = 0;
        let (runtime, reply) = loop {
            match start_once(&config, found.as_ref(), limit).await {
                Err(RuntimeError::StartUp { stderr, .. })
                    if attempt < START_RETRIES && is_contention(&stderr) =>
                {
                    tracing::info!(
                        "codex could not open its databases, which another one is creating; trying again"
                    );
                    tokio::time::sleep(backoff(attempt)).await;
                    attempt += 1;
                }
                outcome => break outcome?,
            }
        };
        let version = Version::from_user_agent(&reply.user_agent);
        if let Some(version) = &version
            && version.compatibility() == Compatibility::TooOld
        {
            runtime.stop().await;
            return Err(RuntimeError::CodexTooOld {
                found: version.to_string(),
                needed: crate::codex::OLDEST,
                path: found.map_or_else(
                    || config.endpoint().unwrap_or_default().into(),
                    |found| found.path,
                ),
            });
        }
        Ok(Self {
            runtime,
            version,
            codex_home: reply.codex_home,
            codex_config: config.codex_config,
        })
    }

    /// The server's version, as it says in the handshake.
    pub fn codex_version(&self) -> Option<&Version> {
        self.version.as_ref()
    }

    /// The directory with Codex's configuration, as the server says; older ones do not.
    pub fn codex_home(&self) -> Option<&std::path::Path> {
        self.codex_home.as_deref()
    }

    /// Starts a thread.
    ///
    /// # Errors
    /// [`Privileged`](RuntimeError::Privileged) when its profile is not allowed, or the server's own.
    pub async fn start_session(&self, mut config: SessionConfig) -> Result<Session, RuntimeError> {
        for (key, value) in &self.codex_config {
            config = config.codex_config(key.clone(), value.clone());
        }
        Session::start(
            &self.runtime,
            self.version.as_ref().map(Version::to_string),
            config,
        )
        .await
    }

    /// Takes up a saved thread by its id. Its sandbox and approval policy are those of the profile, whatever they were.
    ///
    /// # Errors
    /// [`SessionMissing`](RuntimeError::SessionMissing), [`SessionArchived`](RuntimeError::SessionArchived),
    /// [`SessionBusy`](RuntimeError::SessionBusy), and what [`start_session`](Self::start_session) can say.
    pub async fn resume_session(
        &self,
        thread_id: &str,
        mut config: SessionConfig,
    ) -> Result<Session, RuntimeError> {
        for (key, value) in &self.codex_config {
            config = config.codex_config(key.clone(), value.clone());
        }
        let version = self.version.as_ref().map(Version::to_string);
        Session::resume(&self.runtime, version, self.codex_home(), thread_id, config).await
    }

    /// Copies a saved thread with all its turns (`thread/fork`); gives the copy's id.
    pub async fn fork_session(&self, thread_id: &str) -> Result<String, RuntimeError> {
        fork(self.runtime.shared(), thread_id)
            .await
            .map_err(|error| refused(error, thread_id, self.codex_home()))
    }

    /// Names a saved thread (`thread/name/set`).
    pub async fn rename_session(&self, thread_id: &str, name: &str) -> Result<(), RuntimeError> {
        let params = json!({ "threadId": thread_id, "name": name });
        match self.runtime.call_raw("thread/name/set", &params).await {
            // The oldest servers name only what they have loaded.
            Err(RuntimeError::Server { message, .. }) if message.contains("thread not found") => {
                let load = json!({ "threadId": thread_id, "sandbox": Sandbox::ReadOnly.word() });
                self.change("thread/resume", thread_id, &load).await?;
                self.change("thread/name/set", thread_id, &params).await
            }
            outcome => outcome
                .map(drop)
                .map_err(|error| refused(error, thread_id, self.codex_home())),
        }
    }

    /// Puts a saved thread away (`thread/archive`). A turn that runs in it is interrupted.
    pub async fn archive_session(&self, thread_id: &str) -> Result<(), RuntimeError> {
        self.change("thread/archive", thread_id, &json!({ "threadId": thread_id }))
            .await
    }

    /// Brings an archived thread back (`thread/unarchive`).
    pub async fn unarchive_session(&self, thread_id: &str) -> Result<(), RuntimeError> {
        self.change("thread/unarchive", thread_id, &json!({ "threadId": thread_id }))
            .await
    }

    /// Deletes a saved thread for good (`thread/delete`, which the oldest servers do not have).
    pub async fn delete_session(&self, thread_id: &str) -> Result<(), RuntimeError> {
        self.change("thread/delete", thread_id, &json!({ "threadId": thread_id }))
            .await
    }

    async fn change(&self, method: &str, thread_id: &str, params: &Value) -> Result<(), RuntimeError> {
        let outcome = self.runtime.call_raw(method, params).await;
        outcome
            .map(drop)
            .map_err(|error| refused(error, thread_id, self.codex_home()))
    }

    /// Whether somebody is logged in, and whether that matters.
    pub async fn account(&self) -> Result<Account, RuntimeError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Reply {
            #[serde(default)]
            account: Value,
            #[serde(default)]
            requires_openai_auth: bool,
        }
        let reply: Reply = self.runtime.call("account/read", &json!({})).await?;
        let account = Some(&reply.account).filter(|account| !account.is_null());
        let kind = account.map(|account| account["type"].as_str().unwrap_or("unknown").to_owned());
        Ok(Account {
            kind,
            required: reply.requires_openai_auth,
        })
    }

    /// The models that can be used (`model/list`).
    pub async fn models(&self) -> Result<Vec<ModelInfo>, RuntimeError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Reply {
            data: Vec<Model>,
            #[serde(default)]
            next_cursor: Option<String>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Model {
            model: String,
            #[serde(default)]
            supported_reasoning_efforts: Vec<Effort>,
            #[serde(default)]
            is_default: bool,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Effort {
            reasoning_effort: String,
        }
        let mut models = Vec::new();
        let mut cursor = None;
        loop {
            let reply: Reply = self
                .runtime
                .call("model/list", &json!({ "cursor": cursor }))
                .await?;
            models.extend(reply.data.into_iter().map(|model| {
                ModelInfo {
                    id: model.model,
                    efforts: model
                        .supported_reasoning_efforts
                        .into_iter()
                        .map(|effort| effort.reasoning_effort)
                        .collect(),
                    is_default: model.is_default,
                }
            }));
            match reply.next_cursor {
                Some(next) if cursor.as_ref() != Some(&next) => cursor = Some(next),
                _ => return Ok(models),
            }
        }
    }

    /// The connection below, for any other method.
    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// Ends the server in order, and with it everything it started.
    pub async fn close(self) {
        self.runtime.stop().await;
    }

    /// Kills the server and everything it started, at once.
    pub fn kill(&self) {
        self.runtime.kill();
    }
}

/// Starts the server and shakes hands; a server that does not answer is killed.
async fn start_once(
    config: &ClientConfig,
    found: Option<&Found>,
    limit: Duration,
) -> Result<(Runtime, InitializeReply), RuntimeError> {
    let runtime = match timeout(limit, config.open(found)).await {
        Ok(outcome) => outcome?,
        Err(_) => {
            return Err(RuntimeError::Connect {
                endpoint: config.endpoint().unwrap_or_default(),
                reason: format!("no answer within {limit:?}"),
                unauthorized: false,
            });
        }
    };
    match timeout(limit, handshake(&runtime, config.whole_api)).await {
        Ok(Ok(reply)) => Ok((runtime, reply)),
        Ok(Err(RuntimeError::ServerGone { reason, stderr })) => Err(RuntimeError::StartUp { reason, stderr }),
        Ok(Err(error)) => {
            runtime.kill();
            Err(RuntimeError::StartUp {
                reason: error.to_string(),
                stderr: String::new(),
            })
        }
        Err(_) => {
            let stderr = runtime.shared().peer.stderr_tail();
            runtime.kill();
            let reason = format!("it did not answer the handshake within {limit:?}");
            Err(RuntimeError::StartUp { reason, stderr })
        }
    }
}

/// Several servers that start at once in a fresh home stand in each other's way while they create its databases.
fn is_contention(stderr: &str) -> bool {
    stderr.contains("failed to initialize sqlite") || stderr.contains("database is locked")
}

async fn handshake(runtime: &Runtime, whole_api: WholeApi) -> Result<InitializeReply, RuntimeError> {
    // News that sessions would only throw away.
    let unwanted: &[&str] = if whole_api.every_notification {
        &[]
    } else {
        &[
            "account/rateLimits/updated",
            "remoteControl/status/changed",
            "thread/started",
        ]
    };
    let params = json!({
        "clientInfo": { "name": "turnwise", "title": "turnwise", "version": env!("CARGO_PKG_VERSION") },
        "capabilities": {
            // Not asked for without need: it makes the server do more at each start.
            "experimentalApi": whole_api.experimental,
            "optOutNotificationMethods": unwanted,
        },
    });
    let reply = runtime.call("initialize", &params).await?;
    if runtime.notify("initialized", None::<&()>).is_err() {
        // It ended in between; how is known in a moment.
        return Err(runtime.shared().gone_error().await);
    }
    Ok(reply)
}
