//! Layer 6: a running server and the connection to it, as programs hold it.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::runtime::error::RuntimeError;
use crate::runtime::rpc::config::RuntimeConfig;
use crate::runtime::rpc::connection::Shared;
use crate::runtime::rpc::notification_stream::NotificationStream;
use crate::runtime::rpc::reader;
use crate::runtime::transport::peer::Peer;
use crate::runtime::transport::process::{ServerCommand, ServerProcess, spawn_thread};

/// A running `codex app-server` and the connection to it: raw calls, notifications and live feeds.
///
/// Dropping it ends the server. [`close`](Self::close) does so in order and waits.
#[derive(Debug)]
#[must_use = "dropped, it ends the server"]
pub struct Runtime {
    shared: Arc<Shared>,
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
        let (program, frame_limit) = (config.program.clone(), config.frame_limit);
        let spawn_error = |source| RuntimeError::Spawn {
            path: program.clone(),
            source,
        };
        let shared = Arc::new(Shared::new(peer, to_server, config).map_err(spawn_error)?);
        let reading = Arc::clone(&shared);
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
    /// Each notifications of a thread gets all of its messages, and a session of it does, too. What nobody takes waits in memory until
    /// the notifications is dropped.
    pub fn notifications(&self, thread_id: &str) -> NotificationStream {
        NotificationStream::new(Arc::clone(&self.shared), thread_id)
    }

    /// Waits until the connection has ended by itself, and says how.
    pub async fn closed(&self) -> String {
        self.shared.gone().await.reason.clone()
    }

    /// Ends the server in order: closes its input, then SIGTERM, then SIGKILL, each after a bound. Calls that come later, or
    /// wait for a reply, end with [`Closed`](RuntimeError::Closed).
    pub async fn close(&self) {
        self.shared.close().await;
    }

    /// Leaves the server's orderly end to its guard, and returns at once; without a guard it is waited for, as by
    /// [`close`](Self::close).
    pub async fn close_in_background(&self) {
        self.shared.close_input();
        if !self.shared.peer.leave() {
            self.shared.close().await;
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
