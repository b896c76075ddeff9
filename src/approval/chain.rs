//! The chain that every request goes through: links in order, until one decides.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use super::queue::ApprovalQueue;
use crate::ledger::{NewAnswer, place, user};
use crate::runtime::ThreadId;
use crate::runtime::approval::{
    ApprovalRequest, Approver, DecidedBy, Decision, PendingRequest, RunContext, Verdict,
};

/// A link of the chain: it decides a request, or leaves it to the next.
///
/// The future is dropped when the request is closed without an answer from here.
pub trait Link: Send + Sync {
    /// Decides a request, or does not.
    fn decide<'a>(
        &'a self,
        pending: &'a PendingRequest,
    ) -> Pin<Box<dyn Future<Output = LinkOutcome> + Send + 'a>>;

    /// Whether it decides by rules. Such a link is passed over once somebody has to be asked.
    fn is_automatic(&self) -> bool {
        false
    }
}

/// What a link made of a request.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum LinkOutcome {
    /// It is the next link's to decide.
    Pass,
    /// Somebody has to be asked: it is the next link's to decide that is not [automatic](Link::is_automatic).
    Ask,
    /// It is decided, and the chain logs it.
    Decided(Verdict),
    /// It is decided, and the ledger has it already.
    Recorded(Verdict),
}

/// Answers requests by policy and by people: the first link that decides is right. What no link decides is cancelled.
///
/// ```no_run
/// use std::sync::Arc;
///
/// use turnwise::approval::{ApprovalQueue, ApproverChain, Policy, PolicyLink, QueueLink};
/// use turnwise::runtime::approval::RunContext;
/// use turnwise::runtime::ClientConfig;
///
/// let queue = Arc::new(ApprovalQueue::in_directory("/home/me/.local/state/turnwise"));
/// let chain = ApproverChain::new(RunContext::default())
///     .link(PolicyLink::new(Policy::default()))
///     .link(QueueLink::new(Arc::clone(&queue)))
///     .log(queue);
/// let config = ClientConfig::new().approver(Arc::new(chain));
/// ```
pub struct ApproverChain {
    context: RunContext,
    session_id: Arc<OnceLock<ThreadId>>,
    links: Vec<Box<dyn Link>>,
    log: Option<Arc<ApprovalQueue>>,
}

impl ApproverChain {
    /// A chain without links, for a run.
    pub fn new(context: RunContext) -> Self {
        Self {
            context,
            session_id: Arc::default(),
            links: Vec::new(),
            log: None,
        }
    }

    /// Adds a link behind the others.
    #[must_use]
    pub fn link(mut self, link: impl Link + 'static) -> Self {
        self.links.push(Box::new(link));
        self
    }

    /// Logs the decisions of links in this ledger. By default they are not kept.
    #[must_use]
    pub fn log(mut self, queue: Arc<ApprovalQueue>) -> Self {
        self.log = Some(queue);
        self
    }

    /// Where the session's id goes once it is known: requests of other threads come from sub-agents.
    pub fn session_id(&self) -> Arc<OnceLock<ThreadId>> {
        Arc::clone(&self.session_id)
    }

    async fn answer(&self, request: ApprovalRequest) -> Verdict {
        let mut context = self.context.clone();
        context.session_id = self.session_id.get().cloned();
        let pending = PendingRequest::new(request, context);
        let mut asks = false;
        for link in &self.links {
            if asks && link.is_automatic() {
                continue;
            }
            match link.decide(&pending).await {
                LinkOutcome::Pass => {}
                LinkOutcome::Ask => asks = true,
                LinkOutcome::Recorded(verdict) => return verdict,
                LinkOutcome::Decided(verdict) => {
                    if let Some(log) = &self.log
                        && let Err(error) = log.log(&pending, recorded(&verdict)).await
                    {
                        tracing::warn!("the answer could not be logged: {error}");
                    }
                    return verdict;
                }
            }
        }
        Verdict::new(Decision::Cancel, DecidedBy::Nobody)
    }
}

/// A verdict as the ledger keeps it: a person is known by name there.
pub(super) fn recorded(verdict: &Verdict) -> NewAnswer {
    let (by, from) = match &verdict.by {
        DecidedBy::Policy(_) => (verdict.by.clone(), "policy".to_owned()),
        DecidedBy::Hook(_) => (verdict.by.clone(), "hook".to_owned()),
        DecidedBy::Flag => (verdict.by.clone(), "flag".to_owned()),
        DecidedBy::Terminal => (DecidedBy::Named(user()), place("terminal")),
        by => (by.clone(), place("terminal")),
    };
    NewAnswer::new(verdict.decision.clone(), by, from).reason(verdict.reason.clone())
}

impl Approver for ApproverChain {
    fn decide(&self, request: ApprovalRequest) -> Pin<Box<dyn Future<Output = Verdict> + Send + '_>> {
        Box::pin(self.answer(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::approval::ApprovalKind;

    struct Fixed(LinkOutcome);

    impl Link for Fixed {
        fn decide<'a>(
            &'a self,
            _: &'a PendingRequest,
        ) -> Pin<Box<dyn Future<Output = LinkOutcome> + Send + 'a>> {
            Box::pin(std::future::ready(self.0.clone()))
        }
    }

    fn request() -> ApprovalRequest {
        ApprovalRequest::new("0", ApprovalKind::Command, "m", serde_json::Value::Null)
    }

    #[tokio::test]
    async fn the_first_link_that_decides_is_right() {
        let verdict = |name: &str| Verdict::new(Decision::Accept, name);
        let chain = ApproverChain::new(RunContext::default())
            .link(Fixed(LinkOutcome::Pass))
            .link(Fixed(LinkOutcome::Decided(verdict("second"))))
            .link(Fixed(LinkOutcome::Decided(verdict("third"))));
        assert_eq!(chain.decide(request()).await, verdict("second"));
    }

    #[tokio::test]
    async fn a_request_that_no_link_decides_is_cancelled() {
        let chain = ApproverChain::new(RunContext::default()).link(Fixed(LinkOutcome::Pass));
        let nobody = Verdict::new(Decision::Cancel, DecidedBy::Nobody);
        assert_eq!(chain.decide(request()).await, nobody);
    }
}
