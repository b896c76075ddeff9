//! The queue in the ledger: people answer there, within a time limit.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Sender;

use super::Announcer;
use crate::approval::chain::{Link, LinkOutcome};
use crate::approval::queue::{ApprovalQueue, QueueOutcome};
use crate::ledger::LedgerError;
use crate::runtime::approval::{DecidedBy, Decision, PendingRequest, Verdict};
use crate::runtime::event::Event;

/// Adds each request to the ledger and waits for its answer. Decides everything: requests without an answer in time are
/// cancelled, and so are requests that the ledger cannot keep.
pub struct QueueLink {
    queue: Arc<ApprovalQueue>,
    limit: Option<Duration>,
    announcer: Announcer,
}

impl QueueLink {
    /// Waits without an end.
    pub fn new(queue: Arc<ApprovalQueue>) -> Self {
        Self {
            queue,
            limit: None,
            announcer: Announcer::default(),
        }
    }

    /// Waits for this long only.
    #[must_use]
    pub fn limit(mut self, limit: Option<Duration>) -> Self {
        self.limit = limit;
        self
    }

    /// Where events go that are not the turn's: that a request waits, and warnings. By default they are not told.
    #[must_use]
    pub fn events(mut self, events: Sender<Event>) -> Self {
        self.announcer = Announcer::to_events(events);
        self
    }

    pub(crate) fn announcer(mut self, announcer: Announcer) -> Self {
        self.announcer = announcer;
        self
    }

    async fn wait(&self, pending: &PendingRequest) -> Result<Verdict, LedgerError> {
        let mut queued = self.queue.add(pending, self.limit).await?;
        self.announcer.notify(pending, &queued);
        self.announcer.waiting(pending, &queued, self.limit).await;
        Ok(match queued.answered().await? {
            QueueOutcome::Answered(verdict) => verdict,
            QueueOutcome::Expired => Verdict::new(Decision::Cancel, DecidedBy::Deadline),
        })
    }
}

impl Link for QueueLink {
    fn decide<'a>(
        &'a self,
        pending: &'a PendingRequest,
    ) -> Pin<Box<dyn Future<Output = LinkOutcome> + Send + 'a>> {
        Box::pin(async move {
            LinkOutcome::Recorded(match self.wait(pending).await {
                Ok(verdict) => verdict,
                Err(error) => {
                    let message = format!("{error}; requests cannot be queued: {}", error.hint());
                    self.announcer.warn(message).await;
                    Verdict::new(Decision::Cancel, DecidedBy::Nobody)
                }
            })
        })
    }
}
