//! Layer 6: a connection to a running server. Calls and their replies, notifications, live feeds, the end.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::hash::{BuildHasher, RandomState};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::protocol::wire::{RequestId, RpcError};
use crate::runtime::approval::{Approver, FixedAnswer};
use crate::runtime::error::RuntimeError;
use crate::runtime::remedy::{Remedy, Wording};
use crate::runtime::rpc::feed::Feed;
use crate::runtime::rpc::mcp::{McpServers, STARTUP_STATUS};
use crate::runtime::rpc::pending::Pending;
use crate::runtime::rpc::queue::Closed;
use crate::runtime::rpc::reader;
use crate::runtime::rpc::requests::ServerRequests;
use crate::runtime::rpc::router::Router;
use crate::runtime::rpc::tap::Tap;
use crate::runtime::session::open::OpenThreads;
use crate::runtime::transport::outbox::{Outbox, SendError};
use crate::runtime::transport::peer::Peer;
use crate::runtime::transport::process::{ServerCommand, ServerProcess, spawn_thread};

/// The server's code for "overloaded, retry later".
const OVERLOADED: i64 = -32001;
/// How often a request that the server was too busy for is repeated.
const OVERLOAD_RETRIES: u32 = 6;
/// How long a server that goes on may take to end commands of ours.
const END_COMMANDS_LIMIT: Duration = Duration::from_secs(2);

/// How to start a [`Runtime`].
#[derive(Clone)]
pub struct RuntimeConfig {
    /// The native `codex` binary.
    pub program: PathBuf,
    /// Arguments; `["app-server"]` by default.
    pub arguments: Vec<OsString>,
    /// Added to the inherited environment.
    pub environment: Vec<(OsString, OsString)>,
    /// Who answers the server's requests, [`FixedAnswer::Fail`] by default; `None` leaves them to the server's other clients.
    pub approver: Option<Arc<dyn Approver>>,
    /// How long a reply may take; 60 s by default.
    pub request_timeout: Duration,
    /// How long the start of a thread may take, see
    /// [`ClientConfig::session_timeout`](crate::runtime::ClientConfig::session_timeout); as any reply by default.
    pub session_timeout: Option<Duration>,
    /// Longest line taken from the server, in bytes; 64 MiB by default.
    pub frame_limit: usize,
    /// Linux: a process between this program and the server ends what the server leaves behind, see
    /// [`ClientConfig::guarded`](crate::runtime::ClientConfig::guarded); off by default.
    pub guarded: bool,
    /// Who takes what the server says, instead of sessions and feeds.
    pub(crate) tap: Option<Arc<dyn Tap>>,
    /// How events word what to do about an error.
    pub(crate) wording: Wording,
}

impl RuntimeConfig {
    /// The defaults, for a native `codex` binary.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            arguments: vec!["app-server".into()],
            environment: Vec::new(),
            approver: Some(Arc::new(FixedAnswer::Fail)),
            request_timeout: Duration::from_secs(60),
            session_timeout: None,
            frame_limit: 64 << 20,
            guarded: false,
            tap: None,
            wording: Remedy::to_string,
        }
    }
}

impl std::fmt::Debug for RuntimeConfig {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The environment may hold secrets.
        formatter
            .debug_struct("RuntimeConfig")
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}

/// A running `codex app-server` and the connection to it: raw calls, notifications and live feeds.
///
/// Dropping it ends the server. [`stop`](Self::stop) does so in order and waits.
#[derive(Debug)]
#[must_use = "dropped, it ends the server"]
pub struct Runtime {
    shared: Arc<Shared>,
}

/// What the reader thread, the calls and the answers to server requests have in common.
pub(crate) struct Shared {
    pub(crate) peer: Peer,
    pub(crate) router: Router,
    pub(crate) requests: ServerRequests,
    pub(crate) threads: OpenThreads,
    pub(crate) tap: Option<Arc<dyn Tap>>,
    pub(crate) wording: Wording,
    /// The tokio runtime that it was started on.
    pub(crate) handle: Handle,
    outbox: Outbox,
    pending: Mutex<Pending<Waiter>>,
    closed: watch::Sender<Option<Arc<Closed>>>,
    /// Whether it was ended from here.
    ended_here: AtomicBool,
    request_timeout: Duration,
    session_timeout: Duration,
    mcp_servers: Mutex<McpServers>,
    /// Whether the server answers nothing while it starts a thread.
    one_at_a_time: AtomicBool,
    /// Threads of ours with commands that may run on although their turn is over.
    left_running: Mutex<BTreeSet<String>>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The rest holds what was said: prompts, secrets among them, and megabytes of it.
        formatter
            .debug_struct("Connection")
            .field("endpoint", &self.peer.endpoint())
            .field("over", &self.is_over())
            .finish_non_exhaustive()
    }
}

type Waiter = oneshot::Sender<Result<Box<RawValue>, Refusal>>;

/// Why a call has no result.
#[derive(Debug)]
pub(in crate::runtime) enum Refusal {
    Error(RpcError),
    TooLong(usize),
    Gone(Arc<Closed>),
}

#[derive(Serialize)]
struct Call<'a, Params> {
    id: i64,
    method: &'a str,
    params: &'a Params,
}

#[derive(Serialize)]
struct Notify<'a, Params> {
    method: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    params: Option<&'a Params>,
}

impl Runtime {
    /// Starts the process. No handshake: see [`Client`](crate::runtime::Client) for that.
    ///
    /// Must be called within a tokio runtime.
    pub fn start(config: RuntimeConfig) -> Result<Self, RuntimeError> {
        let command = ServerCommand {
            program: config.program.clone(),
            arguments: config.arguments.clone(),
            environment: config.environment.clone(),
            guarded: config.guarded,
        };
        let (process, stdin, stdout) = ServerProcess::start(&command)?;
        Self::over(Peer::Process(process), stdin.into(), stdout.into(), config)
    }

    /// Connects to a server that somebody else started; of the configuration only what concerns the connection is used.
    ///
    /// # Errors
    /// [`Connect`](RuntimeError::Connect) with the reason.
    #[cfg(feature = "remote")]
    pub async fn connect(
        endpoint: &crate::runtime::transport::remote::Endpoint,
        token: Option<&crate::runtime::transport::remote::BearerToken>,
        config: RuntimeConfig,
    ) -> Result<Self, RuntimeError> {
        let (link, to_server, from_server) =
            crate::runtime::transport::remote::open(endpoint, token, config.frame_limit).await?;
        Self::over(Peer::Remote(link), to_server, from_server, config)
    }

    fn over(
        peer: Peer,
        to_server: OwnedFd,
        from_server: OwnedFd,
        config: RuntimeConfig,
    ) -> Result<Self, RuntimeError> {
        let spawn_error = |source| RuntimeError::Spawn {
            path: config.program.clone(),
            source,
        };
        let shared = Arc::new(Shared {
            peer,
            router: Router::default(),
            requests: ServerRequests::new(config.approver),
            threads: OpenThreads::default(),
            tap: config.tap,
            wording: config.wording,
            handle: Handle::current(),
            outbox: Outbox::new(to_server).map_err(spawn_error)?,
            pending: Mutex::default(),
            closed: watch::Sender::new(None),
            ended_here: AtomicBool::new(false),
            request_timeout: config.request_timeout,
            session_timeout: config.session_timeout.unwrap_or(config.request_timeout),
            mcp_servers: Mutex::default(),
            one_at_a_time: AtomicBool::new(false),
            left_running: Mutex::default(),
        });
        let reading = Arc::clone(&shared);
        let frame_limit = config.frame_limit;
        spawn_thread("turnwise-read", move || {
            reader::run(&reading, &from_server, frame_limit);
        })
        .map_err(spawn_error)?;
        Ok(Self { shared })
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Calls a method and parses its result.
    ///
    /// # Errors
    /// The server's own error, [`Overloaded`](RuntimeError::Overloaded) after retries where repeating is safe,
    /// [`RequestTimeout`](RuntimeError::RequestTimeout), [`ServerGone`](RuntimeError::ServerGone), or
    /// [`BadReply`](RuntimeError::BadReply) when the result is not an `R`.
    pub async fn call<R: DeserializeOwned>(
        &self,
        method: &str,
        params: &(impl Serialize + Sync),
    ) -> Result<R, RuntimeError> {
        self.shared.call(method, params).await
    }

    /// Calls a method and gives its result as the server wrote it.
    pub async fn call_raw(
        &self,
        method: &str,
        params: &(impl Serialize + Sync),
    ) -> Result<Box<RawValue>, RuntimeError> {
        self.shared.call_raw(method, params).await
    }

    /// Sends a notification. Without params the key is left out.
    pub fn notify(&self, method: &str, params: Option<&impl Serialize>) -> Result<(), RuntimeError> {
        self.shared.notify(method, params)
    }

    /// Everything that the server says about a thread from now on, and what it said about it before anybody listened.
    ///
    /// Each feed of a thread gets all of its messages, and a session of it does, too. What nobody takes waits in memory until
    /// the feed is dropped.
    pub fn watch(&self, thread_id: &str) -> Feed {
        Feed::new(Arc::clone(&self.shared), thread_id)
    }

    /// Waits until the connection has ended by itself, and says how.
    pub async fn ended(&self) -> String {
        self.shared.gone().await.reason.clone()
    }

    /// Ends the server in order: closes its input, then SIGTERM, then SIGKILL, each after a bound. Calls that come later, or
    /// wait for a reply, end with [`Closed`](RuntimeError::Closed).
    pub async fn stop(&self) {
        self.shared.stop().await;
    }

    /// Leaves the server's orderly end to its guard, and returns at once; without a guard it is waited for, as by
    /// [`stop`](Self::stop).
    pub async fn leave(&self) {
        self.shared.close_input();
        if !self.shared.peer.leave() {
            self.shared.stop().await;
        }
    }

    /// Kills the server and everything it started, at once.
    pub fn kill(&self) {
        self.shared.kill();
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.shared.close_input();
        self.shared.requests.abandon();
        self.shared.peer.end_soon();
    }
}

impl Shared {
    pub(crate) async fn call<R: DeserializeOwned>(
        &self,
        method: &str,
        params: &(impl Serialize + Sync),
    ) -> Result<R, RuntimeError> {
        let raw = self.call_raw(method, params).await?;
        serde_json::from_str(raw.get()).map_err(|error| RuntimeError::bad_reply(method, error))
    }

    pub(crate) async fn call_raw(
        &self,
        method: &str,
        params: &(impl Serialize + Sync),
    ) -> Result<Box<RawValue>, RuntimeError> {
        let limit = if starts_mcp_servers(method) {
            self.session_timeout
        } else {
            self.request_timeout
        };
        self.call_within(limit, method, params).await
    }

    /// Calls a method with a deadline of its own, which begins anew with each repetition.
    pub(crate) async fn call_within(
        &self,
        limit: Duration,
        method: &str,
        params: &(impl Serialize + Sync),
    ) -> Result<Box<RawValue>, RuntimeError> {
        let calling = self.call_until_answered(limit, method, params);
        if !starts_mcp_servers(method) {
            return calling.await;
        }
        let reply = tokio::select! {
            // What it asks, it asks first.
            biased;
            never = self.learn_of_required_mcp_servers() => match never {},
            reply = calling => reply,
        };
        self.forget_required_mcp_servers();
        reply
    }

    async fn call_until_answered(
        &self,
        limit: Duration,
        method: &str,
        params: &(impl Serialize + Sync),
    ) -> Result<Box<RawValue>, RuntimeError> {
        let mut attempt = 0;
        loop {
            let refusal = match self.call_once(limit, method, params).await? {
                Ok(result) => return Ok(result),
                Err(refusal) => refusal,
            };
            match refusal {
                Refusal::Error(error) if error.code == OVERLOADED => {
                    if !repeatable(method) || attempt == OVERLOAD_RETRIES {
                        return Err(RuntimeError::Overloaded {
                            method: method.to_owned(),
                        });
                    }
                    tokio::time::sleep(backoff(attempt)).await;
                    attempt += 1;
                }
                Refusal::Error(error) => {
                    return Err(RuntimeError::Server {
                        method: method.to_owned(),
                        code: error.code,
                        message: error.message,
                        data: error.data.map(Box::new),
                    });
                }
                Refusal::TooLong(bytes) => {
                    let reason = format!("a reply of {bytes} bytes, more than the frame limit");
                    return Err(RuntimeError::BadReply {
                        method: method.to_owned(),
                        reason,
                        source: None,
                    });
                }
                Refusal::Gone(closed) => return Err(gone(&closed)),
            }
        }
    }

    pub(in crate::runtime) async fn call_once(
        &self,
        limit: Duration,
        method: &str,
        params: &(impl Serialize + Sync),
    ) -> Result<Result<Box<RawValue>, Refusal>, RuntimeError> {
        let (sender, receiver) = oneshot::channel();
        let id = self.pending().insert(sender);
        let _guard = PendingGuard { shared: self, id };
        if self.ended_here.load(Ordering::Acquire) {
            return Err(RuntimeError::Closed { what: "client" });
        }
        // After the insert, so that the end of the connection cannot slip in between.
        if let Some(closed) = self.closed.borrow().clone() {
            return Err(gone(&closed));
        }
        self.send(method, &Call { id, method, params }).await?;
        match tokio::time::timeout(limit, receiver).await {
            Ok(Ok(outcome)) => Ok(outcome),
            Ok(Err(_)) => Err(self.gone_error().await),
            Err(_) => Err(RuntimeError::RequestTimeout {
                method: method.to_owned(),
                after: limit,
                starting: if starts_mcp_servers(method) {
                    self.mcp_servers().awaited()
                } else {
                    Vec::new()
                },
            }),
        }
    }

    async fn send(&self, method: &str, message: &(impl Serialize + Sync)) -> Result<(), RuntimeError> {
        match self.outbox.send(&to_line(method, message)?) {
            Ok(()) => Ok(()),
            // The reader learns of the end at the same time and knows more about it.
            Err(SendError::Closed) => Err(self.gone_error().await),
            Err(error @ SendError::Full) => Err(self.not_sent(&error)),
        }
    }

    pub(crate) fn notify(&self, method: &str, params: Option<&impl Serialize>) -> Result<(), RuntimeError> {
        self.send_now(method, &Notify { method, params })
    }

    /// Sends a message whose fate nobody waits for.
    pub(crate) fn send_now(&self, method: &str, message: &impl Serialize) -> Result<(), RuntimeError> {
        self.send_line(&to_line(method, message)?)
    }

    /// The MCP servers, as they stand.
    pub(in crate::runtime) fn mcp_servers(&self) -> MutexGuard<'_, McpServers> {
        // Valid between any two statements, so a panic elsewhere does not spoil it.
        self.mcp_servers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The server is of a version that answers nothing while it starts a thread.
    pub(in crate::runtime) fn set_one_at_a_time(&self) {
        self.one_at_a_time.store(true, Ordering::Relaxed);
    }

    pub(in crate::runtime) fn answers_one_at_a_time(&self) -> bool {
        self.one_at_a_time.load(Ordering::Relaxed)
    }

    /// Takes note of what concerns the connection as a whole, whoever the message is for.
    pub(crate) fn observe(self: &Arc<Self>, method: &str, params: &str) {
        if method == STARTUP_STATUS
            && let Ok(update) = serde_json::from_str(params)
        {
            self.mcp_servers().update(update);
        }
        self.requests.observe(self, method, params);
    }

    /// Whether a call waits for the reply with this id.
    pub(crate) fn waits_for(&self, id: &RequestId) -> bool {
        match id {
            RequestId::Number(id) => self.pending().waits_for(*id),
            RequestId::Text(_) => false,
        }
    }

    /// Sends a line as it is; it must end in a newline.
    pub(crate) fn send_line(&self, line: &[u8]) -> Result<(), RuntimeError> {
        self.outbox.send(line).map_err(|error| self.not_sent(&error))
    }

    fn not_sent(&self, error: &SendError) -> RuntimeError {
        if self.ended_here.load(Ordering::Acquire) {
            return RuntimeError::Closed { what: "client" };
        }
        RuntimeError::ServerGone {
            reason: error.to_string(),
            stderr: self.peer.stderr_tail(),
        }
    }

    /// Settles a call.
    pub(crate) fn reply(&self, id: i64, outcome: Result<Box<RawValue>, RpcError>) {
        let Some(waiter) = self.pending().take(id) else {
            tracing::warn!(id, "a reply to a request that does not wait for one");
            return;
        };
        // The caller may have gone away meanwhile, which is its right.
        drop(waiter.send(outcome.map_err(Refusal::Error)));
    }

    pub(crate) fn reply_too_long(&self, id: i64, bytes: usize) {
        if let Some(waiter) = self.pending().take(id) {
            drop(waiter.send(Err(Refusal::TooLong(bytes))));
        }
    }

    /// The connection ended: nobody waits for anything any longer. Called on the reader's thread.
    pub(crate) fn ended(&self) {
        let (reason, stderr) = self.peer.obituary();
        let closed = &Arc::new(Closed {
            reason,
            stderr,
            by_us: self.ended_here.load(Ordering::Acquire),
        });
        self.closed.send_replace(Some(Arc::clone(closed)));
        self.outbox.close();
        self.router.close(closed);
        self.requests.abandon();
        if let Some(tap) = &self.tap {
            tap.closed(closed);
        }
        for waiter in self.pending().take_all() {
            drop(waiter.send(Err(Refusal::Gone(Arc::clone(closed)))));
        }
        for thread in self.threads.all() {
            thread.end_listening();
        }
    }

    /// Does something in the background: on the caller's tokio runtime, or where there is none on that of the client's start.
    pub(crate) fn spawn<F>(&self, task: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        Handle::try_current()
            .unwrap_or_else(|_| self.handle.clone())
            .spawn(task)
    }

    /// Whether the connection is over, or is being ended.
    pub(crate) fn is_over(&self) -> bool {
        self.ended_here.load(Ordering::Acquire) || self.closed.borrow().is_some()
    }

    /// Asks the server to end, from here.
    fn close_input(&self) {
        // What it had died of before is what is told.
        if self.closed.borrow().is_none() {
            self.ended_here.store(true, Ordering::Release);
        }
        self.outbox.close();
    }

    /// Waits for the end of the connection.
    async fn gone(&self) -> Arc<Closed> {
        let mut closed = self.closed.subscribe();
        let ended = closed
            .wait_for(Option::is_some)
            .await
            .ok()
            .and_then(|closed| closed.clone());
        ended.unwrap_or_else(|| {
            Arc::new(Closed {
                reason: "the connection was closed".to_owned(),
                stderr: String::new(),
                by_us: false,
            })
        })
    }

    pub(crate) async fn gone_error(&self) -> RuntimeError {
        let closed = self.gone().await;
        gone(&closed)
    }

    pub(crate) async fn stop(&self) {
        self.end_commands().await;
        self.close_input();
        self.peer.stop().await;
    }

    /// A turn of this thread is over, and commands that it began are not. A server of ours takes them with it when it ends;
    /// one that goes on has to be told.
    pub(crate) fn leaves_running(&self, thread_id: &str) {
        if self.peer.is_remote() {
            let left = self.left_running.lock();
            left.unwrap_or_else(PoisonError::into_inner)
                .insert(thread_id.to_owned());
        }
    }

    /// Ends the commands that turns of ours left behind at a server that goes on (`thread/backgroundTerminals/clean`).
    async fn end_commands(&self) {
        let left = std::mem::take(&mut *self.left_running.lock().unwrap_or_else(PoisonError::into_inner));
        for thread_id in left {
            let params = serde_json::json!({ "threadId": thread_id });
            let ending = self.call_within(END_COMMANDS_LIMIT, "thread/backgroundTerminals/clean", &params);
            if let Err(error) = ending.await {
                tracing::warn!("commands of {thread_id} may run on at the server: {error}");
            }
        }
    }

    pub(crate) fn kill(&self) {
        self.close_input();
        self.peer.kill();
    }

    fn pending(&self) -> MutexGuard<'_, Pending<Waiter>> {
        // The table is valid between any two statements, so a panic elsewhere does not spoil it.
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets a call whose caller stopped waiting.
struct PendingGuard<'a> {
    shared: &'a Shared,
    id: i64,
}

impl Drop for PendingGuard<'_> {
    fn drop(&mut self) {
        self.shared.pending().take(self.id);
    }
}

fn to_line(method: &str, message: &impl Serialize) -> Result<Vec<u8>, RuntimeError> {
    let mut line = serde_json::to_vec(message).map_err(|error| RuntimeError::InvalidInput {
        what: format!("the params of {method}: {error}"),
    })?;
    line.push(b'\n');
    Ok(line)
}

pub(crate) fn gone(closed: &Closed) -> RuntimeError {
    if closed.by_us {
        return RuntimeError::Closed { what: "client" };
    }
    RuntimeError::ServerGone {
        reason: closed.reason.clone(),
        stderr: closed.stderr.clone(),
    }
}

/// Whether the reply comes only when the MCP servers that are required have started.
fn starts_mcp_servers(method: &str) -> bool {
    matches!(method, "thread/start" | "thread/resume" | "thread/fork")
}

/// Whether a request that the server may or may not have seen can be sent again without doing something twice.
fn repeatable(method: &str) -> bool {
    matches!(
        method,
        "initialize" | "thread/start" | "thread/resume" | "turn/interrupt"
    ) || method.ends_with("/read")
        || method.ends_with("/list")
}

/// 50 ms, doubled with each attempt, and up to as much again at random so that callers do not return in step.
pub(crate) fn backoff(attempt: u32) -> Duration {
    let base = 50 << attempt.min(6);
    Duration::from_millis(base + RandomState::new().hash_one(attempt) % base)
}
