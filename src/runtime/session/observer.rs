//! Turns that another client began at the same server: finding them, reaching one, looking at one. Looking loads no thread,
//! changes no setting and answers no request; taking a turn over is in `attach`.

use std::sync::Arc;

use serde_json::json;

use crate::protocol::types::{Listed, Thread, ThreadResponse, ThreadStatus};
use crate::runtime::error::RuntimeError;
use crate::runtime::id::ThreadId;
use crate::runtime::profile::RunProfile;
use crate::runtime::session::attach::{resume_with_running_turn, running};
use crate::runtime::session::client::Client;
use crate::runtime::session::events::Listeners;
use crate::runtime::session::handle::SessionHandle;
use crate::runtime::session::open_thread::OpenThread;
use crate::runtime::session::resume::refused;
use crate::runtime::session::session_config::SessionConfig;
use crate::runtime::session::turn::Turn;

/// Whether a turn runs in it.
fn is_active(thread: &Thread) -> bool {
    matches!(thread.status, Some(ThreadStatus::Active(_)))
}

impl Client {
    /// The threads with a running turn, also of other clients (`thread/loaded/list`, `thread/read`); without those of agents that
    /// another thread's agent called.
    pub async fn running_threads(&self) -> Result<Vec<ThreadId>, RuntimeError> {
        let mut running = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let params = json!({ "cursor": cursor });
            let page: Listed<String> = self.runtime().call("thread/loaded/list", &params).await?;
            for id in page.data {
                match self.read_status(&id, false).await {
                    Ok(thread) if is_active(&thread) && thread.parent_thread_id.is_none() => {
                        running.push(thread.id.into());
                    }
                    // What is missing went in between.
                    Ok(_) | Err(RuntimeError::SessionMissing { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(running);
            }
        }
    }

    /// A handle for the running turn of a thread, also of another client (`thread/read`).
    ///
    /// # Errors
    /// [`NoTurn`](RuntimeError::NoTurn) when none runs, [`SessionMissing`](RuntimeError::SessionMissing), or the server's own.
    pub async fn turn_handle(&self, thread_id: &str) -> Result<SessionHandle, RuntimeError> {
        // Asked first, because the server does not tell the turns of a thread that never had one.
        if !is_active(&self.read_status(thread_id, false).await?) {
            return Err(RuntimeError::NoTurn);
        }
        let thread = self.read_status(thread_id, true).await?;
        let turn = running(thread.turns).ok_or(RuntimeError::NoTurn)?;
        Ok(SessionHandle {
            shared: Arc::clone(self.runtime().shared()),
            thread_id: thread.id.into(),
            active: Arc::new(Some(turn.id.into()).into()),
            listeners: Arc::<Listeners>::default(),
        })
    }

    /// Observes the running turn of a thread, also of another client: what it has done so far, then its events live. Its
    /// requests are events that nobody here answers; neither dropping nor interrupting it ends anything.
    ///
    /// # Errors
    /// [`InvalidInput`](RuntimeError::InvalidInput) for a client that would answer, because it was not told
    /// [`observe_only`](crate::runtime::ClientConfig::observe_only); and those of [`turn_handle`](Self::turn_handle).
    pub async fn watch(&self, thread_id: &str) -> Result<Turn, RuntimeError> {
        if self.runtime().shared().requests.answers() {
            let what = "this client would answer the turn's requests: `ClientConfig::observe_only`";
            return Err(RuntimeError::invalid(what));
        }
        // A thread that is not loaded would be.
        let _ = self.turn_handle(thread_id).await?;
        let shared = Arc::clone(self.runtime().shared());
        let params = json!({ "threadId": thread_id, "excludeTurns": true });
        let (reply, running) = resume_with_running_turn(&shared, thread_id, params)
            .await
            .map_err(|error| refused(error, thread_id, self.codex_home()))?;
        let version = self.codex_version().map(ToString::to_string);
        // Nothing of it reaches the server.
        let config = SessionConfig::new("");
        let thread = OpenThread::new(shared, Arc::default(), version, &config, reply);
        *thread.running() = running;
        let mut turn = thread.attach(&RunProfile::new().timeout(None)).await?;
        turn.observe_only();
        Ok(turn)
    }

    async fn read_status(&self, thread_id: &str, turns: bool) -> Result<Thread, RuntimeError> {
        let params = json!({ "threadId": thread_id, "includeTurns": turns });
        let reply: Result<ThreadResponse, _> = self.runtime().call("thread/read", &params).await;
        reply
            .map(|reply| reply.thread)
            .map_err(|error| refused(error, thread_id, self.codex_home()))
    }
}
