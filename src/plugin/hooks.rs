//! A set of hooks in their order: who is called in which phase, for how long, and what an error of theirs means.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinError, JoinHandle};
use tokio::time::timeout;

use super::hook::{AnyHook, OfTool, Post, Pre};
use super::notice::{HookNotice, Notices};
use super::{
    BlockReason, HookAction, HookContext, HookError, HookMatcher, Phase, PostHook, PreHook, ShellCommandHook,
    ToolHook, ToolOpinion,
};
use crate::runtime::RuntimeError;

/// How long a hook may take, unless it was added with another timeout.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Hooks in the order in which they are called.
///
/// [`timeout`](Self::timeout), [`on_error`](Self::on_error), [`matcher`](Self::matcher) and [`may_allow`](Self::may_allow) are about
/// the hook that was added last. A name that is used twice, and a matcher that could never match, are errors when a client or a
/// session is started with the hooks.
#[derive(Clone, Default)]
pub struct Hooks {
    entries: Vec<Entry>,
    added: usize,
    notices: Notices,
    tools_in_chain: bool,
}

/// What to do when a pre-hook fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnError {
    /// Its error is a block, or a denial.
    #[default]
    Block,
    /// Its error is reported, and the hook counts as without an opinion.
    Ignore,
}

#[derive(Clone)]
struct Entry {
    name: String,
    phases: Vec<Phase>,
    body: Body,
    matcher: HookMatcher,
    timeout: Duration,
    on_error: OnError,
    may_allow: bool,
    may_change: bool,
    /// The call that added it: a program can be several hooks.
    added: usize,
}

#[derive(Clone)]
enum Body {
    Pre(Arc<dyn AnyHook<HookAction>>),
    Tool(Arc<dyn AnyHook<ToolOpinion>>),
    Post(Arc<dyn AnyHook<()>>),
}

/// A hook blocked something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Blocked {
    /// The hook.
    pub(crate) hook: String,
    /// Why.
    pub(crate) reason: String,
}

/// What the hooks think of the use of a tool together, and which of them decided it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Opinion {
    pub(crate) opinion: ToolOpinion,
    pub(crate) by: String,
}

impl Hooks {
    /// No hooks.
    pub fn new() -> Self {
        Self::default()
    }

    fn add(mut self, name: &str, phases: &[Phase], bodies: impl IntoIterator<Item = Body>) -> Self {
        self.added += 1;
        for body in bodies {
            let of_body = |phase: &&Phase| match body {
                Body::Pre(_) => phase.is_before() && !phase.is_of_tool(),
                Body::Tool(_) => **phase == Phase::PreToolUse,
                Body::Post(_) => !phase.is_before(),
            };
            let phases: Vec<Phase> = phases.iter().filter(of_body).copied().collect();
            self.entries.push(Entry {
                name: name.to_owned(),
                phases,
                body,
                matcher: HookMatcher::any(),
                timeout: TIMEOUT,
                on_error: OnError::default(),
                may_allow: false,
                may_change: true,
                added: self.added,
            });
        }
        self
    }

    /// Adds a hook before runs, sessions or turns.
    #[must_use]
    pub fn with_pre_hook(self, phases: impl IntoIterator<Item = Phase>, hook: impl PreHook) -> Self {
        let name = hook.name();
        self.add(
            &name,
            &phases.into_iter().collect::<Vec<_>>(),
            [Body::Pre(Arc::new(Pre(hook)))],
        )
    }

    /// Adds a hook before the use of tools.
    #[must_use]
    pub fn with_tool_hook(self, hook: impl ToolHook) -> Self {
        let name = hook.name();
        let body = Body::Tool(Arc::new(OfTool(hook)));
        self.add(&name, &[Phase::PreToolUse], [body])
    }

    /// Adds a hook after runs, starts of sessions, turns or uses of tools.
    #[must_use]
    pub fn with_post_hook(self, phases: impl IntoIterator<Item = Phase>, hook: impl PostHook) -> Self {
        let name = hook.name();
        self.add(
            &name,
            &phases.into_iter().collect::<Vec<_>>(),
            [Body::Post(Arc::new(Post(hook)))],
        )
    }

    /// Adds a program, which is called in each of these phases.
    #[must_use]
    pub fn with_shell_hook(self, phases: impl IntoIterator<Item = Phase>, hook: ShellCommandHook) -> Self {
        let phases: Vec<Phase> = phases.into_iter().collect();
        let name = hook.name().to_owned();
        let mut bodies = Vec::new();
        if phases
            .iter()
            .any(|phase| phase.is_before() && !phase.is_of_tool())
        {
            bodies.push(Body::Pre(Arc::new(hook.clone())));
        }
        if phases.contains(&Phase::PreToolUse) {
            bodies.push(Body::Tool(Arc::new(hook.clone())));
        }
        if phases.iter().any(|phase| !phase.is_before()) {
            bodies.push(Body::Post(Arc::new(hook)));
        }
        self.add(&name, &phases, bodies)
    }

    /// Adds a hook before every run, session and turn.
    #[must_use]
    pub fn with_global_pre_hook(self, hook: impl PreHook) -> Self {
        self.with_pre_hook(Phase::ALL, hook)
    }

    /// Adds a hook after every run, start of a session, turn and use of a tool.
    #[must_use]
    pub fn with_global_post_hook(self, hook: impl PostHook) -> Self {
        self.with_post_hook(Phase::ALL, hook)
    }

    /// Adds a hook before the use of every tool: [`with_tool_hook`](Self::with_tool_hook).
    #[must_use]
    pub fn with_global_pre_tool_use_hook(self, hook: impl ToolHook) -> Self {
        self.with_tool_hook(hook)
    }

    /// Adds a hook before each run of the command line.
    #[must_use]
    pub fn with_run_pre_hook(self, hook: impl PreHook) -> Self {
        self.with_pre_hook([Phase::PreRun], hook)
    }

    /// Adds a hook after each run of the command line.
    #[must_use]
    pub fn with_run_post_hook(self, hook: impl PostHook) -> Self {
        self.with_post_hook([Phase::PostRun], hook)
    }

    /// Adds a program that is called before every run, session, turn and use of a tool.
    #[must_use]
    pub fn with_shell_pre_hook(self, hook: ShellCommandHook) -> Self {
        self.with_shell_hook(Phase::ALL.into_iter().filter(|phase| phase.is_before()), hook)
    }

    /// The same with a timeout.
    #[must_use]
    pub fn with_shell_pre_hook_timeout(self, hook: ShellCommandHook, timeout: Duration) -> Self {
        self.with_shell_pre_hook(hook).timeout(timeout)
    }

    /// Adds a program that is called after every run, start of a session, turn and use of a tool.
    #[must_use]
    pub fn with_shell_post_hook(self, hook: ShellCommandHook) -> Self {
        self.with_shell_hook(Phase::ALL.into_iter().filter(|phase| !phase.is_before()), hook)
    }

    fn change_last(mut self, change: impl Fn(&mut Entry)) -> Self {
        let added = self.added;
        self.entries
            .iter_mut()
            .filter(|entry| entry.added == added)
            .for_each(change);
        self
    }

    /// How long the last hook may take; 5 s by default. Later it is dropped, a program is killed, and that is an error.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        self.change_last(|entry| entry.timeout = timeout)
    }

    /// What an error of the last hook means; a block by default.
    #[must_use]
    pub fn on_error(self, on_error: OnError) -> Self {
        self.change_last(|entry| entry.on_error = on_error)
    }

    /// When the last hook is called; always by default.
    #[must_use]
    pub fn matcher(self, matcher: &HookMatcher) -> Self {
        self.change_last(|entry| entry.matcher = matcher.clone())
    }

    /// Lets the last hook allow the use of tools. Otherwise its `Allow` is an error.
    #[must_use]
    pub fn may_allow(self) -> Self {
        self.change_last(|entry| entry.may_allow = true)
    }

    /// The last hook may change nothing: a patch of it is an error.
    #[cfg(feature = "cli")]
    pub(crate) fn without_changes(self) -> Self {
        self.change_last(|entry| entry.may_change = false)
    }

    /// Where errors that change nothing, and the stderr of programs, are reported; in the log by default.
    #[must_use]
    pub fn on_notice(mut self, on_notice: impl Fn(&HookNotice) + Send + Sync + 'static) -> Self {
        self.notices = Notices::to(on_notice);
        self
    }

    /// These hooks, then those.
    #[must_use]
    pub fn then(mut self, others: Self) -> Self {
        let added = self.added;
        self.entries.extend(others.entries.into_iter().map(|entry| Entry {
            added: entry.added + added,
            ..entry
        }));
        self.added += others.added;
        if self.notices.is_unset() {
            self.notices = others.notices;
        }
        self
    }

    /// Somebody else asks the hooks before tools: a link of an approver chain.
    #[cfg(feature = "cli")]
    pub(crate) fn with_tools_in_chain(mut self) -> Self {
        self.tools_in_chain = true;
        self
    }

    /// Whether server requests have to be shown to the hooks on their way to the approver.
    pub(super) fn wraps_approver(&self) -> bool {
        !self.tools_in_chain && self.has(Phase::PreToolUse)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether a hook is called in this phase.
    pub fn has(&self, phase: Phase) -> bool {
        self.entries.iter().any(|entry| entry.phases.contains(&phase))
    }

    /// Refuses what can be seen to be wrong before anything starts.
    pub(crate) fn check(&self) -> Result<(), RuntimeError> {
        let invalid = |name: &str, why: &str| Err(RuntimeError::invalid(format!("hook {name}: {why}")));
        let mut names = HashMap::new();
        for entry in &self.entries {
            if entry.name.trim().is_empty() {
                return invalid("without a name", "a name is required");
            }
            if *names.entry(entry.name.as_str()).or_insert(entry.added) != entry.added {
                return invalid(&entry.name, "another hook has the same name");
            }
            if entry.phases.is_empty() {
                return invalid(&entry.name, "it is not called in any of its phases");
            }
            if entry.timeout.is_zero() {
                return invalid(&entry.name, "its timeout is 0");
            }
            if let Err(why) = entry.matcher.check(&entry.phases) {
                return invalid(&entry.name, &why);
            }
        }
        Ok(())
    }

    /// The hooks of a phase that are called for this.
    fn called<'a>(&'a self, context: &'a HookContext) -> impl Iterator<Item = &'a Entry> {
        self.entries
            .iter()
            .filter(|entry| entry.phases.contains(&context.phase) && entry.matcher.matches(context))
    }

    fn notice(&self, entry: &Entry, context: &HookContext, message: String) {
        self.notices.send(&HookNotice {
            hook: entry.name.clone(),
            phase: context.phase,
            message,
        });
    }

    /// Calls the hooks of a pre-phase in turn, each with what the ones before made of it. The first block is the last word.
    pub(crate) async fn before(&self, mut context: HookContext) -> Result<HookContext, Blocked> {
        // Collected, because each may change what the next one sees; whether it is called is decided when it is its turn.
        for entry in &self.entries {
            let Body::Pre(hook) = &entry.body else { continue };
            if !entry.phases.contains(&context.phase) || !entry.matcher.matches(&context) {
                continue;
            }
            let blocked = |reason: String| Blocked {
                hook: entry.name.clone(),
                reason,
            };
            let outcome = match self.call(hook, entry, &context).await {
                Ok(HookAction::Noop) => Ok(()),
                Ok(HookAction::Block(reason)) => return Err(blocked(reason.to_string())),
                Ok(HookAction::Mutate(_)) if !entry.may_change => Err(HookError::NotAllowed(
                    "a hook of a project can only block or observe".to_owned(),
                )),
                Ok(HookAction::Mutate(patch)) => {
                    let mut changed = context.clone();
                    changed
                        .apply(patch)
                        .map(|()| context = changed)
                        .map_err(HookError::NotAllowed)
                }
                Err(error) => Err(error),
            };
            match (outcome, entry.on_error) {
                (Ok(()), _) => {}
                (Err(error), OnError::Block) => return Err(blocked(format!("the hook failed: {error}"))),
                (Err(error), OnError::Ignore) => self.notice(entry, &context, format!("{error}; ignored")),
            }
        }
        Ok(context)
    }

    /// Asks the hooks about the use of a tool. The strictest opinion counts; nobody is asked after a denial.
    pub(crate) async fn opinion(&self, context: &HookContext) -> Opinion {
        let mut opinion = Opinion {
            opinion: ToolOpinion::NoOpinion,
            by: String::new(),
        };
        for entry in self.called(context) {
            let Body::Tool(hook) = &entry.body else { continue };
            let given = match self.call(hook, entry, context).await {
                Ok(ToolOpinion::Allow) if !entry.may_allow => Err(HookError::NotAllowed(
                    "it allowed the use of a tool without `may_allow`".to_owned(),
                )),
                given => given,
            };
            let given = match (given, entry.on_error) {
                (Ok(given), _) => given,
                (Err(error), OnError::Block) => {
                    ToolOpinion::Deny(BlockReason::new(format!("the hook failed: {error}")))
                }
                (Err(error), OnError::Ignore) => {
                    self.notice(entry, context, format!("{error}; ignored"));
                    ToolOpinion::NoOpinion
                }
            };
            if strictness(&given) > strictness(&opinion.opinion) {
                opinion = Opinion {
                    opinion: given,
                    by: entry.name.clone(),
                };
            }
            if matches!(opinion.opinion, ToolOpinion::Deny(_)) {
                break;
            }
        }
        opinion
    }

    /// Tells the hooks of a post-phase, one after the other.
    pub(super) async fn after(&self, context: &HookContext) {
        for entry in self.called(context) {
            let Body::Post(hook) = &entry.body else { continue };
            if let Err(error) = self.call(hook, entry, context).await {
                self.notice(entry, context, error.to_string());
            }
        }
    }

    /// Calls a hook on a task of its own, so that neither its panic nor its work reaches the caller's.
    async fn call<T: Send + 'static>(
        &self,
        hook: &Arc<dyn AnyHook<T>>,
        entry: &Entry,
        context: &HookContext,
    ) -> Result<T, HookError> {
        let (hook, context, notices) = (Arc::clone(hook), context.clone(), self.notices.clone());
        let mut task = AbortOnDrop(tokio::spawn(async move { hook.run(&context, &notices).await }));
        match timeout(entry.timeout, &mut task.0).await {
            Ok(Ok(result)) => result,
            Ok(Err(error)) => Err(panicked(&error)),
            Err(_) => Err(HookError::TimedOut(entry.timeout)),
        }
    }
}

fn panicked(error: &JoinError) -> HookError {
    HookError::other(if error.is_panic() {
        "it panicked"
    } else {
        "it was cancelled"
    })
}

fn strictness(opinion: &ToolOpinion) -> u8 {
    match opinion {
        ToolOpinion::NoOpinion => 0,
        ToolOpinion::Allow => 1,
        ToolOpinion::Ask => 2,
        ToolOpinion::Deny(_) => 3,
    }
}

struct AbortOnDrop<T>(JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.entries.iter().map(|entry| (&entry.name, &entry.phases));
        formatter.debug_map().entries(names).finish()
    }
}

#[cfg(test)]
mod tests;
