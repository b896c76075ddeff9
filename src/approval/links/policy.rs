//! The policy: a request that a rule decides is decided.

use std::future::Future;
use std::pin::Pin;

use crate::approval::chain::{Link, LinkOutcome};
use crate::approval::policy::{Judgement, Policy, Ruling};
use crate::runtime::approval::{DecidedBy, Decision, PendingRequest, Verdict};

/// Decides requests that a rule of a policy allows or denies, and passes on the rest.
#[derive(Debug, Clone)]
pub struct PolicyLink {
    policy: Policy,
    denies_only: bool,
}

impl PolicyLink {
    /// For this policy; one without rules decides nothing.
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            denies_only: false,
        }
    }

    /// Decides only what a rule denies: for a place before links that may allow something.
    pub fn denials(policy: Policy) -> Self {
        Self {
            policy,
            denies_only: true,
        }
    }

    fn judge(&self, pending: &PendingRequest) -> LinkOutcome {
        if self.policy.is_empty() {
            return LinkOutcome::Pass;
        }
        let judgement = self.policy.judge(&pending.policy_questions());
        tracing::info!(
            decision = judgement.decision.as_str(),
            "policy: {}",
            judgement.reason
        );
        if self.denies_only && judgement.decision != Ruling::Deny {
            return LinkOutcome::Pass;
        }
        verdict(&judgement, self.policy.advice(&judgement)).map_or(LinkOutcome::Pass, LinkOutcome::Decided)
    }
}

/// What a judgement decides by itself.
fn verdict(judgement: &Judgement, advice: Option<&str>) -> Option<Verdict> {
    let by = DecidedBy::Policy(judgement.rule.clone().unwrap_or_default());
    match judgement.decision {
        Ruling::Allow => Some(Verdict::new(Decision::Accept, by)),
        Ruling::Deny => Some(Verdict::new(Decision::Decline, by).reason(advice.map(str::to_owned))),
        Ruling::Ask => None,
    }
}

impl Link for PolicyLink {
    fn decide<'a>(
        &'a self,
        pending: &'a PendingRequest,
    ) -> Pin<Box<dyn Future<Output = LinkOutcome> + Send + 'a>> {
        Box::pin(std::future::ready(self.judge(pending)))
    }

    fn is_automatic(&self) -> bool {
        true
    }
}
