//! What the parts of a connection share: the peer, the router, open calls and requests; and how it ends.

use std::collections::BTreeSet;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::value::RawValue;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::protocol::wire::{RequestId, RpcError};
use crate::runtime::error::RuntimeError;
use crate::runtime::mcp::{McpServers, STARTUP_STATUS};
use crate::runtime::remedy::Wording;
use crate::runtime::rpc::config::RuntimeConfig;
use crate::runtime::rpc::message_sink::MessageSink;
use crate::runtime::rpc::pending::Pending;
use crate::runtime::rpc::queue::Closed;
use crate::runtime::rpc::refusal::{Refusal, Waiter};
use crate::runtime::rpc::requests::ServerRequests;
use crate::runtime::rpc::router::Router;
use crate::runtime::transport::outbox::{Outbox, SendError};
use crate::runtime::transport::peer::Peer;

/// How long a server that keeps running may take to end commands of ours.
const END_COMMANDS_LIMIT: Duration = Duration::from_secs(2);

/// What the reader thread, the calls and the answers to server requests have in common.
pub(crate) struct Shared {
    pub(crate) peer: Peer,
    pub(crate) router: Router,
    pub(crate) requests: ServerRequests,
    pub(crate) sink: Option<Arc<dyn MessageSink>>,
    pub(crate) wording: Wording,
    /// The tokio runtime that it was started on.
    pub(crate) handle: Handle,
    pub(in crate::runtime) outbox: Outbox,
    pub(in crate::runtime) pending: Mutex<Pending<Waiter>>,
    pub(in crate::runtime) closed: watch::Sender<Option<Arc<Closed>>>,
    /// Whether it was ended from here.
    pub(in crate::runtime) ended_here: AtomicBool,
    pub(in crate::runtime) request_timeout: Duration,
    pub(in crate::runtime) session_timeout: Duration,
    mcp_servers: Mutex<McpServers>,
    /// Whether the server answers nothing while it starts a thread.
    one_at_a_time: AtomicBool,
    /// Threads of ours with commands that may run on although their turn is over.
    left_running: Mutex<BTreeSet<String>>,
    /// What is done once the connection is over.
    when_over: Mutex<Vec<Box<dyn FnOnce() + Send>>>,
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

impl Shared {
    /// A connection over the pipes of a peer; nothing is read yet.
    pub(in crate::runtime) fn new(
        peer: Peer,
        to_server: OwnedFd,
        config: RuntimeConfig,
    ) -> std::io::Result<Self> {
        Ok(Self {
            peer,
            router: Router::default(),
            requests: ServerRequests::new(config.approver),
            sink: config.sink,
            wording: config.wording,
            handle: Handle::current(),
            outbox: Outbox::new(to_server)?,
            pending: Mutex::default(),
            closed: watch::Sender::new(None),
            ended_here: AtomicBool::new(false),
            request_timeout: config.request_timeout,
            session_timeout: config.session_timeout.unwrap_or(config.request_timeout),
            mcp_servers: Mutex::default(),
            one_at_a_time: AtomicBool::new(false),
            left_running: Mutex::default(),
            when_over: Mutex::default(),
        })
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

    /// Takes note of what concerns the connection as a whole, in messages for any thread.
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

    pub(in crate::runtime) fn not_sent(&self, error: &SendError) -> RuntimeError {
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

    /// The connection ended: open calls get that as their result. Called on the reader's thread.
    pub(crate) fn ended(&self) {
        let (reason, stderr) = self.peer.exit_report();
        let closed = &Arc::new(Closed {
            reason,
            stderr,
            by_us: self.ended_here.load(Ordering::Acquire),
        });
        self.closed.send_replace(Some(Arc::clone(closed)));
        self.outbox.close();
        self.router.close(closed);
        self.requests.abandon();
        if let Some(sink) = &self.sink {
            sink.closed(closed);
        }
        for waiter in self.pending().take_all() {
            drop(waiter.send(Err(Refusal::Gone(Arc::clone(closed)))));
        }
        let when_over = std::mem::take(&mut *self.when_over.lock().unwrap_or_else(PoisonError::into_inner));
        for act in when_over {
            act();
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

    /// Does something on the reader's thread once the connection is over.
    pub(in crate::runtime) fn when_over(&self, act: impl FnOnce() + Send + 'static) {
        let mut when_over = self.when_over.lock().unwrap_or_else(PoisonError::into_inner);
        when_over.push(Box::new(act));
    }

    /// Whether the connection is over, or is being ended.
    pub(crate) fn is_over(&self) -> bool {
        self.ended_here.load(Ordering::Acquire) || self.closed.borrow().is_some()
    }

    /// Asks the server to end, from here.
    pub(in crate::runtime) fn close_input(&self) {
        // A cause of death that is already known is reported instead.
        if self.closed.borrow().is_none() {
            self.ended_here.store(true, Ordering::Release);
        }
        self.outbox.close();
    }

    /// Waits for the end of the connection.
    pub(in crate::runtime) async fn gone(&self) -> Arc<Closed> {
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

    pub(crate) async fn close(&self) {
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

    /// Ends the commands that turns of ours left behind at a server that keeps running (`thread/backgroundTerminals/clean`).
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

    pub(in crate::runtime) fn pending(&self) -> MutexGuard<'_, Pending<Waiter>> {
        // The table is valid between any two statements, so a panic elsewhere does not spoil it.
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
