//! How a [`Client`](crate::runtime::Client) finds, starts and talks with its app-server. Nothing is started here but on its order.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::codex::{CodexError, Directories, Found, find, search_path};
use crate::environment::{home, variable};
use crate::protocol::redacted::{CodexConfig, Environment};
use crate::runtime::approval::Approver;
use crate::runtime::error::RuntimeError;
use crate::runtime::remedy::Wording;
use crate::runtime::rpc::config::RuntimeConfig;
use crate::runtime::rpc::message_sink::MessageSink;
use crate::runtime::rpc::runtime::Runtime;
#[cfg(feature = "hooks")]
use crate::runtime::session::interceptor::Interceptor;
use crate::runtime::session::interceptor::Interceptors;
#[cfg(feature = "remote")]
use crate::runtime::transport::remote::{BearerToken, Endpoint};

/// How to start a [`Client`](crate::runtime::Client).
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
    pub(in crate::runtime) codex: Option<PathBuf>,
    pub(in crate::runtime) found: Option<Found>,
    pub(in crate::runtime) codex_home: Option<PathBuf>,
    pub(in crate::runtime) environment: Environment,
    pub(in crate::runtime) codex_config: CodexConfig,
    pub(in crate::runtime) approver: Option<Arc<dyn Approver>>,
    pub(in crate::runtime) interceptors: Interceptors,
    /// What is wrong with the interceptors, said when it starts.
    pub(in crate::runtime) interceptor_error: Option<String>,
    pub(in crate::runtime) observes_only: bool,
    pub(in crate::runtime) startup_timeout: Option<Duration>,
    pub(in crate::runtime) request_timeout: Option<Duration>,
    pub(in crate::runtime) session_timeout: Option<Duration>,
    pub(in crate::runtime) frame_limit: Option<usize>,
    pub(in crate::runtime) guarded: bool,
    pub(in crate::runtime) whole_api: WholeApi,
    pub(in crate::runtime) sink: Option<Arc<dyn MessageSink>>,
    pub(in crate::runtime) wording: Option<Wording>,
    #[cfg(feature = "remote")]
    pub(in crate::runtime) remote: Option<(Endpoint, Option<BearerToken>)>,
}

impl fmt::Debug for ClientConfig {
    /// What tells one client from another.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("ClientConfig");
        shown
            .field("codex", &self.codex)
            .field("found", &self.found)
            .field("codex_home", &self.codex_home)
            .field("environment", &self.environment)
            .field("codex_config", &self.codex_config)
            .field("startup_timeout", &self.startup_timeout)
            .field("request_timeout", &self.request_timeout)
            .field("session_timeout", &self.session_timeout)
            .field("guarded", &self.guarded);
        #[cfg(feature = "remote")]
        shown.field("remote", &self.remote);
        shown.finish_non_exhaustive()
    }
}

/// How much of the protocol a client wants, beyond what sessions need.
#[derive(Clone, Copy, Default)]
pub(in crate::runtime) struct WholeApi {
    pub(in crate::runtime) experimental: bool,
    pub(in crate::runtime) every_notification: bool,
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
        self.environment.0.push((key.into(), value.into()));
        self
    }

    /// Overrides a value of Codex's config (a dotted key) for every session that does not override it itself. Features take
    /// effect for the whole process: their switches, `true` and `false`, are the only values that appear on a command line.
    #[must_use]
    pub fn codex_config(mut self, key: impl Into<String>, value: Value) -> Self {
        self.codex_config.set(key.into(), value);
        self
    }

    /// Who answers the server's requests; by default each is refused and cancels its turn.
    #[must_use]
    pub fn approver(mut self, approver: impl Approver + 'static) -> Self {
        self.approver = Some(Arc::new(approver));
        self
    }

    /// Adds somebody who stands around all sessions. An error is said when the client starts.
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

    /// Answers none of the server's requests, for a client that [looks](crate::runtime::Client::watch) at turns which other clients of
    /// the same server began. A turn of this client that asks for something would wait for ever.
    #[must_use]
    pub fn observe_only(mut self) -> Self {
        self.observes_only = true;
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

    /// How long the start of a session may take, a resumed one's and a copy's too; as any reply by default. Codex lets it
    /// wait for the MCP servers that its configuration calls required, each as long as its `startup_timeout_sec`.
    #[must_use]
    pub fn session_timeout(mut self, limit: Duration) -> Self {
        self.session_timeout = Some(limit);
        self
    }

    /// Longest line taken from the server, in bytes; 64 MiB by default.
    #[must_use]
    pub fn frame_limit(mut self, bytes: usize) -> Self {
        self.frame_limit = Some(bytes);
        self
    }

    /// Linux: puts a guard between this program and the server, a small process that ends everything that the server leaves
    /// behind: also what a command moved into another process session, and also when this program is killed. It is a fork of
    /// this program and keeps the memory of that moment, so it is for programs that are small when they start a server.
    #[must_use]
    pub fn guarded(mut self) -> Self {
        self.guarded = true;
        self
    }

    /// Asks the server for its experimental methods and fields, too.
    #[must_use]
    pub fn experimental_api(mut self) -> Self {
        self.whole_api.experimental = true;
        self
    }

    /// How events word what to do about an error.
    #[cfg(feature = "cli")]
    pub(crate) fn wording(mut self, wording: Wording) -> Self {
        self.wording = Some(wording);
        self
    }

    /// Gives everything that the server says to somebody who takes all of it, nothing left out.
    #[cfg(feature = "app-server")]
    pub(crate) fn message_sink(mut self, sink: Arc<dyn MessageSink>) -> Self {
        self.whole_api.every_notification = true;
        self.sink = Some(sink);
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
    pub(in crate::runtime) fn endpoint(&self) -> Option<String> {
        self.remote.as_ref().map(|(endpoint, _)| endpoint.to_string())
    }

    #[cfg(not(feature = "remote"))]
    #[expect(clippy::unused_self, reason = "as with the feature")]
    pub(in crate::runtime) fn endpoint(&self) -> Option<String> {
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
    /// [`CodexError::NotFound`], [`CodexError::Unusable`].
    pub fn find_codex(&self) -> Result<Found, CodexError> {
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
    pub(in crate::runtime) async fn open(&self, found: Option<&Found>) -> Result<Runtime, RuntimeError> {
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

    /// Codex's directory as a server of one's own takes it: what was named, or what the environment says.
    pub(in crate::runtime) fn home_in_force(&self) -> Option<PathBuf> {
        if self.endpoint().is_some() {
            return None;
        }
        let named = self.codex_home.clone();
        let named = named.or_else(|| variable("CODEX_HOME").map(PathBuf::from));
        named.or_else(|| Some(home()?.join(".codex")))
    }

    fn runtime_config(&self, found: &Found) -> RuntimeConfig {
        let mut config = RuntimeConfig::new(&found.path);
        config.environment.clone_from(&self.environment.0);
        if let Some(home) = &self.codex_home {
            config.environment.push(("CODEX_HOME".into(), home.into()));
        }
        // Codex starts programs by name in the session's directory, which must not choose them.
        let named = self.environment.0.iter().rev().find(|(name, _)| name == "PATH");
        let mut path = named.map_or_else(search_path, |(_, path)| path.clone());
        if let Some(helpers) = &found.path_dir {
            // Older versions find their helper programs only on the PATH, where npm's wrapper puts them.
            path = [helpers.as_os_str(), &path].join(OsStr::new(":"));
        }
        config.environment.push(("PATH".into(), path));
        let overrides = self.codex_config.values().iter();
        for (key, value) in overrides.filter(|(key, _)| is_feature(key)) {
            let mut switches = Vec::new();
            add_switches(key, value, &mut switches);
            let switches = switches
                .into_iter()
                .flat_map(|switch| ["-c".into(), switch.into()]);
            config.arguments.extend(switches);
        }
        self.tune(&mut config);
        config.guarded = self.guarded;
        config
    }

    /// What concerns the connection, to a server of ours or another.
    fn tune(&self, config: &mut RuntimeConfig) {
        if let Some(approver) = &self.approver {
            config.approver = Some(Arc::clone(approver));
        }
        if self.observes_only {
            config.approver = None;
        }
        if let Some(limit) = self.request_timeout {
            config.request_timeout = limit;
        }
        if let Some(limit) = self.session_timeout {
            config.session_timeout = Some(limit);
        }
        if let Some(limit) = self.frame_limit {
            config.frame_limit = limit;
        }
        config.sink.clone_from(&self.sink);
        if let Some(wording) = self.wording {
            config.wording = wording;
        }
    }
}

fn is_feature(key: &str) -> bool {
    key == "features" || key.starts_with("features.")
}

/// The switches in a value, each as `KEY=true` or `KEY=false`: all that is let onto a command line, which every user can read.
/// The rest of the value is sent with each session.
fn add_switches(key: &str, value: &Value, switches: &mut Vec<String>) {
    match value {
        Value::Bool(switch) => switches.push(format!("{key}={switch}")),
        Value::Object(fields) => {
            let plain = |name: &str| {
                let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
                !name.is_empty() && name.bytes().all(fits)
            };
            for (name, value) in fields.iter().filter(|(name, _)| plain(name)) {
                add_switches(&format!("{key}.{name}"), value, switches);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_switches_reach_the_command_line() {
        let found = Found {
            path: "/bin/codex".into(),
            origin: crate::codex::Origin::Explicit,
            wrapper: None,
            path_dir: None,
            version: None,
        };
        let config = ClientConfig::new()
            .codex_config("features.goals", json!(false))
            .codex_config("features.x", json!("s3cret"))
            .codex_config(
                "features.y",
                json!({ "on": true, "key": "s3cret", "s3cret!": true, "n": 5 }),
            )
            .codex_config("features", json!({ "z": true }))
            .codex_config("features.list", json!(["s3cret"]))
            .codex_config("model", json!("s3cret"));
        assert_eq!(
            config.runtime_config(&found).arguments[1..],
            [
                "-c",
                "features.z=true",
                "-c",
                "features.goals=false",
                "-c",
                "features.y.on=true"
            ]
        );
    }

    #[test]
    fn a_path_that_was_named_is_the_servers_and_helpers_come_before_it() {
        let found = Found {
            path: "/bin/codex".into(),
            origin: crate::codex::Origin::Explicit,
            wrapper: None,
            path_dir: Some("/helpers".into()),
            version: None,
        };
        let path = |config: ClientConfig| {
            let environment = config.runtime_config(&found).environment;
            let last = environment.into_iter().rev().find(|(name, _)| name == "PATH");
            last.unwrap().1.into_string().unwrap()
        };
        assert_eq!(path(ClientConfig::new().env("PATH", "/mine")), "/helpers:/mine");
        let usual = path(ClientConfig::new());
        assert_eq!(usual.split_once(':').unwrap().0, "/helpers");
        assert!(usual.split(':').all(|entry| entry.starts_with('/')), "{usual}");
    }
}
