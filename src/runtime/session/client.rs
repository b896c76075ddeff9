//! Layer 3: a client of one app-server: found, started, shaken hands with, checked for compatibility.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::codex::{CodexError, Compatibility, Found, Version, objection};
use crate::protocol::redacted::CodexConfig;
use crate::runtime::approval::Approver;
use crate::runtime::error::RuntimeError;
use crate::runtime::retry::{Retry, retry_until};
use crate::runtime::rpc::connection::Shared;
use crate::runtime::rpc::runtime::Runtime;
use crate::runtime::session::client_config::{ClientConfig, WholeApi};
use crate::runtime::session::config_error::of_configuration;
use crate::runtime::session::interceptor::Interceptors;
use crate::runtime::session::models::{ModelInfo, models};
use crate::runtime::session::open_threads::OpenThreads;
use crate::runtime::session::session::Session;
use crate::runtime::session::session_config::SessionConfig;
#[cfg(feature = "remote")]
use crate::runtime::transport::remote::{BearerToken, Endpoint};

/// How long the handshake may take; a cold start of a large binary needs a few seconds.
const STARTUP_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a program that was started as Codex may be silent before it is asked whether it is Codex.
const DOUBT: Duration = Duration::from_secs(3);
/// How often a start is repeated that failed because another server was starting.
const START_RETRIES: u32 = 6;

/// A running app-server, ready for sessions. Any number of them, at the same time.
///
/// Cheap to clone. Dropping the last clone ends the server; [`close`](Self::close) does so in order, for all of them, and
/// waits.
#[derive(Debug, Clone)]
#[must_use = "dropped, it ends the server"]
pub struct Client(Arc<Inner>);

struct Inner {
    runtime: Runtime,
    threads: Arc<OpenThreads>,
    version: Option<Version>,
    codex_home: Option<PathBuf>,
    codex_config: CodexConfig,
    interceptors: Interceptors,
    approver: Option<Arc<dyn Approver>>,
    /// Those of sessions, which are waited for at the end.
    of_sessions: Mutex<Interceptors>,
}

impl std::fmt::Debug for Inner {
    /// What tells one client from another.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Inner")
            .field("runtime", &self.runtime)
            .field("threads", &self.threads)
            .field("version", &self.version)
            .field("codex_home", &self.codex_home)
            .field("codex_config", &self.codex_config)
            .finish_non_exhaustive()
    }
}

/// Whether the model can be reached with an account (`account/read`).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
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
    /// [`Codex`](RuntimeError::Codex) where there is none, or one that is too old or another program;
    /// [`StartUp`](RuntimeError::StartUp) with the end of the server's stderr.
    pub async fn start(config: ClientConfig) -> Result<Self, RuntimeError> {
        if let Some(what) = config.interceptor_error {
            return Err(RuntimeError::invalid(what));
        }
        let found = match config.endpoint() {
            Some(_) => None,
            None => Some(config.find_codex()?),
        };
        let limit = config.startup_timeout.unwrap_or(STARTUP_TIMEOUT);
        let is_final = |outcome: &Result<_, RuntimeError>| match outcome {
            Err(RuntimeError::StartUp { stderr, .. }) if is_contention(stderr) => {
                tracing::info!("codex could not open its databases, which another one is creating");
                false
            }
            _ => true,
        };
        let attempt = || start_once(&config, found.as_ref(), limit);
        let starting = retry_until(Retry::backing_off(START_RETRIES), is_final, attempt);
        let (runtime, reply) = tokio::select! {
            biased;
            outcome = starting => match outcome {
                Ok(both) => both,
                Err(error) => return Err(wrong_program(found.as_ref()).await.unwrap_or(error)),
            },
            error = doubts(found.as_ref()) => return Err(error),
        };
        let version = Version::from_user_agent(&reply.user_agent);
        if let Some(version) = &version
            && version.compatibility() == Compatibility::TooOld
        {
            runtime.close().await;
            return Err(CodexError::TooOld {
                found: version.to_string(),
                needed: crate::codex::OLDEST,
                path: found.map_or_else(
                    || config.endpoint().unwrap_or_default().into(),
                    |found| found.path,
                ),
            }
            .into());
        }
        if version.as_ref().is_some_and(Version::answers_one_at_a_time) {
            runtime.shared().set_one_at_a_time();
        }
        let threads = Arc::<OpenThreads>::default();
        runtime.shared().when_over({
            let threads = Arc::clone(&threads);
            move || threads.end_listening()
        });
        Ok(Self(Arc::new(Inner {
            runtime,
            threads,
            version,
            // The oldest servers do not say it.
            codex_home: reply.codex_home.or_else(|| config.home_in_force()),
            codex_config: config.codex_config,
            interceptors: config.interceptors,
            approver: config.approver,
            of_sessions: Mutex::default(),
        })))
    }

    /// Connects to a running server, shakes hands and checks its version. Of the configuration only what concerns the connection
    /// is used.
    ///
    /// # Errors
    /// [`Connect`](RuntimeError::Connect) with the reason; otherwise as [`start`](Self::start).
    #[cfg(feature = "remote")]
    pub async fn connect(
        endpoint: &Endpoint,
        token: Option<&BearerToken>,
        config: ClientConfig,
    ) -> Result<Self, RuntimeError> {
        Self::start(config.connect(endpoint.clone(), token.cloned())).await
    }

    /// The server's version, as it says in the handshake.
    pub fn codex_version(&self) -> Option<&Version> {
        self.0.version.as_ref()
    }

    /// The directory with Codex's configuration, as the server says; older ones do not.
    pub fn codex_home(&self) -> Option<&std::path::Path> {
        self.0.codex_home.as_deref()
    }

    /// Starts a thread (`thread/start`).
    ///
    /// # Errors
    /// [`Privileged`](RuntimeError::Privileged) when its profile is not allowed,
    /// [`InvalidInput`](RuntimeError::InvalidInput) for a directory that does not exist,
    /// [`CodexConfig`](RuntimeError::CodexConfig), or the server's own.
    pub async fn start_session(&self, mut config: SessionConfig) -> Result<Session, RuntimeError> {
        self.fill_in(&mut config);
        let version = self.codex_version().map(Version::to_string);
        Session::start(&self.0.runtime, &self.0.threads, version, config)
            .await
            .map_err(|error| of_configuration(error, self.codex_home()))
    }

    /// Resumes a saved thread by its id (`thread/resume`). Its sandbox and approval policy are those of the profile; earlier ones do
    /// not count.
    ///
    /// A thread that is open at this client is not opened again: this is another handle of the same session, with its own
    /// profile.
    ///
    /// # Errors
    /// [`InvalidInput`](RuntimeError::InvalidInput) for an open thread in another directory or with other values of Codex's
    /// config, and for a directory that does not exist;
    /// [`SessionMissing`](RuntimeError::SessionMissing), [`SessionArchived`](RuntimeError::SessionArchived),
    /// [`SessionBusy`](RuntimeError::SessionBusy), and what [`start_session`](Self::start_session) can say.
    pub async fn resume_session(
        &self,
        thread_id: &str,
        mut config: SessionConfig,
    ) -> Result<Session, RuntimeError> {
        self.fill_in(&mut config);
        let version = self.codex_version().map(Version::to_string);
        // Boxed, because every future that awaits it would be as large.
        Box::pin(Session::resume(
            &self.0.runtime,
            &self.0.threads,
            version,
            self.codex_home(),
            thread_id,
            config,
        ))
        .await
        .map_err(|error| of_configuration(error, self.codex_home()))
    }

    /// What the client says of all its sessions.
    fn fill_in(&self, config: &mut SessionConfig) {
        config.config.fill_in(&self.0.codex_config);
        if !config.interceptors.is_empty() {
            // It is valid between any two statements.
            let mut of_sessions = self.0.of_sessions.lock().unwrap_or_else(PoisonError::into_inner);
            *of_sessions = of_sessions.then(&config.interceptors);
        }
        config.interceptors = self.0.interceptors.then(&config.interceptors);
        if config.approver.is_none() && !config.interceptors.is_empty() {
            config.approver.clone_from(&self.0.approver);
        }
    }

    /// Waits until all hooks have learned of what happened.
    async fn drain(&self) {
        let of_sessions = self
            .0
            .of_sessions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        self.0.interceptors.then(&of_sessions).drain().await;
    }

    /// The models that can be used (`model/list`), all pages of them.
    ///
    /// # Errors
    /// The server's own.
    pub async fn models(&self) -> Result<Vec<ModelInfo>, RuntimeError> {
        models(self.0.runtime.shared()).await
    }

    /// Whether somebody is logged in, and whether that matters (`account/read`).
    ///
    /// # Errors
    /// The server's own.
    pub async fn account(&self) -> Result<Account, RuntimeError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Reply {
            #[serde(default)]
            account: Value,
            #[serde(default)]
            requires_openai_auth: bool,
        }
        let reply: Reply = self.0.runtime.call("account/read", &json!({})).await?;
        let account = Some(&reply.account).filter(|account| !account.is_null());
        let kind = account.map(|account| account["type"].as_str().unwrap_or("unknown").to_owned());
        Ok(Account {
            kind,
            required: reply.requires_openai_auth,
        })
    }

    /// The threads that are open.
    pub(in crate::runtime) fn threads(&self) -> &OpenThreads {
        &self.0.threads
    }

    /// The connection below, for any other method.
    pub fn runtime(&self) -> &Runtime {
        &self.0.runtime
    }

    /// Ends the server and everything it started, after hooks have learned of all events. Running turns end as interrupted. Later
    /// calls, also on a clone, fail with [`Closed`](RuntimeError::Closed). A second call only waits.
    pub async fn close(&self) {
        self.drain().await;
        self.0.runtime.close().await;
    }

    /// Leaves the server's orderly end to its guard and returns at once; without a guard
    /// ([`ClientConfig::guarded`]) it is waited for. For a server that has nothing left to do: it needs some 30 ms to end.
    /// A server that does not lock its threads is always waited for, because the next one could get in its way.
    pub async fn close_in_background(&self) {
        self.drain().await;
        if self.codex_version().is_some_and(Version::locks_threads) {
            self.0.runtime.close_in_background().await;
        } else {
            self.0.runtime.close().await;
        }
    }

    /// Kills the server and everything it started, at once.
    pub fn kill(&self) {
        self.0.runtime.kill();
    }
}

/// Why a program that did not start as Codex cannot, if it is another program or too old.
async fn wrong_program(found: Option<&Found>) -> Option<RuntimeError> {
    let program = found?.path.clone();
    let asking = tokio::task::spawn_blocking(move || objection(&program));
    asking.await.ok().flatten().map(RuntimeError::from)
}

/// The same about one that says nothing for a while. Never ends if there is nothing against it.
async fn doubts(found: Option<&Found>) -> RuntimeError {
    tokio::time::sleep(DOUBT).await;
    match wrong_program(found).await {
        Some(error) => error,
        None => std::future::pending().await,
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
                advice: None,
                source: None,
            });
        }
    };
    let mut unready = Unready(Some(Arc::clone(runtime.shared())));
    match timeout(limit, handshake(&runtime, config.whole_api)).await {
        Ok(Ok(reply)) => {
            unready.0 = None;
            Ok((runtime, reply))
        }
        Ok(Err(RuntimeError::ServerGone { reason, stderr })) => Err(RuntimeError::StartUp {
            reason,
            stderr,
            source: None,
        }),
        Ok(Err(error)) => Err(RuntimeError::StartUp {
            reason: error.to_string(),
            stderr: String::new(),
            source: Some(Box::new(error)),
        }),
        Err(_) => Err(RuntimeError::StartUp {
            reason: format!("no handshake reply within {limit:?}"),
            stderr: runtime.shared().peer.stderr_tail(),
            source: None,
        }),
    }
}

/// A server that has not shaken hands. It has nothing to lose, so it is killed if it is given up.
struct Unready(Option<Arc<Shared>>);

impl Drop for Unready {
    fn drop(&mut self) {
        if let Some(shared) = &self.0 {
            shared.kill();
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
    } else if runtime.shared().peer.is_remote() {
        &[
            "account/rateLimits/updated",
            // Of the way that turns which run already are found.
            "deprecationNotice",
            "remoteControl/status/changed",
            "thread/readState/changed",
            "thread/settings/updated",
            "thread/started",
        ]
    } else {
        &[
            "account/rateLimits/updated",
            "remoteControl/status/changed",
            "thread/started",
        ]
    };
    // Not asked for without need: it makes the server do more at each start. Sessions need it where the server goes on
    // after them, to end what their turns left running.
    let for_sessions = runtime.shared().peer.is_remote() && !whole_api.every_notification;
    let params = json!({
        "clientInfo": { "name": "turnwise", "title": "turnwise", "version": env!("CARGO_PKG_VERSION") },
        "capabilities": {
            "experimentalApi": whole_api.experimental || for_sessions,
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
