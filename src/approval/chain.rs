//! The chain that every request goes through: policy first, then whoever is there: a flag, the terminal, the ledger.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use tokio::sync::mpsc::Sender;

use super::notify::{Notice, Notifier, rfc3339};
use super::policy::{Judgement, Policy, Ruling};
use super::queue::{ApprovalQueue, Outcome, QueuedApproval};
use crate::ledger::{ApprovalAnswer, Claim, LedgerError, now, place, user};
use crate::runtime::approval::{
    ApprovalRequest, Approver, DecidedBy, Decision, FixedAnswer, PendingRequest, RunContext, Verdict,
};
use crate::runtime::event::{ApprovalWaiting, Event};
use crate::text::words;

/// Who is asked when no rule decides.
#[derive(Clone)]
pub enum FallbackApprover {
    /// Nobody: a flag answers.
    Flag(FixedAnswer),
    /// Whoever looks into the ledger, within a time.
    Ledger(Option<Duration>),
    /// Whoever sits at the terminal; the ledger too, for another window.
    Terminal(Arc<dyn Prompter>),
}

/// A terminal at which a request can be shown and answered.
pub trait Prompter: Send + Sync {
    /// Shows a request and reads the answer. The future is dropped when the request is answered elsewhere or closed;
    /// `closing` says what to tell the person then.
    fn ask(
        &self,
        asked: PendingRequest,
        closing: CloseReason,
    ) -> Pin<Box<dyn Future<Output = Verdict> + Send + '_>>;
}

/// Why a prompt is closed before it was answered.
#[derive(Debug, Clone, Default)]
pub struct CloseReason(Arc<OnceLock<String>>);

impl CloseReason {
    /// What to tell the person.
    pub fn reason(&self) -> &str {
        self.0
            .get()
            .map_or("the turn ended or Codex withdrew the request", String::as_str)
    }

    /// Says it. The first to say it is right.
    pub fn because(&self, reason: String) {
        // The first reason is the true one.
        let _ = self.0.set(reason);
    }
}

/// Answers requests by policy and by people.
pub struct ApproverChain {
    policy: Policy,
    context: RunContext,
    session_id: Arc<OnceLock<String>>,
    person: FallbackApprover,
    parking: Option<ApprovalQueue>,
    notifier: Weak<Notifier>,
    events: Sender<Event>,
}

impl ApproverChain {
    /// A chain. `events` is told what waits; `parking` is none where there is no place for a ledger.
    /// The notifier belongs to whoever owns the run.
    pub fn new(
        policy: Policy,
        context: RunContext,
        person: FallbackApprover,
        parking: Option<ApprovalQueue>,
        notifier: Weak<Notifier>,
        events: Sender<Event>,
    ) -> Self {
        Self {
            policy,
            context,
            session_id: Arc::default(),
            person,
            parking,
            notifier,
            events,
        }
    }

    /// Where the session's id goes once it is known: requests of other threads come from sub-agents.
    pub fn session_id(&self) -> Arc<OnceLock<String>> {
        Arc::clone(&self.session_id)
    }

    async fn answer(&self, request: ApprovalRequest) -> Verdict {
        let mut context = self.context.clone();
        context.session_id = self.session_id.get().cloned();
        let asked = PendingRequest { request, context };
        if !self.policy.is_empty() {
            let judgement = self.policy.judge(&asked.policy_questions());
            tracing::info!(
                decision = judgement.decision.as_str(),
                "policy: {}",
                judgement.reason
            );
            if let Some(verdict) = by_policy(&judgement, self.policy.advice(&judgement)) {
                self.record(&asked, &verdict).await;
                return verdict;
            }
        }
        match &self.person {
            FallbackApprover::Flag(answer) => {
                let verdict = answer.decide(asked.request.clone()).await;
                self.record(&asked, &verdict).await;
                verdict
            }
            FallbackApprover::Ledger(limit) => match self.wait(&asked, *limit).await {
                Ok(verdict) => verdict,
                Err(error) => {
                    self.tell(format!("{error}; requests cannot be queued: {}", error.hint()))
                        .await;
                    Verdict::new(Decision::Cancel, DecidedBy::Nobody)
                }
            },
            FallbackApprover::Terminal(prompter) => self.ask(prompter.as_ref(), asked).await,
        }
    }

    async fn record(&self, asked: &PendingRequest, verdict: &Verdict) {
        if let Some(parking) = &self.parking {
            parking.record(asked, answered(verdict)).await;
        }
    }

    async fn tell(&self, message: String) {
        // Whoever showed the run's events is gone when it has ended.
        let _ = self.events.send(Event::Warning { message }).await;
    }

    /// Parks a request and tells everyone who wants to know.
    async fn park(
        &self,
        asked: &PendingRequest,
        limit: Option<Duration>,
    ) -> Result<QueuedApproval, LedgerError> {
        let Some(parking) = &self.parking else {
            return Err(LedgerError::Unusable {
                path: "ledger".into(),
                reason: "no directory for it".to_owned(),
            });
        };
        let limit = limit.and_then(|limit| i64::try_from(limit.as_millis()).ok());
        let requested_at = now();
        let expires_at = limit.map(|limit| requested_at.saturating_add(limit));
        let parked = parking.park(asked, expires_at).await?;
        let notice = Notice {
            schema: "turnwise.approval/1",
            id: parked.id(),
            summary: &asked.summary(),
            requested_at: rfc3339(requested_at),
            expires_at: expires_at.map(rfc3339),
            show: format!("turnwise approve show {}", parked.id()),
            asked,
        };
        if let Some(notifier) = self.notifier.upgrade() {
            let mut document = Vec::new();
            // Writing to memory cannot fail, and the structs have only string keys.
            let _ = crate::text::safe_json::write(&mut document, &notice);
            document.push(b'\n');
            notifier.tell(document);
        }
        Ok(parked)
    }

    async fn wait(&self, asked: &PendingRequest, limit: Option<Duration>) -> Result<Verdict, LedgerError> {
        let mut parked = self.park(asked, limit).await?;
        // Whoever showed the run's events is gone when it has ended.
        let _ = self
            .events
            .send(Event::ApprovalWaiting(ApprovalWaiting {
                id: asked.request.id.clone(),
                approval_id: parked.id().to_owned(),
                timeout_ms: limit.map(|limit| u64::try_from(limit.as_millis()).unwrap_or(u64::MAX)),
            }))
            .await;
        Ok(match parked.answered().await? {
            Outcome::Answered(verdict) => verdict,
            Outcome::Expired => Verdict::new(Decision::Cancel, DecidedBy::Deadline),
        })
    }

    /// Asks at the terminal, while another window may be faster.
    async fn ask(&self, prompter: &dyn Prompter, asked: PendingRequest) -> Verdict {
        let closing = CloseReason::default();
        let mut parked = match self.park(&asked, None).await {
            Ok(parked) => parked,
            Err(error) => {
                tracing::warn!("{error}: only this terminal can answer");
                return prompter.ask(asked, closing).await;
            }
        };
        let elsewhere = async {
            let outcome = parked.answered().await;
            // Said before the prompt is dropped, which closes it.
            if let Ok(Outcome::Answered(verdict)) = &outcome {
                let word = words::decision(verdict.decision.as_str());
                closing.because(format!("{word} by {} first", verdict.by));
            }
            outcome
        };
        let verdict = tokio::select! {
            verdict = prompter.ask(asked.clone(), closing.clone()) => verdict,
            outcome = elsewhere => match outcome {
                Ok(Outcome::Answered(verdict)) => return verdict,
                Ok(Outcome::Expired) => return Verdict::new(Decision::Cancel, DecidedBy::Nobody),
                Err(error) => {
                    tracing::warn!("{error}: only this terminal can answer");
                    prompter.ask(asked.clone(), closing.clone()).await
                }
            },
        };
        let mut answer = answered(&verdict);
        if asked.wants_secret() && matches!(answer.decision, Decision::Answer(_)) {
            answer.decision = Decision::Answer(serde_json::Value::Null);
            answer.secret = true;
        }
        match parked.answer(answer).await {
            Ok(Claim::Lost(record)) => {
                // Somebody else was faster by a moment: theirs is the answer, and the person is told.
                if let Ok(Outcome::Answered(theirs)) = parked.answered().await {
                    self.tell(format!(
                        "already answered by {}; your answer was not used",
                        theirs.by
                    ))
                    .await;
                    return theirs;
                }
                tracing::warn!(state = record.state.as_str(), "the request was no longer open");
            }
            Ok(Claim::Won) => parked.taken().await,
            Ok(Claim::Missing) => {}
            Err(error) => tracing::warn!("the answer could not be noted: {error}"),
        }
        verdict
    }
}

/// What a judgement decides by itself.
fn by_policy(judgement: &Judgement, advice: Option<&str>) -> Option<Verdict> {
    let by = DecidedBy::Policy(judgement.rule.clone().unwrap_or_default());
    match judgement.decision {
        Ruling::Allow => Some(Verdict::new(Decision::Accept, by)),
        Ruling::Deny => Some(Verdict {
            decision: Decision::Decline,
            by,
            reason: advice.map(str::to_owned),
        }),
        Ruling::Ask => None,
    }
}

/// A verdict as the ledger keeps it: a person is known by name there.
fn answered(verdict: &Verdict) -> ApprovalAnswer {
    let (by, from) = match &verdict.by {
        DecidedBy::Policy(_) => (verdict.by.clone(), "policy".to_owned()),
        DecidedBy::Flag => (verdict.by.clone(), "flag".to_owned()),
        DecidedBy::Terminal => (DecidedBy::Named(user()), place("terminal")),
        by => (by.clone(), place("terminal")),
    };
    ApprovalAnswer {
        decision: verdict.decision.clone(),
        by,
        from,
        at: now(),
        reason: verdict.reason.clone(),
        secret: false,
    }
}

impl Approver for ApproverChain {
    fn decide(&self, request: ApprovalRequest) -> Pin<Box<dyn Future<Output = Verdict> + Send + '_>> {
        Box::pin(self.answer(request))
    }
}
