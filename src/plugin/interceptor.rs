//! Hooks at the port of sessions: from drafts, requests and events to the contexts that hooks are called with.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::context::HookReport;
use super::hooks::Blocked;
use super::post::PostQueue;
use super::{HookContext, Hooks, Phase, ToolOpinion, ToolUse};
use crate::runtime::approval::PendingRequest;
use crate::runtime::event::{Event, ItemDetails, ThreadInfo};
use crate::runtime::interceptor::{Boxed, Interceptor, SessionDraft, ToolVerdict, TurnDraft};
use crate::runtime::{ClientConfig, RunProfile, RuntimeError, SessionConfig, ThreadId, TurnId};

/// Hooks with what they have to remember between phases.
pub(crate) struct HookRunner {
    hooks: Arc<Hooks>,
    correlation_id: String,
    state: Mutex<State>,
    post: PostQueue,
}

#[derive(Default)]
struct State {
    /// What hooks left before there was a session.
    metadata: BTreeMap<String, Value>,
    threads: HashMap<ThreadId, Scope>,
}

/// A session, as its hooks see it.
#[derive(Default)]
struct Scope {
    cwd: PathBuf,
    model: Option<String>,
    effort: Option<String>,
    metadata: BTreeMap<String, Value>,
    /// The last whole message of the turn that runs.
    text: String,
}

impl std::fmt::Debug for HookRunner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("HookRunner").field(&self.hooks).finish()
    }
}

impl HookRunner {
    pub(crate) fn new(hooks: Hooks) -> Arc<Self> {
        Arc::new(Self {
            hooks: Arc::new(hooks),
            correlation_id: correlation_id(),
            state: Mutex::default(),
            post: PostQueue::default(),
        })
    }

    #[cfg(feature = "cli")]
    pub(crate) fn hooks(&self) -> &Arc<Hooks> {
        &self.hooks
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // It is valid between any two statements.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A context with what is known of a session, or of none.
    fn context(&self, phase: Phase, thread_id: Option<&ThreadId>, cwd: &Path) -> HookContext {
        let state = self.state();
        let scope = thread_id.and_then(|thread_id| state.threads.get(thread_id));
        let mut context = HookContext::new(phase, scope.map_or(cwd, |scope| &scope.cwd));
        context.correlation_id.clone_from(&self.correlation_id);
        context.session_id = thread_id.cloned();
        context.metadata = scope.map_or(&state.metadata, |scope| &scope.metadata).clone();
        if let Some(scope) = scope {
            context.model.clone_from(&scope.model);
            context.effort.clone_from(&scope.effort);
        }
        context
    }

    /// Calls the hooks of a pre-phase, and keeps what they leave for others.
    async fn before(&self, context: HookContext) -> Result<HookContext, RuntimeError> {
        let phase = context.phase;
        let thread_id = context.session_id.clone();
        let context = self
            .hooks
            .before(context)
            .await
            .map_err(|Blocked { hook, reason }| RuntimeError::Blocked {
                what: phase_of(phase),
                hook,
                reason,
            })?;
        let mut state = self.state();
        let metadata = match thread_id.and_then(|thread_id| state.threads.get_mut(&thread_id)) {
            Some(scope) => &mut scope.metadata,
            None => &mut state.metadata,
        };
        metadata.clone_from(&context.metadata);
        Ok(context)
    }

    #[cfg(feature = "cli")]
    /// Calls the hooks before a run; gives the prompt, the attachments, the model and the effort that it has then.
    pub(crate) async fn before_run(
        &self,
        cwd: &Path,
        prompt: String,
        model: Option<String>,
        effort: Option<String>,
    ) -> Result<HookContext, RuntimeError> {
        let mut context = self.context(Phase::PreRun, None, cwd);
        context.prompt = Some(prompt);
        context.model = model;
        context.effort = effort;
        if self.hooks.has(Phase::PreRun) {
            context = self.before(context).await?;
        }
        Ok(context)
    }

    #[cfg(feature = "cli")]
    /// Tells the hooks after a run.
    pub(crate) fn after_run(&self, cwd: &Path, thread_id: Option<&ThreadId>, report: HookReport) {
        if self.hooks.has(Phase::PostRun) {
            let mut context = self.context(Phase::PostRun, thread_id, cwd);
            context.report = Some(report);
            self.post.push(&self.hooks, context);
        }
    }

    #[cfg(feature = "cli")]
    /// Waits until the post-hooks have learned of everything.
    pub(crate) async fn drained(&self) {
        self.post.drain().await;
    }

    /// What the hooks think of a request together.
    pub(crate) async fn verdict(&self, pending: &PendingRequest) -> ToolVerdict {
        let request = &pending.request;
        let session = pending
            .context
            .session_id
            .clone()
            .or_else(|| request.thread_id.clone());
        let mut context = self.context(Phase::PreToolUse, session.as_ref(), &pending.context.cwd);
        context.turn_id.clone_from(&request.turn_id);
        context.item_id.clone_from(&request.item_id);
        context.tool_use = Some(ToolUse::of_request(pending));
        let opinion = self.hooks.opinion(&context).await;
        match opinion.opinion {
            ToolOpinion::NoOpinion => ToolVerdict::NoOpinion,
            ToolOpinion::Ask => ToolVerdict::Ask,
            ToolOpinion::Allow => ToolVerdict::Allow(opinion.by),
            ToolOpinion::Deny(reason) => ToolVerdict::Deny(opinion.by, reason.to_string()),
        }
    }
}

fn phase_of(phase: Phase) -> &'static str {
    match phase {
        Phase::PreRun => "run",
        Phase::PreSessionStart => "session",
        Phase::PreToolUse => "tool",
        _ => "turn",
    }
}

/// Random enough to tell runs apart.
fn correlation_id() -> String {
    let [first, second] = [(); 2].map(|()| RandomState::new().hash_one(std::process::id()));
    format!("{first:016x}{second:016x}")
}

impl Interceptor for HookRunner {
    fn before_session(&self, mut draft: SessionDraft) -> Boxed<'_, Result<SessionDraft, RuntimeError>> {
        Box::pin(async move {
            if !self.hooks.has(Phase::PreSessionStart) {
                return Ok(draft);
            }
            let mut context = self.context(Phase::PreSessionStart, None, &draft.cwd);
            context.session_id.clone_from(&draft.resumed);
            context.model = draft.model.take();
            context.effort = Some(draft.effort);
            let context = self.before(context).await?;
            draft.model = context.model;
            draft.effort = context.effort.unwrap_or_default();
            Ok(draft)
        })
    }

    fn session_opened(&self, info: &ThreadInfo, cwd: &Path, profile: &RunProfile) {
        {
            let mut state = self.state();
            let metadata = state.metadata.clone();
            let scope = state
                .threads
                .entry(info.thread_id.clone())
                .or_insert_with(|| Scope {
                    metadata,
                    ..Scope::default()
                });
            cwd.clone_into(&mut scope.cwd);
            scope.model = profile.model.clone().or_else(|| info.model.clone());
            scope.effort = Some(profile.effort.clone());
        }
        if self.hooks.has(Phase::PostSessionStart) {
            let context = self.context(Phase::PostSessionStart, Some(&info.thread_id), cwd);
            self.post.push(&self.hooks, context);
        }
    }

    fn before_turn(&self, mut draft: TurnDraft) -> Boxed<'_, Result<TurnDraft, RuntimeError>> {
        Box::pin(async move {
            if !self.hooks.has(Phase::PreTurn) {
                return Ok(draft);
            }
            let mut context = self.context(Phase::PreTurn, Some(&draft.thread_id), Path::new(""));
            context.prompt = Some(draft.prompt.text().to_owned());
            let known = context.model.take();
            context.model = draft.model.clone().or_else(|| known.clone());
            context.effort = Some(draft.effort.clone());
            let context = self.before(context).await?;
            // A model that nobody named stays the session's.
            if context.model != known {
                draft.model = context.model;
            }
            draft.effort = context.effort.unwrap_or_default();
            draft.prompt = draft.prompt.with_text(context.prompt.unwrap_or_default());
            for path in context.attachments {
                draft.prompt = draft.prompt.attach(path);
            }
            Ok(draft)
        })
    }

    fn judges_tools(&self) -> bool {
        self.hooks.wraps_approver()
    }

    fn before_tool<'a>(&'a self, pending: &'a PendingRequest) -> Boxed<'a, ToolVerdict> {
        Box::pin(self.verdict(pending))
    }

    fn observe(&self, thread_id: &ThreadId, turn_id: &TurnId, event: &Event) {
        match event {
            Event::TurnStarted { thread_id: None, .. } => {
                if let Some(scope) = self.state().threads.get_mut(thread_id) {
                    scope.text.clear();
                }
            }
            Event::ItemCompleted(ended) => {
                if let (ItemDetails::AgentMessage { text, .. }, None) =
                    (&ended.item.details, &ended.thread_id)
                {
                    if self.hooks.has(Phase::PostTurn)
                        && let Some(scope) = self.state().threads.get_mut(thread_id)
                    {
                        scope.text.clone_from(text);
                    }
                    return;
                }
                if !self.hooks.has(Phase::PostToolUse) {
                    return;
                }
                let mut context = self.context(Phase::PostToolUse, Some(thread_id), Path::new(""));
                let Some(mut used) = ToolUse::of_item(&ended.item, &context.cwd) else {
                    return;
                };
                used.subagent = ended.thread_id.is_some();
                context.turn_id = ended.turn_id.clone().or_else(|| Some(turn_id.clone()));
                context.item_id = Some(ended.item.id.clone());
                context.tool_use = Some(used);
                self.post.push(&self.hooks, context);
            }
            Event::TurnCompleted(end) | Event::TurnFailed(end) if self.hooks.has(Phase::PostTurn) => {
                let mut context = self.context(Phase::PostTurn, Some(thread_id), Path::new(""));
                context.turn_id = Some(turn_id.clone());
                let text = self
                    .state()
                    .threads
                    .get_mut(thread_id)
                    .map(|scope| std::mem::take(&mut scope.text));
                context.report = Some(HookReport::of_turn(end, &text.unwrap_or_default()));
                self.post.push(&self.hooks, context);
            }
            _ => {}
        }
    }

    fn drain(&self) -> Boxed<'_, ()> {
        Box::pin(self.post.drain())
    }
}

impl ClientConfig {
    /// Hooks around all sessions of the client. They are called before those of a session.
    #[must_use]
    pub fn hooks(self, hooks: Hooks) -> Self {
        self.hooked(HookRunner::new(hooks))
    }

    /// The same with a runner that somebody else uses, too.
    pub(crate) fn hooked(self, runner: Arc<HookRunner>) -> Self {
        let check = runner.hooks.check().err();
        self.interceptor(runner, check)
    }
}

impl SessionConfig {
    /// Hooks around this session. They are called after the client's.
    #[must_use]
    pub fn hooks(self, hooks: Hooks) -> Self {
        let check = hooks.check().err();
        self.interceptor(HookRunner::new(hooks), check)
    }
}
