//! A session: one thread of Codex, and its turns one after another.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout, timeout_at};

use super::connection::{Feed, Runtime, Shared};
use super::error::RuntimeError;
use super::event::{Event, ThreadInfo, TurnErrorKind};
use super::events::SessionEvents;
use super::handle::SessionHandle;
use super::joining::{RunningTurn, take_up_running};
use super::profile::{RunProfile, Sandbox, WorkspaceWriteSettings};
use super::prompt::{MAX_PROMPT_CHARS, Prompt};
use super::reducer::{Reducer, plain_error};
use super::saved::{fork, refused};
use super::session_config::SessionConfig;
use super::turn::{Answer, Turn, interrupt, timeout_error};

/// How long the end of an abandoned turn is waited for before a new one starts.
const UNFINISHED_GRACE: Duration = Duration::from_secs(10);
/// How long the server may take to hear that a compaction is given up.
const COMPACT_GRACE: Duration = Duration::from_secs(3);

/// A thread of Codex. Its turns run one at a time: a second [`ask`](Self::ask) waits for the first.
#[derive(Debug)]
pub struct Session {
    pub(super) shared: Arc<Shared>,
    pub(super) info: ThreadInfo,
    pub(super) profile: RunProfile,
    workspace_write: WorkspaceWriteSettings,
    pub(super) state: Arc<Mutex<SessionState>>,
    pub(super) handle: SessionHandle,
    /// A turn that ran already when the thread was taken up, until it is joined.
    pub(super) running: std::sync::Mutex<Option<RunningTurn>>,
}

/// What a turn borrows from its session.
#[derive(Debug)]
pub(crate) struct SessionState {
    pub(crate) feed: Feed,
    pub(crate) reducer: Reducer,
    /// A turn that nobody consumes any longer and that may still run.
    pub(crate) unfinished: Option<String>,
    /// Events that were heard while waiting for its end.
    pub(crate) carried: VecDeque<Event>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ThreadStartReply {
    thread: WireThread,
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    model_provider: Option<String>,
    #[serde(default)]
    cwd: Option<String>,
}

#[derive(Deserialize)]
struct WireThread {
    id: String,
}

#[derive(Deserialize)]
struct TurnStartReply {
    turn: WireThread,
}

#[derive(Deserialize)]
struct SkillsReply {
    data: Vec<SkillsEntry>,
}

#[derive(Deserialize)]
struct SkillsEntry {
    skills: Vec<SkillEntry>,
}

#[derive(Deserialize)]
struct SkillEntry {
    name: String,
    path: String,
}

impl Session {
    pub(crate) async fn start(
        runtime: &Runtime,
        codex_version: Option<String>,
        config: SessionConfig,
    ) -> Result<Self, RuntimeError> {
        config.profile.check()?;
        let shared = Arc::clone(runtime.shared());
        // The thread starts read-only and each turn says its own sandbox: a thread that starts writable in a repository
        // makes Codex note the directory as trusted for ever.
        let mut params = json!({
            "cwd": config.cwd,
            "sandbox": Sandbox::ReadOnly.word(),
            "approvalPolicy": config.profile.approval.word(),
            "ephemeral": config.ephemeral,
        });
        if let Some(model) = &config.profile.model {
            params["model"] = model.as_str().into();
        }
        if !config.config.is_empty() {
            params["config"] = Value::Object(config.config.clone());
        }
        let settings = async {
            match config.profile.sandbox {
                Sandbox::WorkspaceWrite => workspace_write_settings(&shared, &config.cwd).await,
                Sandbox::ReadOnly | Sandbox::DangerFullAccess => Ok(WorkspaceWriteSettings::default()),
            }
        };
        let (reply, workspace_write) =
            tokio::join!(shared.call::<ThreadStartReply>("thread/start", &params), settings);
        let session = Self::of_thread(shared, codex_version, &config, reply?, workspace_write?);
        if let Some(name) = &config.name {
            session.rename(name).await?;
        }
        Ok(session)
    }

    /// Takes up a saved thread (`thread/resume`).
    pub(crate) async fn resume(
        runtime: &Runtime,
        codex_version: Option<String>,
        codex_home: Option<&Path>,
        thread_id: &str,
        config: SessionConfig,
    ) -> Result<Self, RuntimeError> {
        config.profile.check()?;
        let shared = Arc::clone(runtime.shared());
        // Read-only for the same reason as at a start; the server would not restore more anyway.
        let mut params = json!({
            "threadId": thread_id,
            "cwd": config.cwd,
            "sandbox": Sandbox::ReadOnly.word(),
            "approvalPolicy": config.profile.approval.word(),
            "excludeTurns": true,
        });
        if let Some(model) = &config.profile.model {
            params["model"] = model.as_str().into();
        }
        if !config.config.is_empty() {
            params["config"] = Value::Object(config.config.clone());
        }
        let settings = async {
            match config.profile.sandbox {
                Sandbox::WorkspaceWrite => workspace_write_settings(&shared, &config.cwd).await,
                Sandbox::ReadOnly | Sandbox::DangerFullAccess => Ok(WorkspaceWriteSettings::default()),
            }
        };
        let taking_up = take_up_running::<ThreadStartReply>(&shared, thread_id, params);
        let (reply, workspace_write) = tokio::join!(taking_up, settings);
        let (reply, running) = reply.map_err(|error| refused(error, thread_id, codex_home))?;
        // The server takes some words for another thread's, or for a new one's.
        if reply.thread.id != thread_id {
            return Err(RuntimeError::SessionMissing {
                id: thread_id.to_owned(),
            });
        }
        let mut session = Self::of_thread(shared, codex_version, &config, reply, workspace_write?);
        session.running = running.into();
        if let Some(name) = &config.name {
            session.rename(name).await?;
        }
        Ok(session)
    }

    pub(super) fn of_thread(
        shared: Arc<Shared>,
        codex_version: Option<String>,
        config: &SessionConfig,
        reply: ThreadStartReply,
        mut workspace_write: WorkspaceWriteSettings,
    ) -> Self {
        workspace_write.overlay(&config.config);
        let info = ThreadInfo {
            thread_id: reply.thread.id,
            model: reply.model,
            model_provider: reply.model_provider,
            cwd: reply.cwd,
            codex_version,
        };
        let feed = Feed::new(Arc::clone(&shared), &info.thread_id);
        let reducer = Reducer::new(&info.thread_id);
        let state = SessionState {
            feed,
            reducer,
            unfinished: None,
            carried: VecDeque::new(),
        };
        let handle = SessionHandle {
            shared: Arc::clone(&shared),
            thread_id: info.thread_id.clone(),
            active: Arc::default(),
            listeners: Arc::default(),
        };
        Self {
            shared,
            info,
            profile: config.profile.clone(),
            workspace_write,
            state: Arc::new(Mutex::new(state)),
            handle,
            running: std::sync::Mutex::default(),
        }
    }

    /// The thread's id, for resuming it.
    pub fn id(&self) -> &str {
        &self.info.thread_id
    }

    /// What the server said of the thread.
    pub fn info(&self) -> &ThreadInfo {
        &self.info
    }

    /// Runs a turn to its end.
    ///
    /// # Errors
    /// [`RuntimeError::Turn`] when it does not complete.
    pub async fn ask(&self, prompt: impl Into<Prompt>) -> Result<Answer, RuntimeError> {
        self.ask_stream(prompt).await?.finish().await
    }

    /// Starts a turn and gives its events as they come.
    pub async fn ask_stream(&self, prompt: impl Into<Prompt>) -> Result<Turn, RuntimeError> {
        self.ask_stream_with(prompt, &self.profile).await
    }

    /// Starts a turn with a profile of its own.
    pub async fn ask_stream_with(
        &self,
        prompt: impl Into<Prompt>,
        profile: &RunProfile,
    ) -> Result<Turn, RuntimeError> {
        let prompt = prompt.into();
        profile.check()?;
        let chars = prompt.chars();
        if chars > MAX_PROMPT_CHARS {
            let what = format!("the prompt has {chars} characters; Codex takes at most {MAX_PROMPT_CHARS}");
            return Err(RuntimeError::InvalidInput { what });
        }
        let started = Instant::now();
        let Some(deadline) = profile.timeout_at(started) else {
            return self.start_turn(&prompt, profile, started).await;
        };
        timeout_at(deadline, self.start_turn(&prompt, profile, started))
            .await
            .unwrap_or_else(|_| Err(late(profile)))
    }

    async fn start_turn(
        &self,
        prompt: &Prompt,
        profile: &RunProfile,
        started: Instant,
    ) -> Result<Turn, RuntimeError> {
        self.is_free()?;
        let skill_paths = self.skill_paths(prompt.skills()).await?;
        let mut state = Arc::clone(&self.state).lock_owned().await;
        state.await_unfinished().await?;
        state.reducer.begin_turn();
        let mut params = json!({
            "threadId": self.id(),
            "input": prompt.input(&skill_paths),
            "effort": profile.effort,
            "approvalPolicy": profile.approval.word(),
            "sandboxPolicy": profile.sandbox_policy(&self.workspace_write),
        });
        if let Some(model) = &profile.model {
            params["model"] = model.as_str().into();
        }
        if let Some(schema) = &profile.output_schema {
            params["outputSchema"] = schema.clone();
        }
        let reply: TurnStartReply = self.shared.call("turn/start", &params).await?;
        let turn_id = reply.turn.id;
        state.reducer.set_turn_id(&turn_id);
        *self.handle.active() = Some(turn_id.clone());
        Ok(Turn::new(
            self.handle.clone(),
            state,
            &self.info,
            turn_id,
            started,
            profile,
        ))
    }

    /// Copies the session with all its turns (`thread/fork`); gives the copy's id.
    ///
    /// # Errors
    /// The server's own.
    pub async fn fork(&self) -> Result<String, RuntimeError> {
        fork(&self.shared, self.id()).await
    }

    /// Names the session (`thread/name/set`).
    pub async fn rename(&self, name: &str) -> Result<(), RuntimeError> {
        let params = json!({ "threadId": self.id(), "name": name });
        self.shared.call_raw("thread/name/set", &params).await.map(drop)
    }

    /// Puts the session away (`thread/archive`). A turn that runs in it is interrupted.
    ///
    /// # Errors
    /// The server's own: a session without turns is not saved and cannot be put away.
    pub async fn archive(self) -> Result<(), RuntimeError> {
        let params = json!({ "threadId": self.id() });
        self.shared.call_raw("thread/archive", &params).await.map(drop)
    }

    /// What happens in this session's turns from now on, for others than the one who consumes them. An event comes when
    /// the turn's own consumer takes it.
    pub fn events(&self) -> SessionEvents {
        self.handle.listeners.add()
    }

    /// A way to the turn that runs for other tasks than the one that consumes it.
    pub fn handle(&self) -> SessionHandle {
        self.handle.clone()
    }

    /// Interrupts the turn that runs, if one does: see [`SessionHandle::interrupt`].
    pub async fn interrupt(&self) {
        self.handle.interrupt().await;
    }

    /// Adds something to the turn that runs: see [`SessionHandle::steer`].
    ///
    /// # Errors
    /// [`RuntimeError::NoTurn`] when there is no turn to steer.
    pub async fn steer(&self, text: &str) -> Result<(), RuntimeError> {
        self.handle.steer(text).await
    }

    /// Makes the context shorter by a summary of it (`thread/compact/start`), and waits for the end of that turn.
    ///
    /// # Errors
    /// [`RuntimeError::Turn`] when it does not complete, also by the timeout of the session's profile.
    pub async fn compact(&self) -> Result<(), RuntimeError> {
        let Some(deadline) = self.profile.timeout_at(Instant::now()) else {
            return self.compact_to_its_end().await;
        };
        if let Ok(outcome) = timeout_at(deadline, self.compact_to_its_end()).await {
            return outcome;
        }
        // The turn's id is not known here, and no other turn can run.
        let _ = timeout(COMPACT_GRACE, interrupt(&self.shared, self.id(), "")).await;
        let limit = self.profile.timeout.unwrap_or_default();
        let message = format!("the timeout of {limit:?} was reached");
        Err(RuntimeError::Turn(timeout_error(
            TurnErrorKind::Timeout,
            &message,
            "--timeout",
        )))
    }

    async fn compact_to_its_end(&self) -> Result<(), RuntimeError> {
        self.is_free()?;
        let mut state = Arc::clone(&self.state).lock_owned().await;
        state.await_unfinished().await?;
        state.reducer.begin_turn();
        let params = json!({ "threadId": self.id() });
        self.shared.call_raw("thread/compact/start", &params).await?;
        loop {
            let SessionState { feed, reducer, .. } = &mut *state;
            let inbound = feed
                .next_inbound()
                .await
                .map_err(|closed| super::connection::gone(&closed))?;
            let mut end = None;
            reducer.inbound(inbound, &mut |event| {
                if let Event::TurnCompleted(ended) | Event::TurnFailed(ended) = event {
                    end = Some(ended.error);
                }
            });
            match end {
                Some(None) => return Ok(()),
                Some(Some(error)) => return Err(RuntimeError::Turn(error)),
                None => {}
            }
        }
    }

    /// Ends the use of the session: a turn that runs is interrupted. It stays saved, unless it is ephemeral.
    pub async fn close(self) {
        self.interrupt().await;
    }

    /// The file of each skill (`skills/list`): Codex ignores a path that does not fit, so an unknown name is an error.
    async fn skill_paths(&self, names: &[String]) -> Result<Vec<String>, RuntimeError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let cwd = self.info.cwd.as_deref().unwrap_or(".");
        let reply: SkillsReply = self.shared.call("skills/list", &json!({ "cwds": [cwd] })).await?;
        let known = reply
            .data
            .into_iter()
            .flat_map(|entry| entry.skills)
            .collect::<Vec<_>>();
        names
            .iter()
            .map(|name| {
                let skill = known.iter().find(|skill| skill.name == *name);
                skill.map(|skill| skill.path.clone()).ok_or_else(|| {
                    let mut names = known.iter().map(|skill| skill.name.as_str()).collect::<Vec<_>>();
                    names.sort_unstable();
                    let what = format!("there is no skill named {name}; known here: {}", names.join(", "));
                    RuntimeError::InvalidInput { what }
                })
            })
            .collect()
    }
}

/// What a turn ends with that reached its timeout before it began.
fn late(profile: &RunProfile) -> RuntimeError {
    let limit = profile.timeout.unwrap_or_default();
    let message = format!("the timeout of {limit:?} was reached before the turn began");
    RuntimeError::Turn(timeout_error(TurnErrorKind::Timeout, &message, "--timeout"))
}

impl SessionState {
    /// Waits for the end of a turn that was left behind: while it runs, a new prompt would only steer it.
    async fn await_unfinished(&mut self) -> Result<(), RuntimeError> {
        let Some(turn_id) = self.unfinished.take() else {
            return Ok(());
        };
        let Self {
            feed,
            reducer,
            carried,
            ..
        } = self;
        let ended = timeout(UNFINISHED_GRACE, async {
            let mut over = false;
            while !over {
                let inbound = feed
                    .next_inbound()
                    .await
                    .map_err(|closed| super::connection::gone(&closed))?;
                reducer.inbound(inbound, &mut |event| {
                    if let Event::TurnCompleted(end) | Event::TurnFailed(end) = &event {
                        over |= end.turn_id == turn_id;
                    } else {
                        carried.push_back(event);
                    }
                });
            }
            Ok(())
        });
        ended.await.unwrap_or_else(|_| {
            let message = "the session's previous turn does not end".to_owned();
            Err(RuntimeError::Turn(plain_error(TurnErrorKind::Failed, message)))
        })
    }
}

/// The user's own settings for workspace-write, which an explicit sandbox policy would otherwise replace.
async fn workspace_write_settings(
    shared: &Shared,
    cwd: &Path,
) -> Result<WorkspaceWriteSettings, RuntimeError> {
    #[derive(Deserialize)]
    struct Reply {
        config: Config,
    }
    #[derive(Deserialize)]
    struct Config {
        #[serde(default)]
        sandbox_workspace_write: Option<WorkspaceWriteSettings>,
    }
    let reply: Reply = shared
        .call("config/read", &json!({ "cwd": cwd, "includeLayers": false }))
        .await?;
    Ok(reply.config.sandbox_workspace_write.unwrap_or_default())
}
