//! Shows the request to a person here; an answer from another window may come first.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use super::Announcer;
use crate::approval::chain::{Link, LinkOutcome, recorded};
use crate::approval::queue::{ApprovalQueue, QueueOutcome, QueuedApproval};
use crate::ledger::Claim;
use crate::runtime::approval::{DecidedBy, Decision, PendingRequest, Verdict};
use crate::text::words;

/// Where a request can be shown and answered, such as a terminal.
pub trait Prompter: Send + Sync {
    /// Shows a request and reads the answer. The future is dropped when the request is answered elsewhere or closed;
    /// `closing` then says why.
    fn ask(
        &self,
        pending: PendingRequest,
        closing: CloseReason,
    ) -> Pin<Box<dyn Future<Output = Verdict> + Send + '_>>;
}

/// Why a prompt is closed before it was answered.
#[derive(Debug, Clone, Default)]
pub struct CloseReason(Arc<OnceLock<String>>);

impl CloseReason {
    /// What to tell the person.
    pub fn as_str(&self) -> &str {
        self.0
            .get()
            .map_or("the turn ended or Codex withdrew the request", String::as_str)
    }

    /// Says it. The first reason is the true one.
    pub fn set(&self, reason: String) {
        // A later one is a consequence of the first.
        let _ = self.0.set(reason);
    }
}

/// Asks at a prompt, and adds each request to the ledger as well, for another window. Decides everything.
pub struct PromptLink {
    prompter: Arc<dyn Prompter>,
    queue: Arc<ApprovalQueue>,
    announcer: Announcer,
}

impl PromptLink {
    /// Asks there. Where the ledger cannot be used, only the prompt can answer.
    pub fn new(prompter: Arc<dyn Prompter>, queue: Arc<ApprovalQueue>) -> Self {
        Self {
            prompter,
            queue,
            announcer: Announcer::default(),
        }
    }

    pub(crate) fn announcer(mut self, announcer: Announcer) -> Self {
        self.announcer = announcer;
        self
    }

    async fn ask(&self, pending: &PendingRequest) -> Verdict {
        let closing = CloseReason::default();
        let mut queued = match self.queue.add(pending, None).await {
            Ok(queued) => queued,
            Err(error) => {
                tracing::warn!("{error}: only this terminal can answer");
                return self.prompter.ask(pending.clone(), closing).await;
            }
        };
        self.announcer.notify(pending, &queued);
        let elsewhere = async {
            let outcome = queued.answered().await;
            // Said before the prompt is dropped, which closes it.
            if let Ok(QueueOutcome::Answered(verdict)) = &outcome {
                let word = words::decision(verdict.decision.as_str());
                closing.set(format!("{word} by {} first", verdict.by));
            }
            outcome
        };
        let prompting = self.prompter.ask(pending.clone(), closing.clone());
        tokio::pin!(prompting);
        let verdict = tokio::select! {
            verdict = &mut prompting => verdict,
            outcome = elsewhere => match outcome {
                Ok(QueueOutcome::Answered(verdict)) => return verdict,
                Ok(QueueOutcome::Expired) => return Verdict::new(Decision::Cancel, DecidedBy::Nobody),
                Err(error) => {
                    tracing::warn!("{error}: only this terminal can answer");
                    prompting.await
                }
            },
        };
        self.claim(pending, queued, verdict).await
    }

    /// Makes the verdict the answer, unless another answer came first: then that one counts, and the person is informed.
    async fn claim(&self, pending: &PendingRequest, mut queued: QueuedApproval, verdict: Verdict) -> Verdict {
        let mut answer = recorded(&verdict);
        if pending.wants_secret() && matches!(answer.decision, Decision::Answer(_)) {
            answer = answer.without_secret();
        }
        match queued.answer(answer).await {
            Ok(Claim::Lost(record)) => {
                if let Ok(QueueOutcome::Answered(theirs)) = queued.answered().await {
                    let message = format!("already answered by {}; your answer was not used", theirs.by);
                    self.announcer.warn(message).await;
                    return theirs;
                }
                tracing::warn!(state = record.state.as_str(), "the request was no longer open");
            }
            Ok(Claim::Won(_)) => queued.mark_delivered().await,
            Ok(Claim::Missing) => {}
            Err(error) => tracing::warn!("the answer could not be noted: {error}"),
        }
        verdict
    }
}

impl Link for PromptLink {
    fn decide<'a>(
        &'a self,
        pending: &'a PendingRequest,
    ) -> Pin<Box<dyn Future<Output = LinkOutcome> + Send + 'a>> {
        Box::pin(async move { LinkOutcome::Recorded(self.ask(pending).await) })
    }
}
