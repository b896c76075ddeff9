//! Hooks as a link of an approver chain: before what a policy allows, and after what it denies.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::Hooks;
use super::interceptor::HookRunner;
use crate::approval::policy::{Policy, Ruling};
use crate::approval::{Link, LinkOutcome};
use crate::runtime::approval::{DecidedBy, Decision, PendingRequest, Verdict};
use crate::runtime::interceptor::ToolVerdict;

/// Asks the hooks before tools. It stands behind the rules that deny ([`PolicyLink::denials`](crate::approval::PolicyLink::denials))
/// and before those that allow. A hook cannot allow what a rule wants to have asked.
pub struct HookLink {
    runner: Arc<HookRunner>,
    policy: Policy,
}

impl HookLink {
    /// For these hooks, beside this policy.
    pub fn new(hooks: Hooks, policy: Policy) -> Self {
        Self::of_runner(HookRunner::new(hooks), policy)
    }

    pub(crate) fn of_runner(runner: Arc<HookRunner>, policy: Policy) -> Self {
        Self { runner, policy }
    }

    fn is_to_be_asked(&self, pending: &PendingRequest) -> bool {
        if self.policy.is_empty() {
            return false;
        }
        let judgement = self.policy.judge(&pending.policy_questions());
        judgement.decision == Ruling::Ask && judgement.rule.is_some()
    }
}

impl Link for HookLink {
    fn decide<'a>(
        &'a self,
        pending: &'a PendingRequest,
    ) -> Pin<Box<dyn Future<Output = LinkOutcome> + Send + 'a>> {
        Box::pin(async move {
            match self.runner.verdict(pending).await {
                ToolVerdict::NoOpinion => LinkOutcome::Pass,
                ToolVerdict::Ask => LinkOutcome::Ask,
                ToolVerdict::Allow(_) if self.is_to_be_asked(pending) => LinkOutcome::Ask,
                ToolVerdict::Allow(by) => {
                    LinkOutcome::Decided(Verdict::new(Decision::Accept, DecidedBy::Hook(by)))
                }
                ToolVerdict::Deny(by, reason) => {
                    let verdict = Verdict::new(Decision::Decline, DecidedBy::Hook(by));
                    LinkOutcome::Decided(verdict.reason(Some(reason).filter(|reason| !reason.is_empty())))
                }
            }
        })
    }
}
