//! Announces waiting requests to the displays of the run's events, and to the user's notifier.

use std::sync::Weak;
use std::time::Duration;

use tokio::sync::mpsc::Sender;

use crate::approval::notify::{Notice, Notifier, rfc3339};
use crate::approval::queue::QueuedApproval;
use crate::runtime::approval::PendingRequest;
use crate::runtime::event::{ApprovalWaiting, Event};
use crate::text::safe_json;

/// Announces waiting requests; by default to nobody.
#[derive(Clone, Default)]
pub(crate) struct Announcer {
    events: Option<Sender<Event>>,
    /// The owner of the run owns it, too.
    notifier: Weak<Notifier>,
}

impl Announcer {
    /// Announces to the receiver of these events, and to this notifier while it exists.
    pub(crate) fn new(events: Sender<Event>, notifier: Weak<Notifier>) -> Self {
        Self {
            events: Some(events),
            notifier,
        }
    }

    pub(super) fn to_events(events: Sender<Event>) -> Self {
        Self::new(events, Weak::new())
    }

    async fn send(&self, event: Event) {
        if let Some(events) = &self.events {
            // Whoever showed the run's events is gone when it has ended.
            let _ = events.send(event).await;
        }
    }

    pub(super) async fn warn(&self, message: String) {
        self.send(Event::Warning { message }).await;
    }

    /// A request waits in the ledger, and only there.
    pub(super) async fn waiting(
        &self,
        pending: &PendingRequest,
        queued: &QueuedApproval,
        limit: Option<Duration>,
    ) {
        let waiting = ApprovalWaiting {
            id: pending.request.id.clone(),
            approval_id: queued.id().to_owned(),
            timeout_ms: limit.map(|limit| u64::try_from(limit.as_millis()).unwrap_or(u64::MAX)),
        };
        self.send(Event::ApprovalWaiting(waiting)).await;
    }

    /// Starts the notifier with the request.
    pub(super) fn notify(&self, pending: &PendingRequest, queued: &QueuedApproval) {
        let Some(notifier) = self.notifier.upgrade() else {
            return;
        };
        let added = queued.added();
        let notice = Notice {
            schema: "turnwise.approval/1",
            id: queued.id(),
            summary: &pending.summary(),
            requested_at: rfc3339(added.requested_at),
            expires_at: added.expires_at.map(rfc3339),
            show: format!("turnwise approve show {}", queued.id()),
            asked: pending,
        };
        let mut document = Vec::new();
        // Writing to memory cannot fail, and the structs have only string keys.
        let _ = safe_json::write(&mut document, &notice);
        document.push(b'\n');
        notifier.tell(document);
    }
}
