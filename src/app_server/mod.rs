//! Layer 5: any method of the app-server, typed, checked against the server's own schema, or unchecked.
//!
//! ```no_run
//! use turnwise::protocol::types::{ThreadStart, ThreadStartParams, ThreadStarted};
//! use turnwise::app_server::{AppServer, Filter};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let server = AppServer::start_default().await?;
//! let mut threads = server.subscribe(Filter::all().notification::<ThreadStarted>());
//! let params = ThreadStartParams { cwd: Some("/src/project".to_owned()), ..Default::default() };
//! println!("{}", server.call::<ThreadStart>(&params).await?.thread.id);
//! if let Some(started) = threads.next().await?.parse::<ThreadStarted>()? {
//!     println!("{}", started.thread.cwd);
//! }
//! server.close().await;
//! # Ok(())
//! # }
//! ```

mod exec;
mod hub;
mod params;
mod relay;
mod subscription;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde::Serialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

pub use crate::protocol::types::{Request, TypedNotification, TypedServerRequest};
pub use exec::{CommandExecution, ExecOptions, Output};
pub use hub::ServerRequest;
pub use relay::Relay;
pub use subscription::{Filter, Subscription, SubscriptionEnd};

use crate::codex::{Api, Directories, Found, Version, installed_schema};
use crate::protocol::schema::Schema;
use crate::protocol::types::CommandExecParams;
#[cfg(feature = "remote")]
use crate::runtime::remote::{BearerToken, Endpoint};
use crate::runtime::{Account, Client, ClientConfig, RequestId, RuntimeError, resume_and_ask};
use hub::Hub;

/// How many requests are with the server at once. From 300 on it refuses some, and from 500 on it forgets some.
const IN_FLIGHT: usize = 100;
/// How long a reply may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// How to start an [`AppServer`].
#[derive(Debug, Clone)]
pub struct AppServerConfig {
    client: ClientConfig,
    directories: Option<Directories>,
    experimental: bool,
    in_flight: usize,
    request_timeout: Duration,
}

impl Default for AppServerConfig {
    fn default() -> Self {
        Self::new(ClientConfig::new())
    }
}

impl AppServerConfig {
    /// With a client's configuration. Where that names an approver, it answers the server's requests, and
    /// [`AppServer::next_request`] gives none.
    pub fn new(client: ClientConfig) -> Self {
        Self {
            client,
            directories: Directories::from_env(),
            experimental: false,
            in_flight: IN_FLIGHT,
            request_timeout: REQUEST_TIMEOUT,
        }
    }

    /// Asks for the experimental methods and fields, too.
    #[must_use]
    pub fn experimental(mut self) -> Self {
        self.experimental = true;
        self
    }

    /// How many requests are with the server at once; 100 by default. Others wait for their turn.
    #[must_use]
    pub fn in_flight(mut self, limit: usize) -> Self {
        self.in_flight = limit.max(1);
        self
    }

    /// How long a reply may take, from the moment of sending; 60 s by default.
    #[must_use]
    pub fn request_timeout(mut self, limit: Duration) -> Self {
        self.request_timeout = limit;
        self
    }

    /// Where the server's schema is kept; the user's cache by default.
    #[must_use]
    pub fn directories(mut self, directories: Option<Directories>) -> Self {
        self.directories = directories;
        self
    }
}

/// A connection for any method. Cheap to clone; the server ends with the last clone.
///
/// Requests that the server is too busy for are repeated where that is safe. Every request has a deadline.
#[derive(Debug, Clone)]
#[must_use = "dropped, it ends the server"]
pub struct AppServer(Arc<Inner>);

struct Inner {
    client: Client,
    hub: Arc<Hub>,
    found: Option<Found>,
    directories: Option<Directories>,
    api: Api,
    schema: OnceLock<Schema>,
    in_flight: Semaphore,
    request_timeout: Duration,
    processes: AtomicU64,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("AppServer")
            .field("codex", &self.found)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    id: &'a RequestId,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Value>,
}

impl AppServer {
    /// Starts Codex and shakes hands.
    ///
    /// # Errors
    /// What [`Client::start`] can say.
    pub async fn start(config: AppServerConfig) -> Result<Self, RuntimeError> {
        // Of a server elsewhere the one that is installed here knows the methods, if there is one.
        let found = match config.client.find_codex() {
            Err(_) if config.client.is_remote() => None,
            found => Some(found?),
        };
        let hub = Arc::new(Hub::new(!config.client.has_approver()));
        let mut client = config.client.message_sink(hub.clone());
        if let Some(found) = &found {
            client = client.found(found.clone());
        }
        let mut api = Api::Stable;
        if config.experimental {
            client = client.experimental_api();
            api = Api::Experimental;
        }
        let client = Client::start(client).await?;
        Ok(Self(Arc::new(Inner {
            client,
            hub,
            found,
            directories: config.directories,
            api,
            schema: OnceLock::new(),
            in_flight: Semaphore::new(config.in_flight),
            request_timeout: config.request_timeout,
            processes: AtomicU64::new(0),
        })))
    }

    /// Connects to a running server and shakes hands. Of the client's configuration only what concerns the connection is used.
    ///
    /// # Errors
    /// What [`Client::connect`] can say.
    #[cfg(feature = "remote")]
    pub async fn connect(
        endpoint: &Endpoint,
        token: Option<&BearerToken>,
        mut config: AppServerConfig,
    ) -> Result<Self, RuntimeError> {
        config.client = config.client.connect(endpoint.clone(), token.cloned());
        Self::start(config).await
    }

    /// With the defaults: the managed install or the `codex` on the `PATH`, and the user's own `CODEX_HOME`.
    ///
    /// # Errors
    /// What [`start`](Self::start) can say.
    pub async fn start_default() -> Result<Self, RuntimeError> {
        Self::start(AppServerConfig::default()).await
    }

    /// The server's version, as it says in the handshake.
    pub fn codex_version(&self) -> Option<&Version> {
        self.0.client.codex_version()
    }

    /// Calls a typed method.
    ///
    /// ```no_run
    /// use turnwise::app_server::AppServer;
    /// use turnwise::protocol::types::{ModelList, ModelListParams};
    ///
    /// # async fn example(server: AppServer) -> Result<(), turnwise::runtime::RuntimeError> {
    /// for model in server.call::<ModelList>(&ModelListParams::default()).await?.data {
    ///     println!("{}", model.display_name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The server's, or [`BadReply`](RuntimeError::BadReply) when the result has another shape.
    pub async fn call<M: Request>(&self, params: &M::Params) -> Result<M::Result, RuntimeError> {
        let value = self.send(M::METHOD, params).await?;
        serde_json::from_value(value).map_err(|error| RuntimeError::bad_reply(M::METHOD, error))
    }

    /// Calls any method, after a check against the installed server's own schema. Null stands for no params.
    ///
    /// # Errors
    /// [`Params`](RuntimeError::Params) with the place and the nearest valid name, or the server's.
    pub async fn call_json(&self, method: &str, params: Value) -> Result<Value, RuntimeError> {
        let params = self.schema().await?.complete(method, params);
        self.schema().await?.check(method, &params)?;
        self.send(method, &params).await
    }

    /// Calls any method with anything.
    ///
    /// # Errors
    /// The server's.
    pub async fn call_json_unchecked(&self, method: &str, params: &Value) -> Result<Value, RuntimeError> {
        self.send(method, params).await
    }

    /// Resumes a saved thread (`thread/resume`), without its history where the server can leave that out, so that other
    /// methods know it.
    ///
    /// # Errors
    /// The server's.
    pub async fn resume_thread(&self, thread_id: &str) -> Result<(), RuntimeError> {
        // Never closed, so that a failure cannot happen.
        let _permit = self.0.in_flight.acquire().await;
        let params = json!({ "threadId": thread_id, "excludeTurns": true });
        let shared = self.0.client.runtime().shared();
        resume_and_ask::<IgnoredAny>(shared, thread_id, params)
            .await
            .map(drop)
    }

    /// Sends a notification. Null stands for no params.
    ///
    /// # Errors
    /// [`ServerGone`](RuntimeError::ServerGone).
    pub fn notify(&self, method: &str, params: &Value) -> Result<(), RuntimeError> {
        let params = Some(params).filter(|params| !params.is_null());
        self.0.client.runtime().notify(method, params)
    }

    /// Listens to notifications from now on.
    pub fn subscribe(&self, filter: Filter) -> Subscription {
        self.0.hub.subscribe(filter)
    }

    /// The next request of the server, known or not; none after the end of the connection. It waits for an answer until it
    /// gets one, or the server resolves it by itself: nothing is accepted or declined here. Cancel-safe.
    pub async fn next_request(&self) -> Option<ServerRequest> {
        self.0.hub.next_request().await
    }

    /// Answers a request of the server with the reply that its method has.
    ///
    /// ```no_run
    /// use turnwise::app_server::AppServer;
    /// use turnwise::protocol::types::{
    ///     FileChangeApprovalDecision, FileChangeRequestApproval, FileChangeRequestApprovalResponse,
    /// };
    ///
    /// # async fn example(server: AppServer) -> Result<(), turnwise::runtime::RuntimeError> {
    /// while let Some(request) = server.next_request().await {
    ///     if request.parse::<FileChangeRequestApproval>()?.is_some() {
    ///         let no = FileChangeRequestApprovalResponse::new(FileChangeApprovalDecision::Decline);
    ///         server.respond::<FileChangeRequestApproval>(&request.id, &no)?;
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`respond_ok`](Self::respond_ok).
    pub fn respond<M: TypedServerRequest>(
        &self,
        id: &RequestId,
        reply: &M::Reply,
    ) -> Result<(), RuntimeError> {
        let reply = serde_json::to_value(reply).map_err(|error| {
            RuntimeError::invalid_because(format_args!("the reply to {}", M::METHOD), error)
        })?;
        self.respond_ok(id, &reply)
    }

    /// Answers a request of the server.
    ///
    /// # Errors
    /// [`InvalidInput`](RuntimeError::InvalidInput) where there is no such request without an answer: it has one already,
    /// or the server resolved it.
    pub fn respond_ok(&self, id: &RequestId, result: &Value) -> Result<(), RuntimeError> {
        self.respond_with(id, Some(result), None)
    }

    /// Answers a request of the server with an error.
    ///
    /// # Errors
    /// As [`respond_ok`](Self::respond_ok).
    pub fn respond_error(&self, id: &RequestId, code: i64, message: &str) -> Result<(), RuntimeError> {
        self.respond_with(id, None, Some(json!({ "code": code, "message": message })))
    }

    fn respond_with(
        &self,
        id: &RequestId,
        result: Option<&Value>,
        error: Option<Value>,
    ) -> Result<(), RuntimeError> {
        let request = self
            .0
            .hub
            .take_request(id)
            .ok_or_else(|| RuntimeError::invalid(format!("the server has no open request {id}")))?;
        let shared = self.0.client.runtime().shared();
        shared.send_now(&request.method, &Answer { id, result, error })
    }

    /// Runs a command in the server's sandbox, to talk with while it runs.
    ///
    /// # Errors
    /// When the params cannot be sent. The server's own errors come from
    /// [`wait`](CommandExecution::wait).
    pub fn command_exec(
        &self,
        params: &CommandExecParams,
        options: ExecOptions,
    ) -> Result<CommandExecution, RuntimeError> {
        let number = self.0.processes.fetch_add(1, Ordering::Relaxed);
        CommandExecution::start(self, format!("turnwise-{number}"), params, options)
    }

    /// What the installed server says of its methods. Asked of the binary once, and kept in the cache.
    ///
    /// # Errors
    /// [`CodexError::Unusable`](crate::codex::CodexError::Unusable) when it cannot say it.
    pub async fn schema(&self) -> Result<&Schema, RuntimeError> {
        if let Some(schema) = self.0.schema.get() {
            return Ok(schema);
        }
        let Some(found) = self.0.found.clone() else {
            return Err(RuntimeError::invalid(
                "no codex available to read the schema from",
            ));
        };
        let (directories, api) = (self.0.directories.clone(), self.0.api);
        let reading =
            tokio::task::spawn_blocking(move || installed_schema(&found, directories.as_ref(), api));
        let schema = reading
            .await
            .map_err(|error| RuntimeError::invalid_because("cannot read the schema", error))??;
        Ok(self.0.schema.get_or_init(|| schema))
    }

    /// Who is logged in, and whether that matters.
    ///
    /// # Errors
    /// The server's.
    pub async fn account(&self) -> Result<Account, RuntimeError> {
        self.0.client.account().await
    }

    /// The MCP servers that are still starting, in words for a message: `the MCP server a`.
    pub fn awaited_mcp_servers(&self) -> Option<String> {
        self.0.client.awaited_mcp_servers()
    }

    /// Kills the server and everything it started, at once; of a server that somebody else started only the connection.
    pub fn kill(&self) {
        self.0.client.kill();
    }

    /// Waits until the connection has ended by itself, and says how.
    pub async fn closed(&self) -> String {
        self.0.client.runtime().closed().await
    }

    /// Ends the server in order, and with it everything it started. Clones learn of it.
    pub async fn close(&self) {
        self.0.client.runtime().shared().close().await;
    }

    async fn send(&self, method: &str, params: &(impl Serialize + Sync)) -> Result<Value, RuntimeError> {
        // Never closed, so that a failure cannot happen.
        let _permit = self.0.in_flight.acquire().await;
        call_value(&self.0.client, self.0.request_timeout, method, params).await
    }
}

/// Calls a method and gives its result as JSON.
async fn call_value(
    client: &Client,
    limit: Duration,
    method: &str,
    params: &(impl Serialize + Sync),
) -> Result<Value, RuntimeError> {
    let shared = client.runtime().shared();
    let raw = shared.call_within(limit, method, params).await?;
    serde_json::from_str(raw.get()).map_err(|error| RuntimeError::bad_reply(method, error))
}
