//! The port of hooks: who may change or refuse a session or a turn before it begins, who has a say before a tool is used, and who
//! learns of what happened. Nothing is decided here.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use crate::runtime::approval::{
    ApprovalRequest, Approver, DecidedBy, Decision, PendingRequest, RunContext, Verdict,
};
use crate::runtime::event::{Event, ThreadInfo};
use crate::runtime::{Prompt, RunProfile, RuntimeError, ThreadId, TurnId};

/// A future in a box.
pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A session that is about to be opened.
#[derive(Debug, Clone)]
pub(crate) struct SessionDraft {
    pub(crate) cwd: PathBuf,
    /// The saved session, if it is one.
    pub(crate) resumed: Option<ThreadId>,
    pub(crate) model: Option<String>,
    pub(crate) effort: String,
}

/// A turn that is about to begin.
#[derive(Debug, Clone)]
pub(crate) struct TurnDraft {
    pub(crate) thread_id: ThreadId,
    pub(crate) prompt: Prompt,
    pub(crate) model: Option<String>,
    pub(crate) effort: String,
}

/// What somebody thinks of the use of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ToolVerdict {
    NoOpinion,
    /// It may be used, in the opinion of this one.
    Allow(String),
    Ask,
    /// It must not be used: who says so, and why.
    Deny(String, String),
}

/// Whoever stands around sessions, turns and tools.
pub(crate) trait Interceptor: Send + Sync {
    /// Changes a session before it is opened, or refuses it.
    fn before_session(&self, draft: SessionDraft) -> Boxed<'_, Result<SessionDraft, RuntimeError>>;

    /// A session was opened.
    fn session_opened(&self, info: &ThreadInfo, cwd: &Path, profile: &RunProfile);

    /// Changes a turn before it begins, or refuses it.
    fn before_turn(&self, draft: TurnDraft) -> Boxed<'_, Result<TurnDraft, RuntimeError>>;

    /// Whether it has opinions about tools.
    fn judges_tools(&self) -> bool;

    /// What it thinks of a request of the server.
    fn before_tool<'a>(&'a self, pending: &'a PendingRequest) -> Boxed<'a, ToolVerdict>;

    /// An event of a turn, as its consumer takes it.
    fn observe(&self, thread_id: &ThreadId, turn_id: &TurnId, event: &Event);

    /// Waits until everybody has learned of what happened until now.
    fn drain(&self) -> Boxed<'_, ()>;
}

/// All who stand around a session, in their order.
#[derive(Clone, Default)]
pub(in crate::runtime) struct Interceptors(Vec<Arc<dyn Interceptor>>);

impl std::fmt::Debug for Interceptors {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Interceptors({})", self.0.len())
    }
}

impl Interceptors {
    pub(in crate::runtime) fn add(&mut self, interceptor: Arc<dyn Interceptor>) {
        self.0.push(interceptor);
    }

    /// These, then those.
    pub(in crate::runtime) fn then(&self, others: &Self) -> Self {
        Self(self.0.iter().chain(&others.0).cloned().collect())
    }

    pub(in crate::runtime) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Changes the profile of a session that is about to be opened.
    pub(in crate::runtime) async fn before_session(
        &self,
        cwd: &Path,
        resumed: Option<&str>,
        profile: &mut RunProfile,
    ) -> Result<(), RuntimeError> {
        if self.is_empty() {
            return Ok(());
        }
        let mut draft = SessionDraft {
            cwd: cwd.to_owned(),
            resumed: resumed.map(ThreadId::from),
            model: profile.model.clone(),
            effort: profile.effort.clone(),
        };
        for interceptor in &self.0 {
            draft = interceptor.before_session(draft).await?;
        }
        (profile.model, profile.effort) = (draft.model, draft.effort);
        Ok(())
    }

    pub(in crate::runtime) fn session_opened(&self, info: &ThreadInfo, cwd: &Path, profile: &RunProfile) {
        for interceptor in &self.0 {
            interceptor.session_opened(info, cwd, profile);
        }
    }

    /// Changes a turn that is about to begin: its prompt, and how it runs.
    pub(in crate::runtime) async fn before_turn(
        &self,
        thread_id: &ThreadId,
        prompt: Prompt,
        profile: &RunProfile,
    ) -> Result<(Prompt, RunProfile), RuntimeError> {
        let mut profile = profile.clone();
        if self.is_empty() {
            return Ok((prompt, profile));
        }
        let mut draft = TurnDraft {
            thread_id: thread_id.clone(),
            prompt,
            model: profile.model.take(),
            effort: std::mem::take(&mut profile.effort),
        };
        for interceptor in &self.0 {
            draft = interceptor.before_turn(draft).await?;
        }
        (profile.model, profile.effort) = (draft.model, draft.effort);
        Ok((draft.prompt, profile))
    }

    pub(in crate::runtime) fn observe(&self, thread_id: &ThreadId, turn_id: &TurnId, event: &Event) {
        for interceptor in &self.0 {
            interceptor.observe(thread_id, turn_id, event);
        }
    }

    pub(in crate::runtime) async fn drain(&self) {
        for interceptor in &self.0 {
            interceptor.drain().await;
        }
    }

    /// The approver of a session, behind those who have opinions about tools; none if nobody has.
    pub(in crate::runtime) fn approver(
        &self,
        context: RunContext,
        approver: Arc<dyn Approver>,
    ) -> Option<Arc<dyn Approver>> {
        let judges = |interceptor: &Arc<dyn Interceptor>| interceptor.judges_tools();
        let interceptors: Vec<_> = self.0.iter().filter(|one| judges(one)).cloned().collect();
        (!interceptors.is_empty()).then(|| {
            let intercepted = InterceptedApprover {
                interceptors,
                context,
                approver,
            };
            Arc::new(intercepted) as Arc<dyn Approver>
        })
    }
}

/// An approver that is asked after others had their say. The strictest counts: a denial ends it, and whoever allows is right only
/// if nobody wants to have it asked.
struct InterceptedApprover {
    interceptors: Vec<Arc<dyn Interceptor>>,
    context: RunContext,
    approver: Arc<dyn Approver>,
}

impl Approver for InterceptedApprover {
    fn decide(&self, request: ApprovalRequest) -> Boxed<'_, Verdict> {
        Box::pin(async move {
            let pending = PendingRequest::new(request, self.context.clone());
            let (mut allowed, mut asks) = (None, false);
            for interceptor in &self.interceptors {
                match interceptor.before_tool(&pending).await {
                    ToolVerdict::NoOpinion => {}
                    ToolVerdict::Ask => asks = true,
                    ToolVerdict::Allow(by) => {
                        allowed.get_or_insert(by);
                    }
                    ToolVerdict::Deny(by, reason) => {
                        let by = DecidedBy::Hook(by);
                        return Verdict::new(Decision::Decline, by).reason(Some(reason));
                    }
                }
            }
            match allowed {
                Some(by) if !asks => Verdict::new(Decision::Accept, DecidedBy::Hook(by)),
                _ => self.approver.decide(pending.request).await,
            }
        })
    }
}
