//! The traits of hooks, and hooks that are called for some things only.

use std::future::Future;
use std::pin::Pin;

use super::notice::Notices;
use super::{HookAction, HookContext, HookError, HookMatcher, ToolOpinion};

/// A hook before a run, a session or a turn.
pub trait PreHook: Send + Sync + 'static {
    /// Its name, by which it is known in messages. No two hooks can have the same.
    fn name(&self) -> String;

    /// What it wants. It runs beside the event loop, may take as long as its timeout, and is dropped after it.
    ///
    /// # Errors
    /// Any error is a block, unless the hook was added with [`OnError::Ignore`](super::OnError::Ignore).
    fn run(&self, context: &HookContext) -> impl Future<Output = Result<HookAction, HookError>> + Send;
}

/// A hook before the use of a tool.
pub trait ToolHook: Send + Sync + 'static {
    /// Its name, by which it is known in messages. No two hooks can have the same.
    fn name(&self) -> String;

    /// What it thinks of `context.tool_use`.
    ///
    /// # Errors
    /// Any error is a denial, unless the hook was added with [`OnError::Ignore`](super::OnError::Ignore).
    fn run(&self, context: &HookContext) -> impl Future<Output = Result<ToolOpinion, HookError>> + Send;
}

/// A hook after a run, a session's start, a turn or the use of a tool.
pub trait PostHook: Send + Sync + 'static {
    /// Its name, by which it is known in messages. No two hooks can have the same.
    fn name(&self) -> String;

    /// Learns of it. Post-hooks run one after the other, in the order of what happened, and delay nothing but each other.
    ///
    /// # Errors
    /// Reported, and nothing else.
    fn run(&self, context: &HookContext) -> impl Future<Output = Result<(), HookError>> + Send;
}

/// A pre-hook for some runs, sessions or turns only.
#[derive(Debug, Clone)]
pub struct FilteredPreHook<H> {
    hook: H,
    matcher: HookMatcher,
}

/// A hook for the use of some tools only.
#[derive(Debug, Clone)]
pub struct FilteredToolHook<H> {
    hook: H,
    matcher: HookMatcher,
}

/// A post-hook for some events only.
#[derive(Debug, Clone)]
pub struct FilteredPostHook<H> {
    hook: H,
    matcher: HookMatcher,
}

impl<H: PreHook> FilteredPreHook<H> {
    /// This hook, where the matcher matches.
    pub fn new(hook: H, matcher: HookMatcher) -> Self {
        Self { hook, matcher }
    }
}

impl<H: ToolHook> FilteredToolHook<H> {
    /// This hook, where the matcher matches.
    pub fn new(hook: H, matcher: HookMatcher) -> Self {
        Self { hook, matcher }
    }
}

impl<H: PostHook> FilteredPostHook<H> {
    /// This hook, where the matcher matches.
    pub fn new(hook: H, matcher: HookMatcher) -> Self {
        Self { hook, matcher }
    }
}

impl<H: PreHook> PreHook for FilteredPreHook<H> {
    fn name(&self) -> String {
        self.hook.name()
    }

    async fn run(&self, context: &HookContext) -> Result<HookAction, HookError> {
        if self.matcher.matches(context) {
            self.hook.run(context).await
        } else {
            Ok(HookAction::Noop)
        }
    }
}

impl<H: ToolHook> ToolHook for FilteredToolHook<H> {
    fn name(&self) -> String {
        self.hook.name()
    }

    async fn run(&self, context: &HookContext) -> Result<ToolOpinion, HookError> {
        if self.matcher.matches(context) {
            self.hook.run(context).await
        } else {
            Ok(ToolOpinion::NoOpinion)
        }
    }
}

impl<H: PostHook> PostHook for FilteredPostHook<H> {
    fn name(&self) -> String {
        self.hook.name()
    }

    async fn run(&self, context: &HookContext) -> Result<(), HookError> {
        if self.matcher.matches(context) {
            self.hook.run(context).await
        } else {
            Ok(())
        }
    }
}

/// A future in a box, so that hooks of different types are in one list.
pub(super) type Running<'a, T> = Pin<Box<dyn Future<Output = Result<T, HookError>> + Send + 'a>>;

/// Any hook whose result is a `T`.
pub(super) trait AnyHook<T>: Send + Sync {
    fn run<'a>(&'a self, context: &'a HookContext, notices: &'a Notices) -> Running<'a, T>;
}

/// Wrappers, because one type can be a hook of several kinds.
pub(super) struct Pre<H>(pub(super) H);
pub(super) struct OfTool<H>(pub(super) H);
pub(super) struct Post<H>(pub(super) H);

impl<H: PreHook> AnyHook<HookAction> for Pre<H> {
    fn run<'a>(&'a self, context: &'a HookContext, _: &'a Notices) -> Running<'a, HookAction> {
        Box::pin(self.0.run(context))
    }
}

impl<H: ToolHook> AnyHook<ToolOpinion> for OfTool<H> {
    fn run<'a>(&'a self, context: &'a HookContext, _: &'a Notices) -> Running<'a, ToolOpinion> {
        Box::pin(self.0.run(context))
    }
}

impl<H: PostHook> AnyHook<()> for Post<H> {
    fn run<'a>(&'a self, context: &'a HookContext, _: &'a Notices) -> Running<'a, ()> {
        Box::pin(self.0.run(context))
    }
}
