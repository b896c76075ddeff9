//! An open thread: what the sessions of one thread have in common, and whose turn it is.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::timeout;

use crate::protocol::redacted::CodexConfig;
use crate::runtime::error::RuntimeError;
use crate::runtime::event::{Event, ThreadInfo, TurnError, TurnErrorKind};
use crate::runtime::id::{ThreadId, TurnId};
use crate::runtime::outcome::TurnFailure;
use crate::runtime::rpc::connection::Shared;
use crate::runtime::rpc::notification_stream::NotificationStream;
use crate::runtime::rpc::queue::Notification;
use crate::runtime::session::handle::SessionHandle;
use crate::runtime::session::interceptor::Interceptors;
use crate::runtime::session::open_threads::OpenThreads;
use crate::runtime::session::reducer::Reducer;
use crate::runtime::session::session_config::SessionConfig;

/// How long the end of an abandoned turn is waited for before a new one starts.
const UNFINISHED_GRACE: Duration = Duration::from_secs(10);

/// An open thread: what its sessions have in common.
pub(crate) struct OpenThread {
    pub(in crate::runtime) shared: Arc<Shared>,
    /// Where it is listed while it is open.
    threads: Arc<OpenThreads>,
    pub(in crate::runtime) info: ThreadInfo,
    /// What it was opened with.
    pub(in crate::runtime) cwd: PathBuf,
    config: CodexConfig,
    pub(in crate::runtime) interceptors: Interceptors,
    pub(in crate::runtime) state: Arc<Mutex<SessionState>>,
    pub(in crate::runtime) handle: SessionHandle,
    /// A turn that was running when the thread was resumed, until it is attached to.
    pub(in crate::runtime) running: std::sync::Mutex<Option<RunningTurn>>,
    closed: AtomicBool,
}

/// What a turn borrows from its session.
#[derive(Debug)]
pub(crate) struct SessionState {
    pub(crate) notifications: NotificationStream,
    pub(crate) reducer: Reducer,
    /// A turn without a consumer that may still be running.
    pub(crate) unfinished: Option<TurnId>,
    /// Events that were heard while waiting for its end.
    pub(crate) carried: VecDeque<Event>,
}

/// A turn that runs.
#[derive(Debug)]
pub(in crate::runtime) struct RunningTurn {
    pub(in crate::runtime) id: TurnId,
    /// What it has done so far, as if it were told now.
    pub(in crate::runtime) so_far: Vec<Notification>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::runtime) struct ThreadStartReply {
    pub(in crate::runtime) thread: WireThread,
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    model_provider: Option<String>,
    #[serde(default)]
    cwd: Option<String>,
}

#[derive(Deserialize)]
pub(in crate::runtime) struct WireThread {
    pub(in crate::runtime) id: String,
}

impl std::fmt::Debug for OpenThread {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("OpenThread")
            .field("thread_id", &self.info.thread_id)
            .finish_non_exhaustive()
    }
}

impl OpenThread {
    pub(in crate::runtime) fn new(
        shared: Arc<Shared>,
        threads: Arc<OpenThreads>,
        codex_version: Option<String>,
        config: &SessionConfig,
        reply: ThreadStartReply,
    ) -> Arc<Self> {
        let info = ThreadInfo {
            thread_id: reply.thread.id.into(),
            model: reply.model,
            model_provider: reply.model_provider,
            cwd: reply.cwd,
            codex_version,
        };
        let state = SessionState {
            notifications: NotificationStream::new(Arc::clone(&shared), &info.thread_id),
            reducer: Reducer::new(&info.thread_id),
            unfinished: None,
            carried: VecDeque::new(),
        };
        let handle = SessionHandle {
            shared: Arc::clone(&shared),
            thread_id: info.thread_id.clone(),
            active: Arc::default(),
            listeners: Arc::default(),
        };
        Arc::new(Self {
            shared,
            threads,
            info,
            cwd: config.cwd.clone(),
            config: config.config.clone(),
            interceptors: config.interceptors.clone(),
            state: Arc::new(Mutex::new(state)),
            handle,
            running: std::sync::Mutex::default(),
            closed: AtomicBool::new(false),
        })
    }

    /// The thread's id.
    pub(crate) fn id(&self) -> &ThreadId {
        &self.info.thread_id
    }

    /// Whether a session with this configuration can be one of this thread's.
    pub(in crate::runtime) fn fits(&self, config: &SessionConfig) -> Result<(), RuntimeError> {
        let other = if self.cwd != config.cwd {
            "in another directory"
        } else if self.config != config.config {
            "with other values of Codex's config"
        } else {
            return Ok(());
        };
        let what = format!("session {} is already open {other}; close it first", self.id());
        Err(RuntimeError::invalid(what))
    }

    /// Waits until no turn runs that was begun here.
    pub(in crate::runtime) async fn take_turn(&self) -> Result<OwnedMutexGuard<SessionState>, RuntimeError> {
        self.is_open()?;
        let mut state = Arc::clone(&self.state).lock_owned().await;
        state.await_unfinished().await?;
        self.is_open()?;
        Ok(state)
    }

    /// The same without waiting.
    pub(in crate::runtime) fn try_take_turn(&self) -> Result<OwnedMutexGuard<SessionState>, RuntimeError> {
        self.is_open()?;
        let running = |turn_id: Option<TurnId>| RuntimeError::TurnRunning {
            id: self.id().clone(),
            turn_id: turn_id.unwrap_or_default(),
        };
        let Ok(state) = Arc::clone(&self.state).try_lock_owned() else {
            return Err(running(self.handle.active().clone()));
        };
        match &state.unfinished {
            Some(turn_id) => Err(running(Some(turn_id.clone()))),
            None => Ok(state),
        }
    }

    pub(in crate::runtime) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    fn is_open(&self) -> Result<(), RuntimeError> {
        if self.is_closed() {
            return Err(RuntimeError::Closed { what: "session" });
        }
        Ok(())
    }

    /// No other turn begins.
    pub(crate) fn close(&self) {
        if self.closed.swap(true, Ordering::AcqRel) {
            return;
        }
        self.threads.remove(self.id());
        self.shared.requests.remove_approver(self.id());
        self.end_listening();
        // A turn that runs needs it until its end.
        if let Ok(mut state) = self.state.try_lock() {
            state.notifications.release();
        }
    }

    /// Those who listen hear what is left of the turn that runs, and nothing else.
    pub(crate) fn end_listening(&self) {
        self.handle.listeners.end();
    }
}

impl SessionState {
    /// Waits for the end of a turn that was left behind: while it runs, a new prompt would only steer it. Cancel-safe.
    pub(in crate::runtime) async fn await_unfinished(&mut self) -> Result<(), RuntimeError> {
        let Self {
            notifications,
            reducer,
            carried,
            unfinished,
        } = self;
        let waiting = async {
            while let Some(turn_id) = unfinished {
                let inbound = notifications
                    .next_inbound()
                    .await
                    .map_err(|closed| crate::runtime::rpc::connection::gone(&closed))?;
                let mut over = false;
                reducer.inbound(inbound, &mut |event| {
                    if let Event::TurnCompleted(end) | Event::TurnFailed(end) = &event {
                        over |= end.turn_id == *turn_id;
                    } else {
                        carried.push_back(event);
                    }
                });
                if over {
                    *unfinished = None;
                }
            }
            Ok(())
        };
        timeout(UNFINISHED_GRACE, waiting).await.unwrap_or_else(|_| {
            let message = "the session's previous turn is still running".to_owned();
            let error = TurnError::new(TurnErrorKind::Failed, message);
            Err(TurnFailure::before_the_turn(error, &notifications.thread_id().into()).into())
        })
    }

    /// Waits for the end of the compaction that was asked for.
    pub(in crate::runtime) async fn compacted(&mut self, thread: &OpenThread) -> Result<(), RuntimeError> {
        let Self {
            notifications,
            reducer,
            ..
        } = self;
        loop {
            let inbound = notifications
                .next_inbound()
                .await
                .map_err(|closed| crate::runtime::rpc::connection::gone(&closed))?;
            let mut end = None;
            reducer.inbound(inbound, &mut |event| match event {
                Event::TurnStarted {
                    turn_id,
                    thread_id: None,
                } => *thread.handle.active() = Some(turn_id),
                Event::TurnCompleted(ended) | Event::TurnFailed(ended) => end = Some(ended.error),
                _ => {}
            });
            match end {
                Some(None) => return Ok(()),
                Some(Some(error)) => {
                    return Err(TurnFailure::before_the_turn(error, thread.id()).into());
                }
                None => {}
            }
        }
    }
}
