//! A session: one thread of Codex, and its turns one after another.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};

use crate::protocol::types::SkillsListResponse;
use crate::runtime::approval::{Approver, FixedAnswer, RunContext};
use crate::runtime::error::RuntimeError;
use crate::runtime::event::{ThreadInfo, TurnErrorKind};
use crate::runtime::id::{ThreadId, TurnId};
use crate::runtime::log::Log;
use crate::runtime::outcome::{Answer, TurnFailure};
use crate::runtime::output_schema::OutputSchema;
use crate::runtime::profile::{RunProfile, Sandbox, WorkspaceWriteSettings};
use crate::runtime::rpc::connection::Shared;
use crate::runtime::rpc::runtime::Runtime;
use crate::runtime::session::attach::resume_with_running_turn;
use crate::runtime::session::events::SessionEvents;
use crate::runtime::session::handle::SessionHandle;
use crate::runtime::session::interrupt::interrupt;
use crate::runtime::session::limits::{Limits, timeout_error};
use crate::runtime::session::models::models;
use crate::runtime::session::open_thread::{OpenThread, ThreadStartReply, WireThread};
use crate::runtime::session::open_threads::OpenThreads;
use crate::runtime::session::prompt::Prompt;
use crate::runtime::session::resume::{fork, refused};
use crate::runtime::session::session_config::SessionConfig;
use crate::runtime::session::turn::Turn;

/// What runs in the background ended with the tokio runtime that it ran on.
const RUNTIME_ENDED: RuntimeError = RuntimeError::Closed {
    what: "tokio runtime",
};
/// How long the server may take to end a compaction that is given up.
const COMPACT_GRACE: Duration = Duration::from_secs(3);

/// A thread of Codex. Its turns run one at a time: a second [`ask`](Self::ask) waits for the first.
///
/// Cheap to clone. However often a client opens a thread, it is one session: a clone, and what
/// [`resume_session`](crate::runtime::Client::resume_session) gives for an open thread, differ in their profiles at most.
#[derive(Clone)]
#[must_use = "a session does nothing by itself"]
pub struct Session {
    pub(in crate::runtime) thread: Arc<OpenThread>,
    profile: Arc<RunProfile>,
    workspace_write: WorkspaceWriteSettings,
}

/// What is done while another turn runs.
#[derive(Debug, Clone, Copy)]
enum Wait {
    ForTheTurnBefore,
    No,
}

#[derive(Deserialize)]
struct TurnStartReply {
    turn: WireThread,
}

impl Session {
    pub(crate) async fn start(
        runtime: &Runtime,
        threads: &Arc<OpenThreads>,
        codex_version: Option<String>,
        mut config: SessionConfig,
    ) -> Result<Self, RuntimeError> {
        let shared = Arc::clone(runtime.shared());
        config.check(&shared)?;
        config.intercept(None).await?;
        // The thread starts read-only and each turn says its own sandbox: a thread that starts writable in a repository
        // makes Codex note the directory as trusted for ever.
        let mut params = json!({
            "cwd": config.cwd,
            "sandbox": Sandbox::ReadOnly.as_str(),
            "approvalPolicy": config.profile.approval.as_str(),
            "ephemeral": config.ephemeral,
        });
        config.overrides(&mut params);
        let starting = shared.call::<ThreadStartReply>("thread/start", &params);
        let (reply, workspace_write) = tokio::join!(starting, workspace_write_settings(&shared, &config));
        let (reply, workspace_write) = (reply?, workspace_write?);
        let thread = OpenThread::new(shared, Arc::clone(threads), codex_version, &config, reply);
        threads.insert(&thread);
        Self::of_thread(thread, config, workspace_write).await
    }

    /// Takes up a saved thread (`thread/resume`), or gives another handle of one that is open.
    pub(crate) async fn resume(
        runtime: &Runtime,
        threads: &Arc<OpenThreads>,
        codex_version: Option<String>,
        codex_home: Option<&Path>,
        thread_id: &str,
        mut config: SessionConfig,
    ) -> Result<Self, RuntimeError> {
        let shared = Arc::clone(runtime.shared());
        config.check(&shared)?;
        config.intercept(Some(thread_id)).await?;
        let opening = threads.opening(thread_id);
        let _opening = opening.lock().await;
        if let Some(thread) = threads.find(thread_id) {
            thread.fits(&config)?;
            let workspace_write = workspace_write_settings(&shared, &config).await?;
            return Self::of_thread(thread, config, workspace_write).await;
        }
        // Read-only for the same reason as at a start; the server would not restore more anyway.
        let mut params = json!({
            "threadId": thread_id,
            "cwd": config.cwd,
            "sandbox": Sandbox::ReadOnly.as_str(),
            "approvalPolicy": config.profile.approval.as_str(),
            "excludeTurns": true,
        });
        config.overrides(&mut params);
        let taking_up = resume_with_running_turn::<ThreadStartReply>(&shared, thread_id, params);
        let (reply, workspace_write) = tokio::join!(taking_up, workspace_write_settings(&shared, &config));
        let (reply, running) = reply.map_err(|error| refused(error, thread_id, codex_home))?;
        // The server takes some words for another thread's, or for a new one's.
        if reply.thread.id != thread_id {
            return Err(RuntimeError::SessionMissing { id: thread_id.into() });
        }
        let workspace_write = workspace_write?;
        let thread = OpenThread::new(shared, Arc::clone(threads), codex_version, &config, reply);
        *thread.running() = running;
        threads.insert(&thread);
        Self::of_thread(thread, config, workspace_write).await
    }

    async fn of_thread(
        thread: Arc<OpenThread>,
        config: SessionConfig,
        mut workspace_write: WorkspaceWriteSettings,
    ) -> Result<Self, RuntimeError> {
        workspace_write.overlay(config.config.values());
        let context = RunContext {
            cwd: thread.cwd.clone(),
            sandbox: config.profile.sandbox.as_str().to_owned(),
            approval: config.profile.approval.as_str().to_owned(),
            session_id: Some(thread.id().clone()),
            ..RunContext::default()
        };
        let approver = config.approver.clone();
        let refusing = || Arc::new(FixedAnswer::Fail) as Arc<dyn Approver>;
        let intercepted = thread
            .interceptors
            .approver(context, approver.clone().unwrap_or_else(refusing));
        if let Some(approver) = intercepted.or(approver) {
            let requests = &thread.shared.requests;
            requests.set_approver(thread.id(), approver);
        }
        thread
            .interceptors
            .session_opened(&thread.info, &thread.cwd, &config.profile);
        let session = Self {
            thread,
            profile: Arc::new(config.profile),
            workspace_write,
        };
        if let Some(name) = &config.name {
            session.rename(name).await?;
        }
        Ok(session)
    }

    /// The thread's id, for resuming it.
    pub fn id(&self) -> &ThreadId {
        self.thread.id()
    }

    /// What the server said of the thread.
    pub fn info(&self) -> &ThreadInfo {
        &self.thread.info
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.thread.shared
    }

    /// Runs a turn to its end.
    ///
    /// # Errors
    /// [`RuntimeError::Turn`] when it does not complete or its answer does not match the output schema, with what there was of
    /// it; [`RuntimeError::InvalidInput`] for what cannot be sent, before anything is; [`RuntimeError::Closed`].
    pub async fn ask(&self, prompt: impl Into<Prompt>) -> Result<Answer, RuntimeError> {
        self.ask_stream(prompt).await?.finish().await
    }

    /// Runs a turn to its end, with another profile than the session's.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub async fn ask_with(
        &self,
        prompt: impl Into<Prompt>,
        profile: &RunProfile,
    ) -> Result<Answer, RuntimeError> {
        self.ask_stream_with(prompt, profile).await?.finish().await
    }

    /// Starts a turn (`turn/start`) and gives its events as they come. Waits for the end of a running turn.
    ///
    /// # Errors
    /// As [`ask`](Self::ask), those of the turn's end excepted.
    pub async fn ask_stream(&self, prompt: impl Into<Prompt>) -> Result<Turn, RuntimeError> {
        self.ask_stream_with(prompt, &self.profile).await
    }

    /// Starts a turn, unless one is already running.
    ///
    /// # Errors
    /// [`RuntimeError::TurnRunning`] instead of waiting for the end of another turn; otherwise as [`ask`](Self::ask).
    pub async fn try_ask_stream(&self, prompt: impl Into<Prompt>) -> Result<Turn, RuntimeError> {
        self.ask_stream_when(prompt.into(), &self.profile, Wait::No).await
    }

    /// Starts a turn with another profile than the session's, unless one is already running.
    ///
    /// # Errors
    /// As [`try_ask_stream`](Self::try_ask_stream).
    pub async fn try_ask_stream_with(
        &self,
        prompt: impl Into<Prompt>,
        profile: &RunProfile,
    ) -> Result<Turn, RuntimeError> {
        self.ask_stream_when(prompt.into(), profile, Wait::No).await
    }

    /// Starts a turn with another profile than the session's.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub async fn ask_stream_with(
        &self,
        prompt: impl Into<Prompt>,
        profile: &RunProfile,
    ) -> Result<Turn, RuntimeError> {
        self.ask_stream_when(prompt.into(), profile, Wait::ForTheTurnBefore)
            .await
    }

    async fn ask_stream_when(
        &self,
        prompt: Prompt,
        profile: &RunProfile,
        wait: Wait,
    ) -> Result<Turn, RuntimeError> {
        let remote = self.shared().peer.is_remote();
        profile.check()?;
        let started = Instant::now();
        let (prompt, profile) = self.intercepted(prompt, profile, started).await?;
        // A hook can change nothing of it; but nothing privileged begins unchecked.
        profile.check()?;
        let profile = profile.resolved(&self.thread.cwd, remote)?;
        let prompt = prompt.resolved(&self.thread.cwd, remote)?;
        let schema = profile.compiled_schema()?;
        let starting = self.start_turn(&prompt, &profile, schema, started, wait);
        let Some(deadline) = profile.timeout_at(started) else {
            return starting.await;
        };
        timeout_at(deadline, starting)
            .await
            .unwrap_or_else(|_| Err(late(&profile, self.id())))
    }

    /// What hooks make of a prompt and a profile, within the time of the turn.
    async fn intercepted(
        &self,
        prompt: Prompt,
        profile: &RunProfile,
        started: Instant,
    ) -> Result<(Prompt, RunProfile), RuntimeError> {
        let intercepting = self.thread.interceptors.before_turn(self.id(), prompt, profile);
        match profile.timeout_at(started) {
            Some(deadline) => timeout_at(deadline, intercepting)
                .await
                .unwrap_or_else(|_| Err(late(profile, self.id()))),
            None => intercepting.await,
        }
    }

    async fn start_turn(
        &self,
        prompt: &Prompt,
        profile: &RunProfile,
        schema: Option<OutputSchema>,
        started: Instant,
        wait: Wait,
    ) -> Result<Turn, RuntimeError> {
        self.thread.is_free()?;
        let skill_paths = self.skill_paths(prompt.skills()).await?;
        self.check_effort(&profile.effort).await?;
        let mut state = match wait {
            Wait::ForTheTurnBefore => self.thread.take_turn().await?,
            Wait::No => self.thread.try_take_turn()?,
        };
        state.reducer.begin_turn();
        let mut params = json!({
            "threadId": self.id(),
            "input": prompt.input(&skill_paths),
            "effort": profile.effort,
            "approvalPolicy": profile.approval.as_str(),
            "sandboxPolicy": profile.sandbox_policy(&self.workspace_write),
        });
        if let Some(model) = &profile.model {
            params["model"] = model.as_str().into();
        }
        if let Some(schema) = &profile.output_schema {
            params["outputSchema"] = (**schema).clone();
        }
        let (thread, limits) = (Arc::clone(&self.thread), Limits::of(profile, started));
        // Should nobody wait for it any longer, the turn that has begun is dropped with the task's result, and so interrupted.
        let starting = self.shared().spawn(async move {
            let reply: TurnStartReply = thread.shared.call("turn/start", &params).await?;
            let turn_id = TurnId::from(reply.turn.id);
            state.reducer.set_turn_id(&turn_id);
            *thread.handle.active() = Some(turn_id.clone());
            let mut turn = Turn::new(Arc::clone(&thread), state, turn_id, limits, schema);
            if thread.is_closed() {
                turn.interrupt("the session was closed");
            }
            Ok(turn)
        });
        starting.await.unwrap_or(Err(RUNTIME_ENDED))
    }

    /// The turn that was running when the session was resumed, until it is [attached to](Self::attach): the server continues a
    /// turn whose client was lost.
    pub fn running_turn(&self) -> Option<TurnId> {
        self.thread.running_turn()
    }

    /// Follows the turn that was running when the session was resumed (`thread/resume`). What it has done so far comes
    /// first; what it waits for is asked again. The caps of the profile count from now on.
    ///
    /// # Errors
    /// [`NoTurn`](RuntimeError::NoTurn) when there was none, or somebody has joined it.
    pub async fn attach(&self) -> Result<Turn, RuntimeError> {
        self.thread.attach(&self.profile).await
    }

    /// Copies the session with all its turns (`thread/fork`); gives the copy's id.
    ///
    /// # Errors
    /// The server's own.
    pub async fn fork(&self) -> Result<ThreadId, RuntimeError> {
        fork(self.shared(), self.id()).await
    }

    /// Names the session (`thread/name/set`).
    ///
    /// # Errors
    /// The server's own.
    pub async fn rename(&self, name: &str) -> Result<(), RuntimeError> {
        let params = json!({ "threadId": self.id(), "name": name });
        self.shared().call_raw("thread/name/set", &params).await.map(drop)
    }

    /// Archives the session (`thread/archive`) and [closes](Self::close) it. A running turn is interrupted.
    ///
    /// # Errors
    /// The server's own: a session without turns is not saved and cannot be archived.
    pub async fn archive(&self) -> Result<(), RuntimeError> {
        let params = json!({ "threadId": self.id() });
        self.shared().call_raw("thread/archive", &params).await?;
        self.thread.close();
        Ok(())
    }

    /// What happens in this session's turns from now on, for others than the one who consumes them. An event comes when
    /// the turn's own consumer takes it.
    pub fn events(&self) -> SessionEvents {
        if self.shared().is_over() {
            self.thread.end_listening();
        }
        self.thread.handle.listeners.add()
    }

    pub(super) fn add_log(&self, log: &Arc<Log>) {
        if self.shared().is_over() {
            self.thread.end_listening();
        }
        self.thread.handle.listeners.add_log(log);
    }

    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        drop(self.shared().spawn(task));
    }

    /// A handle for tasks other than the one that consumes the running turn.
    pub fn handle(&self) -> SessionHandle {
        self.thread.handle.clone()
    }

    /// Interrupts the running turn, if there is one: see [`SessionHandle::interrupt`].
    pub async fn interrupt(&self) {
        self.thread.handle.interrupt().await;
    }

    /// Sends a message to the running turn: see [`SessionHandle::steer`].
    ///
    /// # Errors
    /// [`RuntimeError::NoTurn`] when no turn is running.
    pub async fn steer(&self, text: &str) -> Result<(), RuntimeError> {
        self.thread.handle.steer(text).await
    }

    /// Compacts the context (`thread/compact/start`), and waits for the end of that turn. Dropped
    /// before, it continues, and the next turn waits for it.
    ///
    /// # Errors
    /// [`RuntimeError::Turn`] when it does not complete, also by the timeout of the session's profile.
    pub async fn compact(&self) -> Result<(), RuntimeError> {
        let Some(deadline) = self.profile.timeout_at(Instant::now()) else {
            let compacting = self.begin_to_compact().await?;
            return compacting.await.unwrap_or(Err(RUNTIME_ENDED));
        };
        let limit = self.profile.timeout.unwrap_or_default();
        let message = format!("timeout of {limit:?} reached");
        let error = timeout_error(TurnErrorKind::Timeout, &message);
        let late = || Err(TurnFailure::before_the_turn(error, self.id()).into());
        let Ok(begun) = timeout_at(deadline, self.begin_to_compact()).await else {
            return late();
        };
        let mut compacting = begun?;
        if let Ok(outcome) = timeout_at(deadline, &mut compacting).await {
            return outcome.unwrap_or(Err(RUNTIME_ENDED));
        }
        let giving_up = async {
            // The turn's id is not known here, and no other turn can run.
            interrupt(self.shared(), self.id(), "").await;
            let _ = (&mut compacting).await;
        };
        if timeout(COMPACT_GRACE, giving_up).await.is_err() {
            compacting.abort();
        }
        late()
    }

    /// Asks for a summary once no turn runs; the task waits for it.
    async fn begin_to_compact(&self) -> Result<JoinHandle<Result<(), RuntimeError>>, RuntimeError> {
        self.thread.is_free()?;
        let mut state = self.thread.take_turn().await?;
        let thread = Arc::clone(&self.thread);
        Ok(self.shared().spawn(async move {
            state.reducer.begin_turn();
            let params = json!({ "threadId": thread.id() });
            thread.shared.call_raw("thread/compact/start", &params).await?;
            state.compacted(&thread).await
        }))
    }

    /// Ends the use of the session, for all its clones: a turn that runs is interrupted, and no other begins. It stays saved,
    /// unless it is ephemeral.
    pub async fn close(&self) {
        self.thread.close();
        self.interrupt().await;
    }

    /// Refuses an effort that no model has. The common ones are not looked up: that would cost a request each turn.
    async fn check_effort(&self, effort: &str) -> Result<(), RuntimeError> {
        const COMMON: [&str; 6] = ["none", "minimal", "low", "medium", "high", "xhigh"];
        if COMMON.contains(&effort) {
            return Ok(());
        }
        let mut known = COMMON.map(str::to_owned).to_vec();
        for listed in models(self.shared())
            .await?
            .into_iter()
            .flat_map(|model| model.efforts)
        {
            if !known.contains(&listed) {
                known.push(listed);
            }
        }
        if known.iter().any(|known| known == effort) {
            return Ok(());
        }
        let what = format!("unknown effort `{effort}`; possible values: {}", known.join(", "));
        Err(RuntimeError::invalid(what))
    }

    /// The file of each skill (`skills/list`): Codex ignores a path that does not fit, so an unknown name is an error.
    async fn skill_paths(&self, names: &[String]) -> Result<Vec<String>, RuntimeError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let cwd = self.info().cwd.as_deref().unwrap_or(".");
        let reply: SkillsListResponse = self
            .shared()
            .call("skills/list", &json!({ "cwds": [cwd] }))
            .await?;
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
                    let what = format!("skill {name} not found; available: {}", names.join(", "));
                    RuntimeError::invalid(what)
                })
            })
            .collect()
    }
}

/// What a turn ends with that reached its timeout before it began.
fn late(profile: &RunProfile, thread_id: &ThreadId) -> RuntimeError {
    let limit = profile.timeout.unwrap_or_default();
    let message = format!("timeout of {limit:?} reached before the turn started");
    let error = timeout_error(TurnErrorKind::Timeout, &message);
    TurnFailure::before_the_turn(error, thread_id).into()
}

impl std::fmt::Debug for Session {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Session")
            .field("thread", &self.thread)
            .finish_non_exhaustive()
    }
}

/// The user's own settings for workspace-write, which an explicit sandbox policy would otherwise replace; only where they
/// matter.
async fn workspace_write_settings(
    shared: &Shared,
    config: &SessionConfig,
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
    if config.profile.sandbox != Sandbox::WorkspaceWrite {
        return Ok(WorkspaceWriteSettings::default());
    }
    let params = json!({ "cwd": config.cwd, "includeLayers": false });
    let reply: Reply = shared.call("config/read", &params).await?;
    Ok(reply.config.sandbox_workspace_write.unwrap_or_default())
}
